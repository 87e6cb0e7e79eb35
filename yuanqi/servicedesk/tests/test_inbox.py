"""Somebody's messages: what each says, whose it is, when it counts as read."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.people import PASSWORD, Zone
from yuanqi.casework.models import CaseAccess
from yuanqi.foundation.actors import Role
from yuanqi.foundation.models import Account, RoleGrant
from yuanqi.notices.models import Notice
from yuanqi.notices.queries import inbox
from yuanqi.servicedesk.notices_facts import Told
from yuanqi.servicedesk.tests.noticed import RAISED_AT, TITLE, Desk


@pytest.fixture
def on_desk(zone: Zone) -> Desk:
    return Desk(zone)


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person.account)
    return client


@pytest.fixture
def whole_life(on_desk) -> Desk:
    """A request with at least one notice of each kind that its people get."""
    on_desk.dispatch(on_desk.zone.planning)
    on_desk.accept()
    on_desk.say(on_desk.zone.safety_handler, "许经理您好，" * 20)
    on_desk.say(on_desk.zone.contact, "检测机构说后天出报告。")
    on_desk.say(on_desk.zone.planning_handler, "管网余量紧张", "note")
    on_desk.pause()
    on_desk.told()
    return on_desk


def test_each_line_says_in_a_sentence_what_happened_to_which_request(whole_life):
    zone = whole_life.zone
    contact, _page = inbox(zone.actor(zone.contact))
    handler, _page = inbox(zone.actor(zone.safety_handler))

    assert [item.line.says for item in contact] == [
        "请您补交：水质检测报告。交来以后，时限接着算。",
        "何思远给您留言：“许经理您好，许经理您好，许经理您好，许经理您好，许经理您好，许经理您好，许经理…”",
        "安环局何思远已经签收，正在办理。",
    ]
    assert [item.line.says for item in handler] == [
        "陆瑶写了内部备注：“管网余量紧张”",
        "企业许若楠说：“检测机构说后天出报告。”",
        "派给您这里主办，请签收。",
    ]
    assert {(item.line.number, item.line.title, item.line.firm) for item in handler} == {
        ("2611-0001", TITLE, "松濑精密陶瓷")
    }
    assert {item.line.firm for item in contact} == {""}


@pytest.mark.parametrize("told", Told)
def test_every_kind_of_notice_has_a_sentence_even_when_its_event_names_nothing(on_desk, told):
    zone = on_desk.zone
    Notice.objects.create(
        account=zone.clerk.account,
        source="servicedesk",
        subject=f"case:{on_desk.case_id}",
        event_id=0,
        kind=told,
        at=RAISED_AT,
    )

    ((item,), _page) = inbox(zone.actor(zone.clerk))

    assert item.line.says.endswith(("。", "”", "："))
    assert "%" not in item.line.says


def test_once_a_request_is_out_of_sight_its_notices_name_nothing(whole_life):
    zone = whole_life.zone
    CaseAccess.objects.filter(case_id=whole_life.case_id).exclude(
        grantee=f"e{zone.enterprise.pk}"
    ).delete()
    notice = Notice.objects.get(account=zone.planning_handler.account, kind="co_handle")
    client = signed_in(zone.planning_handler)

    html = client.get(reverse("notices:inbox")).content.decode()
    response = client.get(reverse("notices:open", args=[notice.pk]), follow=True)

    assert TITLE not in html
    assert "2611-0001" not in html
    assert "松濑" not in html
    assert "这件诉求已经转给别人，不归您看了。" in html
    assert response.redirect_chain == [(reverse("notices:inbox"), 302)]
    notice.refresh_from_db()
    assert notice.read_at is not None


def test_opening_a_message_marks_it_read_and_leads_to_its_request(whole_life):
    zone = whole_life.zone
    notice = Notice.objects.get(account=zone.contact.account, kind="awaited")

    response = signed_in(zone.contact).get(reverse("notices:open", args=[notice.pk]))

    assert response["Location"] == reverse("servicedesk:request", args=[whole_life.case_id])
    read = Notice.objects.filter(account=zone.contact.account, read_at__isnull=False)
    assert list(read) == [notice]


def test_opening_it_again_keeps_when_it_was_first_read(whole_life):
    zone = whole_life.zone
    notice = Notice.objects.get(account=zone.contact.account, kind="awaited")
    Notice.objects.filter(pk=notice.pk).update(read_at=RAISED_AT)

    signed_in(zone.contact).get(reverse("notices:open", args=[notice.pk]))

    notice.refresh_from_db()
    assert notice.read_at == RAISED_AT


def test_a_message_of_somebody_else_does_not_exist(whole_life):
    zone = whole_life.zone
    notice = Notice.objects.get(account=zone.contact.account, kind="awaited")

    for person in (zone.safety_handler, zone.clerk, zone.stranger):
        response = signed_in(person).get(reverse("notices:open", args=[notice.pk]))
        assert response.status_code == 404

    notice.refresh_from_db()
    assert notice.read_at is None


def test_marking_all_read_touches_only_ones_own(whole_life):
    zone = whole_life.zone

    response = signed_in(zone.contact).post(reverse("notices:inbox"))

    assert (response.status_code, response["Location"]) == (303, reverse("notices:inbox"))
    unread = Notice.objects.filter(read_at__isnull=True)
    assert not unread.filter(account=zone.contact.account).exists()
    assert unread.filter(account=zone.safety_handler.account).count() == 3


def test_the_bar_counts_what_is_unread(whole_life):
    html = signed_in(whole_life.zone.contact).get(reverse("notices:inbox")).content.decode()

    assert "消息 3" in html
    assert "3 条没看" in html


def test_an_empty_inbox_says_what_will_come(zone):
    html = signed_in(zone.stranger).get(reverse("notices:inbox")).content.decode()

    assert "还没有消息。有您要知道的进展，会写在这里。" in html


def test_the_page_asks_the_same_number_of_questions_however_many_messages(
    whole_life, django_assert_num_queries
):
    zone = whole_life.zone
    client = signed_in(zone.contact)
    # who asks: session, account, roles, officer, contact, officer for links; unread notices
    # what is shown: notices, visible cases, events, officers, departments, messages
    client.get(reverse("notices:inbox"))
    with django_assert_num_queries(12):
        client.get(reverse("notices:inbox"))

    for _again in range(3):
        whole_life.say(zone.safety_handler, "再补一份")
    whole_life.told()
    with django_assert_num_queries(12):
        client.get(reverse("notices:inbox"))


def test_an_administrator_who_is_neither_officer_nor_contact_has_an_empty_inbox(zone):
    account = Account(username="auditor")
    account.set_password(PASSWORD)
    account.save()
    RoleGrant.objects.create(account=account, role=Role.AUDIT_ADMIN.value)
    client = Client()
    client.force_login(account)

    assert client.get(reverse("notices:inbox")).status_code == 200
