"""What an operation on advice does once it is allowed: through a writer, so the demo park too."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.domain.worktime import WorkCalendar
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.digests import sha256_of
from yuanqi.foundation.errors import Conflict
from yuanqi.foundation.journal import Audience, Event, Personal
from yuanqi.foundation.writer import Writer
from yuanqi.organisation.calendars import work_calendar
from yuanqi.organisation.models import CalendarVersion, Department, Officer
from yuanqi.parameters import parameters
from yuanqi.registry.models import ContactPerson, Enterprise

from . import events
from .models import Advice, State, Topic, clock_of
from .parameters_defined import ANSWER_DAYS, WARN_DAYS


def advice_give(
    writer: Writer,
    *,
    enterprise: Enterprise,
    contact: ContactPerson | None,
    officer: Officer | None,
    topic: Topic,
    text: str,
    source: str,
    calendar: CalendarVersion,
    actor: Actor,
    at: datetime,
) -> Advice:
    """Write it down; its limit is the park's of that day."""
    today = timezone.localdate(at)
    days, warn = parameters.value(ANSWER_DAYS, today), parameters.value(WARN_DAYS, today)
    row = Advice(
        enterprise=enterprise,
        contact=contact,
        officer=officer,
        given_by_id=actor.account_id,
        topic=topic,
        text=text,
        source=source,
        given_at=at,
        calendar=calendar,
        limit_days=days,
        warn_days=warn,
        **instants(at, days, warn, work_calendar(calendar)),
    )
    writer.insert(row)
    told = events.AdviceGiven(
        advice_id=row.pk,
        enterprise_id=enterprise.pk,
        topic=topic.code,
        source=source,
        contact_id=contact.pk if contact else None,
        officer_id=officer.pk if officer else None,
        text_sha256=sha256_of(text),
        due_at=row.due_at,
    )
    record(writer, row, told, actor=actor, at=at)
    return row


def instants(given_at: datetime, days: int, warn: int, calendar: WorkCalendar) -> dict[str, Any]:
    """When the answer is due, and from when it is due soon: `warn` working days earlier."""
    due = clock_of(given_at, days).due_at(calendar)
    soon = clock_of(given_at, days - warn).due_at(calendar) if days > warn else given_at
    return {"due_at": due, "warn_at": soon}


def advice_assign(
    writer: Writer, row: Advice, *, department: Department, note: str, actor: Actor, at: datetime
) -> None:
    """Name the department that answers, the first or another one. Raises Conflict."""
    if not row.is_open:
        raise Conflict(_("这条建议已经答复，不用再分派。"))
    if row.state == State.ASSIGNED and row.department_id == department.pk:
        raise Conflict(_("这条建议已经分派给%(unit)s。") % {"unit": department.label})
    before = row.department_id if row.state == State.ASSIGNED else None
    _update(
        writer, row, state=State.ASSIGNED, department=department, note=note, assigned_at=at,
        # whoever answers now has been told of nothing yet
        warned_at=None, late_told_at=None,
    )  # fmt: skip
    told = events.AdviceAssigned(
        advice_id=row.pk, enterprise_id=row.enterprise_id, department_id=department.pk,
        before_id=before, note=Personal(note) if note else None,
    )  # fmt: skip
    record(writer, row, told, actor=actor, at=at)


def advice_send_back(
    writer: Writer, row: Advice, *, reason: str, actor: Actor, at: datetime
) -> None:
    """Give it back to the centre, which assigns it anew; the limit runs on. Raises Conflict."""
    if row.state != State.ASSIGNED:
        raise Conflict(_("这条建议现在不在本部门办理。"))
    assert row.department_id is not None, "what is assigned has a department"
    told = events.AdviceSentBack(
        advice_id=row.pk, enterprise_id=row.enterprise_id, department_id=row.department_id,
        reason=Personal(reason),
    )  # fmt: skip
    _update(writer, row, state=State.GIVEN, department=None, note=reason, assigned_at=None)
    record(writer, row, told, actor=actor, at=at, audience=Audience.STAFF)


