"""What happens to key indicators. Figures in the unit of their measure; texts of people as hashes
stand nowhere here: a reason and a question are the park's and the firm's own words on figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from yuanqi.foundation.journal import Event


@dataclass(frozen=True)
class RoundOpened(Event):
    """A month's returns are asked for: what, of how many enterprises, until which day."""

    kind: ClassVar[str] = "monitoring.round_opened"
    month: date
    measures: Sequence[str]
    forecast: str
    forecast_months: int
    whom: str
    due_on: date
    count: int


@dataclass(frozen=True)
class FilingOpened(Event):
    """An enterprise is asked for its figures of a month."""

    kind: ClassVar[str] = "monitoring.filing_opened"
    enterprise_id: int
    filing_id: int
    month: date
    due_on: date


@dataclass(frozen=True)
class FilingDrafted(Event):
    """What was typed was kept, by the names of its fields; nothing is stated yet."""

    kind: ClassVar[str] = "monitoring.filing_drafted"
    enterprise_id: int
    filing_id: int
    month: date
    fields: Sequence[str]


@dataclass(frozen=True)
class FilingSent(Event):
    """Sent; the figures are told by the register's own event. `oddities` were explained."""

    kind: ClassVar[str] = "monitoring.filing_sent"
    enterprise_id: int
    filing_id: int
    month: date
    source: str
    oddities: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class FilingAccepted(Event):
    kind: ClassVar[str] = "monitoring.filing_accepted"
    enterprise_id: int
    filing_id: int
    month: date


@dataclass(frozen=True)
class FilingAskedBack(Event):
    """The park asks what is meant; until it is answered nothing of it counts."""

    kind: ClassVar[str] = "monitoring.filing_asked_back"
    enterprise_id: int
    filing_id: int
    month: date
    question: str


@dataclass(frozen=True)
class FilingReminded(Event):
    """Reminded by the sweep (`step`) or by somebody (`step` nought): the contacts, the officer."""

    kind: ClassVar[str] = "monitoring.filing_reminded"
    enterprise_id: int
    filing_id: int
    month: date
    step: int
    due_on: date
    to_contacts: bool
    to_officer: bool


@dataclass(frozen=True)
class ForecastsStated(Event):
    """What an enterprise expects of coming months, by month; `before` is what it said earlier."""

    kind: ClassVar[str] = "monitoring.forecasts_stated"
    enterprise_id: int
    code: str
    before: Mapping[str, Decimal]
    after: Mapping[str, Decimal]


@dataclass(frozen=True)
class TargetsSet(Event):
    """Targets of a year, by "y2026" and "m2026_10"; None where there is none."""

    kind: ClassVar[str] = "monitoring.targets_set"
    enterprise_id: int | None
    code: str
    year: int
    before: Mapping[str, Decimal | None]
    after: Mapping[str, Decimal | None]


@dataclass(frozen=True)
class BoardExported(Event):
    kind: ClassVar[str] = "monitoring.board_exported"
    query: str
    rows: int
