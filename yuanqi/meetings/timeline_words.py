"""Sentences of meetings on an enterprise's timeline, read by both sides."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from yuanqi.registry.timeline_words import Names

from . import events
from .models import ItemState

Payload = Mapping[str, Any]


def _invited(payload: Payload, names: Names) -> str:
    return _("园区邀请参加“%(title)s”") % payload


def _decided(payload: Payload, names: Names) -> str:
    match payload["state"]:
        case ItemState.TASK:
            return _("会上定了一件事，%(day)s 前办好") % {"day": names.day(payload["due_on"])}
        case ItemState.REFUSED:
            return _("会上议了一件事，不办，已说明原因")
        case ItemState.REQUEST:
            return _("会上提的一件事转为诉求")
    return _("会上提的一件事转为建议")


def _ended(payload: Payload, names: Names) -> str:
    if payload["state"] == ItemState.DONE:
        return _("会上定的一件事办好了")
    return _("会上定的一件事不做了，已说明原因")


WORDS = {
    events.EnterpriseInvited.kind: _invited,
    events.ItemDecided.kind: _decided,
    events.TaskEnded.kind: _ended,
}
