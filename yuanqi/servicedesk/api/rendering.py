"""From rows to what the API says, each side being told only what its pages tell it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from yuanqi.casework.models import Case, CaseState, ClockPause, ClockRecord, Message, Purpose, Task
from yuanqi.casework.queries import Act
from yuanqi.foundation import formats
from yuanqi.foundation.actors import Actor, Side
from yuanqi.organisation.calendars import work_calendar
from yuanqi.organisation.models import Department, Officer

from ..plain import plain_words
from ..rows import Row, rows_of
from ..story_sheet import Sheet
from .schemas import RequestOut

# the clocks that the enterprise is told of: by when it is answered, by when it may judge
_PUBLIC_CLOCKS = (Purpose.RESOLVE, Purpose.EVALUATE)


def unit(department: Department | None) -> dict[str, Any] | None:
    return None if department is None else {"id": department.pk, "name": department.label}


def person(officer: Officer | None) -> dict[str, Any] | None:
    if officer is None:
        return None
    return {
        "officer_id": officer.pk,
        "name": officer.name,
        "department_id": officer.department_id,
        "department": officer.department.label,
    }


def request_outs(
    cases: Sequence[Case],
    actor: Actor,
    now: datetime,
    *,
    names: Mapping[str, str] | None = None,
) -> list[RequestOut]:
    """Lines of the ledger for these cases (from `with_row_parts`)."""
    rows = rows_of(cases, actor, now, names=names)
    return [RequestOut(**line(row, actor, now)) for row in rows]


def line(row: Row, actor: Actor, now: datetime) -> dict[str, Any]:
    case = row.case
    said = {
        "id": case.pk,
        "number": case.number,
        "title": case.title,
        "state": case.state,
        "state_label": str(CaseState(case.state).label),
        "level": case.level,
        "category": case.category,
        "category_label": row.category,
        "enterprise": {"id": case.enterprise_id, "name": case.enterprise.label},
        "lead": unit(case.lead),
        "responsible": person(case.responsible) if case.is_open else None,
        "opened_at": case.opened_at,
        "answered_at": case.answered_at,
        "closed_at": case.closed_at,
        "is_paused": case.is_paused,
        "awaited": row.awaited,
        "outcome": case.outcome,
        "merged_into": case.merged_into_id,
        "reopened": case.reopened,
        "is_complaint": case.request.is_complaint,
        "review_level": case.review_level,
        "is_resolved": case.review_resolved,
    }
    return said | (_to_enterprise(row, now) if _is_outside(actor) else _to_park(row))


def _is_outside(actor: Actor) -> bool:
    return actor.side is Side.ENTERPRISE


def _to_park(row: Row) -> dict[str, Any]:
    case = row.case
    return {
        "due_at": case.due_at,
        "light": row.light.value if row.light else None,
        "left_seconds": None if row.left is None else int(row.left.total_seconds()),
        "move": row.move,
        "move_is_mine": row.is_mine,
        "returns": case.returns,
        "bad_reviews": case.bad_reviews,
        "escalation": case.escalation,
        "is_supervised": case.is_supervised,
        "proposed_lead": unit(case.request.proposed_lead),
    }


def _to_enterprise(row: Row, now: datetime) -> dict[str, Any]:
    plain = plain_words(row, now)
    due_at = row.case.due_at if row.case.state == CaseState.ANSWERED else plain.until
    return {
        "due_at": due_at,
        "light": None,
        "left_seconds": None,
        "move": plain.says,
        "move_is_mine": bool(plain.asks),
        "returns": None,
        "bad_reviews": None,
        "escalation": None,
        "is_supervised": None,
        "proposed_lead": None,
    }


def detail(sheet: Sheet, actor: Actor, now: datetime, acts: frozenset[Act]) -> dict[str, Any]:
    """What belongs to a request beyond its line: read by `sheet_of` for this actor."""
    outside = _is_outside(actor)
    clocks = [record for record in sheet.clocks if not outside or record.purpose in _PUBLIC_CLOCKS]
    shown = {record.pk for record in clocks}
    files: dict[int, list[int]] = {}
    for item in sheet.attachments:
        if item.message_id is not None:
            files.setdefault(item.message_id, []).append(item.pk)
    contact = sheet.request.contact
    in_full = outside or Act.TALK in acts
    return {
        "text": sheet.request.text,
        "channel": sheet.request.channel,
        "contact": {"id": contact.pk, "name": contact.name},
        "contact_phone": contact.phone if in_full else formats.phone_masked(contact.phone),
        "clocks": [_clock(record, sheet.pauses, now) for record in clocks],
        "pauses": [
            _fields(pause, _PAUSE)
            for pk in sorted(shown & set(sheet.pauses))
            for pause in sheet.pauses[pk]
        ],
        "tasks": [] if outside else [_task(task, actor) for task in sheet.tasks],
        "messages": [_message(one, files) for one in sheet.messages],
        "attachments": [
            {
                "id": item.pk,
                "name": item.name,
                "size": item.file.size,
                "content_type": item.file.content_type,
                "at": item.at,
                "message_id": item.message_id,
                "from_enterprise": item.from_enterprise,
                "is_removed": item.removed_at is not None,
            }
            for item in sheet.attachments
        ],
        "evaluations": [
            {
                **_fields(one, _EVALUATION),
                "level_label": str(one.get_level_display()),
            }
            for one in sheet.evaluations
        ],
        "extensions": [
            # the enterprise is told of a longer limit and why, not of what the park refused itself
            _fields(one, _EXTENSION) | ({"decision": ""} if outside else {})
            for one in sheet.extensions
            if not outside or one.is_granted
        ],
        **_turns(sheet.request.case, outside=outside),
    }


def _turns(case: Case, *, outside: bool) -> dict[str, Any]:
    """How the request ended and began again; what stays inside the park only for the park."""
    inside = {
        "returned": [_fields(one, _RETURN) for one in case.return_records.all()],
        "call_backs": [_fields(one, _CALL_BACK) for one in case.call_backs.all()],
    }
    return {
        "endings": [
            {
                **_fields(one, _ENDING),
                # another enterprise's request is none of this one's business
                "earlier_id": one.earlier_id
                if one.earlier is not None and one.earlier.enterprise_id == case.enterprise_id
                else None,
            }
            for one in case.endings.select_related("earlier")
        ],
        "reopenings": [_fields(one, _REOPENING) for one in case.reopenings.all()],
        **(dict.fromkeys(inside, ()) if outside else inside),
    }


def _fields(row: Any, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


_ENDING = ("at", "ground", "basis", "where_to", "explanation")
_REOPENING = ("at", "reason", "outcome_before")
_RETURN = ("at", "department_id", "reason", "basis")
_CALL_BACK = ("at", "spoke_with", "facts", "is_resolved", "is_sent_back")


_PAUSE = ("clock_id", "start_at", "end_at", "until_at", "ground", "awaited", "basis")
_EVALUATION = ("at", "level", "is_resolved", "was_contacted", "praise", "complaint")
_EXTENSION = (
    "id", "asked_at", "amount", "reason", "decided_at", "is_granted", "decision", "due_before",
    "due_after",
)  # fmt: skip


def _clock(
    record: ClockRecord, pauses: Mapping[int, list[ClockPause]], now: datetime
) -> dict[str, Any]:
    stops = pauses.get(record.pk, [])
    calendar = work_calendar(record.calendar)
    return {
        "id": record.pk,
        "purpose": record.purpose,
        "task_id": record.task_id,
        "limit": record.limit_amount,
        "base": record.limit_base,
        "source": record.limit_source,
        "extension": record.extension_amount,
        "started_at": record.started_at,
        "due_at": record.due_at,
        "stopped_at": record.stopped_at,
        "light": record.clock(stops).light(now, calendar, record.warn).value,
        "left_seconds": int(record.left_as_said(stops, now, calendar).total_seconds()),
    }


def _task(task: Task, actor: Actor) -> dict[str, Any]:
    return {
        "id": task.pk,
        "kind": task.kind,
        "state": task.state,
        "department": unit(task.department),
        "officer": None
        if task.officer is None
        else {"id": task.officer.pk, "name": task.officer.name},
        "brief": task.brief,
        "opinion": task.opinion,
        "is_mine": task.department_id == actor.department_id
        or task.officer_id in actor.officer_ids,
    }


def _message(message: Message, files: Mapping[int, list[int]]) -> dict[str, Any]:
    return {
        "id": message.pk,
        "at": message.at,
        "kind": message.kind,
        "audience": message.audience,
        "from_enterprise": message.from_enterprise,
        "author_name": message.author_name,
        "author_unit": message.author_unit,
        "body": message.body,
        "attachment_ids": files.get(message.pk, []),
    }
