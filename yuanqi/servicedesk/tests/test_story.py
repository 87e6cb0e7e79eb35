"""What the page of a request tells, to each side, at given instants."""

import inspect
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from tests.people import Zone, at
from yuanqi.casework import events as case_events
from yuanqi.casework import operations as cases
from yuanqi.casework.models import Case
from yuanqi.foundation import files
from yuanqi.foundation.errors import NotVisible
from yuanqi.foundation.journal import Event
from yuanqi.servicedesk import events as desk_events
from yuanqi.servicedesk import operations as desk
from yuanqi.servicedesk import timeline
from yuanqi.servicedesk.operations import CoHandler
from yuanqi.servicedesk.story import Story, story_of
from yuanqi.supervision import events as supervision_events

pytestmark = pytest.mark.django_db

NOTE = "许经理催过，先别答应期限"
OPINION = "东区泵站余量约 60 吨/天，接得下"


def photo(name: str) -> list[files.Upload]:
    picture = io.BytesIO()
    Image.new("RGB", (4, 4)).save(picture, "PNG")
    return files.check([SimpleUploadedFile(name, picture.getvalue(), "image/png")])


@pytest.fixture
def case_id(zone: Zone) -> int:
    return desk.request_raise(
        contact_id=zone.contact.pk,
        category="ENV",
        level="P2",
        text="新产线每天约 20 吨处理后废水，要重新办哪些手续？设备已经订了。",
        uploads=photo("工艺说明.png"),
        actor=zone.actor(zone.contact),
        at=at("11-05 10:00"),
    )


def tell(zone: Zone, case_id: int, who, when) -> Story:
    return story_of(case_id, zone.actor(who, when), when)


def dispatch(zone: Zone, case_id: int, when="11-05 11:24", *, co: bool = True) -> None:
    asked = [CoHandler(zone.planning.pk, "核东区管网余量")] if co else []
    desk.request_dispatch(
        case_id=case_id,
        lead_id=zone.safety.pk,
        co_handlers=asked,
        actor=zone.actor(zone.clerk),
        at=at(when),
    )


def accept(zone: Zone, case_id: int) -> None:
    desk.request_accept(
        case_id=case_id, actor=zone.actor(zone.safety_handler), at=at("11-05 13:50")
    )


def pause(zone: Zone, case_id: int) -> None:
    cases.clock_pause(
        case_id=case_id,
        ground="enterprise-material",
        awaited="水质检测报告",
        actor=zone.actor(zone.safety_handler),
        at=at("11-10 16:00"),
    )


@pytest.fixture
def in_progress(zone: Zone, case_id: int) -> int:
    """The request of the reference page, up to 11-17 15:00."""
    dispatch(zone, case_id)
    accept(zone, case_id)
    handler = zone.actor(zone.safety_handler)
    cases.message_send(
        case_id=case_id, body="许经理您好，这件事由我主办。", actor=handler, at=at("11-05 14:20")
    )
    cases.message_send(
        case_id=case_id,
        body=NOTE,
        kind="note",
        uploads=photo("内部.png"),
        actor=handler,
        at=at("11-10 15:00"),
    )
    pause(zone, case_id)
    cases.material_supply(
        case_id=case_id,
        body="报告已上传",
        uploads=photo("检测报告.png"),
        actor=zone.actor(zone.contact),
        at=at("11-12 10:30"),
    )
    task = Case.objects.get(pk=case_id).tasks.get(department=zone.planning)
    planner = zone.actor(zone.planning_handler)
    cases.task_start(case_id=case_id, task_id=task.pk, actor=planner, at=at("11-17 15:00"))
    return case_id


def finish(zone: Zone, case_id: int) -> None:
    task = Case.objects.get(pk=case_id).tasks.get(department=zone.planning)
    cases.task_finish(
        case_id=case_id,
        task_id=task.pk,
        opinion=OPINION,
        actor=zone.actor(zone.planning_handler),
        at=at("11-18 15:40"),
    )


def answer(zone: Zone, case_id: int) -> None:
    desk.request_answer(
        case_id=case_id,
        body="可以接入，分四步办。",
        actor=zone.actor(zone.safety_handler),
        at=at("11-19 10:00"),
    )


