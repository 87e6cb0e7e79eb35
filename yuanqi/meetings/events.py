"""What happens to meetings. Texts stand in their rows, here is their SHA-256."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from yuanqi.foundation.journal import Event


@dataclass(frozen=True)
class MeetingCalled(Event):
    kind: ClassVar[str] = "meetings.called"
    meeting_id: int
    of_kind: str
    title: str
    starts_at: datetime
    department_id: int
    host_id: int


@dataclass(frozen=True)
class MeetingCalledOff(Event):
    kind: ClassVar[str] = "meetings.called_off"
    version: ClassVar[int] = 2
    meeting_id: int
    reason_sha256: str


@dataclass(frozen=True)
class DepartmentsInvited(Event):
    kind: ClassVar[str] = "meetings.departments_invited"
    meeting_id: int
    department_ids: Sequence[int]


@dataclass(frozen=True)
class InvitationAnswered(Event):
    kind: ClassVar[str] = "meetings.invitation_answered"
    meeting_id: int
    department_id: int
    answer: str
    comes_id: int | None


@dataclass(frozen=True)
class EnterpriseInvited(Event):
    kind: ClassVar[str] = "meetings.enterprise_invited"
    meeting_id: int
    enterprise_id: int
    title: str
    starts_at: datetime
    contact_row_id: int


@dataclass(frozen=True)
class ItemsCollected(Event):
    """Open requests were put on the agenda."""

    kind: ClassVar[str] = "meetings.items_collected"
    meeting_id: int
    case_ids: Sequence[int]


@dataclass(frozen=True)
class ItemAdded(Event):
    kind: ClassVar[str] = "meetings.item_added"
    meeting_id: int
    item_id: int
    of_enterprise_id: int | None
    words_sha256: str


@dataclass(frozen=True)
class ItemRemoved(Event):
    kind: ClassVar[str] = "meetings.item_removed"
    meeting_id: int
    item_id: int


@dataclass(frozen=True)
class ItemDecided(Event):
    """A task with its owner and day, a refusal, a request or advice born of it (`state`)."""

    kind: ClassVar[str] = "meetings.item_decided"
    meeting_id: int
    item_id: int
    state: str
    owner_id: int | None
    due_on: date | None
    decision_sha256: str
    promise_id: int | None
    case_id: int | None
    advice_id: int | None


@dataclass(frozen=True)
class TaskEnded(Event):
    """A task was done, or will not be (`state`)."""

    kind: ClassVar[str] = "meetings.task_ended"
    meeting_id: int
    item_id: int
    state: str
    outcome_sha256: str
    file_sha256: str


@dataclass(frozen=True)
class TaskHandedOver(Event):
    """Its owner left the park."""

    kind: ClassVar[str] = "meetings.task_handed_over"
    meeting_id: int
    item_id: int
    owner_id: int


@dataclass(frozen=True)
class TaskReminded(Event):
    kind: ClassVar[str] = "meetings.task_reminded"
    meeting_id: int
    item_id: int
    owner_id: int
    is_late: bool
    due_on: date


@dataclass(frozen=True)
class HostChanged(Event):
    """Its host left the park."""

    kind: ClassVar[str] = "meetings.host_changed"
    meeting_id: int
    host_id: int


@dataclass(frozen=True)
class AttendanceTaken(Event):
    kind: ClassVar[str] = "meetings.attendance_taken"
    meeting_id: int
    department_ids: Sequence[int]
    enterprise_ids: Sequence[int]


@dataclass(frozen=True)
class MeetingClosed(Event):
    kind: ClassVar[str] = "meetings.closed"
    meeting_id: int
    title: str
    items: int
    tasks: int
    summary_sha256: str
