"""The note of a visit: written on a phone, perhaps without a signal, sent perhaps twice."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.advice.operations import advice_give
from yuanqi.casework.models import Case
from yuanqi.foundation import files
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Conflict, Invalid, YuanqiError
from yuanqi.foundation.files import Upload
from yuanqi.foundation.writer import DIRECT
from yuanqi.organisation.models import Officer
from yuanqi.promises.operations import promise_make
from yuanqi.registry.contacting.within import require_within
from yuanqi.registry.indicators import month_of
from yuanqi.registry.models import ContactPerson, Enterprise
from yuanqi.registry.operations import fact_state, indicators_state
from yuanqi.servicedesk.operations import request_raise

from .. import acts
from ..acts import Born
from ..known import CAPACITY, STAFF, TRENDS
from ..models import LONGEST_TALK, Mode, State, Topic, Trend, Visit, Wish
from ..plans import Standing, plan_of
from ..queries import require_own, serves, visit_visible
from .planning import opened

OLDEST = timedelta(days=31)  # a note that comes later belongs to nobody's memory
AHEAD = timedelta(hours=1)  # so wrong a phone's clock may be
MOST_PHOTOS = 9


@dataclass(frozen=True, slots=True)
class Asked:
    """A request raised on the spot."""

    text: str
    category: str
    level: str


@dataclass(frozen=True, slots=True)
class Promised:
    text: str
    due_on: date


@dataclass(frozen=True, slots=True)
class Advised:
    text: str
    topic: str


@dataclass(frozen=True, slots=True)
class Note:
    """What a visit found; a trend that wasn't asked about is empty."""

    talk: str = ""
    mode: str = Mode.ONSITE
    met: str = ""
    production: str = ""
    orders: str = ""
    staff: str = ""
    investment: str = ""
    staff_count: int | None = None
    capacity_use: Decimal | None = None  # per cent
    policies: tuple[str, ...] = ()
    is_safety_reminded: bool = False
    requests: tuple[Asked, ...] = field(default=())
    promises: tuple[Promised, ...] = field(default=())
    advice: tuple[Advised, ...] = field(default=())


@transaction.atomic
def visit_record(
    *,
    enterprise_id: int,
    key: UUID,
    happened_at: datetime,
    note: Note,
    visit_id: int | None = None,
    uploads: Sequence[Upload] = (),
    reason: str = "",
    actor: Actor,
    at: datetime,
) -> Visit:
    """Take down a visit with all that was born on it; a note sent twice is one, by its key.

    It is one contact of the enterprise's; beyond the month's budget it needs a reason, unless it
    is due by the plan. Raises NotVisible, NotAllowed, Invalid, Conflict.
    """
    enterprise = opened(enterprise_id, actor)
    known = Visit.objects.filter(key=key).first()
    if known is not None:
        return _the_same(known, enterprise, actor)
    happened_at = _when(happened_at, at)
    _check(note, uploads)
    officer = Officer.objects.select_related("department").get(pk=actor.officer_id)
    planned = _planned(visit_id, enterprise, actor)
    wishes = _fulfilled(enterprise, planned, actor)
    reason = _reason(enterprise, actor, reason, happened_at)
    _state_facts(enterprise, note, actor, happened_at, at)
    return acts.visit_record(
        DIRECT, enterprise=enterprise, officer=officer, happened_at=happened_at, planned=planned,
        key=key, talk=note.talk.strip(), mode=note.mode, met=note.met.strip(),
        production=note.production, orders=note.orders, staff=note.staff,
        investment=note.investment, staff_count=note.staff_count,
        capacity_use=note.capacity_use, policies=note.policies,
        is_safety_reminded=note.is_safety_reminded, wishes=wishes,
        born=_born(enterprise, note, actor, at),
        photos=[(files.keep(one, at), one.name) for one in uploads],
        reason=reason, actor=actor, at=at,
    )  # fmt: skip


def _the_same(known: Visit, enterprise: Enterprise, actor: Actor) -> Visit:
    if known.enterprise_id != enterprise.pk or known.officer_id != actor.officer_id:
        raise Conflict(_("这份记录的编号已经用过，请重新打开记走访的页面。"))
    return known


def _when(happened_at: datetime, at: datetime) -> datetime:
    """When it took place; a phone's clock that runs ahead is put right."""
    if happened_at > at + AHEAD:
        raise Invalid(_("走访时间在以后，请看看手机的时间。"), "happened_at")
    if happened_at < at - OLDEST:
        raise Invalid(_("只能补记一个月以内的走访。"), "happened_at")
    return min(happened_at, at)


