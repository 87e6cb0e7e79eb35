"""The pages of notices: entering an address, choosing, seeing what became of each sending."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.evidence import every_row
from tests.people import at
from yuanqi.foundation.actors import Actor, Role, Side
from yuanqi.foundation.errors import Conflict, Invalid, NotVisible
from yuanqi.foundation.models import JournalEvent, RoleGrant
from yuanqi.notices import operations
from yuanqi.notices.models import Channel, ChannelTrial, Choice, Delivery, Notice, Preference, When
from yuanqi.notices.operations import MOST_TRIALS, MOST_TRIES
from yuanqi.notices.tests.wanting import Out, told, wants
from yuanqi.notices.timing import Habits
from yuanqi.notices.transports import Undelivered
from yuanqi.notices.wording import groups
from yuanqi.servicedesk.tests.noticed import Desk

NOON = at("11-05 12:00")
KEY = "693a91f6-7aaa-4bc4-97a0-0ec2sifa5aaa"
Error = Delivery.Error


@pytest.fixture(autouse=True)
def set_up(settings):
    settings.MAIL_IS_SET_UP = True


@pytest.fixture
def out(monkeypatch) -> Out:
    out = Out()
    monkeypatch.setattr("yuanqi.notices.transports.send", out)
    return out


@pytest.fixture
def clerk(zone) -> Client:
    return signed_in(zone.clerk)


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person.account)
    return client


def add(client: Client, kind: str, written: str, secret: str = ""):
    return client.post(
        reverse("notices:channel", args=[kind]),
        {f"{kind}-address": written, f"{kind}-secret": secret},
    )


def confirm(client: Client, kind: str, code: str):
    return client.post(reverse("notices:confirm", args=[kind]), {f"{kind}_code-code": code})


def code_in(out: Out) -> str:
    return re.search(r"\d{6}", out.sent[-1][2].brief).group()


# an address --------------------------------------------------------------------------------------


def test_an_address_serves_once_its_code_has_come_back(zone, clerk, out):
    assert add(clerk, "mail", "zhou.min@yunze.example").status_code == 303
    channel = Channel.objects.get()
    assert (channel.address, channel.is_verified) == ("zhou.min@yunze.example", False)

    assert confirm(clerk, "mail", code_in(out)).status_code == 303

    channel.refresh_from_db()
    assert (channel.is_verified, channel.code_hash) == (True, "")
    assert list(
        JournalEvent.objects.filter(kind__startswith="notices.")
        .order_by("id")
        .values_list("kind", "payload", "audience")
    ) == [
        ("notices.channel_added", {"channel": "mail"}, "audit"),
        ("notices.channel_verified", {"channel": "mail"}, "audit"),
    ]


def test_a_mail_with_the_code_is_a_real_one(clerk):
    add(clerk, "mail", "zhou.min@yunze.example")

    (sent,) = mail.outbox
    assert sent.subject == "【云泽高新区】验证码"
    assert re.match(r"验证码 \d{6}，15 分钟内有效。", sent.body)


@pytest.mark.parametrize(
    ("kind", "written", "said"),
    [
        ("wecom", "https://evil.example/send?key=abc", "请填机器人地址里 key= 后面的那一段"),
        ("dingtalk", "short", "请填机器人地址里 access_token= 后面的那一段"),
        ("feishu", f"{KEY}/../..", "请填机器人地址里 hook/ 后面的那一段"),
        ("mail", "zhou.min", "邮箱地址不完整"),
        ("mail", "", "请填地址"),
    ],
)
def test_what_can_be_no_address_is_said_and_nothing_is_kept(clerk, out, kind, written, said):
    before = every_row()

    response = add(clerk, kind, written)

    assert response.status_code == 422
    assert said in response.content.decode()
    assert (every_row(), out.tried) == (before, 0)


def test_a_key_that_its_service_refuses_is_not_kept(clerk, out):
    out.refusal = Undelivered(Error.ADDRESS, "93000", is_final=True)

    response = add(clerk, "wecom", KEY)

    assert response.status_code == 422
    assert "没有发出去：地址不对，或者已经停用。" in response.content.decode()
    assert not Channel.objects.exists()
    assert not JournalEvent.objects.filter(kind__startswith="notices.").exists()


def test_a_wrong_code_counts_and_after_five_the_right_one_is_too_late(zone, clerk, out):
    add(clerk, "wecom", KEY)
    right = code_in(out)
    wrong = "000000" if right != "000000" else "111111"
    for _try in range(MOST_TRIES):
        response = confirm(clerk, "wecom", wrong)
        assert (response.status_code, "验证码不对" in response.content.decode()) == (422, True)

    response = confirm(clerk, "wecom", right)

    assert response.status_code == 409
    assert "验证码失效了，请重新发一次。" in response.content.decode()
    assert not Channel.objects.get().is_verified


def test_a_code_lasts_a_quarter_of_an_hour(zone):
    actor = zone.actor(zone.clerk)
    operations.channel_add(kind="wecom", address=KEY, code="123456", actor=actor, at=NOON)
    late = NOON + timedelta(minutes=15, seconds=1)

    with pytest.raises(Conflict):
        operations.channel_confirm(kind="wecom", code="123456", actor=actor, at=late)

    assert not Channel.objects.get().is_verified


def test_codes_are_few_an_hour(zone, clerk, out):
    for _time in range(MOST_TRIALS):
        assert add(clerk, "wecom", KEY).status_code == 303

    response = add(clerk, "wecom", KEY)

    assert response.status_code == 409
    assert out.tried == MOST_TRIALS
    ChannelTrial.objects.update(at=timezone.now() - timedelta(hours=1))
    assert add(clerk, "wecom", KEY).status_code == 303


def test_another_address_must_be_proved_anew_and_takes_nothing_along(zone, clerk, out):
    channel = wants(zone.clerk.account)
    on_desk = Desk(zone)
    told(zone.clerk.account, on_desk.case_id, "raised", NOON, 1)

    add(clerk, "mail", "other@yunze.example")

    channel.refresh_from_db()
    assert (channel.address, channel.is_verified) == ("other@yunze.example", False)
    assert Delivery.objects.get().state == Delivery.State.NEEDLESS


def test_a_robots_key_is_never_shown_again(zone, clerk):
    wants(zone.clerk.account, "wecom", KEY)

    html = clerk.get(reverse("notices:settings")).content.decode()

    assert KEY not in html
    assert "…5aaa" in html


def test_the_test_button_says_how_it_went(zone, clerk, out):
    wants(zone.clerk.account)
    clerk.post(reverse("notices:test", args=["mail"]))
    assert "测试消息已发出" in clerk.get(reverse("notices:settings")).content.decode()

    out.refusal = Undelivered(Error.OUTAGE)
    clerk.post(reverse("notices:test", args=["mail"]))
    html = clerk.get(reverse("notices:settings")).content.decode()
    assert "没有发出去：对方的服务器连不上。" in html


def test_nobody_touches_anothers_address(zone, out):
    wants(zone.clerk.account)
    other = signed_in(zone.contact)
    before = every_row()

    for name in ("test", "remove"):
        assert other.post(reverse(f"notices:{name}", args=["mail"])).status_code == 404
    assert confirm(other, "mail", "123456").status_code == 404
    assert add(other, "nowhere", "x").status_code == 404

    assert {t: r for t, r in every_row().items() if t.startswith("notice")} == {
        t: r for t, r in before.items() if t.startswith("notice")
    }


def test_an_address_no_longer_wanted_is_forgotten(zone, clerk):
    wants(zone.clerk.account)

    clerk.post(reverse("notices:remove", args=["mail"]))

    assert not Channel.objects.exists()


def test_without_a_mail_server_the_page_says_so(zone, clerk, settings):
    settings.MAIL_IS_SET_UP = False

    html = clerk.get(reverse("notices:settings")).content.decode()

    assert "园区还没有设置邮件、短信，暂时不能发到那里。" in html
    assert add(clerk, "mail", "zhou.min@yunze.example").status_code == 409


# choices -----------------------------------------------------------------------------------------

DESK = {
    "mail_servicedesk_duty": "once",
    "mail_servicedesk_limits": "digest",
    "mail_servicedesk_talk": "never",
    "mail_servicedesk_progress": "digest",
    "digest_at": "08:30",
    "quiet_from": "22:00",
    "quiet_until": "07:00",
}


@pytest.fixture
def written() -> dict[str, str]:
    """The whole form: what is chosen of the service desk's, the rest at once."""
    officer = Actor(side=Side.PARK)
    rest = {f"mail_{code.replace('.', '_')}": "once" for code, _group in groups(officer)}
    return rest | DESK


