"""What happens to visits. What was said stands in the rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from yuanqi.foundation.journal import Event


@dataclass(frozen=True)
class VisitPlanned(Event):
    """A day was fixed, or another one; `departments` come along."""

    kind: ClassVar[str] = "visiting.visit_planned"
    visit_id: int
    enterprise_id: int
    officer_id: int
    planned_on: date
    before: date | None
    departments: Sequence[int]


@dataclass(frozen=True)
class VisitCancelled(Event):
    """It doesn't take place; the `wishes` that it took along wait for another one."""

    kind: ClassVar[str] = "visiting.visit_cancelled"
    version: ClassVar[int] = 2
    visit_id: int
    enterprise_id: int
    officer_id: int
    planned_on: date
    wishes: Sequence[int]
    reason_sha256: str


@dataclass(frozen=True)
class VisitMerged(Event):
    """What another had planned takes place with the visit `into_id`, on its day."""

    kind: ClassVar[str] = "visiting.visit_merged"
    visit_id: int
    enterprise_id: int
    officer_id: int
    into_id: int


@dataclass(frozen=True)
class WishMade(Event):
    """A department wants to visit; `visit_id` if one takes it along already."""

    kind: ClassVar[str] = "visiting.wish_made"
    wish_id: int
    enterprise_id: int
    department_id: int
    until_on: date
    visit_id: int | None
    subject_sha256: str


@dataclass(frozen=True)
class WishEnded(Event):
    kind: ClassVar[str] = "visiting.wish_ended"
    wish_id: int
    enterprise_id: int


@dataclass(frozen=True)
class VisitRecorded(Event):
    """A note came in; `merged` says how many other departments' visits it was."""

    kind: ClassVar[str] = "visiting.visit_recorded"
    visit_id: int
    enterprise_id: int
    officer_id: int
    key: str
    happened_at: datetime
    mode: str
    trends: Sequence[str]
    policies: Sequence[str]
    is_safety_reminded: bool
    requests: Sequence[int]
    promises: Sequence[int]
    advice: Sequence[int]
    photos: Sequence[str]
    merged: int
    talk_sha256: str


@dataclass(frozen=True)
class VisitConfirmed(Event):
    """The enterprise has read the report, and says whether it is right."""

    kind: ClassVar[str] = "visiting.visit_confirmed"
    visit_id: int
    enterprise_id: int
    is_right: bool
    remark_sha256: str


@dataclass(frozen=True)
class VisitsDue(Event):
    """How an officer's visits stood on a morning."""

    kind: ClassVar[str] = "visiting.visits_due"
    officer_id: int
    on: date
    overdue: int
    due: int
    silent: int


@dataclass(frozen=True)
class CalendarLinkRenewed(Event):
    """The old link to one's calendar shows nothing any more."""

    kind: ClassVar[str] = "visiting.calendar_link_renewed"
    serial: int


@dataclass(frozen=True)
class VisitsExported(Event):
    kind: ClassVar[str] = "visiting.visits_exported"
    query: str
    rows: int
