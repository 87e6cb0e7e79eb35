"""A draft given to `domain.assignment`, under the weights of a variant, and what it answers."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import pstdev
from typing import Any

from django.utils.translation import gettext_lazy

from yuanqi.domain.assignment import Officer, Reason, Role, Subject, Weights, assign
from yuanqi.organisation.models import Officer as Staff
from yuanqi.registry.models import Area, Enterprise, LinkRole

from .drafts import MOVED, WISH, Draft, Pair, Place
from .models import Handover, RoundLink, SeatRole
from .queries import waiting_on

KEEP, FAIR, WISHES = "keep", "fair", "wishes"
CODES = (KEEP, FAIR, WISHES)
LABELS = {
    KEEP: gettext_lazy("少换人"),
    FAIR: gettext_lazy("更均衡"),
    WISHES: gettext_lazy("合意愿"),
}
HINTS = {
    KEEP: gettext_lazy("老搭档尽量不动，新企业补到有空的干部。"),
    FAIR: gettext_lazy("按企业的工作量摊平，允许换一些人。"),
    WISHES: gettext_lazy("先满足干部和企业登记的意愿，再看别的。"),
}
WEIGHTS = {
    KEEP: Weights(),
    FAIR: Weights(kept=3.0, wish=2.0, load=40.0),
    WISHES: Weights(kept=6.0, wish=100.0),
}
_ROLES = {
    SeatRole.LEADER: Role.ZONE_LEADER,
    SeatRole.HEAD: Role.DEPARTMENT_HEAD,
    SeatRole.DEPUTY: Role.CONGRESS_DEPUTY,
}
_SEAT_ROLES = {str(role): seat.value for seat, role in _ROLES.items()}


@dataclass(frozen=True)
class Solution:
    """Who leads and who is second, by enterprise; who isn't placed and why; what is missing."""

    leads: dict[int, int]
    seconds: dict[int, int]
    cost: float = 0.0
    unplaced: dict[int, dict[str, Any]] = field(default_factory=dict)
    shortage: list[dict[str, Any]] = field(default_factory=list)  # role, area, number
    reasons: dict[int, dict[str, Any]] = field(default_factory=dict)


def measured(draft: Draft, solution: Solution) -> dict[str, Any]:
    """What a variant keeps of a solution: its pairs, and the figures that stand side by side."""
    pairs = {
        one.enterprise: one._replace(
            lead=solution.leads.get(one.enterprise), second=solution.seconds.get(one.enterprise)
        )
        for one in draft.pairs.values()
    }
    tried = Draft(draft.round, pairs, draft.places, draft.wishes, draft.barred)
    tried.__dict__["known"] = draft.known
    shares = {
        pk: tried.load(pk) / place.capacity for pk, place in draft.places.items() if place.capacity
    }
    fullest = max(shares, key=lambda pk: (shares[pk], -pk), default=None)
    return {
        "moves": len(tried.findings[MOVED]),
        "wishes": len(tried.findings[WISH]),
        "spread": round(pstdev(shares.values()), 4) if shares else 0.0,
        "fullest": f"{tried.load(fullest)}/{draft.places[fullest].capacity}" if fullest else "",
        "cost": solution.cost,
        "shortage": solution.shortage,
        "pairs": {str(pk): [one.lead, one.second] for pk, one in pairs.items()},
        "reasons": {str(pk): why for pk, why in solution.reasons.items()},
        "unplaced": {str(pk): why for pk, why in solution.unplaced.items()},
    }


