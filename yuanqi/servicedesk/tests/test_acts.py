"""What is done to a request from its page: once, by those who may, with nothing typed lost."""

import errno

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from tests.evidence import events, every_row
from tests.life import case_of, photo, program, sent, task_of
from tests.people import Zone, at
from yuanqi.casework.models import Attachment, CaseState, ClockPause, ClockRecord, Message, Task
from yuanqi.casework.queries import Act, acts_allowed
from yuanqi.foundation import files
from yuanqi.foundation.models import JournalEvent, StoredFile
from yuanqi.servicedesk.forms import forms_for
from yuanqi.servicedesk.models import CallBack, Return
from yuanqi.servicedesk.queries import acts_open
from yuanqi.servicedesk.tests.deeds import DEEDS, Deed

pytestmark = pytest.mark.django_db

OF_THE_ENTERPRISE = ("message", "supply", "evaluate", "withdraw", "reopen")
BY_NAME = {deed.name: deed for deed in reversed(DEEDS)}
every_deed = pytest.mark.parametrize("deed", DEEDS, ids=repr)


def said(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def kinds_after(case_id: int, count: int) -> list[str]:
    """The kinds of the events of a case's stream after the first `count`."""
    found = JournalEvent.objects.filter(stream=f"case:{case_id}").order_by("seq")
    return list(found.values_list("kind", flat=True))[count:]


@every_deed
def test_an_act_is_done_from_its_page_which_says_what_comes_next(zone, life, client_of, deed):
    case_id = life.bring(deed.stage)
    before = len(kinds_after(case_id, 0))
    client, home = client_of(deed.who), reverse("servicedesk:request", args=[case_id])
    assert f'action="{deed.url(case_id)}"' in client.get(home).content.decode()

    response = client.post(deed.url(case_id), sent(**deed.data(zone)))

    assert (response.status_code, response["Location"]) == (303, home)
    assert said(response) == [deed.said]
    assert kinds_after(case_id, before) == deed.kinds


@every_deed
def test_a_repeated_form_does_nothing_twice_and_leads_to_the_first_result(
    zone, life, client_of, deed
):
    case_id = life.bring(deed.stage)
    client, data = client_of(deed.who), sent(**deed.data(zone))
    first = client.post(deed.url(case_id), data)
    count = events()

    again = client.post(deed.url(case_id), data)

    assert (again.status_code, again["Location"]) == (303, first["Location"])
    assert events() == count
    assert said(again)[-1] == "刚才已经提交成功，没有重复办理。"


def answers(client: Client, case_id: int, zone: Zone, deeds: list[Deed]) -> dict[str, set[int]]:
    """The statuses that each address gives to a form that is filled in and to an empty one."""
    return {
        deed.name: {
            client.post(deed.url(case_id), data).status_code
            for data in (sent(**deed.data(zone)), {})
        }
        for deed in deeds
    }


def each(status: int, deeds: list[Deed]) -> dict[str, set[int]]:
    return {deed.name: {status} for deed in deeds}


@pytest.mark.parametrize("stage", ["accepted", "closed"])
def test_a_stranger_finds_no_such_address_and_leaves_no_trace(zone, life, client_of, stage):
    case_id = life.bring(stage)
    client = client_of("stranger")
    rows = every_row(but=("access_read",))

    assert answers(client, case_id, zone, DEEDS) == each(404, DEEDS)
    assert every_row(but=("access_read",)) == rows


@pytest.mark.parametrize("stage", ["accepted", "closed"])
def test_what_the_park_does_is_refused_to_the_enterprise_and_leaves_no_trace(
    zone, life, client_of, stage
):
    case_id = life.bring(stage)
    client = client_of("contact")
    deeds = [deed for deed in DEEDS if deed.name not in OF_THE_ENTERPRISE]
    rows = every_row(but=("access_read",))

    assert answers(client, case_id, zone, deeds) == each(403, deeds)
    assert every_row(but=("access_read",)) == rows


def test_what_the_enterprise_does_is_refused_to_the_park_and_leaves_no_trace(zone, life, client_of):
    case_id = life.bring("answered")
    client = client_of("safety_handler")
    deeds = [BY_NAME[name] for name in OF_THE_ENTERPRISE if name not in ("message", "reopen")]
    rows = every_row(but=("access_read",))

    assert answers(client, case_id, zone, deeds) == each(403, deeds)
    assert every_row(but=("access_read",)) == rows


def test_what_is_another_officers_part_is_refused_and_leaves_no_trace(zone, life, client_of):
    case_id = life.bring("accepted")
    client = client_of("planning_handler")  # who co-handles
    deeds = [deed for deed in DEEDS if deed.name not in ("message", "task-start", "task-finish")]
    rows = every_row(but=("access_read",))

    # the head of a unit that co-handles may hand over what is his unit's: this task isn't
    expected = each(403, deeds) | {"hand-over": {404}}
    assert answers(client, case_id, zone, deeds) == expected
    assert every_row(but=("access_read",)) == rows


def test_another_departments_task_is_nobody_elses(zone, life, client_of):
    one = life.bring("accepted")
    client = client_of("planning_handler")
    rows = every_row(but=("access_read",))
    lead = Task.objects.get(case_id=one, kind="lead")

    for name in ("task-start", "task-finish"):
        url = reverse(f"servicedesk:{name}", args=[one, lead.pk])
        assert client.post(url, sent(opinion="可以")).status_code == 404
    assert every_row(but=("access_read",)) == rows


def test_who_has_not_signed_in_is_asked_to_and_leaves_no_trace(zone, life):
    case_id = life.bring("accepted")
    rows = every_row(but=("access_read",))

    for deed in DEEDS:
        response = Client().post(deed.url(case_id), sent(**deed.data(zone)))
        assert response.status_code == 302
        assert response["Location"].startswith("/account/login/")
    assert every_row(but=("access_read",)) == rows


def test_an_act_is_never_done_by_opening_an_address_nor_from_another_site(zone, life, client_of):
    case_id = life.bring("accepted")
    client = client_of("safety_handler", enforce_csrf_checks=True)
    rows = every_row(but=("access_read",))

    for deed in DEEDS:
        assert client.get(deed.url(case_id)).status_code == 405
        assert client.post(deed.url(case_id), sent(**deed.data(zone))).status_code == 403
    assert every_row(but=("access_read",)) == rows


def test_an_act_out_of_season_is_told_why_and_changes_nothing(zone, life, client_of):
    case_id = life.bring("closed")
    clients = {who: client_of(who) for who in {deed.who for deed in DEEDS}}
    rows = every_row(but=("access_read",))

    found = {
        deed.name: clients[deed.who].post(deed.url(case_id), sent(**deed.data(zone))).status_code
        for deed in DEEDS
        if deed.name != "reopen"  # whose season it is
    }

    # what is offered to choose from, or whose part it is, follows from where the request stands
    otherwise = {"hand-over": 404, "merge": 422, "decide-extension": 403}
    assert found == {name: otherwise.get(name, 409) for name in found}
    assert every_row(but=("access_read",)) == rows


def test_forms_are_offered_for_open_acts_only(zone, life):
    case_id = life.bring("dispatched")

    def names(who: str) -> set[str]:
        actor = zone.actor(getattr(zone, who), life.wall.now)
        return set(forms_for(case_of(case_id), actor, acts_open(case_of(case_id), actor)))

    assert names("safety_handler") == {"accept", "return", "message"}
    assert names("clerk") == {"message", "redispatch"}
    assert names("contact") == {"message", "withdraw"}
    assert names("leader") == {"message"}


# --- what a form asks for -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "change", "sentence"),
    [
        ("dispatch", {"lead": ""}, "请选一个主办部门。"),
        ("return", {"reason": " "}, "请写明退单理由。"),
        ("return", {"basis": ""}, "请写明依据，没有依据不能退单。"),
        ("task-finish", {"opinion": ""}, "请写下意见。"),
        ("message", {"body": "  "}, "请写点什么再发送。"),
        ("message", {"body": "长" * 5001}, "最多 5000 字，请分两次发。"),
        ("pause", {"ground": ""}, "请选择暂停的理由。"),
        ("pause", {"awaited": ""}, "请写清等的是什么，企业要照着办。"),
        ("supply", {"body": " "}, "请选择要补交的材料；不便上传的，写下说明也可以。"),
        ("answer", {"body": ""}, "请写下答复。"),
        ("evaluate", {"level": ""}, "请选择一档。"),
        ("evaluate", {"is_resolved": ""}, "请选择一项。"),
        ("evaluate", {"level": "2"}, "请写一句哪里没办好，回访时才知道问什么。"),
        ("call-back", {"facts": ""}, "请记下了解到的情况。"),
        ("call-back", {"is_resolved": "perhaps"}, "选择一个有效的选项"),
    ],
)
def test_what_is_missing_is_said_and_nothing_changes(zone, life, client_of, name, change, sentence):
    deed = BY_NAME[name]
    case_id = life.bring(deed.stage)
    client = client_of(deed.who)
    rows = every_row(but=("access_read",))

    response = client.post(deed.url(case_id), sent(**{**deed.data(zone), **change}))

    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert every_row(but=("access_read",)) == rows


