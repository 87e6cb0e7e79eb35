"""What happens to the four lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from yuanqi.foundation.journal import Event


@dataclass(frozen=True)
class ListMade(Event):
    """A month's list was made, or made afresh; `cause`: month, rule, or asked."""

    kind: ClassVar[str] = "steering.list_made"
    code: str
    month: date
    number: int
    made_on: date
    listed: int
    entered: int
    left: int
    unknown: int
    cause: str


@dataclass(frozen=True)
class StandingChanged(Event):
    """An enterprise came onto lists or left them; `facts` are those that made the difference."""

    kind: ClassVar[str] = "steering.standing_changed"
    enterprise_id: int
    month: date
    entered: Sequence[str]
    left: Sequence[str]
    cause: str
    facts: Sequence[str]


@dataclass(frozen=True)
class EntryConfirmed(Event):
    kind: ClassVar[str] = "steering.entry_confirmed"
    enterprise_id: int
    code: str
    month: date


@dataclass(frozen=True)
class EntryOverruled(Event):
    """Staff keep an enterprise on a list, or off it, until a day."""

    kind: ClassVar[str] = "steering.entry_overruled"
    enterprise_id: int
    code: str
    month: date
    is_on: bool
    reason: str
    until: date


@dataclass(frozen=True)
class CareRaised(Event):
    kind: ClassVar[str] = "steering.care_raised"
    enterprise_id: int
    case_id: int
    month: date


@dataclass(frozen=True)
class PlanSet(Event):
    kind: ClassVar[str] = "steering.plan_set"
    code: str
    valid_from: date
    visit_days: int
    parts: Sequence[str]
    measures_sha256: str


@dataclass(frozen=True)
class ListExported(Event):
    kind: ClassVar[str] = "steering.list_exported"
    query: str
    rows: int
