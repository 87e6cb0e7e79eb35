"""Sentences of task forces on an enterprise's timeline, for the park's side."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from yuanqi.registry.timeline_words import Names

from . import events

Payload = Mapping[str, Any]


def _opened(payload: Payload, names: Names) -> str:
    if payload.get("ground"):  # the first version carried the words themselves
        return _("成立专班“%(name)s”：%(ground)s") % payload
    return _("成立专班“%(name)s”") % payload


def _closed(payload: Payload, names: Names) -> str:
    return _("专班“%(name)s”办结") % payload


WORDS = {events.ForceOpened.kind: _opened, events.ForceClosed.kind: _closed}
