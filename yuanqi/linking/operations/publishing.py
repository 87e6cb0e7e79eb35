"""A round's pairs come to hold: links in the register end and begin, without gap or overlap."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.foundation.actors import Actor
from yuanqi.foundation.bulk import Bulk
from yuanqi.foundation.errors import Conflict
from yuanqi.foundation.writer import DIRECT, conflict_if_taken
from yuanqi.organisation.models import Officer
from yuanqi.registry import acts
from yuanqi.registry.models import Enterprise, Link, LinkRole

from ..drafts import ABSENT, HARD, LABELS, Draft, draft_of
from ..events import RoundPublished
from ..models import Round, RoundLink, RoundState
from ..opening import opened, tell
from ..queries import names_of, round_visible
from ..scoping import present

_NAMED = 3  # enterprises or officers named in a refusal


@transaction.atomic
def round_publish(*, round_id: int, revision: int, actor: Actor, at: datetime) -> Round:
    """Publish a draft: from its first day on its pairs are the park's links.

    Who keeps his officer keeps his link; whoever changes, one link ends as the next begins. An
    enterprise that is no more in the park is served no more. Published twice, or by two at the
    same time, it is published once. Raises NotVisible, NotAllowed; Conflict if it is published
    already, was changed since `revision`, begins in the past, or breaks a rule that must hold:
    saying which, and whom it is about.
    """
    found = round_visible(round_id, actor)
    firms = set(RoundLink.objects.filter(round=found).values_list("enterprise", flat=True))
    firms |= set(_of_the_gone(found.from_on).values_list("enterprise", flat=True))
    officers = set()
    for lead, second in RoundLink.objects.filter(round=found).values_list("lead", "second"):
        officers |= {lead, second} - {None}
    round_ = opened(
        round_id, actor, revision=revision,
        # an officer who leaves at this moment, an enterprise that is edited: one after the other
        streams=tuple(
            sorted(f"officer:{pk}" for pk in officers) + sorted(f"enterprise:{pk}" for pk in firms)
        ),
    )  # fmt: skip
    if round_.from_on < timezone.localdate(at):
        raise Conflict(_("开始日 %(day)s 已过，请先把它改到今天或以后。") % {"day": round_.from_on})
    draft = draft_of(round_)
    _require_sound(draft)
    changes = Changes(round_.from_on, actor, at)
    with conflict_if_taken(_("有企业的挂钩关系刚刚变过，请刷新后再发布。")):
        changes.carry_out(draft)
        changes.bulk.flush()
    DIRECT.update(
        round_, state=RoundState.PUBLISHED, published_by_id=actor.account_id, published_at=at,
        revision=round_.revision + 1,
    )  # fmt: skip
    event = RoundPublished(
        round_id=round_.pk, name=round_.name, from_on=round_.from_on, begun=changes.begun,
        ended=changes.ended, kept=changes.kept, officers=sorted(changes.officers),
    )  # fmt: skip
    tell(event, round_, actor=actor, at=at)
    return round_


def _of_the_gone(day: date) -> QuerySet[Link]:
    """Links that would go on beyond a day, of enterprises that are no more in the park."""
    links = Link.objects.filter(Q(until_on=None) | Q(until_on__gt=day), from_on__lt=day)
    return links.exclude(enterprise__in=present().values("pk"))


def _require_sound(draft: Draft) -> None:
    if not draft.pairs:
        raise Conflict(_("这一轮还没有企业，请先选范围。"))
    if draft.is_sound:
        return
    said = []
    for rule in HARD:
        broken = draft.findings[rule]
        if not broken:
            continue
        if rule == ABSENT:
            named = _absent(draft, broken)
            about = len(named)
        else:
            firms = Enterprise.objects.filter(pk__in=broken[:_NAMED]).order_by("pk")
            named = [one.label for one in firms]
            about = len(broken)
        said.append(
            _("%(rule)s %(count)s 家（%(named)s）")
            % {"rule": LABELS[rule], "count": len(broken), "named": _listed(named, about)}
        )
    raise Conflict(_("还不能发布：%(what)s。") % {"what": _("；").join(said)})


def _absent(draft: Draft, broken: Iterable[int]) -> list[str]:
    """The officers who serve in the draft and take no part, or are gone."""
    seated = {pk for pk, place in draft.places.items() if place.is_here}
    serving = {
        one
        for pk in broken
        for one in (draft.pairs[pk].lead, draft.pairs[pk].second)
        if one is not None and one not in seated
    }
    gone = set(Officer.objects.filter(pk__in=serving, is_active=False).values_list("pk", flat=True))
    return [
        _("%(name)s已离岗") % {"name": name} if pk in gone else name
        for pk, name in sorted(names_of(serving).items())
    ]


def _listed(named: list[str], count: int) -> str:
    said: str = _("、").join(named[:_NAMED])
    return _("%(named)s等") % {"named": said} if count > len(named[:_NAMED]) else said


@dataclass
class Changes:
    """What a publication does to the register: links ended, begun, left as they are."""

    from_on: date
    actor: Actor
    at: datetime
    bulk: Bulk = field(default_factory=Bulk)
    begun: int = 0
    ended: int = 0
    kept: int = 0
    officers: set[int] = field(default_factory=set)  # whom the changes are about

    def carry_out(self, draft: Draft) -> None:
        firms = Enterprise.objects.in_bulk(draft.pairs)
        officers = Officer.objects.in_bulk(
            {one for pair in draft.pairs.values() for one in (pair.lead, pair.second) if one}
        )
        standing = self._standing(draft.pairs)
        for pair in draft.pairs.values():
            for role, officer in ((LinkRole.LEAD, pair.lead), (LinkRole.SECOND, pair.second)):
                self._one(
                    firms[pair.enterprise], role, officers.get(officer or 0),
                    standing[pair.enterprise, role],
                )  # fmt: skip
        self._gone()

    def _standing(self, firms: Iterable[int]) -> dict[tuple[int, int], list[Link]]:
        """The links that reach the round's first day or go up to it, oldest first."""
        found: dict[tuple[int, int], list[Link]] = defaultdict(list)
        reaching = Q(until_on=None) | Q(until_on__gte=self.from_on)
        for link in Link.objects.filter(reaching, enterprise__in=list(firms)).order_by("from_on"):
            found[link.enterprise_id, link.role].append(link)
        return found

    def _one(self, firm: Enterprise, role: int, officer: Officer | None, links: list[Link]) -> None:
        told = {"actor": self.actor, "at": self.at}
        current = next((one for one in links if one.from_on < self.from_on), None)
        later = [one for one in links if one.from_on >= self.from_on]
        stays = current is not None and officer is not None and current.officer_id == officer.pk
        if len(later) > 1 or (later and (stays or officer is None)):
            raise Conflict(
                _("%(firm)s在 %(day)s 以后另有安排好的挂钩，请先在企业页上改。")
                % {"firm": firm.label, "day": later[0].from_on}
            )
        if stays:
            self.kept += 1
            if current.until_on is not None:
                acts.link_change(self.bulk, current, until_on=None, **told)
            return
        if current is not None and current.until_on != self.from_on:
            acts.link_end(self.bulk, current, until_on=self.from_on, **told)
        if current is not None:
            self.ended += 1
            self.officers.add(current.officer_id)
        if officer is None:
            return
        if later:
            self._instead(later[0], officer)
            return
        acts.link(
            self.bulk, enterprise=firm, officer=officer, from_on=self.from_on, role=role, **told
        )
        self.begun += 1
        self.officers.add(officer.pk)

    def _instead(self, link: Link, officer: Officer) -> None:
        """A link that has not begun is made the round's."""
        values = {"officer": officer, "from_on": self.from_on, "until_on": None}
        before = link.officer_id
        if acts.link_change(self.bulk, link, actor=self.actor, at=self.at, **values):
            self.begun += 1
            self.officers |= {before, officer.pk}
        else:
            self.kept += 1

    def _gone(self) -> None:
        """Links of enterprises that are no more in the park end with the eve of the round."""
        for link in _of_the_gone(self.from_on).order_by("pk"):
            acts.link_end(self.bulk, link, until_on=self.from_on, actor=self.actor, at=self.at)
            self.ended += 1
            self.officers.add(link.officer_id)
