"""The ways out of the program: mail by Django, robots and SMS by apprise.

Addresses are ours: a person gives a key or a number, never an address of the network, and the
robots' hosts are fixed in apprise's own classes. Redirects are not followed.
"""

import logging
import re
import smtplib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import apprise
import requests
from apprise.plugins import dingtalk, feishu, wecombot
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email

from .models import Channel, Delivery

log = logging.getLogger(__name__)

Kind = Channel.Kind
Error = Delivery.Error
_DETAIL = 200  # characters of what the other side said


@dataclass(frozen=True, slots=True)
class Message:
    """What goes out, in the forms that the ways out can carry."""

    subject: str
    text: str
    html: str
    brief: str  # for robots, without what people wrote: their groups have other readers
    short: str  # for SMS
    key: str  # the same for the same delivery: mail servers know a second copy by it


class Undelivered(Exception):
    """It did not arrive. `is_final`: trying again would change nothing."""

    def __init__(self, error: Error, detail: str = "", *, is_final: bool = False) -> None:
        super().__init__(f"{error.value} {detail}")
        self.error = error
        self.detail = detail[:_DETAIL]
        self.is_final = is_final


def offered() -> list[Channel.Kind]:
    """The ways out that this installation has: mail and SMS only where they are set up."""
    return [
        kind
        for kind in Kind
        if (kind != Kind.MAIL or settings.MAIL_IS_SET_UP) and (kind != Kind.SMS or settings.SMS_URL)
    ]


# what an address must look like ----------------------------------------------------------------

_PHONE = re.compile(r"1[3-9][0-9]{9}\Z")
_KEYS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        Kind.WECOM: re.compile(r"[0-9A-Za-z-]{16,64}\Z"),
        Kind.DINGTALK: re.compile(r"[0-9A-Za-z]{32,128}\Z"),
        Kind.FEISHU: re.compile(r"[0-9A-Za-z-]{16,64}\Z"),
    }
)
_SECRET = re.compile(r"(SEC)?[0-9A-Za-z]{16,120}\Z")
# people copy the whole address that the service shows them: the key is cut out of exactly that one
_WHOLE: Mapping[str, str] = MappingProxyType(
    {
        Kind.WECOM: "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=",
        Kind.DINGTALK: "https://oapi.dingtalk.com/robot/send?access_token=",
        Kind.FEISHU: "https://open.feishu.cn/open-apis/bot/v2/hook/",
    }
)


def address_from(kind: str, written: str) -> str | None:
    """Return the address as it is kept; None if it can't be one."""
    match kind:
        case Kind.MAIL:
            return _mailbox(written)
        case Kind.SMS:
            number = re.sub(r"[\s-]", "", written).removeprefix("+86")
            return number if _PHONE.match(number) else None
    key = written.strip().removeprefix(_WHOLE[kind])
    return key if _KEYS[kind].match(key) else None


def secret_from(written: str) -> str | None:
    """Return DingTalk's secret for signatures as it is kept; None if it can't be one."""
    secret = written.strip()
    return secret if _SECRET.match(secret) else None


def _mailbox(written: str) -> str | None:
    mailbox = written.strip()
    if len(mailbox) > 254:
        return None
    try:
        validate_email(mailbox)
    except ValidationError:
        return None
    return mailbox


# sending ---------------------------------------------------------------------------------------


def send(kind: str, address: str, secret: str, message: Message) -> None:
    """Hand a message over. Raises Undelivered."""
    if kind not in offered():
        raise Undelivered(Error.NOT_OFFERED)
    match kind:
        case Kind.MAIL:
            _mail(address, message)
        case Kind.SMS:
            _sms(address, message)
        case _:
            _robot(Kind(kind), address, secret, message)