def solve(draft: Draft, code: str) -> Solution:
    """Place the enterprises of a draft under a variant's weights.

    A pair set by hand stands: it takes its officers' places before the others are given out.
    Raises ValueError for an unknown variant.
    """
    fixed = set(
        RoundLink.objects.filter(round=draft.round, is_by_hand=True).values_list(
            "enterprise", flat=True
        )
    )
    taken: Counter[int] = Counter()
    for pk in fixed:
        pair = draft.pairs[pk]
        taken.update(one for one in (pair.lead, pair.second) if one is not None)
    subjects = [
        _subject(draft, pair) for pair in draft.pairs.values() if pair.enterprise not in fixed
    ]
    officers = [
        _officer(draft, place, taken[place.officer])
        for place in draft.places.values()
        if place.is_here
    ]
    left = _left_behind(draft)
    current = [
        (pair.enterprise, left.get((pair.enterprise, code), officer), role)
        for pair in draft.pairs.values()
        if pair.enterprise not in fixed
        for officer, code, role in (
            (pair.lead_before, LinkRole.LEAD, "lead"),
            (pair.second_before, LinkRole.SECOND, "second"),
        )
        if officer is not None
    ]
    plan = assign(subjects, officers, current=current, weights=WEIGHTS[code])
    names = _Names(draft)
    leads, seconds = dict(plan.leads), _seconds(draft, plan.seconds)
    for pk in fixed:
        pair = draft.pairs[pk]
        if pair.lead is not None:
            leads[pk] = pair.lead
        if pair.second is not None:
            seconds[pk] = pair.second
    why: dict[int, dict[str, Any]] = {}
    for (subject, officer), reasons in plan.reasons.items():
        role = "lead" if plan.leads.get(subject) == officer else "second"
        why.setdefault(subject, {})[role] = [names.kept(one) for one in reasons]
    return Solution(
        leads=leads,
        seconds=seconds,
        cost=float(plan.cost),
        unplaced={pk: names.kept(reason) for pk, reason in plan.unassigned.items()},
        shortage=[
            {
                "role": _SEAT_ROLES[str(role)],
                "area": names.area(area),
                "area_id": area,
                "number": number,
            }
            for (role, area), number in plan.shortage.items()
        ],
        reasons=why,
    )


def _left_behind(draft: Draft) -> dict[tuple[int, int], int]:
    """Who left the park, by firm and role, where whoever was named in his place hasn't taken over.

    A colleague who keeps such firms until they are placed has no claim to them: they move, and
    not those that he served before.
    """
    waiting = Handover.objects.filter(
        waiting_on(draft.round.from_on), enterprise__in=draft.pairs, from_officer__is_active=False,
        from_on__lte=draft.round.from_on,
    )  # fmt: skip
    return {
        (enterprise, role): officer
        for enterprise, role, officer in waiting.values_list("enterprise", "role", "from_officer")
    }


def _seconds(draft: Draft, found: Mapping[Any, Any]) -> dict[int, int]:
    """Congress deputies are second, and who was second already; others have enough to lead."""
    return {
        pk: officer
        for pk, officer in found.items()
        if draft.places[officer].role == SeatRole.DEPUTY or draft.pairs[pk].second_before == officer
    }


def _subject(draft: Draft, pair: Pair) -> Subject:
    return Subject(
        pair.enterprise, "enterprise", effort=pair.effort, area=pair.area,
        specialties=frozenset({pair.trade[:3]}) if len(pair.trade) >= 3 else frozenset(),
        group_head=pair.group_head if pair.group_head != pair.enterprise else None,
        new=pair.lead_before is None,
        wished=frozenset(draft.wishes.get(pair.enterprise, ())),
    )  # fmt: skip


def _officer(draft: Draft, place: Place, taken: int) -> Officer:
    known = draft.known.get(place.officer)
    return Officer(
        place.officer, _ROLES[place.role], max(0, place.capacity - taken),
        area=known.area if known else None,
        specialties=known.trades if known else frozenset(),
        barred=frozenset(pk for pk, officer in draft.barred if officer == place.officer),
    )  # fmt: skip


class _Names:
    """Names for the ids that reasons tell: kept with the plan, it reads without a query."""

    def __init__(self, draft: Draft) -> None:
        self._officers = dict(Staff.objects.values_list("pk", "name"))
        self._firms = dict(
            Enterprise.objects.filter(
                pk__in={pair.group_head for pair in draft.pairs.values() if pair.group_head}
            ).values_list("pk", "short_name")
        )
        self._areas = dict(Area.objects.values_list("pk", "name"))

    def area(self, pk: Any) -> str:
        return self._areas.get(pk, "")

    def kept(self, reason: Reason) -> dict[str, Any]:
        figures = {
            name: self._said(name, value)
            for name, value in reason.figures.items()
            if name in ("before", "head", "effort", "count", "capacity")
        }
        return {"code": str(reason.code), "figures": figures}

    def _said(self, name: str, value: Any) -> Any:
        if name == "before":
            return self._officers.get(value, "")
        if name == "head":
            return self._firms.get(value, "")
        return f"{value:.4g}" if isinstance(value, float) else value
