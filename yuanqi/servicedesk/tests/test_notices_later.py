"""Who is told what beside the straight way: extensions, ends without an answer, supervision."""

from datetime import date

import pytest

from tests.people import Zone, at
from yuanqi.casework import operations as cases
from yuanqi.casework.models import Case, TaskKind
from yuanqi.notices.models import Notice
from yuanqi.servicedesk import operations as desk
from yuanqi.servicedesk.tests.noticed import TEXT, Desk
from yuanqi.supervision import operations as supervision


@pytest.fixture
def on_desk(zone: Zone) -> Desk:
    return Desk(zone)


@pytest.fixture
def accepted(on_desk) -> Desk:
    on_desk.dispatch()
    on_desk.accept()
    on_desk.told()
    return on_desk


def by(on_desk: Desk, person: str, when: str) -> dict:
    who = getattr(on_desk.zone, person)
    return {
        "case_id": on_desk.case_id,
        "actor": on_desk.zone.actor(who, at(when)),
        "at": at(when),
    }


def test_an_extension_goes_from_the_asker_to_the_reviewer_and_back_and_to_the_enterprise(accepted):
    asker = by(accepted, "safety_colleague", "11-06 10:00")
    lead = Case.objects.get(pk=accepted.case_id).tasks.get(kind=TaskKind.LEAD)
    cases.task_hand_over(
        task_id=lead.pk,
        to_officer_id=accepted.zone.safety_colleague.pk,
        reason="出差",
        **by(accepted, "safety_handler", "11-06 09:30"),
    )
    assert accepted.told() == {("colleague", "handed_over")}

    cases.extension_ask(amount=2, reason="管线要再测", **asker)
    assert accepted.told() == {("handler", "extension_asked")}

    decided = by(accepted, "safety_handler", "11-06 11:00")
    cases.extension_decide(is_granted=True, decision="情况属实", **decided)
    assert accepted.told() == {("colleague", "extension_granted"), ("contact", "extended")}


def test_an_extension_refused_is_the_askers_business_alone(accepted):
    lead = Case.objects.get(pk=accepted.case_id).tasks.get(kind=TaskKind.LEAD)
    cases.task_hand_over(
        task_id=lead.pk,
        to_officer_id=accepted.zone.safety_colleague.pk,
        reason="出差",
        **by(accepted, "safety_handler", "11-06 09:30"),
    )
    cases.extension_ask(
        amount=2, reason="管线要再测", **by(accepted, "safety_colleague", "11-06 10:00")
    )
    accepted.told()
    cases.extension_decide(
        is_granted=False, decision="抓紧", **by(accepted, "safety_handler", "11-06 11:00")
    )

    assert accepted.told() == {("colleague", "extension_refused")}


def test_a_request_given_to_another_unit_is_told_to_both_and_to_the_enterprise(accepted):
    desk.request_redispatch(
        lead_id=accepted.zone.planning.pk,
        reason="职责在那边",
        **by(accepted, "clerk", "11-06 10:00"),
    )

    assert accepted.told() == {
        ("planner", "lead"),
        ("handler", "taken_away"),
        ("contact", "redispatched"),
    }


def test_a_request_not_accepted_is_told_to_the_contact(on_desk):
    on_desk.told()
    desk.request_refuse(
        ground="court", explanation="已经起诉", **by(on_desk, "clerk", "11-05 11:00")
    )

    assert on_desk.told() == {("contact", "not_accepted")}


def test_a_merged_request_is_told_to_the_contact_and_to_who_takes_it_along(accepted):
    other = accepted.raise_it(accepted.zone.contact)
    accepted.told()
    desk.request_merge(
        into_id=accepted.case_id,
        **by(accepted, "clerk", "11-06 10:00") | {"case_id": other},
    )

    assert accepted.told() == {("contact", "merged"), ("handler", "joined")}


def test_a_withdrawn_request_is_told_to_who_worked_on_it(accepted):
    desk.request_withdraw(reason="已经解决", **by(accepted, "contact", "11-06 10:00"))

    assert accepted.told() == {("handler", "withdrawn")}


