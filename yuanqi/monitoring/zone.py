"""The zone's figures of a month: sums of the enterprises asked, against targets and last year.

Sums are like for like (同口径): the same enterprises in every month, those of the round shown. What
is confirmed counts; what still waits is told beside it; what was asked back stands in neither.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from django.db.models import (
    Case,
    Count,
    DateField,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    When,
)
from django.db.models.functions import Substr
from django.utils.translation import gettext as _

from yuanqi.registry import industry
from yuanqi.registry.indicators import MEASURES, Measure, months_before
from yuanqi.registry.models import Area, Indicator, IndicatorSource

from .board import measures_of
from .filters import NO_AREA
from .models import Filing, FilingState, Forecast, Round, Span, Target

MONTHS = 13
By = Literal["industry", "area"]
_ZERO = Decimal(0)
SURE = Q(confirmed_at__isnull=False)
_WAITING = Q(confirmed_at__isnull=True)
# of several sources that nobody has confirmed, as `known.counting` has them
_NEAREST = Case(
    When(source=IndicatorSource.ENTERPRISE, then=0),
    When(source=IndicatorSource.DEPARTMENT, then=1),
    default=2,
)


@dataclass(frozen=True, slots=True)
class Total:
    """A sum of confirmed figures, of how many enterprises; and what waits to be confirmed.

    `ago` is what stood a year before for those of the enterprises that have both figures, and
    `paired` their sum now: half a month's returns aren't held against a whole month's.
    """

    value: Decimal = _ZERO
    firms: int = 0
    waiting: Decimal = _ZERO
    waiting_firms: int = 0
    paired: Decimal = _ZERO
    ago: Decimal | None = None

    @property
    def known(self) -> Decimal | None:
        return self.value if self.firms else None

    @property
    def known_paired(self) -> Decimal | None:
        return self.paired if self.ago is not None else None


def asked_enterprises(round_: Round) -> QuerySet[Filing]:
    return Filing.objects.filter(round=round_).order_by().values("enterprise")


def _sums(found: QuerySet[Indicator], *by: str, **also: Any) -> QuerySet[Any]:
    """Add up, of each enterprise's figure, what counts of it: said by several, it counts once."""
    one_each = (
        found.filter(returned_at__isnull=True)
        .order_by(
            "enterprise_id", "month", "code", F("confirmed_at").asc(nulls_last=True), _NEAREST
        )
        .distinct("enterprise_id", "month", "code")
    )
    year_before = Func(
        OuterRef("month"),
        template="(%(expressions)s - interval '1 year')::date",
        output_field=DateField(),
    )
    ago = Indicator.objects.filter(
        enterprise=OuterRef("enterprise"),
        code=OuterRef("code"),
        month=year_before,
        confirmed_at__isnull=False,
    )
    return (
        Indicator.objects.filter(pk__in=one_each.values("pk"))
        .annotate(before=Subquery(ago.values("value")[:1]))
        .order_by()
        .values(*by, **also)
        .annotate(
            total=Sum("value", filter=SURE),
            firms=Count("enterprise", filter=SURE),
            open_total=Sum("value", filter=_WAITING),
            open_firms=Count("enterprise", filter=_WAITING),
            ago=Sum("before", filter=SURE),
            paired=Sum("value", filter=SURE & Q(before__isnull=False)),
        )
    )


def _total(row: Mapping[str, Any]) -> Total:
    return Total(
        value=row["total"] or _ZERO,
        firms=row["firms"],
        waiting=row["open_total"] or _ZERO,
        waiting_firms=row["open_firms"],
        paired=row["paired"] or _ZERO,
        ago=row["ago"],
    )


def totals(
    round_: Round, months: Sequence[date], codes: Sequence[str]
) -> dict[tuple[date, str], Total]:
    """The sums of the round's enterprises by month and measure: one query."""
    found = _sums(
        Indicator.objects.filter(
            enterprise__in=asked_enterprises(round_), month__in=months, code__in=codes
        ),
        "month", "code",
    )  # fmt: skip
    return {(row["month"], row["code"]): _total(row) for row in found}


