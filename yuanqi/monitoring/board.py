"""The board of a month: a line an enterprise, read for a whole page at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from yuanqi.foundation.pages import Key
from yuanqi.organisation.models import Officer
from yuanqi.registry.indicators import MEASURES, Measure, months_before
from yuanqi.registry.models import Indicator
from yuanqi.registry.queries import services_of

from .known import figures_of
from .models import Filing, FilingState, Round

ORDER = (Key("enterprise_id"),)  # of one round, an enterprise has one filing


def figure_text(value: Decimal | None) -> str:
    """A figure as lists show it: two digits after the point at most; — where it is unknown."""
    if value is None:
        return "—"
    return f"{value.quantize(Decimal('0.01')).normalize():,f}"


def change_text(value: Decimal | None, before: Decimal | None) -> str:
    """The change in per cent, with its sign; empty where nothing can be compared."""
    if value is None or not before or before < 0:
        return ""
    return f"{(value - before) * 100 / before:+.1f}%"


@dataclass(frozen=True, slots=True)
class Line:
    """A filing in the list: one measure's figure beside the month before and the year before."""

    filing: Filing
    measure: Measure
    value: Indicator | None
    last: Indicator | None
    year_ago: Indicator | None
    officer: Officer | None
    is_late: bool
    days_late: int

    @property
    def tone(self) -> str:
        """The class of the state's words."""
        if self.is_late:
            return "yq-text-red"
        if self.filing.state in (FilingState.ODD, FilingState.ASKED):
            return "yq-text-amber"
        return "yq-muted" if self.filing.state == FilingState.WAITING else ""

    @property
    def value_text(self) -> str:
        return figure_text(self.value.value if self.value else None)

    @property
    def is_sure(self) -> bool:
        return self.value is not None and self.value.confirmed_at is not None

    @property
    def last_text(self) -> str:
        return figure_text(self.last.value if self.last else None)

    @property
    def change(self) -> str:
        if self.value is None or self.year_ago is None:
            return ""
        return change_text(self.value.value, self.year_ago.value)


def lines_of(filings: Sequence[Filing], round_: Round, measure: Measure, today: date) -> list[Line]:
    """Read what a list says of these filings: two queries, two more where groups are served."""
    firms = [filing.enterprise for filing in filings]
    services = services_of(firms, today)
    month = round_.month
    last, year_ago = months_before(month, 1), months_before(month, 12)
    figures = figures_of([firm.pk for firm in firms], [month, last, year_ago], [measure.code])
    late = max((today - round_.due_on).days, 0)
    found = []
    for filing in filings:
        pk = filing.enterprise_id
        service = services.get(pk)
        found.append(
            Line(
                filing=filing,
                measure=measure,
                value=figures.get((pk, month, measure.code)),
                last=figures.get((pk, last, measure.code)),
                year_ago=figures.get((pk, year_ago, measure.code)),
                officer=service.officer if service else None,
                is_late=filing.is_open and late > 0,
                days_late=late,
            )
        )
    return found


def measures_of(round_: Round) -> list[Measure]:
    return [MEASURES[code] for code in round_.measures if code in MEASURES]


def measure_of(round_: Round, code: str) -> Measure:
    """The measure that a page shows: the one asked for, else the round's first."""
    asked = measures_of(round_)
    return next((one for one in asked if one.code == code), asked[0])
