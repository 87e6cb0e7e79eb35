"""What was reached of targets: of the zone, of each enterprise that has one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet, Sum

from yuanqi.foundation.actors import Actor
from yuanqi.foundation.pages import Key
from yuanqi.registry.indicators import MEASURES
from yuanqi.registry.models import Enterprise, Indicator
from yuanqi.registry.queries import enterprises_listed

from .board import figure_text
from .models import Forecast, Round, Span, Target
from .zone import asked_enterprises

ORDER = (Key("enterprise_id"),)


@dataclass(frozen=True, slots=True)
class Reached:
    """Confirmed figures of a year, by month and together; `year` is None where nothing is.

    `forecasts` is what enterprises expect of months, their last word.
    """

    months: Mapping[date, Decimal]
    year: Decimal | None
    forecasts: Mapping[date, Decimal] = field(default_factory=dict)


def reached(enterprise: Enterprise | None, code: str, year: int) -> Reached:
    """What is confirmed of a year: an enterprise's, or that of the newest round's enterprises.

    Of what isn't summed over months (staff) the year's is that of its newest month.
    """
    found = Indicator.objects.filter(
        code=code, confirmed_at__isnull=False,
        month__range=(date(year, 1, 1), date(year, 12, 1)),
    )  # fmt: skip
    ahead = Forecast.objects.filter(code=code, month__range=(date(year, 1, 1), date(year, 12, 1)))
    if enterprise is not None:
        found, ahead = found.filter(enterprise=enterprise), ahead.filter(enterprise=enterprise)
    else:
        newest = Round.objects.filter(month__lte=date(year, 12, 1)).order_by("-month").first()
        if newest is None:
            return Reached({}, None)
        asked = asked_enterprises(newest)
        found, ahead = found.filter(enterprise__in=asked), ahead.filter(enterprise__in=asked)
    months = dict(found.order_by("month").values_list("month").annotate(Sum("value")))
    expected = dict(ahead.order_by("month").values_list("month").annotate(Sum("value")))
    if not months:
        return Reached({}, None, expected)
    if MEASURES[code].is_whole:
        return Reached(months, months[max(months)], expected)
    return Reached(months, sum(months.values(), Decimal(0)), expected)


def firms_with_targets(actor: Actor, code: str, year: int) -> QuerySet[Target]:
    """The year's targets of enterprises that the actor may see."""
    return Target.objects.filter(
        span=Span.YEAR, code=code, starts_on=date(year, 1, 1),
        enterprise__in=enterprises_listed(actor),
    ).select_related("enterprise")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """An enterprise's year: its target, what is confirmed so far, in what part of the target."""

    enterprise: Enterprise
    target: str
    done: str
    share: str


def lines_of(targets: Sequence[Target], code: str, year: int) -> list[Line]:
    """Read what the list says of these targets: one query."""
    by_firm: dict[int, dict[date, Decimal]] = {}
    found = Indicator.objects.filter(
        enterprise__in=[row.enterprise_id for row in targets], code=code,
        confirmed_at__isnull=False, month__range=(date(year, 1, 1), date(year, 12, 1)),
    )  # fmt: skip
    for enterprise_id, month, value in found.values_list("enterprise", "month", "value"):
        by_firm.setdefault(enterprise_id, {})[month] = value
    lines = []
    for row in targets:
        months = by_firm.get(row.enterprise_id, {})
        if MEASURES[code].is_whole:
            done = months[max(months)] if months else None
        else:
            done = sum(months.values(), Decimal(0)) if months else None
        share = f"{done * 100 / row.value:.1f}%" if done is not None and row.value else ""
        firm = row.enterprise
        assert firm is not None, "a target of an enterprise has one"
        lines.append(Line(firm, figure_text(row.value), figure_text(done), share))
    return lines
