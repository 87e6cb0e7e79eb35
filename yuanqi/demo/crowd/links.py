"""Who serves whom in the demo park: the zone's first scheme, and the round that widened it.

As a real zone reported itself: 35 officers for 305 enterprises, then 92 and 48 deputies for 806,
old pairs unchanged. Worked out by the park's own assignment, always alike.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from yuanqi.domain.assignment import Officer, Role, Subject, assign
from yuanqi.organisation.bulk import NewOfficer
from yuanqi.organisation.models import Rank

from .words import drawing

# firms an officer leads at most: a leader of the zone, and anybody else of rank
LEADERS_FIRMS, OFFICERS_FIRMS, DEPUTIES_FIRMS = 5, 10, 5
# the zone's first scheme had as many enterprises; the others were added when it was widened
FIRST_SCHEME = 305
FIRST_LEADERS, FIRST_OFFICERS = 9, 26
AREAS = 6


@dataclass(frozen=True, slots=True)
class Served:
    """The officer and the congress deputy of each firm, and who took part in the first scheme."""

    officers: dict[str, str]
    seconds: dict[str, str]
    first: tuple[str, ...]  # usernames


def capacity(officer: NewOfficer) -> int:
    return LEADERS_FIRMS if officer.rank >= Rank.DEPUTY_DIVISION else OFFICERS_FIRMS


def area_of(address: str) -> int:
    """Which part of the zone an address lies in."""
    return sum(map(ord, address[:2])) % AREAS


def served(
    firms: Mapping[str, str],
    ranked: Sequence[NewOfficer],
    deputies: Iterable[str],
    written: Mapping[str, str],
) -> Served:
    """Give each firm its officer, within capacities; `firms` maps keys to addresses, in order.

    `written` are pairs that the stories tell. Raises ValueError if the officers can't take all.
    """
    rng = drawing("officers' areas")
    areas = {one.username: rng.randrange(AREAS) for one in ranked}
    keys = list(firms)
    early = _first(ranked, set(written.values())) if len(keys) > FIRST_SCHEME else list(ranked)
    first = _leads(keys[:FIRST_SCHEME], firms, early, areas, written)
    everybody = _leads(keys, firms, ranked, areas, first)
    return Served(
        everybody,
        _seconds([key for key in keys if key not in written], firms, list(deputies)),
        tuple(one.username for one in early),
    )


def _first(ranked: Sequence[NewOfficer], told: set[str]) -> list[NewOfficer]:
    """Who took part in the first scheme: nine leaders, then those of the stories and others."""
    leaders = [one for one in ranked if one.rank >= Rank.DEPUTY_DIVISION]
    others = [one for one in ranked if one.rank < Rank.DEPUTY_DIVISION]
    others.sort(key=lambda one: one.username not in told)
    return leaders[:FIRST_LEADERS] + others[:FIRST_OFFICERS]


def _leads(
    keys: Sequence[str],
    firms: Mapping[str, str],
    ranked: Sequence[NewOfficer],
    areas: Mapping[str, int],
    current: Mapping[str, str],
) -> dict[str, str]:
    """The lead of each firm; who has one keeps him."""
    held = Counter(current.values())
    plan = assign(
        [
            Subject(key, "enterprise", area=area_of(firms[key]))
            for key in keys
            if key not in current
        ],
        [
            Officer(
                one.username, Role.DEPARTMENT_HEAD, max(0, capacity(one) - held[one.username]),
                area=areas[one.username] if one.rank < Rank.DEPUTY_DIVISION else None,
            )
            for one in ranked
        ],
    )  # fmt: skip
    if plan.unassigned:
        raise ValueError(f"{len(plan.unassigned)} enterprises have no place with an officer")
    return {key: current.get(key) or str(plan.leads[key]) for key in keys}


def _seconds(
    keys: Sequence[str], firms: Mapping[str, str], deputies: Sequence[str]
) -> dict[str, str]:
    """The congress deputy who is second, for as many firms as the deputies can take."""
    rng = drawing("seconds")
    chosen = set(rng.sample(list(keys), min(len(keys), DEPUTIES_FIRMS * len(deputies))))
    plan = assign(
        [
            Subject(key, "enterprise", area=area_of(firms[key]), new=True)
            for key in keys
            if key in chosen
        ],
        [
            Officer(name, Role.CONGRESS_DEPUTY, DEPUTIES_FIRMS, area=rng.randrange(AREAS))
            for name in deputies
        ],
    )  # fmt: skip
    return {str(key): str(name) for key, name in plan.leads.items()}
