"""What becomes due by the clock alone, done late or twice or by somebody else first."""

from datetime import timedelta

import pytest

from tests.evidence import every_row
from tests.people import Zone, at
from yuanqi.casework import operations as cases
from yuanqi.casework.models import Case, CaseState, ClockPause, ClockRecord, Purpose
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.models import JournalEvent
from yuanqi.organisation.models import CalendarVersion
from yuanqi.servicedesk import operations as desk

pytestmark = pytest.mark.django_db

LONGEST = at("11-20 17:30")  # ten working days after 6 November


def handler(zone: Zone) -> Actor:
    return zone.actor(zone.safety_handler)


def begun(zone: Zone) -> int:
    case_id = desk.request_raise(
        contact_id=zone.contact.pk, category="ENV", level="P2", text="废水怎么接入？",
        actor=zone.actor(zone.contact), at=at("11-05 10:00"),
    )  # fmt: skip
    desk.request_dispatch(
        case_id=case_id, lead_id=zone.safety.pk, actor=zone.actor(zone.clerk), at=at("11-05 10:10")
    )
    desk.request_accept(case_id=case_id, actor=handler(zone), at=at("11-05 10:20"))
    return case_id


@pytest.fixture
def paused(zone: Zone) -> int:
    """Paused on Friday 6 November at 16:00 for ten working days at most."""
    case_id = begun(zone)
    cases.clock_pause(
        case_id=case_id, ground="enterprise-material", awaited="水样报告", actor=handler(zone),
        at=at("11-06 16:00"),
    )  # fmt: skip
    return case_id


@pytest.fixture
def answered(zone: Zone) -> int:
    """Answered on Tuesday 10 November: five days end on a Sunday, so on Monday the 16th."""
    case_id = begun(zone)
    desk.request_answer(case_id=case_id, body="可以", actor=handler(zone), at=at("11-10 10:00"))
    return case_id


def last_event(case_id: int) -> JournalEvent:
    return JournalEvent.objects.filter(stream=f"case:{case_id}").latest("seq")


def resolve(case_id: int) -> ClockRecord:
    return ClockRecord.objects.get(case=case_id, purpose=Purpose.RESOLVE)


def test_before_its_longest_a_pause_goes_on(zone, paused):
    before = every_row()

    assert cases.sweep(at=LONGEST - timedelta(microseconds=1)) == 0
    assert every_row() == before


@pytest.mark.parametrize("late", [timedelta(0), timedelta(minutes=1), timedelta(days=40)])
def test_a_pause_ends_at_its_longest_however_late_the_sweep(zone, paused, late):
    assert cases.sweep(at=LONGEST + late) == 1

    assert ClockPause.objects.get(clock__case=paused).end_at == LONGEST
    # the closes of eleven working days were covered: ten days begin on 23 November
    assert resolve(paused).due_at == at("12-04 17:30")
    case = Case.objects.get(pk=paused)
    assert (case.is_paused, case.due_at) == (False, at("12-04 17:30"))
    event = last_event(paused)
    assert (event.kind, event.at, event.actor, event.payload["by"]) == (
        "casework.clock_resumed", LONGEST, "system", "limit",
    )  # fmt: skip
    assert cases.sweep(at=LONGEST + late) == 0


@pytest.mark.parametrize("how", ["resume", "supply"])
def test_who_ends_a_pause_after_its_longest_gains_no_time_by_it(zone, paused, how):
    now = at("11-27 10:00")

    if how == "resume":
        cases.clock_resume(case_id=paused, actor=handler(zone), at=now)
    else:
        cases.material_supply(case_id=paused, body="报告", actor=zone.actor(zone.contact), at=now)

    assert ClockPause.objects.get(clock__case=paused).end_at == LONGEST
    assert resolve(paused).due_at == at("12-04 17:30")
    assert last_event(paused).payload["by"] == "limit"
    assert cases.sweep(at=now) == 0


def test_who_ends_it_before_gains_only_what_it_took(zone, paused):
    cases.clock_resume(case_id=paused, actor=handler(zone), at=at("11-09 10:30"))

    assert resolve(paused).due_at == at("11-20 17:30")
    assert last_event(paused).payload["by"] == "officer"


def test_up_to_the_end_of_its_limit_an_answer_waits_for_its_evaluation(zone, answered):
    due = Case.objects.get(pk=answered).due_at
    before = every_row()

    assert due == at("11-16 17:30")
    assert cases.sweep(at=due) == 0
    assert every_row() == before


def test_what_nobody_rated_is_closed_after_its_limit_and_counts_as_not_rated(zone, answered):
    now = at("11-16 17:30") + timedelta(microseconds=1)

    assert cases.sweep(at=now) == 1

    case = Case.objects.get(pk=answered)
    assert (case.state, case.closed_at) == (CaseState.CLOSED, now)
    assert not case.evaluations.exists()
    event = last_event(answered)
    assert (event.kind, event.payload["how"], event.actor) == (
        "casework.case_closed", "unrated", "system",
    )  # fmt: skip
    assert cases.sweep(at=now) == 0


def test_a_bad_evaluation_is_called_back_however_late(zone, answered):
    cases.case_evaluate(
        case_id=answered, level=1, is_resolved=False, was_contacted=True,
        actor=zone.actor(zone.contact), at=at("11-10 11:00"),
    )  # fmt: skip
    case = Case.objects.get(pk=answered)
    assert (case.state, case.due_at) == (CaseState.CALL_BACK, at("11-11 17:30"))
    before = every_row()

    assert cases.sweep(at=at("12-24 10:00")) == 0
    assert every_row() == before


def test_an_evaluation_a_moment_before_the_sweep_stands(zone, answered):
    cases.case_evaluate(
        case_id=answered, level=5, is_resolved=True, was_contacted=True,
        actor=zone.actor(zone.contact), at=at("11-20 10:00"),
    )  # fmt: skip

    assert not cases.case_close_unrated(case_id=answered, at=at("11-20 10:01"))
    assert last_event(answered).payload["how"] == "evaluated"


def test_one_request_that_fails_holds_up_no_other(zone, paused, caplog):
    """Its calendar can't be read; the one after it in the order of the sweep is done."""
    other = begun(zone)
    cases.clock_pause(
        case_id=other, ground="enterprise-material", awaited="水样报告", actor=handler(zone),
        at=at("11-06 16:30"),
    )  # fmt: skip
    broken = CalendarVersion.objects.get(is_current=True)
    broken.pk, broken.version, broken.spans, broken.is_current = None, "broken", [["x", "y"]], False
    broken.save(force_insert=True)
    ClockRecord.objects.filter(case=paused).update(calendar=broken)

    assert cases.sweep(at=LONGEST) == 1

    assert Case.objects.get(pk=paused).is_paused
    assert not Case.objects.get(pk=other).is_paused
    assert f"case {paused} could not be swept" in caplog.text


def test_a_sweep_goes_on_only_as_long_as_it_may_and_the_next_does_the_rest(zone, paused, answered):
    spell = iter([True, False])

    assert cases.sweep(at=at("11-24 10:00"), goes_on=lambda: next(spell)) == 1
    assert resolve(paused).due_at is not None
    assert Case.objects.get(pk=answered).state == CaseState.ANSWERED

    assert cases.sweep(at=at("11-24 10:00")) == 1
    assert Case.objects.get(pk=answered).state == CaseState.CLOSED
