"""Which lives are told again, when, and whose: drawn once, the same for the same wish."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from .forms import Form
from .telling import Plan

OPEN_SHARE = 0.02
_GROWTH = (0.3, 1.7)  # how many ask on a day, from the first day to the last, against the usual
_SPREAD = 1.3  # how differently often the enterprises ask (of a lognormal)
_OLD = 0.4  # of the days, from the first on: what was asked then came from books


@dataclass(frozen=True, slots=True)
class Choice:
    """A life that may be told: its text, how often against others, by which days it may move."""

    form: Form
    weight: float
    second: int  # of the day (of the zone) on which it began
    shifts: tuple[int, ...]
    is_open: bool

    @property
    def cases(self) -> int:
        return len(self.form.cases)


@dataclass(frozen=True, slots=True)
class Wish:
    """How many requests in all, of which so many open; those that are there already left out."""

    closed: int
    open: int
    began: date
    until: date


def plan_of(
    choices: Sequence[Choice],
    wish: Wish,
    since: Sequence[int],
    keys: Mapping[str, int],
    numbers: Mapping[str, int],
) -> tuple[Plan, dict[str, int]]:
    """Draw the plan; returns with it the last number of each month.

    `since` says of each enterprise from which day on it is there; `keys` which key of each table
    comes next; `numbers` the last number given in each month.
    """
    rng = np.random.default_rng(20_000_101)
    counts = np.array([choice.cases for choice in choices])
    lives = np.concatenate(
        [
            _picked(rng, choices, counts, wish.closed, is_open=False),
            _picked(rng, choices, counts, wish.open, is_open=True),
        ]
    )
    opened = np.array([choice.form.opened[0] for choice in choices])
    shifts = _moved(rng, choices, lives, opened, wish)
    seconds = np.array([choice.second for choice in choices])
    days = opened[lives] + shifts
    order = np.lexsort((seconds[lives], days))
    lives, shifts, days = lives[order], shifts[order], days[order]
    firms = _askers(rng, days, np.array(since))
    cases = counts[lives]
    first, last = _numbered(days, cases, numbers)
    plan = Plan(
        lives=lives,
        shifts=shifts,
        firms=firms,
        numbers=first,
        serials=np.cumsum(cases) - cases,
        keys={
            table: start + _before(_counts(choices, table)[lives]) for table, start in keys.items()
        },
        old_before=wish.began.toordinal() + int((wish.until - wish.began).days * _OLD),
    )
    return plan, last


def _counts(choices: Sequence[Choice], table: str) -> np.ndarray:
    """How many rows of a table each life has."""
    return np.array([dict(choice.form.keys)[table] for choice in choices])


def _before(counts: np.ndarray) -> np.ndarray:
    """How many there are before each."""
    return np.cumsum(counts) - counts


def _picked(
    rng: np.random.Generator,
    choices: Sequence[Choice],
    counts: np.ndarray,
    wanted: int,
    *,
    is_open: bool,
) -> np.ndarray:
    """Lives with exactly so many requests together."""
    if wanted <= 0:
        return np.empty(0, dtype=np.int64)
    weights = np.array([c.weight if c.is_open is is_open else 0.0 for c in choices])
    single = next(place for place, c in enumerate(choices) if c.is_open is is_open and c.cases == 1)
    picked = rng.choice(len(choices), size=wanted, p=weights / weights.sum())
    upto = np.cumsum(counts[picked])
    kept = picked[: int(np.searchsorted(upto, wanted, side="right"))]
    missing = wanted - int(counts[kept].sum())
    return np.concatenate([kept, np.full(missing, single)])


def _moved(
    rng: np.random.Generator,
    choices: Sequence[Choice],
    lives: np.ndarray,
    opened: np.ndarray,
    wish: Wish,
) -> np.ndarray:
    """By how many days each is moved: to any of its places, later ones more often."""
    length = (wish.until - wish.began).days
    begins = wish.began.toordinal()
    shifts = np.zeros(len(lives), dtype=np.int64)
    order = np.argsort(lives, kind="stable")
    edges = np.searchsorted(lives[order], np.arange(len(choices) + 1))
    for life, choice in enumerate(choices):
        chosen = order[edges[life] : edges[life + 1]]
        if len(chosen) and not choice.is_open:
            places = np.array(choice.shifts)
            share = (opened[life] + places - begins) / length
            weights = _GROWTH[0] + (_GROWTH[1] - _GROWTH[0]) * share
            shifts[chosen] = rng.choice(places, size=len(chosen), p=weights / weights.sum())
    return shifts


def _askers(rng: np.random.Generator, days: np.ndarray, since: np.ndarray) -> np.ndarray:
    """Who asks: some often, most seldom; nobody before he is there."""
    weights = rng.lognormal(0, _SPREAD, size=len(since))
    order = np.argsort(since, kind="stable")
    upto = np.cumsum(weights[order])
    there = np.searchsorted(since[order], days, side="right")
    drawn = rng.random(len(days)) * upto[np.maximum(there, 1) - 1]
    return order[np.searchsorted(upto, drawn, side="right").clip(max=len(since) - 1)]


def _numbered(
    days: np.ndarray, cases: np.ndarray, numbers: Mapping[str, int]
) -> tuple[np.ndarray, dict[str, int]]:
    """The first number of each in its month, and the last number of each month."""
    if not len(days):
        return days, {}
    first_day, last_day = int(days[0]), int(days[-1])
    calendar = [date.fromordinal(day) for day in range(first_day, last_day + 1)]
    months = np.array([day.year * 12 + day.month for day in calendar])[days - first_day]
    first = np.empty(len(days), dtype=np.int64)
    last: dict[str, int] = {}
    for month in np.unique(months):
        chosen = months == month
        name = f"{(month - 1) // 12 % 100:02d}{(month - 1) % 12 + 1:02d}"
        given = numbers.get(name, 0)
        first[chosen] = given + 1 + _before(cases[chosen])
        last[name] = given + int(cases[chosen].sum())
    return first, last
