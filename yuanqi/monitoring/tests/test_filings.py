"""A return: kept as typed, sent once, asked about before it counts, accepted or asked back."""

from decimal import Decimal

import pytest

from tests.evidence import every_row
from tests.people import MONDAY_9AM, Zone, at, build_zone
from tests.together import at_once
from yuanqi.foundation import subscribers
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible
from yuanqi.foundation.models import JournalEvent
from yuanqi.monitoring import operations
from yuanqi.monitoring.following import follow
from yuanqi.monitoring.models import Filing, FilingState, Forecast
from yuanqi.monitoring.oddities import Rule
from yuanqi.monitoring.operations import ExplainFirst
from yuanqi.registry import operations as registry
from yuanqi.registry.models import Indicator, IndicatorSource

from .collecting import (
    MONDAY,
    NOVEMBER,
    OCTOBER,
    USUAL,
    collecting,
    decimals,
    filing_of,
    known,
    opened,
    send,
)

__all__ = ["collecting"]
YUAN = {"output": "12805000"}  # 元 typed for 万元


def stated(source: str) -> dict[str, Decimal]:
    rows = Indicator.objects.filter(month=OCTOBER, source=source)
    return dict(rows.values_list("code", "value"))


def kinds(zone: Zone) -> list[str]:
    found = JournalEvent.objects.filter(stream=zone.enterprise.stream).order_by("seq")
    return [one.kind for one in found]


# sending -----------------------------------------------------------------------------------------


def test_usual_figures_are_stated_in_the_register_and_wait_for_the_normal_confirmation(collecting):
    send(collecting, collecting.contact)

    assert stated("enterprise") == decimals(USUAL)
    assert not Indicator.objects.filter(month=OCTOBER, confirmed_at__isnull=False).exists()
    filing = filing_of(collecting)
    assert (filing.state, filing.source) == (FilingState.SENT, "enterprise")
    assert (filing.sent_by_id, filing.sent_at) == (collecting.contact.account_id, MONDAY)
    assert kinds(collecting)[-3:] == [
        "registry.indicators_stated", "monitoring.forecasts_stated", "monitoring.filing_sent",
    ]  # fmt: skip


def test_a_forecast_says_who_expects_what_and_when(collecting):
    send(collecting, collecting.contact)

    row = Forecast.objects.get()
    assert (row.month, row.code, row.value) == (NOVEMBER, "output", Decimal(1400))
    assert (row.stated_by_id, row.stated_at) == (collecting.contact.account_id, MONDAY)


def test_the_linked_officer_fills_in_for_the_enterprise_in_the_departments_name(collecting):
    send(collecting, collecting.linked_officer)

    assert stated("enterprise") == {}
    assert stated("department") == decimals(USUAL)
    assert filing_of(collecting).source == "department"


def test_a_return_is_sent_once(collecting):
    send(collecting, collecting.contact)
    before = every_row()

    with pytest.raises(Conflict, match="11-02 09:00 已经交了"):
        send(collecting, collecting.linked_officer, when=at("11-02 10:00"))

    assert every_row() == before


@pytest.mark.parametrize(
    ("figures", "field"),
    [
        ({"output": "-1"}, "output"),
        ({"output": "1000000000000"}, "output"),
        ({"output": "NaN"}, "output"),
        ({"staff": "118.5"}, "staff"),
        ({"rd": "12"}, "rd"),  # nobody asked
    ],
)
def test_what_cannot_be_is_refused_with_nothing_changed(collecting, figures, field):
    before = every_row()

    with pytest.raises(Invalid) as refused:
        send(collecting, collecting.contact, figures, reasons=dict.fromkeys(USUAL, "如实"))

    assert refused.value.field == field
    assert every_row() == before


def test_each_measure_that_is_asked_must_be_there(collecting):
    before = every_row()

    with pytest.raises(Invalid) as refused:
        operations.filing_send(
            enterprise_id=collecting.enterprise.pk, month=OCTOBER,
            figures={"output": Decimal(1300)}, forecasts={}, reasons={}, version=None,
            actor=collecting.actor(collecting.contact), at=MONDAY,
        )  # fmt: skip

    assert refused.value.field == "revenue"
    assert every_row() == before