def test_a_form_sent_back_keeps_what_was_typed_and_its_key(zone, life, client_of):
    case_id = life.bring("dispatched")
    data = sent(reason="管网归规建局，不归我们", basis="")

    page = client_of("safety_handler").post(BY_NAME["return"].url(case_id), data).content.decode()

    assert "管网归规建局，不归我们" in page
    assert f'value="{data["once"]}"' in page


def test_the_lead_that_the_category_proposes_is_chosen_beforehand(life, zone):
    case = case_of(life.bring("submitted"))
    actor = zone.actor(zone.clerk)

    form = forms_for(case, actor, acts_open(case, actor))["dispatch"]

    assert form["lead"].value() == zone.safety.pk
    assert form["lead"].help_text == "建议 安环局：按诉求类别或派单规则。"


def test_a_lead_that_has_just_returned_it_is_not_proposed_again(life, zone, client_of):
    case_id = life.bring("dispatched")
    deed = BY_NAME["return"]
    client_of("safety_handler").post(deed.url(case_id), sent(**deed.data(zone)))
    case, actor = case_of(case_id), zone.actor(zone.clerk)

    form = forms_for(case, actor, acts_open(case, actor))["dispatch"]

    assert Return.objects.get().basis == "三定规定第四条"
    assert form["lead"].value() is None
    assert form["lead"].help_text == "安环局退回过：管网归规建局（依据：三定规定第四条）"


