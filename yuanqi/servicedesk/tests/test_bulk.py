"""Stories in bulk leave the same rows, clocks and hashes as the same stories through operations."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType

import pytest
from django.apps import apps
from django.db import connection, connections, transaction

from tests.people import Zone, at
from yuanqi.casework import operations as cases
from yuanqi.casework.models import Case, Task, TaskKind
from yuanqi.foundation import verify
from yuanqi.foundation.actors import SYSTEM, actor_for
from yuanqi.foundation.bulk import Bulk
from yuanqi.foundation.errors import Conflict
from yuanqi.foundation.files import Upload
from yuanqi.foundation.models import Account, JournalEvent
from yuanqi.notices.models import Notice
from yuanqi.organisation import operations as organisation
from yuanqi.organisation.models import Department, Officer
from yuanqi.organisation.queries import officer_on_duty
from yuanqi.registry.models import ContactPerson
from yuanqi.servicedesk import operations as desk
from yuanqi.servicedesk.bulk import Book, load
from yuanqi.servicedesk.models import CallBack as CallBackRow
from yuanqi.servicedesk.operations import CoHandler
from yuanqi.servicedesk.steps import (
    SYSTEM_NAME,
    Accept,
    Answer,
    CallBack,
    CloseUnrated,
    DecideExtension,
    Dispatch,
    Evaluate,
    Extend,
    Finish,
    HandOver,
    Merge,
    Park,
    Pause,
    Raise,
    Redispatch,
    Refuse,
    Reopen,
    Resume,
    Return,
    Say,
    Start,
    Step,
    Story,
    Supply,
    Withdraw,
)

pytestmark = pytest.mark.django_db
REPORT = Upload("水质检测报告.pdf", "a" * 64, 812_000, "application/pdf")
PHOTO = Upload("排口.jpg", "b" * 64, 2_100_000, "image/jpeg")
NOTE = "note"
STRETCH = (at("11-01 00:00"), at("11-30 00:00"))

STORIES: tuple[Story, ...] = (
    (
        Raise(at("11-05 10:00"), "contact", "contact", "ENV", "P2", "新产线废水手续？", (PHOTO,)),
        Dispatch(at("11-05 10:20"), "clerk", "planning-construction"),
        Return(at("11-05 11:00"), "planner", "不涉及管网接入", "三定方案第四条"),
        Dispatch(
            at("11-05 11:24"),
            "clerk",
            "safety-environment",
            (("planning-construction", "核东区管网余量"), ("approval", "是否变更备案")),
        ),
        Accept(at("11-05 13:50"), "handler"),
        Say(at("11-05 14:20"), "handler", "请补试产水样的检测报告"),
        Say(at("11-05 15:00"), "handler", "三步走：备案、环评、接管", "plan"),
        Say(at("11-05 16:00"), "handler", "等检测报告", NOTE, (REPORT,)),
        Start(at("11-06 09:00"), "planner"),
        Pause(at("11-06 16:00"), "handler", "enterprise-material", "水质检测报告"),
        Start(at("11-06 16:30"), "approver"),
        Finish(at("11-06 17:00"), "approver", "只变更备案"),
        Supply(at("11-09 10:30"), "contact", "报告已上传", (REPORT,)),
        Pause(at("11-09 15:00"), "handler", "superior-organ", "市排水公司盖章"),
        Resume(at("11-10 10:00"), "handler"),
        Finish(at("11-10 16:00"), "planner", "余量约 60 吨/天，接得下"),
        Answer(at("11-11 10:00"), "handler", "可以接入", (REPORT,)),
        Evaluate(at("11-11 11:00"), "contact", 5, True, True, praise="说得清楚"),
    ),
    (
        Raise(at("11-06 22:10"), "clerk", "stranger", "UTL", "P1", "三号厂房停电，冷库在升温"),
        Dispatch(at("11-06 22:18"), "clerk", "planning-construction"),
        Accept(at("11-06 22:31"), "planner"),
        Say(at("11-06 22:35"), "planner", "抢修车已出发"),
        Answer(at("11-07 01:20"), "planner", "已恢复供电"),
        Evaluate(at("11-08 09:00"), "stranger", 1, False, True, complaint="又跳了一次"),
        CallBack(at("11-09 09:40"), "clerk", "韩青", "隐患电缆已换，企业认可", True),
    ),
    (
        Raise(at("11-09 09:05"), "linked", "contact", "POL", "P4", "技改补助能不能和贴息一起享受"),
        Dispatch(at("11-09 09:30"), "clerk", "approval"),
        Accept(at("11-09 10:00"), "approver"),
        Answer(at("11-09 16:00"), "approver", "可以，同一设备不重复"),
        CloseUnrated(at("11-16 17:31"), SYSTEM_NAME),
    ),
    (Raise(at("11-11 16:59"), "contact", "contact", "TRA", "P3", "西门夜班公交末班车太早"),),
)  # fmt: skip

# what else a request may live through: returned twice and named, redispatched, handed over,
# extended, parked, answered badly, sent back, reopened; refused; withdrawn and reopened; merged;
# a complaint about a unit, and one about an officer of the centre
REST: tuple[Story, ...] = (
    (
        Raise(at("11-02 09:00"), "contact", "contact", "ENV", "P2", "东区污水管几时通？", key="管"),
        Dispatch(at("11-02 09:10"), "clerk", "approval"),
        Return(at("11-02 09:20"), "approver", "不是审批的事", "三定方案"),
        Dispatch(at("11-02 09:30"), "clerk", "planning-construction"),
        Return(at("11-02 09:40"), "planner", "归安环", "三定方案"),
        Dispatch(at("11-02 09:50"), "clerk", "approval", (("planning-construction", "图"),)),
        Redispatch(at("11-02 10:10"), "clerk", "safety-environment", "职责在安环局",
                   (("planning-construction", "管网图"),)),
        Accept(at("11-02 10:30"), "handler"),
        HandOver(at("11-02 11:00"), "handler", "colleague", "何思远出差"),
        Extend(at("11-03 09:00"), "colleague", Decimal(5), "要等水样"),
        DecideExtension(at("11-03 10:00"), "handler", False, "先做能做的"),
        Extend(at("11-03 11:00"), "handler", Decimal("2.5"), "要等水样，附说明"),
        DecideExtension(at("11-03 14:00"), "leader", True, "情况属实"),
        Start(at("11-03 15:00"), "planner"),
        Finish(at("11-03 16:00"), "planner", "图在这里"),
        Park(at("11-04 09:00"), "clerk", "管道下周才通水", date(2026, 11, 8)),
        Resume(at("11-10 10:00"), "clerk"),
        Answer(at("11-10 14:00"), "colleague", "已经通水"),
        Evaluate(at("11-10 15:00"), "contact", 2, False, True, complaint="没通"),
        CallBack(at("11-11 09:00"), "clerk", "许若楠", "确实没通", False, True),
        Answer(at("11-12 10:00"), "colleague", "真通了"),
        Evaluate(at("11-12 15:00"), "contact", 4, True, True),
        Reopen(at("11-16 09:00"), "contact", "又堵了"),
        Answer(at("11-17 10:00"), "colleague", "清过了"),
    ),
    (
        Raise(at("11-12 11:00"), "contact", "contact", "ENV", "P3", "污水管几时通的？"),
        Refuse(at("11-12 11:30"), "clerk", "settled", "已经答复过", earlier="管"),
        Reopen(at("11-13 11:30"), "clerk", "有新情况"),
        Dispatch(at("11-13 11:40"), "clerk", "safety-environment", is_named=True),
    ),
    (
        Raise(at("11-03 09:00"), "contact", "contact", "TRA", "P3", "公交太早"),
        Dispatch(at("11-03 09:20"), "clerk", "planning-construction"),
        Accept(at("11-03 09:30"), "planner"),
        Pause(at("11-03 10:00"), "planner", "enterprise-material", "人数"),
        Withdraw(at("11-03 11:00"), "contact", "已自行解决"),
    ),
    (
        Raise(at("11-04 09:00"), "contact", "contact", "UTL", "P2", "停水了", key="水"),
        Dispatch(at("11-04 09:20"), "clerk", "planning-construction"),
        Accept(at("11-04 10:20"), "planner"),
        Extend(at("11-05 09:20"), "planner", Decimal(1), "要挖路面"),
        Answer(at("11-05 10:20"), "planner", "来水了"),
    ),
    (
        Raise(at("11-04 09:05"), "linked", "contact", "UTL", "P2", "还是停水"),
        Merge(at("11-04 09:30"), "clerk", "水", "同一次停水"),
    ),
    (
        Raise(at("11-06 09:00"), "contact", "contact", "ENV", "P3", "执法态度差",
              accused_unit="safety-environment"),
        Dispatch(at("11-06 09:20"), "clerk", "approval"),
    ),
    (
        Raise(at("11-06 10:00"), "contact", "contact", "OTH", "P3", "接待不理人", accused="clerk"),
        Dispatch(at("11-06 10:20"), "leader", "approval"),
        Return(at("11-06 10:40"), "approver", "不归我们", "三定"),
    ),
)  # fmt: skip


def by_operations(story: Story) -> None:
    """Run a story one operation at a time, as the pages would."""
    first, *others = story
    assert isinstance(first, Raise)
    case_id = raised_by_operation(first)
    for step in others:
        by_operation(step, case_id)


def raised_by_operation(first: Raise) -> int:
    contact = ContactPerson.objects.get(account__username=first.contact)
    unit = Department.objects.filter(code=first.accused_unit).first()
    officer = Officer.objects.filter(account__username=first.accused).first()
    return desk.request_raise(
        accused_department_id=unit and unit.pk,
        accused_officer_id=officer and officer.pk,
        contact_id=contact.pk,
        category=first.category,
        level=first.level,
        text=first.text,
        uploads=first.uploads,
        actor=actor_for(Account.objects.get(username=first.by), first.at),
        at=first.at,
    )


def by_operation(step: Step, case_id: int, keys: Mapping[str, int] = MappingProxyType({})) -> None:
    if isinstance(step, CloseUnrated):
        assert cases.case_close_unrated(case_id=case_id, at=step.at)
        return
    actor = actor_for(Account.objects.get(username=step.by), step.at)
    told = {"case_id": case_id, "actor": actor, "at": step.at}
    match step:
        case Dispatch():
            units = {unit.code: unit.pk for unit in Department.objects.all()}
            desk.request_dispatch(
                lead_id=units[step.lead],
                co_handlers=[CoHandler(units[code], brief) for code, brief in step.asked],
                is_named=step.is_named,
                **told,
            )
        case Redispatch():
            units = {unit.code: unit.pk for unit in Department.objects.all()}
            desk.request_redispatch(
                lead_id=units[step.lead],
                co_handlers=[CoHandler(units[code], brief) for code, brief in step.asked],
                reason=step.reason,
                **told,
            )
        case HandOver():
            to = Officer.objects.get(account__username=step.to)
            task = Task.objects.get(case=case_id, state="active", department=to.department)
            cases.task_hand_over(task_id=task.pk, to_officer_id=to.pk, reason=step.reason, **told)
        case Extend():
            cases.extension_ask(amount=step.amount, reason=step.reason, **told)
        case DecideExtension():
            cases.extension_decide(is_granted=step.is_granted, decision=step.decision, **told)
        case Park():
            cases.case_park(explanation=step.explanation, until=step.until, **told)
        case Refuse():
            earlier = keys[step.earlier] if step.earlier else None
            desk.request_refuse(
                ground=step.ground, explanation=step.explanation, earlier_id=earlier, **told
            )
        case Merge():
            desk.request_merge(into_id=keys[step.into], explanation=step.explanation, **told)
        case Withdraw():
            desk.request_withdraw(reason=step.reason, **told)
        case Reopen():
            desk.request_reopen(reason=step.reason, **told)
        case Accept():
            desk.request_accept(**told)
        case Return():
            desk.request_return(reason=step.reason, basis=step.basis, **told)
        case Say():
            cases.message_send(body=step.body, kind=step.kind, uploads=step.uploads, **told)
        case Pause():
            cases.clock_pause(ground=step.ground, awaited=step.awaited, **told)
        case Resume():
            cases.clock_resume(**told)
        case Supply():
            cases.material_supply(body=step.body, uploads=step.uploads, **told)
        case Start():
            cases.task_start(task_id=own_task(case_id, actor), **told)
        case Finish():
            cases.task_finish(task_id=own_task(case_id, actor), opinion=step.opinion, **told)
        case Answer():
            desk.request_answer(body=step.body, uploads=step.uploads, **told)
        case Evaluate():
            cases.case_evaluate(
                level=step.level,
                is_resolved=step.is_resolved,
                was_contacted=step.was_contacted,
                praise=step.praise,
                complaint=step.complaint,
                **told,
            )
        case CallBack():
            desk.request_call_back(
                spoke_with=step.spoke_with,
                facts=step.facts,
                is_resolved=step.is_resolved,
                is_sent_back=step.is_sent_back,
                **told,
            )


def side_by_side(stories: tuple[Story, ...]) -> list[tuple[int, Step]]:
    """The steps of the stories with their places: one story after another, but those that merge
    in order of time, from the place of the first."""
    merging = {step.into for story in stories for step in story if isinstance(step, Merge)}
    tangled = [
        place
        for place, story in enumerate(stories)
        if story[0].key in merging or any(isinstance(step, Merge) for step in story)
    ]
    found: list[tuple[int, Step]] = []
    for place, story in enumerate(stories):
        if place not in tangled:
            found += [(place, step) for step in story]
        elif place == tangled[0]:
            both = [(other, step) for other in tangled for step in stories[other]]
            found += sorted(both, key=lambda item: (item[1].at, item[0]))
    return found


def own_task(case_id: int, actor) -> int:
    case = Case.objects.get(pk=case_id)
    found = case.tasks.filter(kind=TaskKind.CO_HANDLE, department=actor.department_id)
    return found.exclude(state="cancelled").get().pk


def everything() -> dict[str, list[dict]]:
    """Every row of every table of ours; events by stream, without id and transaction."""
    found = {}
    for label in ("foundation", "organisation", "registry", "casework", "servicedesk"):
        for model in apps.get_app_config(label).get_models():
            rows = [dict(row) for row in model.objects.order_by("pk").values()]
            if model is JournalEvent:
                for row in rows:
                    del row["id"], row["xid"]
                rows.sort(key=lambda row: (row["stream"], row["seq"]))
            found[model._meta.db_table] = [
                {
                    name: bytes(value) if isinstance(value, memoryview) else value
                    for name, value in row.items()
                }
                for row in rows
            ]
    return found


class Sequences:
    """Where the tables' sequences stand; a rollback doesn't take them back, so the owner does."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT quote_ident(sequencename), coalesce(last_value, 0) FROM pg_sequences"
                " WHERE schemaname = 'public' AND sequencename NOT LIKE 'procrastinate%%'"
            )
            self.stood = cursor.fetchall()

    def restore(self) -> None:
        with connections["owner"].cursor() as cursor:
            for name, last in self.stood:
                cursor.execute("SELECT setval(%s, %s, %s)", [name, max(last, 1), last > 0])
        connections["owner"].close()