def zone_targets(code: str | None, year: int) -> dict[tuple[str, date, str], Decimal]:
    """The zone's targets of a year by span, beginning and measure; of one measure if named."""
    found = Target.objects.filter(
        enterprise__isnull=True, starts_on__range=(date(year - 1, 1, 1), date(year, 12, 1))
    )
    if code:
        found = found.filter(code=code)
    return {(row.span, row.starts_on, row.code): row.value for row in found}


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure of the month: its sum beside the target, the year before, the year so far."""

    measure: Measure
    total: Total
    target: Decimal | None
    so_far: Decimal
    year_target: Decimal | None


def figures(round_: Round) -> list[Figure]:
    """Every measure of the round: two queries. Staff and the like aren't summed over months."""
    month = round_.month
    this = [months_before(month, back) for back in range(month.month)]
    codes = [one.code for one in measures_of(round_)]
    sums = totals(round_, this, codes)
    targets = zone_targets(None, month.year)
    first = month.replace(month=1)
    return [
        Figure(
            measure=MEASURES[code],
            total=sums.get((month, code), Total()),
            target=targets.get((Span.MONTH, month, code)),
            so_far=sum((sums.get((one, code), Total()).value for one in this), _ZERO),
            year_target=targets.get((Span.YEAR, first, code)),
        )
        for code in codes
    ]


@dataclass(frozen=True, slots=True)
class MonthLine:
    """A month of one measure; `forecast` is what its enterprises expected of it, and how many."""

    month: date
    total: Total
    target: Decimal | None
    has_round: bool  # its rows can be shown
    forecast: Decimal | None
    forecast_firms: int

    @property
    def code(self) -> str:
        return f"{self.month:%Y-%m}"


def months_of(round_: Round, code: str, ahead: int) -> list[MonthLine]:
    """A year of one measure up to the round's month, and the months expected: four queries."""
    shown = [months_before(round_.month, back) for back in range(MONTHS - 1, -ahead - 1, -1)]
    sums = totals(round_, shown, [code])
    asked = set(Round.objects.filter(month__in=shown).values_list("month", flat=True))
    targets = zone_targets(code, shown[-1].year)
    expected = (
        Forecast.objects.filter(
            enterprise__in=asked_enterprises(round_), code=code, month__in=shown
        )
        .order_by()
        .values("month")
        .annotate(total=Sum("value"), firms=Count("pk"))
    )
    forecasts = {row["month"]: (row["total"], row["firms"]) for row in expected}
    return [
        MonthLine(
            month=one,
            total=sums.get((one, code), Total()),
            target=targets.get((Span.MONTH, one, code)),
            has_round=one in asked,
            forecast=forecasts.get(one, (None, 0))[0],
            forecast_firms=forecasts.get(one, (None, 0))[1],
        )
        for one in shown
    ]


@dataclass(frozen=True, slots=True)
class Part:
    """An industry's or area's share of the month; `key` is the board's filter for its rows."""

    key: str
    label: str
    total: Total
    filings: int
    open: int


def parts_of(round_: Round, code: str, by: By) -> list[Part]:
    """The month by industry (divisions of GB/T 4754) or by area, the largest first: two queries,
    a third for the areas' names."""
    group = (
        {"part": Substr("enterprise__industry_code", 1, 3)}
        if by == "industry"
        else {"part": F("enterprise__area")}
    )
    found = _sums(
        Indicator.objects.filter(
            enterprise__in=asked_enterprises(round_), month=round_.month, code=code
        ),
        **group,
    )
    sums = {row["part"]: _total(row) for row in found}
    asked = (
        Filing.objects.filter(round=round_)
        .annotate(**group)
        .order_by()
        .values("part")
        .annotate(
            count=Count("pk"),
            open=Count("pk", filter=Q(state__in=[FilingState.WAITING, FilingState.ASKED])),
        )
    )
    areas = Area.objects.in_bulk() if by == "area" else {}
    parts = [
        Part(
            key=_key(row["part"], by),
            label=_label(row["part"], by, areas),
            total=sums.get(row["part"], Total()),
            filings=row["count"],
            open=row["open"],
        )
        for row in asked
    ]
    return sorted(parts, key=lambda one: (-one.total.value, -one.filings, one.label))


def _key(part: Any, by: By) -> str:
    if by == "area":
        return NO_AREA if part is None else str(part)
    return part or ""


def _label(part: Any, by: By, areas: Mapping[int, Area]) -> str:
    if by == "area":
        return areas[part].label if part in areas else _("没有登记片区")
    found = industry.find(part) if part else None
    return found.label if found else _("没有登记行业")
