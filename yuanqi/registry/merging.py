"""Two rows of one firm become one: what hangs on the second moves to the first.

Slices above register what of theirs moves along (`register`, from their `apps.py`). Nothing is
guessed: where both rows say something that can't both stand (two officers in one role on one day,
two figures for one month), it is listed and nothing moves until somebody has put it right. After
all have moved theirs, no row of any table may name the second one any more: a slice that forgot
to register is found out, and nothing has happened.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.db.models import ForeignKey, Model, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yuanqi.foundation import journal
from yuanqi.foundation.actors import Actor, Role, Side
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible
from yuanqi.foundation.writer import DIRECT

from . import acts, search
from .facts import fields
from .indicators import MEASURES
from .models import (
    Address,
    Certificate,
    Contact,
    ContactPerson,
    Enterprise,
    EnterpriseGroup,
    EnterpriseSearch,
    Fact,
    Indicator,
    Investor,
    Link,
    LinkRole,
    Project,
    Title,
)
from .queries import enterprises_visible_to

Move = Callable[[Enterprise, Enterprise, Actor, datetime], None]
Count = Callable[[Enterprise], int]
Object = Callable[[Enterprise, Enterprise], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Mover:
    """What of a slice moves when `old` goes into `into`.

    `count` says how many rows, `object` what must be put right first; `move` moves them.
    """

    name: str
    label: str | Promise
    count: Count
    move: Move
    object: Object = field(default=lambda old, into: ())


_movers: dict[str, Mover] = {}


def register(mover: Mover) -> None:
    """Let a slice move what it keeps of an enterprise (from its `apps.py`)."""
    _movers[mover.name] = mover


_worked_out: dict[type[Model], str] = {}


def works_out(model: type[Model], column: str) -> None:
    """Say that these rows are worked out of an enterprise, which `column` names (from `apps.py`).

    Nobody has said them: an enterprise that is taken out again takes them along.
    """
    _worked_out[model] = column


def worked_out() -> Mapping[type[Model], str]:
    return _worked_out


@dataclass(frozen=True, slots=True)
class Plan:
    """What a merge would move, and what stands in its way."""

    old: Enterprise
    into: Enterprise
    moved: Sequence[tuple[str, int]]
    objections: Sequence[str]


def plan(old_id: int, into_id: int, actor: Actor) -> Plan:
    """Return what merging the first into the second would do. Raises NotVisible, NotAllowed,
    Invalid."""
    _require_centre(actor)
    old, into = _pair(old_id, into_id, enterprises_visible_to(actor))
    return _plan(old, into)


def _plan(old: Enterprise, into: Enterprise) -> Plan:
    return Plan(
        old=old,
        into=into,
        moved=[
            (str(mover.label), count) for mover in _movers.values() if (count := mover.count(old))
        ],
        objections=[said for mover in _movers.values() for said in mover.object(old, into)],
    )


def enterprises_merge(*, old_id: int, into_id: int, actor: Actor, at: datetime) -> Enterprise:
    """Merge the first into the second; return that one.

    Raises NotVisible, NotAllowed, Invalid; Conflict where both say what can't both stand.
    """
    _require_centre(actor)
    _pair(old_id, into_id, enterprises_visible_to(actor))
    return merge(old_id, into_id, actor=actor, at=at)


@transaction.atomic
def merge(old_id: int, into_id: int, *, actor: Actor, at: datetime) -> Enterprise:
    """Merge, for whoever has seen to the permission. Raises Conflict, with nothing moved."""
    journal.lock(f"enterprise:{old_id}", f"enterprise:{into_id}")
    old, into = _pair(old_id, into_id, Enterprise.objects.select_for_update(of=("self",)))
    found = _plan(old, into)
    if found.objections:
        raise Conflict(
            _("这两家还不能合并，请先处理：%(what)s") % {"what": "".join(found.objections)}
        )  # fmt: skip
    for mover in _movers.values():
        mover.move(old, into, actor, at)
    left = _still_named(old)
    if left:
        raise Conflict(_("还有 %(what)s 没有移过去，所以没有合并。") % {"what": "、".join(left)})
    acts.enterprise_merge(DIRECT, old, into=into, actor=actor, at=at)
    Enterprise.objects.filter(merged_into=old).update(merged_into=into)
    EnterpriseSearch.objects.filter(enterprise=old).delete()
    search.index([into.pk])
    return into


def _require_centre(actor: Actor) -> None:
    if actor.side is not Side.SYSTEM and not actor.has(Role.CENTRE):
        raise NotAllowed(_("重复的企业由服务中心合并。"))


def _pair(
    old_id: int, into_id: int, among: QuerySet[Enterprise]
) -> tuple[Enterprise, Enterprise]:  # fmt: skip
    if old_id == into_id:
        raise Invalid(_("要合并的是同一条记录，请另选一家。"), "into")
    found = {one.pk: one for one in among.filter(pk__in=[old_id, into_id]).order_by("pk")}
    if len(found) != 2:
        raise NotVisible(old_id)
    for one in found.values():
        if one.merged_into_id is not None:
            raise Conflict(_("%(name)s 已经并入别的企业了。") % {"name": one.name})
    return found[old_id], found[into_id]


def naming(model: type[Model]) -> Iterator[tuple[type[Model], ForeignKey]]:
    """Yield each table's column that names rows of this model, those without a way back too."""
    for relation in model._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete:
            column = getattr(relation, "field", None)
            if isinstance(column, ForeignKey):
                yield relation.related_model, column


