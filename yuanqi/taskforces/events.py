"""What happens to task forces. Texts stand in their rows, here is their SHA-256."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from yuanqi.foundation.journal import Event


@dataclass(frozen=True)
class ForceOpened(Event):
    kind: ClassVar[str] = "taskforces.opened"
    version: ClassVar[int] = 2
    force_id: int
    of_kind: str
    name: str
    enterprise_id: int | None
    project_id: int | None
    case_id: int | None
    lead_id: int
    member_ids: Sequence[int]
    ground_sha256: str


@dataclass(frozen=True)
class LeadChanged(Event):
    kind: ClassVar[str] = "taskforces.lead_changed"
    force_id: int
    before_id: int
    lead_id: int


@dataclass(frozen=True)
class MemberJoined(Event):
    kind: ClassVar[str] = "taskforces.member_joined"
    force_id: int
    member_id: int
    department_id: int


@dataclass(frozen=True)
class MemberLeft(Event):
    kind: ClassVar[str] = "taskforces.member_left"
    force_id: int
    member_id: int


@dataclass(frozen=True)
class TaskSet(Event):
    kind: ClassVar[str] = "taskforces.task_set"
    force_id: int
    task_id: int
    owner_id: int
    due_on: date
    text_sha256: str


@dataclass(frozen=True)
class TaskEnded(Event):
    """A task was done, or will not be (`state`)."""

    kind: ClassVar[str] = "taskforces.task_ended"
    force_id: int
    task_id: int
    state: str
    outcome_sha256: str


@dataclass(frozen=True)
class TaskHandedOver(Event):
    """Its owner left the park, or his unit was merged."""

    kind: ClassVar[str] = "taskforces.task_handed_over"
    force_id: int
    task_id: int
    owner_id: int


@dataclass(frozen=True)
class TaskReminded(Event):
    kind: ClassVar[str] = "taskforces.task_reminded"
    force_id: int
    task_id: int
    owner_id: int
    is_late: bool
    due_on: date


@dataclass(frozen=True)
class NoteWritten(Event):
    kind: ClassVar[str] = "taskforces.note_written"
    force_id: int
    note_id: int
    of_kind: str
    text_sha256: str


@dataclass(frozen=True)
class ForceClosed(Event):
    kind: ClassVar[str] = "taskforces.closed"
    force_id: int
    name: str
    report_sha256: str
