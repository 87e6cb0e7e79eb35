"""Circles of officers whom subjects reach alike: of an area, of a specialty, of both, all.

A subject finds at no cost who has its area and one of its specialties, at one price who has the
area, at another who has a specialty, at both everyone. So a few arcs a subject say what 5,000
columns would: the cheapest way to an officer costs what the pair costs. A circle is a tree with
FANS branches a node, and a circle without its i-th officer (no second may be the lead) is the
branches beside the way to him: a handful of arcs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from yuanqi.domain.assignment.coding import NOBODY, Flags, Ints, Park, spread

FANS = 8


@dataclass(frozen=True)
class Ways:
    """Which circles a kind of subject may enter, and which misfits each of them means."""

    starts: Ints  # by kind of subject
    circle: Ints
    is_apart: Flags
    misses: Flags


class Circles:
    """The circles that subjects of these areas, sets and rights may enter, with their officers.

    `may` says whether a subject may have congress deputies, `has_room` whether an officer has.
    """

    def __init__(self, park: Park, area: Ints, sets: Ints, may: Ints, has_room: Flags) -> None:
        self._park = park
        self._width = len(park.specialties) + 1
        code, self.ways = self._wanted(area, sets, may)
        circle, column = self._members(code, has_room)
        order = np.lexsort((column, circle))
        self.column = column[order]
        self.size = np.bincount(circle, minlength=len(code)).astype(np.int64)
        self.start = np.cumsum(self.size) - self.size
        self._key = circle[order] * len(park.officers) + self.column
        self._grow(len(park.officers))

    # ── who belongs to which ─────────────────────────────────────────────────────────────────

    def _code(self, area: Ints, specialty: Ints, may: Ints) -> Ints:
        """A circle's number; -1 is any area, any specialty."""
        return ((area + 1) * self._width + specialty + 1) * 2 + may

    def _wanted(self, area: Ints, sets: Ints, may: Ints) -> tuple[Ints, Ways]:
        place, kind = spread(self._park.sets.starts, sets)
        specialty = self._park.sets.members[place]
        everyone = np.arange(len(area))
        picky = np.flatnonzero(self._park.sets.sizes[sets] > 0)
        local = np.flatnonzero(area != NOBODY)
        abroad = area[kind] != NOBODY
        # kinds of subject; the circle's area and specialty; what it means to need this circle
        parts = [
            (kind, area[kind], specialty, False, False),
            (everyone, area, np.full(len(area), NOBODY), False, True),
            (kind[abroad], np.full(abroad.sum(), NOBODY), specialty[abroad], True, False),
            (local, np.full(len(local), NOBODY), np.full(len(local), NOBODY), True, True),
        ]
        who, code, apart, misses = [], [], [], []
        for whose, of, special, is_apart, is_missing in parts:
            who.append(whose)
            code.append(self._code(of, special, may[whose]))
            apart.append(np.full(len(whose), is_apart))
            misses.append(np.full(len(whose), is_missing) & np.isin(whose, picky))
        kinds = np.concatenate(who)
        order = np.argsort(kinds, kind="stable")
        known, circle = np.unique(np.concatenate(code)[order], return_inverse=True)
        starts = np.searchsorted(kinds[order], np.arange(len(area) + 1))
        return known, Ways(
            starts.astype(np.int64),
            circle.astype(np.int64),
            np.concatenate(apart)[order],
            np.concatenate(misses)[order],
        )

    def _members(self, known: Ints, has_room: Flags) -> tuple[Ints, Ints]:
        park = self._park
        columns = np.flatnonzero(has_room)
        place, owner = spread(park.sets.starts, park.officer_set[columns])
        column = np.concatenate([columns, columns[owner]])
        specialty = np.concatenate([np.full(len(columns), NOBODY), park.sets.members[place]])
        area = park.officer_area[column]
        at_home = area != NOBODY
        abroad = np.flatnonzero(~at_home)  # without an area he belongs to all of them
        areas = np.tile(np.arange(park.areas), len(abroad))
        abroad = np.repeat(abroad, park.areas)
        column, specialty, area = (
            np.concatenate([column, column[at_home], column[abroad]]),
            np.concatenate([specialty, specialty[at_home], specialty[abroad]]),
            np.concatenate([np.full(len(column), NOBODY), area[at_home], areas]),
        )
        found = []
        for may in (0, 1):
            fits = np.flatnonzero(~park.is_deputy[column] | bool(may))
            code = self._code(area[fits], specialty[fits], np.full(len(fits), may))
            circle = np.searchsorted(known, code)
            there = circle < len(known)
            there[there] = known[circle[there]] == code[there]
            found.append((circle[there], column[fits][there]))
        circles, columns = zip(*found, strict=True)
        return np.concatenate(circles).astype(np.int64), np.concatenate(columns)

    # ── trees ────────────────────────────────────────────────────────────────────────────────

    def _grow(self, nodes: int) -> None:
        """Number the nodes of the trees from `nodes` on, below them the columns."""
        self._sizes, self._firsts = [self.size], [self.start]
        self.floors = [nodes]  # where the numbers of each floor begin, the lowest first
        tails, heads = [], []
        self.root = np.full(len(self.size), NOBODY)
        size, below = self.size, self.column
        growing = size > 0
        while growing.any():
            circle = np.repeat(np.arange(len(size)), size)
            place = np.arange(len(circle)) - (np.cumsum(size) - size)[circle]
            upper = np.where(growing, -(-size // FANS), 0)
            first = nodes + np.cumsum(upper) - upper
            tails.append(first[circle] + place // FANS)
            heads.append(below)
            done = growing & (upper == 1)
            self.root[done] = first[done]
            growing = growing & ~done
            size = np.where(growing, upper, 0)
            self._sizes.append(size)
            self._firsts.append(first)
            below = (np.repeat(first, size) + _counted(size)).astype(np.int64)
            nodes += int(upper.sum())
            self.floors.append(nodes)
        nothing = np.zeros(0, dtype=np.int64)
        self.tail = np.concatenate(tails) if tails else nothing
        self.head = np.concatenate(heads) if heads else nothing

    def place_of(self, circle: Ints, column: Ints) -> Ints:
        """Where these officers stand in these circles, -1 where they don't; in step."""
        if not len(self._key):
            return np.full(len(circle), NOBODY)
        key = circle * len(self._park.officers) + column
        at = np.minimum(np.searchsorted(self._key, key), len(self._key) - 1)
        return np.where(
            (self._key[at] == key) & (column != NOBODY), at - self.start[circle], NOBODY
        )

    def without(self, circle: Ints, owner: Ints, place: Ints) -> tuple[Ints, Ints]:
        """Circles less some officers: for each case a circle, in `owner` and `place` whom it
        lacks. Answers which case and a node below it, in step."""
        cases, nodes = [], []
        for depth, (sizes, firsts) in enumerate(zip(self._sizes, self._firsts, strict=True)):
            reach = int(sizes.max(initial=0)) + FANS
            known = np.unique(owner * reach + place)
            above = np.unique(owner * reach + place // FANS)
            owner, place = above // reach, above % reach
            beside = (place * FANS)[:, None] + np.arange(FANS)
            case = np.repeat(owner, FANS)
            beside = beside.ravel()
            fits = (beside < sizes[circle[case]]) & ~np.isin(case * reach + beside, known)
            case, node = case[fits], firsts[circle[case[fits]]] + beside[fits]
            cases.append(case)
            nodes.append(self.column[node] if depth == 0 else node)
        return np.concatenate(cases), np.concatenate(nodes)


def _counted(sizes: Ints) -> Ints:
    """0, 1, … for each of the sizes, one after the other."""
    starts = np.cumsum(sizes) - sizes
    return np.arange(int(sizes.sum())) - np.repeat(starts, sizes)
