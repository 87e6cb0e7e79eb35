"""What the table of parameters says, kept in memory for a few seconds.

All rows are read at once: they are few. Three things keep the memory honest. A transaction that
writes reads the table itself from then on, and empties the memory when it commits. What was being
read while somebody emptied it isn't kept. And a transaction that has read once stays with what it
read, so that nothing changes under its hands.
"""

import threading
import time
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction

from .models import ParameterValue

KEPT_SECONDS = 5.0
NOTHING = object()  # no value has been set for that day: the default holds

# a key's values by their first day; of two for one day the later set
History = tuple[tuple[date, ...], tuple[Any, ...]]
Snapshot = Mapping[str, History]


@dataclass(frozen=True, slots=True)
class _Memory:
    snapshot: Snapshot
    until: float  # by the monotonic clock


class _Pin:
    """Stands among a transaction's commit hooks and so goes with it: what it has read."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    def __call__(self) -> None:
        """Nothing is to be done at commit."""


class _Written:
    """Stands there too: this transaction has written parameters."""

    def __call__(self) -> None:
        forget()


# by the database's name: tests have many
_memory: dict[str, _Memory] = {}
_lock = threading.Lock()
_emptied = 0


def held(key: str, on: date) -> Any:
    """Return what is stored for that day as JSON, or NOTHING."""
    days, values = _snapshot().get(key, ((), ()))
    place = bisect_right(days, on)
    return values[place - 1] if place else NOTHING


def read_ahead() -> None:
    """Read now what the running transaction will ask for, so that it costs it no query later."""
    _snapshot()


def written() -> None:
    """Say that the running transaction has written parameters."""
    transaction.on_commit(_Written())


def forget() -> None:
    """Read the table anew at the next occasion."""
    global _emptied
    with _lock:
        _emptied += 1
        _memory.clear()


def _snapshot() -> Snapshot:
    if not connection.in_atomic_block:
        return _remembered()
    pinned: _Pin | None = None
    for _savepoints, hook, *_robust in connection.run_on_commit:
        if isinstance(hook, _Written):
            return _load()
        if isinstance(hook, _Pin):
            pinned = hook
    if pinned is None:
        pinned = _Pin(_remembered())
        transaction.on_commit(pinned)
    return pinned.snapshot


def _remembered() -> Snapshot:
    name = str(connection.settings_dict["NAME"])
    memory = _memory.get(name)
    if memory is not None and time.monotonic() < memory.until:
        return memory.snapshot
    before = _emptied
    snapshot = _load()
    with _lock:
        if _emptied == before:
            _memory[name] = _Memory(snapshot, time.monotonic() + KEPT_SECONDS)
    return snapshot


def _load() -> Snapshot:
    found: dict[str, dict[date, Any]] = {}
    rows = ParameterValue.objects.filter(withdrawn_at__isnull=True).order_by("valid_from", "id")
    for key, day, kept in rows.values_list("key", "valid_from", "value"):
        found.setdefault(key, {})[day] = kept
    return {key: (tuple(days), tuple(days.values())) for key, days in found.items()}