def evaluate(zone: Zone, case_id: int, level: int) -> None:
    cases.case_evaluate(
        case_id=case_id,
        level=level,
        is_resolved=level > 2,
        was_contacted=True,
        complaint="" if level > 2 else "没有说清第三步",
        actor=zone.actor(zone.contact),
        at=at("11-19 11:00"),
    )


def test_the_account_follows_the_holdings_and_the_pause(zone, in_progress):
    story = tell(zone, in_progress, zone.safety_handler, at("11-19 10:20"))

    assert [(line.kind, line.title) for line in story.account.lines] == [
        ("c1", "服务中心派单，安环局签收"),
        ("c3", "安环局办理"),
        ("pause", "暂停：等企业补水质检测报告"),
        ("c3", "安环局办理"),
        ("c2", "规建局协办"),
    ]
    assert story.account.lines[2].note == (
        "依据《云泽高新区诉求办理规则》第 12 条；经办 何思远，企业已知"
    )
    assert story.limit == "10 个工作日"


@pytest.mark.parametrize(
    ("when", "label", "value", "due"),
    [
        # the closes of 11-10 and 11-11 were spared: due 11-23 17:30
        ("11-17 15:20", "绿灯，办结还剩", "4 天 2 小时 10 分", "11 月 23 日（周一）17:30 到期"),
        ("11-20 10:20", "黄灯，办结还剩", "1 天 6 小时 10 分", "11 月 23 日（周一）17:30 到期"),
        # late since the close, and not a minute of working time since
        ("11-24 08:00", "红灯，已超时", "刚超时", "11 月 23 日（周一）17:30 到期"),
        ("11-24 10:00", "红灯，已超时", "1 小时", "11 月 23 日（周一）17:30 到期"),
    ],
)
def test_the_first_field_says_whose_move_and_in_what_light(
    zone, in_progress, when, label, value, due
):
    move = tell(zone, in_progress, zone.safety_handler, at(when)).move

    assert (move.who, move.what) == ("规建局 陆瑶", "出具协办意见：核东区管网余量")
    assert (move.label, move.value, move.due) == (label, value, due)
    assert not move.mine


def test_how_long_it_has_been_in_hand_is_working_time(zone, in_progress):
    def in_hand(when: str) -> str:
        return tell(zone, in_progress, zone.safety_handler, at(when)).move.in_hand

    assert in_hand("11-19 10:20") == "已在手 1 天 3 小时 50 分"
    assert in_hand("11-17 15:00") == "刚到手"


def test_a_paused_request_waits_for_the_enterprise(zone, case_id):
    dispatch(zone, case_id, co=False)
    accept(zone, case_id)
    pause(zone, case_id)
    story = tell(zone, case_id, zone.safety_handler, at("11-11 10:00"))
    theirs = tell(zone, case_id, zone.contact, at("11-11 10:00"))

    assert (story.move.who, story.move.what) == ("企业 许若楠", "补交水质检测报告")
    assert (story.move.label, story.move.mine) == ("暂停，停在还剩", False)
    assert story.move.due == "最迟 11 月 24 日（周二）17:30 恢复计时"
    assert story.move.in_hand == "已等 2 小时 30 分"
    assert story.answer_waits_for == "计时还在暂停，先恢复计时再答复"
    assert (theirs.move.who, theirs.move.mine) == ("您", True)
    assert theirs.plainly == "安环局在等您补交水质检测报告。交来以后，时限接着算。"


def test_the_enterprise_reads_who_does_what_by_when(zone, case_id):
    def said(when: str) -> str:
        return tell(zone, case_id, zone.contact, at(when)).plainly

    assert said("11-05 10:30") == (
        "服务中心正在确定由哪个部门办。11 月 19 日（周四）17:30 前给您完整答复。"
    )
    dispatch(zone, case_id)
    assert said("11-05 11:30") == (
        "已经派给安环局，等它签收。11 月 19 日（周四）17:30 前给您完整答复。"
    )
    accept(zone, case_id)
    assert said("11-05 14:00") == (
        "安环局何思远正在办理，11 月 19 日（周四）17:30 前给您完整答复。"
    )
    assert said("11-20 09:00") == (
        "已经超过 11 月 19 日（周四）17:30 的时限，安环局还没有答复您。"
        "着急的话，请直接打下面的电话。"
    )


