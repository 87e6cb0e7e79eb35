"""What an operation on a task force does once it is allowed: through a writer, the demo's too."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from yuanqi.foundation.actors import Actor
from yuanqi.foundation.digests import sha256_of
from yuanqi.foundation.journal import Audience, Event
from yuanqi.foundation.writer import Writer
from yuanqi.organisation.models import Officer

from . import events
from .models import ForceTask, Member, Note, TaskForce


def force_open(
    writer: Writer,
    row: TaskForce,
    *,
    members: Sequence[Officer],
    actor: Actor,
    at: datetime,
) -> TaskForce:
    """Write a new task force with its people; the lead is one of them."""
    writer.insert(row)
    people = list(dict.fromkeys([row.lead, *members]))
    for one in people:
        writer.insert(_member(row, one, at))
    told = events.ForceOpened(
        force_id=row.pk, of_kind=row.kind, name=row.name, enterprise_id=row.enterprise_id,
        project_id=row.project_id, case_id=row.case_id, lead_id=row.lead_id,
        member_ids=[one.pk for one in people],
        ground_sha256=sha256_of(row.ground) if row.ground else "",
    )  # fmt: skip
    record(writer, row, told, actor, at)
    return row


def _member(row: TaskForce, officer: Officer, at: datetime) -> Member:
    return Member(
        force=row, officer=officer, department_id=officer.department_id,
        joined_on=timezone.localdate(at),
    )  # fmt: skip


def member_join(
    writer: Writer, row: TaskForce, officer: Officer, *, actor: Actor, at: datetime
) -> None:
    one = _member(row, officer, at)
    writer.insert(one)
    _moved(writer, row, at)
    told = events.MemberJoined(
        force_id=row.pk, member_id=officer.pk, department_id=one.department_id
    )
    record(writer, row, told, actor, at)


def member_leave(
    writer: Writer, row: TaskForce, one: Member, *, actor: Actor, at: datetime
) -> None:
    writer.update(one, left_on=timezone.localdate(at))
    _moved(writer, row, at)
    record(
        writer, row, events.MemberLeft(force_id=row.pk, member_id=one.officer_id), actor, at
    )  # fmt: skip


def lead_change(
    writer: Writer, row: TaskForce, officer: Officer, *, actor: Actor, at: datetime
) -> None:
    before = row.lead_id
    _moved(writer, row, at, lead=officer)
    told = events.LeadChanged(force_id=row.pk, before_id=before, lead_id=officer.pk)
    record(writer, row, told, actor, at)


def task_set(
    writer: Writer,
    row: TaskForce,
    *,
    text: str,
    owner: Officer,
    due_on: date,
    actor: Actor,
    at: datetime,
) -> ForceTask:
    task = ForceTask(
        force=row, text=text, owner=owner, department_id=owner.department_id, due_on=due_on,
        set_at=at,
    )  # fmt: skip
    writer.insert(task)
    _moved(writer, row, at)
    told = events.TaskSet(
        force_id=row.pk, task_id=task.pk, owner_id=owner.pk, due_on=due_on,
        text_sha256=sha256_of(text),
    )  # fmt: skip
    record(writer, row, told, actor, at)
    return task


def task_end(
    writer: Writer,
    row: TaskForce,
    task: ForceTask,
    *,
    state: str,
    outcome: str,
    officer: Officer | None,
    actor: Actor,
    at: datetime,
) -> None:
    writer.update(task, state=state, outcome=outcome, ended_at=at, ended_by=officer)
    _moved(writer, row, at)
    told = events.TaskEnded(
        force_id=row.pk, task_id=task.pk, state=state, outcome_sha256=sha256_of(outcome)
    )
    record(writer, row, told, actor, at)


def task_hand_over(
    writer: Writer, task: ForceTask, owner: Officer, *, actor: Actor, at: datetime
) -> None:
    writer.update(task, owner=owner, department=owner.department)
    told = events.TaskHandedOver(force_id=task.force_id, task_id=task.pk, owner_id=owner.pk)
    record(writer, task.force, told, actor, at)


def task_remind(writer: Writer, task: ForceTask, *, step: int, actor: Actor, at: datetime) -> None:
    writer.update(task, told_step=step)
    told = events.TaskReminded(
        force_id=task.force_id, task_id=task.pk, owner_id=task.owner_id, is_late=step > 1,
        due_on=task.due_on,
    )  # fmt: skip
    record(writer, task.force, told, actor, at)


def note_write(
    writer: Writer,
    row: TaskForce,
    *,
    kind: str,
    text: str,
    held_on: date | None,
    officer: Officer,
    actor: Actor,
    at: datetime,
) -> Note:
    note = Note(force=row, kind=kind, text=text, held_on=held_on, officer=officer, at=at)
    writer.insert(note)
    _moved(writer, row, at)
    told = events.NoteWritten(
        force_id=row.pk, note_id=note.pk, of_kind=kind, text_sha256=sha256_of(text)
    )
    record(writer, row, told, actor, at)
    return note


def force_close(writer: Writer, row: TaskForce, *, report: str, actor: Actor, at: datetime) -> None:
    _moved(writer, row, at, report=report, closed_at=at, closed_by_id=actor.account_id)
    told = events.ForceClosed(force_id=row.pk, name=row.name, report_sha256=sha256_of(report))
    record(writer, row, told, actor, at)


def record(writer: Writer, row: TaskForce, told: Event, actor: Actor, at: datetime) -> None:
    writer.record(
        told, stream=row.stream, audience=Audience.STAFF, actor=actor, at=at,
        enterprise_id=row.enterprise_id,
    )  # fmt: skip


def _moved(writer: Writer, row: TaskForce, at: datetime, **values: Any) -> None:
    writer.update(row, moved_at=at, **values)
