"""What happens to the organisation."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from yuanqi.foundation.journal import Event, Personal


@dataclass(frozen=True)
class DepartmentCreated(Event):
    kind: ClassVar[str] = "organisation.department_created"
    department_id: int
    code: str
    name: str
    reports_to_id: int | None


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
