"""Who serves whom: leads first, seconds after, each at the least cost there is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from yuanqi.domain.assignment.cases import Case, Round
from yuanqi.domain.assignment.coding import NOBODY, UNIT, Flags, Ints
from yuanqi.domain.assignment.lacking import shortage, why_nobody
from yuanqi.domain.assignment.network import Answer, Stage
from yuanqi.domain.assignment.parts import (
    Id,
    Officer,
    Pair,
    Plan,
    Standing,
    Subject,
    Weights,
    in_order,
)
from yuanqi.domain.assignment.reasons import Code, Reason
from yuanqi.domain.assignment.telling import Reasons

Current = Iterable[Pair | tuple[Id, Id, str]] | Mapping[Id, Id]
WISHES = Weights()


def assign(
    subjects: Iterable[Subject],
    officers: Iterable[Officer],
    current: Current = (),
    weights: Weights = WISHES,
) -> Plan:
    """Give each subject a lead and, as far as places are left, a second.

    `current` is who serves whom now: (subject id, officer id), which is a lead, or
    (subject id, officer id, "lead" | "second"). Pairs of subjects or officers that aren't there
    any more are no mistake. An officer's capacity counts whom he leads and whom he is second to;
    projects go with their enterprise's officers and don't count.

    As many as can be have a lead, if others must be moved for it; but under `kept` = infinite
    nobody is moved for a subject whose officer isn't there any more: who leaves moves no more
    than he had. Leave his pairs out of `current` to allow it. ValueError for a subject or an
    officer that comes twice, or a subject with two officers in one role.
    """
    round_ = round_of(subjects, officers, current, weights)
    lead_case = round_.lead_case()
    lead = solved(lead_case)
    second_case = round_.second_case(lead.chosen)
    second = solved(second_case)
    missing = np.flatnonzero(lead.chosen == NOBODY)
    why = why_nobody(round_, lead_case, missing, _by_moving(lead_case, lead.chosen, missing))
    leads, unassigned = _leads(round_, lead.chosen, why)
    seconds = _seconds(round_, leads, second.chosen)
    cost = _told_cost(lead_case, lead.chosen) + _told_cost(second_case, second.chosen)
    return Plan(
        leads,
        seconds,
        cost / UNIT,
        unassigned,
        shortage(lead_case, why),
        Reasons(round_, (lead_case, second_case), leads, seconds),
        _by_officer(round_, lead.worth),
        _by_officer(round_, second.worth),
    )


def round_of(
    subjects: Iterable[Subject], officers: Iterable[Officer], current: Current, weights: Weights
) -> Round:
    return Round(in_order(subjects), in_order(officers), Standing.of(current), weights)


def solved(case: Case) -> Answer:
    if not len(case.who) or not len(case.park.officers):
        nobody = np.full(len(case.park.subjects), NOBODY)
        return Answer(nobody, np.zeros(len(case.park.officers), dtype=np.int64))
    return Stage(case).solve()


def stage_cost(case: Case, chosen: Ints) -> int:
    """What the pairs and the loads of a stage cost."""
    rows = np.flatnonzero(chosen != NOBODY)
    count = np.bincount(chosen[rows], minlength=len(case.park.officers))
    column = np.repeat(np.arange(len(count)), count)
    place = np.arange(len(column)) - (np.cumsum(count) - count)[column] + 1
    load = case.prices.place(case.taken[column] + place, case.park.capacity[column])
    return int(case.cost(rows, chosen[rows]).sum() + load.sum())


def _told_cost(case: Case, chosen: Ints) -> int:
    """A stage's cost without moving, where kept pairs are beyond price."""
    cost = stage_cost(case, chosen)
    if not case.prices.is_kept_first:
        return cost
    rows = np.flatnonzero((chosen != NOBODY) & (chosen != case.kept))
    return cost - int(case.parting[rows].sum())


def _by_moving(case: Case, chosen: Ints, missing: Ints) -> Flags:
    """Which of those without a lead could have one if others were moved for them."""
    lost = case.without[missing] < case.prices.uncovered
    led = chosen[chosen != NOBODY]
    load = np.bincount(led, minlength=len(case.park.officers))
    if not lost.any() or not (load < case.park.capacity).any():
        return np.zeros(len(missing), dtype=bool)
    without = np.maximum(case.without, case.prices.uncovered)
    placed: Flags = solved(replace(case, without=without)).chosen[missing] != NOBODY
    return placed & lost


def _leads(
    round_: Round, chosen: Ints, why: Mapping[int, Reason]
) -> tuple[dict[Id, Id], dict[Id, Reason]]:
    """Everybody's lead, a project's being its enterprise's; and who has none, and why."""
    leads = _pairs(round_, chosen)
    unassigned = {round_.park.subjects[row].id: reason for row, reason in why.items()}
    for root, riders in round_.riders.items():
        for one in riders:
            if root not in leads:
                unassigned[one.id] = Reason(Code.ENTERPRISE_UNPLACED, {"enterprise": root})
            elif round_.may_lead(one, _officer(round_, leads[root])):
                leads[one.id] = leads[root]
            else:
                figures = {"enterprise": root, "lead": leads[root]}
                unassigned[one.id] = Reason(Code.LEAD_MAY_NOT, figures)
    return leads, unassigned


def _seconds(round_: Round, leads: Mapping[Id, Id], chosen: Ints) -> dict[Id, Id]:
    seconds = _pairs(round_, chosen)
    for root, riders in round_.riders.items():
        for one in riders if root in seconds else ():
            if one.id in leads and round_.may_second(one, _officer(round_, seconds[root])):
                seconds[one.id] = seconds[root]
    return seconds


def _pairs(round_: Round, chosen: Ints) -> dict[Id, Id]:
    officers = round_.officers
    return {
        one.id: officers[column].id
        for one, column in zip(round_.park.subjects, chosen.tolist(), strict=True)
        if column != NOBODY
    }


def _officer(round_: Round, officer: Id) -> Officer:
    return round_.officers[round_.park.column_of[officer]]


def _by_officer(round_: Round, worth: Ints) -> dict[Id, int]:
    return {one.id: each for one, each in zip(round_.officers, worth.tolist(), strict=True)}
