"""Two years of requests before any is told: when, of which enterprise, about what, with what fate.

Pure and deterministic. Seasons, weekdays and holidays make the times, the habits the categories;
the last days leave room for the hand-written requests. Each has its number from the start, so
that the older ones may be written after the newer.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import accumulate
from random import Random

from yuanqi.domain.worktime import WorkCalendar

from . import people
from .crowd.words import drawing
from .habits import habits
from .size import Size

WRITTEN = 120  # hand-written requests
_WRITTEN_DAYS = 58  # in which those lie
# requests of a working day and of a month, against the usual
_WEEKDAYS = (1.25, 1.1, 1.0, 1.0, 0.9, 0.8, 0.8)
_MONTHS = (0.95, 0.6, 1.2, 1.05, 1.0, 1.1, 1.1, 1.0, 1.05, 0.85, 1.1, 1.15)
_IDLE = 0.06  # of a day off
_GROWTH = (0.75, 1.1)  # from the first day to the last: the platform became known
# asked above all by industrial enterprises
_OF_INDUSTRY = frozenset({"UTL", "SAF", "ENV", "FIR", "LND", "INS", "STD", "CUS", "LAB"})
_TAIWAN_FIRMS = 45
# what may become of a request, in thousandths; the rest goes the usual way
_FATES = {
    "refused": 12, "withdrawn": 17, "merged": 15, "parked": 5, "complaint": 6,
    "reopened": 16, "redispatched": 18, "handed-over": 22,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Planned:
    """A request of which no word is told yet."""

    at: datetime
    firm: str
    category: str
    fate: str
    number: str = ""
    into: str = ""  # the number of the one that it is merged into

    @property
    def month(self) -> str:
        return month_of(self.at)


@dataclass(frozen=True, slots=True)
class Years:
    """The whole plan, the oldest first, and the numbers that it takes of each month."""

    planned: tuple[Planned, ...]
    written: dict[datetime, list[str]]  # numbers of the hand-written, by their beginnings
    last: dict[str, int]  # the last number of each month

    def since(self, start: datetime) -> tuple[Planned, ...]:
        return tuple(one for one in self.planned if one.at >= start)

    def before(self, start: datetime) -> tuple[Planned, ...]:
        return tuple(one for one in self.planned if one.at < start)


def month_of(at: datetime) -> str:
    """The month as the numbers of cases write it; `at` is in the park's zone."""
    return f"{at:%y%m}"


