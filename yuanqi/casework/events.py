"""What can happen to any case. Texts stay in their rows; the chain keeps their hashes."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from yuanqi.foundation.journal import Event


@dataclass(frozen=True)
class ClockPaused(Event):
    kind: ClassVar[str] = "casework.clock_paused"
    case_id: int
    ground: str
    awaited: str
    basis: str
    until_at: datetime


@dataclass(frozen=True)
class ClockResumed(Event):
    kind: ClassVar[str] = "casework.clock_resumed"
    case_id: int
    ground: str
    by: str  # "officer", "enterprise" (what was awaited came in), "limit" (the pause ran out)
    due_at: datetime | None


@dataclass(frozen=True)
class ClockMoved(Event):
    """A new calendar reached this clock: it is counted anew by it."""

    kind: ClassVar[str] = "casework.clock_moved"
    case_id: int
    purpose: str
    task_id: int | None
    due_before: datetime
    due_after: datetime | None
    calendar: str
    document_no: str


@dataclass(frozen=True)
class CaseParked(Event):
    kind: ClassVar[str] = "casework.case_parked"
    case_id: int
    explanation: str
    basis: str
    until_at: datetime  # the review: the clock goes on then, if not before


@dataclass(frozen=True)
class ExtensionAsked(Event):
    kind: ClassVar[str] = "casework.extension_asked"
    case_id: int
    extension_id: int
    officer_id: int
    reviewer_id: int
    amount: Decimal
    base: str
    reason: str
    due_before: datetime
    due_after: datetime


@dataclass(frozen=True)
class ExtensionDecided(Event):
    kind: ClassVar[str] = "casework.extension_decided"
    case_id: int
    extension_id: int
    officer_id: int
    asked_by_id: int
    by: str  # "reviewer", or "asker": taken back, since nothing is left to extend
    is_granted: bool
    decision: str
    reason: str  # why it was asked
    amount: Decimal
    base: str
    due_before: datetime
    due_after: datetime | None  # the new limit, if granted


@dataclass(frozen=True)
class HandedOver(Event):
    kind: ClassVar[str] = "casework.handed_over"
    case_id: int
    task_id: int
    department_id: int
    from_officer_id: int
    to_officer_id: int
    reason: str


@dataclass(frozen=True)
class CaseMoved(Event):
    """An officer left or moved, or a department was merged: what was theirs is another's."""

    kind: ClassVar[str] = "casework.case_moved"
    case_id: int
    from_officer_id: int | None
    to_officer_id: int | None
    from_department_id: int | None
    to_department_id: int | None


@dataclass(frozen=True)
class TaskStarted(Event):
    kind: ClassVar[str] = "casework.task_started"
    case_id: int
    task_id: int
    department_id: int
    officer_id: int


@dataclass(frozen=True)
class TaskDone(Event):
    kind: ClassVar[str] = "casework.task_done"
    case_id: int
    task_id: int
    department_id: int
    officer_id: int
    opinion_sha256: str


@dataclass(frozen=True)
class MessageSent(Event):
    kind: ClassVar[str] = "casework.message_sent"
    case_id: int
    message_id: int
    message_kind: str
    body_sha256: str
    files: list[str]  # SHA-256 of each attachment


@dataclass(frozen=True)
class Evaluated(Event):
    kind: ClassVar[str] = "casework.evaluated"
    case_id: int
    level: int
    is_resolved: bool
    was_contacted: bool
    praised: bool


@dataclass(frozen=True)
class CaseClosed(Event):
    kind: ClassVar[str] = "casework.case_closed"
    case_id: int
    how: str  # "evaluated", "called_back", "unrated"


@dataclass(frozen=True)
class FileRemoved(Event):
    kind: ClassVar[str] = "casework.file_removed"
    case_id: int
    attachment_id: int
    sha256: str
    reason: str


@dataclass(frozen=True)
class MechanismPublished(Event):
    kind: ClassVar[str] = "casework.mechanism_published"
    code: str
    number: int
    digest: str
    valid_from: date
    limits_begun: int
    limits_ended: int


@dataclass(frozen=True)
class CaseTaken(Event):
    """The enterprise was a second row of another one, which has the case now."""

    kind: ClassVar[str] = "casework.case_taken"
    case_id: int
    from_enterprise_id: int
    enterprise_id: int


@dataclass(frozen=True)
class LimitChanged(Event):
    """A rule of the table from a day on; `old` and `new` are limits, blank where there is none."""

    kind: ClassVar[str] = "casework.limit_changed"
    code: str
    purpose: str
    level: str
    category: str
    old: str
    new: str
    source: str
    valid_from: date
    reason: str


@dataclass(frozen=True)
class LimitWithdrawn(Event):
    """A rule whose day hadn't come; `holds` is what goes on."""

    kind: ClassVar[str] = "casework.limit_withdrawn"
    code: str
    purpose: str
    level: str
    category: str
    withdrawn: str
    holds: str
    valid_from: date
    reason: str