def _still_named(old: Enterprise) -> list[str]:
    """Tables with rows that name the enterprise still: all but its own and its past."""
    left = []
    for model, column in naming(Enterprise):
        if model in (Enterprise, EnterpriseSearch):
            continue
        if model._base_manager.filter(**{column.name: old}).exists():
            left.append(model._meta.db_table)
    return left


# what the registers move -------------------------------------------------------------------------


def _move_contacts(old: Enterprise, into: Enterprise, actor: Actor, at: datetime) -> None:
    has_main = into.people.filter(is_main=True, is_active=True).exists()
    for person in old.people.order_by("pk"):
        values: dict[str, object] = {"enterprise": into}
        if person.is_main and has_main:
            values["is_main"] = False
        acts.contact_change(DIRECT, person, actor=actor, at=at, **values)


def _links_overlap(old: Enterprise, into: Enterprise) -> list[str]:
    theirs = list(into.links.select_related("officer"))
    return [
        _("%(role)s重叠：%(one)s和%(other)s在同一时间各挂钩一边，请先结束一条。")
        % {
            "role": LinkRole(link.role).label,
            "one": link.officer.name,
            "other": other.officer.name,
        }
        for link in old.links.select_related("officer")
        for other in theirs
        if link.role == other.role
        and not _is_copy(link, other)
        and link.from_on < (other.until_on or date.max)
        and other.from_on < (link.until_on or date.max)
    ]


def _is_copy(link: Link, other: Link) -> bool:
    """Whether both rows say the same of the same officer: then one is enough."""
    return (link.officer_id, link.from_on, link.until_on) == (
        other.officer_id,
        other.from_on,
        other.until_on,
    )


def _move_links(old: Enterprise, into: Enterprise, actor: Actor, at: datetime) -> None:
    theirs = list(into.links.all())
    for link in old.links.order_by("pk"):
        if any(link.role == other.role and _is_copy(link, other) for other in theirs):
            link.delete()
        else:
            acts.link_change(DIRECT, link, enterprise=into, actor=actor, at=at)


def _move_titles(old: Enterprise, into: Enterprise, actor: Actor, at: datetime) -> None:
    standing = set(into.titles.values_list("name", "granted_on"))
    for title in old.titles.order_by("pk"):
        if (title.name, title.granted_on) in standing:
            acts.title_remove(DIRECT, title, actor=actor, at=at)
        else:
            acts.title_change(DIRECT, title, enterprise=into, actor=actor, at=at)


def _move_investors(old: Enterprise, into: Enterprise, actor: Actor, at: datetime) -> None:
    standing = set(into.investors.values_list("name", flat=True))
    for investor in old.investors.order_by("pk"):
        if investor.name in standing:
            acts.investor_remove(DIRECT, investor, actor=actor, at=at)
        else:
            acts.investor_change(DIRECT, investor, enterprise=into, actor=actor, at=at)


def _move_addresses(old: Enterprise, into: Enterprise, actor: Actor, at: datetime) -> None:
    standing = set(into.addresses.values_list("kind", "text"))
    for address in old.addresses.order_by("pk"):
        if (address.kind, address.text) in standing:
            acts.address_remove(DIRECT, address, actor=actor, at=at)
        else:
            acts.address_change(DIRECT, address, enterprise=into, actor=actor, at=at)


def _move_certificates(old: Enterprise, into: Enterprise, actor: Actor, at: datetime) -> None:
    for certificate in old.certificates.order_by("pk"):
        acts.certificate_change(DIRECT, certificate, enterprise=into, actor=actor, at=at)


def _figures_differ(old: Enterprise, into: Enterprise) -> list[str]:
    standing = {(one.month, one.code, one.source): one for one in into.indicators.all()}
    confirmed = {(one.month, one.code) for one in standing.values() if one.confirmed_at}
    said = []
    for one in old.indicators.all():
        other = standing.get((one.month, one.code, one.source))
        if other is not None and other.value != one.value:
            differ: str = _("%(month)s 的%(what)s两边不同（%(one)s 和 %(other)s），请先改成一样。")
        elif other is None and one.confirmed_at and (one.month, one.code) in confirmed:
            differ = _("%(month)s 的%(what)s两边都确认过，请先退回一边。")
            other = one
        else:
            continue
        said.append(
            differ
            % {
                "month": f"{one.month:%Y-%m}",
                "what": MEASURES[one.code].label if one.code in MEASURES else one.code,
                "one": one.value,
                "other": other.value,
            }
        )
    return said


