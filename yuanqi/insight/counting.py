"""What the cockpit counts, each kind by one query that groups in the database.

What stands open is counted from the requests as they are; what came and ended is summed from the
daily figures. All of it leaves out the complaints that are kept from whoever asks. The statements
are written out: each has one plan that serves whatever its values, and is planned once.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Literal

from django.utils import timezone

from yuanqi.casework.models import CaseBar
from yuanqi.casework.queries import names_to_be_barred
from yuanqi.casework.rulebook import version_ids
from yuanqi.foundation import prepared
from yuanqi.foundation.actors import Actor
from yuanqi.servicedesk.ledger import midnight
from yuanqi.servicedesk.models import MECHANISM

from .facts import COUNTED, Cell, shares
from .models import RequestFact

WEEK = timedelta(weeks=1)

By = Literal["department", "category"]
Key = int | str | None  # a department, a category, or None: not dispatched yet

_OF_CASE = {"department": "lead_id", "category": "category"}
_OF_FACT = {"department": "department_id", "category": "category"}


@dataclass(frozen=True, slots=True)
class Period:
    """A month of the zone, as far as it has come. `until` is the day after its last."""

    start: date

    @classmethod
    def of(cls, day: date) -> "Period":
        return cls(day.replace(day=1))

    @property
    def until(self) -> date:
        return (self.start + timedelta(days=31)).replace(day=1)

    @property
    def before(self) -> "Period":
        return Period.of(self.start - timedelta(days=1))

    @property
    def after(self) -> "Period":
        return Period(self.until)

    def has(self, day: date) -> bool:
        return self.start <= day < self.until


@dataclass(frozen=True, slots=True)
class Standing:
    """Open requests by light, and those that wait for the enterprise's evaluation."""

    open: int = 0
    red: int = 0
    yellow: int = 0
    green: int = 0
    paused: int = 0
    answered: int = 0

    def __add__(self, other: "Standing") -> "Standing":
        return Standing(*_sums(self, other))


@dataclass(frozen=True, slots=True)
class Done:
    """What came and what ended in a time: answered, in time, rated, resolved, found good.

    `unanswered` ended otherwise: not accepted, merged, withdrawn. They are in no rate.
    """

    raised: int = 0
    answered: int = 0
    on_time: int = 0
    rated: int = 0
    satisfied: int = 0
    resolved: int = 0
    unanswered: int = 0

    def __add__(self, other: "Done") -> "Done":
        return Done(*_sums(self, other))

    def __sub__(self, other: "Done") -> "Done":
        return Done(*(a - b for a, b in zip(_values(self), _values(other), strict=True)))

    @property
    def unrated(self) -> int:
        return self.answered - self.rated

    @property
    def closed(self) -> int:
        return self.answered + self.unanswered


def _values(counts: Standing | Done) -> list[int]:
    return [getattr(counts, item.name) for item in fields(counts)]


def _sums(one: Standing | Done, other: Standing | Done) -> list[int]:
    return [a + b for a, b in zip(_values(one), _values(other), strict=True)]


@dataclass(frozen=True, slots=True)
class Taken:
    """How long requests took, in working days that counted: half and nine tenths took no more."""

    median: float
    ninth: float


@dataclass(frozen=True, slots=True)
class Reopened:
    """Of the requests that ended in a time, as often as it may have been, those reopened since."""

    ended: int = 0
    reopened: int = 0

    def __add__(self, other: "Reopened") -> "Reopened":
        return Reopened(self.ended + other.ended, self.reopened + other.reopened)


@dataclass(frozen=True, slots=True)
class Week:
    start: date
    raised: int
    closed: int

    @property
    def until(self) -> date:
        return self.start + WEEK


@dataclass(frozen=True, slots=True)
class Scope:
    """What is counted for one actor: every request but the complaints that are kept from him."""

    names: list[str]  # under which he may be barred
    hidden: list[int]  # the cases
    shares: Mapping[tuple[Cell, str], int]  # what these give to the daily figures

    @classmethod
    def of(cls, actor: Actor) -> "Scope":
        names = list(names_to_be_barred(actor))
        barred = CaseBar.objects.filter(grantee__in=names).values_list("case", flat=True)
        hidden = sorted(set(barred))
        facts = RequestFact.objects.filter(case__in=hidden) if hidden else ()
        return cls(names, hidden, shares(facts))

    @property
    def open_requests(self) -> tuple[str, list[object]]:
        """A condition on "case", with its values: open requests that he may know of."""
        return _OPEN, [version_ids(MECHANISM), self.names]


# the kind of case says that it is a request: looking up twenty thousand details would cost more
# than counting
_OPEN = """
    state <> 'closed' AND mechanism_version_id = ANY(%s)
    AND id NOT IN (SELECT case_id FROM case_bar WHERE grantee = ANY(%s))
"""


def standing(scope: Scope, now: datetime, by: By) -> dict[Key, Standing]:
    """Open requests by light: `servicedesk.ledger.lights`, each request looked at once."""
    condition, values = scope.open_requests
    found: dict[Key, dict[str, int]] = defaultdict(dict)
    sql = _STANDING.format(key=_OF_CASE[by], condition=condition)
    for key, light, count in prepared.rows(sql, now, now, *values):
        found[key][light] = count
        if light != "answered":
            found[key]["open"] = found[key].get("open", 0) + count
    return {key: Standing(**counts) for key, counts in found.items()}


_STANDING = """
SELECT {key}, CASE
        WHEN state = 'answered' THEN 'answered'
        WHEN due_at IS NULL THEN 'paused'
        WHEN due_at < %s THEN 'red'
        WHEN warn_at <= %s THEN 'yellow'
        ELSE 'green'
    END, count(*)
FROM "case" WHERE {condition}
GROUP BY 1, 2
"""


