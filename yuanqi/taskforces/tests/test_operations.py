"""Task forces: who opens and runs them, what they have to do, how they end."""

from datetime import date

import pytest

from tests.evidence import every_row
from tests.life import desk
from tests.people import MONDAY_9AM, Zone, at, build_zone
from tests.together import at_once
from yuanqi.audit import erasing
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible
from yuanqi.foundation.models import JournalEvent
from yuanqi.notices.models import Notice
from yuanqi.organisation import merging as departments
from yuanqi.taskforces import moving, notices, operations
from yuanqi.taskforces.events import ForceClosed, ForceOpened, TaskReminded
from yuanqi.taskforces.models import Kind, TaskForce, TaskState
from yuanqi.taskforces.queries import force_url, forces_visible_to, members_of

DUE = date(2026, 11, 20)


def opened(zone: Zone, **other: object) -> TaskForce:
    told = {
        "kind": Kind.ENTERPRISE, "name": "松濑扩建专班", "aim": "年底前开工",
        "enterprise_id": zone.enterprise.pk, "lead_id": zone.safety_handler.pk,
        "member_ids": [zone.planning_handler.pk, zone.approval_handler.pk],
        "actor": zone.actor(zone.clerk), "at": MONDAY_9AM, **other,
    }  # fmt: skip
    return operations.force_open(**told)


def task_of(zone: Zone, row: TaskForce):
    return operations.task_set(
        force_id=row.pk, text="排水许可", owner_id=zone.planning_handler.pk, due_on=DUE,
        actor=zone.actor(zone.safety_handler), at=at("11-02 10:00"),
    )  # fmt: skip


def ended(zone: Zone, row: TaskForce, task, who=None, state=TaskState.DONE, outcome="办好了"):
    operations.task_end(
        force_id=row.pk, task_id=task.pk, state=state, outcome=outcome,
        actor=zone.actor(who or zone.planning_handler), at=at("11-18 10:00"),
    )  # fmt: skip


def raised(zone: Zone, **more: object) -> int:
    return desk.request_raise(
        contact_id=zone.contact.pk, category="ENV", level="P2", text="新产线排水没有批",
        actor=zone.actor(zone.contact), at=MONDAY_9AM, **more,
    )  # fmt: skip


def test_the_centre_opens_one_and_its_people_are_told(zone):
    row = opened(zone)

    inside = [one.officer for one in members_of(row)]
    assert inside == [zone.safety_handler, zone.planning_handler, zone.approval_handler]
    event = JournalEvent.objects.get(kind=ForceOpened.kind)
    assert (event.stream, event.audience, event.enterprise_id) == (
        row.stream, "staff", zone.enterprise.pk,
    )  # fmt: skip
    notices.notices_make([event], now=at("11-02 09:01"))
    assert set(Notice.objects.values_list("account__username", "kind")) == {
        ("handler", "force_leads"), ("planner", "force_joined"), ("approver", "force_joined"),
    }  # fmt: skip
    line = Notice.objects.get(account__username="handler")
    said = notices.lines([line], zone.actor(zone.safety_handler))[line.pk].says
    assert said == "请您负责专班“松濑扩建专班”。"


@pytest.mark.parametrize(
    ("who", "error"),
    [("contact", NotAllowed), ("safety_handler", NotAllowed), ("linked_officer", NotAllowed)],
)
def test_nobody_else_opens_one(zone, who, error):
    before = every_row()
    with pytest.raises(error):
        opened(zone, actor=zone.actor(getattr(zone, who)))
    assert every_row() == before


@pytest.mark.parametrize(
    "other",
    [
        {"name": " "}, {"aim": ""}, {"kind": "village"}, {"lead_id": 0}, {"member_ids": [0]},
        {"enterprise_id": None}, {"kind": "project", "project_id": None}, {"name": "长" * 61},
    ],
)  # fmt: skip
def test_what_is_wrong_opens_nothing(zone, other):
    before = every_row()
    with pytest.raises(Invalid):
        opened(zone, **other)
    assert every_row() == before