def _check(note: Note, uploads: Sequence[Upload]) -> None:
    said = (note.production, note.orders, note.staff, note.investment)
    if any(one and one not in Trend.values for one in said):
        raise Invalid(_("请从列出的选项里选。"))
    if note.mode not in Mode.values or any(one not in Topic.values for one in note.policies):
        raise Invalid(_("请从列出的选项里选。"))
    if not (note.talk.strip() or any(said) or note.requests or note.promises or note.advice):
        raise Invalid(_("请写下谈了什么，或者点一项了解到的情况。"), "talk")
    if len(note.talk) > LONGEST_TALK:
        raise Invalid(_("谈话记录最多 4,000 字。"), "talk")
    if note.staff_count is not None and not 0 <= note.staff_count < 10**7:
        raise Invalid(_("请填人数。"), "staff_count")
    if note.capacity_use is not None and not 0 <= note.capacity_use <= 200:
        raise Invalid(_("请填 0 到 200 之间的百分数。"), "capacity_use")
    if len(uploads) > MOST_PHOTOS:
        raise Invalid(_("照片最多 9 张。"), "files")
    if any(not one.content_type.startswith("image/") for one in uploads):
        raise Invalid(_("这里只收照片，文件请放进诉求的附件。"), "files")


def _planned(visit_id: int | None, enterprise: Enterprise, actor: Actor) -> Visit | None:
    if visit_id is None:
        return None
    row = visit_visible(visit_id, actor)
    require_own(row, actor, _("别人约的走访由他自己记。"))
    if row.enterprise_id != enterprise.pk or row.state != State.PLANNED:
        raise Conflict(_("这次走访已经记录或取消了。"))
    return row


def _fulfilled(enterprise: Enterprise, planned: Visit | None, actor: Actor) -> list[Wish]:
    """The departments' visits that this one is as well: those that it took along."""
    if planned is None:
        return []
    found = planned.wishes.select_related("department", "officer").order_by("pk")
    return [one for one in found if one.department_id != actor.department_id]


def _reason(enterprise: Enterprise, actor: Actor, reason: str, happened_at: datetime) -> str:
    """What is due by the plan needs no other reason."""
    today = timezone.localdate(happened_at)
    is_due = serves(enterprise.pk, actor) and plan_of(enterprise, today).standing in (
        Standing.DUE, Standing.OVERDUE,
    )  # fmt: skip
    given = reason or (_("按服务方案到期走访") if is_due else "")
    return require_within(enterprise_id=enterprise.pk, reason=given, at=happened_at)


def _state_facts(
    enterprise: Enterprise, note: Note, actor: Actor, happened_at: datetime, at: datetime
) -> None:
    """State what was found as facts; what somebody has confirmed already stays as it is."""
    today = timezone.localdate(happened_at)
    told = {"enterprise_id": enterprise.pk, "as_of": today, "actor": actor, "at": at}
    said: dict[str, str | Decimal] = {
        name: value for column, name in TRENDS.items() if (value := getattr(note, column))
    }
    if note.capacity_use is not None:
        said[CAPACITY] = (note.capacity_use / 100).quantize(Decimal("0.0001"))
    for name, value in said.items():
        _if_free(lambda name=name, value=value: fact_state(
            field=name, value=value, on_visit=True, **told
        ))  # fmt: skip
    if note.staff_count is not None:
        _if_free(lambda: indicators_state(
            enterprise_id=enterprise.pk, month=month_of(today),
            figures={STAFF: Decimal(note.staff_count or 0)}, actor=actor, at=at,
        ))  # fmt: skip


def _if_free(state: Callable[[], object]) -> None:
    """A note is never lost because a figure of it is settled, or isn't the officer's to state."""
    try:
        with transaction.atomic():
            state()
    except YuanqiError:
        return


def _born(enterprise: Enterprise, note: Note, actor: Actor, at: datetime) -> list[Born]:
    born: list[Born] = []
    contact = (
        ContactPerson.objects.filter(enterprise=enterprise, is_active=True)
        .order_by("-is_main", "pk")
        .first()
    )
    for asked in note.requests:
        if contact is None:
            raise Invalid(_("这家企业还没有联系人，先登记联系人才能提诉求。"), "requests")
        case_id = request_raise(
            contact_id=contact.pk, category=asked.category, level=asked.level, text=asked.text,
            actor=actor, at=at,
        )  # fmt: skip
        born.append(Case.objects.get(pk=case_id))
    for promised in note.promises:
        born.append(
            promise_make(
                enterprise_id=enterprise.pk, text=promised.text, due_on=promised.due_on,
                occasion="visit", actor=actor, at=at,
            )
        )  # fmt: skip
    for advised in note.advice:
        born.append(
            advice_give(
                enterprise=enterprise, text=advised.text, topic=advised.topic, source="visit",
                contact_id=contact.pk if contact else None, actor=actor, at=at,
            )
        )  # fmt: skip
    return born
