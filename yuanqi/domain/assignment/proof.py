"""Is a plan the cheapest there is? Its prices prove it, without trust in how it was found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from yuanqi.domain.assignment.cases import Case
from yuanqi.domain.assignment.coding import NOBODY, Ints
from yuanqi.domain.assignment.parts import Id, Officer, Plan, Subject, Weights
from yuanqi.domain.assignment.solving import WISHES, Current, round_of, stage_cost
from yuanqi.domain.assignment.tables import tables


@dataclass(frozen=True, slots=True)
class Certificate:
    """A stage's cost in thousandths, with what it costs to leave subjects without; and the
    bound that its prices prove: no plan of that stage costs less."""

    cost: int
    bound: int

    @property
    def is_optimal(self) -> bool:
        return self.cost == self.bound


def certificate(
    plan: Plan,
    subjects: Iterable[Subject],
    officers: Iterable[Officer],
    current: Current = (),
    weights: Weights = WISHES,
) -> tuple[Certificate, Certificate]:
    """Work out both stages of a plan anew, from what it was made of, over all pairs.

    Let a place with officer o cost its price p(o) instead of its load. Then each subject pays at
    least the least of cost + p over all who may serve it, or what nobody costs; an officer gives
    back at most the sum of p(o) less the load over the places where that is more than nought.
    The difference is a bound for every plan, whatever the prices (linear duality). Where a plan
    meets it, none is cheaper. ValueError if a pair is against a rule.
    """
    round_ = round_of(subjects, officers, current, weights)
    leads = _columns(round_.bundles, plan.leads, round_.park.column_of)
    seconds = _columns(round_.bundles, plan.seconds, round_.park.column_of)
    first, second = round_.lead_case(), round_.second_case(leads)
    return (
        _certificate(first, leads, _prices(round_.officers, plan.lead_prices)),
        _certificate(second, seconds, _prices(round_.officers, plan.second_prices)),
    )


def _certificate(case: Case, chosen: Ints, price: Ints) -> Certificate:
    count = np.bincount(chosen[chosen != NOBODY], minlength=len(price))
    room = case.park.capacity - case.taken
    if (count > room).any():
        raise ValueError("an officer has more than his capacity")
    nobody = (case.without + case.parting)[case.who]
    bound, missing = 0, chosen[case.who] == NOBODY
    start = 0
    for block, made in tables(case, case.who):
        at = np.flatnonzero(chosen[block] != NOBODY)
        if (made[at, chosen[block][at]] != case.cost(block[at], chosen[block][at])).any():
            raise ValueError("a pair is against a rule")
        least = (made + price).min(axis=1, initial=np.iinfo(np.int64).max)
        bound += int(np.minimum(least, nobody[start : start + len(block)]).sum())
        start += len(block)
    cost = stage_cost(case, chosen) + int(nobody[missing].sum())
    return Certificate(cost, bound - _given_back(case, room, price))


def _given_back(case: Case, room: Ints, price: Ints) -> int:
    """What the prices bring in beyond the loads, over all places."""
    given = 0
    for column in np.flatnonzero(room > 0).tolist():
        places = np.arange(1, min(int(room[column]), len(case.who)) + 1)
        load = case.prices.place(int(case.taken[column]) + places, int(case.park.capacity[column]))
        given += int(np.maximum(price[column] - load, 0).sum())
    return given


def _columns(bundles: Iterable[Id], pairs: Mapping[Id, Id], column_of: Mapping[Id, int]) -> Ints:
    found = [column_of[pairs[one]] if one in pairs else NOBODY for one in bundles]
    return np.array(found, dtype=np.int64)


def _prices(officers: Iterable[Officer], prices: Mapping[Id, int]) -> Ints:
    return np.array([prices[one.id] for one in officers], dtype=np.int64)
