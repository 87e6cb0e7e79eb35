"""A year of a working calendar as twelve small months. Pure but for the active language."""

from calendar import Calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

from django.utils.translation import gettext, pgettext

from yuanqi.domain.worktime import WorkCalendar
from yuanqi.foundation.formats import MONTHS

_WEEKS = Calendar(firstweekday=0)


class Kind(StrEnum):
    """What a day is."""

    WORK = "work"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"  # a weekday that is off
    MAKE_UP = "make-up"  # a weekend day that is worked (调休)


@dataclass(frozen=True, slots=True)
class Day:
    date: date
    kind: Kind
    is_changed: bool


@dataclass(frozen=True, slots=True)
class Month:
    first: date
    weeks: list[list[Day | None]]  # Monday first; None outside the month

    @property
    def label(self) -> str:
        return gettext(MONTHS[self.first.month - 1])


@dataclass(frozen=True, slots=True)
class Year:
    """Twelve months, how many days are worked, whether the year is only guessed at."""

    number: int
    months: list[Month]
    worked: int
    is_provisional: bool

    @property
    def weekdays(self) -> tuple[str, ...]:
        """How the columns are headed, Monday first."""
        return (
            pgettext("weekday", "一"),
            pgettext("weekday", "二"),
            pgettext("weekday", "三"),
            pgettext("weekday", "四"),
            pgettext("weekday", "五"),
            pgettext("weekday", "六"),
            pgettext("weekday", "日"),
        )


@dataclass(frozen=True, slots=True)
class Change:
    """A day that two calendars see differently."""

    day: date
    before: Kind
    after: Kind


def kind_of(calendar: WorkCalendar, day: date) -> Kind:
    if calendar.is_working(day):
        return Kind.WORK if day.weekday() < 5 else Kind.MAKE_UP
    return Kind.HOLIDAY if day.weekday() < 5 else Kind.WEEKEND


def year_of(calendar: WorkCalendar, number: int, changed: Iterable[date] = ()) -> Year:
    """Lay a year out; ValueError before the calendar's first year."""
    marked = frozenset(changed)
    months = []
    worked = 0
    for month in range(1, 13):
        weeks: list[list[Day | None]] = []
        for week in _WEEKS.monthdatescalendar(number, month):
            days: list[Day | None] = []
            for day in week:
                if day.month != month:
                    days.append(None)
                    continue
                kind = kind_of(calendar, day)
                worked += kind in (Kind.WORK, Kind.MAKE_UP)
                days.append(Day(day, kind, day in marked))
            weeks.append(days)
        months.append(Month(date(number, month, 1), weeks))
    return Year(number, months, worked, calendar.is_provisional(date(number, 12, 31)))


def changes(before: WorkCalendar, after: WorkCalendar, days: Iterable[date]) -> list[Change]:
    """What these days were and become."""
    return [Change(day, kind_of(before, day), kind_of(after, day)) for day in days]


def hours_said(spans: Iterable[tuple[time, time]]) -> str:
    return gettext("，").join(f"{start:%H:%M}–{end:%H:%M}" for start, end in spans)
