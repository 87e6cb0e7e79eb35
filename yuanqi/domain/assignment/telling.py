"""The reasons of a plan's pairs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from yuanqi.domain.assignment.cases import Case, Round
from yuanqi.domain.assignment.coding import NOBODY, UNIT
from yuanqi.domain.assignment.parts import Id, Officer, Pair, Subject
from yuanqi.domain.assignment.reasons import Code, Reason


@dataclass(frozen=True, eq=False)
class Reasons(Mapping[Pair, tuple[Reason, ...]]):
    """The reasons of each pair (subject, officer), made when they are read: a plan of 100,000
    has 200,000 pairs, of which somebody reads a few."""

    round: Round
    stages: tuple[Case, Case]
    leads: Mapping[Id, Id]
    seconds: Mapping[Id, Id]

    def __iter__(self) -> Iterator[Pair]:
        yield from self.leads.items()
        yield from self.seconds.items()

    def __len__(self) -> int:
        return len(self.leads) + len(self.seconds)

    def __getitem__(self, pair: Pair) -> tuple[Reason, ...]:
        subject, officer = pair
        if subject in self.leads and self.leads[subject] == officer:
            case, before = self.stages[0], self.round.standing.leads.get(subject)
        elif subject in self.seconds and self.seconds[subject] == officer:
            case, before = self.stages[1], self.round.standing.seconds.get(subject)
        else:
            raise KeyError(pair)
        root = self.round.root_of.get(subject)
        if root is not None:
            return (Reason(Code.WITH_ENTERPRISE, {"enterprise": root}),)
        return tuple(self._told(case, subject, officer, before))

    def _told(self, case: Case, subject: Id, officer: Id, before: Id | None) -> Iterator[Reason]:
        park = case.park
        row, column = park.row_of[subject], park.column_of[officer]
        one, other = park.subjects[row], park.officers[column]
        if before is not None:
            came = Code.MOVED if case.kept[row] != NOBODY else Code.SUCCEEDS
            yield Reason(Code.KEPT) if before == officer else Reason(came, {"before": before})
        yield from self._fits(case, row, column, one, other)
        yield from _wishes(case, row, column, one)
        if one.effort != 1:
            yield Reason(Code.EFFORT, {"effort": float(one.effort)})
        load = {"count": self._load[officer], "capacity": int(other.capacity)}
        yield Reason(Code.LOAD, load)

    @staticmethod
    def _fits(case: Case, row: int, column: int, one: Subject, other: Officer) -> Iterator[Reason]:
        apart, misses = case.park.misfits(np.array([row]), np.array([column]))
        effort = int(case.quarters[row])
        if apart[0]:
            yield Reason(Code.OTHER_AREA, {"cost": effort * case.prices.area / UNIT})
        elif one.area is not None and one.area == other.area:
            yield Reason(Code.AREA)
        if misses[0]:
            yield Reason(Code.OTHER_SPECIALTY, {"cost": effort * case.prices.specialty / UNIT})
        elif one.specialties:
            matching = tuple(sorted(str(each) for each in one.specialties & other.specialties))
            yield Reason(Code.SPECIALTY, {"matching": matching})

    @cached_property
    def _load(self) -> Counter[Id]:
        """How many each officer serves; projects that go with their enterprise don't count."""
        riding = self.round.root_of
        return Counter(
            officer
            for pairs in (self.leads, self.seconds)
            for subject, officer in pairs.items()
            if subject not in riding
        )


def _wishes(case: Case, row: int, column: int, one: Subject) -> Iterator[Reason]:
    if case.head[row] == column:
        yield Reason(Code.GROUP, {"head": one.group_head})
    elif case.head[row] != NOBODY:
        cost = case.prices.group / UNIT
        yield Reason(Code.OTHER_GROUP, {"head": one.group_head, "cost": cost})
    if row in case.wished:
        wished = column in case.wished[row]
        cost = case.prices.wish / UNIT
        yield Reason(Code.WISHED) if wished else Reason(Code.NOT_WISHED, {"cost": cost})
