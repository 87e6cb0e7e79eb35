"""What is known of an enterprise's month before it is asked: never ask twice."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from yuanqi.registry.indicators import MEASURES, Measure, months_before
from yuanqi.registry.models import Indicator, IndicatorSource

from .models import Filing, Forecast, Round
from .oddities import Before

# of several sources that nobody has confirmed the first of these counts
_ORDER = (IndicatorSource.ENTERPRISE, IndicatorSource.DEPARTMENT, IndicatorSource.IMPORT)


def counting(rows: Iterable[Indicator]) -> Indicator | None:
    """Of what several sources said of one figure, what counts: never what was sent back."""
    return min(
        (row for row in rows if row.returned_at is None),
        key=lambda row: (row.confirmed_at is None, _ORDER.index(IndicatorSource(row.source))),
        default=None,
    )


@dataclass(frozen=True, slots=True)
class KnownFigure:
    """One measure: what the month is known by, and what stood there before.

    `stated` is what counts of the month now, whoever said it; `sent_back` what was said and asked
    back; `last` the month before, `year_ago` the same month of the year before.
    """

    measure: Measure
    stated: Indicator | None
    sent_back: Indicator | None
    last: Indicator | None
    year_ago: Indicator | None

    @property
    def code(self) -> str:
        return self.measure.code

    @property
    def is_confirmed(self) -> bool:
        return self.stated is not None and self.stated.confirmed_at is not None

    @property
    def before(self) -> Before | None:
        """What a new figure is compared with: the month before, else the year before."""
        row = self.last or self.year_ago
        return Before(row.value, row.month) if row else None


def forecast_field(month: date) -> str:
    return f"forecast_{month:%Y_%m}"


def forecast_months(round_: Round) -> list[date]:
    """The months to come that a round asks a forecast of, the nearest first."""
    if not round_.forecast:
        return []
    return [months_before(round_.month, -ahead) for ahead in range(1, round_.forecast_months + 1)]


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of a filing: a figure for each measure asked, and forecasts by month."""

    figures: Mapping[str, KnownFigure]
    forecasts: Mapping[date, Forecast]

    @property
    def asked(self) -> list[KnownFigure]:
        """What is still asked: not what is confirmed."""
        return [one for one in self.figures.values() if not one.is_confirmed]

    @property
    def settled(self) -> list[KnownFigure]:
        return [one for one in self.figures.values() if one.is_confirmed]

    def values(self) -> dict[str, Decimal]:
        """What is confirmed of the month, by measure."""
        return {one.code: one.stated.value for one in self.settled if one.stated}

    def before(self) -> dict[str, Before]:
        """With what each measure's figure is compared, by its field."""
        return {code: one.before for code, one in self.figures.items() if one.before}


def known_of(filing: Filing) -> Known:
    """Read what is known of a filing: two queries."""
    round_ = filing.round
    month, last, year_ago = (
        round_.month, months_before(round_.month, 1), months_before(round_.month, 12)
    )  # fmt: skip
    rows: dict[tuple[str, date], list[Indicator]] = defaultdict(list)
    found = Indicator.objects.filter(
        enterprise=filing.enterprise_id, month__in=[month, last, year_ago]
    )
    for row in found.order_by("pk"):
        rows[row.code, row.month].append(row)
    figures = {
        code: KnownFigure(
            measure=MEASURES[code],
            stated=counting(rows[code, month]),
            sent_back=next((row for row in rows[code, month] if row.returned_at), None),
            last=counting(rows[code, last]),
            year_ago=counting(rows[code, year_ago]),
        )
        for code in round_.measures
        if code in MEASURES
    }
    months = forecast_months(round_)
    forecasts = Forecast.objects.filter(
        enterprise=filing.enterprise_id, code=round_.forecast, month__in=months
    )
    return Known(figures, {row.month: row for row in forecasts} if months else {})


def figures_of(
    enterprises: Sequence[int], months: Sequence[date], codes: Sequence[str]
) -> dict[tuple[int, date, str], Indicator]:
    """What counts for these enterprises, by enterprise, month and measure: one query."""
    rows: dict[tuple[int, date, str], list[Indicator]] = defaultdict(list)
    found = Indicator.objects.filter(
        enterprise__in=enterprises, month__in=months, code__in=codes
    ).only("enterprise_id", "month", "code", "source", "value", "confirmed_at", "returned_at")
    for row in found.order_by("pk"):
        rows[row.enterprise_id, row.month, row.code].append(row)
    return {key: row for key, some in rows.items() if (row := counting(some)) is not None}
