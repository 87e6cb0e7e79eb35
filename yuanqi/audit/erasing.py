"""Erasure of a person's data (PIPL art. 47): which persons there are, and what each slice removes.

A slice registers the kinds of persons it knows (`register_kind`) and, for any kind, what it holds
of such a person (`register`). Values go, rows and the journal's hashes stay.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

ERASED = "已删除"  # what stands where a name stood


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whose data can be erased.

    `shown` names him without saying who he is (a masked name, his unit) to whoever decides.
    `personal` tells where the journal's personal values about him stand: the stream and, where
    the stream is not his alone, the payload's key and value that mean him.
    """

    kind: str
    id: int
    shown: str
    account_id: int | None = None
    enterprise_id: int | None = None
    is_erased: bool = False
    personal: tuple[tuple[str, str, int | None], ...] = ()  # stream, key ("" for all), value

    @property
    def stream(self) -> str:
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True, slots=True)
class Removed:
    """What was removed, or left: a label and a number, never a value."""

    label: str
    count: int
    is_left: bool = False


Find = Callable[[int], Person | None]
Erase = Callable[[Person, datetime], Sequence[Removed]]
Objection = Callable[[Person], str]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of person: `find` by id; `label` for pages."""

    name: str
    label: Any
    find: Find
    search: Callable[[str], Sequence[Person]] = field(default=lambda text: ())


_kinds: dict[str, Kind] = {}
_erasers: dict[str, Erase] = {}
_objections: dict[str, Objection] = {}


def register_kind(kind: Kind) -> None:
    """Register a kind of person (from a slice's `apps.py`)."""
    _kinds[kind.name] = kind


def register(name: str, erase: Erase) -> None:
    """Register what a slice removes of a person; called for every kind, in the transaction."""
    _erasers[name] = erase


def register_objection(name: str, objection: Objection) -> None:
    """Register why a person can't be erased now, and what to do: a sentence, or nothing."""
    _objections[name] = objection


def kinds() -> list[Kind]:
    return [_kinds[name] for name in sorted(_kinds)]


def find(kind: str, person_id: int) -> Person | None:
    known = _kinds.get(kind)
    return known.find(person_id) if known else None


def search(text: str) -> list[Person]:
    """Persons that this number, name or code means."""
    return [person for kind in kinds() for person in kind.search(text)]


def objections(person: Person) -> list[str]:
    return [said for name in sorted(_objections) if (said := _objections[name](person))]


def erase(person: Person, at: datetime) -> list[Removed]:
    """Have every slice remove what it holds of the person."""
    return [one for name in sorted(_erasers) for one in _erasers[name](person, at)]
