"""What stands: read with every write, changed seldom (departments, officers, duty, rules).

A process keeps what it has read for as long as nobody changes it. Triggers give a register a new
version with each statement that changes it, whoever writes and in whatever way (migration 0006);
asking for the versions is one small query. A version is never given twice, so that what was read
in a transaction that was rolled back, or in another database, is never taken for what holds.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Generic, TypeVar
from uuid import UUID

from django.db import connection

from . import prepared

T = TypeVar("T")

ORGANISATION = "organisation"
RULES = "rules"

_looked_up: ContextVar[dict[str, UUID] | None] = ContextVar("standing_looked_up", default=None)


@contextmanager
def looked_up_once() -> Iterator[None]:
    """Ask for the versions once in this block, at its first use: for what changes no register."""
    before = _looked_up.set({})
    try:
        yield
    finally:
        _looked_up.reset(before)


def _versions() -> Mapping[str, UUID]:
    known = _looked_up.get()
    if known:
        return known
    found = dict(prepared.rows("SELECT name, version FROM standing"))
    if known is not None:
        known.update(found)
    return found


class Kept(Generic[T]):
    """What is read from some registers, kept until one of them changes.

    Whoever gets it shares it with others: it is to be read, never changed.
    """

    def __init__(self, read: Callable[[], T], *registers: str) -> None:
        self._read = read
        self._registers = registers
        self._held: tuple[tuple[object, ...], T] | None = None

    def known(self) -> T:
        # the version first: what is read after it is never older than it says
        versions = _versions()
        key = (*(versions[name] for name in self._registers), connection.settings_dict["NAME"])
        held = self._held
        if held is None or held[0] != key:
            held = self._held = (key, self._read())
        return held[1]
