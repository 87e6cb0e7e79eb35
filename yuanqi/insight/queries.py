"""The leader's figures, each from the very rows that its link shows.

A figure and its link are made of the same conditions (`servicedesk.ledger`), so they can't differ.
Rates stand with their denominator and with what is missing; nothing that wasn't asked is counted
as good. Computed as they are read: one pass over open cases, one over the month's closed ones.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from django.db.models import BooleanField, Count, ExpressionWrapper, F, Q, QuerySet
from django.db.models.functions import TruncWeek
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.casework.models import Case, CaseState, ClockPause, ClockRecord, Purpose
from yuanqi.domain.clock import Base
from yuanqi.foundation.actors import Actor, Role
from yuanqi.foundation.errors import NotAllowed
from yuanqi.organisation.calendars import work_calendar
from yuanqi.organisation.models import CalendarVersion, Department
from yuanqi.organisation.queries import departments
from yuanqi.servicedesk import ledger
from yuanqi.servicedesk.ledger import URGENT, at_work, lights, midnight, requests_listed
from yuanqi.servicedesk.models import Level, Return
from yuanqi.servicedesk.rows import Row, rows_of, with_outcome, with_row_parts
from yuanqi.servicedesk.story_clock import day_of

WEEKS = 12
MOST_URGENT = 4  # what one person can settle in a day
_WEEK = timedelta(weeks=1)


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
        return Standing(*(a + b for a, b in zip(_values(self), _values(other), strict=True)))


@dataclass(frozen=True, slots=True)
class Done:
    """Requests closed in a time: answered in time, rated, found resolved, found good."""

    closed: int = 0
    on_time: int = 0
    rated: int = 0
    resolved: int = 0
    satisfied: int = 0

    def __add__(self, other: "Done") -> "Done":
        return Done(*(a + b for a, b in zip(_values(self), _values(other), strict=True)))

    @property
    def unrated(self) -> int:
        return self.closed - self.rated


def _values(counts: Standing | Done) -> list[int]:
    return [getattr(counts, name) for name in counts.__slots__]


@dataclass(frozen=True, slots=True)
class Line:
    """One department's figures; `department` is None for what isn't dispatched yet.

    `median_days` are working days that the resolve clock counted, pauses left out.
    """

    department: Department | None
    standing: Standing
    done: Done
    returned: int
    median_days: float | None

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
    """What a leader sees first: what needs him, the month so far, the departments, the weeks."""

    now: datetime
    month: date
    urgent: list[Row]
    standing: Standing
    done: Done
    raised: int
    returned: int
    median_days: float | None
    lines: list[Line]
    weeks: list[Week]


def cockpit(actor: Actor, now: datetime) -> Cockpit:
    """The figures at `now`, the month's from its first day. Raises NotAllowed for others than
    leaders and the service centre."""
    if not actor.has(Role.LEADER, Role.CENTRE):
        raise NotAllowed(_("驾驶舱给分管领导和服务中心看。"))
    listed = requests_listed(actor)
    month = timezone.localdate(now).replace(day=1)
    since = midnight(month)
    closed = listed.filter(state=CaseState.CLOSED, closed_at__gte=since)

    standing = _standing_by_lead(listed, now)
    done = _done_by_lead(closed)
    days = _days_by_lead(closed)
    returns = set(
        Return.objects.filter(case__in=listed, at__gte=since)
        .values_list("department", "case")
        .distinct()
    )
    lines = _lines(departments(), standing, done, days, [unit for unit, _case in returns])
    return Cockpit(
        now=now,
        month=month,
        urgent=_urgent(listed, actor, now),
        standing=sum(standing.values(), Standing()),
        done=sum(done.values(), Done()),
        raised=listed.filter(opened_at__gte=since).count(),
        returned=len({case for _unit, case in returns}),
        median_days=_median([day for found in days.values() for day in found]),
        lines=lines,
        weeks=_weeks(listed, now),
    )


def _urgent(listed: QuerySet[Case], actor: Actor, now: datetime) -> list[Row]:
    """What is overdue: stopped and hindered production first, then what is overdue longest."""
    late = with_row_parts(listed.filter(lights(now)["red"]))
    worst = (
        ExpressionWrapper(Q(level=level), BooleanField()).desc() for level in (Level.P1, Level.P2)
    )
    ordered = late.order_by(*worst, *(key.ordering for key in URGENT))
    return rows_of(ordered[:MOST_URGENT], actor, now, names={})


def _standing_by_lead(listed: QuerySet[Case], now: datetime) -> dict[int | None, Standing]:
    counted = (
        listed.exclude(state=CaseState.CLOSED)
        .values("lead")
        .order_by()
        .annotate(
            open=Count("pk", filter=at_work),
            answered=Count("pk", filter=Q(state=CaseState.ANSWERED)),
            **{light: Count("pk", filter=which) for light, which in lights(now).items()},
        )
    )
    return {row.pop("lead"): Standing(**row) for row in counted}


def _done_by_lead(closed: QuerySet[Case]) -> dict[int | None, Done]:
    counted = (
        with_outcome(closed)
        .values("lead")
        .order_by()
        .annotate(
            closed=Count("pk"),
            on_time=Count("pk", filter=ledger.OUTCOMES["answer", "on-time"]),
            rated=Count("pk", filter=ledger.OUTCOMES["review", "any"]),
            resolved=Count("pk", filter=ledger.OUTCOMES["resolved", "yes"]),
            satisfied=Count("pk", filter=ledger.OUTCOMES["review", "satisfied"]),
        )
    )
    return {row.pop("lead"): Done(**row) for row in counted}


def _days_by_lead(closed: QuerySet[Case]) -> dict[int | None, list[float]]:
    """How many working days each closed request took, what its pauses spared left out."""
    clocks = list(
        ClockRecord.objects.filter(
            case__in=closed, purpose=Purpose.RESOLVE, task__isnull=True
        ).annotate(lead=F("case__lead"))
    )
    pauses: dict[int, list[ClockPause]] = {}
    for pause in ClockPause.objects.filter(
        clock__case__in=closed, clock__purpose=Purpose.RESOLVE
    ).order_by("start_at"):
        pauses.setdefault(pause.clock_id, []).append(pause)
    calendars = CalendarVersion.objects.in_bulk({clock.calendar_id for clock in clocks})
    found: dict[int | None, list[float]] = {}
    for record in clocks:
        calendar = work_calendar(calendars[record.calendar_id])
        assert record.stopped_at is not None, "a closed request has no open clock"
        account = record.clock(pauses.get(record.pk, [])).account(record.stopped_at, calendar)
        worked = sum(
            (calendar.between(span.start, span.end) for span in account if span.ground is None),
            timedelta(0),
        )
        day = day_of(Base.WORKING_DAYS, calendar)
        found.setdefault(record.lead, []).append(worked / day)
    return found


def _median(days: list[float]) -> float | None:
    return median(days) if days else None


def _lines(
    units: Iterable[Department],
    standing: dict[int | None, Standing],
    done: dict[int | None, Done],
    days: dict[int | None, list[float]],
    returning: list[int],
) -> list[Line]:
    """The departments that lead requests, and what is not dispatched, the reddest first."""
    found = []
    for unit in [*units, None]:
        key = unit.pk if unit else None
        line = Line(
            department=unit,
            standing=standing.get(key, Standing()),
            done=done.get(key, Done()),
            returned=0 if key is None else returning.count(key),
            median_days=_median(days.get(key, [])),
        )
        is_empty = (line.standing, line.done, line.returned) == (Standing(), Done(), 0)
        if not is_empty or (unit and unit.kind == Department.Kind.BUREAU):
            found.append(line)
    return sorted(found, key=lambda line: line.urgency)


def _weeks(listed: QuerySet[Case], now: datetime) -> list[Week]:
    """What came in and what was closed in each of the last weeks; the last one still runs."""
    today = timezone.localdate(now)
    running = today - timedelta(days=today.weekday())
    first = running - (WEEKS - 1) * _WEEK
    raised = _by_week(listed, "opened_at", first)
    closed = _by_week(listed, "closed_at", first)
    starts = [first + index * _WEEK for index in range(WEEKS)]
    return [Week(start, raised.get(start, 0), closed.get(start, 0)) for start in starts]


def _by_week(listed: QuerySet[Case], column: str, first: date) -> dict[date, int]:
    counted = (
        listed.filter((f"{column}__gte", midnight(first)))
        .order_by()
        .annotate(week=TruncWeek(column))
        .values("week")
        .annotate(count=Count("pk"))
    )
    return {timezone.localdate(row["week"]): row["count"] for row in counted}
