"""Warnings before each limit, escalation after it: said once, however often and late one looks."""

from datetime import timedelta

import pytest

from tests.evidence import events, every_row
from tests.people import BEFORE, Zone, at
from yuanqi.casework import operations as cases
from yuanqi.casework.models import Case, CaseBar, ClockRecord, Purpose
from yuanqi.foundation.actors import SYSTEM
from yuanqi.foundation.models import JournalEvent
from yuanqi.organisation import operations as organisation
from yuanqi.organisation.models import Department
from yuanqi.servicedesk import operations as desk
from yuanqi.servicedesk.operations import CoHandler
from yuanqi.supervision.models import Ground, Supervision
from yuanqi.supervision.operations import supervision_answer, sweep

pytestmark = pytest.mark.django_db

MOMENT = timedelta(microseconds=1)


def raised(zone: Zone, when: str = "11-05 10:00", level: str = "P2") -> int:
    return desk.request_raise(
        contact_id=zone.contact.pk, category="ENV", level=level, text="废水怎么接入？",
        actor=zone.actor(zone.contact), at=at(when),
    )  # fmt: skip


def dispatched(zone: Zone, *helping: Department) -> int:
    case_id = raised(zone)
    desk.request_dispatch(
        case_id=case_id,
        lead_id=zone.safety.pk,
        co_handlers=[CoHandler(unit.pk, "核一下") for unit in helping],
        actor=zone.actor(zone.clerk),
        at=at("11-05 10:10"),
    )
    return case_id


def accepted(zone: Zone, *helping: Department) -> int:
    """Accepted, and the enterprise has been spoken to and told the plan: ENV P2 is ten days."""
    case_id = dispatched(zone, *helping)
    handler = zone.actor(zone.safety_handler)
    desk.request_accept(case_id=case_id, actor=handler, at=at("11-05 10:20"))
    cases.message_send(case_id=case_id, body="办", kind="plan", actor=handler, at=at("11-05 10:30"))
    return case_id


def told(case_id: int, *kinds: str) -> list[tuple[str, ...]]:
    """What supervision said of a case: kind, purpose where it has one, at."""
    wanted = [f"supervision.{kind}" for kind in kinds or ("limit_near", "limit_passed")]
    return [
        (event.kind.removeprefix("supervision."), event.payload.get("purpose", ""), event.at)
        for event in JournalEvent.objects.filter(
            stream=f"case:{case_id}", kind__in=wanted
        ).order_by("seq")
    ]


def ladder(case_id: int) -> list[tuple[int, str]]:
    """Each rung that was climbed, and who was asked."""
    return [
        (event.payload["rung"], event.payload["officer_id"])
        for event in JournalEvent.objects.filter(
            stream=f"case:{case_id}", kind="supervision.case_escalated"
        ).order_by("seq")
    ]


def passed(row: Supervision) -> list[str]:
    """The limits that an escalation is for."""
    limits = row.passed_limits.order_by("clock")
    return list(limits.values_list("clock__purpose", flat=True))


RESOLVE_DUE = at("11-19 17:30")  # ten working days after Thursday, 5 November


def test_nothing_is_said_before_the_warning(zone):
    case_id = accepted(zone)
    warn_at = ClockRecord.objects.get(case=case_id, purpose=Purpose.RESOLVE).warn_at
    before = every_row()

    assert sweep(at=warn_at - MOMENT) == 0
    assert every_row() == before


def test_each_limit_is_warned_of_once(zone):
    case_id = accepted(zone)
    clock = ClockRecord.objects.get(case=case_id, purpose=Purpose.RESOLVE)

    assert sweep(at=clock.warn_at) == 1
    assert told(case_id) == [("limit_near", "resolve", clock.warn_at)]
    event = JournalEvent.objects.filter(stream=f"case:{case_id}").latest("seq")
    assert (event.actor, event.audience) == ("system", "staff")
    assert event.payload["department_id"] == zone.safety.pk
    assert event.payload["officer_id"] == zone.safety_handler.pk

    before = every_row()
    assert sweep(at=clock.warn_at) == 0
    assert sweep(at=RESOLVE_DUE) == 0
    assert every_row() == before


def test_a_limit_that_has_moved_is_warned_of_again(zone):
    """The clock stood while papers were awaited; what was near then is far again, then near."""
    case_id = accepted(zone)
    handler = zone.actor(zone.safety_handler)
    first = ClockRecord.objects.get(case=case_id, purpose=Purpose.RESOLVE).warn_at
    sweep(at=first)
    cases.clock_pause(
        case_id=case_id, ground="enterprise-material", awaited="水样", actor=handler,
        at=first + timedelta(hours=1),
    )  # fmt: skip
    assert sweep(at=at("11-20 10:00")) == 0
    cases.clock_resume(case_id=case_id, actor=handler, at=at("11-25 10:00"))
    again = ClockRecord.objects.get(case=case_id, purpose=Purpose.RESOLVE).warn_at

    assert sweep(at=again) == 1
    assert [said[2] for said in told(case_id)] == [first, again]