def recent_from(now: datetime, size: Size) -> datetime:
    """The instant from which requests are there from the first page on."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=size.recent)


def years(now: datetime, calendar: WorkCalendar, size: Size, written: Iterable[datetime]) -> Years:
    """Plan the requests up to `now`; `written` are the beginnings of the hand-written."""
    rng = drawing("years")
    instants = _instants(rng, now, calendar, size)
    askers = _Askers(size)
    recent = recent_from(now, size)
    found = []
    for at in instants:
        category = _category(rng, at)
        found.append(Planned(at, askers.firm(rng, category, at >= recent), category, _fate(rng)))
    return _numbered(_with_twins(rng, found, recent, now), sorted(written))


# --- when ----------------------------------------------------------------------------------------


def _instants(rng: Random, now: datetime, calendar: WorkCalendar, size: Size) -> list[datetime]:
    days = [(now - timedelta(days=back)).date() for back in range(size.days, -1, -1)]
    weights = [_weight(day, position / len(days), calendar) for position, day in enumerate(days)]
    # the last days are the hand-written requests' too
    written_from = len(days) - _WRITTEN_DAYS
    expected = size.requests * sum(weights[written_from:]) / sum(weights)
    room = max(0.03, 1 - WRITTEN / expected)
    weights = [w * room if at >= written_from else w for at, w in enumerate(weights)]
    passed = (now - now.replace(hour=0, minute=0)) / timedelta(days=1)
    weights[-1] *= min(1.0, max(0.0, (passed - 0.33) / 0.42))  # of today, what has passed
    cumulated = list(accumulate(weights))
    found: set[datetime] = set()
    while len(found) < size.requests - WRITTEN:
        day = rng.choices(days, cum_weights=cumulated)[0]
        at = datetime.combine(day, _time(rng, calendar.is_working(day)), now.tzinfo)
        if at < now:
            found.add(at)
    return sorted(found)


def _weight(day: date, share: float, calendar: WorkCalendar) -> float:
    growth = _GROWTH[0] + (_GROWTH[1] - _GROWTH[0]) * share
    usual = _WEEKDAYS[day.weekday()] if calendar.is_working(day) else _IDLE
    return growth * usual * _MONTHS[day.month - 1]


def _time(rng: Random, is_working: bool) -> time:
    """A time of day: two humps on a working day, some in the evening, any on a day off."""
    draw = rng.random()
    if not is_working:
        hour = rng.uniform(7.5, 22.5)
    elif draw < 0.5:
        hour = rng.gauss(10.1, 0.8)
    elif draw < 0.93:
        hour = rng.gauss(15.0, 1.1)
    else:
        hour = rng.uniform(18, 23)
    seconds = int(min(max(hour, 6.5), 23.4) * 3600)
    return time(seconds // 3600, seconds // 60 % 60, seconds % 60)


# --- what and who --------------------------------------------------------------------------------


@cache
def _of_month(month: int) -> tuple[list[str], list[int]]:
    """The categories, and how heavily they weigh in a month, added up."""
    found = habits()
    return list(found), list(accumulate(h.weight * h.months[month - 1] for h in found.values()))


def _category(rng: Random, at: datetime) -> str:
    codes, heavy = _of_month(at.month)
    return rng.choices(codes, cum_weights=heavy)[0]


def _fate(rng: Random) -> str:
    draw = rng.randrange(1000)
    for fate, share in _FATES.items():
        draw -= share
        if draw < 0:
            return fate
    return ""


class _Askers:
    """Who asks how often. Lately the hand-written enterprises are left to their own stories."""

    def __init__(self, size: Size) -> None:
        rng = drawing("askers")
        crowd = people.crowd(size)
        told = people.enterprises_told()
        is_industrial = {key: firm["is_industrial"] == "true" for key, firm in told.items()}
        is_industrial |= {key: firm.is_industrial for key, firm in crowd.firms.items()}
        weights = {key: rng.lognormvariate(0, 0.7) for key in is_industrial}
        self._pools: dict[tuple[bool, bool], tuple[list[str], list[float]]] = {}
        for lately in (False, True):
            for industry in (False, True):
                pool = [
                    key
                    for key in is_industrial
                    if is_industrial[key] is industry and not (lately and key in told)
                ]
                heavy = list(accumulate(weights[key] for key in pool))
                self._pools[lately, industry] = (pool, heavy)
        makers = [key for key in crowd.firms if is_industrial[key]]
        self._taiwan = rng.sample(makers, min(_TAIWAN_FIRMS, len(makers)))

    def firm(self, rng: Random, category: str, lately: bool) -> str:
        if category == "TWN":
            return rng.choice(self._taiwan)
        industry = rng.random() < (0.88 if category in _OF_INDUSTRY else 0.5)
        pool, heavy = self._pools[lately, industry]
        return rng.choices(pool, cum_weights=heavy)[0]


# --- twins and numbers ---------------------------------------------------------------------------


def _with_twins(
    rng: Random, planned: list[Planned], recent: datetime, now: datetime
) -> list[Planned]:
    """What will be merged asks again what the same enterprise asked shortly before."""
    taken = {one.at for one in planned}
    found: list[Planned] = []
    for one in planned:
        if one.fate == "merged":
            one = _twin(rng, one, found, recent, now, taken)
        found.append(one)
    return sorted(found, key=lambda one: one.at)


def _twin(
    rng: Random,
    one: Planned,
    earlier: list[Planned],
    recent: datetime,
    now: datetime,
    taken: set[datetime],
) -> Planned:
    """Let it follow one of those just before it; if none will do, it goes the usual way."""
    for place in range(len(earlier) - 1, max(-1, len(earlier) - 7), -1):
        first = earlier[place]
        at = first.at + timedelta(minutes=rng.randrange(25, 110), seconds=rng.randrange(60))
        # both are written together, and both while the office is open
        apart = at.date() != first.at.date() or (first.at < recent) != (at < recent)
        if first.fate or apart or at in taken or at >= now or not 9 <= first.at.hour < 16:
            continue
        earlier[place] = replace(first, fate="joined")
        taken.add(at)
        return replace(one, at=at, firm=first.firm, category=first.category, into=_key(first.at))
    return replace(one, fate="")


def _key(at: datetime) -> str:
    return f"{at:%y%m%d%H%M%S}"


def _numbered(planned: list[Planned], written: list[datetime]) -> Years:
    """Number all of a month in order of time; a twin learns its first one's number."""
    last: dict[str, int] = defaultdict(int)
    numbers: dict[datetime, list[str]] = defaultdict(list)
    for at in sorted([*(one.at for one in planned), *written]):
        month = month_of(at)
        last[month] += 1
        numbers[at].append(f"{month}-{last[month]:04d}")
    by_instant = {_key(one.at): numbers[one.at][0] for one in planned}
    told = tuple(
        replace(one, number=numbers[one.at].pop(0), into=by_instant.get(one.into, ""))
        for one in planned
    )
    return Years(told, {at: found for at, found in numbers.items() if found}, dict(last))