def advice_answer(
    writer: Writer,
    row: Advice,
    *,
    verdict: str,
    answer: str,
    officer: Officer | None,
    actor: Actor,
    at: datetime,
) -> None:
    """Adopted, partly, or not, with the reason. Raises Conflict."""
    if not row.is_open:
        raise Conflict(_("这条建议刚才已经有人答复。您写的没有保存，请看现在的答复。"))
    if row.state != State.ASSIGNED or row.department_id is None:
        raise Conflict(_("这条建议还没有分派部门，请服务中心先分派。"))
    _update(
        writer, row, state=State.ANSWERED, verdict=verdict, answer=answer, answered_at=at,
        answered_by=officer,
    )  # fmt: skip
    told = events.AdviceAnswered(
        advice_id=row.pk, enterprise_id=row.enterprise_id, department_id=row.department_id,
        verdict=verdict, answer_sha256=sha256_of(answer),
    )  # fmt: skip
    record(writer, row, told, actor=actor, at=at)


def advice_follow_up(
    writer: Writer,
    row: Advice,
    *,
    change: str,
    officer: Officer | None,
    actor: Actor,
    at: datetime,
) -> None:
    """Say what has changed because of it, once. Raises Conflict."""
    if row.state == State.CHANGED:
        raise Conflict(_("这条建议的成效刚才已经有人告诉企业。您写的没有保存。"))
    if row.state != State.ANSWERED or not row.is_taken_up or row.department_id is None:
        raise Conflict(_("采纳或部分采纳的建议，才有成效可以告诉企业。"))
    _update(
        writer, row, state=State.CHANGED, change=change, changed_at=at, changed_by=officer
    )  # fmt: skip
    told = events.AdviceFollowedUp(
        advice_id=row.pk, enterprise_id=row.enterprise_id, department_id=row.department_id,
        change_sha256=sha256_of(change),
    )  # fmt: skip
    record(writer, row, told, actor=actor, at=at)


def advice_remind(
    writer: Writer, row: Advice, *, is_late: bool, actor: Actor, at: datetime
) -> None:
    """Note that the answer was said to be due soon, or late."""
    writer.update(row, **({"late_told_at": at} if is_late else {"warned_at": at}))
    told = events.AdviceReminded(
        advice_id=row.pk, enterprise_id=row.enterprise_id, department_id=row.department_id,
        is_late=is_late, due_at=row.due_at,
    )  # fmt: skip
    record(writer, row, told, actor=actor, at=at, audience=Audience.STAFF)


def advice_follow_calendar(
    writer: Writer, row: Advice, *, calendar: CalendarVersion, actor: Actor, at: datetime
) -> bool:
    """Count the limit anew by the calendar in force; False, and no event, if it stays."""
    found = instants(row.given_at, row.limit_days, row.warn_days, work_calendar(calendar))
    before = row.due_at
    moved = (row.due_at, row.warn_at) != (found["due_at"], found["warn_at"])
    writer.update(row, calendar=calendar, **found)
    if moved:
        told = events.AdviceDueMoved(
            advice_id=row.pk, enterprise_id=row.enterprise_id, calendar=calendar.version,
            before=before, after=row.due_at,
        )  # fmt: skip
        record(writer, row, told, actor=actor, at=at, audience=Audience.STAFF)
    return moved


def record(
    writer: Writer,
    row: Advice,
    told: Event,
    *,
    actor: Actor,
    at: datetime,
    audience: Audience = Audience.ENTERPRISE,
) -> None:
    writer.record(
        told, stream=row.stream, audience=audience, actor=actor, at=at,
        enterprise_id=row.enterprise_id,
    )  # fmt: skip


def _update(writer: Writer, row: Advice, **values: Any) -> None:
    writer.update(row, revision=row.revision + 1, **values)
