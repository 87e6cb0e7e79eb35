"""A month's collection to test with: figures of other months, a round, what a firm sends."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.people import Zone, at
from yuanqi.foundation.actors import SYSTEM
from yuanqi.monitoring import operations
from yuanqi.monitoring.models import Filing, Round
from yuanqi.registry import operations as registry
from yuanqi.registry.models import IndicatorSource

OCTOBER = date(2026, 10, 1)
SEPTEMBER = date(2026, 9, 1)
YEAR_AGO = date(2025, 10, 1)
NOVEMBER = date(2026, 11, 1)
OPENED = at("11-01 09:07")
MONDAY = at("11-02 09:00")
LAST = {"output": "1280.5", "revenue": "1300", "tax": "42", "staff": "118", "power": "36"}
USUAL = {"output": "1320", "revenue": "1290", "tax": "40.5", "staff": "120", "power": "37"}


def decimals(figures: dict[str, str]) -> dict[str, Decimal]:
    return {code: Decimal(text) for code, text in figures.items()}


def known(zone: Zone, month: date, figures: dict[str, str], enterprise=None) -> None:
    """Figures of a month that the department stated, and another bureau confirmed."""
    enterprise = enterprise or zone.enterprise
    told: dict[str, Any] = {"enterprise_id": enterprise.pk, "month": month, "at": OPENED}
    registry.indicators_state(figures=decimals(figures), actor=zone.actor(zone.clerk), **told)
    registry.indicators_confirm(
        source=IndicatorSource.DEPARTMENT, actor=zone.actor(zone.planning_handler), **told
    )


def opened(zone: Zone) -> Round:
    found = operations.round_open(month=OCTOBER, actor=SYSTEM, at=OPENED)
    assert found is not None
    return found


@pytest.fixture
def collecting(zone: Zone) -> Zone:
    """A zone in which October's figures are asked for, and September's are known."""
    known(zone, SEPTEMBER, LAST)
    opened(zone)
    return zone


def filing_of(zone: Zone) -> Filing:
    return Filing.objects.select_related("round").get(
        enterprise=zone.enterprise, round__month=OCTOBER
    )


def send(zone: Zone, who, figures=None, *, when=MONDAY, **more: Any) -> Filing:
    """Somebody sends October's figures, the usual ones unless others are given."""
    return operations.filing_send(
        enterprise_id=zone.enterprise.pk,
        month=OCTOBER,
        figures=decimals(USUAL | (figures or {})),
        forecasts=more.pop("forecasts", {NOVEMBER: Decimal(1400)}),
        reasons=more.pop("reasons", {}),
        version=more.pop("version", None),
        actor=zone.actor(who),
        at=when,
        **more,
    )


__all__ = [
    "LAST", "MONDAY", "NOVEMBER", "OCTOBER", "OPENED", "SEPTEMBER", "USUAL",
    "YEAR_AGO", "collecting", "decimals", "filing_of", "known", "opened", "send",
]  # fmt: skip
