"""What each stage asks, said once: who takes a place, what each pair costs, who may not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from yuanqi.domain.assignment.coding import NOBODY, Flags, Ints, Park, Prices, quarters
from yuanqi.domain.assignment.parts import MOST_EFFORT, Id, Officer, Standing, Subject, Weights


@dataclass(frozen=True)
class Case:
    """What a stage asks: an officer for each of `who`, under these conditions.

    Rows are subjects, columns officers. `kept`, `head` and `lead` are a column a row or -1: whom
    it has, whom its group's head has, who leads it and so can't be its second. `without` is what
    it costs to have nobody, besides losing whom it has. `wished` and `barred` have entries only
    for rows that have some.
    """

    park: Park
    prices: Prices
    who: Ints
    quarters: Ints
    kept: Ints
    head: Ints
    lead: Ints
    without: Ints
    taken: Ints  # places taken already, by column
    deputies_serve_all: bool
    wished: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    barred: Mapping[int, tuple[int, ...]] = field(default_factory=dict)

    def cost(self, rows: Ints, columns: Ints) -> Ints:
        """What these pairs cost, in step."""
        prices = self.prices
        apart, misses = self.park.misfits(rows, columns)
        misfit = prices.area * apart + prices.specialty * misses
        found: Ints = self.quarters[rows] * misfit + self.besides[rows]
        found -= prices.kept * ((self.kept[rows] == columns) & (columns != NOBODY))
        found -= prices.group * ((self.head[rows] == columns) & (columns != NOBODY))
        for place in np.flatnonzero(self.wishing[rows]).tolist():
            if int(columns[place]) in self.wished[int(rows[place])]:
                found[place] -= prices.wish
        return found

    @cached_property
    def besides(self) -> Ints:
        """What every pair of a row costs but those with the officers it would rather have."""
        prices = self.prices
        found: Ints = self.parting + prices.group * (self.head != NOBODY)
        found += prices.wish * (self.wishing > 0)
        return found

    @cached_property
    def parting(self) -> Ints:
        """What it costs each row to lose whom it has."""
        found: Ints = self.prices.kept * (self.kept != NOBODY)
        return found

    @cached_property
    def wishing(self) -> Ints:
        return _numbered(self.wished, len(self.kept))

    @cached_property
    def barring(self) -> Ints:
        return _numbered(self.barred, len(self.kept))

    def banned(self, rows: Ints) -> tuple[Ints, Ints]:
        """Who may not serve these rows, as lead or by conflict of interest: starts, columns."""
        starts, found = [0], []
        barred, leads = self.barred, self.lead[rows].tolist()
        for row, lead in zip(rows.tolist(), leads, strict=True):
            out = set(barred.get(row, ()))
            if lead != NOBODY:
                out.add(lead)
            found += sorted(out)
            starts.append(len(found))
        return np.array(starts, dtype=np.int64), np.array(found, dtype=np.int64)

    def singled(self, rows: Ints) -> tuple[Ints, Ints]:
        """Pairs that cost these rows less than others alike: place among the rows, column."""
        places = [np.flatnonzero(which[rows] != NOBODY) for which in (self.kept, self.head)]
        columns = [self.kept[rows][places[0]], self.head[rows][places[1]]]
        for place in np.flatnonzero(self.wishing[rows]).tolist():
            wished = self.wished[int(rows[place])]
            places.append(np.full(len(wished), place))
            columns.append(np.array(wished, dtype=np.int64))
        width = len(self.park.officers) + 1
        key = np.unique(np.concatenate(places) * width + np.concatenate(columns))
        return key // width, key % width


def _numbered(sets: Mapping[int, tuple[int, ...]], count: int) -> Ints:
    """A number for each different set, nought for none."""
    known: dict[tuple[int, ...], int] = {}
    made = np.zeros(count, dtype=np.int64)
    for row, one in sets.items():
        made[row] = known.setdefault(one, len(known) + 1)
    return made


class Round:
    """Subjects and officers of a round: which take a place, which go with their enterprise."""

    def __init__(
        self,
        subjects: Sequence[Subject],
        officers: Sequence[Officer],
        standing: Standing,
        weights: Weights,
    ) -> None:
        self.subjects = subjects
        self.officers = officers
        self.standing = standing
        self._known = {one.id: one for one in subjects}
        self._barred: dict[Id, set[Id]] = {}
        for officer in officers:
            for subject in officer.barred:
                self._barred.setdefault(subject, set()).add(officer.id)
        self.riders: dict[Id, list[Subject]] = {}
        self.root_of: dict[Id, Id] = {}
        for one in subjects:
            if one.covers_for is not None and one.covers_for in self._known:
                self.root_of[one.id] = root = self._root(one)
                self.riders.setdefault(root, []).append(one)
        self.bundles = {one.id: self._bundle(one) for one in subjects if one.id not in self.root_of}
        self.park = Park(list(self.bundles.values()), officers)
        counted = [quarters(one.effort, weights) for one in self.park.subjects]
        self.quarters = np.array(counted, dtype=np.int64)
        self.prices = Prices.of(weights, max(counted, default=0), len(officers))

    def _root(self, one: Subject) -> Id:
        """The enterprise that a project goes with; ValueError if they go round in a circle."""
        passed = {one.id}
        while one.covers_for is not None and one.covers_for in self._known:
            one = self._known[one.covers_for]
            if one.id in passed:
                raise ValueError(f"{one.id!r} is covered by itself")
            passed.add(one.id)
        return one.id

    def may_lead(self, subject: Subject, officer: Officer) -> bool:
        """No conflict of interest; congress deputies lead only what is new in the round."""
        return officer.id not in self._barred.get(subject.id, ()) and (
            subject.new or not officer.is_congress_deputy
        )

    def may_second(self, subject: Subject, officer: Officer) -> bool:
        return officer.id not in self._barred.get(subject.id, ())

    def _bundle(self, one: Subject) -> Subject:
        """An enterprise with its projects: who leads one must be free to lead all of them, if
        there is anybody who is."""
        riders = self.riders.get(one.id)
        if not riders:
            return one
        parts = (one, *riders)
        whole = replace(
            one,
            effort=min(sum(each.effort for each in parts), MOST_EFFORT),
            new=all(each.new for each in parts),
        )
        barred = set().union(*(self._barred.get(each.id, ()) for each in parts))
        if any(
            each.id not in barred and (whole.new or not each.is_congress_deputy)
            for each in self.officers
        ):
            if barred:
                self._barred[one.id] = barred
            return whole
        return replace(whole, new=one.new)

    def lead_case(self) -> Case:
        """The first stage: everybody who takes a place is to have a lead."""
        kept = self._columns_of(self.standing.leads, deputies_serve_all=False)
        left = [
            one in self.standing.leads and self.standing.leads[one] not in self.park.column_of
            for one in self.bundles
        ]
        lost = np.array(left, dtype=bool) & self.prices.is_kept_first
        return self._case(
            kept,
            self._heads(self.standing.leads, deputies_serve_all=False),
            who=np.ones(len(self.bundles), dtype=bool),
            lead=np.full(len(self.bundles), NOBODY),
            without=np.where(lost, self.prices.left, self.prices.uncovered),
            taken=np.zeros(len(self.officers), dtype=np.int64),
            deputies_serve_all=False,
        )

    def second_case(self, leads: Ints) -> Case:
        """The second stage: whoever has a lead is to have another officer, as far as places are
        left."""
        kept = self._columns_of(self.standing.seconds, deputies_serve_all=True)
        head = self._heads(self.standing.seconds, deputies_serve_all=True)
        led = leads != NOBODY
        return self._case(
            np.where(kept == leads, NOBODY, kept),
            np.where(head == leads, NOBODY, head),
            who=led,
            lead=leads,
            without=np.full(len(leads), self.prices.left),
            taken=np.bincount(leads[led], minlength=len(self.officers)).astype(np.int64),
            deputies_serve_all=True,
        )

    def _case(
        self,
        kept: Ints,
        head: Ints,
        *,
        who: Flags,
        lead: Ints,
        without: Ints,
        taken: Ints,
        deputies_serve_all: bool,
    ) -> Case:
        barred, wished = {}, {}
        for row, one in enumerate(self.park.subjects):
            if one.id in self._barred:
                barred[row] = self._sorted(self._barred[one.id])
            if one.wished:
                serving = {
                    each for each in one.wished if self._serves(row, each, deputies_serve_all)
                }
                columns = tuple(each for each in self._sorted(serving) if each != lead[row])
                if columns:
                    wished[row] = columns
        return Case(
            self.park, self.prices, np.flatnonzero(who), self.quarters, kept, head, lead,
            without, taken, deputies_serve_all, wished, barred,
        )  # fmt: skip

    def _sorted(self, officers: set[Id]) -> tuple[int, ...]:
        return tuple(sorted(self.park.column_of[one] for one in officers))

    def _serves(self, row: int, officer: Id, deputies_serve_all: bool) -> bool:
        """Whether this officer is there and may serve this subject."""
        column = self.park.column_of.get(officer)
        if column is None:
            return False
        subject = self.park.subjects[row]
        may = self.may_second if deputies_serve_all else self.may_lead
        return may(subject, self.officers[column])

    def _columns_of(self, pairs: Mapping[Id, Id], *, deputies_serve_all: bool) -> Ints:
        """Whom each subject has, if he is there still and may serve it."""
        found = np.full(len(self.bundles), NOBODY)
        for row, subject in enumerate(self.bundles):
            if subject in pairs and self._serves(row, pairs[subject], deputies_serve_all):
                found[row] = self.park.column_of[pairs[subject]]
        return found

    def _heads(self, pairs: Mapping[Id, Id], *, deputies_serve_all: bool) -> Ints:
        """Whom the head of each subject's group has. Who gets one in this round doesn't count:
        what a pair costs mustn't hang on other pairs."""
        found = np.full(len(self.bundles), NOBODY)
        for row, one in enumerate(self.park.subjects):
            if one.group_head in (None, one.id) or one.group_head not in pairs:
                continue
            officer = pairs[one.group_head]
            if self._serves(row, officer, deputies_serve_all):
                found[row] = self.park.column_of[officer]
        return found
