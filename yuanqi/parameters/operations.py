"""Every write to the park's settings."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.foundation import journal
from yuanqi.foundation.actors import Actor, Role, Side
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible
from yuanqi.foundation.journal import Audience, Event

from . import parameters, store
from .events import ParameterSet, ParameterWithdrawn
from .models import ParameterValue
from .parameters import Parameter

STREAM = "parameters"
_AHEAD = timedelta(days=3 * 366)  # a day further off is a slip of the pen
_LONGEST_REASON = 200
_LONGEST_NUMBER = 60


@transaction.atomic
def parameter_set(
    *,
    key: str,
    value: Any,
    valid_from: date,
    reason: str,
    document_no: str = "",
    actor: Actor,
    at: datetime,
) -> ParameterValue:
    """Let a parameter have another value from a day on, today at the earliest.

    `value` may be typed or as somebody wrote it. It holds until the next value's day; days before
    it keep theirs. Raises NotVisible for an unknown key, NotAllowed, Invalid; Conflict if it
    would hold on that day anyway.
    """
    parameter = _settable(key, actor)
    new = parameter.read(value)
    today = timezone.localdate(at)
    if valid_from < today:
        raise Invalid(_("生效日期不能早于今天：以前按以前的算。"), "valid_from")
    if valid_from > today + _AHEAD:
        raise Invalid(_("生效日期最远三年以后，请核对年份。"), "valid_from")
    reason = _reason(reason)
    document_no = document_no.strip()
    if len(document_no) > _LONGEST_NUMBER:
        raise Invalid(_("最多 %(most)s 个字。") % {"most": _LONGEST_NUMBER}, "document_no")
    journal.lock(STREAM)
    store.written()
    old = parameters.value(key, valid_from)
    if new == old:
        raise Conflict(_("这一天本来就是这个值，不用再设。"))
    row = ParameterValue.objects.create(
        key=key,
        value=parameter.stored(new),
        valid_from=valid_from,
        set_by_id=actor.account_id,
        set_at=at,
        reason=reason,
        document_no=document_no,
    )
    _record(
        parameter,
        ParameterSet(
            key=key,
            old=parameter.stored(old),
            new=parameter.stored(new),
            valid_from=valid_from,
            reason=reason,
            document_no=document_no,
        ),
        actor,
        at,
    )
    return row


@transaction.atomic
def parameter_withdraw(*, value_id: int, reason: str, actor: Actor, at: datetime) -> None:
    """Take back a value whose day hasn't come: the one before it goes on.

    Raises NotVisible, NotAllowed, Invalid; Conflict if it holds already or is withdrawn.
    """
    row = ParameterValue.objects.filter(pk=value_id).first()
    if row is None:
        raise NotVisible(value_id)
    parameter = _settable(row.key, actor)
    reason = _reason(reason)
    journal.lock(STREAM)
    row.refresh_from_db()
    if row.withdrawn_at is not None:
        raise Conflict(_("这个值已经撤回。"))
    if row.valid_from <= timezone.localdate(at):
        raise Conflict(_("这个值已经生效，不能撤回。要改，请从今天或以后的一天起另设一个。"))
    store.written()
    row.withdrawn_at, row.withdrawn_by_id, row.withdrawn_reason = at, actor.account_id, reason
    row.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    _record(
        parameter,
        ParameterWithdrawn(
            key=row.key,
            withdrawn=row.value,
            holds=parameter.stored(parameters.value(row.key, row.valid_from)),
            valid_from=row.valid_from,
            reason=reason,
        ),
        actor,
        at,
    )


def _settable(key: str, actor: Actor) -> Parameter:
    """The definition, if the actor may set it: the three administrators keep apart (三员分立)."""
    try:
        parameter = parameters.find(key)
    except LookupError:
        raise NotVisible(key)
    if actor.side is not Side.SYSTEM and not actor.has(parameter.role):
        raise NotAllowed(
            _("这项设置由安全管理员维护。")
            if parameter.role is Role.SECURITY_ADMIN
            else _("这项设置由系统管理员维护。")
        )
    return parameter


def _reason(text: str) -> str:
    text = text.strip()
    if not text:
        raise Invalid(_("请写明为什么改。"), "reason")
    if len(text) > _LONGEST_REASON or "\0" in text:
        raise Invalid(_("最多 %(most)s 个字。") % {"most": _LONGEST_REASON}, "reason")
    return text


def _record(parameter: Parameter, event: Event, actor: Actor, at: datetime) -> None:
    # how people sign in is nobody's business but the administrators'
    audience = Audience.AUDIT if parameter.role is Role.SECURITY_ADMIN else Audience.STAFF
    journal.record(event, stream=STREAM, audience=audience, actor=actor, at=at)
