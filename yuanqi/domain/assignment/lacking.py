"""Who has nobody, why, and the least that would have to be added."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence

import numpy as np

from yuanqi.domain.assignment.cases import Case, Round
from yuanqi.domain.assignment.coding import Flags, Ints, unique
from yuanqi.domain.assignment.parts import Officer, Role
from yuanqi.domain.assignment.reasons import Code, Reason
from yuanqi.domain.assignment.tables import tables

Shortage = dict[tuple[str, Hashable | None], int]


def why_nobody(round_: Round, case: Case, rows: Ints, by_moving: Flags) -> dict[int, Reason]:
    """Why these rows have no lead; `by_moving` says which could, if others were moved."""
    found = {}
    officers = case.park.officers
    deputies = frozenset(np.flatnonzero(case.park.is_deputy).tolist())
    everyone = int(case.park.capacity.sum())
    for row, movable in zip(rows.tolist(), by_moving.tolist(), strict=True):
        one = case.park.subjects[row]
        barred = frozenset(case.barred.get(row, ()))
        closed = frozenset() if one.new else deputies - barred
        out = barred | closed
        if len(out) == len(officers):
            figures = {"officers": len(officers), "barred": len(barred), "deputies": len(closed)}
            found[row] = Reason(Code.NOBODY_MAY, figures)
        elif movable:
            found[row] = Reason(Code.WOULD_MOVE, {"before": round_.standing.leads[one.id]})
        else:
            places = everyone - int(case.park.capacity[list(out)].sum())
            figures = {"officers": len(officers) - len(out), "places": places}
            found[row] = Reason(Code.FULL, figures)
    return found


def shortage(case: Case, reasons: Mapping[int, Reason]) -> Shortage:
    """The least capacity to add so that everyone is placed: one place for each who has none (as
    many are placed as can be, so fewer won't do), with whoever would suit it best. Where nobody
    may serve it, somebody new in its area is needed."""
    officers = case.park.officers
    found: Counter[tuple[str, Hashable | None]] = Counter()
    rows = np.array(list(reasons), dtype=np.int64)
    needs_new = np.array([one.code is Code.NOBODY_MAY for one in reasons.values()], dtype=bool)
    for row in rows[needs_new].tolist():
        found[_usual_role(officers), case.park.subjects[row].area] += 1
    for column, count in _best_suited(case, rows[~needs_new]).items():
        found[officers[column].role, officers[column].area] += count
    return dict(sorted(found.items(), key=lambda one: (str(one[0][0]), str(one[0][1]))))


def _best_suited(case: Case, rows: Ints) -> Counter[int]:
    """How many of these rows each officer would suit best, the first of equals."""
    park = case.park
    alike, which = unique(
        park.area[rows], park.set[rows], park.new[rows], case.kept[rows], case.head[rows],
        case.wishing[rows], case.barring[rows],
    )  # fmt: skip
    many = np.bincount(which, minlength=len(alike))
    best = [made.argmin(axis=1) for _block, made in tables(case, rows[alike])]
    found: Counter[int] = Counter()
    for column, count in zip(np.concatenate([*best, []]).tolist(), many.tolist(), strict=True):
        found[int(column)] += count
    return found


def _usual_role(officers: Sequence[Officer]) -> str:
    """The role of most officers who may lead anything."""
    counted = Counter(str(one.role) for one in officers if not one.is_congress_deputy)
    if not counted:
        return Role.DEPARTMENT_HEAD
    return min(counted, key=lambda role: (-counted[role], role))
