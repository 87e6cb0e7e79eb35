"""Reminders that aren't nagging; demands of supervision, their answers and their end."""

from datetime import timedelta

import pytest

from tests.evidence import every_row
from tests.people import BEFORE, Zone, at
from yuanqi.casework import operations as cases
from yuanqi.casework.models import Case
from yuanqi.foundation.actors import SYSTEM, Role
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible, YuanqiError
from yuanqi.foundation.models import JournalEvent, RoleGrant
from yuanqi.organisation import operations as organisation
from yuanqi.servicedesk import operations as desk
from yuanqi.supervision.models import Reminder, Supervision
from yuanqi.supervision.operations import (
    remind,
    supervise,
    supervision_answer,
    supervision_end,
    sweep,
)
from yuanqi.supervision.tests.test_sweep import accepted, raised

pytestmark = pytest.mark.django_db

MOMENT = timedelta(microseconds=1)


def refused(error: type[YuanqiError], act, **what: object) -> str:
    """The act is refused with this error and changes nothing; returns what it says."""
    before = every_row()
    with pytest.raises(error) as caught:
        act(**what)
    assert every_row() == before
    return str(getattr(caught.value, "message", ""))


# --- reminders -----------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["clerk", "leader", "linked_officer"])
def test_the_centre_leaders_and_the_linked_officer_remind_whoever_has_it_in_hand(zone, who):
    case_id = accepted(zone)
    person = getattr(zone, who)

    remind(case_id=case_id, words=" 请尽快 ", actor=zone.actor(person), at=at("11-10 10:00"))

    row = Reminder.objects.get()
    assert (row.case_id, row.by, row.at) == (case_id, person, at("11-10 10:00"))
    assert (row.department, row.officer, row.words) == (zone.safety, zone.safety_handler, "请尽快")
    event = JournalEvent.objects.filter(stream=f"case:{case_id}").latest("seq")
    assert (event.kind, event.audience) == ("supervision.reminded", "staff")
    assert event.payload["officer_id"] == zone.safety_handler.pk
    # to be reminded is not to have done something
    assert Case.objects.get(pk=case_id).acted_at < at("11-06 00:00")


def test_the_head_of_the_lead_reminds_his_people(zone):
    case_id = accepted(zone)
    zone.safety.head = zone.safety_colleague
    organisation.head_appoint(
        department=zone.safety, officer=zone.safety_colleague, actor=SYSTEM, at=BEFORE
    )

    remind(case_id=case_id, actor=zone.actor(zone.safety_colleague), at=at("11-10 10:00"))

    assert Reminder.objects.get().by == zone.safety_colleague


@pytest.mark.parametrize(
    ("who", "error"),
    [
        ("stranger", NotVisible), ("approval_handler", NotVisible), ("contact", NotAllowed),
        ("safety_colleague", NotAllowed),
    ],
)  # fmt: skip
def test_nobody_else_reminds(zone, who, error):
    case_id = accepted(zone)

    refused(
        error, remind, case_id=case_id, actor=zone.actor(getattr(zone, who)), at=at("11-10 10:00")
    )


@pytest.mark.parametrize(
    ("first", "until"),
    [
        ("11-10 10:00", "11-13 17:30"),  # Tuesday to Friday
        ("11-12 17:29", "11-17 17:30"),  # over a weekend
        ("09-29 09:00", "10-09 17:30"),  # over the National Day, 1 to 7 October
        ("09-17 18:00", "09-21 17:30"),  # Sunday the 20th is worked for the holiday
    ],
)
def test_for_three_working_days_nobody_reminds_again(zone, first, until):
    case_id = desk.request_raise(
        contact_id=zone.contact.pk, category="PAY", level="P3", text="货款还没付",
        actor=zone.actor(zone.contact), at=at("09-16 10:00"),
    )  # fmt: skip
    clerk, leader = zone.actor(zone.clerk), zone.actor(zone.leader)
    desk.request_dispatch(
        case_id=case_id, lead_id=zone.safety.pk, actor=clerk, at=at("09-16 10:10")
    )
    remind(case_id=case_id, actor=clerk, at=at(first))

    said = refused(Conflict, remind, case_id=case_id, actor=leader, at=at(until) - MOMENT)
    assert said.startswith("周敏")  # who reminded, and from when on it is possible
    assert at(until).strftime("%H:%M 起才能再催。") in said

    remind(case_id=case_id, actor=leader, at=at(until))
    assert Reminder.objects.count() == 2


