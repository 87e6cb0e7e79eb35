"""Who is asked what each month: the park's settings as they hold when a round is opened."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Sum

from yuanqi.parameters import parameters
from yuanqi.registry.indicators import MEASURES, month_of, months_before
from yuanqi.registry.models import Enterprise, Indicator, LinkRole, Standing
from yuanqi.registry.queries import links_on

from . import parameters_defined as keys
from .oddities import Thresholds


@dataclass(frozen=True, slots=True)
class Terms:
    """What a round is opened with."""

    month: date
    opens_on: date
    due_on: date
    measures: tuple[str, ...]
    forecast: str
    forecast_months: int
    whom: str


def terms(month: date, on: date) -> Terms:
    """Return how a month's figures are collected, by the settings of a day.

    They are asked for in the month after, from its opening day until its due day; a due day before
    the opening day would leave no time, and falls on the opening day itself.
    """
    after = months_before(month, -1)
    opens = after.replace(day=parameters.value(keys.OPEN_DAY, on))
    due = after.replace(day=parameters.value(keys.DUE_DAY, on))
    ahead = parameters.value(keys.FORECAST_MONTHS, on)
    return Terms(
        month=month,
        opens_on=opens,
        due_on=max(opens, due),
        measures=tuple(code for code in MEASURES if parameters.value(keys.asks(code), on)),
        forecast=parameters.value(keys.FORECAST, on) if ahead else "",
        forecast_months=ahead,
        whom=parameters.value(keys.WHOM, on),
    )


def last_month(today: date) -> date:
    """The month that is over."""
    return months_before(month_of(today), 1)


def enterprises_asked(whom: str, today: date) -> QuerySet[Enterprise]:
    """The enterprises that are asked: at work, not merged into another, of the chosen set."""
    found = Enterprise.objects.filter(standing=Standing.ACTIVE, merged_into__isnull=True).order_by(
        "pk"
    )
    if whom == keys.LED:
        leads = links_on(today).filter(role=LinkRole.LEAD)
        own = leads.filter(enterprise=OuterRef("pk"))
        by_group = leads.filter(enterprise__heads_group=OuterRef("group"))
        return found.filter(Q(Exists(own)) | Q(Exists(by_group)))
    found = found.filter(is_industrial=True)
    if whom == keys.ABOVE:
        year = months_before(month_of(today), 12)
        revenue = (
            Indicator.objects.filter(
                enterprise=OuterRef("pk"), code="revenue", month__gte=year,
                confirmed_at__isnull=False,
            )
            .order_by()
            .values("enterprise")
            .annotate(total=Sum("value"))
            .values("total")
        )  # fmt: skip
        found = found.annotate(revenue_of_year=Subquery(revenue)).filter(
            revenue_of_year__gte=parameters.value(keys.ABOVE_SCALE, today)
        )
    return found


def thresholds(on: date) -> Thresholds:
    return Thresholds(
        times=parameters.value(keys.ODD_TIMES, on),
        floor=Decimal(parameters.value(keys.ODD_FLOOR, on)),
    )


# the steps of the sweep, in the order of their days
BEFORE, AFTER, OFFICER = 1, 2, 3


def step_on(due_on: date, today: date) -> int:
    """The last step whose day has come; nought before the first, and just after the due day."""
    days = (today - due_on).days
    if days >= parameters.value(keys.OFFICER_DAYS, today):
        return OFFICER
    if days >= parameters.value(keys.AFTER_DAYS, today):
        return AFTER
    return BEFORE if -parameters.value(keys.BEFORE_DAYS, today) <= days <= 0 else 0