def test_a_grave_request_has_one_task_force_and_a_complaint_none(zone):
    case_id = raised(zone)
    row = opened(zone, case_id=case_id, enterprise_id=None)
    assert row.enterprise == zone.enterprise
    complaint = raised(zone, accused_department_id=zone.safety.pk)
    leader = zone.actor(zone.leader)
    before = every_row()
    with pytest.raises(Conflict):
        opened(zone, case_id=case_id, name="又一个")
    with pytest.raises(Conflict):
        opened(zone, case_id=complaint, name="投诉", actor=leader)
    assert every_row() == before
    assert force_url(row.case, zone.actor(zone.safety_handler)) == ""


def test_only_those_concerned_see_it_and_industries_are_for_all_officers(zone):
    row = opened(zone)
    industry = opened(
        zone, kind=Kind.INDUSTRY, name="生物医药产业专班", enterprise_id=None, member_ids=[]
    )

    def seen(person: object) -> set[int]:
        return set(forces_visible_to(zone.actor(person)).values_list("pk", flat=True))

    both = {row.pk, industry.pk}
    for person in (zone.clerk, zone.leader, zone.safety_handler, zone.planning_handler,
                   zone.linked_officer):  # fmt: skip
        assert seen(person) == both
    assert seen(zone.safety_colleague) == {industry.pk}
    assert seen(zone.contact) == set()


def test_the_lead_gives_tasks_to_members_and_the_owner_ends_them(zone):
    row = opened(zone)
    task = task_of(zone, row)
    before = every_row()
    for person, state, error in (
        (zone.approval_handler, TaskState.DONE, NotAllowed),
        (zone.planning_handler, TaskState.DROPPED, NotAllowed),
        (zone.safety_colleague, TaskState.DONE, NotVisible),
        (zone.planning_handler, "later", Invalid),
    ):  # fmt: skip
        with pytest.raises(error):
            ended(zone, row, task, person, state)
    with pytest.raises(Invalid):
        ended(zone, row, task, outcome=" ")
    assert every_row() == before

    ended(zone, row, task)
    task.refresh_from_db()
    assert (task.state, task.outcome, task.ended_by) == (
        TaskState.DONE, "办好了", zone.planning_handler,
    )  # fmt: skip


@pytest.mark.parametrize(
    "other", [{"owner_id": 0}, {"due_on": date(2026, 11, 1)}, {"text": ""}]
)  # fmt: skip
def test_a_task_needs_a_member_and_a_day_to_come(zone, other):
    row = opened(zone)
    before = every_row()
    told = {"force_id": row.pk, "text": "排水许可", "owner_id": zone.planning_handler.pk,
            "due_on": DUE, "actor": zone.actor(zone.safety_handler),
            "at": at("11-02 10:00"), **other}  # fmt: skip
    with pytest.raises(Invalid):
        operations.task_set(**told)
    assert every_row() == before


def test_members_write_progress_and_minutes_of_a_day(zone):
    row = opened(zone)
    told = {"force_id": row.pk, "text": "开了第一次会", "at": at("11-03 10:00"),
            "actor": zone.actor(zone.planning_handler)}  # fmt: skip
    before = every_row()
    with pytest.raises(Invalid):
        operations.note_write(**told, kind="minutes")
    with pytest.raises(NotAllowed):
        operations.note_write(**{**told, "actor": zone.actor(zone.linked_officer)}, kind="progress")
    assert every_row() == before
    note = operations.note_write(**told, kind="minutes", held_on=date(2026, 11, 3))
    assert (note.officer, note.held_on) == (zone.planning_handler, date(2026, 11, 3))


