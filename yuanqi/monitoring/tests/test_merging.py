"""Two rows of one firm become one, and its returns, forecasts and targets with it."""

from datetime import date
from decimal import Decimal

from tests.people import Zone, at
from yuanqi.foundation.actors import SYSTEM
from yuanqi.monitoring import operations
from yuanqi.monitoring.models import Filing, Forecast, Span, Target
from yuanqi.registry import merging

from .collecting import collecting, send

__all__ = ["collecting"]


def test_what_both_have_of_a_month_stays_the_remaining_ones(collecting: Zone):
    old, into = collecting.enterprise, collecting.stranger.enterprise
    send(collecting, collecting.contact)
    for firm, value in ((old, 1000), (into, 2000)):
        operations.targets_set(
            enterprise_id=firm.pk, code="output", year=2026,
            values={(Span.YEAR, date(2026, 1, 1)): Decimal(value)},
            actor=collecting.actor(collecting.clerk), at=at("11-02 09:00"),
        )  # fmt: skip

    merging.merge(old.pk, into.pk, actor=SYSTEM, at=at("11-03 09:00"))

    assert list(Filing.objects.values_list("enterprise", flat=True)) == [into.pk]
    assert list(Forecast.objects.values_list("enterprise", "value")) == [(into.pk, Decimal(1400))]
    assert list(Target.objects.values_list("enterprise", "value")) == [(into.pk, Decimal(2000))]
