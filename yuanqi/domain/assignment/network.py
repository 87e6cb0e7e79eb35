"""One stage as a flow of least cost: subjects, circles, officers, places.

Subjects alike in all that matters are one row with a supply. A row reaches officers through
circles, and single ones (kept, the group head's, wished) by arcs of its own; an officer reaches
the sink by one arc a place, each dearer than the last. Who keeps an officer needs no other way,
as a rule, and few officers fill all their places: such arcs are left out at first, then priced.
What would lower the cost is put in and the flow solved anew, until there is none. So the answer
is optimal for all pairs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from yuanqi.domain.assignment.cases import Case
from yuanqi.domain.assignment.circles import Circles
from yuanqi.domain.assignment.coding import NOBODY, Flags, Ints, spread, unique
from yuanqi.domain.assignment.residual import Arcs, distances

_MANY = 1 << 40  # a price that nobody pays
_PLACES = 4  # times an even share: places of an officer in the first network


@dataclass(frozen=True)
class Answer:
    """Each subject's column or -1; what a place with each officer is worth."""

    chosen: Ints
    worth: Ints


class Stage:
    """The network of a case. Nodes: columns, circles' trees, circles less some, rows, the sink."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._park = case.park
        self._columns = len(case.park.officers)
        self._room = np.minimum(case.park.capacity - case.taken, len(case.who))
        self._make_rows()
        self._make_circles()
        self._make_ways()
        self._make_special()

    def _make_rows(self) -> None:
        """Subjects alike in all that matters are one row."""
        case, park, who = self._case, self._park, self._case.who
        self._may = np.where(case.deputies_serve_all, 1, park.new[who]) * park.is_deputy.any()
        first, self._row = unique(
            park.area[who], park.set[who], self._may, case.lead[who], case.kept[who],
            case.head[who], case.wishing[who], case.barring[who], case.without[who],
            case.quarters[who],
        )  # fmt: skip
        self._rows = len(first)
        self._supply = np.bincount(self._row, minlength=self._rows).astype(np.int64)
        self._one = who[first]  # a subject of each row
        self._may = self._may[first]
        self._is_open = (case.kept[self._one] == NOBODY) | (not case.prices.is_kept_first)

    def _make_circles(self) -> None:
        park, one = self._park, self._one
        first, self._kind = unique(park.area[one], park.set[one], self._may)
        self._circles = Circles(
            park, park.area[one[first]], park.set[one[first]], self._may[first], self._room > 0
        )

    def _make_ways(self) -> None:
        """From rows to circles, or to circles less whoever mustn't serve the row."""
        circles, case, one = self._circles, self._case, self._one
        place, row = spread(circles.ways.starts, self._kind)
        circle = circles.ways.circle[place]
        node = circles.root[circle].copy()
        first, banning = unique(case.lead[one], case.barring[one])
        starts, banned = case.banned(one[first])
        pair, of_pair = unique(circle, banning[row])
        member, owner = spread(starts, banning[row[pair]])
        lacking = circles.place_of(circle[pair][owner], banned[member])
        owner, lacking = owner[lacking != NOBODY], lacking[lacking != NOBODY]
        affected, owner = np.unique(owner, return_inverse=True)
        tail, head = circles.without(circle[pair[affected]], owner.astype(np.int64), lacking)
        base = circles.floors[-1]
        self._sink = base + len(affected) + self._rows
        self._first_row = base + len(affected)
        less = np.full(len(pair), NOBODY)
        less[affected] = base + np.arange(len(affected))
        node = np.where(less[of_pair] != NOBODY, less[of_pair], node)
        prices, ways = case.prices, circles.ways
        misfit = prices.area * ways.is_apart + prices.specialty * ways.misses
        cost = case.quarters[one[row]] * misfit[place] + case.besides[one[row]]
        there = node != NOBODY
        self._way_row, self._way_node, self._way_cost = row[there], node[there], cost[there]
        self._below = self._arcs(
            np.concatenate([base + tail, circles.tail]), np.concatenate([head, circles.head])
        )

    def _make_special(self) -> None:
        """Arcs of single pairs, and to nobody."""
        case, one = self._case, self._one
        row, column = case.singled(one)
        open_to = self._room[column] > 0
        row, column = row[open_to], column[open_to]
        self._special = self._arcs(
            self._first_row + row, column, self._supply[row], case.cost(one[row], column)
        )
        rows = np.arange(self._rows)
        self._nobody = self._arcs(
            self._first_row + rows,
            np.full(self._rows, self._sink),
            self._supply,
            (case.without + case.parting)[one],
        )

    def _arcs(
        self, tail: Ints, head: Ints, room: Ints | None = None, cost: Ints | None = None
    ) -> Arcs:
        return Arcs(
            tail.astype(np.int64),
            head.astype(np.int64),
            np.full(len(tail), len(self._case.who)) if room is None else room,
            np.zeros(len(tail), dtype=np.int64) if cost is None else cost,
        )

    # ── solving ──────────────────────────────────────────────────────────────────────────────

    def solve(self) -> Answer:
        """Solve, price what was left out, put in what would lower the cost; until nothing does."""
        even = -(-len(self._case.who) // max(1, self._columns))
        kept = self._case.kept[self._case.who]
        held = np.bincount(kept[kept != NOBODY], minlength=self._columns)
        top = np.minimum(self._room, held + _PLACES * even + 4)
        is_modest = True
        while True:
            arcs = self._network(top)
            nobody = slice(self._way_count, self._way_count + self._rows)
            flow = self._flow(self._modestly(arcs, nobody) if is_modest else arcs)
            if is_modest and not self._is_least(flow[nobody]):
                is_modest = False
                continue
            number = distances(self._sink + 1, arcs, flow)
            worth = np.where(self._room > 0, number[self._sink] - number[: self._columns], _MANY)
            if not self._opened(number[self._sink] - number, worth) | self._raised(top, worth):
                return Answer(self._chosen(arcs, flow), worth)

    def _modestly(self, arcs: Arcs, nobody: slice) -> Arcs:
        """With a lower cost of having nobody, more than any free place. Great costs make the
        solver slow, and most often this one gives the same plan (see `_is_least`)."""
        cost = arcs.cost.copy()
        cost[nobody] = (self._case.parting + self._case.prices.one)[self._one]
        return replace(arcs, cost=cost)

    def _is_least(self, nobody: Ints) -> bool:
        """Whether as few have nobody as can be, and one weighs as much as another. Then a plan
        that is the cheapest at a modest cost of having nobody is so at the real one: what that
        adds, it adds to any other plan at least as often."""
        if not nobody.any():
            return True
        without = self._case.without[self._case.who]
        least = max(0, len(without) - int(self._room.sum()))
        return int(nobody.sum()) == least and int(without.min()) == int(without.max())

    def _network(self, top: Ints) -> Arcs:
        """The arcs that are open: ways, nobody, single pairs, circles, places."""
        is_open = self._open_ways
        row = self._way_row[is_open]
        ways = self._arcs(
            self._first_row + row,
            self._way_node[is_open],
            self._supply[row],
            self._way_cost[is_open],
        )
        self._way_count = len(row)
        return Arcs.joined(ways, self._nobody, self._special, self._below, self._places(top))

    @property
    def _open_ways(self) -> Flags:
        found: Flags = self._is_open[self._way_row]
        return found

    def _places(self, top: Ints) -> Arcs:
        column = np.repeat(np.arange(self._columns), top)
        place = np.arange(len(column)) - (np.cumsum(top) - top)[column] + 1
        cost = self._case.prices.place(
            self._case.taken[column] + place, self._park.capacity[column]
        )
        return self._arcs(
            column, np.full(len(column), self._sink), np.ones(len(column), dtype=np.int64), cost
        )

    def _flow(self, arcs: Arcs) -> Ints:
        solver = SimpleMinCostFlow()
        solver.add_arcs_with_capacity_and_unit_cost(
            arcs.tail.astype(np.int32), arcs.head.astype(np.int32), arcs.room, arcs.cost
        )
        supply = np.zeros(self._sink + 1, dtype=np.int64)
        supply[self._first_row : self._sink] = self._supply
        supply[self._sink] = -self._supply.sum()
        solver.set_nodes_supplies(np.arange(len(supply), dtype=np.int32), supply)
        status = solver.solve()
        if status != SimpleMinCostFlow.OPTIMAL:
            raise ValueError(f"no plan was found: {status}")
        flows: Ints = solver.flows(np.arange(len(arcs.tail), dtype=np.int32))
        return flows

    def _opened(self, value: Ints, worth: Ints) -> bool:
        """Open the rows for whom a way that was left out is cheaper than what they have."""
        if self._is_open.all():
            return False
        price = np.full(self._sink + 1, _MANY)
        price[: self._columns] = worth
        for _floor in self._circles.floors:
            np.minimum.at(price, self._below.tail, price[self._below.head])
        row = self._way_row
        cheaper = self._way_cost + price[self._way_node] < value[self._first_row + row]
        found = np.unique(row[cheaper & ~self._open_ways])
        self._is_open[found] = True
        return bool(len(found))

    def _raised(self, top: Ints, worth: Ints) -> bool:
        """Give more places to officers whose next one would be worth its cost."""
        case = self._case
        has_more = np.flatnonzero(top < self._room)
        following = case.prices.place(
            case.taken[has_more] + top[has_more] + 1, self._park.capacity[has_more]
        )
        full = has_more[worth[has_more] > following]
        top[full] = np.minimum(self._room[full], 2 * top[full])
        return bool(len(full))

    # ── who goes where ───────────────────────────────────────────────────────────────────────

    def _chosen(self, arcs: Arcs, flow: Ints) -> Ints:
        """Take the flow apart: each unit's row, and where it ends. In order throughout, so that
        the same flow gives the same plan."""
        first, sink = self._first_row, self._sink
        leaving = np.flatnonzero((flow > 0) & (arcs.tail >= first) & (arcs.tail < sink))
        row = np.repeat(arcs.tail[leaving] - first, flow[leaving])
        node = np.repeat(arcs.head[leaving], flow[leaving])
        floors = [*self._circles.floors, first]
        inner = np.flatnonzero((flow > 0) & (arcs.tail >= self._columns) & (arcs.tail < first))
        inner = inner[np.lexsort((arcs.head[inner], arcs.tail[inner]))]
        for low, high in reversed(list(pairwise(floors))):
            units = np.flatnonzero((node >= low) & (node < high))
            units = units[np.lexsort((row[units], node[units]))]
            here = inner[(arcs.tail[inner] >= low) & (arcs.tail[inner] < high)]
            node[units] = np.repeat(arcs.head[here], flow[here])
        units = np.lexsort((node, row))  # the sink comes last: nobody
        subjects = np.argsort(self._row, kind="stable")
        chosen = np.full(len(self._park.subjects), NOBODY)
        ends = node[units]
        chosen[self._case.who[subjects]] = np.where(ends == sink, NOBODY, ends)
        return chosen