def test_what_is_chosen_is_kept_and_shown_again(zone, clerk, written):
    wants(zone.clerk.account)

    response = clerk.post(reverse("notices:settings"), written)

    assert response.status_code == 303
    kept = Choice.objects.filter(group__startswith="servicedesk.")
    assert dict(kept.values_list("group", "when")) == {
        "servicedesk.duty": When.ONCE,
        "servicedesk.limits": When.DIGEST,
        "servicedesk.talk": When.NEVER,
        "servicedesk.progress": When.DIGEST,
    }
    said = Preference.objects.get()
    assert f"{said.quiet_from:%H:%M} {said.quiet_until:%H:%M} {said.digest_at:%H:%M}" == (
        "22:00 07:00 08:30"
    )
    html = clerk.get(reverse("notices:settings")).content.decode()
    assert 'value="22:00"' in html
    never = re.search(r'<input[^>]*name="mail_servicedesk_talk"[^>]*value="never"[^>]*>', html)
    assert "checked" in never.group()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("quiet_until", "", "免打扰要写清从几点到几点"),
        ("digest_at", "", "请填几点发"),
        ("digest_at", "25:00", "时间写成 17:00 这样"),
        ("mail_servicedesk_talk", "sometimes", ""),
    ],
)
def test_half_a_choice_changes_nothing(zone, clerk, written, field, value, said):
    wants(zone.clerk.account)
    before = every_row()

    response = clerk.post(reverse("notices:settings"), written | {field: value})

    assert response.status_code == 422
    assert said in response.content.decode()
    assert every_row() == before


