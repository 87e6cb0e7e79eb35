"""The page of a request as it reaches the browser: for staff, and for the enterprise."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.people import Zone
from yuanqi.casework import operations as cases
from yuanqi.casework.models import Case, Message
from yuanqi.foundation.actors import actor_for
from yuanqi.servicedesk import operations as desk
from yuanqi.servicedesk.operations import CoHandler

pytestmark = pytest.mark.django_db

NOTE = "这句话只给同事看"
OPINION = "东区泵站接得下六十吨"
REASON = "排水接入不归安环局"
BRIEF = "先别告诉企业，核一下余量"


def by(person, when: datetime):
    return actor_for(person.account, when)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def told(zone: Zone, now: datetime) -> int:
    """Returned once, dispatched again, with a note and a co-handler's opinion; in progress."""

    def ago(hours: int) -> datetime:
        return now - timedelta(hours=hours)

    case_id = desk.request_raise(
        contact_id=zone.contact.pk,
        category="ENV",
        level="P4",
        text="新产线每天约 20 吨处理后废水，要重新办哪些手续？设备<b>已经</b>订了。",
        actor=by(zone.contact, now),
        at=ago(9),
    )
    clerk, handler = by(zone.clerk, now), by(zone.safety_handler, now)
    planner = by(zone.planning_handler, now)
    desk.request_dispatch(case_id=case_id, lead_id=zone.safety.pk, actor=clerk, at=ago(8))
    desk.request_return(case_id=case_id, reason=REASON, basis="三定", actor=handler, at=ago(7))
    desk.request_dispatch(
        case_id=case_id,
        lead_id=zone.safety.pk,
        co_handlers=[CoHandler(zone.planning.pk, BRIEF)],
        actor=clerk,
        at=ago(6),
    )
    desk.request_accept(case_id=case_id, actor=handler, at=ago(5))
    cases.message_send(case_id=case_id, body=NOTE, kind="note", actor=handler, at=ago(4))
    cases.message_send(case_id=case_id, body="许经理您好，由我主办。", actor=handler, at=ago(4))
    task = Case.objects.get(pk=case_id).tasks.get(department=zone.planning)
    cases.task_start(case_id=case_id, task_id=task.pk, actor=planner, at=ago(3))
    cases.task_finish(case_id=case_id, task_id=task.pk, opinion=OPINION, actor=planner, at=ago(2))
    return case_id


def page(client: Client, person, case_id: int, status: int = 200) -> str:
    client.force_login(person.account)
    response = client.get(f"/requests/{case_id}/")
    assert response.status_code == status
    return response.content.decode()


def test_staff_see_whose_move_it_is_and_how_the_time_was_used(zone, told, client):
    html = page(client, zone.safety_handler, told)

    number = Case.objects.get(pk=told).number
    for words in (
        number, "松濑精密陶瓷（云泽）有限公司", "环保、排污", "P4 咨询", "许若楠在线提出",
        "轮到您", "安环局 何思远", "绿灯，办结还剩", "时限怎么算的", "10 个工作日",
        "服务中心派单，安环局签收", "规建局协办",
        "1 天按 7.5 小时工作时间计（9:00–12:00，13:00–17:30）。",
        "1/1 完成", OPINION, BRIEF, NOTE, "内部备注，企业看不到", f"安环局何思远退单：{REASON}",
        "安环局 何思远 → 管委会 郑立群", 'class="yq-clock"',
    ):  # fmt: skip
        assert words in html, words
    assert "设备&lt;b&gt;已经&lt;/b&gt;订了" in html
    assert html.count('class="yq-first') == 1
    assert " style=" not in html
    assert "<style" not in html


def test_the_enterprise_sees_nothing_that_stays_inside(zone, told, client):
    html = page(client, zone.contact, told)

    for words in (NOTE, OPINION, REASON, BRIEF, "内部备注", "退单", "is-internal", "三定"):
        assert words not in html, words
    assert "许经理您好，由我主办。" in html
    assert "安环局何思远正在办理" in html
    assert "前给您完整答复。" in html
    assert 'href="tel:86012000"' in html
    assert 'href="tel:86010000"' in html
    assert html.count('class="yq-first') == 1
    assert " style=" not in html


def test_another_enterprise_does_not_learn_that_it_exists(zone, told, client):
    html = page(client, zone.stranger, told, status=404)

    assert Case.objects.get(pk=told).number not in html


def test_nobody_sees_it_without_signing_in(told, client):
    response = client.get(f"/requests/{told}/")

    assert response.status_code == 302
    assert response.headers["Location"].startswith("/account/login/")


