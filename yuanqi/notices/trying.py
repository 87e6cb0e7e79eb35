"""Codes and test messages: sent while their owner waits, so that he sees at once what is wrong.

Counted first, sent outside any transaction, kept only when the other side has taken it.
"""

import secrets
from datetime import datetime

from django.utils.translation import gettext as _

from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Conflict, Invalid, NotVisible

from . import letters, operations, transports
from .models import Channel, Delivery
from .queries import channels_of
from .transports import Message, Undelivered, address_from, offered, secret_from

Kind = Channel.Kind


def channel_try(*, kind: str, written: str, secret: str = "", actor: Actor, at: datetime) -> None:
    """Send a code to an address as somebody wrote it, and keep the address until it comes back.

    Raises Conflict when this way out isn't offered or codes were sent too often; Invalid when the
    address can't be one, or what was sent there didn't arrive: then nothing is kept.
    """
    if kind not in offered():
        raise Conflict(Delivery.Error.NOT_OFFERED.label)
    address = address_from(kind, written)
    if address is None:
        raise Invalid(_wrong(kind), "address")
    signed = ""
    if kind == Kind.DINGTALK and secret.strip():
        signed = secret_from(secret) or ""
        if not signed:
            raise Invalid(_("加签密钥以 SEC 开头，只有字母和数字。"), "secret")
    operations.trial_count(kind=kind, actor=actor, at=at)
    code = f"{secrets.randbelow(1_000_000):06}"
    _out(kind, address, signed, letters.code(code, key=_key("code")))
    operations.channel_add(kind=kind, address=address, secret=signed, code=code, actor=actor, at=at)


def channel_test(*, kind: str, actor: Actor, at: datetime) -> None:
    """Send a test message to one's own channel. Raises NotVisible, Conflict, Invalid."""
    channel = channels_of(actor).get(kind)
    if channel is None:
        raise NotVisible(kind)
    operations.trial_count(kind=kind, actor=actor, at=at)
    _out(kind, channel.address, channel.secret, letters.test(key=_key("test")))


def _out(kind: str, address: str, secret: str, message: Message) -> None:
    try:
        transports.send(kind, address, secret, message)
    except Undelivered as failed:
        said = _("没有发出去：%(reason)s。") % {"reason": failed.error.label}
        raise Invalid(said, "address") from None


def _key(what: str) -> str:
    return f"{what}-{secrets.token_hex(8)}"


def _wrong(kind: str) -> str:
    match kind:
        case Kind.MAIL:
            return _("邮箱地址不完整，例如 zhang@example.com。")
        case Kind.SMS:
            return _("请填 11 位手机号。")
        case Kind.WECOM:
            return _("请填机器人地址里 key= 后面的那一段，只有字母、数字和横线。")
        case Kind.DINGTALK:
            return _("请填机器人地址里 access_token= 后面的那一段，只有字母和数字。")
    return _("请填机器人地址里 hook/ 后面的那一段，只有字母、数字和横线。")