def test_each_side_is_asked_about_its_own_groups(zone):
    wants(zone.contact.account)
    html = signed_in(zone.contact).get(reverse("notices:settings")).content.decode()

    assert "需要您做的" in html
    assert "时限和督办" not in html


def test_unknown_groups_and_channels_are_refused(zone):
    actor = zone.actor(zone.clerk)
    wants(zone.clerk.account)
    act = {"habits": Habits(), "actor": actor, "at": NOON}

    with pytest.raises(Invalid):
        operations.choices_save(choices={("mail", "servicedesk.asked"): When.ONCE}, **act)
    with pytest.raises(NotVisible):
        operations.choices_save(choices={("sms", "servicedesk.duty"): When.ONCE}, **act)

    assert not Choice.objects.exists()
    assert not Preference.objects.exists()


# what became of it -------------------------------------------------------------------------------


@pytest.fixture
def given_up(zone) -> Delivery:
    wants(zone.clerk.account)
    told(zone.clerk.account, Desk(zone).case_id, "raised", NOON, 1)
    Delivery.objects.update(state=Delivery.State.GIVEN_UP, error=Error.OUTAGE)
    return Delivery.objects.get()


def test_one_sees_what_did_not_arrive_and_why_and_sends_it_again(zone, clerk, given_up):
    html = clerk.get(reverse("notices:deliveries")).content.decode()
    assert "新诉求，请派单。" in html
    assert "<b>没有送到</b>：对方的服务器连不上。" in html

    response = clerk.post(reverse("notices:again", args=[given_up.pk]))

    assert response.status_code == 303
    given_up.refresh_from_db()
    assert (given_up.state, given_up.error) == (Delivery.State.WAITING, "")
    again = clerk.post(reverse("notices:again", args=[given_up.pk]))
    assert again.status_code == 409