def test_the_page_itself_takes_no_posts(zone, told, client):
    client.force_login(zone.safety_handler.account)

    assert client.post(f"/requests/{told}/").status_code == 405


def test_the_contacts_number_is_whole_for_those_who_talk_to_it(zone, told, client):
    assert "138 0000 0621" in page(client, zone.safety_handler, told)
    looking_on = page(client, zone.leader, told)
    assert "138 **** 0621" in looking_on
    assert "138 0000 0621" not in looking_on
    assert "13800000621" not in looking_on


def test_each_sees_the_forms_that_are_open_to_him(zone, told, client):
    def forms(person) -> list[str]:
        html = page(client, person, told)
        kinds = ("answers", "pauses", "messages", "returns", "dispatches", "evaluations")
        return [kind for kind in kinds if f'action="/requests/{told}/{kind}/"' in html]

    assert forms(zone.safety_handler) == ["answers", "pauses", "messages"]
    assert forms(zone.planning_handler) == ["messages"]
    assert forms(zone.clerk) == ["messages"]
    assert forms(zone.contact) == ["messages"]


def test_a_paused_request_asks_the_enterprise_first(zone, told, client, now):
    cases.clock_pause(
        case_id=told,
        ground="enterprise-material",
        awaited="厂区总平面图",
        actor=by(zone.safety_handler, now),
        at=now - timedelta(hours=1),
    )
    html = page(client, zone.contact, told)
    first = html[html.index('class="yq-first') : html.index('class="yq-steps"')]

    assert "补交厂区总平面图" in first
    assert f'action="/requests/{told}/supplies/"' in first
    assert "等您的材料" in html
    staff = page(client, zone.safety_handler, told)
    assert "暂停，停在还剩" in staff
    assert "暂停：等企业补厂区总平面图" in staff
    assert 'id="act-resume"' in staff


def test_an_answer_is_read_and_judged_in_the_first_field(zone, told, client, now):
    handler = by(zone.safety_handler, now)
    desk.request_answer(case_id=told, body="可以接入", actor=handler, at=now - timedelta(hours=1))
    html = page(client, zone.contact, told)
    first = html[html.index('class="yq-first') : html.index('class="yq-steps"')]

    assert "可以接入" in first
    assert f'action="/requests/{told}/evaluations/"' in first
    assert html.count("可以接入") == 1


def test_after_a_bad_evaluation_the_centre_calls_back_in_the_first_field(zone, told, client, now):
    handler = by(zone.safety_handler, now)
    desk.request_answer(case_id=told, body="可以接入", actor=handler, at=now - timedelta(hours=1))
    cases.case_evaluate(
        case_id=told,
        level=1,
        is_resolved=False,
        was_contacted=True,
        complaint="第三步没说清",
        actor=by(zone.contact, now),
        at=now - timedelta(minutes=30),
    )
    html = page(client, zone.clerk, told)

    assert f'action="/requests/{told}/call-backs/"' in html
    assert "第三步没说清" in html
    assert "回访还剩" in html
    assert "可以接入" in page(client, zone.contact, told)


def test_a_refused_form_comes_back_open_with_what_was_written(zone, told, client):
    client.force_login(zone.safety_handler.account)
    response = client.post(f"/requests/{told}/pauses/", {"awaited": "厂区总平面图"})
    html = response.content.decode()

    assert response.status_code == 422
    assert '<details class="yq-opens" id="act-pause" open>' in html
    assert 'value="厂区总平面图"' in html
    assert not Case.objects.get(pk=told).is_paused


def test_a_lost_race_shows_who_was_quicker_on_a_fresh_page(zone, told, client, now):
    client.force_login(zone.safety_handler.account)
    desk.request_answer(case_id=told, body="可以接入", actor=by(zone.safety_colleague, now), at=now)
    response = client.post(f"/requests/{told}/answers/", {"body": "不可以"})
    html = response.content.decode()

    assert response.status_code == 409
    assert '<div class="yq-error" role="alert">' in html
    assert "可以接入" in html
    assert Message.objects.filter(case=told, kind="answer").count() == 1


def test_the_page_names_units_in_english_for_those_who_read_english(zone, told, client):
    account = zone.leader.account
    account.language = "en"
    account.save(update_fields=["language"])
    html = page(client, zone.leader, told)

    assert '<html lang="en">' in html
    assert "Safety" in html
    assert "Planning" in html
    assert "规建局" not in html