@pytest.mark.parametrize(
    "late", [MOMENT, timedelta(minutes=1), timedelta(hours=20), timedelta(days=40)]
)
def test_a_passed_limit_goes_to_the_head_of_who_holds_it_once_however_late(zone, late):
    case_id = accepted(zone)
    now = RESOLVE_DUE + late

    assert sweep(at=now) == 1

    assert told(case_id) == [("limit_passed", "resolve", now)]
    row = Supervision.objects.get()
    assert (row.case_id, row.ground, row.rung) == (case_id, Ground.LIMIT, 1)
    assert (row.unit, row.department, row.officer) == (
        zone.safety,
        zone.safety,
        zone.safety_handler,
    )
    # his own working day begins when he is told, not when the limit passed
    assert (row.began_at, row.asked_at) == (now, now)
    assert Case.objects.get(pk=case_id).escalation == 1
    assert ladder(case_id) == [(1, zone.safety_handler.pk)]
    before = every_row()
    assert sweep(at=now) == 0
    assert every_row() == before


def test_on_the_limit_itself_nothing_is_late(zone):
    case_id = accepted(zone)
    sweep(at=RESOLVE_DUE - timedelta(hours=1))

    assert sweep(at=RESOLVE_DUE) == 0
    assert Case.objects.get(pk=case_id).escalation == 0


def test_unanswered_it_goes_up_a_rung_when_its_own_clock_runs_out(zone):
    case_id = accepted(zone)
    sweep(at=at("11-19 18:00"))
    row = Supervision.objects.get()
    assert row.due_at == at("11-20 17:30")
    warn_at = at("11-20 15:37") + timedelta(seconds=30)  # a quarter of 7.5 hours is left

    assert sweep(at=warn_at) == 1  # he is warned of his own limit
    assert sweep(at=at("11-20 17:30")) == 0
    assert sweep(at=at("11-20 17:31")) == 1

    row.refresh_from_db()
    assert (row.rung, row.department.kind, row.officer) == (2, "leadership", zone.leader)
    assert (row.unit, row.began_at) == (zone.safety, at("11-19 18:00"))
    assert (row.asked_at, row.due_at) == (at("11-20 17:31"), at("11-23 17:30"))
    assert Case.objects.get(pk=case_id).escalation == 2
    assert ladder(case_id) == [(1, zone.safety_handler.pk), (2, zone.leader.pk)]
    assert told(case_id) == [
        ("limit_passed", "resolve", at("11-19 18:00")),
        ("limit_near", "supervise", warn_at),
        ("limit_passed", "supervise", at("11-20 17:31")),
    ]  # fmt: skip


def test_at_the_top_of_the_line_it_is_said_once_more_and_goes_no_further(zone):
    case_id = accepted(zone)
    for when in ("11-19 18:00", "11-20 18:00", "11-23 18:00"):
        assert sweep(at=at(when)) == 1

    row = Supervision.objects.get()
    assert (row.rung, row.officer, row.passed_at) == (2, zone.leader, at("11-23 18:00"))
    assert Case.objects.get(pk=case_id).escalation == 2
    before = every_row()
    assert sweep(at=at("12-23 18:00")) == 0
    assert every_row() == before


def test_what_a_unit_passes_next_joins_the_account_that_it_owes(zone):
    """Neither spoken to nor given a plan: one account for both, by the clock that runs already."""
    case_id = dispatched(zone)
    desk.request_accept(
        case_id=case_id, actor=zone.actor(zone.safety_handler), at=at("11-05 10:20")
    )
    sweep(at=at("11-06 10:01"))  # the enterprise was to be spoken to within 24 hours
    row = Supervision.objects.get()
    assert (passed(row), row.due_at) == (["contact"], at("11-09 17:30"))

    sweep(at=at("11-09 17:29"))
    Supervision.objects.update(due_at=at("11-10 17:30"), warn_at=at("11-10 16:00"))
    assert sweep(at=at("11-09 17:31")) == 1  # two working days for the plan

    row = Supervision.objects.get()
    assert (passed(row), row.rung, row.began_at) == (
        ["contact", "plan"], 1, at("11-06 10:01"),
    )  # fmt: skip
    assert ladder(case_id) == [(1, zone.safety_handler.pk)]
    # it is over when both clocks have stopped, with the later of them
    handler = zone.actor(zone.safety_handler)
    cases.message_send(case_id=case_id, body="在看", actor=handler, at=at("11-10 09:00"))
    assert sweep(at=at("11-10 09:01")) == 0
    cases.message_send(case_id=case_id, body="办", kind="plan", actor=handler, at=at("11-10 10:00"))
    assert sweep(at=at("11-10 10:01")) == 1
    row.refresh_from_db()
    assert row.ended_at == at("11-10 10:00")