def _mail(address: str, message: Message) -> None:
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ")
    mail = EmailMultiAlternatives(
        message.subject,
        message.text,
        to=[address],
        headers={
            "Message-ID": f"<{message.key}@{domain}>",
            "Auto-Submitted": "auto-generated",
        },
        alternatives=[(message.html, "text/html")],
    )
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as refused:
        ((code, words),) = refused.recipients.values()
        final = 500 <= code < 600
        error = Error.ADDRESS if final else Error.REFUSED
        raise Undelivered(error, _said(code, words), is_final=final) from None
    except smtplib.SMTPResponseException as refused:
        raise Undelivered(Error.REFUSED, _said(refused.smtp_code, refused.smtp_error)) from None
    except (smtplib.SMTPException, OSError) as failed:
        raise Undelivered(Error.OUTAGE, type(failed).__name__) from None


def _said(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {' '.join(text.split())}"


class _Requests:
    """What the robots' plugins know as `requests`: hears the answer, which apprise throws away.

    The three services say 200 to a wrong key too, and put the refusal into the body.
    """

    codes = requests.codes
    RequestException = requests.RequestException
    heard = threading.local()

    @classmethod
    def post(cls, url: str, **sent: Any) -> requests.Response:
        try:
            reply = requests.post(url, **sent)  # noqa: S113 - apprise gives the time-outs
        except requests.RequestException as failed:
            cls.heard.outcome = Undelivered(Error.OUTAGE, type(failed).__name__)
            raise
        cls.heard.outcome = _refusal_in(reply)
        return reply


for _plugin in (wecombot, dingtalk, feishu):
    _plugin.requests = _Requests

# refusals that another try won't change, from the services' tables of error codes: WeCom's invalid
# webhook; DingTalk's unknown token, wrong signature or keyword; Feishu's unknown hook and signature
_BAD_KEY = {93000, 300001, 310000, 400101, 19001, 19021, 19024}
_TOO_OFTEN = {45009, 130101, 410100, 11232}


def _refusal_in(reply: requests.Response) -> Undelivered | None:
    if reply.status_code == 429:
        return Undelivered(Error.TOO_OFTEN, "429")
    if reply.status_code >= 500:
        return Undelivered(Error.OUTAGE, str(reply.status_code))
    try:
        body = reply.json()
        code = int(body.get("errcode", body.get("code", 0)))
        words = str(body.get("errmsg", body.get("msg", "")))
    except (ValueError, TypeError, AttributeError):
        code, words = 0, ""
    if code in _BAD_KEY:
        return Undelivered(Error.ADDRESS, f"{code} {words}", is_final=True)
    if code in _TOO_OFTEN:
        return Undelivered(Error.TOO_OFTEN, f"{code} {words}")
    if code or reply.status_code != 200:
        return Undelivered(Error.REFUSED, f"{code or reply.status_code} {words}".strip())
    return None


_ROBOTS: Mapping[str, Callable[..., apprise.NotifyBase]] = MappingProxyType(
    {
        Kind.WECOM: lambda key, _secret: wecombot.NotifyWeComBot(key=key, asset=_ASSET),
        Kind.DINGTALK: lambda key, secret: dingtalk.NotifyDingTalk(
            token=key, secret=secret or None, asset=_ASSET
        ),
        Kind.FEISHU: lambda key, _secret: feishu.NotifyFeishu(token=key, asset=_ASSET),
    }
)
_ASSET = apprise.AppriseAsset(app_id="Yuanqi", http_redirects=False)
_MOST_BYTES = 2000  # of a robot's text: WeCom takes 2,048, and counts bytes


def _robot(kind: Kind, key: str, secret: str, message: Message) -> None:
    plugin = _ROBOTS[kind](key, secret)
    _Requests.heard.outcome = None
    arrived = plugin.send(body=_cut(message.brief, _MOST_BYTES))
    outcome = _Requests.heard.outcome
    if outcome is not None:
        raise outcome
    if not arrived:
        raise Undelivered(Error.REFUSED)


def _sms(number: str, message: Message) -> None:
    service = apprise.Apprise(asset=_ASSET)
    if not service.add(settings.SMS_URL.replace("{number}", number)):
        raise Undelivered(Error.NOT_OFFERED, "YUANQI_SMS_URL")
    if not service.notify(body=message.short):
        raise Undelivered(Error.REFUSED)


def _cut(text: str, most: int) -> str:
    data = text.encode()
    if len(data) <= most:
        return text
    return data[: most - 3].decode(errors="ignore") + "…"
