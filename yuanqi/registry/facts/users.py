"""Who uses a field: what is used is neither renamed nor retired, and the users are named."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from .fields import catalogue


@dataclass(frozen=True, slots=True)
class Use:
    """One user of a field: how it is called, and where it is shown."""

    label: str
    url: str = ""


Finder = Callable[[str], Iterable[Use]]
_finders: list[Finder] = []


def register(finder: Finder) -> None:
    """Let a slice say what of its own uses a field, by the field's name (from its `apps.py`)."""
    if finder not in _finders:
        _finders.append(finder)


def users_of(name: str) -> list[Use]:
    """Return all that uses a field: other fields' formulas, and what slices tell."""
    found = catalogue()
    uses = [
        Use(found.fields[other].label)
        for other, formula in found.formulas.items()
        if other != name and name in {each.name for each in formula.fields}
    ]
    for finder in _finders:
        uses += finder(name)
    return uses