def test_words_for_a_co_handler_count_without_a_tick(life, zone, client_of):
    case_id = life.bring("submitted")
    data = sent(lead=zone.safety.pk, **{f"brief_{zone.approval.pk}": "是否只需变更备案"})

    client_of("clerk").post(BY_NAME["dispatch"].url(case_id), data)

    task = task_of(case_id)
    assert (task.department, task.brief) == (zone.approval, "是否只需变更备案")


@pytest.mark.parametrize(
    ("unit", "brief", "sentence"),
    [
        ("safety", "核一下", "安环局已是主办，不用再列为协办。"),
        ("planning", "", "请写明要规建局办什么，它才知道从哪里着手。"),
    ],
)
def test_a_co_handler_is_another_department_and_knows_what_it_is_asked(
    life, zone, client_of, unit, brief, sentence
):
    case_id = life.bring("submitted")
    client, pk = client_of("clerk"), getattr(zone, unit).pk
    rows = every_row(but=("access_read",))

    response = client.post(
        BY_NAME["dispatch"].url(case_id),
        sent(lead=zone.safety.pk, **{f"co_{pk}": "on", f"brief_{pk}": brief}),
    )

    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert every_row(but=("access_read",)) == rows


def test_a_department_that_takes_no_requests_is_no_lead(life, zone, client_of):
    case_id = life.bring("submitted")
    client = client_of("clerk")
    rows = every_row(but=("access_read",))

    response = client.post(BY_NAME["dispatch"].url(case_id), sent(lead=zone.centre.pk))

    assert response.status_code == 422
    assert every_row(but=("access_read",)) == rows


def test_after_the_sign_limit_a_return_is_no_longer_offered(life, zone):
    case_id = life.bring("dispatched")
    case, actor = case_of(case_id), zone.actor(zone.safety_handler)

    life.wall.set("11-05 14:24")
    assert not forms_for(case, actor, acts_open(case, actor))["return"].is_over
    life.wall.set("11-05 14:25")
    assert forms_for(case, actor, acts_open(case, actor))["return"].is_over


def test_a_refused_answer_keeps_its_words(life, client_of):
    case_id = life.bring("accepted")
    client = client_of("safety_handler")
    rows = every_row(but=("access_read",))

    response = client.post(
        reverse("servicedesk:answer", args=[case_id]), sent(body="先办变更，再办排水许可")
    )

    page = response.content.decode()
    assert response.status_code == 409
    assert "还差规建局的协办意见，收齐后才能答复。" in page
    assert "先办变更，再办排水许可" in page
    assert every_row(but=("access_read",)) == rows


