"""What each request adds to the figures, read from its rows."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from yuanqi.casework.models import Case, ClockPause, ClockRecord, Outcome, Purpose
from yuanqi.domain.clock import Base
from yuanqi.organisation.calendars import work_calendar
from yuanqi.organisation.models import CalendarVersion
from yuanqi.servicedesk.ledger import SATISFIED_FROM
from yuanqi.servicedesk.story_clock import day_of

from .models import RequestFact

ANSWERED = (Outcome.EVALUATED, Outcome.CALLED_BACK, Outcome.UNRATED)
COUNTED = ("raised", "answered", "on_time", "rated", "satisfied", "resolved", "unanswered")


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a request is counted: a day, the department that leads it, its category."""

    day: date
    department: int | None
    category: str


Shares = Counter[tuple[Cell, str]]


def shares_of(fact: RequestFact) -> Iterator[tuple[Cell, str]]:
    """Yield where the request counts as what: once where it was raised, and where it ended."""
    yield Cell(fact.raised_on, fact.department_id, fact.category), "raised"
    if fact.ended_on is None:
        return
    end = Cell(fact.ended_on, fact.department_id, fact.category)
    if not fact.is_answered:
        yield end, "unanswered"
        return
    yield end, "answered"
    if fact.is_on_time:
        yield end, "on_time"
    if fact.review is not None:
        yield end, "rated"
        if fact.review >= SATISFIED_FROM:
            yield end, "satisfied"
        if fact.is_resolved:
            yield end, "resolved"


def shares(facts: Iterable[RequestFact]) -> Shares:
    return Counter(share for fact in facts for share in shares_of(fact))


def facts_of(case_ids: Collection[int]) -> list[RequestFact]:
    """Read the facts of these cases; those that are no requests are left out. Five queries."""
    cases = list(
        Case.objects.filter(pk__in=case_ids, request__isnull=False).values(
            "pk", "opened_at", "closed_at", "answered_at", "lead_id", "category", "outcome",
            "resolve_due_at", "review_level", "review_resolved",
        )
    )  # fmt: skip
    answered = [case["pk"] for case in cases if case["outcome"] in ANSWERED]
    worked = worked_days(answered)
    found = []
    for case in cases:
        is_answered = case["outcome"] in ANSWERED
        rated = is_answered and case["outcome"] != Outcome.UNRATED
        found.append(
            RequestFact(
                case_id=case["pk"],
                raised_on=_day(case["opened_at"]),
                ended_on=_day(case["closed_at"]) if case["closed_at"] else None,
                department_id=case["lead_id"],
                category=case["category"],
                outcome=case["outcome"],
                is_answered=is_answered,
                is_on_time=is_answered and case["answered_at"] <= case["resolve_due_at"],
                review=case["review_level"] if rated else None,
                is_resolved=rated and bool(case["review_resolved"]),
                worked_days=worked.get(case["pk"]),
            )
        )
    return found


def _day(at: datetime) -> date:
    return timezone.localdate(at)


def worked_days(case_ids: Collection[int]) -> dict[int, float]:
    """How many working days the resolve clocks of each case counted, pauses left out.

    A request that was reopened has several clocks: what counts is their sum.
    """
    clocks = list(
        ClockRecord.objects.filter(
            case__in=case_ids,
            purpose=Purpose.RESOLVE,
            task__isnull=True,
            stopped_at__isnull=False,
        )
    )
    pauses: dict[int, list[ClockPause]] = defaultdict(list)
    for pause in ClockPause.objects.filter(clock__in=clocks).order_by("start_at"):
        pauses[pause.clock_id].append(pause)
    calendars = CalendarVersion.objects.in_bulk({clock.calendar_id for clock in clocks})
    found: dict[int, float] = defaultdict(float)
    for record in clocks:
        calendar = work_calendar(calendars[record.calendar_id])
        assert record.stopped_at is not None, "only stopped clocks are read"
        account = record.clock(pauses[record.pk]).account(record.stopped_at, calendar)
        counted = (calendar.between(s.start, s.end) for s in account if s.ground is None)
        found[record.case_id] += sum(counted, timedelta(0)) / day_of(Base.WORKING_DAYS, calendar)
    return dict(found)