def test_anothers_sending_does_not_exist(zone, given_up):
    other = signed_in(zone.safety_handler)

    assert "新诉求" not in other.get(reverse("notices:deliveries")).content.decode()
    assert other.post(reverse("notices:again", args=[given_up.pk])).status_code == 404
    given_up.refresh_from_db()
    assert given_up.state == Delivery.State.GIVEN_UP


def test_the_centre_and_the_system_administrator_see_numbers_only(zone, clerk, given_up):
    Delivery.objects.update(made_at=timezone.now())
    RoleGrant.objects.create(account=zone.stranger.account, role=Role.SYSTEM_ADMIN.value)
    for client in (clerk, signed_in(zone.stranger)):
        html = client.get(reverse("notices:failures")).content.decode()
        assert "对方的服务器连不上" in html
        assert "a@b.example" not in html
        assert "新诉求" not in html

    refused = signed_in(zone.safety_handler).get(reverse("notices:failures"))
    assert refused.status_code == 403


# the inbox ---------------------------------------------------------------------------------------


def test_the_inbox_goes_on_page_by_page_and_shows_the_unread_alone(zone, clerk):
    case_id = Desk(zone).case_id
    for number in range(60):
        told(zone.clerk.account, case_id, "raised", NOON + timedelta(minutes=number), number)
    newest = Notice.objects.order_by("-at").first()
    Notice.objects.filter(pk=newest.pk).update(read_at=NOON)

    first = clerk.get(reverse("notices:inbox"))
    assert len(first.context["items"]) == 50
    second = clerk.get(first.context["next_url"])
    assert len(second.context["items"]) == 10
    assert second.context["next_url"] is None
    unread = clerk.get(reverse("notices:inbox"), {"show": "unread"})
    assert newest.pk not in [item.notice.pk for item in unread.context["items"]]
    assert "没看 59" in unread.content.decode()


@pytest.mark.parametrize("name", ["inbox", "settings", "deliveries", "failures"])
def test_strangers_are_sent_to_sign_in(zone, name):
    response = Client().get(reverse(f"notices:{name}"))

    assert response.status_code == 302
    assert response["Location"].startswith("/account/login/")


def test_the_settings_ask_the_same_number_of_questions_however_much_is_chosen(
    zone, clerk, django_assert_num_queries
):
    # who asks: session, account, roles, officer, for whom he acts, contact, officer, for whom he
    # acts, the links; unread notices
    # what is shown: channels, choices, habits
    with django_assert_num_queries(9):
        clerk.get(reverse("notices:settings"))
    wants(zone.clerk.account, duty=When.ONCE, talk=When.NEVER)
    wants(zone.clerk.account, "wecom", KEY, duty=When.NEVER)
    with django_assert_num_queries(9):
        clerk.get(reverse("notices:settings"))


def test_the_list_of_sendings_asks_the_same_number_of_questions_however_long(
    zone, clerk, django_assert_num_queries
):
    wants(zone.clerk.account)
    case_id = Desk(zone).case_id
    told(zone.clerk.account, case_id, "raised", NOON, 1)
    clerk.get(reverse("notices:deliveries"))
    # who asks: ten; what is shown: deliveries, their notices, visible cases, events
    with django_assert_num_queries(10):
        clerk.get(reverse("notices:deliveries"))
    for number in range(2, 8):
        told(zone.clerk.account, case_id, "raised", NOON, number)
    with django_assert_num_queries(10):
        clerk.get(reverse("notices:deliveries"))