@pytest.mark.parametrize(
    "forecasts", [{OCTOBER: Decimal(1)}, {NOVEMBER: Decimal(-1)}, {NOVEMBER: Decimal("1.234")}]
)
def test_a_forecast_that_cannot_be_is_refused_with_nothing_changed(collecting, forecasts):
    before = every_row()

    with pytest.raises(Invalid):
        send(collecting, collecting.contact, forecasts=forecasts)

    assert every_row() == before


@pytest.mark.parametrize(
    ("who", "error"),
    [("stranger", NotVisible), ("safety_handler", NotAllowed), ("leader", NotAllowed)],
)
def test_nobody_else_fills_it_in(collecting, who, error):
    before = every_row()

    with pytest.raises(error):
        send(collecting, getattr(collecting, who))
    with pytest.raises(error):
        operations.filing_save(
            enterprise_id=collecting.enterprise.pk, month=OCTOBER, typed={"output": "1"},
            version=None, actor=collecting.actor(getattr(collecting, who)), at=MONDAY,
        )  # fmt: skip

    assert every_row() == before


def test_what_a_department_confirmed_is_not_asked_again(collecting):
    known(collecting, OCTOBER, {"tax": "55"})
    figures = {code: value for code, value in decimals(USUAL).items() if code != "tax"}

    operations.filing_send(
        enterprise_id=collecting.enterprise.pk, month=OCTOBER, figures=figures, forecasts={},
        reasons={}, version=None, actor=collecting.actor(collecting.contact), at=MONDAY,
    )  # fmt: skip

    assert "tax" not in stated("enterprise")


def test_a_figure_confirmed_meanwhile_otherwise_is_told(collecting):
    known(collecting, OCTOBER, {"tax": "55"})
    before = every_row()

    with pytest.raises(Conflict, match="税收"):
        send(collecting, collecting.contact)

    assert every_row() == before


# drafts ------------------------------------------------------------------------------------------


def save(zone: Zone, who, typed: dict[str, str], version: int | None = None):
    return operations.filing_save(
        enterprise_id=zone.enterprise.pk, month=OCTOBER, typed=typed, version=version,
        actor=zone.actor(who), at=MONDAY,
    )  # fmt: skip


def test_a_draft_keeps_what_was_typed_and_nothing_of_it_counts(collecting):
    save(collecting, collecting.contact, {"output": "一千三？", "tax": " ", "staff": "12\x000"})

    filing = filing_of(collecting)
    assert filing.draft == {"output": "一千三？", "staff": "120"}
    assert filing.state == FilingState.WAITING
    assert not Indicator.objects.filter(month=OCTOBER).exists()


def test_sending_ends_the_draft(collecting):
    save(collecting, collecting.contact, {"output": "1300"})

    send(collecting, collecting.contact, version=1)

    assert filing_of(collecting).draft == {}


def test_who_is_second_is_told_of_the_others_draft(collecting):
    save(collecting, collecting.linked_officer, {"output": "1300"}, version=0)
    before = every_row()

    with pytest.raises(Conflict, match="别人存过草稿"):
        save(collecting, collecting.contact, {"output": "9"}, version=0)
    with pytest.raises(Conflict, match="别人存过草稿"):
        send(collecting, collecting.contact, version=0)

    assert every_row() == before


# oddities ----------------------------------------------------------------------------------------


def test_yuan_typed_for_ten_thousand_yuan_is_asked_about_before_it_counts(collecting):
    before = every_row()

    with pytest.raises(ExplainFirst) as asked:
        send(collecting, collecting.contact, YUAN)

    (one,) = [odd for odd in asked.value.oddities if odd.field == "output"]
    assert (one.rule, one.times) == (Rule.MORE, 10_000)
    assert one.before.value == Decimal("1280.5")
    assert every_row() == before


