"""What leaves the program, exactly; and what may never be an address."""

import json
import logging
import smtplib

import pytest
import requests
from django.core import mail

from yuanqi.notices import transports
from yuanqi.notices.models import Channel, Delivery
from yuanqi.notices.transports import Message, Undelivered, address_from, secret_from, send

Kind = Channel.Kind
Error = Delivery.Error

WECOM = "693a91f6-7aaa-4bc4-97a0-0ec2sifa5aaa"
DINGTALK = "566cc69da782ec33aa7e4b4c5cc4b5d0f4c0d8f1a6b0c9d8e7f6a5b4c3d2e1f0"
FEISHU = "8f1a2b3c-4d5e-6f70-8192-a3b4c5d6e7f8"
LETTER = Message(
    subject="【云泽】请派单", text="新诉求", html="<p>新诉求</p>", brief="新诉求 2611-0001",
    short="新诉求", key="notice-7",
)  # fmt: skip


class Wire:
    """Stands where `requests` leaves the machine: keeps what was sent, gives what was set."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict]] = []
        self.status, self.body = 200, b'{"errcode": 0, "errmsg": "ok"}'
        self.failure: Exception | None = None

    def send(self, _session, request, **options):
        if self.failure:
            raise self.failure
        assert options["allow_redirects"] is False
        assert options["verify"]  # True, or the machine's own authorities
        self.sent.append((request.url, json.loads(request.body)))
        answer = requests.Response()
        answer.status_code = self.status
        answer._content = self.body
        return answer


@pytest.fixture
def wire(monkeypatch) -> Wire:
    wire = Wire()
    monkeypatch.setattr(requests.Session, "send", lambda *a, **k: wire.send(*a, **k))
    return wire


# robots ------------------------------------------------------------------------------------------


def test_a_wecom_robot_is_told_in_plain_text(wire):
    send(Kind.WECOM, WECOM, "", LETTER)

    assert wire.sent == [
        (
            f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={WECOM}",
            {"msgtype": "text", "text": {"content": "新诉求 2611-0001"}},
        )
    ]


def test_a_dingtalk_robot_is_told_with_its_signature(wire):
    send(Kind.DINGTALK, DINGTALK, "SEC0123456789abcdef", LETTER)

    ((url, body),) = wire.sent
    start, _signature = url.split("&sign=")
    assert start.startswith(
        f"https://oapi.dingtalk.com/robot/send?access_token={DINGTALK}&timestamp="
    )
    assert body == {
        "msgtype": "text",
        "at": {"atMobiles": [], "isAtAll": False},
        "text": {"content": "新诉求 2611-0001"},
    }


def test_a_feishu_robot_is_told_in_plain_text(wire):
    send(Kind.FEISHU, FEISHU, "", LETTER)

    assert wire.sent == [
        (
            f"https://open.feishu.cn/open-apis/bot/v2/hook/{FEISHU}/",
            {"msg_type": "text", "content": {"text": "新诉求 2611-0001"}},
        )
    ]


@pytest.mark.parametrize(
    ("status", "body", "error", "is_final"),
    [
        (200, b'{"errcode": 93000, "errmsg": "invalid webhook url"}', Error.ADDRESS, True),
        (200, b'{"code": 19001, "msg": "param invalid"}', Error.ADDRESS, True),
        (200, b'{"errcode": 45009, "errmsg": "freq out of limit"}', Error.TOO_OFTEN, False),
        (200, b'{"errcode": 40008, "errmsg": "invalid message"}', Error.REFUSED, False),
        (429, b"", Error.TOO_OFTEN, False),
        (502, b"<html>", Error.OUTAGE, False),
        (404, b"", Error.REFUSED, False),
        (302, b"", Error.REFUSED, False),
    ],
)
def test_a_robots_refusal_is_heard_though_its_service_says_200(wire, status, body, error, is_final):
    wire.status, wire.body = status, body

    with pytest.raises(Undelivered) as refused:
        send(Kind.WECOM, WECOM, "", LETTER)

    assert (refused.value.error, refused.value.is_final) == (error, is_final)


def test_a_service_out_of_reach_is_an_outage(wire):
    wire.failure = requests.ConnectionError("no route")

    with pytest.raises(Undelivered) as refused:
        send(Kind.FEISHU, FEISHU, "", LETTER)

    assert (refused.value.error, refused.value.is_final) == (Error.OUTAGE, False)
    assert FEISHU not in str(refused.value)


def test_a_long_text_is_cut_to_the_bytes_that_a_robot_takes(wire):
    send(
        Kind.WECOM, WECOM, "",
        Message(subject="", text="", html="", brief="水" * 3000, short="", key=""),
    )  # fmt: skip

    ((_url, body),) = wire.sent
    content = body["text"]["content"]
    assert len(content.encode()) <= 2000
    assert content == "水" * 665 + "…"


# keys --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "written", "kept"),
    [
        (Kind.WECOM, f" {WECOM}\n", WECOM),
        (Kind.WECOM, f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={WECOM}", WECOM),
        (
            Kind.DINGTALK,
            f"https://oapi.dingtalk.com/robot/send?access_token={DINGTALK}",
            DINGTALK,
        ),
        (Kind.FEISHU, f"https://open.feishu.cn/open-apis/bot/v2/hook/{FEISHU}", FEISHU),
        (Kind.MAIL, " zhou.min@yunze.example ", "zhou.min@yunze.example"),
        (Kind.SMS, "138 0013 0621", "13800130621"),
        (Kind.SMS, "+86-138-0013-0621", "13800130621"),
    ],
)
def test_an_address_is_kept_as_its_service_needs_it(kind, written, kept):
    assert address_from(kind, written) == kept


ROBOTS = (Kind.WECOM, Kind.DINGTALK, Kind.FEISHU)


@pytest.mark.parametrize("kind", ROBOTS)
@pytest.mark.parametrize(
    "hostile",
    [
        "",
        "short",
        "http://127.0.0.1:5432/",
        f"https://evil.example/cgi-bin/webhook/send?key={WECOM}",
        f"https://qyapi.weixin.qq.com.evil.example/send?key={WECOM}",
        f"https://qyapi.weixin.qq.com@evil.example/?key={WECOM}",
        f"{WECOM}@evil.example",
        f"{WECOM}/../../admin",
        f"{WECOM}&debug=1",
        f"{WECOM}#x",
        f"{WECOM}?redirect=yes&verify=no",
        f"{WECOM}%2f..",
        f"{WECOM}\r\nHost: evil.example",
        "０" * 40,
        "a" * 300,
        "{key}" * 8,
    ],
)
def test_a_hostile_key_is_refused(kind, hostile):
    assert address_from(kind, hostile) is None


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        (Kind.MAIL, "zhou.min"),
        (Kind.MAIL, "a@b.example\nBcc: c@d.example"),
        (Kind.MAIL, "a@b.example, c@d.example"),
        (Kind.MAIL, "a" * 250 + "@b.example"),
        (Kind.SMS, "8601 2000"),
        (Kind.SMS, "12800130621"),
        (Kind.SMS, "13800130621/13800130622"),
        (Kind.SMS, "１３８００１３０６２１"),
    ],
)
def test_what_is_no_mailbox_or_mobile_number_is_refused(kind, written):
    assert address_from(kind, written) is None


@pytest.mark.parametrize("written", ["SEC 012", "SEC/../x0123456789abcdef", "a" * 200])
def test_what_is_no_signing_secret_is_refused(written):
    assert secret_from(written) is None


# mail and SMS ------------------------------------------------------------------------------------


@pytest.fixture
def set_up(settings):
    settings.MAIL_IS_SET_UP = True
    settings.DEFAULT_FROM_EMAIL = "园企 <yuanqi@yunze.example>"
    settings.SMS_URL = "json://gateway.example/send/{number}"


def test_a_mail_carries_both_forms_and_the_same_key_each_time(set_up):
    send(Kind.MAIL, "zhou.min@yunze.example", "", LETTER)

    (sent,) = mail.outbox
    assert (sent.to, sent.subject, sent.body) == (
        ["zhou.min@yunze.example"], "【云泽】请派单", "新诉求",
    )  # fmt: skip
    assert [(part.content, part.mimetype) for part in sent.alternatives] == [
        ("<p>新诉求</p>", "text/html")
    ]
    assert sent.extra_headers == {
        "Message-ID": "<notice-7@yunze.example>",
        "Auto-Submitted": "auto-generated",
    }


@pytest.mark.parametrize(
    ("failure", "error", "is_final"),
    [
        (smtplib.SMTPRecipientsRefused({"a": (550, b"no such user")}), Error.ADDRESS, True),
        (smtplib.SMTPRecipientsRefused({"a": (450, b"busy")}), Error.REFUSED, False),
        (smtplib.SMTPSenderRefused(451, b"later", "x"), Error.REFUSED, False),
        (smtplib.SMTPServerDisconnected("gone"), Error.OUTAGE, False),
        (ConnectionRefusedError(111, "refused"), Error.OUTAGE, False),
        (TimeoutError(), Error.OUTAGE, False),
    ],
)
def test_a_mail_server_that_refuses_says_why(set_up, monkeypatch, failure, error, is_final):
    def refuse(*_anything, **_more):
        raise failure

    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", refuse)

    with pytest.raises(Undelivered) as refused:
        send(Kind.MAIL, "zhou.min@yunze.example", "", LETTER)

    assert (refused.value.error, refused.value.is_final) == (error, is_final)


def test_an_sms_goes_where_the_administrator_says_with_the_number_filled_in(set_up, wire):
    send(Kind.SMS, "13800130621", "", LETTER)

    ((url, body),) = wire.sent
    assert url == "http://gateway.example/send/13800130621"
    assert body["message"] == "新诉求"


@pytest.mark.parametrize("kind", [Kind.MAIL, Kind.SMS])
def test_what_is_not_set_up_is_not_offered_and_never_tried(settings, wire, kind):
    settings.MAIL_IS_SET_UP = False
    settings.SMS_URL = ""

    assert transports.offered() == [Kind.WECOM, Kind.DINGTALK, Kind.FEISHU]
    with pytest.raises(Undelivered) as refused:
        send(kind, "13800130621", "", LETTER)
    assert refused.value.error == Error.NOT_OFFERED
    assert (wire.sent, mail.outbox) == ([], [])


def test_no_log_has_a_key_in_it(wire, caplog):
    wire.failure = requests.ConnectionError(f"https://qyapi.weixin.qq.com/?key={WECOM}")
    with caplog.at_level(logging.INFO), pytest.raises(Undelivered):
        send(Kind.WECOM, WECOM, "", LETTER)

    assert WECOM not in caplog.text