def _move_indicators(old: Enterprise, into: Enterprise, actor: Actor, at: datetime) -> None:
    standing = into.indicators.values_list("month", "code", "source")
    known = set(standing)
    doubled = [one.pk for one in old.indicators.all() if (one.month, one.code, one.source) in known]
    Indicator.objects.filter(pk__in=doubled).delete()
    # what was said of a month stays as it was said: the merge itself is told on both streams
    old.indicators.update(enterprise=into)


def _facts_differ(old: Enterprise, into: Enterprise) -> list[str]:
    known = fields()
    standing = {(one.field, one.source, one.as_of): one for one in into.facts.filter(project=None)}
    sure = {(one.field, one.as_of) for one in standing.values() if one.confirmed_at}
    return [
        _("两边的“%(what)s”（%(day)s）说法不同，请先退回一边或改成一样。")
        % {
            "what": known[one.field].label if one.field in known else one.field,
            "day": one.as_of.isoformat(),
        }
        for one in old.facts.filter(project=None)
        if _is_other(one, standing.get((one.field, one.source, one.as_of)), sure)
    ]


def _is_other(one: Fact, same: Fact | None, sure: set[tuple[str, date]]) -> bool:
    if same is not None:
        return bool(same.value != one.value)
    return bool(one.confirmed_at) and (one.field, one.as_of) in sure


def _move_facts(old: Enterprise, into: Enterprise, actor: Actor, at: datetime) -> None:
    standing = set(into.facts.filter(project=None).values_list("field", "source", "as_of"))
    said = old.facts.filter(project=None)
    twice = [one.pk for one in said if (one.field, one.source, one.as_of) in standing]
    Fact.objects.filter(pk__in=twice).delete()
    # what was said stays as it was said, those of projects with them
    old.facts.update(enterprise=into)


def _projects_alike(old: Enterprise, into: Enterprise) -> list[str]:
    names = set(into.projects.values_list("name", flat=True))
    return [
        _("两边都有项目“%(name)s”，请先改名或删去一个。") % {"name": project.name}
        for project in old.projects.filter(name__in=names)
    ]


def _move_contacted(old: Enterprise, into: Enterprise, actor: Actor, at: datetime) -> None:
    # what was asked stays as it was asked: the merge itself is told on both streams
    Contact.objects.filter(enterprise=old).update(enterprise=into)


def _move_projects(old: Enterprise, into: Enterprise, actor: Actor, at: datetime) -> None:
    for project in old.projects.order_by("pk"):
        acts.project_change(DIRECT, project, enterprise=into, actor=actor, at=at)


def _move_head(old: Enterprise, into: Enterprise, actor: Actor, at: datetime) -> None:
    for group in EnterpriseGroup.objects.filter(head=old):
        acts.group_change(DIRECT, group, head=into, actor=actor, at=at)


def _counting(model: type[Model]) -> Count:
    def count(old: Enterprise) -> int:
        return model._base_manager.filter(enterprise=old).count()

    return count


def _nothing(old: Enterprise, into: Enterprise) -> Sequence[str]:
    return ()


def _register_own() -> None:
    of = {
        "contacts": (gettext_lazy("联系人"), ContactPerson, _move_contacts, None),
        "links": (gettext_lazy("挂钩关系"), Link, _move_links, _links_overlap),
        "titles": (gettext_lazy("资质称号"), Title, _move_titles, None),
        "investors": (gettext_lazy("出资人"), Investor, _move_investors, None),
        "addresses": (gettext_lazy("地址"), Address, _move_addresses, None),
        "certificates": (gettext_lazy("证照"), Certificate, _move_certificates, None),
        "indicators": (gettext_lazy("月度指标"), Indicator, _move_indicators, _figures_differ),
        "facts": (gettext_lazy("事实"), Fact, _move_facts, _facts_differ),
        "projects": (gettext_lazy("项目"), Project, _move_projects, _projects_alike),
        "contacted": (gettext_lazy("联系记录"), Contact, _move_contacted, None),
    }
    for name, (label, model, move, object_) in of.items():
        register(Mover(name, label, _counting(model), move, object_ or _nothing))
    register(
        Mover(
            "group-head",
            gettext_lazy("集团"),
            lambda old: EnterpriseGroup.objects.filter(head=old).count(),
            _move_head,
        )
    )


_register_own()

__all__ = ["Mover", "Plan", "enterprises_merge", "merge", "plan", "register"]
