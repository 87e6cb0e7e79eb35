"""Subjects and officers as arrays, and what wishes cost in whole numbers.

A wish of weight 1 is 1000, or 250 for each quarter of effort.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yuanqi.domain.assignment.parts import Id, Officer, Subject, Weights

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

UNIT = 1000  # of cost, for a wish of weight 1
QUARTERS = 4
NOBODY = -1


@dataclass(frozen=True)
class Prices:
    """What the wishes are worth in whole numbers, and what follows from that.

    Let C be the most that area, specialty, group and wish can cost a pair, L the most that one
    place can cost for load. Room for one more is made along a way over officers, each of whom
    gives a subject to the next, so by at most as many changes as there are officers. To leave
    somebody without costs `left`: more than all changes of a way can cost, as long as they move
    nobody from an officer he had. To move somebody costs `kept`: more than `left` and all that
    he could save. To leave somebody uncovered costs `uncovered`, more than to move one subject
    of every officer. So coverage comes first, then kept pairs, then the wishes
    (docs/decisions/0018).
    """

    specialty: int  # for a quarter of effort
    area: int
    group: int
    wish: int
    load: int
    one: int  # more than one pair and its place can cost
    kept: int
    left: int
    uncovered: int
    is_kept_first: bool

    @classmethod
    def of(cls, weights: Weights, most_quarters: int, officers: int) -> Prices:
        specialty, area = (
            round(each * UNIT / QUARTERS) for each in (weights.specialty, weights.area)
        )
        group, wish, load = (
            round(each * UNIT) for each in (weights.group, weights.wish, weights.load)
        )
        worst = most_quarters * (area + specialty) + group + wish
        one = worst + load + 1
        left = officers * worst + one
        first = math.isinf(weights.kept)
        kept = worst + load + left + 1 if first else round(weights.kept * UNIT)
        uncovered = (officers + 1) * (kept + worst) + left
        return cls(specialty, area, group, wish, load, one, kept, left, uncovered, first)

    def place(self, count: Any, capacity: Any) -> Any:
        """What the `count`-th subject costs an officer of this capacity; numbers or arrays."""
        return self.load * (2 * count - 1) // (2 * capacity)


def quarters(effort: float, weights: Weights) -> int:
    """Effort in quarters, as far as it counts."""
    return max(0, round(QUARTERS * (1 + weights.effort * (effort - 1))))


@dataclass(frozen=True)
class Sets:
    """Sets of specialties: the members of the i-th are `members[starts[i]:starts[i + 1]]`."""

    starts: Ints
    members: Ints

    @property
    def sizes(self) -> Ints:
        return np.diff(self.starts)


class Park:
    """The subjects that take a place and the officers, both in order, as arrays.

    Areas and specialties are numbers; -1 is no area.
    """

    def __init__(self, subjects: Sequence[Subject], officers: Sequence[Officer]) -> None:
        self.subjects = subjects
        self.officers = officers
        self.row_of: dict[Id, int] = {one.id: row for row, one in enumerate(subjects)}
        self.column_of: dict[Id, int] = {one.id: column for column, one in enumerate(officers)}
        areas: dict[Hashable, int] = {}
        sets: dict[frozenset[Hashable], int] = {}
        self.area = _codes([one.area for one in subjects], areas)
        self.officer_area = _codes([one.area for one in officers], areas)
        self.set = _codes([frozenset(one.specialties) for one in subjects], sets)
        self.officer_set = _codes([frozenset(one.specialties) for one in officers], sets)
        self.new = np.array([one.new for one in subjects], dtype=np.int64)
        self.is_deputy = np.array([one.is_congress_deputy for one in officers], dtype=bool)
        self.capacity = np.array([int(one.capacity) for one in officers], dtype=np.int64)
        self.areas = len(areas)
        self.specialties: dict[Hashable, int] = {}
        self.sets = self._numbered(sets)

    def _numbered(
        self, sets: Sequence[frozenset[Hashable]] | dict[frozenset[Hashable], int]
    ) -> Sets:
        starts, members = [0], []
        for one in sets:
            members += sorted(self.specialties.setdefault(e, len(self.specialties)) for e in one)
            starts.append(len(members))
        return Sets(np.array(starts, dtype=np.int64), np.array(members, dtype=np.int64))

    def misfits(self, rows: Ints, columns: Ints) -> tuple[Flags, Flags]:
        """Of these pairs, in step: whether the area is another, whether no specialty matches."""
        one, other = self.area[rows], self.officer_area[columns]
        apart = (one != other) & (one != NOBODY) & (other != NOBODY)
        width = len(self.specialties)
        mine, place = spread(self.sets.starts, self.set[rows])
        theirs, there = spread(self.sets.starts, self.officer_set[columns])
        wanted = place * width + self.sets.members[mine]
        held = there * width + self.sets.members[theirs]
        misses = self.sets.sizes[self.set[rows]] > 0
        misses[place[np.isin(wanted, held)]] = False
        return apart, misses


def _codes(values: Sequence[Any], known: dict[Any, int]) -> Ints:
    """A number for each value, new ones numbered on; None is -1."""
    made = np.empty(len(values), dtype=np.int64)
    for place, value in enumerate(values):
        made[place] = NOBODY if value is None else known.setdefault(value, len(known))
    return made


def spread(starts: Ints, chosen: Ints) -> tuple[Ints, Ints]:
    """Where the members of the chosen stretches stand, and to which choice each belongs."""
    sizes = starts[chosen + 1] - starts[chosen]
    owner = np.repeat(np.arange(len(chosen)), sizes)
    first = np.cumsum(sizes) - sizes
    return np.arange(len(owner)) - first[owner] + starts[chosen][owner], owner


def unique(*parts: Ints) -> tuple[Ints, Ints]:
    """The first place of each different combination, in order, and which one each place has."""
    key = np.zeros(len(parts[0]), dtype=np.int64)
    for part in parts:
        least = part.min(initial=0)
        span = part.max(initial=0) - least + 1
        key = np.unique(key * span + (part - least), return_inverse=True)[1].astype(np.int64)
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    return first.astype(np.int64), inverse.astype(np.int64)
