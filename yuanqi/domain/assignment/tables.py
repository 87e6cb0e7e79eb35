"""What pairs cost as whole tables, a block of subjects by all officers at a time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from yuanqi.domain.assignment.cases import Case
from yuanqi.domain.assignment.coding import NOBODY, Ints, Park

BARRED = 1 << 40  # the cost of a pair that mustn't be
_CELLS = 4_000_000


def tables(case: Case, rows: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Blocks of these rows, each with what every officer would cost them."""
    park, prices = case.park, case.prices
    member = np.zeros((len(park.sets.sizes), max(1, len(park.specialties))), dtype=np.float32)
    member[np.repeat(np.arange(len(member)), park.sets.sizes), park.sets.members] = 1
    held, of_officer = np.unique(park.officer_set, return_inverse=True)
    step = max(1, _CELLS // max(1, len(park.officers)))
    for start in range(0, len(rows), step):
        block = rows[start : start + step]
        wanted, of_row = np.unique(park.set[block], return_inverse=True)
        fits = (member[wanted] @ member[held].T > 0) | (park.sets.sizes[wanted] == 0)[:, None]
        misses = ~fits[of_row][:, of_officer]
        made = case.quarters[block][:, None] * (
            prices.area * _apart(park, block) + prices.specialty * misses
        )
        made += case.besides[block][:, None]
        for which, worth in ((case.kept, prices.kept), (case.head, prices.group)):
            there = np.flatnonzero(which[block] != NOBODY)
            made[there, which[block][there]] -= worth
        _except(case, block, made)
        yield block, made


def _apart(park: Park, block: Ints) -> Ints:
    mine, theirs = park.area[block][:, None], park.officer_area
    apart: Ints = ((mine != theirs) & (mine != NOBODY) & (theirs != NOBODY)).astype(np.int64)
    return apart


def _except(case: Case, block: Ints, made: Ints) -> None:
    """Wishes, conflicts of interest, leads, deputies: what hangs on single officers."""
    for place in np.flatnonzero(case.wishing[block]).tolist():
        made[place, list(case.wished[int(block[place])])] -= case.prices.wish
    for place in np.flatnonzero(case.barring[block]).tolist():
        made[place, list(case.barred[int(block[place])])] = BARRED
    led = np.flatnonzero(case.lead[block] != NOBODY)
    made[led, case.lead[block][led]] = BARRED
    if not case.deputies_serve_all:
        closed = np.flatnonzero(case.park.new[block] == 0)
        made[np.ix_(closed, np.flatnonzero(case.park.is_deputy))] = BARRED