def test_the_enterprise_reads_what_follows_the_answer(zone, in_progress):
    finish(zone, in_progress)
    answer(zone, in_progress)
    waiting = tell(zone, in_progress, zone.contact, at("11-19 10:30"))
    assert waiting.plainly == (
        "请您看看办得怎么样。11 月 24 日（周二）17:30 前没有评价，就按“未评价”办结。"
    )
    assert waiting.answer.message.body == "可以接入，分四步办。"
    evaluate(zone, in_progress, 2)
    called = tell(zone, in_progress, zone.contact, at("11-19 11:30"))
    assert called.plainly == (
        "您的评价收到了。服务中心会在 11 月 20 日（周五）17:30 前打电话给您，问清没办好的地方。"
    )
    desk.request_call_back(
        case_id=in_progress,
        spoke_with="许若楠",
        facts="第三步补了一页说明",
        is_resolved=True,
        actor=zone.actor(zone.clerk),
        at=at("11-19 15:00"),
    )
    closed = tell(zone, in_progress, zone.contact, at("11-19 16:00"))
    assert closed.plainly == "11 月 19 日（周四）15:00 办结。您评价：不满意。"
    assert closed.call_backs == []
    mine = tell(zone, in_progress, zone.clerk, at("11-19 16:00"))
    assert [call.facts for call in mine.call_backs] == ["第三步补了一页说明"]


def test_the_steps_show_where_a_request_stands(zone, case_id):
    def steps(when: str) -> list[tuple[str, str, str]]:
        story = tell(zone, case_id, zone.contact, at(when))
        return [(step.label, step.tone, step.note) for step in story.steps]

    assert steps("11-05 10:30") == [
        ("提出", "is-done", "11-05"),
        ("派单", "is-now", "等派单"),
        ("办理", "", ""),
        ("答复", "", ""),
        ("评价", "", ""),
    ]
    dispatch(zone, case_id, co=False)
    assert steps("11-05 11:30")[1:3] == [
        ("派单", "is-done", "11-05"),
        ("办理", "is-now", "等签收"),
    ]
    accept(zone, case_id)
    pause(zone, case_id)
    assert steps("11-11 10:00")[2] == ("办理", "is-now", "等您的材料")
    cases.clock_resume(case_id=case_id, actor=zone.actor(zone.safety_handler), at=at("11-11 11:00"))
    answer(zone, case_id)
    assert steps("11-19 10:30")[2:] == [
        ("办理", "is-done", "11-19"),
        ("答复", "is-done", "11-19"),
        ("评价", "is-now", "等您评价"),
    ]


def test_staff_read_the_whole_timeline_and_the_enterprise_its_own(zone, in_progress):
    finish(zone, in_progress)
    staff = tell(zone, in_progress, zone.clerk, at("11-19 10:20"))
    firm = tell(zone, in_progress, zone.contact, at("11-19 10:20"))

    assert [(item.at, item.text) for item in staff.timeline] == [
        (at("11-18 15:40"), f"规建局陆瑶出具协办意见：{OPINION}"),
        (at("11-17 15:00"), "规建局陆瑶签收协办"),
        (at("11-12 10:30"), "企业补交材料，计时继续"),
        (at("11-10 16:00"), "暂停计时：等企业补水质检测报告"),
        (at("11-05 13:50"), "安环局何思远签收"),
        (at("11-05 11:24"), "服务中心周敏派单给安环局，规建局协办"),
        (at("11-05 10:00"), "许若楠提出诉求"),
    ]
    assert [item.text for item in firm.timeline] == [
        "您补交了材料，计时继续",
        "请您补交水质检测报告，计时暂停",
        "安环局何思远接手办理",
        "派给安环局办理，规建局协办",
        "许若楠提出诉求",
    ]


def test_a_return_and_its_reason_stay_inside(zone, case_id):
    dispatch(zone, case_id)
    desk.request_return(
        case_id=case_id,
        reason="排水接入归规建局",
        basis="三定规定第四条",
        actor=zone.actor(zone.safety_handler),
        at=at("11-05 13:00"),
    )
    staff = tell(zone, case_id, zone.clerk, at("11-05 13:30"))
    firm = tell(zone, case_id, zone.contact, at("11-05 13:30"))

    assert staff.timeline[0].text == ("安环局何思远退单：排水接入归规建局（依据：三定规定第四条）")
    assert [item.text for item in firm.timeline] == ["派给安环局办理，规建局协办", "许若楠提出诉求"]
    assert staff.tasks == []
    assert staff.lead_task is None