def test_who_waits_for_the_enterprise_isnt_reminded(zone):
    case_id = accepted(zone)
    handler, clerk = zone.actor(zone.safety_handler), zone.actor(zone.clerk)
    cases.clock_pause(
        case_id=case_id, ground="enterprise-material", awaited="水样", actor=handler,
        at=at("11-06 10:00"),
    )  # fmt: skip
    refused(Conflict, remind, case_id=case_id, actor=clerk, at=at("11-09 10:00"))

    cases.clock_resume(case_id=case_id, actor=handler, at=at("11-10 10:00"))
    desk.request_answer(case_id=case_id, body="可以", actor=handler, at=at("11-10 11:00"))
    refused(Conflict, remind, case_id=case_id, actor=clerk, at=at("11-10 12:00"))


def test_nobody_reminds_himself(zone):
    case_id = raised(zone)

    said = refused(
        Conflict, remind, case_id=case_id, actor=zone.actor(zone.clerk), at=at("11-05 11:00")
    )

    assert "就在您手里" in said


# --- demands -------------------------------------------------------------------------------------


def late(zone: Zone) -> int:
    """A request whose limit has passed, on Friday 20 November; nobody swept yet."""
    return accepted(zone)


NOW = at("11-20 09:30")


def demanded(zone: Zone, case_id: int, **more: object) -> int:
    values = {
        "demand": "说明原因，周二前答复企业",
        "ground": "overdue",
        "actor": zone.actor(zone.leader),
        "at": NOW,
        **more,
    }
    return supervise(case_id=case_id, **values)


def test_a_demand_goes_to_the_head_of_the_lead_with_a_clock(zone):
    case_id = late(zone)
    organisation.head_appoint(
        department=zone.safety, officer=zone.safety_colleague, actor=SYSTEM, at=BEFORE
    )

    row = Supervision.objects.get(pk=demanded(zone, case_id))

    assert (row.ground, row.demand, row.by) == ("overdue", "说明原因，周二前答复企业", zone.leader)
    assert (row.unit, row.department, row.officer) == (
        zone.safety, zone.safety, zone.safety_colleague,
    )  # fmt: skip
    assert (row.began_at, row.due_at, row.is_demand) == (NOW, at("11-23 17:30"), True)
    assert Case.objects.get(pk=case_id).is_supervised
    event = JournalEvent.objects.filter(stream=f"case:{case_id}").latest("seq")
    assert (event.kind, event.audience) == ("supervision.supervised", "staff")


@pytest.mark.parametrize("who", ["safety_handler", "safety_colleague", "linked_officer"])
def test_only_the_centre_and_leaders_demand(zone, who):
    case_id = late(zone)
    linked = zone.actor(getattr(zone, who))

    refused(NotAllowed, demanded, zone=zone, case_id=case_id, actor=linked)


def test_a_demand_stands_on_a_ground_that_the_law_names(zone):
    case_id = late(zone)

    refused(Invalid, demanded, zone=zone, case_id=case_id, ground="limit")
    refused(Invalid, demanded, zone=zone, case_id=case_id, ground="because")
    refused(Invalid, demanded, zone=zone, case_id=case_id, demand=" ")
    # what isn't late isn't demanded as overdue, but may be on another ground
    early = at("11-10 10:00")
    refused(Conflict, demanded, zone=zone, case_id=case_id, at=early)
    demanded(zone, case_id, ground="refused", at=early)


def test_one_demand_at_a_time(zone):
    case_id = late(zone)
    demanded(zone, case_id)

    said = refused(Conflict, demanded, zone=zone, case_id=case_id, actor=zone.actor(zone.clerk))

    assert said.startswith("郑立群")


def test_who_demands_doesnt_demand_it_of_himself(zone):
    """Before the dispatch the delay is the centre's: its own officer asks the one above."""
    case_id = raised(zone)

    demanded(zone, case_id, actor=zone.actor(zone.clerk))

    row = Supervision.objects.get()
    assert (row.unit, row.officer) == (zone.centre, zone.leader)


