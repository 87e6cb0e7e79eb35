"""Meetings: who holds and keeps them, what is decided, what is born there, what is late."""

import io
from datetime import date

import pytest
from docx import Document
from docx.oxml.ns import qn

from tests.evidence import every_row
from tests.life import desk
from tests.people import MONDAY_9AM, Zone, at, build_zone
from tests.together import at_once
from yuanqi.advice.models import Advice
from yuanqi.casework.models import Case
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible
from yuanqi.foundation.models import JournalEvent
from yuanqi.meetings import minutes, moving, notices, operations
from yuanqi.meetings.events import EnterpriseInvited, TaskReminded
from yuanqi.meetings.models import Guest, Item, ItemState, Kind, Meeting
from yuanqi.meetings.queries import items_for, meetings_visible_to, proposed
from yuanqi.notices.models import Notice
from yuanqi.promises.models import Promise
from yuanqi.registry.models import Contact

START, END = at("11-05 14:00"), at("11-05 16:00")
HELD = at("11-05 15:00")
DUE = date(2026, 11, 20)


def called(zone: Zone, **other: object) -> Meeting:
    told = {
        "kind": Kind.ON_SITE, "title": "东区现场办公", "place": "松濑会议室", "starts_at": START,
        "ends_at": END, "department_id": zone.safety.pk, "host_id": zone.safety_handler.pk,
        "actor": zone.actor(zone.clerk), "at": MONDAY_9AM, **other,
    }  # fmt: skip
    return operations.meeting_call(**told)


def added(zone: Zone, row: Meeting, words: str = "厂门口没有路灯", **other: object) -> Item:
    told = {"enterprise_id": zone.enterprise.pk, "actor": zone.actor(zone.clerk),
            "at": MONDAY_9AM, **other}  # fmt: skip
    return operations.item_add(meeting_id=row.pk, words=words, **told)


def decided(zone: Zone, item: Item, **other: object) -> Item:
    told = {
        "state": ItemState.TASK, "decision": "装 12 盏路灯", "due_on": DUE,
        "owner_id": zone.planning_handler.pk, "actor": zone.actor(zone.clerk), "at": HELD, **other,
    }  # fmt: skip
    return operations.item_decide(meeting_id=item.meeting_id, item_id=item.pk, **told)


def raised(zone: Zone, **more: object) -> int:
    return desk.request_raise(
        contact_id=zone.contact.pk, category="ENV", level="P2", text="新产线排水没有批",
        actor=zone.actor(zone.contact), at=MONDAY_9AM, **more,
    )  # fmt: skip


def test_the_centre_and_heads_hold_meetings_and_nobody_else(zone):
    called(zone)
    called(zone, actor=zone.actor(zone.safety_handler))
    before = every_row()
    for who in (zone.safety_colleague, zone.linked_officer, zone.contact):
        with pytest.raises(NotAllowed):
            called(zone, actor=zone.actor(who))
    # a head holds those of his own department
    with pytest.raises(Invalid):
        called(zone, actor=zone.actor(zone.planning_handler))
    for wrong in ({"title": " "}, {"kind": "party"}, {"ends_at": START}, {"host_id": 0},
                  {"area_id": 0}, {"starts_at": at("11-05 01:00")}):  # fmt: skip
        with pytest.raises(Invalid):
            called(zone, **wrong)
    assert every_row() == before


def test_open_requests_are_collected_once_and_complaints_never(zone):
    row = called(zone)
    case_id, complaint = raised(zone), raised(zone, accused_department_id=zone.safety.pk)
    clerk = zone.actor(zone.clerk)
    found = proposed(row, clerk, area_id=None, trade="", category="ENV")
    assert [case.pk for case in found] == [case_id]

    assert operations.items_collect(
        meeting_id=row.pk, case_ids=[case_id], actor=clerk, at=MONDAY_9AM
    ) == 1  # fmt: skip
    item = Item.objects.get()
    assert (item.case_id, item.enterprise) == (case_id, zone.enterprise)
    before = every_row()
    for case_ids in ([case_id], [complaint]):
        with pytest.raises(Conflict):
            operations.items_collect(
                meeting_id=row.pk, case_ids=case_ids, actor=clerk, at=MONDAY_9AM
            )
    # who doesn't see a request doesn't collect it
    with pytest.raises(NotVisible):
        operations.items_collect(
            meeting_id=row.pk, case_ids=[complaint], actor=zone.actor(zone.safety_handler),
            at=MONDAY_9AM,
        )  # fmt: skip
    assert every_row() == before


