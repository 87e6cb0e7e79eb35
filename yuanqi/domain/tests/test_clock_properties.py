"""Clocks against slow counts, over Spring Festival with its two worked Saturdays."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

from chinese_calendar.constants import holidays, workdays
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from yuanqi.domain.clock import Base, Clock, Holding, Light, Limit, Pause
from yuanqi.domain.tests.reference import (
    MinuteCount,
    Stop,
    due_by_closes,
    due_by_midnights,
    due_by_minutes,
)
from yuanqi.domain.worktime import OFFICE_HOURS, WorkCalendar

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
NOTHING = timedelta(0)
SHANGHAI = ZoneInfo("Asia/Shanghai")
CHINA = WorkCalendar.china()
COUNT = MinuteCount(
    dict.fromkeys(holidays, False) | dict.fromkeys(workdays, True), OFFICE_HOURS, "Asia/Shanghai"
)
FIRST = datetime(2026, 2, 9, tzinfo=SHANGHAI)

# Whole minutes; half of them at or beside an edge of the working day or at midnight.
edges = st.tuples(st.sampled_from([0, 540, 720, 780, 1050]), st.integers(-1, 1)).map(sum)
minutes_of_day = st.one_of(edges, st.integers(0, 1439))


def between_days(first: int, last: int) -> st.SearchStrategy[datetime]:
    return st.tuples(st.integers(first, last), minutes_of_day).map(
        lambda it: FIRST + it[0] * DAY + it[1] * MINUTE
    )


instants = between_days(0, 25)
LIMITS: dict[str, st.SearchStrategy[Limit]] = {
    "minutes": st.builds(Limit, st.integers(1, 1500).map(Decimal), st.just("minutes")),
    "hours": st.builds(Limit, st.integers(1, 96).map(Decimal), st.just("hours")),
    "working_days": st.builds(
        Limit, st.integers(1, 16).map(lambda n: Decimal(n) / 2), st.just("working_days")
    ),
    "calendar_days": st.builds(Limit, st.integers(1, 15).map(Decimal), st.just("calendar_days")),
    "months": st.builds(Limit, st.integers(1, 2).map(Decimal), st.just("months")),
}


@st.composite
def clocks(draw: st.DrawFn, bases: tuple[str, ...] = tuple(LIMITS)) -> Clock:
    limits = LIMITS[draw(st.sampled_from(bases))]
    start = draw(between_days(0, 11))
    marks = sorted(draw(st.lists(instants, max_size=6, unique=True)))
    pauses = [Pause(*pair, "hearing") for pair in zip(marks[::2], marks[1::2], strict=False)]
    if len(marks) % 2:
        pauses.append(Pause(marks[-1], None, "inspection"))
    extension = draw(st.none() | limits)
    taken = sorted(draw(st.lists(instants, max_size=3)))
    holdings = tuple(Holding(at, f"officer {number}") for number, at in enumerate(taken))
    stopped_at = draw(st.none() | instants.map(lambda at: max(at, start)))
    return Clock(start, draw(limits), tuple(pauses), extension, holdings, stopped_at)


def slow_due(clock: Clock, known: tuple[Pause, ...]) -> datetime | None:
    """The due instant by a slow count with only some pauses known."""
    amount = clock.limit.amount + (clock.extension.amount if clock.extension else 0)
    start = clock.started_at
    stops: list[Stop] = [
        (max(pause.start, start), pause.end)
        for pause in known
        if pause.end is None or pause.end > start
    ]
    match clock.limit.base:
        case "minutes":
            return due_by_minutes(COUNT, start, int(amount), stops, round_the_clock=False)
        case "hours":
            return due_by_minutes(COUNT, start, int(amount * 60), stops, round_the_clock=True)
        case "working_days":
            return due_by_closes(COUNT, start, int(amount * 2), stops)
        case "calendar_days":
            day = start.astimezone(SHANGHAI).date()
            return due_by_midnights(COUNT, start, day + int(amount) * DAY, stops)
    return due_by_midnights(COUNT, start, months_on(start, int(amount)), stops)


def months_on(start: datetime, months: int) -> date:
    first = start.astimezone(SHANGHAI).date()
    month_start = first.replace(day=1)
    for _ in range(months):
        month_start = (month_start + 31 * DAY).replace(day=1)
    last = ((month_start + 31 * DAY).replace(day=1) - DAY).day
    return month_start.replace(day=min(first.day, last))


def is_paused(clock: Clock, now: datetime) -> bool:
    """By the contract: a pause covers now and began before what was due without it."""
    for number, pause in enumerate(clock.pauses):
        if max(pause.start, clock.started_at) < now and (pause.end is None or now <= pause.end):
            due = slow_due(clock, clock.pauses[:number])
            return due is not None and max(pause.start, clock.started_at) < due
    return False


def counted(clock: Clock, start: datetime, end: datetime) -> timedelta:
    if clock.limit.base in {Base.MINUTES, Base.WORKING_DAYS}:
        return COUNT.between(start, end) * MINUTE
    return end.astimezone(UTC) - start.astimezone(UTC)


@settings(max_examples=300, deadline=None)
@given(clocks())
def test_a_clock_is_due_when_a_slow_count_says_so(clock: Clock) -> None:
    assert clock.due_at(CHINA) == slow_due(clock, clock.pauses)


@settings(max_examples=150, deadline=None)
@given(clocks(), instants)
def test_what_is_left_is_what_a_slow_count_leaves(clock: Clock, now: datetime) -> None:
    at = now if clock.stopped_at is None else min(now, clock.stopped_at)
    at = max(at, clock.started_at)
    known = tuple(pause for pause in clock.pauses if max(pause.start, clock.started_at) < at)
    if is_paused(clock, at):
        at = max(known[-1].start, clock.started_at)
        known = known[:-1]
    due = slow_due(clock, known)
    assert due is not None

    assert clock.left(now, CHINA) == counted(clock, at, due)


@settings(max_examples=150, deadline=None)
@given(clocks(("minutes", "hours")), instants)
def test_limits_in_minutes_and_hours_lose_exactly_what_counted(clock: Clock, now: datetime) -> None:
    total = clock.left(clock.started_at, CHINA)
    spent = sum((span.counted for span in clock.account(now, CHINA)), NOTHING)

    assert clock.left(now, CHINA) == total - spent


@settings(max_examples=200, deadline=None)
@given(clocks(), instants, st.integers(0, 3000))
def test_the_light_follows_from_the_slow_count(clock: Clock, now: datetime, warn: int) -> None:
    is_stopped = clock.stopped_at is not None and clock.stopped_at <= now
    at = clock.stopped_at if is_stopped and clock.stopped_at else now
    due = slow_due(clock, clock.pauses)
    if is_paused(clock, at):
        expected = Light.DONE if is_stopped else Light.PAUSED
    elif due is not None and at > due:
        expected = Light.RED
    elif is_stopped:
        expected = Light.DONE
    else:
        is_near = clock.left(at, CHINA) <= warn * MINUTE
        expected = Light.YELLOW if is_near else Light.GREEN

    assert clock.light(now, CHINA, warn * MINUTE) is expected


@settings(max_examples=200, deadline=None)
@given(clocks(), instants)
def test_an_account_has_no_gaps_and_names_holder_and_ground(clock: Clock, now: datetime) -> None:
    account = clock.account(now, CHINA)
    end = now if clock.stopped_at is None else min(now, clock.stopped_at)

    if end <= clock.started_at:
        assert account == ()
        return
    assert (account[0].start, account[-1].end) == (clock.started_at, end)
    for earlier, later in pairwise(account):
        assert earlier.end == later.start
    for span in account:
        assert span.start < span.end
        inside = [span.start + MINUTE, span.start + (span.end - span.start) / 2, span.end]
        for at in inside:
            ground = next((p.ground for p in clock.pauses if p.covers(at)), None)
            assert span.ground == (ground if is_paused(clock, at) else None)
            held = [holding.holder for holding in clock.holdings if holding.start < at]
            assert span.holder == (held[-1] if held else None)
        if span.ground:
            assert span.counted == NOTHING
        else:
            assert span.counted == counted(clock, span.start, span.end)


@settings(max_examples=300, deadline=None)
@given(clocks(), instants, st.integers(0, 3000))
def test_after_its_last_pause_a_clock_is_yellow_from_warn_at_to_due_at(
    clock: Clock, now: datetime, warn: int
) -> None:
    assume(clock.stopped_at is None or now < clock.stopped_at)
    assume(now >= clock.started_at)
    due, turns = clock.due_at(CHINA), clock.warn_at(CHINA, warn * MINUTE)
    assert (turns is None) == (due is None)
    if due is None or turns is None:
        return
    first_minute = {max(pause.start, clock.started_at) + MINUTE: pause for pause in clock.pauses}
    heeded = [pause for at, pause in first_minute.items() if is_paused(clock, at)]
    last_end = max((pause.end for pause in heeded if pause.end), default=clock.started_at)
    moments = [now, due, turns, turns - timedelta(microseconds=1), turns + MINUTE]
    for at in moments:
        light = clock.light(at, CHINA, warn * MINUTE)
        if at > last_end and (clock.stopped_at is None or at < clock.stopped_at):
            assert (light is Light.YELLOW) == (turns <= at <= due)


@settings(max_examples=100, deadline=None)
@given(clocks(("minutes", "hours")), st.integers(0, 900))
def test_the_warning_is_the_first_instant_with_no_more_than_that_left(
    clock: Clock, warn: int
) -> None:
    clock = replace(clock, stopped_at=None)
    turns = clock.warn_at(CHINA, warn * MINUTE)
    assume(turns is not None)
    assert turns is not None

    assert clock.left(turns, CHINA) <= warn * MINUTE
    if turns > clock.started_at:
        assert clock.left(turns - timedelta(microseconds=1), CHINA) > warn * MINUTE


@settings(max_examples=100, deadline=None)
@given(clocks())
def test_the_default_warning_is_a_quarter_of_what_was_left_at_the_start(clock: Clock) -> None:
    due = slow_due(clock, ())
    assert due is not None

    assert clock.default_warn(CHINA) == counted(clock, clock.started_at, due) // 4
