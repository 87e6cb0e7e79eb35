"""Working time: which hours count, and when does an amount of them run out?

Pure: no database, no wall clock. Instants are timezone-aware, working time is a `timedelta`.
Days in the interface are counted in working days, not natural days, holidays left out, under
the Administrative Licensing Law (2019) art. 82; which weekends are worked instead is published
each autumn by the General Office of the State Council for the next year.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from hashlib import sha256
from itertools import count
from types import MappingProxyType
from typing import Any, NoReturn
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from chinese_calendar.constants import holidays, workdays
from numpy.typing import NDArray

from yuanqi.domain.worktable import DAY_US, Table, index_after, wall_us

Hours = tuple[time, time]  # opening and close by the wall clock

OFFICE_HOURS: tuple[Hours, ...] = ((time(9), time(12)), (time(13), time(17, 30)))

_NOTHING = timedelta(0)
_UNPUBLISHED = (1970, 1969)  # first and last published year of a calendar that names no day
_YEARS_AHEAD = 5  # of plain weekdays after the named years in the first table
_MOST_YEARS = 400  # a longer table isn't built: an amount that needs it is a mistake


class WorkCalendar:
    """The working days of a place and the hours worked on them; immutable, hashable.

    `days` names days that differ from, or confirm, the plain week; the years from its first
    day to its last are published. `overrides` are a park's own changes: they win over `days`
    but publish nothing. After the last published year the plain week holds, provisionally.
    A calendar without any day publishes nothing: all its days, from 1970, are provisional.

    A span that closes at `time(0)` closes at 24:00. ValueError for a day or instant before the
    first year and for a naive datetime; OverflowError centuries after the last year.
    """

    __slots__ = (
        "_first_year",
        "_last_year",
        "_table",
        "days",
        "overrides",
        "spans",
        "tz",
        "version",
    )

    days: Mapping[date, bool]
    overrides: Mapping[date, bool]
    spans: tuple[Hours, ...]
    tz: tzinfo
    version: str
    _first_year: int
    _last_year: int
    _table: Table

    def __init__(
        self,
        days: Mapping[date, bool],
        spans: Sequence[Hours],
        tz: str | tzinfo,
        version: str,
        *,
        overrides: Mapping[date, bool] | None = None,
    ) -> None:
        own = overrides or {}
        first_year, last_year = (min(days).year, max(days).year) if days else _UNPUBLISHED
        if own and min(own).year < first_year:
            raise ValueError(f"{min(own)} lies before the calendar's first year, {first_year}")
        values = {
            "days": MappingProxyType(dict(days)),
            "overrides": MappingProxyType(dict(own)),
            "spans": _checked_spans(spans),
            "tz": _zone(tz) if isinstance(tz, str) else tz,
            "version": version,
            "_first_year": first_year,
            "_last_year": last_year,
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)
        named = max([last_year, *(day.year for day in own)])
        object.__setattr__(self, "_table", self._built(named + 1 + _YEARS_AHEAD))

    @classmethod
    def china(
        cls,
        spans: Sequence[Hours] = OFFICE_HOURS,
        overrides: Mapping[date, bool] = MappingProxyType({}),
        tz: str | tzinfo = "Asia/Shanghai",
    ) -> WorkCalendar:
        """China's holidays and make-up working days, from 2004 to the last published year.

        The version is a hash of days, spans and zone: two calendars that answer alike share it.
        """
        days = dict.fromkeys(holidays, False) | dict.fromkeys(workdays, True)
        version = fingerprint(days, spans, tz, overrides=overrides)
        return cls(days, spans, tz, version, overrides=overrides)

    # -- days

    def is_working(self, day: date) -> bool:
        """Whether offices work on that day; a datetime stands for its day in this zone."""
        day = self._known_day(day)
        named = self.overrides.get(day)
        if named is None:
            named = self.days.get(day)
        return day.weekday() < 5 if named is None else named

    def is_provisional(self, day: date) -> bool:
        """Whether the day lies after the last published year, so that it may still change."""
        return self._known_day(day).year > self._last_year

    def local_day(self, at: datetime) -> date:
        """The calendar day of an instant in this zone."""
        _refuse_naive(at)
        return at.astimezone(self.tz).date()

    def working_days_after(self, day: date) -> Iterator[date]:
        """The working days after `day`, without end."""
        day = self._known_day(day)
        for position in count(index_after(self._table.working, day)):
            while position >= len(self._table.working):
                self._lengthen()
            yield date.fromordinal(self._table.working[position])

    def first_close(self, day: date) -> datetime:
        """The end of a day's first span: half a working day."""
        return self._wall_end(day, wall_us(self.spans[0][1]) or DAY_US)

    def last_close(self, day: date) -> datetime:
        """The end of a day's last span, when its business hours end (Civil Code art. 203)."""
        return self._wall_end(day, wall_us(self.spans[-1][1]) or DAY_US)

    def midnight_after(self, day: date) -> datetime:
        """A day's 24:00."""
        return self._wall_end(day, DAY_US)

    # -- working time

    def add(self, start: datetime, amount: timedelta) -> datetime:
        """The instant at which `amount` of working time from `start` has run out.

        Outside hours the count begins at the next opening. It ends at a close rather than at
        the next opening. Nought gives `start` itself inside a span (its opening belongs to it,
        its close doesn't), else the next opening. ValueError for a negative amount.
        """
        table = self._table
        try:
            elapsed = start - table.base
            day = elapsed.days
            if day < 0:
                self._refuse_early(start)
            first = table.first
            index = bisect_right(table.bounds, elapsed, first[day], first[day + 1])
            if amount > _NOTHING:
                if index & 1:
                    worked = table.lead[index] + elapsed + amount
                else:
                    worked = table.lead[index] + amount
                day = worked.days
                guide = table.guide
                found = (
                    table.resume[bisect_left(table.ends, worked, guide[day], guide[day + 1])]
                    + worked
                )
                return found if table.is_fixed else found.astimezone(self.tz)
            if amount < _NOTHING:
                raise ValueError(f"an amount of working time can't be negative: {amount}")
            return start if index & 1 else table.instant(table.bounds[index])
        except IndexError:
            self._lengthen()
        except TypeError:
            _refuse_naive(start)
            raise
        return self.add(start, amount)

    def add_days(self, start: datetime, days: int) -> datetime:
        """The last close of the n-th working day after the day of `start`.

        The day of the start is not counted (Civil Code art. 201). ValueError unless days >= 1.
        """
        if days < 1:
            raise ValueError(f"at least one working day is to be counted, not {days}")
        position = index_after(self._table.working, self._known_day(start)) + days - 1
        while position >= len(self._table.working):
            self._lengthen()
        return self.last_close(date.fromordinal(self._table.working[position]))

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Working time from `start` to `end`; negative when `end` is the earlier."""
        return self._worked(end) - self._worked(start)

    def add_many(self, starts: Any, amounts: Any) -> NDArray[np.datetime64]:
        """`add` for arrays: datetime64 in UTC and timedelta64 in, datetime64[us] in UTC out.

        Either may be a single value. ValueError for a negative amount, NaT, an instant before
        the first year, or a unit finer than microseconds that they can't hold exactly.
        """
        instants = _microseconds(starts, "datetime64[us]")
        wanted = _microseconds(amounts, "timedelta64[us]")
        instants, wanted = np.broadcast_arrays(instants, wanted)
        if not instants.size:
            return np.empty(instants.shape, "datetime64[us]")
        if wanted.min() < 0:
            raise ValueError("an amount of working time can't be negative")
        while True:
            try:
                found = self._table.add_many(instants.ravel(), wanted.ravel())
            except IndexError:
                self._lengthen()
            else:
                return found.view("datetime64[us]").reshape(instants.shape)

    # -- identity

    def _identity(self) -> tuple[object, ...]:
        return (
            self.version,
            self.spans,
            str(self.tz),
            frozenset(self.days.items()),
            frozenset(self.overrides.items()),
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, WorkCalendar):
            return NotImplemented
        return self is other or self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash((self.version, self.spans, str(self.tz)))

    def __repr__(self) -> str:
        return f"<WorkCalendar {self.version} {self._first_year}–{self._last_year} {self.tz}>"

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a WorkCalendar can't be changed; build another")

    __delattr__ = __setattr__  # type: ignore[assignment]

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuilt, (
            dict(self.days),
            self.spans,
            self.tz,
            self.version,
            dict(self.overrides),
        )

    # -- the table behind

    def _worked(self, at: datetime) -> timedelta:
        table = self._table
        try:
            elapsed = at - table.base
            day = elapsed.days
            if day < 0:
                self._refuse_early(at)
            first = table.first
            index = bisect_right(table.bounds, elapsed, first[day], first[day + 1])
            return table.lead[index] + elapsed if index & 1 else table.lead[index]
        except IndexError:
            self._lengthen()
        except TypeError:
            _refuse_naive(at)
            raise
        return self._worked(at)

    def _wall_end(self, day: date, wall: int) -> datetime:
        day = self._known_day(day)
        while day >= self._table.end_day:
            self._lengthen()
        return self._table.wall_end(day, wall)

    def _known_day(self, day: date) -> date:
        if isinstance(day, datetime):
            day = self.local_day(day)
        if day.year < self._first_year:
            self._refuse_early(day)
        return day

    def _refuse_early(self, when: date) -> NoReturn:
        raise ValueError(f"{when} lies before the calendar's first year, {self._first_year}")

    def _built(self, end_year: int) -> Table:
        first_day, end_day = date(self._first_year, 1, 1), date(end_year, 1, 1)
        ordinals = np.arange(first_day.toordinal(), end_day.toordinal())
        open_days = (ordinals + 6) % 7 < 5  # ordinal 1 was a Monday
        for day, works in (dict(self.days) | dict(self.overrides)).items():
            open_days[day.toordinal() - ordinals[0]] = works
        spans = [(wall_us(opening), wall_us(close) or DAY_US) for opening, close in self.spans]
        return Table(first_day, end_day, ordinals[open_days].tolist(), spans, self.tz)

    def _lengthen(self) -> None:
        """Put a table of twice the years in place; threads at once build the same one."""
        years = self._table.end_day.year - self._first_year
        if years > _MOST_YEARS:
            raise OverflowError(f"the calendar ends with the year {self._table.end_day.year - 1}")
        object.__setattr__(self, "_table", self._built(self._first_year + 2 * years))


def fingerprint(
    days: Mapping[date, bool],
    spans: Sequence[Hours],
    tz: str | tzinfo,
    *,
    overrides: Mapping[date, bool] = MappingProxyType({}),
) -> str:
    """A version for a calendar: 16 hexadecimal digits that change when an answer may change.

    Days that only confirm the plain week don't change it; the published years do.
    """
    years = sorted(day.year for day in days)
    differing = sorted(
        f"{day:%Y%m%d}{works:d}"
        for day, works in (dict(days) | dict(overrides)).items()
        if works != (day.weekday() < 5)
    )
    hours = [f"{opening:%H:%M:%S.%f}-{close:%H:%M:%S.%f}" for opening, close in spans]
    text = ";".join([*map(str, years[:1] + years[-1:]), *differing, *hours, str(tz)])
    return sha256(text.encode()).hexdigest()[:16]


def _rebuilt(
    days: Mapping[date, bool],
    spans: Sequence[Hours],
    tz: tzinfo,
    version: str,
    overrides: Mapping[date, bool],
) -> WorkCalendar:
    return WorkCalendar(days, spans, tz, version, overrides=overrides)


def _checked_spans(spans: Sequence[Hours]) -> tuple[Hours, ...]:
    """Spans in order, none empty, none overlapping; they may touch."""
    checked = tuple((opening, close) for opening, close in spans)
    if not checked:
        raise ValueError("a working day has at least one span")
    last = 0
    for opening, close in checked:
        if opening.tzinfo is not None or close.tzinfo is not None:
            raise ValueError("spans are wall-clock times without a zone")
        begins, ends = wall_us(opening), wall_us(close) or DAY_US
        if begins < last or ends <= begins:
            raise ValueError(f"spans are in order, not empty and don't overlap: {opening}–{close}")
        last = ends
    return checked


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError as error:
        raise ValueError(f"unknown time zone: {name}") from error


def _refuse_naive(at: datetime) -> None:
    if isinstance(at, datetime) and at.utcoffset() is None:
        raise ValueError(f"an instant needs a time zone: {at!r}")


def _microseconds(values: Any, dtype: str) -> NDArray[np.int64]:
    given = np.asarray(values)
    if given.dtype.kind != np.dtype(dtype).kind:
        raise TypeError(f"expected {dtype[:-4]}, not {given.dtype}")
    if np.isnat(given).any():
        raise ValueError("NaT is no instant and no amount")
    exact = given.astype(dtype)
    if np.datetime_data(given.dtype)[0] in {"ns", "ps", "fs", "as"} and (exact != given).any():
        raise ValueError("finer than a microsecond")
    return exact.view(np.int64)