def test_what_passes_after_the_account_asks_for_another(zone):
    case_id = dispatched(zone)
    handler = zone.actor(zone.safety_handler)
    desk.request_accept(case_id=case_id, actor=handler, at=at("11-05 10:20"))
    sweep(at=at("11-06 10:01"))
    supervision_answer(case_id=case_id, reply="明天联系", actor=handler, at=at("11-06 11:00"))

    sweep(at=at("11-09 17:31"))

    rows = Supervision.objects.order_by("id")
    assert [(passed(row), row.replied_at is None) for row in rows] == [
        (["contact"], False), (["plan"], True),
    ]  # fmt: skip
    assert ladder(case_id) == [(1, zone.safety_handler.pk)] * 2


def test_before_the_dispatch_it_is_the_centres_delay(zone):
    raised(zone)

    assert sweep(at=at("11-05 14:00")) == 1  # two working hours to dispatch

    row = Supervision.objects.get()
    assert (row.unit, row.officer, passed(row)) == (zone.centre, zone.clerk, ["sign"])


def test_a_co_handlers_delay_is_his_own_heads(zone):
    case_id = accepted(zone, zone.planning)

    sweep(at=at("11-09 18:00"))  # two working days for his opinion

    row = Supervision.objects.get()
    assert (row.case_id, passed(row)) == (case_id, ["work"])
    assert (row.unit, row.officer) == (zone.planning, zone.planning_handler)


def test_an_overdue_call_back_is_the_centres_but_a_silent_enterprise_is_nobodys(zone):
    case_id = accepted(zone)
    handler = zone.actor(zone.safety_handler)
    desk.request_answer(case_id=case_id, body="可以", actor=handler, at=at("11-10 10:00"))
    before = every_row()
    assert sweep(at=at("11-30 10:00")) == 0
    assert every_row() == before

    cases.case_evaluate(
        case_id=case_id, level=1, is_resolved=False, was_contacted=True,
        actor=zone.actor(zone.contact), at=at("11-11 10:00"),
    )  # fmt: skip
    assert sweep(at=at("11-13 10:00")) == 1

    assert told(case_id) == [("limit_passed", "call_back", at("11-13 10:00"))]
    assert Supervision.objects.get().unit == zone.centre


def test_a_paused_clock_is_neither_near_nor_late(zone):
    case_id = accepted(zone)
    cases.clock_pause(
        case_id=case_id, ground="superior-organ", awaited="省厅批复",
        actor=zone.actor(zone.safety_handler), at=at("11-06 10:00"),
    )  # fmt: skip
    before = every_row()

    assert sweep(at=at("11-30 10:00")) == 0
    assert every_row() == before


def test_an_escalation_isnt_undone_by_touching_the_case(zone):
    case_id = accepted(zone)
    sweep(at=at("11-19 18:00"))
    handler = zone.actor(zone.safety_handler)
    cases.message_send(case_id=case_id, body="在办", actor=handler, at=at("11-20 09:00"))
    assert sweep(at=at("11-20 09:01")) == 0
    row = Supervision.objects.get()
    assert (row.ended_at, row.rung) == (None, 1)

    # it ends when the limit's clock stops; the case keeps how far it went
    desk.request_answer(case_id=case_id, body="可以", actor=handler, at=at("11-20 10:00"))
    assert sweep(at=at("11-24 10:01")) == 1
    row.refresh_from_db()
    assert (row.ended_at, row.rung, row.replied_at) == (at("11-20 10:00"), 1, None)
    assert Case.objects.get(pk=case_id).escalation == 1
    event = JournalEvent.objects.filter(stream=f"case:{case_id}").latest("seq")
    assert (event.kind, event.payload["how"]) == ("supervision.supervision_ended", "limit")
    before = every_row()
    assert sweep(at=at("11-24 10:01")) == 0
    assert every_row() == before


def test_once_accounted_for_it_climbs_no_further_but_stays_open(zone):
    case_id = accepted(zone)
    sweep(at=at("11-19 18:00"))
    supervision_answer(
        case_id=case_id, reply="管网图周一到", actor=zone.actor(zone.safety_handler),
        at=at("11-20 09:00"),
    )  # fmt: skip

    assert sweep(at=at("11-27 09:00")) == 0

    row = Supervision.objects.get()
    assert (row.rung, row.reply, row.replied_at) == (1, "管网图周一到", at("11-20 09:00"))
    assert row.ended_at is None


