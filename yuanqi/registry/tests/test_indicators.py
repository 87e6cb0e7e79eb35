"""Monthly figures: stated by the enterprise or a department, confirmed or sent back by another."""

from datetime import date
from decimal import Decimal

import pytest

from tests.evidence import every_row
from tests.people import MONDAY_9AM, Zone
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible
from yuanqi.foundation.models import JournalEvent
from yuanqi.registry import figures, operations
from yuanqi.registry.models import Indicator, IndicatorSource
from yuanqi.registry.seen import ChangedMeanwhile

OCTOBER = date(2026, 10, 1)
FIGURES = {"revenue": Decimal("3200.5"), "staff": Decimal(118)}


@pytest.fixture
def told(zone: Zone):
    """Whose figures of which month, for an actor."""

    def by(person) -> dict:
        return {
            "enterprise_id": zone.enterprise.pk,
            "month": OCTOBER,
            "actor": zone.actor(person),
            "at": MONDAY_9AM,
        }

    return by


@pytest.fixture
def stated(zone, told) -> Zone:
    operations.indicators_state(figures=FIGURES, **told(zone.contact))
    return zone


def confirm(told, person, source=IndicatorSource.ENTERPRISE) -> int:
    return operations.indicators_confirm(source=source, **told(person))


def test_what_an_enterprise_states_is_one_event_a_month(stated):
    event = JournalEvent.objects.filter(stream=stated.enterprise.stream).latest("seq")

    assert event.kind == "registry.indicators_stated"
    assert event.payload["figures"] == {"revenue": "3200.5", "staff": "118"}
    assert set(Indicator.objects.values_list("code", "source", "stated_by")) == {
        ("revenue", "enterprise", stated.contact.account_id),
        ("staff", "enterprise", stated.contact.account_id),
    }


@pytest.mark.parametrize("who", ["safety_handler", "planning_handler", "clerk"])
def test_any_bureau_and_the_centre_confirm(stated, told, who):
    assert confirm(told, getattr(stated, who)) == 2
    assert not Indicator.objects.filter(confirmed_at=None).exists()


@pytest.mark.parametrize(
    ("who", "error"),
    [("contact", NotAllowed), ("linked_officer", NotAllowed), ("leader", NotAllowed),
     ("stranger", NotVisible)],
)  # fmt: skip
def test_nobody_else_confirms(stated, told, who, error):
    before = every_row()

    with pytest.raises(error):
        confirm(told, getattr(stated, who))

    assert every_row() == before


def test_nobody_confirms_what_he_stated_himself(zone, told):
    operations.indicators_state(figures=FIGURES, **told(zone.clerk))
    before = every_row()

    with pytest.raises(NotAllowed, match="另一位"):
        confirm(told, zone.clerk, IndicatorSource.DEPARTMENT)

    assert every_row() == before
    assert confirm(told, zone.safety_handler, IndicatorSource.DEPARTMENT) == 2


def test_what_is_confirmed_stands_until_it_is_sent_back(stated, told):
    confirm(told, stated.safety_handler)
    before = every_row()
    with pytest.raises(Conflict, match="已经确认"):
        operations.indicators_state(figures={"staff": Decimal(120)}, **told(stated.contact))
    assert every_row() == before

    operations.indicators_return(
        source=IndicatorSource.ENTERPRISE, reason="人数和社保对不上", **told(stated.safety_handler)
    )
    operations.indicators_state(figures={"staff": Decimal(120)}, **told(stated.contact))

    month = figures.month_of(stated.enterprise, OCTOBER)
    assert month.value("staff") == 120
    # the other figure was sent back too, and has not been said again
    assert month.state is figures.State.RETURNED
    assert month.sources[0].reason == "人数和社保对不上"


def test_what_was_sent_back_may_be_said_again_as_it_was(stated, told):
    operations.indicators_return(
        source=IndicatorSource.ENTERPRISE, reason="请核对", **told(stated.safety_handler)
    )
    with pytest.raises(Conflict):
        confirm(told, stated.safety_handler)

    operations.indicators_state(figures=FIGURES, **told(stated.contact))

    assert confirm(told, stated.safety_handler) == 2


def test_a_return_needs_its_reason(stated, told):
    before = every_row()

    with pytest.raises(Invalid):
        operations.indicators_return(
            source=IndicatorSource.ENTERPRISE, reason="  ", **told(stated.safety_handler)
        )

    assert every_row() == before


def test_of_two_sources_one_is_confirmed_and_that_counts(stated, told):
    operations.indicators_state(figures={"revenue": Decimal(3000)}, **told(stated.linked_officer))
    confirm(told, stated.safety_handler, IndicatorSource.DEPARTMENT)

    with pytest.raises(Conflict, match="另一个来源"):
        confirm(told, stated.safety_handler)
    assert figures.month_of(stated.enterprise, OCTOBER).value("revenue") == 3000


@pytest.mark.parametrize(
    ("month", "said"),
    [
        (OCTOBER, {"unknown": Decimal(1)}), (OCTOBER, {"staff": Decimal("1.5")}),
        (OCTOBER, {"revenue": Decimal(-1)}), (OCTOBER, {"revenue": Decimal("NaN")}),
        (OCTOBER, {"revenue": Decimal(10) ** 12}), (date(2026, 12, 1), FIGURES),
        (date(2026, 10, 2), FIGURES),
    ],
)  # fmt: skip
def test_a_figure_that_cannot_be_is_refused(zone, told, month, said):
    before = every_row()

    with pytest.raises(Invalid):
        operations.indicators_state(figures=said, **{**told(zone.contact), "month": month})

    assert every_row() == before


def test_taxes_may_be_paid_back(zone, told):
    operations.indicators_state(figures={"tax": Decimal("-12.5")}, **told(zone.contact))

    assert figures.month_of(zone.enterprise, OCTOBER).value("tax") == Decimal("-12.5")


def test_the_second_of_two_who_state_is_told(stated, told):
    before = every_row()

    with pytest.raises(ChangedMeanwhile) as refusal:
        operations.indicators_state(
            figures={"staff": Decimal(99)}, seen={"staff": "", "power": ""}, **told(stated.contact)
        )

    assert refusal.value.fields == {"staff": ("", "118")}
    assert every_row() == before


def test_the_table_takes_one_question_for_all_its_months(stated, django_assert_num_queries):
    with django_assert_num_queries(1):
        months = figures.months_of(stated.enterprise, date(2026, 11, 1))
        chart = figures.chart_of(months, "revenue")

    assert [one.code for one in months[:3]] == ["2026-11", "2026-10", "2026-09"]
    assert len(months) == 13
    assert [bar.code for bar in chart.bars if bar.height] == ["2026-10"]
    assert chart.bars[-2].is_open
    assert figures.chart_of(months, "power") is None
