"""What goes into an assignment and what comes out: subjects, officers, wishes, the plan."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from itertools import pairwise
from typing import Any, TypeVar

from yuanqi.domain.assignment.reasons import Reason

Id = Any  # whatever the caller names things by: hashable, and of one type comparable
Pair = tuple[Id, Id]  # subject, officer
MOST_EFFORT = 100.0
MOST_WEIGHT = 100.0


class Role(StrEnum):
    """What an officer is, as far as the rules of a round ask. Other roles may be given as text."""

    ZONE_LEADER = "zone_leader"
    DEPARTMENT_HEAD = "department_head"
    DEPARTMENT_DEPUTY = "department_deputy"
    CONGRESS_DEPUTY = "congress_deputy"


# What a park begins with; a round brings its own from the settings.
CAPACITIES: Mapping[str, int] = {
    Role.ZONE_LEADER: 5,
    Role.DEPARTMENT_HEAD: 10,
    Role.DEPARTMENT_DEPUTY: 10,
    Role.CONGRESS_DEPUTY: 5,
}


@dataclass(frozen=True, slots=True)
class Subject:
    """An enterprise or a project that is to have an officer.

    `effort` is the work expected, an ordinary subject's being 1; it counts in quarters.
    `group_head` is the subject that heads its group, `new` says that it is new in the round,
    `covers_for` names the enterprise whose project it is, `wished` are officers of whom one
    would serve it gladly.
    """

    id: Id
    kind: str
    effort: float = 1.0
    area: Hashable | None = None
    specialties: frozenset[Hashable] = frozenset()
    group_head: Id | None = None
    new: bool = False
    covers_for: Id | None = None
    wished: frozenset[Id] = frozenset()

    def __post_init__(self) -> None:
        if not 0 <= self.effort <= MOST_EFFORT:
            raise ValueError(f"effort of {self.id!r} must lie between 0 and {MOST_EFFORT:g}")


@dataclass(frozen=True, slots=True)
class Officer:
    """Who may serve, for how many subjects at most; `barred` are subjects with a conflict of
    interest. Without an area an officer serves all of them alike."""

    id: Id
    role: str
    capacity: int
    area: Hashable | None = None
    specialties: frozenset[Hashable] = frozenset()
    barred: frozenset[Id] = frozenset()

    def __post_init__(self) -> None:
        if self.capacity < 0 or self.capacity != int(self.capacity):
            raise ValueError(f"capacity of {self.id!r} must be a whole number, nought or more")

    @property
    def is_congress_deputy(self) -> bool:
        """Deputies of the people's congress (人大代表), however the role is written."""
        return "congress" in self.role.lower() or "人大" in self.role


@dataclass(frozen=True, slots=True)
class Weights:
    """What each wish is worth, against each other.

    An officer without a matching specialty costs `specialty`, one of another area `area`, both
    times the effort expected (as far as `effort` says: at 0 all count as ordinary). Not to get
    the officer of the group's head costs `group`, none of those wished for `wish`. The k-th of
    at most n subjects costs an officer `load` times (k - 1/2) / n. To lose one's officer costs
    `kept`; infinite, which is the default, puts kept pairs before all other wishes.
    """

    specialty: float = 3.0
    area: float = 2.0
    group: float = 4.0
    wish: float = 4.0
    effort: float = 1.0
    load: float = 2.0
    kept: float = math.inf

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            endless = each.name == "kept" and value == math.inf
            if not (0 <= value <= MOST_WEIGHT or endless):
                raise ValueError(f"weight {each.name} must lie between 0 and {MOST_WEIGHT:g}")


@dataclass(frozen=True, slots=True)
class Plan:
    """Who leads what, and who is second.

    `cost` is what the pairs and the officers' loads cost, in the unit of the weights; moving
    isn't in it where `kept` is infinite. `shortage` is the least capacity to add so that everyone
    is placed: (role, area) to places. `reasons` explains each pair (subject, officer). The prices
    are what one more place with each officer is worth, in thousandths of the weights' unit:
    `certificate` proves the plan optimal by them.
    """

    leads: Mapping[Id, Id]
    seconds: Mapping[Id, Id]
    cost: float
    unassigned: Mapping[Id, Reason]
    shortage: Mapping[tuple[str, Hashable | None], int]
    reasons: Mapping[Pair, tuple[Reason, ...]] = field(repr=False)
    lead_prices: Mapping[Id, int] = field(default_factory=dict, repr=False)
    second_prices: Mapping[Id, int] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Standing:
    """Who serves whom as the round begins: officers by subject, leads and seconds apart."""

    leads: Mapping[Id, Id]
    seconds: Mapping[Id, Id]

    @classmethod
    def of(cls, current: Iterable[Pair | tuple[Id, Id, str]] | Mapping[Id, Id]) -> Standing:
        """Read (subject, officer) or (subject, officer, "lead" | "second"); two are a lead.

        ValueError if a subject has two officers in one role.
        """
        found: dict[str, dict[Id, Id]] = {"lead": {}, "second": {}}
        for subject, officer, role in _triples(current):
            if role not in found:
                raise ValueError(f"a pair's role is lead or second, not {role!r}")
            if found[role].setdefault(subject, officer) != officer:
                raise ValueError(f"{subject!r} has two officers as {role}")
        return cls(found["lead"], found["second"])


def _triples(
    current: Iterable[Pair | tuple[Id, Id, str]] | Mapping[Id, Id],
) -> Iterator[tuple[Id, Id, str]]:
    for pair in current.items() if isinstance(current, Mapping) else current:
        subject, officer, *role = pair
        yield subject, officer, str(role[0]) if role else "lead"


Named = TypeVar("Named", Subject, Officer)


def in_order(named: Iterable[Named]) -> list[Named]:
    """By id, whatever order they came in; ValueError if one comes twice."""
    found = sorted(named, key=lambda one: (type(one.id).__name__, one.id))
    for one, other in pairwise(found):
        if one.id == other.id:
            raise ValueError(f"{one.id!r} comes twice")
    return found
