"""Sentences of promises on an enterprise's timeline, read by both sides."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from yuanqi.registry.timeline_words import Names

from . import events

Payload = Mapping[str, Any]


def _made(payload: Payload, names: Names) -> str:
    return _("%(officer)s承诺一件事，%(day)s 前兑现") % {
        "officer": names.officer(payload), "day": names.day(payload["due_on"]),
    }  # fmt: skip


def _kept(payload: Payload, names: Names) -> str:
    return _("一件承诺兑现了")


def _broken(payload: Payload, names: Names) -> str:
    return _("一件承诺没有兑现，已说明原因")


def _withdrawn(payload: Payload, names: Names) -> str:
    return _("一件承诺撤回，已说明原因")


def _handed_over(payload: Payload, names: Names) -> str:
    return _("一件承诺移交%(officer)s") % {"officer": names.officer(payload)}


WORDS = {
    events.PromiseMade.kind: _made,
    events.PromiseKept.kind: _kept,
    events.PromiseBroken.kind: _broken,
    events.PromiseWithdrawn.kind: _withdrawn,
    events.PromiseHandedOver.kind: _handed_over,
}