def test_departments_say_who_comes_and_an_invited_enterprise_has_one_contact(zone):
    row = called(zone)
    clerk = zone.actor(zone.clerk)
    told = {"meeting_id": row.pk, "at": MONDAY_9AM}
    operations.departments_invite(department_ids=[zone.planning.pk], actor=clerk, **told)
    planner = zone.actor(zone.planning_handler)
    operations.invitation_answer(
        department_id=zone.planning.pk, officer_id=zone.planning_handler.pk, actor=planner, **told
    )
    operations.enterprises_invite(enterprise_ids=[zone.enterprise.pk], actor=clerk, **told)
    one = row.invitations.get()
    assert (one.answer, one.officer) == ("comes", zone.planning_handler)
    contact = Contact.objects.get()
    assert (contact.enterprise, contact.kind, contact.subject) == (
        zone.enterprise, "visit", "集中现场办公：东区现场办公",
    )  # fmt: skip

    before = every_row()
    with pytest.raises(Conflict):
        operations.enterprises_invite(enterprise_ids=[zone.enterprise.pk], actor=clerk, **told)
    with pytest.raises(Conflict):
        operations.departments_invite(department_ids=[zone.planning.pk], actor=clerk, **told)
    with pytest.raises(Invalid):
        operations.invitation_answer(
            department_id=zone.planning.pk, officer_id=zone.safety_handler.pk, actor=planner, **told
        )
    with pytest.raises(NotVisible):
        operations.invitation_answer(
            department_id=zone.planning.pk, officer_id=None, note="没空",
            actor=zone.actor(zone.approval_handler), **told,
        )  # fmt: skip
    assert every_row() == before
    events = list(JournalEvent.objects.filter(kind__startswith="meetings."))
    notices.notices_make(events, now=at("11-02 09:01"))
    assert set(Notice.objects.values_list("account__username", "kind")) == {
        ("handler", "meeting_host"), ("planner", "meeting_asked"),
        ("contact", "meeting_firm_asked"),
    }  # fmt: skip
    line = Notice.objects.get(account__username="contact")
    said = notices.lines([line], zone.actor(zone.contact))[line.pk].says
    assert said == "园区请您参加“东区现场办公”，11 月 5 日 14:00，松濑会议室。"
    assert not notices.lines([line], zone.actor(zone.stranger))[line.pk].is_visible


def test_an_item_becomes_a_task_with_a_promise_and_its_owner_ends_it(zone):
    row = called(zone)
    item = added(zone, row)
    decided(zone, item, is_promised=True)
    item.refresh_from_db()
    promise = Promise.objects.get()
    assert (item.state, item.owner, item.due_on, item.promise) == (
        "task", zone.planning_handler, DUE, promise,
    )  # fmt: skip
    assert (promise.occasion, promise.officer, promise.due_on, promise.text) == (
        "meeting", zone.planning_handler, DUE, "装 12 盏路灯",
    )  # fmt: skip
    # a head who isn't of the centre gives his word, and the owner answers for it
    other = decided(
        zone, added(zone, row, "另一件"), is_promised=True, actor=zone.actor(zone.safety_handler)
    )
    assert other.promise.officer == zone.planning_handler

    end = {"meeting_id": row.pk, "item_id": item.pk, "outcome": "装好了", "at": at("11-18 10:00")}
    before = every_row()
    with pytest.raises(Conflict):
        decided(zone, item)
    with pytest.raises(NotVisible):
        operations.task_end(state="done", actor=zone.actor(zone.contact), **end)
    with pytest.raises(NotAllowed):
        operations.task_end(state="done", actor=zone.actor(zone.safety_colleague), **end)
    with pytest.raises(NotAllowed):
        operations.task_end(state="dropped", actor=zone.actor(zone.planning_handler), **end)
    assert every_row() == before
    operations.task_end(state="done", actor=zone.actor(zone.planning_handler), **end)
    item.refresh_from_db()
    assert (item.state, item.outcome, item.ended_by) == ("done", "装好了", zone.planning_handler)
    promise.refresh_from_db()
    assert (promise.state, promise.outcome) == ("kept", "装好了")
    assert set(items_for(zone.enterprise, zone.actor(zone.contact))) == {item, other}
    assert not items_for(zone.enterprise, zone.actor(zone.stranger))


@pytest.mark.parametrize(
    "other",
    [
        {"decision": ""}, {"due_on": None}, {"due_on": date(2026, 11, 4)}, {"owner_id": None},
        {"state": "done"}, {"state": "refused", "decision": ""},
        {"state": "request", "category": "NO", "level": "P3"}, {"state": "advice", "topic": "no"},
    ],
)  # fmt: skip
def test_what_is_wrong_decides_nothing(zone, other):
    item = added(zone, called(zone))
    before = every_row()
    with pytest.raises(Invalid):
        decided(zone, item, **other)
    assert every_row() == before


def test_requests_and_advice_are_born_there(zone):
    row = called(zone)
    decided(zone, added(zone, row), state="request", category="ENV", level="P3", decision="")
    decided(zone, added(zone, row, "末班车晚一点"), state="advice", topic="traffic", decision="")
    first, second = Item.objects.order_by("pk")
    assert (first.state, first.case, first.case.title) == (
        "request", Case.objects.get(), "厂门口没有路灯",
    )  # fmt: skip
    assert (second.state, second.advice.text) == ("advice", "末班车晚一点")
    assert Advice.objects.get().source == "meeting"


