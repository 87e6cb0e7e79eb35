"""Sentences of contacts on an enterprise's timeline, and what their events are called."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from ..models import ContactKind
from ..timeline_words import Names, tell
from .events import ContactMade, ContactsMerged

Payload = Mapping[str, Any]


def _made(payload: Payload, names: Names) -> str:
    said = {
        "who": names.officer(payload) or _("园区"),
        "how": str(dict(ContactKind.choices).get(payload["of_kind"], payload["of_kind"])),
    }
    if payload["merged_into"]:
        return _("%(who)s要来的事合并到一次走访里") % said
    return _("%(who)s联系企业：%(how)s") % said


def _merged(payload: Payload, names: Names) -> str:
    return _("%(count)s 个部门要来的事合并成一次") % {"count": len(payload["merged"]) + 1}


WORDS = {ContactMade.kind: _made, ContactsMerged.kind: _merged}


def define() -> None:
    """Make them known (from `apps.py`)."""
    for kind, words in WORDS.items():
        tell(kind, words)
