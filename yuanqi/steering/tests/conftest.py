"""Figures for the standing people's enterprises, and lists made of them."""

from datetime import date
from decimal import Decimal

import pytest

from tests.people import MONDAY_9AM, Zone
from yuanqi.conditions import operations as rules
from yuanqi.conditions.drafts import Draft
from yuanqi.conditions.models import Condition
from yuanqi.foundation.actors import SYSTEM
from yuanqi.registry.indicators import months_before
from yuanqi.registry.models import Enterprise, Indicator, IndicatorSource
from yuanqi.steering import operations
from yuanqi.steering.models import Entry

NEWEST = date(2026, 10, 1)
NOVEMBER = date(2026, 11, 1)


def state(enterprise: Enterprise, code: str, newest_first: list[float]) -> None:
    """Confirmed figures of a measure, from October 2026 back."""
    Indicator.objects.bulk_create(
        Indicator(
            enterprise=enterprise,
            month=months_before(NEWEST, back),
            code=code,
            source=IndicatorSource.DEPARTMENT,
            value=Decimal(str(round(value, 2))),
            stated_at=MONDAY_9AM,
            confirmed_at=MONDAY_9AM,
        )
        for back, value in enumerate(newest_first)
    )


def decline(zone: Zone) -> None:
    """松濑 made 100 a month last year, and 70 in the last two months; 禾屿 makes 500 as ever."""
    state(zone.enterprise, "output", [70, 70] + [100] * 22)
    state(zone.stranger.enterprise, "output", [500] * 24)


def make(at=MONDAY_9AM, month=NOVEMBER, **more):
    return operations.lists_make(month=month, actor=SYSTEM, at=at, **more)


def entry_of(enterprise: Enterprise, code: str, month=NOVEMBER) -> Entry:
    return Entry.objects.select_related("sheet__condition", "sheet__version").get(
        enterprise=enterprise, sheet__condition__code=code, sheet__month=month
    )


def on_lists(month=NOVEMBER) -> set[tuple[str, int]]:
    """Who is on which list of a month."""
    found = Entry.objects.filter(sheet__month=month, is_on=True)
    return set(found.values_list("sheet__condition__code", "enterprise"))


def publish(zone: Zone, code: str, text: str, when) -> None:
    """The centre writes a version that holds from today; a leader confirms it."""
    condition = Condition.objects.get(kind="list", code=code)
    draft = Draft(text=text, valid_from=when.date(), source="园区办法", reason="调整门槛")
    version = rules.draft_submit(
        condition_id=condition.pk, draft=draft, actor=zone.actor(zone.clerk, when), at=when
    )
    rules.version_publish(
        condition_id=condition.pk, number=version.number, revision=version.revision,
        actor=zone.actor(zone.leader, when), at=when,
    )  # fmt: skip


@pytest.fixture
def declining(zone: Zone) -> Entry:
    """松濑 on November's list of declines."""
    decline(zone)
    make()
    return entry_of(zone.enterprise, "marked-decline")
