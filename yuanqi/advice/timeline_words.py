"""Sentences of advice on an enterprise's timeline, read by both sides: that it was, not what."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from yuanqi.registry.timeline_words import Names

from . import events
from .models import Verdict

Payload = Mapping[str, Any]


def _given(payload: Payload, names: Names) -> str:
    return _("给园区提了一条建议")


def _answered(payload: Payload, names: Names) -> str:
    return _("答复了一条建议：%(verdict)s") % {"verdict": Verdict(payload["verdict"]).label}


def _followed(payload: Payload, names: Names) -> str:
    return _("一条建议见效了")


WORDS = {
    events.AdviceGiven.kind: _given,
    events.AdviceAnswered.kind: _answered,
    events.AdviceFollowedUp.kind: _followed,
}
