"""What the sweep has to look at: what is due by now, and nothing else.

Asked every minute beside everybody's work, so what was said already is left out by the indexes:
nothing to do costs a few milliseconds, however much is late.
"""

from datetime import datetime

from django.db.models import F, Q, QuerySet

from yuanqi.casework.models import Case, CaseState, ClockPause, ClockRecord, Purpose
from yuanqi.casework.models.clock import to_be_warned
from yuanqi.casework.rulebook import definition_in, published
from yuanqi.foundation.standing import looked_up_once
from yuanqi.organisation.calendars import calendar_version, work_calendar

from .models import Supervision
from .queries import is_demand, running

unsaid = Q(warned_at__isnull=True) | Q(warned_at__lt=F("warn_at"))  # the limit has moved since


def to_watch(at: datetime) -> list[int]:
    """The cases about which something is to be said or ended at `at`, by id."""
    open_clocks = ClockRecord.objects.filter(stopped_at__isnull=True)
    rows = Supervision.objects.filter(ended_at__isnull=True)
    waiting = rows.filter(replied_at__isnull=True, passed_at__isnull=True)
    found: set[int] = set()
    for clocks in (
        open_clocks.filter(due_at__lt=at, escalated_at__isnull=True),
        open_clocks.filter(to_be_warned, due_at__gte=at, warn_at__lte=at),
    ):
        found.update(_watched(clocks))
    for some in (
        waiting.filter(due_at__lt=at),
        waiting.filter(unsaid, due_at__gte=at, warn_at__lte=at),
        rows.filter(~running & (~is_demand | Q(case__closed_at__isnull=False))),
    ):
        found.update(some.order_by().values_list("case_id", flat=True))
    found.update(_to_remind(at))
    return sorted(found)


def _watched(clocks: QuerySet[ClockRecord]) -> set[int]:
    """Of which cases these clocks are, without those that only ask an enterprise to evaluate:
    nobody of the park is late by its silence, which closes the case."""
    found, asked = set(), set()
    for case_id, purpose in clocks.order_by().values_list("case_id", "purpose"):
        (asked if purpose == Purpose.EVALUATE else found).add(case_id)
    if asked:
        called = Case.objects.filter(pk__in=asked, state=CaseState.CALL_BACK)
        found.update(called.values_list("pk", flat=True))
    return found


def _paused(at: datetime) -> QuerySet[ClockPause]:
    """The pauses that go on at `at`, of whose end nobody was reminded."""
    return ClockPause.objects.filter(
        end_at__isnull=True,
        clock__stopped_at__isnull=True,
        reminder__isnull=True,
        start_at__lt=at,
        until_at__gt=at,
    )


def _to_remind(at: datetime) -> set[int]:
    """The cases whose enterprise is to be reminded of what the clock waits for."""
    found = _paused(at).values_list(
        "clock__case", "clock__case__mechanism_version", "ground", "clock__calendar", "start_at"
    )
    with looked_up_once():
        return {case_id for case_id, *pause in found if _is_to_be_reminded(at, *pause)}


def to_remind(at: datetime, case: Case) -> list[ClockPause]:
    """The pauses of a case in which the enterprise is to be reminded of what is waited for."""
    found = _paused(at).filter(clock__case=case).select_related("clock")
    version_id = case.mechanism_version_id
    return [
        pause
        for pause in found
        if _is_to_be_reminded(at, version_id, pause.ground, pause.clock.calendar_id, pause.start_at)
    ]


def _is_to_be_reminded(
    at: datetime, version_id: int, ground: str, calendar_id: int, start_at: datetime
) -> bool:
    rule = definition_in(published(version_id)).pause_grounds[ground]
    after = rule.remind_after_working_days
    if after is None or not rule.ends_with_supply:
        return False
    return at >= work_calendar(calendar_version(calendar_id)).add_days(start_at, after)
