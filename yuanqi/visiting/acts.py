"""What operations on visits do once they are allowed. One event each."""

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID

from django.utils import dateformat
from django.utils.translation import gettext as _

from yuanqi.advice.models import Advice
from yuanqi.casework.models import Case
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.digests import sha256_of
from yuanqi.foundation.journal import Audience, Event
from yuanqi.foundation.models import StoredFile
from yuanqi.foundation.writer import Writer
from yuanqi.organisation.models import Officer
from yuanqi.promises.models import Promise
from yuanqi.registry.contacting import acts as contacting
from yuanqi.registry.models import ContactKind, Enterprise

from . import events
from .models import Item, Mode, Photo, State, Trend, Visit, Wish

Born = Case | Promise | Advice


def tell(
    writer: Writer,
    event: Event,
    *,
    stream: str,
    enterprise_id: int,
    actor: Actor,
    at: datetime,
    audience: Audience = Audience.ENTERPRISE,
) -> None:
    writer.record(
        event, stream=stream, audience=audience, actor=actor, at=at, enterprise_id=enterprise_id
    )


def wish(
    writer: Writer,
    *,
    enterprise: Enterprise,
    officer: Officer,
    subject: str,
    until_on: date,
    visit: Visit | None = None,
    actor: Actor,
    at: datetime,
) -> Wish:
    """A department wants to visit; `visit` takes it along."""
    row = writer.insert(
        Wish(
            enterprise=enterprise, department_id=officer.department_id, officer=officer,
            subject=subject, until_on=until_on, made_at=at, visit=visit,
        )
    )  # fmt: skip
    event = events.WishMade(
        wish_id=row.pk, enterprise_id=enterprise.pk, department_id=officer.department_id,
        until_on=until_on, visit_id=visit.pk if visit else None, subject_sha256=sha256_of(subject),
    )  # fmt: skip
    tell(
        writer, event, stream=enterprise.stream, enterprise_id=enterprise.pk, actor=actor, at=at,
        audience=Audience.STAFF,
    )  # fmt: skip
    return row


def wish_end(writer: Writer, row: Wish, *, actor: Actor, at: datetime) -> None:
    """The department need not go any more."""
    writer.update(row, ended_at=at)
    event = events.WishEnded(wish_id=row.pk, enterprise_id=row.enterprise_id)
    tell(
        writer, event, stream=row.enterprise.stream, enterprise_id=row.enterprise_id,
        actor=actor, at=at, audience=Audience.STAFF,
    )  # fmt: skip


def visit_plan(
    writer: Writer,
    *,
    enterprise: Enterprise,
    officer: Officer,
    planned_on: date,
    planned_time: time | None,
    purpose: str,
    wishes: Sequence[Wish] = (),
    others: Sequence[Visit] = (),
    actor: Actor,
    at: datetime,
) -> Visit:
    """Fix a day for a visit; it takes along these wishes, and what others had planned."""
    row = writer.insert(
        Visit(
            enterprise=enterprise, officer=officer, state=State.PLANNED, planned_on=planned_on,
            planned_time=planned_time, purpose=purpose,
        )
    )  # fmt: skip
    taken = _take_along(writer, row, wishes, others, actor, at)
    _tell_planned(writer, row, None, taken, actor, at)
    return row


def visit_move(
    writer: Writer,
    row: Visit,
    *,
    planned_on: date,
    planned_time: time | None,
    purpose: str,
    wishes: Sequence[Wish] = (),
    others: Sequence[Visit] = (),
    actor: Actor,
    at: datetime,
) -> None:
    """Another day, another purpose, more departments."""
    before = row.planned_on
    writer.update(row, planned_on=planned_on, planned_time=planned_time, purpose=purpose)
    taken = _take_along(writer, row, wishes, others, actor, at)
    _tell_planned(writer, row, before, taken, actor, at)


def _take_along(
    writer: Writer,
    row: Visit,
    wishes: Sequence[Wish],
    others: Sequence[Visit],
    actor: Actor,
    at: datetime,
) -> list[Wish]:
    """Let the visit be those departments' as well; all the wishes that it then fulfils."""
    taken = list(wishes)
    for one in others:
        taken += visit_merge(writer, one, into=row, actor=actor, at=at)
    for wished in taken:
        if wished.visit_id != row.pk:
            writer.update(wished, visit=row)
    return taken


def visit_merge(
    writer: Writer, row: Visit, *, into: Visit, actor: Actor, at: datetime
) -> list[Wish]:
    """What another had planned takes place with `into`: his matter, and those he took along."""
    assert row.planned_on is not None, "a planned visit has its day"
    day = dateformat.format(into.planned_on, _("n 月 j 日"))
    said = _("和%(name)s %(day)s的走访并成一次") % {"name": into.officer.name, "day": day}
    wishes = list(row.wishes.select_related("department", "officer").order_by("pk"))
    writer.update(row, state=State.CANCELLED, cancel_reason=said)
    event = events.VisitMerged(
        visit_id=row.pk, enterprise_id=row.enterprise_id, officer_id=row.officer_id,
        into_id=into.pk,
    )  # fmt: skip
    tell(writer, event, stream=row.stream, enterprise_id=row.enterprise_id, actor=actor, at=at)
    own = wish(
        writer, enterprise=into.enterprise, officer=row.officer,
        subject=row.purpose or _("走访"), until_on=row.planned_on, visit=into, actor=actor, at=at,
    )  # fmt: skip
    return [own, *wishes]


