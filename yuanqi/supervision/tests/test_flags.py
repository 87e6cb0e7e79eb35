"""Flags beside the light, the lists for leaders, and the baskets, by their exact edges."""

from datetime import timedelta

import pytest

from tests.evidence import every_row
from tests.people import Zone, at
from yuanqi.casework import operations as cases
from yuanqi.casework.models import Case
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible
from yuanqi.servicedesk import operations as desk
from yuanqi.supervision.baskets import in_basket, next_in
from yuanqi.supervision.models import Basket, Inspection
from yuanqi.supervision.operations import inspect, supervise, sweep
from yuanqi.supervision.queries import (
    AT_WORK,
    Flag,
    days_before,
    flags,
    flags_of,
    idle_before,
    long_red,
    register,
    talks,
)
from yuanqi.supervision.tests.test_sweep import accepted, raised

pytestmark = pytest.mark.django_db

MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("now", "before"),
    [
        # all of Tuesday is idle once Thursday has closed
        ("11-19 17:30", "11-17 00:00"),
        ("11-19 17:31", "11-18 00:00"),
        ("11-20 09:00", "11-18 00:00"),
        # a weekend isn't two working days
        ("11-23 17:30", "11-19 00:00"),
        ("11-24 17:31", "11-23 00:00"),
        # nor is the National Day
        ("10-08 17:31", "09-30 00:00"),
    ],
)
def test_two_working_days_are_counted_as_limits_are(zone, now, before):
    assert days_before(at(now), 2) == at(before)
    assert idle_before(at(now)) == at(before)


def test_a_list_counts_flags_as_a_row_shows_them(zone):
    """The same said in SQL and in Python, for each case in each state there is."""
    now = at("11-20 10:00")
    ids = {
        "idle": accepted(zone), "returned": raised(zone), "angry": raised(zone),
        "paused": accepted(zone), "fresh": raised(zone, "11-20 09:30"),
    }  # fmt: skip
    Case.objects.filter(pk=ids["returned"]).update(returns=2, acted_at=now)
    Case.objects.filter(pk=ids["angry"]).update(bad_reviews=2, escalation=1, acted_at=now)
    cases.clock_pause(
        case_id=ids["paused"], ground="superior-organ", awaited="批复",
        actor=zone.actor(zone.safety_handler), at=at("11-06 10:00"),
    )  # fmt: skip

    shown = {case.pk: flags_of(case, idle_before(now)) for case in Case.objects.all()}
    counted = {
        flag: set(Case.objects.filter(condition).values_list("pk", flat=True))
        for flag, condition in flags(idle_before(now)).items()
    }

    assert shown == {
        ids["idle"]: [Flag.IDLE], ids["returned"]: [Flag.SECOND_RETURN],
        ids["angry"]: [Flag.ESCALATED, Flag.TWICE_UNSATISFIED], ids["paused"]: [],
        ids["fresh"]: [],
    }  # fmt: skip
    assert counted == {
        flag: {pk for pk, flagged in shown.items() if flag in flagged} for flag in Flag
    }
    assert set(AT_WORK) == {"submitted", "dispatched", "in_progress", "call_back"}


def test_red_for_more_than_five_working_days_is_on_the_leadership_list(zone):
    case_id = accepted(zone)  # due on Thursday 19 November at the close
    late = lambda when: list(Case.objects.filter(long_red(when)).values_list("pk", flat=True))  # noqa: E731

    assert late(at("11-26 17:30")) == []
    assert late(at("11-26 17:30") + MOMENT) == [case_id]


def test_three_late_requests_a_month_call_for_a_talk(zone):
    month = (at("11-01 00:00"), at("12-01 00:00"))
    leader = zone.actor(zone.leader)
    for _number in range(2):
        accepted(zone)
    sweep(at=at("11-19 18:00"))
    assert talks(leader, *month) == []

    accepted(zone)
    sweep(at=at("11-20 09:00"))

    assert talks(leader, *month) == [(zone.safety, 3)]
    assert talks(leader, at("12-01 00:00"), at("12-31 00:00")) == []


def test_the_register_shows_each_his_own(zone):
    case_id = accepted(zone)
    sweep(at=at("11-19 18:00"))
    supervise(case_id=case_id, demand="说明", actor=zone.actor(zone.leader), at=at("11-20 09:00"))

    def seen(who: str) -> int:
        return register(zone.actor(getattr(zone, who))).count()

    assert [seen(who) for who in ("clerk", "leader", "safety_handler")] == [2, 2, 2]
    for who in ("safety_colleague", "planning_handler", "linked_officer", "contact", "stranger"):
        assert seen(who) == 0


# --- baskets -------------------------------------------------------------------------------------