def test_each_oddity_needs_its_own_word(collecting):
    before = every_row()

    with pytest.raises(ExplainFirst) as asked:
        send(
            collecting, collecting.contact, {"staff": "0", "power": "0"},
            reasons={"staff": "全部外包", "power": "  "},
        )  # fmt: skip

    assert [(one.field, one.reason) for one in asked.value.oddities] == [
        ("staff", "全部外包"), ("power", ""),
    ]  # fmt: skip
    assert every_row() == before


def test_an_odd_forecast_is_asked_about_too(collecting):
    with pytest.raises(ExplainFirst) as asked:
        send(collecting, collecting.contact, forecasts={NOVEMBER: Decimal(13_200_000)})

    assert [one.field for one in asked.value.oddities] == ["forecast_2026_11"]


@pytest.fixture
def odd(collecting) -> Zone:
    """A return that was sent with an explanation."""
    send(
        collecting, collecting.contact, {"power": "0"}, reasons={"power": "十月检修，用自备电源"}
    )  # fmt: skip
    return collecting


def test_with_an_explanation_it_waits_for_staff(odd):
    filing = filing_of(odd)

    assert filing.state == FilingState.ODD
    assert [(one["field"], one["rule"], one["reason"]) for one in filing.oddities] == [
        ("power", "no_power", "十月检修，用自备电源")
    ]
    assert not Indicator.objects.filter(month=OCTOBER, confirmed_at__isnull=False).exists()


def accept(zone: Zone, who, when=MONDAY):
    return operations.filing_accept(
        filing_id=filing_of(zone).pk, actor=zone.actor(who), at=when
    )  # fmt: skip


def ask(zone: Zone, who, question="用电量真的是 0 吗？", when=MONDAY):
    return operations.filing_ask_back(
        filing_id=filing_of(zone).pk, question=question, actor=zone.actor(who), at=when
    )


def test_staff_accept_and_the_figures_count(odd):
    accept(odd, odd.safety_handler)

    assert filing_of(odd).state == FilingState.ACCEPTED
    assert set(Indicator.objects.filter(month=OCTOBER).values_list("confirmed_by", flat=True)) == {
        odd.safety_handler.account_id
    }
    assert kinds(odd)[-2:] == ["registry.indicators_confirmed", "monitoring.filing_accepted"]


@pytest.mark.parametrize(
    ("who", "error"),
    [("contact", NotAllowed), ("linked_officer", NotAllowed), ("leader", NotAllowed),
     ("stranger", NotVisible)],
)  # fmt: skip
def test_nobody_else_accepts_or_asks_back(odd, who, error):
    before = every_row()

    with pytest.raises(error):
        accept(odd, getattr(odd, who))
    with pytest.raises(error):
        ask(odd, getattr(odd, who))

    assert every_row() == before


def test_nobody_accepts_what_he_filled_in_himself(collecting):
    send(collecting, collecting.clerk)
    before = every_row()

    with pytest.raises(NotAllowed, match="另一位"):
        accept(collecting, collecting.clerk)

    assert every_row() == before


def test_what_was_asked_back_counts_no_more_and_the_form_is_open_again(odd):
    ask(odd, odd.clerk)

    filing = filing_of(odd)
    assert (filing.state, filing.question) == (FilingState.ASKED, "用电量真的是 0 吗？")
    assert not Indicator.objects.filter(month=OCTOBER, returned_at=None).exists()
    send(odd, odd.contact, when=at("11-03 09:00"))
    assert filing_of(odd).state == FilingState.SENT
    assert stated("enterprise") == decimals(USUAL)
    assert not Indicator.objects.filter(month=OCTOBER, returned_at__isnull=False).exists()


def test_also_what_was_accepted_can_be_asked_back(odd):
    accept(odd, odd.clerk)

    ask(odd, odd.planning_handler)

    assert not Indicator.objects.filter(month=OCTOBER, confirmed_at__isnull=False).exists()


