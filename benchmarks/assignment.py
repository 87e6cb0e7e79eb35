"""Officers to enterprises: how long, how dear, and is it optimal, beside greedy and scipy?

Three sizes: a zone of 806 enterprises and 218 projects with last year's 305 pairs kept, 20,000
subjects to 1,000 officers, 100,000 to 5,000. In the two large ones 50 officers serve an area, and
the area weighs so much that nobody leaves it, so that those 50 are a subject's candidates; ours
isn't told and looks at all officers.

Ours is `assign` as a whole: subjects and officers in, leads, seconds, reasons, shortage out. The
peers find leads only, and are given the finished table of costs, area by area: greedy takes the
subjects by effort, each going to the cheapest officer with room; scipy solves the same exactly,
by linear_sum_assignment over officers' places as columns. (min_weight_full_bipartite_matching
would have 25 million and 125 million pairs to hold, and linprog as many variables.) Without
scipy installed its rows are left out.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from statistics import median
from typing import Any

import numpy as np

from benchmarks.harness import Row, at_least, at_most, median_ratio, seconds_per_round
from yuanqi.domain.assignment import (
    CAPACITIES,
    Officer,
    Plan,
    Role,
    Subject,
    Weights,
    assign,
    certificate,
)
from yuanqi.domain.assignment.cases import Case
from yuanqi.domain.assignment.solving import round_of
from yuanqi.domain.assignment.tables import BARRED, tables

TRADES = [f"trade {number}" for number in range(20)]
NEAR = Weights(area=30.0)  # 0.5 of effort and another area: dearer than any trade or load
NEVER = 1e15


@dataclass(frozen=True)
class Zone:
    """What is asked, and under which weights."""

    subjects: list[Subject]
    officers: list[Officer]
    current: Mapping[str, str]
    weights: Weights

    def solved(self) -> Plan:
        return assign(self.subjects, self.officers, self.current, self.weights)


def run() -> Sequence[Row]:
    return [
        *_measured("806 + 218 to 140", _park(), 0.3, rounds=9),
        *_measured("20,000 to 1,000", _large(20_000, 1_000), 5, rounds=3),
        *_measured("100,000 to 5,000", _large(100_000, 5_000), 20, rounds=2),
    ]


def _park() -> Zone:
    """This year's round: last year's pairs kept, half the projects of enterprises in it."""
    chance = random.Random(20260302)
    areas = [f"area {number}" for number in range(7)]
    seats = [Role.ZONE_LEADER] * 9 + [Role.DEPARTMENT_HEAD] * 83 + [Role.CONGRESS_DEPUTY] * 48
    officers = [
        Officer(
            f"officer {number:03}",
            role,
            CAPACITIES[role],
            area=None if role is Role.ZONE_LEADER else areas[number % 7],
            specialties=frozenset(chance.sample(TRADES, 2)),
        )
        for number, role in enumerate(seats)
    ]
    subjects = [
        Subject(
            f"enterprise {number:03}",
            "enterprise",
            effort=round(chance.uniform(0.5, 3), 2),
            area=chance.choice(areas),
            specialties=frozenset(chance.sample(TRADES, 1)),
            new=number >= 305,
        )
        for number in range(806)
    ]
    projects = [
        Subject(
            f"project {number:03}",
            "project",
            area=chance.choice(areas),
            specialties=frozenset(chance.sample(TRADES, 1)),
            new=True,
            covers_for=f"enterprise {305 + number:03}" if number % 2 else None,
        )
        for number in range(218)
    ]
    places = [one.id for one in officers[:35] for _ in range(one.capacity)]
    current = {f"enterprise {number:03}": officer for number, officer in enumerate(places)}
    return Zone(subjects + projects, officers, current, Weights())


def _large(subjects: int, officers: int) -> Zone:
    chance = np.random.default_rng(20260302)
    areas = officers // 50
    efforts, trades = chance.uniform(0.5, 3, subjects), chance.integers(0, 20, subjects)
    homes, news = chance.integers(0, areas, subjects).tolist(), chance.random(subjects) < 0.6
    skills = chance.integers(0, 20, officers)
    return Zone(
        [
            Subject(
                f"s{number:06}",
                "enterprise",
                effort=float(efforts[number]),
                area=homes[number],
                specialties=frozenset({TRADES[trades[number]]}),
                new=bool(news[number]),
            )
            for number in range(subjects)
        ],
        [
            Officer(
                f"o{number:04}",
                Role.CONGRESS_DEPUTY if number // areas % 4 == 0 else Role.DEPARTMENT_HEAD,
                25,
                area=number % areas,
                specialties=frozenset({TRADES[skills[number]]}),
            )
            for number in range(officers)
        ],
        {},
        NEAR,
    )


def _measured(name: str, zone: Zone, aim: float, rounds: int) -> list[Row]:
    asked = round_of(zone.subjects, zone.officers, zone.current, zone.weights)
    case = asked.lead_case()
    blocks = _blocks(case)
    found: dict[str, Any] = {}

    def keeping(label: str, act: Callable[[], object]) -> Callable[[], None]:
        def acting() -> None:
            found[label] = act()

        return acting

    candidates: dict[str, Callable[[], None]] = {
        "ours": keeping("ours", zone.solved),
        "greedy": keeping("greedy", lambda: [_greedy(case, *block) for block in blocks]),
    }
    if find_spec("scipy") is not None:
        candidates["scipy"] = keeping("scipy", lambda: [_scipy(case, *block) for block in blocks])
    taken = seconds_per_round(candidates, rounds)
    plan, greedy = found["ours"], sum(found["greedy"])
    leads, seconds = certificate(plan, zone.subjects, zone.officers, zone.current, zone.weights)
    ours = leads.cost
    (gone, _most) = Counter(plan.leads.values()).most_common(1)[0]
    moved, had = _without(zone, plan, gone)
    made = [
        at_most(f"{name}: assign", median(taken["ours"]), "s", aim),
        Row(f"{name}: greedy, leads only", median(taken["greedy"]), "s"),
        at_most(
            f"{name}: leads, above the bound of the dual prices",
            (ours - leads.bound) / 1000,
            "cost",
            0,
            f"over all {len(case.who):,} by {len(zone.officers):,} pairs",
        ),
        at_most(
            f"{name}: seconds, above the bound", (seconds.cost - seconds.bound) / 1000, "cost", 0
        ),
        Row(f"{name}: cost of the leads", ours / 1000, "cost"),
        Row(f"{name}: greedy's beyond ours", (greedy - ours) / max(ours, 1) * 100, "%"),
        at_least(f"{name}: placed", len(plan.leads), "subjects", len(zone.subjects)),
        at_most(f"{name}: moved when an officer leaves", moved, "subjects", had, f"he led {had}"),
    ]
    if "scipy" in taken:
        ratio = median_ratio(taken["scipy"], taken["ours"])
        made += [
            Row(f"{name}: scipy, leads only", median(taken["scipy"]), "s"),
            Row(f"{name}: scipy's time by ours", ratio, "times"),
            at_most(f"{name}: ours less scipy's", (ours - sum(found["scipy"])) / 1000, "cost", 0),
        ]
    return made


def _without(zone: Zone, plan: Plan, gone: str) -> tuple[int, int]:
    """How many change hands when an officer leaves, and how many he had."""
    staying = [one for one in zone.officers if one.id != gone]
    pairs = [(*pair, "lead") for pair in plan.leads.items()]
    pairs += [(*pair, "second") for pair in plan.seconds.items()]
    after = assign(zone.subjects, staying, pairs, zone.weights)
    moved = sum(after.leads.get(one) != officer for one, officer in plan.leads.items())
    return moved, sum(officer == gone for officer in plan.leads.values())


def _blocks(case: Case) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """The table of costs: all of it for a zone; area by area where it would be too large."""
    park = case.park
    if len(case.who) * len(park.officers) < 1_000_000:
        columns = np.arange(len(park.officers))
        return [(case.who, columns, _table(case, case.who, columns))]
    found = []
    for area in range(int(park.area.max()) + 1):
        rows, columns = np.flatnonzero(park.area == area), np.flatnonzero(park.officer_area == area)
        found.append((rows, columns, _table(case, rows, columns)))
    return found


def _table(case: Case, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    return np.concatenate([made[:, columns] for _block, made in tables(case, rows)])


def _greedy(case: Case, rows: np.ndarray, columns: np.ndarray, table: np.ndarray) -> int:
    """Those that take most effort first; the pairs that are to be kept before all."""
    capacity, load = case.park.capacity[columns], np.zeros(len(columns), dtype=np.int64)
    total = 0
    order = np.lexsort((-case.quarters[rows], case.kept[rows] < 0))
    for place in order.tolist():
        price = np.where(
            load < capacity, table[place] + case.prices.place(load + 1, capacity), BARRED
        )
        best = int(price.argmin())
        if price[best] >= BARRED:
            total += int(case.without[rows[place]])
            continue
        total += int(price[best])
        load[best] += 1
    return total


def _scipy(case: Case, rows: np.ndarray, columns: np.ndarray, table: np.ndarray) -> int:
    """Every place of an officer is a column, each dearer than the last."""
    capacity = case.park.capacity[columns]
    officer = np.repeat(np.arange(len(columns)), capacity)
    place = np.arange(len(officer)) - (np.cumsum(capacity) - capacity)[officer] + 1
    wide = table[:, officer] + case.prices.place(place, capacity[officer]).astype(float)
    wide[table[:, officer] >= BARRED // 2] = NEVER
    row, column = import_module("scipy.optimize").linear_sum_assignment(wide)
    return int(wide[row, column].sum())
