"""What supervision has to tell. Texts stay in their rows; the chain keeps their hashes."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from yuanqi.foundation.journal import Event


@dataclass(frozen=True)
class LimitNear(Event):
    """`officer_id` holds what the limit is for; `purpose` is the clock's, "call_back" for the
    call-back, "supervise" for an account that is owed."""

    kind: ClassVar[str] = "supervision.limit_near"
    case_id: int
    purpose: str
    task_id: int | None
    department_id: int
    officer_id: int | None
    due_at: datetime


@dataclass(frozen=True)
class LimitPassed(Event):
    kind: ClassVar[str] = "supervision.limit_passed"
    case_id: int
    purpose: str
    task_id: int | None
    department_id: int
    officer_id: int | None
    due_at: datetime


@dataclass(frozen=True)
class CaseEscalated(Event):
    """Up the reporting line by one rung; `officer_id` must account for it by `due_at`."""

    kind: ClassVar[str] = "supervision.case_escalated"
    case_id: int
    supervision_id: int
    purpose: str  # whose limit has passed; "supervise" from the second rung of a demand on
    unit_id: int  # whose delay it is
    rung: int
    department_id: int
    officer_id: int
    due_at: datetime | None


@dataclass(frozen=True)
class Reminded(Event):
    kind: ClassVar[str] = "supervision.reminded"
    case_id: int
    department_id: int
    officer_id: int
    words_sha256: str


@dataclass(frozen=True)
class SupplyReminded(Event):
    """The enterprise is reminded, once a pause, of what the clock waits for."""

    kind: ClassVar[str] = "supervision.supply_reminded"
    case_id: int
    awaited: str
    until_at: datetime


@dataclass(frozen=True)
class Supervised(Event):
    kind: ClassVar[str] = "supervision.supervised"
    case_id: int
    supervision_id: int
    ground: str
    department_id: int
    officer_id: int
    due_at: datetime | None
    demand_sha256: str


@dataclass(frozen=True)
class SupervisionAnswered(Event):
    kind: ClassVar[str] = "supervision.supervision_answered"
    case_id: int
    supervision_ids: list[int]
    reply_sha256: str


@dataclass(frozen=True)
class SupervisionEnded(Event):
    kind: ClassVar[str] = "supervision.supervision_ended"
    case_id: int
    supervision_id: int
    how: (
        str  # "officer" (who demanded it, or the centre), "limit" (its clock has stopped), "closed"
    )
    words_sha256: str


@dataclass(frozen=True)
class Inspected(Event):
    kind: ClassVar[str] = "supervision.inspected"
    case_id: int
    inspection_id: int
    basket: str
    is_ok: bool
    note_sha256: str