def _tell_planned(
    writer: Writer,
    row: Visit,
    before: date | None,
    wishes: Sequence[Wish],
    actor: Actor,
    at: datetime,
) -> None:
    assert row.planned_on is not None, "a planned visit has its day"
    event = events.VisitPlanned(
        visit_id=row.pk, enterprise_id=row.enterprise_id, officer_id=row.officer_id,
        planned_on=row.planned_on, before=before,
        departments=sorted({one.department_id for one in wishes}),
    )  # fmt: skip
    tell(writer, event, stream=row.stream, enterprise_id=row.enterprise_id, actor=actor, at=at)


def visit_cancel(
    writer: Writer,
    row: Visit,
    *,
    reason: str,
    wishes: Sequence[Wish],
    actor: Actor,
    at: datetime,
) -> None:
    """It doesn't take place; what departments wished waits for another one."""
    writer.update(row, state=State.CANCELLED, cancel_reason=reason)
    for one in wishes:
        writer.update(one, visit=None)
    assert row.planned_on is not None, "a planned visit has its day"
    event = events.VisitCancelled(
        visit_id=row.pk, enterprise_id=row.enterprise_id, officer_id=row.officer_id,
        planned_on=row.planned_on, wishes=[one.pk for one in wishes],
        reason_sha256=sha256_of(reason),
    )  # fmt: skip
    tell(writer, event, stream=row.stream, enterprise_id=row.enterprise_id, actor=actor, at=at)


def visit_record(
    writer: Writer,
    *,
    enterprise: Enterprise,
    officer: Officer,
    happened_at: datetime,
    talk: str,
    planned: Visit | None = None,
    key: UUID | None = None,
    mode: str = Mode.ONSITE,
    met: str = "",
    production: str = "",
    orders: str = "",
    staff: str = "",
    investment: str = "",
    staff_count: int | None = None,
    capacity_use: Decimal | None = None,
    policies: Sequence[str] = (),
    is_safety_reminded: bool = False,
    wishes: Sequence[Wish] = (),
    born: Sequence[Born] = (),
    photos: Sequence[tuple[StoredFile, str]] = (),
    purpose: str = "",
    reason: str = "",
    actor: Actor,
    at: datetime,
) -> Visit:
    """A visit took place: what was found, what was born, as one contact of the enterprise's.

    The departments whose wishes it fulfils have their contacts merged into its own.
    """
    told = {
        "officer": officer, "state": State.DONE, "key": key, "happened_at": happened_at,
        "received_at": at, "mode": mode, "met": met, "production": production, "orders": orders,
        "staff": staff, "investment": investment, "staff_count": staff_count,
        "capacity_use": capacity_use, "talk": talk, "policies": list(policies),
        "is_safety_reminded": is_safety_reminded,
    }  # fmt: skip
    subject = (planned.purpose if planned else purpose) or _("挂钩走访")
    contact = contacting.contact_record(
        writer, enterprise=enterprise, kind=ContactKind.VISIT, subject=subject,
        department=officer.department, officer=officer, reason=reason, actor=actor, at=happened_at,
    )  # fmt: skip
    if planned is None:
        row = writer.insert(Visit(enterprise=enterprise, purpose=purpose, contact=contact, **told))
    else:
        row = planned
        writer.update(row, contact=contact, **told)
    for one in wishes:
        if one.visit_id != row.pk:
            writer.update(one, visit=row)
        contacting.contact_record(
            writer, enterprise=enterprise, kind=ContactKind.VISIT, subject=one.subject,
            department=one.department, officer=one.officer, merged_into=contact, actor=actor,
            at=happened_at,
        )  # fmt: skip
    for thing in born:
        field = {Case: "case", Promise: "promise", Advice: "advice"}[type(thing)]
        writer.insert(Item(visit=row, **{field: thing}))
    for file, name in photos:
        writer.insert(Photo(visit=row, file=file, name=name))
    trends = {"production": production, "orders": orders, "staff": staff, "investment": investment}
    event = events.VisitRecorded(
        visit_id=row.pk, enterprise_id=enterprise.pk, officer_id=officer.pk,
        key=str(key) if key else "", happened_at=happened_at, mode=mode,
        trends=[f"{name}:{Trend(value).name.lower()}" for name, value in trends.items() if value],
        policies=list(policies), is_safety_reminded=is_safety_reminded,
        requests=[one.pk for one in born if isinstance(one, Case)],
        promises=[one.pk for one in born if isinstance(one, Promise)],
        advice=[one.pk for one in born if isinstance(one, Advice)],
        photos=[file.sha256 for file, _as in photos],
        merged=len({one.department_id for one in wishes}), talk_sha256=sha256_of(talk),
    )  # fmt: skip
    tell(writer, event, stream=row.stream, enterprise_id=enterprise.pk, actor=actor, at=at)
    return row


def visit_confirm(
    writer: Writer, row: Visit, *, is_right: bool, remark: str, actor: Actor, at: datetime
) -> None:
    """The enterprise has read it: the safety reminder is received, the report right or not."""
    writer.update(
        row, confirmed_at=at, confirmed_by_id=actor.account_id, is_right=is_right, remark=remark
    )
    event = events.VisitConfirmed(
        visit_id=row.pk, enterprise_id=row.enterprise_id, is_right=is_right,
        remark_sha256=sha256_of(remark) if remark else "",
    )  # fmt: skip
    tell(writer, event, stream=row.stream, enterprise_id=row.enterprise_id, actor=actor, at=at)
