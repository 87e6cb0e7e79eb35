"""The leader's figures, each leading to the very rows that make it up.

What stands open is counted as it is read; what came and ended comes from the daily figures, which
count by the same conditions as the ledger (`servicedesk.ledger`). Rates stand with their
denominator and with what is missing; nothing that wasn't asked is counted as good.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Literal

from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncWeek
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.casework.models import Case, CaseBar, CaseState
from yuanqi.casework.queries import names_to_be_barred
from yuanqi.foundation.actors import Actor, Role
from yuanqi.foundation.errors import NotAllowed
from yuanqi.organisation.models import Department
from yuanqi.organisation.queries import departments_ever
from yuanqi.servicedesk.ledger import at_work, lights, midnight, requests_listed
from yuanqi.servicedesk.models import Category, Reopening, Return
from yuanqi.servicedesk.queries import categories

from .facts import COUNTED, shares
from .models import DailyFigure, RequestFact
from .needs import Need, needs

WEEKS = 12
_WEEK = timedelta(weeks=1)

By = Literal["department", "category"]
Key = int | str | None  # a department, a category, or None: not dispatched yet


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
class Line:
    """The figures of one department or category; `subject` is None for what isn't dispatched."""

    subject: Department | Category | None
    standing: Standing
    done: Done
    returned: int
    reopened: Reopened
    taken: Taken | None

    @property
    def urgency(self) -> tuple[int, int, int]:
        return (-self.standing.red, -self.standing.yellow, -self.standing.open)


@dataclass(frozen=True, slots=True)
class Week:
    start: date
    raised: int
    closed: int

    @property
    def until(self) -> date:
        return self.start + _WEEK


@dataclass(frozen=True, slots=True)
class Cockpit:
    """What a leader sees first: what needs him, the month, the departments, the weeks."""

    now: datetime
    by: By
    period: Period
    is_running: bool
    needs: list[Need]
    standing: Standing
    done: Done
    before: Done  # the month before, whole
    returned: int
    reopened: Reopened
    reopened_before: Reopened
    taken: Taken | None
    lines: list[Line]
    weeks: list[Week]


def cockpit(
    actor: Actor, now: datetime, *, by: By = "department", month: date | None = None
) -> Cockpit:
    """The figures at `now`, those of a time for a month (the running one if none is named).

    Raises NotAllowed for others than leaders and the service centre.
    """
    if not actor.has(Role.LEADER, Role.CENTRE):
        raise NotAllowed(_("驾驶舱给分管领导和服务中心看。"))
    running = Period.of(timezone.localdate(now))
    period = running if month is None else min(Period.of(month), running, key=lambda p: p.start)
    listed = requests_listed(actor)
    hidden = _hidden(actor)
    standing = _standing(listed, now, by)
    done = _done(period, by, hidden)
    before = _done(period.before, by, hidden)
    reopened = _reopened(period, by, hidden, done)
    taken = _taken(period, by, hidden)
    returns = _returns(period, by, hidden)
    return Cockpit(
        now=now,
        by=by,
        period=period,
        is_running=period == running,
        needs=needs(actor, now),
        standing=sum(standing.values(), Standing()),
        done=sum(done.values(), Done()),
        before=sum(before.values(), Done()),
        returned=len({case for _key, case in returns}),
        reopened=sum(reopened.values(), Reopened()),
        reopened_before=sum(_reopened(period.before, by, hidden, before).values(), Reopened()),
        taken=taken.pop("all", None),
        lines=_lines(by, standing, done, returns, reopened, taken),
        weeks=_weeks(now, hidden),
    )


def _hidden(actor: Actor) -> list[int]:
    """The complaints that are kept from this actor: they are in none of his figures."""
    barred = CaseBar.objects.filter(grantee__in=names_to_be_barred(actor))
    return list(barred.values_list("case", flat=True).distinct())


def _standing(listed: QuerySet[Case], now: datetime, by: By) -> dict[Key, Standing]:
    column = "lead" if by == "department" else "category"
    counted = (
        listed.exclude(state=CaseState.CLOSED)
        .values(column)
        .order_by()
        .annotate(
            open=Count("pk", filter=at_work),
            answered=Count("pk", filter=Q(state=CaseState.ANSWERED)),
            **{light: Count("pk", filter=which) for light, which in lights(now).items()},
        )
    )
    return {row.pop(column): Standing(**row) for row in counted}


def _done(period: Period, by: By, hidden: Collection[int]) -> dict[Key, Done]:
    """The daily figures of a period, summed; without what is hidden from whoever asks."""
    counted = (
        DailyFigure.objects.filter(day__gte=period.start, day__lt=period.until)
        .values(by)
        .order_by()
        .annotate(**{name: Sum(name) for name in COUNTED})
    )
    found: dict[Key, Done] = {row.pop(by): Done(**row) for row in counted}
    for (cell, name), number in shares(RequestFact.objects.filter(case__in=hidden)).items():
        if period.start <= cell.day < period.until:
            found[getattr(cell, by)] -= Done(**{name: number})
    return found


