"""What each kind of event says, for the audit administrator: slices name their own."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from yuanqi.foundation.journal import Event

log = logging.getLogger(__name__)

Sentence = Callable[[Mapping[str, Any]], str]
_sentences: dict[str, Sentence] = {}


def describe(kind: str, sentence: Sentence) -> None:
    """Name a kind of event: `sentence` makes its payload a short sentence (from an `apps.py`).

    The payload holds hashes in place of personal values: a sentence names nobody.
    """
    _sentences[kind] = sentence


def name(names: Mapping[str, Any]) -> None:
    """Name kinds whose payload says nothing more to the audit administrator."""
    for kind, label in names.items():
        describe(kind, lambda _payload, label=label: str(label))


def sentence_of(kind: str, payload: Mapping[str, Any]) -> str:
    """What happened, in words; the kind itself where no slice says it."""
    told = _sentences.get(kind)
    if told is None:
        return kind
    try:
        return str(told(payload))
    except (KeyError, TypeError, ValueError):
        # an older version of the event has other fields: the journal is shown all the same
        log.warning("no sentence for an event of kind %s", kind, exc_info=True)
        return kind


def listed(kind: str, payload: Mapping[str, Any]) -> str:
    """The sentence for a list, where no words of somebody's stand: a reason may name people.

    Why an administrator did something is read on the event's own page.
    """
    reason = payload.get("reason")
    if isinstance(reason, str) and reason:
        payload = {**payload, "reason": _("（文字，%(count)s 个字）") % {"count": len(reason)}}
    return sentence_of(kind, payload)


def known() -> list[str]:
    """Every kind of event that the program can write, in order."""
    found: set[str] = set()
    waiting = list(Event.__subclasses__())
    while waiting:
        one = waiting.pop()
        waiting += one.__subclasses__()
        kind = one.__dict__.get("kind")
        if isinstance(kind, str) and one.__module__.startswith("yuanqi."):
            found.add(kind)
    return sorted(found)
