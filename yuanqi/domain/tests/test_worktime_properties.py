"""The working calendar against slow counts, in China and where clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from chinese_calendar.constants import holidays, workdays
from hypothesis import example, given, settings
from hypothesis import strategies as st

from yuanqi.domain.tests.reference import MinuteCount, walk
from yuanqi.domain.worktime import OFFICE_HOURS, WorkCalendar

MINUTE = timedelta(minutes=1)
MICROSECOND = timedelta(microseconds=1)
SHANGHAI = ZoneInfo("Asia/Shanghai")
CHINA = WorkCalendar.china()
CHINA_DAYS = dict.fromkeys(holidays, False) | dict.fromkeys(workdays, True)

# Sundays on which clocks change are worked, and at night, so that every change is felt.
CHANGES = [date(2025, 3, 30), date(2025, 10, 26), date(2026, 3, 29), date(2026, 10, 25)]
Spans = tuple[tuple[time, time], ...]
NIGHTS: tuple[Spans, ...] = (
    ((time(0), time(0)),),
    ((time(1, 30), time(2, 30)), (time(2, 45), time(6))),
    ((time(2, 10), time(2, 50)), (time(23), time(0))),
    ((time(0), time(2)), (time(2), time(3)), (time(3), time(9))),
)
ZONES = ("Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo", "America/St_Johns", "UTC")


def changing(spans: Spans, zone: str) -> tuple[WorkCalendar, MinuteCount]:
    days = dict.fromkeys(CHANGES, True) | {date(2025, 1, 1): False, date(2018, 11, 4): True}
    days |= {date(2018, 2, 18): True, date(2026, 4, 5): True, date(2026, 3, 8): True}
    return WorkCalendar(days, spans, zone, "test"), MinuteCount(days, spans, zone)


COUNTED = {(spans, zone): changing(spans, zone) for spans in NIGHTS for zone in ZONES}

new_year_to_spring = st.integers(0, 90 * 24 * 60).map(
    lambda minutes: datetime(2025, 12, 20, tzinfo=SHANGHAI) + minutes * MINUTE
)
to_the_microsecond = st.datetimes(
    datetime(2004, 1, 1),  # noqa: DTZ001
    datetime(2028, 12, 31),  # noqa: DTZ001
    timezones=st.just(SHANGHAI),
)
amounts = st.timedeltas(timedelta(0), timedelta(days=30))
near_changes = st.tuples(
    st.sampled_from([*CHANGES, date(2018, 2, 18), date(2018, 11, 4), date(2026, 4, 5)]),
    st.integers(-36 * 60, 36 * 60),
).map(lambda it: datetime(it[0].year, it[0].month, it[0].day, tzinfo=UTC) + it[1] * MINUTE)


@settings(max_examples=60, deadline=None)
@given(new_year_to_spring, st.integers(0, 20 * 60))
@example(datetime(2026, 2, 14, 17, 30, tzinfo=SHANGHAI), 0)
@example(datetime(2026, 2, 14, 10, 0, tzinfo=SHANGHAI), 390)
def test_adding_agrees_with_a_minute_by_minute_count(start: datetime, minutes: int) -> None:
    slow = MinuteCount(CHINA_DAYS, OFFICE_HOURS, "Asia/Shanghai")

    assert CHINA.add(start, minutes * MINUTE) == slow.add(start, minutes)


@settings(max_examples=60, deadline=None)
@given(new_year_to_spring, st.integers(-20 * 24 * 60, 20 * 24 * 60))
def test_between_agrees_with_a_minute_by_minute_count(start: datetime, minutes: int) -> None:
    slow = MinuteCount(CHINA_DAYS, OFFICE_HOURS, "Asia/Shanghai")
    end = start + minutes * MINUTE

    assert CHINA.between(start, end) == slow.between(start, end) * MINUTE


@settings(max_examples=1000, deadline=None)
@given(to_the_microsecond, amounts)
def test_adding_agrees_with_a_walk_to_the_microsecond(start: datetime, amount: timedelta) -> None:
    expected = walk(start, amount, CHINA_DAYS, OFFICE_HOURS, SHANGHAI)

    assert CHINA.add(start, amount) == expected
    assert CHINA.add(start.astimezone(UTC), amount) == expected


@settings(max_examples=60, deadline=None)
@given(
    to_the_microsecond,
    amounts,
    st.lists(st.integers(0, 24 * 4), min_size=2, max_size=8, unique=True).filter(
        lambda marks: len(marks) % 2 == 0
    ),
)
def test_any_spans_agree_with_the_walk(
    start: datetime, amount: timedelta, marks: list[int]
) -> None:
    walls = [time(*divmod(mark * 15, 60)) for mark in sorted(marks) if mark < 96]
    spans = tuple(zip(walls[::2], walls[1::2], strict=False)) or OFFICE_HOURS
    calendar = WorkCalendar.china(spans=spans)

    assert calendar.add(start, amount) == walk(start, amount, CHINA_DAYS, spans, SHANGHAI)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("spans", NIGHTS)
@settings(max_examples=15, deadline=None)
@given(near_changes, st.integers(0, 20 * 60))
def test_where_clocks_change_every_open_minute_counts_once(
    spans: Spans, zone: str, start: datetime, minutes: int
) -> None:
    calendar, slow = COUNTED[spans, zone]
    end = start + minutes * MINUTE
    local = start.astimezone(ZoneInfo(zone))

    # In UTC: by PEP 495 an ambiguous local time never equals a time of another zone.
    assert calendar.add(start, minutes * MINUTE).astimezone(UTC) == slow.add(start, minutes)
    assert calendar.add(local, minutes * MINUTE).astimezone(UTC) == slow.add(start, minutes)
    assert calendar.between(local, end) == slow.between(start, end) * MINUTE
    many = calendar.add_many(np64([start]), np.array([minutes], "timedelta64[m]"))
    assert many.tolist() == np64([slow.add(start, minutes)]).tolist()


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("spans", NIGHTS)
def test_where_clocks_change_the_last_close_is_the_last_open_minutes_end(
    spans: Spans, zone: str
) -> None:
    calendar, slow = COUNTED[spans, zone]
    for day in CHANGES:
        minutes = [
            datetime(day.year, day.month, day.day, tzinfo=UTC) + minute * MINUTE
            for minute in range(-26 * 60, 50 * 60)
        ]
        today = [at for at in minutes if at.astimezone(slow.zone).date() == day]
        close = max(filter(slow.is_open, today)) + MINUTE
        assert calendar.midnight_after(day).astimezone(UTC) == max(today) + MINUTE
        assert calendar.last_close(day).astimezone(UTC) == close


def test_an_office_in_berlin_over_the_change_of_clocks() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    calendar = WorkCalendar({date(2026, 1, 1): False}, OFFICE_HOURS, berlin, "test")
    friday = datetime(2026, 3, 27, 17, 0, tzinfo=berlin)

    due = calendar.add(friday, timedelta(hours=1))

    assert due == datetime(2026, 3, 30, 7, 30, tzinfo=UTC)  # Monday 09:30, summer time
    assert due.tzinfo is berlin
    assert calendar.add_days(friday, 1) == datetime(2026, 3, 30, 15, 30, tzinfo=UTC)
    assert calendar.between(friday, due) == timedelta(hours=1)


@settings(max_examples=300, deadline=None)
@given(to_the_microsecond, amounts)
def test_what_was_added_lies_between(start: datetime, amount: timedelta) -> None:
    end = CHINA.add(start, amount)

    assert CHINA.between(start, end) == amount
    assert CHINA.between(end, start) == -amount
    if amount:
        assert CHINA.between(start, end - MICROSECOND) == amount - MICROSECOND


@settings(max_examples=300, deadline=None)
@given(to_the_microsecond, amounts, amounts)
def test_adding_twice_is_adding_the_sum(
    start: datetime, first: timedelta, second: timedelta
) -> None:
    if second:
        assert CHINA.add(CHINA.add(start, first), second) == CHINA.add(start, first + second)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(to_the_microsecond, amounts), min_size=1, max_size=200))
def test_many_agree_with_one_at_a_time(pairs: list[tuple[datetime, timedelta]]) -> None:
    starts = np64([start for start, _ in pairs])
    ends = CHINA.add_many(starts, np.array([amount for _, amount in pairs], "timedelta64[us]"))

    assert ends.tolist() == np64([CHINA.add(start, amount) for start, amount in pairs]).tolist()


def test_many_agree_with_one_at_a_time_at_every_edge_of_a_month() -> None:
    first = datetime(2026, 2, 1, tzinfo=SHANGHAI)
    edges = [
        datetime.combine(first.date() + timedelta(days=day), wall, SHANGHAI) + shift * MICROSECOND
        for day in range(31)
        for wall in (time(0), time(9), time(12), time(13), time(17, 30))
        for shift in (-1, 0, 1)
    ]
    sizes = [
        timedelta(hours=hours) + shift * MICROSECOND
        for hours in (0, 3, 7.5, 30)
        for shift in (0, 1)
    ]
    starts = np.repeat(np64(edges), len(sizes))
    amounts = np.tile(np.array(sizes, "timedelta64[us]"), len(edges))

    ends = CHINA.add_many(starts, amounts)

    one_by_one = [CHINA.add(edge, size) for edge in edges for size in sizes]
    assert ends.tolist() == np64(one_by_one).tolist()


@settings(max_examples=300, deadline=None)
@given(to_the_microsecond, st.integers(1, 60))
def test_counting_days_agrees_with_looking_at_each_day(start: datetime, days: int) -> None:
    day, left = start.date(), days
    while left:
        day += timedelta(days=1)
        left -= CHINA_DAYS.get(day, day.isoweekday() <= 5)

    assert CHINA.add_days(start, days) == datetime.combine(day, time(17, 30), SHANGHAI)


def np64(instants: list[datetime]) -> np.ndarray:
    return np.array(
        [instant.astimezone(UTC).replace(tzinfo=None) for instant in instants], "datetime64[us]"
    )
