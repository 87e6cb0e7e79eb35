"""Slow, obvious answers to compare with: they share no code with what they check.

`MinuteCount` looks at each minute of the clock; everything given to it lies on whole minutes.
`walk` goes day by day and span by span, exact to the microsecond, for zones of one offset.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


class MinuteCount:
    def __init__(
        self, days: Mapping[date, bool], spans: Sequence[tuple[time, time]], zone: str
    ) -> None:
        self.days = days
        self.spans = spans
        self.zone = ZoneInfo(zone)

    def works(self, day: date) -> bool:
        return self.days.get(day, day.isoweekday() <= 5)

    def is_open(self, at: datetime) -> bool:
        local = at.astimezone(self.zone)
        if not self.works(local.date()):
            return False
        wall = local.time()
        return any(begin <= wall and (wall < end or end == time(0)) for begin, end in self.spans)

    def add(self, start: datetime, minutes: int) -> datetime:
        at = start.astimezone(UTC)
        if minutes == 0:
            while not self.is_open(at):
                at += MINUTE
        while minutes > 0:
            minutes -= self.is_open(at)
            at += MINUTE
        return at

    def between(self, start: datetime, end: datetime) -> int:
        if end < start:
            return -self.between(end, start)
        at, found = start.astimezone(UTC), 0
        while at < end:
            found += self.is_open(at)
            at += MINUTE
        return found


def walk(
    start: datetime,
    amount: timedelta,
    days: Mapping[date, bool],
    spans: Sequence[tuple[time, time]],
    zone: ZoneInfo,
) -> datetime:
    at = start.astimezone(zone)
    day = at.date()
    while True:
        if days.get(day, day.isoweekday() <= 5):
            for begin, end in spans:
                opening, close = (datetime.combine(day, wall, zone) for wall in (begin, end))
                if at >= close:
                    continue
                at = max(at, opening)
                if not amount or amount <= close - at:
                    return at + amount
                amount -= close - at
                at = close
        day += DAY


Stop = tuple[datetime, datetime | None]


def covers(stop: Stop, at: datetime) -> bool:
    begin, end = stop
    return begin < at and (end is None or at <= end)


def due_by_minutes(
    count: MinuteCount, start: datetime, minutes: int, stops: Sequence[Stop], round_the_clock: bool
) -> datetime | None:
    """Take a minute off for each one that counts."""
    at = start
    while minutes:
        for begin, end in stops:
            if begin <= at and end is None:
                return None
        is_stopped = any(begin <= at and (end is None or at < end) for begin, end in stops)
        minutes -= not is_stopped and (round_the_clock or count.is_open(at))
        at += MINUTE
    return at


def due_by_closes(
    count: MinuteCount, start: datetime, halves: int, stops: Sequence[Stop]
) -> datetime | None:
    """Look at each half hour: is it a close that takes a day, or the last half day, off?"""
    days, half = divmod(halves, 2)
    first_close, last_close = count.spans[0][1], count.spans[-1][1]
    started_on = start.astimezone(count.zone).date()
    at = datetime.combine(started_on, time(0), count.zone)
    while True:
        at += timedelta(minutes=30)
        local = at.astimezone(count.zone)
        if local.date() <= started_on:
            continue
        if any(begin < at and end is None for begin, end in stops):
            return None
        if not count.works(local.date()) or any(covers(stop, at) for stop in stops):
            continue
        if days and local.time() == last_close:
            days -= 1
            if days + half == 0:
                return at
        elif not days and half and local.time() == first_close:
            return at


def due_by_midnights(
    count: MinuteCount, start: datetime, last: date, stops: Sequence[Stop]
) -> datetime | None:
    """Give a day more for each covered 24:00, then move on from a day off.

    `last` is the last day as it would be without any stop. Stops are taken in one by one, as
    long as they begin before what is due without them.
    """
    heeded: list[Stop] = []
    while True:
        day, final = start.astimezone(count.zone).date(), last
        while day < final:
            day += DAY
            midnight = datetime.combine(day + DAY, time(0), count.zone)
            if any(covers(stop, midnight) for stop in heeded):
                final += DAY
        due = datetime.combine(final, count.spans[-1][1], count.zone)
        if not count.works(final):
            while not count.works(due.date()) or any(covers(stop, due) for stop in heeded):
                due += DAY
        following = stops[len(heeded) : len(heeded) + 1]
        if not following or following[0][0] >= due:
            return due
        if following[0][1] is None:
            return None
        heeded.extend(following)
