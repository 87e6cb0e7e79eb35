"""Who is told what: once, and never about what he did himself."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.people import BEFORE, Zone, at, build_zone
from yuanqi.casework import operations as cases
from yuanqi.casework.models import Case
from yuanqi.foundation import subscribers
from yuanqi.foundation.actors import SYSTEM
from yuanqi.foundation.models import JournalEvent, SubscriberCursor
from yuanqi.notices.following import handle
from yuanqi.notices.models import Notice
from yuanqi.organisation import operations as organisation
from yuanqi.registry import operations as registry
from yuanqi.servicedesk import operations as desk
from yuanqi.servicedesk.notices import notices_make
from yuanqi.servicedesk.tests.noticed import RAISED_AT, TEXT, Desk


@pytest.fixture
def on_desk(zone: Zone) -> Desk:
    return Desk(zone)


# who is told what --------------------------------------------------------------------------------


def test_the_centre_on_duty_and_the_linked_officer_learn_of_a_new_request(on_desk):
    assert on_desk.told() == {("clerk", "raised"), ("linked", "raised_by_linked")}


def test_a_request_raised_for_the_enterprise_is_told_to_its_contact_and_not_to_who_raised_it(
    on_desk,
):
    on_desk.told()
    on_desk.raise_it(on_desk.zone.linked_officer)

    assert on_desk.told() == {("clerk", "raised"), ("contact", "raised_for_you")}


def test_an_ended_link_is_told_nothing(on_desk):
    on_desk.told()
    link = on_desk.zone.enterprise.links.get()
    act = {"actor": SYSTEM, "at": BEFORE}
    registry.link_end(link_id=link.pk, until_on=RAISED_AT.date(), **act)
    on_desk.raise_it(on_desk.zone.contact)

    assert on_desk.told() == {("clerk", "raised")}


def test_lead_and_co_handlers_learn_of_a_dispatch(on_desk):
    on_desk.told()
    on_desk.dispatch(on_desk.zone.planning, on_desk.zone.approval)

    assert on_desk.told() == {
        ("handler", "lead"),
        ("planner", "co_handle"),
        ("approver", "co_handle"),
    }


def test_the_contact_learns_who_took_it_up(on_desk):
    on_desk.dispatch()
    on_desk.told()
    on_desk.accept()

    assert on_desk.told() == {("contact", "accepted")}


def test_the_centre_learns_of_a_return_and_the_enterprise_does_not(on_desk):
    on_desk.dispatch()
    on_desk.told()
    desk.request_return(
        case_id=on_desk.case_id,
        reason="排水管网归规建局",
        basis="三定方案第 4 条",
        actor=on_desk.zone.actor(on_desk.zone.safety_handler),
        at=at("11-05 11:50"),
    )

    assert on_desk.told() == {("clerk", "returned")}


def test_what_the_enterprise_says_reaches_who_holds_the_request(on_desk):
    on_desk.told()
    on_desk.say(on_desk.zone.contact, "什么时候有人来？")
    assert on_desk.told() == {("clerk", "said_by_enterprise")}

    on_desk.dispatch(on_desk.zone.planning)
    on_desk.accept()
    task = Case.objects.get(pk=on_desk.case_id).tasks.get(department=on_desk.zone.planning)
    cases.task_start(
        case_id=on_desk.case_id,
        task_id=task.pk,
        actor=on_desk.zone.actor(on_desk.zone.planning_handler),
        at=at("11-05 14:00"),
    )
    on_desk.told()
    on_desk.say(on_desk.zone.contact, "资料都在了")
    # held by the co-handler, led by the safety bureau
    assert on_desk.told() == {
        ("planner", "said_by_enterprise"),
        ("handler", "said_by_enterprise"),
    }


@pytest.mark.parametrize(("kind", "told"), [("talk", "said_by_park"), ("plan", "plan")])
def test_what_the_park_says_reaches_the_contact(on_desk, kind, told):
    on_desk.dispatch()
    on_desk.accept()
    on_desk.told()
    on_desk.say(on_desk.zone.safety_handler, "请补水样报告", kind)

    assert on_desk.told() == {("contact", told)}


def test_an_internal_note_reaches_the_other_officers_and_never_the_enterprise(on_desk):
    on_desk.dispatch(on_desk.zone.planning)
    on_desk.accept()
    task = Case.objects.get(pk=on_desk.case_id).tasks.get(department=on_desk.zone.planning)
    cases.task_start(
        case_id=on_desk.case_id,
        task_id=task.pk,
        actor=on_desk.zone.actor(on_desk.zone.planning_handler),
        at=at("11-05 14:00"),
    )
    on_desk.told()
    on_desk.say(on_desk.zone.safety_handler, "管网余量要核", "note")

    assert on_desk.told() == {("planner", "note")}


@pytest.mark.parametrize(
    ("ground", "told"), [("enterprise-material", "awaited"), ("superior-organ", "paused")]
)
def test_the_contact_learns_that_the_clock_stands_and_whether_for_him(on_desk, ground, told):
    on_desk.dispatch()
    on_desk.accept()
    on_desk.told()
    on_desk.pause(ground)

    assert on_desk.told() == {("contact", told)}


def test_a_paper_supplied_is_told_to_the_lead_once(on_desk):
    on_desk.dispatch()
    on_desk.accept()
    on_desk.pause()
    on_desk.told()
    cases.material_supply(
        case_id=on_desk.case_id,
        body="报告",
        actor=on_desk.zone.actor(on_desk.zone.contact),
        at=at("11-09 10:30"),
    )

    assert on_desk.told() == {("handler", "supplied")}


def test_who_lets_the_clock_go_on_himself_is_told_nothing(on_desk):
    on_desk.dispatch()
    on_desk.accept()
    on_desk.pause()
    on_desk.told()
    handler = on_desk.zone.actor(on_desk.zone.safety_handler)
    cases.clock_resume(case_id=on_desk.case_id, actor=handler, at=at("11-09 10:30"))

    assert on_desk.told() == set()


def test_a_pause_that_ran_out_is_told_to_the_lead(on_desk):
    on_desk.dispatch()
    on_desk.accept()
    on_desk.pause()
    on_desk.told()
    assert cases.pause_run_out(case_id=on_desk.case_id, at=at("11-30 09:00"))

    assert on_desk.told() == {("handler", "ran_out")}


def test_the_lead_learns_when_a_co_handler_begins_and_when_he_is_done(on_desk):
    on_desk.dispatch(on_desk.zone.planning)
    on_desk.accept()
    on_desk.told()
    task = Case.objects.get(pk=on_desk.case_id).tasks.get(department=on_desk.zone.planning)
    planner = on_desk.zone.actor(on_desk.zone.planning_handler)
    act = {"case_id": on_desk.case_id, "task_id": task.pk, "actor": planner}

    cases.task_start(**act, at=at("11-09 11:00"))
    assert on_desk.told() == {("handler", "task_started")}
    cases.task_finish(**act, opinion="余量 60 吨", at=at("11-09 16:00"))
    assert on_desk.told() == {("handler", "task_done")}


def test_an_answer_asks_the_contact_for_his_judgement(on_desk):
    on_desk.dispatch()
    on_desk.accept()
    on_desk.told()
    on_desk.answer()

    assert on_desk.told() == {("contact", "answered")}


@pytest.mark.parametrize("level", [3, 4, 5])
def test_a_good_judgement_is_told_to_the_lead(on_desk, level):
    on_desk.dispatch()
    on_desk.accept()
    on_desk.answer()
    on_desk.told()
    on_desk.evaluate(level)

    assert on_desk.told() == {("handler", "evaluated")}


@pytest.mark.parametrize("level", [1, 2])
def test_a_bad_judgement_calls_the_centre_to_the_telephone(on_desk, level):
    on_desk.dispatch()
    on_desk.accept()
    on_desk.answer()
    on_desk.told()
    on_desk.evaluate(level)

    assert on_desk.told() == {("handler", "evaluated"), ("clerk", "call_back")}


def test_a_case_closed_for_want_of_a_judgement_is_told_to_the_contact(on_desk):
    on_desk.dispatch()
    on_desk.accept()
    on_desk.answer()
    on_desk.told()
    assert cases.case_close_unrated(case_id=on_desk.case_id, at=at("11-30 09:00"))

    assert on_desk.told() == {("contact", "unrated")}


def test_who_is_away_is_told_for_later_and_who_acts_is_told_now(on_desk):
    on_desk.dispatch()
    on_desk.accept()
    on_desk.told()
    organisation.absence_record(
        officer_id=on_desk.zone.safety_handler.pk,
        acting_id=on_desk.zone.safety_colleague.pk,
        start_at=at("11-05 14:00"),
        end_at=at("11-06 12:00"),
        reason="培训",
        actor=SYSTEM,
        at=BEFORE,
    )
    on_desk.say(on_desk.zone.contact, "在吗？")

    assert on_desk.told() == {
        ("handler", "said_by_enterprise"),
        ("colleague", "said_by_enterprise"),
    }


def test_people_without_an_account_or_no_longer_active_are_passed_over(on_desk):
    zone = on_desk.zone
    zone.linked_officer.is_active = False
    zone.linked_officer.save(update_fields=["is_active"])
    zone.contact.account = None
    zone.contact.save(update_fields=["account"])

    assert on_desk.told() == {("clerk", "raised")}


# idempotence, age --------------------------------------------------------------------------------


def test_the_same_events_again_add_nothing_and_keep_what_is_read(on_desk):
    on_desk.dispatch(on_desk.zone.planning)
    events = list(JournalEvent.objects.order_by("id"))
    notices_make(events, now=RAISED_AT)
    Notice.objects.filter(kind="lead").update(read_at=RAISED_AT)
    rows = list(Notice.objects.order_by("id").values())

    notices_make(events, now=RAISED_AT)

    assert list(Notice.objects.order_by("id").values()) == rows
    assert len(rows) == 4


def test_what_is_old_is_news_to_nobody(on_desk):
    events = list(JournalEvent.objects.order_by("id"))

    notices_make(events, now=RAISED_AT + timedelta(days=14))
    assert not Notice.objects.exists()
    notices_make(events, now=RAISED_AT + timedelta(days=14) - timedelta(seconds=1))
    assert Notice.objects.count() == 2


def test_the_subscriber_stands_in_the_register_of_the_program():
    assert {s.name: s.handler for s in subscribers.registered()}["notices"] is handle


def test_the_subscriber_makes_the_notices_of_committed_events_once(committed):
    zone = build_zone()
    now = timezone.now()
    desk.request_raise(
        contact_id=zone.contact.pk,
        category="ENV",
        level="P2",
        text=TEXT,
        actor=zone.actor(zone.contact, now),
        at=now,
    )

    assert subscribers.catch_up() > 0
    assert subscribers.catch_up() == 0

    assert SubscriberCursor.objects.filter(name="notices").exists()
    assert set(Notice.objects.values_list("account__username", "kind")) == {
        ("clerk", "raised"),
        ("linked", "raised_by_linked"),
    }