def test_the_talk_keeps_notes_from_the_enterprise(zone, in_progress):
    staff = tell(zone, in_progress, zone.linked_officer, at("11-18 10:00"))
    firm = tell(zone, in_progress, zone.contact, at("11-18 10:00"))

    def talk(story: Story) -> list[tuple[str, bool]]:
        return [(item.message.body if item.message else item.event, item.is_internal)
                for item in story.talk]  # fmt: skip

    assert talk(staff) == [
        ("服务中心周敏派单给安环局，规建局协办", False),
        ("安环局何思远签收", False),
        ("许经理您好，这件事由我主办。", False),
        (NOTE, True),
        ("暂停计时：等企业补水质检测报告", False),
        ("报告已上传", False),
        ("企业补交材料，计时继续", False),
    ]
    assert (staff.open_messages, staff.notes) == (2, 1)
    assert NOTE not in str(talk(firm))
    assert [item.name for item in staff.sheet.attachments] == [
        "工艺说明.png",
        "内部.png",
        "检测报告.png",
    ]
    assert [item.name for item in firm.sheet.attachments] == ["工艺说明.png", "检测报告.png"]
    assert [item.name for item in firm.asked_files] == ["工艺说明.png"]
    assert [f.name for item in firm.talk for f in item.files] == ["检测报告.png"]


def test_other_clocks_stand_beside_the_one_of_the_first_field(zone, case_id):
    dispatch(zone, case_id)
    accept(zone, case_id)
    story = tell(zone, case_id, zone.safety_handler, at("11-05 14:00"))

    assert [(c.purpose_label, c.limit, c.said, c.light) for c in story.other_clocks] == [
        ("联系企业", "24 小时，不分昼夜", "还剩 20 小时", "green"),
        ("给出办理计划", "2 个工作日", "还剩 2 天 3 小时", "green"),
    ]
    assert [(x.task.brief, x.clock.said, x.mine) for x in story.tasks] == [
        ("核东区管网余量", "还剩 2 天 3 小时", False)
    ]


def test_the_answer_says_whose_opinion_it_waits_for(zone, in_progress):
    assert (
        tell(zone, in_progress, zone.safety_handler, at("11-18 10:00")).answer_waits_for
        == "还差规建局的协办意见"
    )
    finish(zone, in_progress)
    story = tell(zone, in_progress, zone.safety_handler, at("11-18 16:00"))
    assert story.answer_waits_for == ""
    assert (story.tasks_done, story.move.who, story.move.mine) == (1, "安环局 何思远", True)


def test_an_overdue_request_is_reported_up_the_line_of_its_lead(zone, in_progress):
    story = tell(zone, in_progress, zone.safety_handler, at("11-18 10:00"))

    assert story.reports_to == "安环局 何思远 → 管委会 郑立群"


def test_another_enterprise_has_no_story(zone, in_progress):
    with pytest.raises(NotVisible):
        tell(zone, in_progress, zone.stranger, at("11-18 10:00"))


@pytest.mark.parametrize(("who", "queries"), [("safety_handler", 14), ("contact", 14)])
def test_a_story_is_read_in_a_fixed_number_of_queries(
    zone, in_progress, who, queries, django_assert_num_queries
):
    for minute in range(10, 20):
        cases.message_send(
            case_id=in_progress,
            body="再问一句",
            uploads=photo(f"{minute}.png"),
            actor=zone.actor(zone.contact),
            at=at(f"11-18 10:{minute}"),
        )
    actor = zone.actor(getattr(zone, who))

    with django_assert_num_queries(queries):
        story = story_of(in_progress, actor, at("11-18 11:00"))
        assert story.move and story.talk and story.timeline and story.account and story.tasks
        assert story.steps and story.plainly and story.reports_to and story.other_clocks
        assert story.sheet.attachments and story.raised and story.sheet.linked.department


def test_every_event_of_a_request_has_words_for_both_sides():
    kinds = {
        event.kind
        for module in (case_events, desk_events, supervision_events)
        for _name, event in inspect.getmembers(module, inspect.isclass)
        if issubclass(event, Event) and event is not Event and "case_id" in event.__annotations__
    }
    assert kinds == set(timeline._WORDS)
