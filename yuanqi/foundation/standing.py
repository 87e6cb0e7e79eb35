"""What stands: read with every write, changed seldom (departments, officers, duty, rules).

A process keeps what it has read for as long as nobody changes it. Triggers give a register a new
version with each statement that changes it, whoever writes and in whatever way (migration 0006);
asking for the versions is one small query. A version is never given twice, so that what was read
in a transaction that was rolled back, or in another database, is never taken for what holds.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Generic, TypeVar
from uuid import UUID

from django.db import connection

from . import prepared

T = TypeVar("T")

ORGANISATION = "organisation"
RULES = "rules"

# the versions as one value, to be read along with something else; `read_along` makes it out
VERSIONS = "ARRAY(SELECT name || ' ' || version FROM standing)"

_looked_up: ContextVar[dict[str, UUID] | None] = ContextVar("standing_looked_up", default=None)


@contextmanager
def looked_up_once(versions: Mapping[str, UUID] | None = None) -> Iterator[None]:
    """Ask for the versions once in this block, at its first use: for what changes no register.

    Not at all if they were read just before, along with something else (`VERSIONS`).
    """
    before = _looked_up.set(dict(versions or {}))
    try:
        yield
    finally:
        _looked_up.reset(before)


def read_along(said: Iterable[str]) -> dict[str, UUID]:
    """The versions that a statement has read by `VERSIONS`."""
    return {name: UUID(version) for name, _blank, version in (one.partition(" ") for one in said)}


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