@pytest.mark.parametrize("stories", [STORIES, REST], ids=["usual", "rest"])
@pytest.mark.django_db(databases=["default", "owner"])
def test_bulk_builds_the_rows_and_hashes_that_operations_build(zone: Zone, stories):
    before = everything()
    sequences = Sequences()
    with transaction.atomic():
        mark = transaction.savepoint()
        ids: dict[int, int] = {}
        keys: dict[str, int] = {}
        for place, step in side_by_side(stories):
            if isinstance(step, Raise):
                ids[place] = keys[step.key] = raised_by_operation(step)
            else:
                by_operation(step, ids[place], keys)
        alone = everything()
        assert verify.run(whole=True).intact
        transaction.savepoint_rollback(mark)
    assert everything() == before
    sequences.restore()

    bulk = Bulk()
    load(stories, bulk=bulk, book=Book.over(*STRETCH))
    bulk.flush()

    together = everything()
    for table, rows in alone.items():
        assert together[table] == rows, table
    report = verify.run(whole=True)
    assert report.intact
    assert report.events == len(together["journal_event"])
    assert not Notice.objects.exists()
    assert CallBackRow.objects.count() == 1


def test_numbers_go_on_where_the_operations_stopped_and_the_other_way_round(zone: Zone):
    by_operations(STORIES[3])
    bulk = Bulk()
    load(STORIES[:2], bulk=bulk, book=Book.over(*STRETCH))
    bulk.flush()
    by_operations(STORIES[2])

    numbers = list(Case.objects.order_by("pk").values_list("number", flat=True))
    assert numbers == ["2611-0001", "2611-0002", "2611-0003", "2611-0004"]


