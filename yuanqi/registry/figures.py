"""An enterprise's indicators month by month: which figure counts, from whom, how it stands."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from django.db.models import Count, Min
from django.utils import dateformat
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .indicators import MEASURES, Measure, months_before
from .models import Enterprise, Indicator, IndicatorSource

MONTHS = 13  # shown: a year and the same month before it
# of several unconfirmed sources the first of these counts
_ORDER = [IndicatorSource.ENTERPRISE, IndicatorSource.DEPARTMENT, IndicatorSource.IMPORT]


class State(StrEnum):
    """How a month's figures of one source stand."""

    MISSING = "missing"
    WAITING = "waiting"
    RETURNED = "returned"
    CONFIRMED = "confirmed"


STATE_LABELS: dict[State, str | Promise] = {
    State.MISSING: _("还没填报"),
    State.WAITING: _("等确认"),
    State.RETURNED: _("已退回"),
    State.CONFIRMED: _("已确认"),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One measure of one month, as it counts; None where nothing was stated."""

    measure: Measure
    row: Indicator | None

    @property
    def text(self) -> str:
        if self.row is None:
            return "—"
        if self.measure.is_whole:
            return f"{self.row.value:,.0f}"
        # two digits after the point at most, and no noughts at the end
        return f"{self.row.value.normalize():,f}"

    @property
    def is_confirmed(self) -> bool:
        return self.row is not None and self.row.confirmed_at is not None


@dataclass(frozen=True, slots=True)
class Stated:
    """What one source said of a month."""

    source: IndicatorSource
    state: State
    cells: tuple[Cell, ...]
    rows: tuple[Indicator, ...]

    @property
    def label(self) -> str:
        return str(self.source.label)

    @property
    def state_label(self) -> str:
        return str(STATE_LABELS[self.state])

    @property
    def reason(self) -> str:
        return next((row.return_reason for row in self.rows if row.returned_at), "")


@dataclass(frozen=True, slots=True)
class Month:
    """One month: what counts of each measure, and what each source said."""

    month: date
    cells: tuple[Cell, ...]
    sources: tuple[Stated, ...]

    @property
    def code(self) -> str:
        return self.month.strftime("%Y-%m")

    @property
    def label(self) -> str:
        return dateformat.format(self.month, "Y-m")

    @property
    def state(self) -> State:
        """The worst of its sources that count: what waits is told before what is done."""
        states = {one.state for one in self.sources}
        for state in (State.RETURNED, State.WAITING, State.CONFIRMED):
            if state in states:
                return state
        return State.MISSING

    @property
    def state_label(self) -> str:
        return str(STATE_LABELS[self.state])

    @property
    def is_waiting(self) -> bool:
        return any(one.state is State.WAITING for one in self.sources)

    def value(self, code: str) -> Decimal | None:
        return next(
            (one.row.value for one in self.cells if one.measure.code == code and one.row), None
        )


def months_of(enterprise: Enterprise, newest: date, count: int = MONTHS) -> list[Month]:
    """The months up to `newest`, newest first; one query."""
    oldest = months_before(newest, count - 1)
    by_month: dict[date, list[Indicator]] = defaultdict(list)
    rows = Indicator.objects.filter(enterprise=enterprise, month__range=(oldest, newest))
    for row in rows.order_by("month", "pk"):
        by_month[row.month].append(row)
    wanted = [months_before(newest, back) for back in range(count)]
    return [month_from(month, by_month.get(month, [])) for month in wanted]


def month_of(enterprise: Enterprise, month: date) -> Month:
    rows = Indicator.objects.filter(enterprise=enterprise, month=month).select_related(
        "stated_by", "confirmed_by"
    )
    return month_from(month, list(rows.order_by("pk")))


def month_from(month: date, rows: Sequence[Indicator]) -> Month:
    """What these rows, all of one enterprise's month, say together."""
    sources = []
    for source in _ORDER:
        own = tuple(row for row in rows if row.source == source)
        if own:
            sources.append(Stated(source, _state(own), _cells(own), own))
    return Month(month, _cells(rows), tuple(sources))


def _state(rows: Sequence[Indicator]) -> State:
    if any(row.returned_at for row in rows):
        return State.RETURNED
    return State.CONFIRMED if all(row.confirmed_at for row in rows) else State.WAITING


def _cells(rows: Sequence[Indicator]) -> tuple[Cell, ...]:
    return tuple(
        Cell(measure, _counting([row for row in rows if row.code == measure.code]))
        for measure in MEASURES.values()
    )


def _counting(rows: Sequence[Indicator]) -> Indicator | None:
    """Of several sources the confirmed one counts, else the one nearest to the fact."""
    order = {source.value: place for place, source in enumerate(_ORDER)}
    return min(
        rows, key=lambda row: (row.confirmed_at is None, order.get(row.source, 9)), default=None
    )


# the chart ---------------------------------------------------------------------------------------

_WIDTH, _HEIGHT, _FOOT = 640, 120, 20


@dataclass(frozen=True, slots=True)
class Bar:
    """One month in the chart, in the units of its drawing; `is_open`: not confirmed yet."""

    x: float
    y: float
    width: float
    height: float
    middle: float
    label: str
    text: str
    code: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class Chart:
    measure: Measure
    bars: tuple[Bar, ...]
    width: int = _WIDTH
    height: int = _HEIGHT
    base: int = _HEIGHT - _FOOT
    foot: int = _HEIGHT - 5


def chart_of(months: Sequence[Month], code: str) -> Chart | None:
    """A bar a month, oldest first; None where nothing was stated."""
    measure = MEASURES[code]
    place = list(MEASURES).index(code)
    told = [(month, month.cells[place]) for month in reversed(months)]
    values = [cell.row.value for _month, cell in told if cell.row is not None]
    if not values:
        return None
    largest = max(max(values), Decimal(1))
    step = _WIDTH / len(told)
    base = _HEIGHT - _FOOT
    bars = []
    for position, (month, cell) in enumerate(told):
        value = cell.row.value if cell.row else Decimal(0)
        height = round(float(max(value, Decimal(0)) / largest) * (base - 18), 1)
        bars.append(
            Bar(
                x=round(position * step + step * 0.14, 1),
                y=round(base - height, 1),
                width=round(step * 0.72, 1),
                height=height,
                middle=round(position * step + step / 2, 1),
                label=dateformat.format(month.month, "y-m"),
                text=cell.text,
                code=month.code,
                is_open=not cell.is_confirmed,
            )
        )
    return Chart(measure, tuple(bars))


# what waits for a department --------------------------------------------------------------------

MOST_WAITING = 200


@dataclass(frozen=True, slots=True)
class Waiting:
    enterprise: Enterprise
    month: date
    count: int
    stated_at: datetime

    @property
    def code(self) -> str:
        return self.month.strftime("%Y-%m")


def waiting_months() -> list[Waiting]:
    """Months of enterprises that a department has not yet judged, the longest waiting first."""
    found = (
        Indicator.objects.filter(confirmed_at__isnull=True, returned_at__isnull=True)
        .values("enterprise_id", "month")
        .annotate(count=Count("pk"), at=Min("stated_at"))
        .order_by("at", "enterprise_id", "month")[:MOST_WAITING]
    )
    rows = list(found)
    firms = Enterprise.objects.in_bulk({row["enterprise_id"] for row in rows})
    return [
        Waiting(firms[row["enterprise_id"]], row["month"], row["count"], row["at"]) for row in rows
    ]