@pytest.mark.parametrize("question", ["", "  ", "\x00", "问" * 201])
def test_a_question_needs_words(odd, question):
    before = every_row()

    with pytest.raises(Invalid):
        ask(odd, odd.clerk, question)

    assert every_row() == before


def test_neither_is_done_twice(odd):
    accept(odd, odd.clerk)
    before = every_row()
    with pytest.raises(Conflict):
        accept(odd, odd.planning_handler)
    assert every_row() == before

    ask(odd, odd.clerk)
    before = every_row()
    with pytest.raises(Conflict):
        ask(odd, odd.planning_handler)
    assert every_row() == before


# the register's own flow -------------------------------------------------------------------------


def caught_up(zone: Zone) -> int:
    events = list(JournalEvent.objects.filter(stream=zone.enterprise.stream).order_by("seq"))
    return follow(events, now=at("11-02 11:00"))


def in_register(zone: Zone, who, **more):
    return {
        "enterprise_id": zone.enterprise.pk, "month": OCTOBER,
        "source": IndicatorSource.ENTERPRISE, "actor": zone.actor(who), "at": MONDAY, **more,
    }  # fmt: skip


def test_what_is_confirmed_in_the_register_is_accepted_here_once(collecting):
    send(collecting, collecting.contact)
    registry.indicators_confirm(**in_register(collecting, collecting.safety_handler))

    assert caught_up(collecting) == 1
    assert filing_of(collecting).state == FilingState.ACCEPTED
    assert caught_up(collecting) == 0


def test_what_is_sent_back_in_the_register_opens_the_form_with_its_reason(collecting):
    send(collecting, collecting.contact)
    registry.indicators_return(
        reason="产值和税务的数对不上", **in_register(collecting, collecting.safety_handler)
    )

    assert caught_up(collecting) == 1
    filing = filing_of(collecting)
    assert (filing.state, filing.question) == (FilingState.ASKED, "产值和税务的数对不上")
    assert caught_up(collecting) == 0


def test_what_a_department_stated_and_confirmed_whole_nobody_needs_to_send(collecting):
    known(collecting, OCTOBER, USUAL)

    assert caught_up(collecting) == 1
    assert filing_of(collecting).state == FilingState.ACCEPTED


def test_own_acts_leave_the_subscriber_nothing_to_do(odd):
    accept(odd, odd.clerk)
    assert caught_up(odd) == 0

    ask(odd, odd.clerk)
    assert caught_up(odd) == 0


# races -------------------------------------------------------------------------------------------


def test_contact_and_officer_who_send_at_once_send_once(committed, django_db_blocker):
    with django_db_blocker.unblock():
        zone = build_zone()
        opened(zone)

        answers = at_once(lambda: send(zone, zone.contact), lambda: send(zone, zone.linked_officer))

        assert sorted(type(answer).__name__ for answer in answers) == ["Conflict", "Filing"]
        assert Indicator.objects.count() == len(USUAL)
        assert Forecast.objects.count() == 1
        assert Filing.objects.filter(state=FilingState.SENT).count() == 1


def test_accepting_and_asking_back_at_once_end_in_one_order(committed, django_db_blocker):
    with django_db_blocker.unblock():
        zone = build_zone()
        opened(zone)
        send(zone, zone.contact)

        at_once(
            lambda: accept(zone, zone.safety_handler, at("11-02 10:00")),
            lambda: ask(zone, zone.planning_handler, when=at("11-02 10:00")),
        )

        # asked back last, or refused to accept: in either case nothing counts
        assert filing_of(zone).state == FilingState.ASKED
        assert not Indicator.objects.filter(confirmed_at__isnull=False).exists()


def test_the_subscribers_do_it_for_real(committed, django_db_blocker):
    with django_db_blocker.unblock():
        zone = build_zone()
        opened(zone)
        send(zone, zone.contact)
        registry.indicators_confirm(**in_register(zone, zone.safety_handler, at=MONDAY_9AM))

        subscribers.catch_up()

        assert filing_of(zone).state == FilingState.ACCEPTED
