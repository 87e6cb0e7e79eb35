"""The subscriber "notices": slices that tell people of events register here what makes their lines.

One reader of the journal serves all of them: who is told what is theirs to say.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from django.utils import timezone

from yuanqi.foundation.models import JournalEvent


class Maker(Protocol):
    """Writes the notices that follow from these events; of those it has told already, none."""

    def __call__(self, events: Sequence[JournalEvent], *, now: datetime) -> None: ...


_makers: list[Maker] = []


def follow(make: Maker) -> None:
    """Let a slice tell people of events (from its `apps.py`)."""
    if make not in _makers:
        _makers.append(make)


def handle(events: Sequence[JournalEvent]) -> None:
    """The subscriber's handler."""
    now = timezone.now()
    for make in _makers:
        make(events, now=now)
