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