def test_a_step_that_does_not_fit_the_case_is_refused_and_nothing_is_written(zone: Zone):
    raised = STORIES[3][0]
    story = (raised, Answer(raised.at + timedelta(hours=1), "handler", "好了"))
    bulk = Bulk()

    with pytest.raises(Conflict):
        load([story], bulk=bulk, book=Book.over(*STRETCH))

    assert not Case.objects.exists()
    assert not JournalEvent.objects.filter(stream__startswith="case:").exists()


@pytest.mark.parametrize("when", ["11-02 09:00", "11-06 22:18", "11-07 12:00"])
def test_the_roster_in_memory_names_whom_the_queries_name(zone: Zone, when: str):
    told = {"actor": SYSTEM, "at": at("11-01 09:00")}
    organisation.duty_assign(
        department=zone.safety, officer=zone.safety_colleague, **told,
        start_at=at("11-06 17:30"), end_at=at("11-07 08:30"),
    )  # fmt: skip
    organisation.absence_record(
        officer_id=zone.safety_colleague.pk, acting_id=zone.approval_handler.pk, reason="培训",
        start_at=at("11-06 20:00"), end_at=at("11-08 08:30"), **told,
    )  # fmt: skip

    book = Book.over(*STRETCH)

    for unit in Department.objects.select_related("head"):
        assert book.answering(unit, at(when)) == officer_on_duty(unit, at(when))