def test_a_colleague_who_was_quicker_is_named(life, client_of):
    case_id = life.bring("accepted")
    client = client_of("safety_colleague")
    rows = every_row(but=("access_read",))

    response = client.post(reverse("servicedesk:accept", args=[case_id]), sent())

    assert response.status_code == 409
    assert "刚被安环局何思远签收，不用再签。" in response.content.decode()
    assert every_row(but=("access_read",)) == rows


# --- talk -----------------------------------------------------------------------------------


def test_a_note_stays_inside_with_its_files(life, client_of):
    case_id = life.bring("accepted")
    url = reverse("servicedesk:message", args=[case_id])

    client_of("safety_handler").post(
        url, sent(kind="note", body="先别答应期限", files=[photo("内部.jpg")])
    )

    note = Message.objects.get(kind="note")
    assert note.audience == "staff"
    assert Attachment.objects.get(message=note).audience == "staff"
    page = client_of("contact").get(reverse("servicedesk:request", args=[case_id])).content.decode()
    assert "先别答应期限" not in page
    assert "内部.jpg" not in page


@pytest.mark.parametrize(
    ("who", "kind"), [("contact", "note"), ("leader", "talk"), ("linked_officer", "nonsense")]
)
def test_nobody_writes_where_he_may_not(life, client_of, who, kind):
    case_id = life.bring("accepted")
    client = client_of(who)
    rows = every_row(but=("access_read",))

    response = client.post(
        reverse("servicedesk:message", args=[case_id]), sent(kind=kind, body="写错地方")
    )

    assert response.status_code == (422 if kind == "nonsense" else 403)
    assert every_row(but=("access_read",)) == rows


def test_a_plan_stops_the_clock_of_the_plan(life, client_of):
    case_id = life.bring("accepted")
    plan = ClockRecord.objects.get(case_id=case_id, purpose="plan")
    assert plan.is_open

    response = client_of("safety_handler").post(
        reverse("servicedesk:message", args=[case_id]),
        sent(kind="talk", is_plan="on", body="分三步，周五前有结果"),
    )

    assert said(response) == ["办理计划已发给企业。"]
    plan.refresh_from_db()
    assert plan.stopped_at == at("11-05 13:50")
    assert Message.objects.get().kind == "plan"


def test_an_enterprise_that_ticks_the_plan_just_talks(life, client_of):
    case_id = life.bring("accepted")

    client_of("contact").post(
        reverse("servicedesk:message", args=[case_id]),
        sent(kind="talk", is_plan="on", body="好的"),
    )

    assert Message.objects.get().kind == "talk"


# --- files ----------------------------------------------------------------------------------


def test_what_was_awaited_may_be_handed_in_as_files_alone(life, client_of):
    case_id = life.bring("paused")

    response = client_of("contact").post(
        reverse("servicedesk:supply", args=[case_id]),
        sent(body="", files=[photo("报告 1.jpg"), photo("报告 2.jpg", "green")]),
    )

    assert response.status_code == 303
    message = Message.objects.get(kind="supply")
    assert [item.name for item in message.attachments.all()] == ["报告 1.jpg", "报告 2.jpg"]
    assert ClockPause.objects.get().end_at == at("11-05 14:20")


def test_a_program_called_photo_is_refused_where_it_was_chosen_and_the_words_stay(
    life, client_of, files_root
):
    case_id = life.bring("paused")
    client = client_of("contact")
    rows, kept = every_row(but=("access_read",)), sorted(files_root.rglob("*"))

    response = client.post(
        reverse("servicedesk:supply", args=[case_id]),
        sent(body="报告已上传", files=[photo("报告.jpg"), program("photo.jpg")]),
    )

    page = response.content.decode()
    assert response.status_code == 422
    assert "“photo.jpg”不是可以接收的文件" in page
    assert "请重新选择这些文件（浏览器不能替您保留）：报告.jpg。" in page
    assert "报告已上传" in page
    assert every_row(but=("access_read",)) == rows
    # the first file's bytes may stay: no row names them
    assert [path.suffix for path in files_root.rglob("incoming-*")] == []
    assert set(kept) <= set(files_root.rglob("*"))


