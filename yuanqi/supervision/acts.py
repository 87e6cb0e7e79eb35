"""What supervision does to a case once it is allowed: shared by operations and bulk loads.

Nobody's own clock runs before he has been told: a rung begins at the instant at which it is said,
not at the one at which the limit below it passed. So a sweep that comes late is late by as much,
and jumps over nobody.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from yuanqi.casework.casefile import Allowance, CaseFile
from yuanqi.casework.models import CaseState, ClockPause, ClockRecord, Purpose
from yuanqi.domain.clock import Clock
from yuanqi.foundation.digests import sha256_of
from yuanqi.foundation.errors import Conflict
from yuanqi.foundation.journal import Audience
from yuanqi.organisation.calendars import work_calendar
from yuanqi.organisation.models import CalendarVersion, Department, Officer

from .events import (
    CaseEscalated,
    Inspected,
    LimitNear,
    LimitPassed,
    Reminded,
    Supervised,
    SupervisionAnswered,
    SupervisionEnded,
    SupplyReminded,
)
from .line import Asked, Held
from .models import Ground, Inspection, PassedLimit, Reminder, Supervision


def purpose_of(record: ClockRecord) -> str:
    """What a clock measures, as it is said: after a bad evaluation it is the call-back."""
    return "call_back" if record.purpose == Purpose.EVALUATE else str(record.purpose)


def limit_near(file: CaseFile, record: ClockRecord, held: Held) -> None:
    """Say that a limit will pass soon: to whoever holds it."""
    assert record.due_at is not None, "a limit without an end is never near"
    file.writer.update(record, warned_at=file.at)
    file.record(LimitNear(due_at=record.due_at, **_said(file, record, held)), Audience.STAFF)


def limit_passed(
    file: CaseFile,
    record: ClockRecord,
    held: Held,
    waiting: Supervision | None,
    asked: Asked | None,
    allowance: Allowance | None,
) -> Supervision | None:
    """Say that a limit has passed, and ask the first of the reporting line to account for it.

    If the unit's account is `waiting` to be given already, it is to cover this limit too: one
    account, by the clock that runs. Without anybody to ask (a line whose heads are all barred) it
    is only said. Returns the escalation that the limit belongs to.
    """
    assert record.due_at is not None, "a limit without an end never passes"
    file.writer.update(record, escalated_at=file.at)
    file.record(LimitPassed(due_at=record.due_at, **_said(file, record, held)), Audience.STAFF)
    row = waiting
    if row is None and asked is not None:
        row = Supervision(
            case=file.case,
            ground=Ground.LIMIT,
            began_at=file.at,
            unit=held.department,
            **_asking(file, asked, record.calendar, allowance),
        )
        file.writer.insert(row)
        _escalated(file, row, asked, purpose_of(record))
    if row is not None:
        file.writer.insert(PassedLimit(clock=record, supervision=row))
    return row


def _said(file: CaseFile, record: ClockRecord, held: Held) -> dict[str, Any]:
    return {
        "case_id": file.case.pk,
        "purpose": purpose_of(record),
        "task_id": record.task_id,
        "department_id": held.department.pk,
        "officer_id": held.officer_id,
    }


def account_near(file: CaseFile, row: Supervision) -> None:
    """Say to who was asked that his own limit will pass soon."""
    assert row.due_at is not None, "a limit without an end is never near"
    file.writer.update(row, warned_at=file.at)
    file.record(LimitNear(due_at=row.due_at, **_owed(file, row)), Audience.STAFF)


def account_missing(
    file: CaseFile, row: Supervision, asked: Asked | None, allowance: Allowance | None
) -> None:
    """Say that no account came, and ask the next one up the line; at its top only say it."""
    assert row.due_at is not None, "a limit without an end never passes"
    file.record(LimitPassed(due_at=row.due_at, **_owed(file, row)), Audience.STAFF)
    if asked is None:
        file.writer.update(row, passed_at=file.at)
        return
    file.writer.update(
        row,
        rung=row.rung + 1,
        warned_at=None,
        **_asking(file, asked, row.calendar, allowance),
    )
    _escalated(file, row, asked, str(Purpose.SUPERVISE))


def _owed(file: CaseFile, row: Supervision) -> dict[str, Any]:
    return {
        "case_id": file.case.pk,
        "purpose": str(Purpose.SUPERVISE),
        "task_id": None,
        "department_id": row.department_id,
        "officer_id": row.officer_id,
    }


def _asking(
    file: CaseFile, asked: Asked, calendar: CalendarVersion, allowance: Allowance | None
) -> dict[str, Any]:
    """Who is asked from now on, and until when."""
    values: dict[str, Any] = {
        "department": asked.department,
        "officer": asked.officer,
        "asked_at": file.at,
        "calendar": calendar,
        "due_at": None,
        "warn_at": None,
        "limit_source": "",
    }
    if allowance is not None:
        days = work_calendar(calendar)
        clock = Clock(started_at=file.at, limit=allowance.limit)
        values |= {
            "due_at": clock.due_at(days),
            "warn_at": clock.warn_at(days, clock.default_warn(days)),
            "limit_source": allowance.source,
        }
    return values


def _escalated(file: CaseFile, row: Supervision, asked: Asked, purpose: str) -> None:
    _let_see(file, asked)
    file.set(escalation=max(file.case.escalation, row.rung))
    file.record(
        CaseEscalated(
            case_id=file.case.pk,
            supervision_id=row.pk,
            purpose=purpose,
            unit_id=row.unit_id,
            rung=row.rung,
            department_id=row.department_id,
            officer_id=row.officer_id,
            due_at=row.due_at,
        ),
        Audience.STAFF,
    )


def _let_see(file: CaseFile, asked: Asked) -> None:
    file.grant(f"o{asked.head.pk}", f"o{asked.officer.pk}")


def end(
    file: CaseFile,
    row: Supervision,
    *,
    how: str,
    at: datetime,
    by: Officer | None = None,
    words: str = "",
) -> None:
    """Nothing more is to be accounted for; it stays on record."""
    if row.ended_at is not None:
        raise Conflict(_("这件督办已经结束。"))
    file.writer.update(row, ended_at=at, ended_by=by, ending=words)
    if row.is_demand:
        file.set(is_supervised=False)
    file.record(
        SupervisionEnded(
            case_id=file.case.pk, supervision_id=row.pk, how=how, words_sha256=sha256_of(words)
        ),
        Audience.STAFF,
    )


def demand(
    file: CaseFile,
    *,
    ground: Ground,
    words: str,
    by: Officer,
    unit: Department,
    asked: Asked,
    allowance: Allowance,
    calendar: CalendarVersion,
) -> Supervision:
    """Ask the head of whoever has the case to account for it (督办单)."""
    row = Supervision(
        case=file.case,
        ground=ground,
        demand=words,
        by=by,
        began_at=file.at,
        unit=unit,
        **_asking(file, asked, calendar, allowance),
    )
    file.writer.insert(row)
    _let_see(file, asked)
    file.set(is_supervised=True)
    file.record(
        Supervised(
            case_id=file.case.pk,
            supervision_id=row.pk,
            ground=ground.value,
            department_id=row.department_id,
            officer_id=row.officer_id,
            due_at=row.due_at,
            demand_sha256=sha256_of(words),
        ),
        Audience.STAFF,
    )
    file.settle(acted=False)
    return row


def reply(file: CaseFile, rows: Collection[Supervision], *, words: str, by: Officer) -> None:
    """Account for the delay: the line is climbed no further, the limit itself goes on."""
    for row in rows:
        file.writer.update(row, reply=words, replied_at=file.at, replied_by=by)
    file.record(
        SupervisionAnswered(
            case_id=file.case.pk,
            supervision_ids=[row.pk for row in rows],
            reply_sha256=sha256_of(words),
        ),
        Audience.STAFF,
    )
    file.settle()


def remind(file: CaseFile, *, words: str, by: Officer) -> Reminder:
    """Ask whoever has the case in hand to get on with it (催办)."""
    holder = file.case.responsible
    assert holder is not None, "an open case has a responsible person"
    row = Reminder(
        case=file.case,
        at=file.at,
        by=by,
        department=holder.department,
        officer=holder,
        words=words,
    )
    file.writer.insert(row)
    file.record(
        Reminded(
            case_id=file.case.pk,
            department_id=holder.department_id,
            officer_id=holder.pk,
            words_sha256=sha256_of(words),
        ),
        Audience.STAFF,
    )
    file.settle(acted=False)
    return row


def remind_of_supply(file: CaseFile, pause: ClockPause) -> None:
    """Remind the enterprise, once a pause, of what its clock waits for."""
    file.writer.insert(Reminder(case=file.case, at=file.at, pause=pause))
    file.record(
        SupplyReminded(case_id=file.case.pk, awaited=pause.awaited, until_at=pause.until_at)
    )


def inspect(file: CaseFile, *, basket: str, is_ok: bool, note: str, by: Officer) -> Inspection:
    """Write down what a closed case looks like on a second look (质量抽查)."""
    if file.case.state != CaseState.CLOSED:
        raise Conflict(_("这件又在办理中，办结以后再抽查。"))
    row = Inspection(case=file.case, basket=basket, at=file.at, by=by, is_ok=is_ok, note=note)
    file.writer.insert(row)
    file.record(
        Inspected(
            case_id=file.case.pk,
            inspection_id=row.pk,
            basket=basket,
            is_ok=is_ok,
            note_sha256=sha256_of(note),
        ),
        Audience.STAFF,
    )
    file.settle(acted=False)
    return row