def test_it_is_closed_with_a_report_once_nothing_is_left(zone):
    row = opened(zone)
    task = task_of(zone, row)
    told = {"force_id": row.pk, "report": "许可已办好。", "at": at("11-19 10:00"),
            "actor": zone.actor(zone.safety_handler)}  # fmt: skip
    before = every_row()
    with pytest.raises(Conflict):
        operations.force_close(**told)
    with pytest.raises(NotAllowed):
        operations.force_close(**{**told, "actor": zone.actor(zone.planning_handler)})
    assert every_row() == before

    ended(zone, row, task, zone.safety_handler, TaskState.DROPPED, "并入联合验收")
    operations.force_close(**told)
    row.refresh_from_db()
    assert (row.report, row.is_open) == ("许可已办好。", False)
    assert JournalEvent.objects.filter(kind=ForceClosed.kind).count() == 1
    with pytest.raises(Conflict):
        task_of(zone, row)


def test_the_sweep_says_near_and_late_once_each(zone):
    row = opened(zone)
    task_of(zone, row)

    said = [operations.sweep(at=at(when)) for when in (
        "11-16 10:00", "11-17 10:00", "11-18 10:00", "11-21 10:00", "11-22 10:00"
    )]  # fmt: skip

    assert said == [0, 1, 0, 1, 0]
    events = list(JournalEvent.objects.filter(kind=TaskReminded.kind).order_by("seq"))
    notices.notices_make(events, now=at("11-21 10:01"))
    assert set(Notice.objects.values_list("account__username", "kind")) == {
        ("planner", "force_task_soon"), ("planner", "force_task_late"),
        ("handler", "force_task_late"),
    }  # fmt: skip


def test_who_leaves_the_park_hands_lead_and_tasks_over(zone):
    row = opened(zone, lead_id=zone.planning_handler.pk)
    task = operations.task_set(
        force_id=row.pk, text="排水许可", owner_id=zone.planning_handler.pk, due_on=DUE,
        actor=zone.actor(zone.clerk), at=at("11-02 10:00"),
    )  # fmt: skip
    assert departments.work_of_officer(zone.planning_handler, MONDAY_9AM)[-1].streams == (
        row.stream,
    )

    moving.FORCES.officer_to(
        zone.planning_handler, zone.safety_colleague, actor=zone.actor(zone.clerk),
        at=at("11-03 10:00"),
    )  # fmt: skip

    row.refresh_from_db()
    task.refresh_from_db()
    assert (row.lead, task.owner) == (zone.safety_colleague, zone.safety_colleague)
    inside = {one.officer for one in members_of(row)}
    assert inside == {zone.approval_handler, zone.safety_colleague}


def test_of_two_who_end_a_task_at_once_the_second_is_told(committed):
    zone = build_zone()
    row = opened(zone)
    task = task_of(zone, row)

    def act(person: object):
        return lambda: ended(zone, row, task, person)

    answers = at_once(act(zone.planning_handler), act(zone.safety_handler))

    assert sorted(type(one).__name__ for one in answers) == ["Conflict", "NoneType"]


def test_an_erased_persons_name_goes_from_the_task_forces_of_his_enterprise_only(zone):
    name = zone.contact.name
    own = opened(zone, aim=f"{name}要的排水许可年底前办好")
    other = opened(
        zone, name="邻居专班", enterprise_id=zone.stranger.enterprise_id, aim=f"找{name}谈"
    )
    task = operations.task_set(
        force_id=own.pk, text=f"约{name}看现场", owner_id=zone.planning_handler.pk, due_on=DUE,
        actor=zone.actor(zone.safety_handler), at=at("11-02 10:00"),
    )  # fmt: skip
    person = erasing.find("contact", zone.contact.pk)
    assert person is not None

    removed = erasing.erase(person, MONDAY_9AM)

    for row in (own, other, task):
        row.refresh_from_db()
    assert (own.aim, task.text) == ("已删除要的排水许可年底前办好", "约已删除看现场")
    assert other.aim == f"找{name}谈"
    assert ("专班记录里的姓名和电话", 2) in [(one.label, one.count) for one in removed]
