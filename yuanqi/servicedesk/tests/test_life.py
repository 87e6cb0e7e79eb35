"""A request from intake to evaluation, told step by step."""

import pytest

from tests.people import Zone, at
from yuanqi.casework import operations as cases
from yuanqi.casework.models import Case, CaseState, ClockRecord, Message, Purpose
from yuanqi.foundation import verify
from yuanqi.foundation.errors import Conflict
from yuanqi.foundation.models import JournalEvent
from yuanqi.servicedesk import operations as desk
from yuanqi.servicedesk.operations import CoHandler

pytestmark = pytest.mark.django_db


@pytest.fixture
def raised(zone: Zone) -> int:
    return desk.request_raise(
        contact_id=zone.contact.pk,
        category="ENV",
        level="P2",
        text="新产线每天约 20 吨处理后废水，要重新办哪些手续？设备已经订了。",
        actor=zone.actor(zone.contact),
        at=at("11-05 10:00"),
    )


def dispatch(zone: Zone, case_id: int) -> None:
    desk.request_dispatch(
        case_id=case_id,
        lead_id=zone.safety.pk,
        co_handlers=[CoHandler(zone.planning.pk, "核东区管网余量")],
        actor=zone.actor(zone.clerk),
        at=at("11-05 11:24"),
    )


def test_a_raised_request_belongs_to_the_centre_on_duty_and_its_clock_runs(zone, raised):
    case = Case.objects.get(pk=raised)

    assert case.number == "2611-0001"
    assert case.title == "新产线每天约 20 吨处理后废水，要重新办哪些手续"
    assert case.responsible == zone.clerk
    # P2: two working hours to sign; the category ENV gives ten working days to resolve
    assert case.due_at == at("11-05 12:00")
    resolve = ClockRecord.objects.get(case=case, purpose=Purpose.RESOLVE)
    assert resolve.due_at == at("11-19 17:30")


def test_the_whole_story_leaves_a_chain_that_verifies(zone, raised):
    dispatch(zone, raised)
    handler, planner = zone.actor(zone.safety_handler), zone.actor(zone.planning_handler)
    contact = zone.actor(zone.contact)
    desk.request_accept(case_id=raised, actor=handler, at=at("11-05 13:50"))
    cases.message_send(case_id=raised, body="请补水样报告", actor=handler, at=at("11-05 14:20"))
    cases.message_send(
        case_id=raised, body="等报告", kind="note", actor=planner, at=at("11-05 15:00")
    )
    cases.clock_pause(
        case_id=raised, ground="enterprise-material", awaited="水质检测报告", actor=handler,
        at=at("11-06 16:00"),
    )  # fmt: skip
    assert Case.objects.get(pk=raised).is_paused
    cases.material_supply(case_id=raised, body="报告", actor=contact, at=at("11-09 10:30"))
    task = Case.objects.get(pk=raised).tasks.get(department=zone.planning)
    with pytest.raises(Conflict):
        desk.request_answer(case_id=raised, body="可以", actor=handler, at=at("11-09 11:00"))
    cases.task_start(case_id=raised, task_id=task.pk, actor=planner, at=at("11-09 11:00"))
    assert Case.objects.get(pk=raised).responsible == zone.planning_handler
    cases.task_finish(
        case_id=raised, task_id=task.pk, opinion="余量 60 吨", actor=planner, at=at("11-09 16:00")
    )
    desk.request_answer(case_id=raised, body="可以接入", actor=handler, at=at("11-10 10:00"))
    assert Case.objects.get(pk=raised).state == CaseState.ANSWERED
    cases.case_evaluate(
        case_id=raised, level=5, is_resolved=True, was_contacted=True, praise="快",
        actor=contact, at=at("11-10 11:00"),
    )  # fmt: skip

    case = Case.objects.get(pk=raised)
    assert case.state == CaseState.CLOSED
    assert case.closed_at == at("11-10 11:00")
    assert not ClockRecord.objects.filter(case=case, stopped_at__isnull=True).exists()
    kinds = list(
        JournalEvent.objects.filter(stream=case.stream)
        .order_by("seq")
        .values_list("kind", flat=True)
    )
    assert kinds == [
        "servicedesk.request_raised",
        "servicedesk.request_dispatched",
        "servicedesk.request_accepted",
        "casework.message_sent",
        "casework.message_sent",
        "casework.clock_paused",
        "casework.message_sent",
        "casework.clock_resumed",
        "casework.task_started",
        "casework.task_done",
        "servicedesk.request_answered",
        "casework.evaluated",
        "casework.case_closed",
    ]
    assert verify.run(whole=True).first_break == ""
    assert Message.objects.filter(case=case).count() == 4
