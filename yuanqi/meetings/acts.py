"""What an operation on a meeting does once it is allowed. One event each."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from django.utils.translation import gettext as _

from yuanqi.advice.models import Advice
from yuanqi.casework.models import Case
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.digests import sha256_of
from yuanqi.foundation.journal import Audience, Event
from yuanqi.foundation.models import StoredFile
from yuanqi.foundation.writer import Writer
from yuanqi.organisation.models import Department, Officer
from yuanqi.promises.models import Promise
from yuanqi.registry.contacting.acts import contact_record
from yuanqi.registry.models import ContactKind, Enterprise

from . import events
from .models import Answer, Guest, Invitation, Item, ItemState, Meeting


def meeting_call(writer: Writer, row: Meeting, *, actor: Actor, at: datetime) -> Meeting:
    writer.insert(row)
    told = events.MeetingCalled(
        meeting_id=row.pk, of_kind=row.kind, title=row.title, starts_at=row.starts_at,
        department_id=row.department_id, host_id=row.host_id,
    )  # fmt: skip
    record(writer, row, told, actor, at)
    return row


def meeting_call_off(
    writer: Writer, row: Meeting, *, reason: str, actor: Actor, at: datetime
) -> None:
    writer.update(row, called_off_at=at, reason=reason)
    told = events.MeetingCalledOff(meeting_id=row.pk, reason_sha256=sha256_of(reason))
    record(writer, row, told, actor, at)


def departments_invite(
    writer: Writer, row: Meeting, units: Sequence[Department], *, actor: Actor, at: datetime
) -> None:
    for unit in units:
        writer.insert(Invitation(meeting=row, department=unit, invited_at=at))
    told = events.DepartmentsInvited(meeting_id=row.pk, department_ids=[unit.pk for unit in units])
    record(writer, row, told, actor, at)


def invitation_answer(
    writer: Writer,
    row: Invitation,
    *,
    officer: Officer | None,
    note: str,
    actor: Actor,
    at: datetime,
) -> None:
    """`officer` comes for the department; without one nobody does, and `note` says why."""
    answer = Answer.DECLINES if officer is None else Answer.COMES
    writer.update(row, answer=answer, officer=officer, note=note, answered_at=at)
    told = events.InvitationAnswered(
        meeting_id=row.meeting_id, department_id=row.department_id, answer=answer,
        comes_id=officer.pk if officer else None,
    )  # fmt: skip
    record(writer, row.meeting, told, actor, at)


def enterprise_invite(
    writer: Writer, row: Meeting, enterprise: Enterprise, *, reason: str, actor: Actor, at: datetime
) -> Guest:
    """Ask an enterprise to come: one contact of it, by the department that holds the meeting."""
    subject = _("%(kind)s：%(title)s") % {"kind": row.get_kind_display(), "title": row.title}
    contact = contact_record(
        writer, enterprise=enterprise, kind=ContactKind.VISIT, subject=subject,
        department=row.department, officer=row.host, reason=reason, is_told=False, actor=actor,
        at=at,
    )  # fmt: skip
    guest = writer.insert(Guest(meeting=row, enterprise=enterprise, contact=contact, invited_at=at))
    told = events.EnterpriseInvited(
        meeting_id=row.pk, enterprise_id=enterprise.pk, title=row.title, starts_at=row.starts_at,
        contact_row_id=contact.pk,
    )  # fmt: skip
    record(writer, row, told, actor, at, enterprise_id=enterprise.pk)
    return guest


def items_collect(
    writer: Writer, row: Meeting, cases: Sequence[Case], *, actor: Actor, at: datetime
) -> None:
    for case in cases:
        writer.insert(
            Item(meeting=row, enterprise_id=case.enterprise_id, case=case, words=case.title)
        )
    told = events.ItemsCollected(meeting_id=row.pk, case_ids=[case.pk for case in cases])
    record(writer, row, told, actor, at)


def item_add(
    writer: Writer,
    row: Meeting,
    *,
    enterprise: Enterprise | None,
    words: str,
    actor: Actor,
    at: datetime,
) -> Item:
    item = writer.insert(Item(meeting=row, enterprise=enterprise, words=words))
    told = events.ItemAdded(
        meeting_id=row.pk, item_id=item.pk, words_sha256=sha256_of(words),
        of_enterprise_id=enterprise.pk if enterprise else None,
    )  # fmt: skip
    record(writer, row, told, actor, at)
    return item


def item_remove(writer: Writer, item: Item, *, actor: Actor, at: datetime) -> None:
    told = events.ItemRemoved(meeting_id=item.meeting_id, item_id=item.pk)
    item.delete()
    record(writer, item.meeting, told, actor, at)


def item_decide(
    writer: Writer,
    item: Item,
    *,
    state: str,
    decision: str,
    owner: Officer | None = None,
    due_on: date | None = None,
    promise: Promise | None = None,
    case: Case | None = None,
    advice: Advice | None = None,
    actor: Actor,
    at: datetime,
) -> None:
    """A task of `owner`'s until a day, a refusal, or what was born of the item."""
    writer.update(
        item, state=state, decision=decision, decided_at=at, decided_owner=owner, owner=owner,
        department=owner.department if owner else None, due_on=due_on, promise=promise,
        advice=advice, case=case or item.case,
    )  # fmt: skip
    told = events.ItemDecided(
        meeting_id=item.meeting_id, item_id=item.pk, state=state, due_on=due_on,
        owner_id=owner.pk if owner else None, decision_sha256=sha256_of(decision),
        promise_id=promise.pk if promise else None, case_id=case.pk if case else None,
        advice_id=advice.pk if advice else None,
    )  # fmt: skip
    record(writer, item.meeting, told, actor, at, enterprise_id=item.enterprise_id)