def _reopened(
    period: Period, by: By, hidden: Collection[int], done: Mapping[Key, Done]
) -> dict[Key, Reopened]:
    """Each request counts once, however often it ended and was reopened in the period."""
    column = "case__lead" if by == "department" else "case__category"
    again = (
        Reopening.objects.filter(
            closed_before__gte=midnight(period.start), closed_before__lt=midnight(period.until)
        )
        .exclude(case__in=hidden)
        .values_list("case", column, "case__closed_at")
        .distinct()
    )
    found = {key: Reopened(ended=one.closed) for key, one in done.items()}
    for _case, key, closed_at in again:
        ended_again = closed_at is not None and (
            period.start <= timezone.localdate(closed_at) < period.until
        )
        found[key] = found.get(key, Reopened()) + Reopened(not ended_again, 1)
    return found


def _returns(period: Period, by: By, hidden: Collection[int]) -> set[tuple[Key, int]]:
    """Which department, or which category, had a request returned: each request once."""
    column = "department" if by == "department" else "case__category"
    return set(
        Return.objects.filter(at__gte=midnight(period.start), at__lt=midnight(period.until))
        .exclude(case__in=hidden)
        .values_list(column, "case")
        .distinct()
    )


def _taken(period: Period, by: By, hidden: Collection[int]) -> dict[Key, Taken]:
    """How long the answered requests of a period took; under "all" those of the whole zone."""
    column = "department_id" if by == "department" else "category"
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN.format(column=column), [period.start, period.until, list(hidden)])
        return {
            "all" if is_total else key: Taken(median, ninth)
            for key, is_total, median, ninth in cursor.fetchall()
            if median is not None
        }


_TAKEN = """
SELECT {column}, grouping({column}) = 1,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY worked_days),
    percentile_cont(0.9) WITHIN GROUP (ORDER BY worked_days)
FROM request_fact
WHERE ended_on >= %s AND ended_on < %s AND worked_days IS NOT NULL AND case_id <> ALL(%s)
GROUP BY GROUPING SETS (({column}), ())
"""


def _lines(
    by: By,
    standing: Mapping[Key, Standing],
    done: Mapping[Key, Done],
    returns: Iterable[tuple[Key, int]],
    reopened: Mapping[Key, Reopened],
    taken: Mapping[Key, Taken],
) -> list[Line]:
    """Every department that leads requests and what is not dispatched, or the categories that
    occur; the reddest first."""
    returning = [key for key, _case in returns]
    subjects: dict[Key, Department | Category | None]
    if by == "department":
        subjects = {None: None, **{unit.pk: unit for unit in departments_ever()}}
    else:
        subjects = {category.pk: category for category in categories()}
    found = []
    for key, subject in subjects.items():
        line = Line(
            subject=subject,
            standing=standing.get(key, Standing()),
            done=done.get(key, Done()),
            returned=returning.count(key),
            reopened=reopened.get(key, Reopened()),
            taken=taken.get(key),
        )
        is_empty = (line.standing, line.done, line.returned) == (Standing(), Done(), 0)
        if not is_empty or _is_always_shown(subject):
            found.append(line)
    return sorted(found, key=lambda line: line.urgency)


def _is_always_shown(subject: Department | Category | None) -> bool:
    if not isinstance(subject, Department) or subject.closed_at:
        return False
    return subject.kind == Department.Kind.BUREAU


def _weeks(now: datetime, hidden: Collection[int]) -> list[Week]:
    """What came in and what was closed in each of the last weeks; the last one still runs."""
    today = timezone.localdate(now)
    running = today - timedelta(days=today.weekday())
    first = running - (WEEKS - 1) * _WEEK
    counted = (
        DailyFigure.objects.filter(day__gte=first)
        .annotate(week=TruncWeek("day"))
        .values("week")
        .order_by()
        .annotate(**{name: Sum(name) for name in ("raised", "answered", "unanswered")})
    )
    found = {row.pop("week"): Done(**row) for row in counted}
    for (cell, name), number in shares(RequestFact.objects.filter(case__in=hidden)).items():
        week = cell.day - timedelta(days=cell.day.weekday())
        if week in found and name in ("raised", "answered", "unanswered"):
            found[week] -= Done(**{name: number})
    weeks = [first + index * _WEEK for index in range(WEEKS)]
    done = [found.get(start, Done()) for start in weeks]
    return [Week(start, one.raised, one.closed) for start, one in zip(weeks, done, strict=True)]