def test_a_request_withdrawn_before_its_dispatch_is_told_to_the_centre(on_desk):
    on_desk.told()
    desk.request_withdraw(reason="已经解决", **by(on_desk, "contact", "11-05 11:00"))

    assert on_desk.told() == {("clerk", "withdrawn")}


def test_a_reopened_request_is_told_to_who_answers_for_it(accepted):
    accepted.answer()
    accepted.evaluate(5)
    accepted.told()
    desk.request_reopen(reason="又堵了", **by(accepted, "contact", "11-10 14:00"))

    assert accepted.told() == {("handler", "reopened")}


def test_a_parked_request_is_told_to_the_contact_once(accepted):
    cases.case_park(
        explanation="等片区规划调整",
        until=date(2026, 11, 20),
        **by(accepted, "safety_handler", "11-06 10:00"),
    )

    assert accepted.told() == {("contact", "parked")}


def test_a_reminder_and_a_demand_reach_who_must_account_and_the_account_who_demanded(accepted):
    supervision.remind(words="请抓紧", **by(accepted, "clerk", "11-06 10:00"))
    assert accepted.told() == {("handler", "reminded")}

    demand = by(accepted, "clerk", "11-06 10:10")
    supervision.supervise(demand="请说明为什么没有进展", **demand)
    told = accepted.told()
    assert {kind for _who, kind in told} == {"supervised"}
    ((who, _kind),) = told

    person = next(
        name
        for name in ("safety_handler", "leader", "safety_colleague")
        if getattr(accepted.zone, name).account.username == who
    )
    supervision.supervision_answer(reply="在等检测", **by(accepted, person, "11-06 11:00"))
    assert accepted.told() == {("clerk", "accounted")}


def test_the_sweep_warns_and_escalates(accepted):
    supervision.sweep(at=at("11-11 10:00"))
    kinds = {kind for _who, kind in accepted.told()}

    assert "limit_passed" in kinds or "limit_near" in kinds
    assert not {who for who, _kind in accepted.told()} & {"contact"}


def test_nobody_is_told_of_a_complaint_about_himself(zone):
    case_id = desk.request_raise(
        contact_id=zone.contact.pk,
        category="ENV",
        level="P2",
        text=TEXT,
        accused_officer_id=zone.linked_officer.pk,
        actor=zone.actor(zone.contact, at("11-05 10:00")),
        at=at("11-05 10:00"),
    )
    on_desk = Desk.__new__(Desk)
    on_desk.zone, on_desk.case_id, on_desk.read_up_to = zone, case_id, 0

    assert on_desk.told() == {("clerk", "raised")}


def test_a_complaint_about_the_centre_is_told_to_who_holds_it_instead(zone):
    case_id = desk.request_raise(
        contact_id=zone.contact.pk,
        category="ENV",
        level="P2",
        text=TEXT,
        accused_department_id=zone.centre.pk,
        actor=zone.actor(zone.contact, at("11-05 10:00")),
        at=at("11-05 10:00"),
    )
    on_desk = Desk.__new__(Desk)
    on_desk.zone, on_desk.case_id, on_desk.read_up_to = zone, case_id, 0

    told = on_desk.told()
    assert "clerk" not in {who for who, _kind in told}
    holder = Case.objects.get(pk=case_id).responsible.account.username
    assert (holder, "raised") in told


@pytest.mark.parametrize("level", ["P1", "P2"])
def test_only_a_standstill_of_production_is_urgent(zone, level):
    desk.request_raise(
        contact_id=zone.contact.pk,
        category="UTL",
        level=level,
        text="二号厂房断电",
        actor=zone.actor(zone.contact, at("11-05 10:00")),
        at=at("11-05 10:00"),
    )
    on_desk = Desk.__new__(Desk)
    on_desk.zone, on_desk.case_id, on_desk.read_up_to = zone, 0, 0
    on_desk.told()

    urgent = dict(Notice.objects.values_list("kind", "is_urgent"))
    assert urgent == {"raised": level == "P1", "raised_by_linked": False}
