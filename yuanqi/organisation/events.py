"""What happens to the organisation."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from yuanqi.foundation.journal import Event, Personal


@dataclass(frozen=True)
class DepartmentCreated(Event):
    kind: ClassVar[str] = "organisation.department_created"
    department_id: int
    code: str
    name: str
    reports_to_id: int | None


@dataclass(frozen=True)
class LineChangePlanned(Event):
    """From that day on it will report to another."""

    kind: ClassVar[str] = "organisation.line_change_planned"
    department_id: int
    reports_to_id: int | None
    valid_from: date
    reason: str


@dataclass(frozen=True)
class LineChangeDropped(Event):
    """It won't: an administrator took it back, or it had become impossible by its day."""

    kind: ClassVar[str] = "organisation.line_change_dropped"
    department_id: int
    valid_from: date
    by: str  # "officer", "impossible"
    reason: str


@dataclass(frozen=True)
class ListExported(Event):
    """Somebody took a list of the organisation out of the program."""

    kind: ClassVar[str] = "organisation.list_exported"
    register: str
    rows: int


@dataclass(frozen=True)
class HeadAppointed(Event):
    kind: ClassVar[str] = "organisation.head_appointed"
    department_id: int
    officer_id: int


@dataclass(frozen=True)
class OfficerCreated(Event):
    kind: ClassVar[str] = "organisation.officer_created"
    officer_id: int
    department_id: int
    name: Personal
    rank: int


@dataclass(frozen=True)
class AbsenceRecorded(Event):
    kind: ClassVar[str] = "organisation.absence_recorded"
    officer_id: int
    acting_id: int
    start_at: datetime
    end_at: datetime


@dataclass(frozen=True)
class DutyAssigned(Event):
    kind: ClassVar[str] = "organisation.duty_assigned"
    department_id: int
    officer_id: int
    start_at: datetime
    end_at: datetime


@dataclass(frozen=True)
class CalendarPublished(Event):
    kind: ClassVar[str] = "organisation.calendar_published"
    calendar: str
    document_no: str
    source: str


@dataclass(frozen=True)
class DepartmentChanged(Event):
    """`changes` maps a field to its new value; `before` to its old one."""

    kind: ClassVar[str] = "organisation.department_changed"
    department_id: int
    changes: dict[str, Any]
    before: dict[str, Any]


@dataclass(frozen=True)
class DepartmentClosed(Event):
    kind: ClassVar[str] = "organisation.department_closed"
    department_id: int
    merged_into_id: int | None
    reason: str


@dataclass(frozen=True)
class HeadResigned(Event):
    kind: ClassVar[str] = "organisation.head_resigned"
    department_id: int
    officer_id: int


@dataclass(frozen=True)
class OfficerChanged(Event):
    kind: ClassVar[str] = "organisation.officer_changed"
    officer_id: int
    fields: list[str]
    name: Personal
    rank: int


@dataclass(frozen=True)
class OfficerMoved(Event):
    kind: ClassVar[str] = "organisation.officer_moved"
    officer_id: int
    from_department_id: int
    to_department_id: int
    handed_to_id: int | None
    reason: str


@dataclass(frozen=True)
class OfficerLeft(Event):
    kind: ClassVar[str] = "organisation.officer_left"
    officer_id: int
    department_id: int
    handed_to_id: int | None
    reason: str


@dataclass(frozen=True)
class OfficerReturned(Event):
    kind: ClassVar[str] = "organisation.officer_returned"
    officer_id: int
    department_id: int


@dataclass(frozen=True)
class DutyCancelled(Event):
    """A shift that had begun ends at `until_at`; one that hadn't never was."""

    kind: ClassVar[str] = "organisation.duty_cancelled"
    department_id: int
    officer_id: int
    start_at: datetime
    until_at: datetime | None


@dataclass(frozen=True)
class AbsenceCancelled(Event):
    """An absence that had begun ends at `until_at`; one that hadn't never was."""

    kind: ClassVar[str] = "organisation.absence_cancelled"
    officer_id: int
    start_at: datetime
    until_at: datetime | None