def closed(zone: Zone, *, talk: bool = True, rate: int | None = 5) -> int:
    """Raised on Monday 2 November at 9:00, answered on Tuesday at 10:00."""
    case_id = desk.request_raise(
        contact_id=zone.contact.pk, category="ENV", level="P2", text="废水怎么接入？",
        actor=zone.actor(zone.contact), at=at("11-02 09:00"),
    )  # fmt: skip
    handler = zone.actor(zone.safety_handler)
    desk.request_dispatch(
        case_id=case_id, lead_id=zone.safety.pk, actor=zone.actor(zone.clerk), at=at("11-02 09:10")
    )
    desk.request_accept(case_id=case_id, actor=handler, at=at("11-02 09:20"))
    if talk:
        cases.message_send(case_id=case_id, body="在办", actor=handler, at=at("11-02 09:30"))
    desk.request_answer(case_id=case_id, body="可以", actor=handler, at=at("11-03 10:00"))
    if rate is None:
        assert cases.case_close_unrated(case_id=case_id, at=at("11-10 09:00"))
    else:
        cases.case_evaluate(
            case_id=case_id, level=rate, is_resolved=True, was_contacted=talk,
            actor=zone.actor(zone.contact), at=at("11-04 10:00"),
        )  # fmt: skip
    return case_id


NOW = at("11-20 10:00")


def test_what_went_well_lies_in_no_basket(zone):
    closed(zone)

    clerk = zone.actor(zone.clerk)
    assert [in_basket(basket, clerk, NOW).count() for basket in Basket] == [0] * len(Basket)


def test_each_basket_holds_what_raises_its_question(zone):
    clerk = zone.actor(zone.clerk)
    silent, unrated = closed(zone, talk=False), closed(zone, rate=None)
    fast = closed(zone)
    Case.objects.filter(pk=fast).update(answered_at=at("11-02 10:00"))
    angry = closed(zone)
    Case.objects.filter(pk=angry).update(bad_reviews=1)

    found = {
        basket.value: set(in_basket(basket, clerk, NOW).values_list("pk", flat=True))
        for basket in Basket
    }

    assert found == {
        "no-contact": {silent}, "unrated": {unrated}, "fast": {fast}, "bad-review": {angry},
        "long-paused": set(),
    }  # fmt: skip


def test_a_basket_is_worked_from_the_oldest_and_one_may_be_left_aside(zone):
    clerk = zone.actor(zone.clerk)
    first, second = closed(zone, talk=False), closed(zone, talk=False)

    assert next_in("no-contact", clerk, NOW).pk == first
    assert next_in("no-contact", clerk, NOW, after=first).pk == second
    assert next_in("no-contact", clerk, NOW, after=second) is None
    assert next_in("unrated", clerk, NOW) is None


def test_what_was_looked_at_leaves_all_baskets(zone):
    clerk = zone.actor(zone.clerk)
    case_id = closed(zone, talk=False, rate=None)

    inspect(
        case_id=case_id, basket="unrated", finding="not-ok", note="没回电话", actor=clerk, at=NOW
    )

    row = Inspection.objects.get()
    assert (row.basket, row.is_ok, row.note, row.by) == ("unrated", False, "没回电话", zone.clerk)
    assert [in_basket(basket, clerk, NOW).count() for basket in Basket] == [0] * len(Basket)
    before = every_row()
    with pytest.raises(Conflict, match="周敏"):
        inspect(case_id=case_id, basket="unrated", finding="ok", actor=clerk, at=NOW)
    assert every_row() == before


@pytest.mark.parametrize(
    ("who", "what", "error"),
    [
        ("clerk", {"finding": "not-ok"}, Invalid), ("clerk", {"finding": "fine"}, Invalid),
        ("clerk", {"basket": "mine"}, Invalid), ("clerk", {"basket": "fast"}, Conflict),
        ("leader", {}, NotAllowed), ("safety_handler", {}, NotAllowed),
        ("stranger", {}, NotVisible),
    ],
)  # fmt: skip
def test_only_the_centre_inspects_and_says_what_is_wrong(zone, who, what, error):
    case_id = closed(zone, talk=False)
    before = every_row()

    with pytest.raises(error):
        inspect(
            **{
                "case_id": case_id, "basket": "no-contact", "finding": "ok",
                "actor": zone.actor(getattr(zone, who)), "at": NOW, **what,
            }
        )  # fmt: skip

    assert every_row() == before


def test_what_ended_long_ago_is_looked_at_no_more(zone):
    clerk = zone.actor(zone.clerk)
    closed(zone, talk=False)  # closed on 4 November at 10:00

    assert next_in("no-contact", clerk, at("11-04 10:00") + timedelta(days=90)) is not None
    assert next_in("no-contact", clerk, at("11-04 10:01") + timedelta(days=90)) is None
