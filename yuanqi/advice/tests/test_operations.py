"""Advice: who gives, assigns, answers; when the answer is due; who is told."""

import pytest
from django.utils import timezone

from tests.evidence import every_row
from tests.people import MONDAY_9AM, Zone, at, build_zone
from tests.together import at_once
from yuanqi.advice import notices, operations
from yuanqi.advice.events import AdviceAnswered, AdviceReminded
from yuanqi.advice.models import Advice, State, Verdict
from yuanqi.advice.queries import advice_visible_to
from yuanqi.audit import erasing
from yuanqi.domain.clock import Light
from yuanqi.foundation.actors import SYSTEM
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible
from yuanqi.foundation.models import JournalEvent, JournalPersonal
from yuanqi.notices.models import Notice
from yuanqi.organisation.models import CalendarVersion
from yuanqi.organisation.publishing import Drawn

TEXT = "西门夜班公交十点就停，三班倒的工人回不去，希望末班车延到十一点半。"


def given(zone: Zone, **other: object) -> Advice:
    told = {
        "enterprise": zone.enterprise, "text": TEXT, "topic": "traffic", "source": "portal",
        "actor": zone.actor(zone.contact), "at": MONDAY_9AM, **other,
    }  # fmt: skip
    return operations.advice_give(**told)


def assigned(zone: Zone) -> Advice:
    row = given(zone)
    operations.advice_assign(
        advice_id=row.pk, department_id=zone.planning.pk, note="请和公交公司商量",
        actor=zone.actor(zone.clerk), at=at("11-02 10:00"),
    )  # fmt: skip
    row.refresh_from_db()
    return row


def answered(zone: Zone, verdict: str = Verdict.ADOPTED) -> Advice:
    row = assigned(zone)
    operations.advice_answer(
        advice_id=row.pk, verdict=verdict, answer="12 月起末班车延到 23:30。",
        actor=zone.actor(zone.planning_handler), at=at("11-09 10:00"),
    )  # fmt: skip
    row.refresh_from_db()
    return row


def test_advice_of_the_portal_is_due_in_fifteen_working_days(zone):
    row = given(zone)

    assert (row.state, row.contact, row.officer) == (State.GIVEN, zone.contact, None)
    assert timezone.localtime(row.due_at) == at("11-23 17:30")
    assert timezone.localtime(row.warn_at) == at("11-18 17:30")
    assert row.light(at("11-18 12:00")) == Light.GREEN
    assert row.light(at("11-19 12:00")) == Light.YELLOW
    assert row.light(at("11-24 09:00")) == Light.RED


def test_a_linked_officer_writes_down_what_he_heard_at_a_visit(zone):
    officer = zone.actor(zone.linked_officer)
    row = given(zone, source="visit", actor=officer, contact_id=zone.contact.pk)

    assert (row.officer, row.contact) == (zone.linked_officer, zone.contact)
    assert row.source == "visit"


@pytest.mark.parametrize(
    ("who", "other", "error"),
    [
        ("stranger", {}, NotVisible),
        ("linked_officer", {"source": "portal"}, Invalid),
        ("contact", {"source": "visit"}, Invalid),
        ("contact", {"topic": "weather"}, Invalid),
        ("contact", {"text": " \x00 "}, Invalid),
        ("contact", {"text": "长" * 2001}, Invalid),
    ],
)
def test_what_may_not_be_given_changes_nothing(zone, who, other, error):
    before = every_row()
    with pytest.raises(error):
        given(zone, **{"actor": zone.actor(getattr(zone, who)), **other})
    assert every_row() == before


def test_an_officer_without_link_and_office_gives_for_nobody(zone):
    before = every_row()
    with pytest.raises(NotAllowed):
        given(zone, enterprise=zone.stranger.enterprise, source="visit",
              actor=zone.actor(zone.linked_officer))  # fmt: skip
    assert every_row() == before


def test_only_those_concerned_see_it(zone):
    row = assigned(zone)

    def sees(person: object) -> bool:
        return advice_visible_to(zone.actor(person)).filter(pk=row.pk).exists()

    concerned = (zone.contact, zone.clerk, zone.leader, zone.planning_handler, zone.linked_officer)
    assert [sees(person) for person in concerned] == [True] * 5
    assert [sees(person) for person in (zone.stranger, zone.safety_handler)] == [False] * 2


def test_the_centre_assigns_and_nobody_else(zone):
    row = given(zone)
    before = every_row()
    told = {"advice_id": row.pk, "department_id": zone.planning.pk, "at": MONDAY_9AM}
    for person, error in (
        (zone.contact, NotAllowed), (zone.linked_officer, NotAllowed), (zone.leader, NotAllowed),
        (zone.stranger, NotVisible), (zone.planning_handler, NotVisible),
    ):  # fmt: skip
        with pytest.raises(error):
            operations.advice_assign(**told, actor=zone.actor(person))
    assert every_row() == before


def test_a_department_that_is_not_the_one_sends_it_back_and_the_limit_runs_on(zone):
    row = assigned(zone)
    due = row.due_at
    operations.advice_send_back(
        advice_id=row.pk, reason="公交由审批局管", actor=zone.actor(zone.planning_handler),
        at=at("11-03 10:00"),
    )  # fmt: skip
    row.refresh_from_db()

    assert (row.state, row.department, row.note) == (State.GIVEN, None, "公交由审批局管")
    assert row.due_at == due