def task_end(
    writer: Writer,
    item: Item,
    *,
    state: str,
    outcome: str,
    officer: Officer | None,
    file: StoredFile | None = None,
    file_name: str = "",
    actor: Actor,
    at: datetime,
) -> None:
    writer.update(
        item, state=state, outcome=outcome, ended_at=at, ended_by=officer, file=file,
        file_name=file_name,
    )  # fmt: skip
    told = events.TaskEnded(
        meeting_id=item.meeting_id, item_id=item.pk, state=state,
        outcome_sha256=sha256_of(outcome), file_sha256=file.sha256 if file else "",
    )  # fmt: skip
    record(writer, item.meeting, told, actor, at, enterprise_id=item.enterprise_id)


def task_hand_over(
    writer: Writer, item: Item, owner: Officer, *, actor: Actor, at: datetime
) -> None:
    writer.update(item, owner=owner, department=owner.department)
    told = events.TaskHandedOver(meeting_id=item.meeting_id, item_id=item.pk, owner_id=owner.pk)
    record(writer, item.meeting, told, actor, at)


def task_remind(writer: Writer, item: Item, *, step: int, actor: Actor, at: datetime) -> None:
    assert item.owner_id is not None, "a task has an owner"
    assert item.due_on is not None, "a task has a day"
    writer.update(item, told_step=step)
    told = events.TaskReminded(
        meeting_id=item.meeting_id, item_id=item.pk, owner_id=item.owner_id, is_late=step > 1,
        due_on=item.due_on,
    )  # fmt: skip
    record(writer, item.meeting, told, actor, at)


def host_change(
    writer: Writer, row: Meeting, officer: Officer, *, actor: Actor, at: datetime
) -> None:
    writer.update(row, host=officer)
    record(
        writer, row, events.HostChanged(meeting_id=row.pk, host_id=officer.pk), actor, at
    )  # fmt: skip


def attendance_take(
    writer: Writer,
    row: Meeting,
    *,
    departments: Collection[int],
    enterprises: Collection[int],
    actor: Actor,
    at: datetime,
) -> None:
    """Who of those asked came; the others didn't."""
    for one in row.invitations.all():
        writer.update(one, came=one.department_id in departments)
    for guest in row.guests.all():
        writer.update(guest, came=guest.enterprise_id in enterprises)
    told = events.AttendanceTaken(
        meeting_id=row.pk, department_ids=sorted(departments), enterprise_ids=sorted(enterprises)
    )
    record(writer, row, told, actor, at)


def meeting_close(
    writer: Writer, row: Meeting, *, summary: str, actor: Actor, at: datetime
) -> None:
    states = list(row.items.values_list("state", flat=True))
    tasks = sum(state in (ItemState.TASK, ItemState.DONE, ItemState.DROPPED) for state in states)
    writer.update(row, summary=summary, closed_at=at, closed_by_id=actor.account_id)
    told = events.MeetingClosed(
        meeting_id=row.pk, title=row.title, items=len(states), tasks=tasks,
        summary_sha256=sha256_of(summary),
    )  # fmt: skip
    record(writer, row, told, actor, at)


def record(
    writer: Writer,
    row: Meeting,
    told: Event,
    actor: Actor,
    at: datetime,
    enterprise_id: int | None = None,
) -> None:
    """What is of an enterprise stands on its timeline; the rest is the park's."""
    audience = Audience.STAFF if enterprise_id is None else Audience.ENTERPRISE
    writer.record(
        told, stream=row.stream, audience=audience, actor=actor, at=at, enterprise_id=enterprise_id
    )