def done(scope: Scope, period: Period, by: By) -> tuple[dict[Key, Done], dict[Key, Done]]:
    """The daily figures of a period and of the one before it, summed."""
    key = _OF_FACT[by]
    found: tuple[dict[Key, Done], dict[Key, Done]] = ({}, {})
    for value, is_before, *sums in prepared.rows(
        _DONE.format(key=key), period.start, period.before.start, period.until
    ):
        found[is_before][value] = Done(*sums)
    for (cell, name), number in scope.shares.items():
        for counted, time in zip(found, (period, period.before), strict=True):
            if time.has(cell.day):
                counted[getattr(cell, by)] -= Done(**{name: number})
    return found


_DONE = f"""
SELECT {{key}}, day < %s, {", ".join(f"sum({name})" for name in COUNTED)}
FROM daily_figure WHERE day >= %s AND day < %s
GROUP BY 1, 2
"""  # noqa: S608 - the names are ours


def reopened(
    scope: Scope, period: Period, by: By, ended: tuple[Mapping[Key, Done], Mapping[Key, Done]]
) -> tuple[dict[Key, Reopened], dict[Key, Reopened]]:
    """What ended in a period and in the one before it, and how much of that was reopened since.

    Each request counts once, however often it ended and was reopened in the period.
    """
    found = tuple(
        {key: Reopened(ended=one.closed) for key, one in counted.items()} for counted in ended
    )
    seen = set()
    rows = prepared.rows(
        _REOPENED.format(key=_OF_CASE[by]),
        midnight(period.before.start),
        midnight(period.until),
        scope.hidden,
    )
    for case_id, key, closed_at, closed_before in rows:
        is_before = not period.has(timezone.localdate(closed_before))
        if (case_id, is_before) in seen:
            continue
        seen.add((case_id, is_before))
        time = period.before if is_before else period
        ended_again = closed_at is not None and time.has(timezone.localdate(closed_at))
        counted = found[is_before]
        counted[key] = counted.get(key, Reopened()) + Reopened(not ended_again, 1)
    return found[0], found[1]


_REOPENED = """
SELECT case_id, "case".{key}, "case".closed_at, closed_before
FROM request_reopening JOIN "case" ON "case".id = case_id
WHERE closed_before >= %s AND closed_before < %s AND case_id <> ALL(%s::bigint[])
"""


def returns(scope: Scope, period: Period, by: By) -> tuple[dict[Key, int], int]:
    """How many requests each department returned, or were returned of each category; and how
    many there are of them: what several departments returned is one."""
    source = _RETURNS_BY_DEPARTMENT if by == "department" else _RETURNS_BY_CATEGORY
    rows = prepared.rows(source, midnight(period.start), midnight(period.until), scope.hidden)
    found: dict[Key, int] = {}
    total = 0
    for key, is_total, count in rows:
        if is_total:
            total = count
        else:
            found[key] = count
    return found, total


_RETURNS_BY_DEPARTMENT = """
SELECT department_id, grouping(department_id) = 1, count(DISTINCT case_id)
FROM request_return
WHERE at >= %s AND at < %s AND case_id <> ALL(%s::bigint[])
GROUP BY GROUPING SETS ((department_id), ())
"""
_RETURNS_BY_CATEGORY = """
SELECT category, grouping(category) = 1, count(DISTINCT case_id)
FROM request_return JOIN "case" ON "case".id = case_id
WHERE at >= %s AND at < %s AND case_id <> ALL(%s::bigint[])
GROUP BY GROUPING SETS ((category), ())
"""


def taken(scope: Scope, period: Period, by: By) -> tuple[dict[Key, Taken], Taken | None]:
    """How long the answered requests of a period took, and those of the whole zone."""
    rows = prepared.rows(_TAKEN.format(key=_OF_FACT[by]), period.start, period.until, scope.hidden)
    found: dict[Key, Taken] = {}
    total = None
    for key, is_total, median, ninth in rows:
        if median is None:
            continue
        if is_total:
            total = Taken(median, ninth)
        else:
            found[key] = Taken(median, ninth)
    return found, total


_TAKEN = """
SELECT {key}, grouping({key}) = 1,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY worked_days),
    percentile_cont(0.9) WITHIN GROUP (ORDER BY worked_days)
FROM request_fact
WHERE ended_on >= %s AND ended_on < %s AND worked_days IS NOT NULL
    AND case_id <> ALL(%s::bigint[])
GROUP BY GROUPING SETS (({key}), ())
"""


def weeks(scope: Scope, now: datetime, count: int) -> list[Week]:
    """What came in and what was closed in each of the last weeks; the last one still runs."""
    running = _monday(timezone.localdate(now))
    starts = [running - index * WEEK for index in reversed(range(count))]
    found = dict.fromkeys(starts, (0, 0))
    for start, raised, closed in prepared.rows(_WEEKS, starts[0]):
        if start in found:
            found[start] = (raised, closed)
    for (cell, name), number in scope.shares.items():
        start = _monday(cell.day)
        if start in found and name in ("raised", "answered", "unanswered"):
            raised, closed = found[start]
            gone = (number, 0) if name == "raised" else (0, number)
            found[start] = (raised - gone[0], closed - gone[1])
    return [Week(start, raised, closed) for start, (raised, closed) in found.items()]


_WEEKS = """
SELECT date_trunc('week', day)::date, sum(raised), sum(answered + unanswered)
FROM daily_figure WHERE day >= %s
GROUP BY 1
"""


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