def test_who_is_away_is_answered_for_by_his_acting_officer(zone):
    case_id = accepted(zone)
    organisation.absence_record(
        officer_id=zone.leader.pk, acting_id=zone.clerk.pk, start_at=at("11-20 00:00"),
        end_at=at("11-28 00:00"), reason="出差", actor=SYSTEM, at=BEFORE,
    )  # fmt: skip

    sweep(at=at("11-19 18:00"))
    sweep(at=at("11-20 18:00"))

    assert ladder(case_id) == [(1, zone.safety_handler.pk), (2, zone.clerk.pk)]
    grantees = set(Case.objects.get(pk=case_id).access.values_list("grantee", flat=True))
    assert {f"o{zone.clerk.pk}", f"o{zone.leader.pk}"} <= grantees


def test_nobody_is_his_own_superior_also_when_he_acts_for_his(zone):
    accepted(zone)
    organisation.absence_record(
        officer_id=zone.leader.pk, acting_id=zone.safety_handler.pk, start_at=at("11-20 00:00"),
        end_at=at("11-28 00:00"), reason="出差", actor=SYSTEM, at=BEFORE,
    )  # fmt: skip
    sweep(at=at("11-19 18:00"))

    sweep(at=at("11-20 18:00"))

    row = Supervision.objects.get()
    assert (row.rung, row.passed_at) == (1, at("11-20 18:00"))


@pytest.mark.parametrize("grantee", ["department", "head"])
def test_who_must_not_know_of_the_case_is_passed_over(zone, grantee):
    case_id = accepted(zone)
    name = f"d{zone.safety.pk}" if grantee == "department" else f"o{zone.safety_handler.pk}"
    CaseBar.objects.create(case_id=case_id, grantee=name)

    sweep(at=at("11-19 18:00"))

    assert ladder(case_id) == [(1, zone.leader.pk)]


def test_where_all_are_barred_it_is_said_and_nobody_is_asked(zone, caplog):
    case_id = accepted(zone)
    for unit in Department.objects.all():
        CaseBar.objects.create(case_id=case_id, grantee=f"d{unit.pk}")

    assert sweep(at=at("11-19 18:00")) == 1

    assert told(case_id) == [("limit_passed", "resolve", at("11-19 18:00"))]
    assert not Supervision.objects.exists()
    assert f"case {case_id}: nobody of the line" in caplog.text
    assert sweep(at=at("11-19 18:00")) == 0


def test_a_machines_clock_set_back_says_nothing_twice(zone):
    case_id = accepted(zone)
    sweep(at=at("11-19 18:00"))
    said = events()

    assert sweep(at=at("11-19 17:00")) == 0
    assert sweep(at=at("11-19 18:01")) == 0
    assert events() == said
    # and time never runs backwards on a case: the next rung comes after the one before
    assert sweep(at=at("11-20 17:31")) == 1
    times = [event.at for event in JournalEvent.objects.filter(
        stream=f"case:{case_id}").order_by("seq")]  # fmt: skip
    assert times == sorted(times)


def test_one_request_that_fails_holds_up_no_other(zone, caplog):
    first, second = accepted(zone), accepted(zone)
    Case.objects.filter(pk=first).update(lead=None, state="submitted")
    Department.objects.filter(kind="centre").update(kind="partner")  # no centre to turn to

    assert sweep(at=at("11-19 18:00")) == 1

    assert Case.objects.get(pk=second).escalation == 1
    assert Case.objects.get(pk=first).escalation == 0
    assert f"case {first} could not be supervised" in caplog.text


def test_the_enterprise_is_reminded_once_of_what_is_awaited(zone):
    case_id = accepted(zone)
    cases.clock_pause(
        case_id=case_id, ground="enterprise-material", awaited="水样报告",
        actor=zone.actor(zone.safety_handler), at=at("11-06 16:00"),
    )  # fmt: skip
    day_five = at("11-13 17:30")

    assert sweep(at=day_five - MOMENT) == 0
    assert sweep(at=day_five + timedelta(hours=3)) == 1
    assert sweep(at=day_five + timedelta(days=2)) == 0

    event = JournalEvent.objects.filter(stream=f"case:{case_id}").latest("seq")
    assert (event.kind, event.audience) == ("supervision.supply_reminded", "enterprise")
    assert event.payload["awaited"] == "水样报告"
    assert event.at == day_five + timedelta(hours=3)
