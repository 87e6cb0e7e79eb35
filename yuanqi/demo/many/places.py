"""Where in the calendar a life may be told again: where working days and days off follow alike.

A limit in working time, working days, calendar days or hours depends on nothing but which of the
days from its start to its end are worked. So a life that is moved by whole days to where those
follow in the same order keeps every due, warning and stopping instant, moved along. (Months have
no fixed length: a life with a limit in months stays where it is.)
"""

from dataclasses import dataclass
from datetime import date, timedelta

from yuanqi.domain.worktime import WorkCalendar


@dataclass(frozen=True, slots=True)
class Days:
    """The days from `first` on, as a text of 1 (worked) and 0."""

    first: date
    pattern: str

    @classmethod
    def between(cls, first: date, last: date, calendar: WorkCalendar) -> "Days":
        days = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return cls(first, "".join("1" if calendar.is_working(day) else "0" for day in days))

    def shifts(self, start: date, end: date, *, happened: date, until: date) -> list[int]:
        """By how many days what lasted from `start` to `end` may be moved, the least first.

        Its end is the last day that any of its instants depends on; what `happened` at the latest
        stays before `until`. Nought is among them if it does.
        """
        place, length = (start - self.first).days, (end - start).days + 1
        wanted = self.pattern[place : place + length]
        if len(wanted) < length:
            raise ValueError(f"{start} to {end} is not within the days looked at")
        last = place + (until - happened).days - 1  # the latest place that it may begin at
        found = []
        at = self.pattern.find(wanted)
        while 0 <= at <= last:
            found.append(at - place)
            at = self.pattern.find(wanted, at + 1)
        return found
