"""Limits: an amount of time in a base, and the instant at which it has run out.

Pure. Rules: Administrative Licensing Law (2019) art. 82 (days are working days); Civil Code
(2020) art. 201-203 (the first day isn't counted, months end on the same day, a last day that
is a holiday moves on, business hours end the day).
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from yuanqi.domain.worktime import WorkCalendar

_DAY = timedelta(days=1)
Stops = Sequence[tuple[datetime, datetime]]  # closed pauses, in order; each covers (start, end]


class Base(StrEnum):
    """What a limit is counted in."""

    MINUTES = "minutes"  # of working time
    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    MONTHS = "months"
    HOURS = "hours"  # round the clock


# Into how many parts one of a base may be cut: halves of working days, whole calendar days and
# months, microseconds of minutes and hours.
_PARTS: dict[str, int] = {
    Base.MINUTES: 60_000_000,
    Base.WORKING_DAYS: 2,
    Base.CALENDAR_DAYS: 1,
    Base.MONTHS: 1,
    Base.HOURS: 3_600_000_000,
}


@dataclass(frozen=True, slots=True)
class Limit:
    """An amount of time, more than nought, in one of the bases.

    ValueError for an unknown base and for a fraction that can't be counted in it: only working
    days come in halves, only minutes and hours in smaller parts.
    """

    amount: Decimal
    base: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal | int):
            raise TypeError(f"an amount is a Decimal, not {type(self.amount).__name__}")
        amount, base = Decimal(self.amount), Base(self.base)
        if not amount.is_finite() or not 0 < amount < 10**9:
            raise ValueError(f"a limit is more than nought and within reason, not {amount}")
        if amount * _PARTS[base] % 1:
            raise ValueError(f"{amount} {base} can't be counted")
        object.__setattr__(self, "amount", amount)
        object.__setattr__(self, "base", base)

    @classmethod
    def parse(cls, text: str) -> Limit:
        """Read a limit as a mechanism writes it, "7 working_days"; ValueError for other text."""
        match text.split():
            case [amount, base] if amount.replace(".", "", 1).isdecimal():
                return cls(Decimal(amount), base)
        raise ValueError(f"expected an amount and a base, such as '7 working_days': {text!r}")

    def __str__(self) -> str:
        return f"{self.amount} {self.base}"

    def __add__(self, extension: Limit) -> Limit:
        """The limit with its extension; ValueError when their bases differ."""
        if extension.base != self.base:
            raise ValueError(f"a limit in {self.base} can't be extended in {extension.base}")
        return Limit(self.amount + extension.amount, self.base)


def runs_out(limit: Limit, start: datetime, stops: Stops, calendar: WorkCalendar) -> datetime:
    """The instant at which a limit from `start` has run out, all `stops` taken into account."""
    return _DUE[limit.base](start, limit.amount, stops, calendar)


def plainly_after(start: datetime, amount: timedelta, calendar: WorkCalendar) -> datetime:
    """Elapsed time, not wall-clock time: the sum is made in UTC."""
    return (start.astimezone(UTC) + amount).astimezone(calendar.tz)


def _due_minutes(
    start: datetime, amount: Decimal, stops: Stops, calendar: WorkCalendar
) -> datetime:
    working = _duration(amount, Base.MINUTES)
    for begin, end in stops:
        working += calendar.between(begin, end)
    return calendar.add(start, working)


def _due_hours(start: datetime, amount: Decimal, stops: Stops, calendar: WorkCalendar) -> datetime:
    plain = _duration(amount, Base.HOURS)
    for begin, end in stops:
        plain += end.astimezone(UTC) - begin.astimezone(UTC)
    return plainly_after(start, plain, calendar)


def _due_working_days(
    start: datetime, amount: Decimal, stops: Stops, calendar: WorkCalendar
) -> datetime:
    whole = int(amount)
    if not stops and whole == amount:
        return calendar.add_days(start, whole)
    days = calendar.working_days_after(calendar.local_day(start))
    closes = map(calendar.last_close, days)
    due = start
    for _ in range(whole):
        due = next(close for close in closes if not _covered(close, stops))
    if whole != amount:
        halves = map(calendar.first_close, days)  # of the days after the n-th
        due = next(close for close in halves if not _covered(close, stops))
    return due


def _due_calendar_days(
    start: datetime, amount: Decimal, stops: Stops, calendar: WorkCalendar
) -> datetime:
    return _close_after_days(calendar.local_day(start), int(amount), stops, calendar)


def _due_months(start: datetime, amount: Decimal, stops: Stops, calendar: WorkCalendar) -> datetime:
    first = calendar.local_day(start)
    years, month = divmod(first.month - 1 + int(amount), 12)
    year, month = first.year + years, month + 1
    same_day = date(year, month, min(first.day, monthrange(year, month)[1]))
    return _close_after_days(first, (same_day - first).days, stops, calendar)


_DUE: dict[str, Callable[[datetime, Decimal, Stops, WorkCalendar], datetime]] = {
    Base.MINUTES: _due_minutes,
    Base.WORKING_DAYS: _due_working_days,
    Base.CALENDAR_DAYS: _due_calendar_days,
    Base.MONTHS: _due_months,
    Base.HOURS: _due_hours,
}


def _close_after_days(first: date, days: int, stops: Stops, calendar: WorkCalendar) -> datetime:
    """The close of business of the n-th counted day after `first`, a holiday moved on.

    A day counts unless a pause covers its 24:00. Rule: Civil Code (2020) art. 201-203.
    """
    last = first
    if not stops:
        last += days * _DAY
        days = 0
    while days:
        last += _DAY
        days -= not _covered(calendar.midnight_after(last), stops)
    if calendar.is_working(last):
        return calendar.last_close(last)
    closes = map(calendar.last_close, calendar.working_days_after(last))
    return next(close for close in closes if not _covered(close, stops))


def _duration(amount: Decimal, base: Base) -> timedelta:
    return timedelta(microseconds=int(amount * _PARTS[base]))


def _covered(at: datetime, stops: Stops) -> bool:
    return any(begin < at <= end for begin, end in stops)
