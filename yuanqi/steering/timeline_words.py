"""Sentences of the lists on an enterprise's timeline, read by both sides."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils import dateformat
from django.utils.translation import gettext as _

from yuanqi.registry.timeline_words import Names

from .events import CareRaised, EntryConfirmed, EntryOverruled, StandingChanged
from .wording import KIND_NAMES

Payload = Mapping[str, Any]


def names_of(codes: Sequence[str]) -> str:
    """The lists as the enterprise reads them too."""
    return _("、").join(str(KIND_NAMES.get(code, code)) for code in codes)


def _month(payload: Payload) -> str:
    return dateformat.format(date.fromisoformat(payload["month"]), _("Y 年 n 月"))


def _changed(payload: Payload, names: Names) -> str:
    said = {"month": _month(payload), "entered": names_of(payload["entered"]),
            "left": names_of(payload["left"])}  # fmt: skip
    if payload["entered"] and payload["left"]:
        return _("%(month)s列为%(entered)s，不再列为%(left)s") % said
    if payload["entered"]:
        return _("%(month)s列为%(entered)s") % said
    return _("%(month)s不再列为%(left)s") % said


def _confirmed(payload: Payload, names: Names) -> str:
    return _("确认为%(month)s的%(list)s") % {
        "month": _month(payload), "list": names_of([payload["code"]]),
    }  # fmt: skip


def _overruled(payload: Payload, names: Names) -> str:
    said = {"list": names_of([payload["code"]]), "reason": payload["reason"],
            "until": names.day(payload["until"])}  # fmt: skip
    if payload["is_on"]:
        return _("人工列为%(list)s，到 %(until)s：%(reason)s") % said
    return _("人工移出%(list)s，到 %(until)s：%(reason)s") % said


def _cared(payload: Payload, names: Names) -> str:
    return _("平台主动关怀，提了一件诉求")


WORDS = {
    StandingChanged.kind: _changed,
    EntryConfirmed.kind: _confirmed,
    EntryOverruled.kind: _overruled,
    CareRaised.kind: _cared,
}