def test_minutes_close_it_and_say_all_in_chinese_with_its_font(zone):
    row = called(zone)
    clerk = zone.actor(zone.clerk)
    told = {"meeting_id": row.pk, "actor": clerk, "at": HELD}
    operations.departments_invite(department_ids=[zone.planning.pk], **told)
    operations.enterprises_invite(enterprise_ids=[zone.enterprise.pk], **told)
    task, refused = added(zone, row), added(zone, row, "减免\x0b税款")
    decided(zone, task)
    before = every_row()
    with pytest.raises(Conflict):
        operations.meeting_close(**told)  # something is left to decide
    assert every_row() == before
    decided(zone, refused, state="refused", decision="税率由国家定")
    operations.attendance_take(
        department_ids=[zone.planning.pk], enterprise_ids=[zone.enterprise.pk], **told
    )
    with pytest.raises(Conflict):
        operations.meeting_close(**{**told, "at": MONDAY_9AM})
    operations.meeting_close(summary="下次到西区。", **told)
    row.refresh_from_db()
    before = every_row()
    for act in (operations.meeting_close, operations.meeting_call_off):
        with pytest.raises(Conflict):
            act(**told, **({"reason": "雨"} if act is operations.meeting_call_off else {}))
    assert every_row() == before

    paper = Document(io.BytesIO(minutes.minutes_of(row)))
    text = "\n".join(one.text for one in paper.paragraphs)
    for said in ("东区现场办公", "时间：2026 年 11 月 5 日 14:00–16:00", "地点：松濑会议室",
                 "部门：规划建设局", f"企业：{zone.enterprise.name}", "下次到西区。"):  # fmt: skip
        assert said in text
    cells = [[cell.text for cell in line.cells] for table in paper.tables for line in table.rows]
    firm = zone.enterprise.name
    assert cells == [
        ["序号", "议题", "议定", "承担", "期限"],
        ["1", f"{firm}：厂门口没有路灯", "装 12 盏路灯", "规建局 陆瑶", "11 月 20 日"],
        ["议题", "原因"],
        [f"{firm}：减免税款", "税率由国家定"],
    ]
    fonts = paper.paragraphs[0].runs[0]._element.rPr.rFonts
    assert fonts.get(qn("w:eastAsia")) == "黑体"


def test_only_those_concerned_see_a_meeting(zone):
    row = called(zone)
    decided(zone, added(zone, row))

    def sees(person: object) -> bool:
        return meetings_visible_to(zone.actor(person)).filter(pk=row.pk).exists()

    for person in (zone.clerk, zone.leader, zone.safety_handler, zone.safety_colleague,
                   zone.planning_handler, zone.linked_officer):  # fmt: skip
        assert sees(person)
    for person in (zone.approval_handler, zone.contact, zone.stranger):
        assert not sees(person)


def test_late_tasks_are_said_once_and_go_over_when_their_owner_leaves(zone):
    item = decided(zone, added(zone, called(zone)))
    assert operations.sweep(at=at("11-16 10:00")) == 0
    days = ("11-17 10:00", "11-18 10:00", "11-21 10:00", "11-22 10:00")
    assert [operations.sweep(at=at(day)) for day in days] == [1, 0, 1, 0]
    told = JournalEvent.objects.filter(kind=TaskReminded.kind).order_by("pk")
    assert [event.payload["is_late"] for event in told] == [False, True]

    clerk, when = zone.actor(zone.clerk), at("11-22 10:00")
    assert moving.MEETINGS.of_officer(zone.planning_handler, when).count == 1
    moving.MEETINGS.officer_to(zone.planning_handler, zone.approval_handler, actor=clerk, at=when)
    item.refresh_from_db()
    assert (item.owner, item.department, item.decided_owner) == (
        zone.approval_handler, zone.approval, zone.planning_handler,
    )  # fmt: skip
    assert moving.MEETINGS.of_officer(zone.planning_handler, when) is None


def test_one_called_off_asks_nobody_any_more(zone):
    row = called(zone)
    told = {"meeting_id": row.pk, "actor": zone.actor(zone.clerk), "at": MONDAY_9AM}
    operations.meeting_call_off(reason="台风", **told)
    before = every_row()
    with pytest.raises(Conflict):
        operations.enterprises_invite(enterprise_ids=[zone.enterprise.pk], **told)
    assert every_row() == before
    assert not JournalEvent.objects.filter(kind=EnterpriseInvited.kind).exists()
    assert not Guest.objects.exists()


def test_of_two_who_decide_or_close_at_once_one_is_told_that_it_is_done(committed):
    zone = build_zone()
    row = called(zone)
    item = added(zone, row)
    answers = at_once(
        lambda: decided(zone, item),
        lambda: decided(zone, item, state="refused", decision="不归我们办"),
    )
    assert sum(isinstance(one, Conflict) for one in answers) == 1
    close = {"meeting_id": row.pk, "actor": zone.actor(zone.clerk), "at": HELD}
    answers = at_once(
        lambda: operations.meeting_close(**close), lambda: operations.meeting_close(**close)
    )
    assert sum(isinstance(one, Conflict) for one in answers) == 1