def test_a_form_with_another_slip_stores_no_bytes_and_names_its_files(life, client_of, files_root):
    case_id = life.bring("accepted")
    client = client_of("safety_handler")
    kept = sorted(files_root.rglob("*"))

    response = client.post(
        reverse("servicedesk:message", args=[case_id]),
        sent(kind="talk", body="", files=[photo("现场.jpg")]),
    )

    assert response.status_code == 422
    assert "请重新选择这些文件（浏览器不能替您保留）：现场.jpg。" in response.content.decode()
    assert sorted(files_root.rglob("*")) == kept


def test_more_than_ten_files_at_once_are_too_many(life, client_of):
    case_id = life.bring("accepted")

    response = client_of("safety_handler").post(
        reverse("servicedesk:message", args=[case_id]),
        sent(kind="talk", body="照片", files=[photo(f"{n}.jpg") for n in range(11)]),
    )

    assert response.status_code == 422
    assert "一次最多 10 个文件，您选了 11 个，请分次上传。" in response.content.decode()
    assert not Message.objects.exists()


def test_a_full_disk_is_said_and_keeps_the_words(life, client_of, monkeypatch, files_root):
    case_id = life.bring("accepted")
    client = client_of("safety_handler")
    rows, kept = every_row(but=("access_read",)), sorted(files_root.rglob("*"))

    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    response = client.post(
        reverse("servicedesk:message", args=[case_id]),
        sent(kind="talk", body="请看现场照片", files=[photo("现场.jpg")]),
    )

    page = response.content.decode()
    assert response.status_code == 507
    assert "服务器的存储空间满了，“现场.jpg”没有存下，刚才这一步没有生效。" in page
    assert "请看现场照片" in page
    assert every_row(but=("access_read",)) == rows
    assert sorted(files_root.rglob("*")) == kept


def test_a_conflict_names_the_files_to_choose_again(life, client_of):
    case_id = life.bring("accepted")

    response = client_of("safety_handler").post(
        reverse("servicedesk:answer", args=[case_id]),
        sent(body="可以接入", files=[photo("方案.jpg")]),
    )

    assert response.status_code == 409
    assert "请重新选择这些文件（浏览器不能替您保留）：方案.jpg。" in response.content.decode()
    assert StoredFile.objects.count() == 1  # what the enterprise enclosed


# --- evaluation -------------------------------------------------------------------------------


def test_the_best_level_stands_first_and_none_is_ticked(life, client_of):
    case_id = life.bring("answered")

    page = client_of("contact").get(reverse("servicedesk:request", args=[case_id])).content.decode()

    order = [
        page.index(f">{word}<") for word in ("非常满意", "满意", "基本满意", "不满意", "非常不满意")
    ]
    assert order == sorted(order)
    assert page.count("checked") == 0


def test_a_bad_evaluation_is_thanked_for_and_called_back(life, client_of):
    case_id = life.bring("answered")

    response = client_of("contact").post(
        reverse("servicedesk:evaluate", args=[case_id]),
        sent(level="1", is_resolved="no", was_contacted="no", complaint="没说清先后顺序"),
    )

    assert said(response) == [
        "谢谢您如实评价。服务中心周敏会在 11 月 9 日（周一）17:30 前给您回电。"
    ]
    assert case_of(case_id).state == CaseState.CALL_BACK


def test_a_call_back_is_written_down(life, zone, client_of):
    case_id = life.bring("call_back")
    deed = BY_NAME["call-back"]

    client_of("clerk").post(deed.url(case_id), sent(**deed.data(zone)))

    found = CallBack.objects.get()
    assert (found.spoke_with, found.facts, found.is_resolved) == ("许若楠", "已补充说明", True)
    assert case_of(case_id).state == CaseState.CLOSED


def test_every_act_that_anybody_may_do_has_a_form(life, zone):
    case = case_of(life.bring("accepted"))
    people = ("contact", "clerk", "safety_handler", "planning_handler")
    acts = {act for who in people for act in acts_allowed(case, zone.actor(getattr(zone, who)))}

    talk = {Act.TALK, Act.NOTE, Act.PLAN}
    elsewhere = {Act.REMIND, Act.SUPERVISE, Act.REPORT, Act.INSPECT, Act.REMOVE_FILE}
    assert {act.value.replace("_", "-") for act in acts - talk - elsewhere} == {
        deed.name for deed in DEEDS
    } - {"message", "decide-extension"}
    assert acts >= talk
