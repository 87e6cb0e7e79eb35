"""Lists, search and cockpit over a million requests, beside the same over a hundred thousand.

Both parks in the same run, in turns; each view is asked for as the WSGI server asks the program
(`benchmarks.probes.ledger`). Of each view the 95th percentile counts, of each kind the worst view.
"""

from __future__ import annotations

import json
import subprocess
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import ExitStack

from benchmarks.big import Park, park, said
from benchmarks.harness import Row, at_most

SIZES = (1_000_000, 100_000)
# twelve tell the 95th percentile coarsely; the lists have the narrowest aim
ROUNDS = {"list": 36, "narrowed": 12, "search": 12, "cockpit": 12}
_AIMS = {"list": 60, "narrowed": 60, "search": 100, "cockpit": 200}  # ms
_NAMES = {
    "list": "a role's list of requests, with its counts",
    "narrowed": "a list narrowed by filters, also in vain",
    "search": "a search",
    "cockpit": "the cockpit",
}


def run() -> Sequence[Row]:
    with ExitStack() as stack:
        parks = [stack.enter_context(park(size)) for size in SIZES]
        probes = {one.requests: stack.enter_context(_probe(one)) for one in parks}
        views = json.loads(said(probes[SIZES[0]], "views"))
        taken = _measured(probes, [ROUNDS[view["kind"]] for view in views])
    rows = [_by_role(views, taken), *(row for kind in _AIMS for row in _rows(kind, views, taken))]
    rows += [
        Row(f"a park of {one.requests:,} requests made", one.made_in / 60, "min")
        for one in parks
        if one.made_in is not None
    ]
    return rows


def _probe(one: Park) -> subprocess.Popen[str]:
    program = one.start("benchmarks.probes.ledger")
    assert program.stdout is not None
    if program.stdout.readline().strip() != "ready":
        raise RuntimeError("the probe doesn't start")
    return program


Taken = Mapping[int, Mapping[int, Sequence[float]]]  # by size and view: ms of each round


def _measured(probes: Mapping[int, subprocess.Popen[str]], rounds: Sequence[int]) -> Taken:
    """Ask for each view in as many rounds as it has."""
    taken: dict[int, dict[int, list[float]]] = {size: defaultdict(list) for size in probes}
    sizes = list(probes)
    for number in range(max(rounds) + 1):
        for view in (view for view, most in enumerate(rounds) if number <= most):
            # who goes first turns, so that a busy neighbour hits both alike
            for size in sizes if (number + view) % 2 else sizes[::-1]:
                milliseconds = float(said(probes[size], str(view)))
                if number:  # the first round isn't measured
                    taken[size][view].append(milliseconds)
    for probe in probes.values():
        assert probe.stdin is not None
        probe.stdin.close()
    return taken


def _rows(kind: str, views: Sequence[Mapping[str, str]], taken: Taken) -> Sequence[Row]:
    chosen = [number for number, view in enumerate(views) if view["kind"] == kind]
    large, small = ({view: _p95(taken[size][view]) for view in chosen} for size in SIZES)
    worst = max(chosen, key=lambda view: large[view])
    middle = sorted(large.values())[len(chosen) // 2]
    within = sum(value <= _AIMS[kind] for value in large.values())
    note = (
        f"{views[worst]['role']}: {views[worst]['path']}; the middle one of {len(chosen)} views"
        f" {middle:.0f} ms, {within} within the aim"
    )
    return [
        at_most(f"{_NAMES[kind]}, p95 of the worst view", large[worst], "ms", _AIMS[kind], note),
        Row(f"  with {SIZES[1]:,} requests, its worst", max(small.values()), "ms"),
    ]


def _by_role(views: Sequence[Mapping[str, str]], taken: Taken) -> Row:
    """Each role's openings of its list, of whichever queue, taken together."""
    by_role: dict[str, list[float]] = defaultdict(list)
    for number, view in enumerate(views):
        if view["kind"] == "list":
            by_role[view["role"]] += taken[SIZES[0]][number]
    told = {role: _p95(values) for role, values in by_role.items()}
    note = ", ".join(f"{role} {value:.0f}" for role, value in sorted(told.items()))
    return at_most(
        "a role's list of requests, whichever queue, p95 of the worst role",
        max(told.values()), "ms", _AIMS["list"], note,
    )  # fmt: skip


def _p95(values: Sequence[float]) -> float:
    return sorted(values)[int(len(values) * 0.95) - 1]