def test_the_department_answers_with_a_reason_and_the_giver_is_told(zone):
    row = answered(zone)

    assert (row.state, row.verdict, row.answered_by) == (
        State.ANSWERED, Verdict.ADOPTED, zone.planning_handler,
    )  # fmt: skip
    assert row.light(at("12-30 09:00")) == Light.DONE
    told = JournalEvent.objects.get(kind=AdviceAnswered.kind)
    assert told.stream == row.stream
    assert told.audience == "enterprise"
    notices.notices_make([told], now=at("11-09 10:01"))
    line = Notice.objects.get()
    assert (line.account, line.kind) == (zone.contact.account, "advice_answered")
    said = notices.lines([line], zone.actor(zone.contact))[line.pk]
    assert said.says == f"规建局答复了建议“{TEXT}”：采纳。"


@pytest.mark.parametrize("person", ["clerk", "contact", "linked_officer", "leader"])
def test_nobody_answers_for_another_department(zone, person):
    row = assigned(zone)
    before = every_row()
    with pytest.raises(NotAllowed):
        operations.advice_answer(
            advice_id=row.pk, verdict="adopted", answer="好", at=MONDAY_9AM,
            actor=zone.actor(getattr(zone, person)),
        )  # fmt: skip
    assert every_row() == before


@pytest.mark.parametrize(("verdict", "answer"), [("adopted", " "), ("", "好"), ("maybe", "好")])
def test_an_answer_needs_a_verdict_and_a_reason(zone, verdict, answer):
    row = assigned(zone)
    before = every_row()
    with pytest.raises(Invalid):
        operations.advice_answer(
            advice_id=row.pk, verdict=verdict, answer=answer, at=MONDAY_9AM,
            actor=zone.actor(zone.planning_handler),
        )  # fmt: skip
    assert every_row() == before


def test_what_changed_is_told_once_and_only_of_what_was_adopted(zone):
    row = answered(zone)
    told = {"advice_id": row.pk, "change": "末班车已延到 23:30。", "at": at("12-02 10:00"),
            "actor": zone.actor(zone.planning_handler)}  # fmt: skip
    operations.advice_follow_up(**told)
    row.refresh_from_db()
    assert (row.state, row.change) == (State.CHANGED, "末班车已延到 23:30。")

    refused = answered(zone, Verdict.NOT)
    before = every_row()
    for advice_id in (row.pk, refused.pk):
        with pytest.raises(Conflict):
            operations.advice_follow_up(**{**told, "advice_id": advice_id})
    assert every_row() == before


def test_the_sweep_says_soon_and_late_once_each(zone):
    row = assigned(zone)

    said = [operations.sweep(at=at(when)) for when in (
        "11-18 10:00", "11-19 10:00", "11-19 10:30", "11-24 10:00", "11-25 10:00"
    )]  # fmt: skip

    assert said == [0, 1, 0, 1, 0]
    events = JournalEvent.objects.filter(kind=AdviceReminded.kind).order_by("seq")
    assert [event.payload["is_late"] for event in events] == [False, True]
    notices.notices_make(list(events), now=at("11-24 10:01"))
    assert set(Notice.objects.values_list("account__username", "kind")) == {
        ("planner", "advice_soon"), ("planner", "advice_late"),
    }  # fmt: skip
    row.refresh_from_db()
    assert row.late_told_at == at("11-24 10:00")


def test_a_new_calendar_moves_the_day_of_what_is_open(zone):
    row = given(zone)
    old = CalendarVersion.objects.get(is_current=True)
    days = dict(Drawn.of(old).days)
    named = {day: works for day, works in days.items() if day.year == 2026}
    named[at("11-05 00:00").date()] = False
    Drawn.of(old).with_year(2026, named).publish(
        document_no="1", source="园区放假", actor=SYSTEM, at=at("11-03 09:00")
    )

    operations.sweep(at=at("11-03 10:00"))

    row.refresh_from_db()
    assert timezone.localtime(row.due_at) == at("11-24 17:30")
    assert JournalEvent.objects.filter(stream=row.stream).count() == 2


def test_of_two_who_answer_at_once_the_second_is_told(committed):
    zone = build_zone()
    row = assigned(zone)
    actor = zone.actor(zone.planning_handler)

    def act(verdict: str):
        return lambda: operations.advice_answer(
            advice_id=row.pk, verdict=verdict, answer="理由", revision=row.revision,
            actor=actor, at=at("11-09 10:00"),
        )  # fmt: skip

    answers = at_once(act("adopted"), act("not"))

    assert sorted(type(one).__name__ for one in answers) == ["Conflict", "NoneType"]
    assert JournalEvent.objects.filter(kind=AdviceAnswered.kind).count() == 1


def test_an_erased_persons_name_goes_from_the_advice_which_stays(zone):
    row = given(zone, text=f"{zone.contact.name}：西门夜班公交十点就停。")
    for note, unit in ((f"先给{zone.contact.name}回电话", zone.planning), ("急", zone.safety)):
        operations.advice_assign(
            advice_id=row.pk, department_id=unit.pk, note=note, actor=zone.actor(zone.clerk),
            at=MONDAY_9AM,
        )  # fmt: skip
    person = erasing.find("contact", zone.contact.pk)
    assert person is not None

    removed = erasing.erase(person, MONDAY_9AM)

    row.refresh_from_db()
    assert row.text == "已删除：西门夜班公交十点就停。"
    assert ("建议和答复里的姓名和电话", 2) in [(one.label, one.count) for one in removed]
    beside = JournalPersonal.objects.filter(event__stream=row.stream)
    assert list(beside.values_list("value", flat=True)) == ["急"]