def test_an_unanswered_demand_climbs_the_line(zone):
    case_id = late(zone)
    demanded(zone, case_id, actor=zone.actor(zone.clerk))

    sweep(at=at("11-23 18:00"))

    row = Supervision.objects.get(by__isnull=False)
    assert (row.is_demand, row.rung, row.officer) == (True, 2, zone.leader)
    assert Case.objects.get(pk=case_id).escalation == 2


def test_one_account_answers_whatever_is_asked_of_one_on_a_case(zone):
    case_id = late(zone)
    sweep(at=at("11-19 18:00"))
    demanded(zone, case_id)

    supervision_answer(
        case_id=case_id, reply="管网图周一到，周二答复", actor=zone.actor(zone.safety_handler),
        at=at("11-20 15:00"),
    )  # fmt: skip

    rows = list(Supervision.objects.values_list("reply", "replied_by", "replied_at", "ended_at"))
    assert rows == [
        ("管网图周一到，周二答复", zone.safety_handler.pk, at("11-20 15:00"), None)
    ] * 2  # fmt: skip
    case = Case.objects.get(pk=case_id)
    assert (case.is_supervised, case.acted_at) == (True, at("11-20 15:00"))
    assert sweep(at=at("11-25 10:00")) == 0
    refused(
        Conflict, supervision_answer, case_id=case_id, reply="再说一遍",
        actor=zone.actor(zone.safety_handler), at=at("11-25 11:00"),
    )  # fmt: skip


def test_who_isnt_asked_doesnt_answer(zone):
    case_id = late(zone)
    refused(
        Conflict, supervision_answer, case_id=case_id, reply="好",
        actor=zone.actor(zone.safety_handler), at=NOW,
    )  # fmt: skip
    demanded(zone, case_id)

    for who, error in (("safety_colleague", NotAllowed), ("clerk", NotAllowed),
                       ("contact", NotAllowed), ("planning_handler", NotVisible)):  # fmt: skip
        refused(
            error, supervision_answer, case_id=case_id, reply="好",
            actor=zone.actor(getattr(zone, who)), at=NOW,
        )  # fmt: skip
    refused(
        Invalid, supervision_answer, case_id=case_id, reply=" ",
        actor=zone.actor(zone.safety_handler), at=NOW,
    )  # fmt: skip


def test_who_has_the_head_role_of_the_department_answers_for_it(zone):
    case_id = late(zone)
    RoleGrant.objects.create(account=zone.safety_colleague.account, role=Role.HEAD.value)
    demanded(zone, case_id)

    supervision_answer(
        case_id=case_id, reply="已开会", actor=zone.actor(zone.safety_colleague), at=NOW
    )

    assert Supervision.objects.get().replied_by == zone.safety_colleague


def test_a_demand_ends_when_who_made_it_or_the_centre_says_so(zone):
    case_id = late(zone)
    demanded(zone, case_id, actor=zone.actor(zone.clerk))
    refused(
        NotAllowed, supervision_end, case_id=case_id, words="", at=NOW,
        actor=zone.actor(zone.leader),
    )  # fmt: skip

    supervision_end(
        case_id=case_id, words="已答复企业", actor=zone.actor(zone.clerk), at=at("11-24 10:00")
    )

    row = Supervision.objects.get()
    assert (row.ended_at, row.ended_by, row.ending) == (
        at("11-24 10:00"), zone.clerk, "已答复企业",
    )  # fmt: skip
    assert not Case.objects.get(pk=case_id).is_supervised
    refused(
        Conflict, supervision_end, case_id=case_id, words="", actor=zone.actor(zone.clerk),
        at=at("11-24 11:00"),
    )  # fmt: skip


def test_a_demand_on_a_closed_request_is_over(zone):
    case_id = late(zone)
    demanded(zone, case_id)
    handler = zone.actor(zone.safety_handler)
    desk.request_answer(case_id=case_id, body="可以", actor=handler, at=at("11-20 11:00"))
    cases.case_evaluate(
        case_id=case_id, level=5, is_resolved=True, was_contacted=True,
        actor=zone.actor(zone.contact), at=at("11-20 12:00"),
    )  # fmt: skip

    assert sweep(at=at("11-20 12:01")) == 1

    assert Supervision.objects.get().ended_at == at("11-20 12:00")
    assert not Case.objects.get(pk=case_id).is_supervised
    refused(Conflict, demanded, zone=zone, case_id=case_id, at=at("11-20 13:00"))
