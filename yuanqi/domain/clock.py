"""Deadline clocks: when does a limit run out, who held each hour, what stopped it?

Pure: a function of recorded facts. Instants are timezone-aware; the calendar comes in. They
are kept in UTC: datetimes of one zone compare by wall clock, which errs when clocks go back.
A pause covers an instant t when start < t <= end. What precedes the clock's start is cut off.
Hearings, tendering, inspection, testing and expert review aren't counted: they are pauses
(Administrative Licensing Law (2019) art. 45). How limits run is in `limits`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from yuanqi.domain.limits import Base, Limit, plainly_after, runs_out
from yuanqi.domain.worktime import WorkCalendar

__all__ = ["Base", "Clock", "Holding", "Light", "Limit", "Pause", "Span"]

_NOTHING = timedelta(0)
_IN_WORKING_TIME = frozenset({Base.MINUTES, Base.WORKING_DAYS})


class Light(StrEnum):
    """What a list shows beside a clock: 绿灯, 黄灯, 红灯, 暂停计时, 办结."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    PAUSED = "paused"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Pause:
    """Time that doesn't count, on a recorded ground."""

    start: datetime
    end: datetime | None  # None while still open
    ground: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", _utc(self.start))
        if self.end is not None:
            object.__setattr__(self, "end", _utc(self.end))
            if self.end < self.start:
                raise ValueError(f"a pause ends before it begins: {self.start} – {self.end}")

    def covers(self, at: datetime) -> bool:
        return self.start < at and (self.end is None or at <= self.end)


@dataclass(frozen=True, slots=True)
class Holding:
    """Who holds the case from an instant on, until the next holding."""

    start: datetime
    holder: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", _utc(self.start))


@dataclass(frozen=True, slots=True)
class Span:
    """One line of a clock's account: how much of it counted, who held it, what stopped it."""

    start: datetime
    end: datetime
    counted: timedelta  # of working time or plain time as the limit counts; nought in a pause
    holder: str | None
    ground: str | None


@dataclass(frozen=True, slots=True)
class Clock:
    """A limit that runs from `started_at`, with what stopped, extended and ended it.

    ValueError for a naive datetime, pauses or holdings out of order, pauses that overlap, an
    extension in another base than the limit's, a stop before the start.
    """

    started_at: datetime
    limit: Limit
    pauses: tuple[Pause, ...] = ()
    extension: Limit | None = None
    holdings: tuple[Holding, ...] = ()
    stopped_at: datetime | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "started_at", _utc(self.started_at))
        object.__setattr__(self, "pauses", tuple(self.pauses))
        object.__setattr__(self, "holdings", tuple(self.holdings))
        for earlier, later in pairwise(self.pauses):
            if earlier.end is None or later.start < earlier.end:
                raise ValueError(f"pauses overlap or are out of order at {later.start}")
        for held, next_held in pairwise(self.holdings):
            if next_held.start < held.start:
                raise ValueError(f"holdings are out of order at {next_held.start}")
        if self.extension is not None:
            self.limit + self.extension  # ValueError in another base
        if self.stopped_at is not None:
            object.__setattr__(self, "stopped_at", _utc(self.stopped_at))
            if self.stopped_at < self.started_at:
                raise ValueError("a clock can't stop before it starts")

    def due_at(self, calendar: WorkCalendar) -> datetime | None:
        """The instant the limit runs out; None while a pause that began before it is open.

        A pause that begins at or after that instant changes nothing: what is overdue stays so.
        """
        return self._course(calendar)[1][-1]

    def left(self, now: datetime, calendar: WorkCalendar) -> timedelta:
        """What is left of the limit, negative when late.

        Working time for minutes and working days, plain time otherwise. While paused, what was
        left when the pause began; after the stop, what was left then. Only the pauses that
        began before `now` are known to it.
        """
        at = max(self.started_at, self._until(now))
        pauses, dues = self._course(calendar, before=at)
        if pauses and pauses[-1].covers(at):
            at, dues = pauses[-1].start, dues[:-1]
        due = dues[-1]
        assert due is not None  # an open pause covers all that follows it
        return self._counted(at, due, calendar)

    def light(self, now: datetime, calendar: WorkCalendar, warn: timedelta) -> Light:
        """Paused; red after the due instant; yellow from `warn` left on; else green.

        Stopped at or before `now`: done, or red if it was late then. ValueError when `warn` is
        negative.
        """
        _refuse_negative(warn)
        at = self._until(now)
        pauses, dues = self._course(calendar)
        due = dues[-1]
        is_paused = any(pause.covers(at) for pause in pauses)
        is_late = due is not None and at > due and not is_paused
        if at == self.stopped_at:
            return Light.RED if is_late else Light.DONE
        if is_paused:
            return Light.PAUSED
        if is_late:
            return Light.RED
        return Light.YELLOW if self.left(at, calendar) <= warn else Light.GREEN

    def warn_at(self, calendar: WorkCalendar, warn: timedelta) -> datetime | None:
        """The instant from which no more than `warn` is left for good; None without a due one.

        Stored beside `due_at`: after the last pause a running clock is yellow exactly from
        warn_at to due_at. A resumption that leaves less than `warn` is itself that instant.
        """
        _refuse_negative(warn)
        pauses, dues = self._course(calendar)
        turns = self.started_at
        resumptions = [self.started_at, *(pause.end for pause in pauses)]
        for position in reversed(range(len(dues))):
            begin, due = resumptions[position], dues[position]
            if begin is None or due is None:
                return None
            spare = self._counted(begin, due, calendar) - warn
            if spare > _NOTHING:
                reached = self._after(begin, spare, calendar)
                if position < len(pauses) and reached > pauses[position].start:
                    return turns  # there was enough when this pause began, not when it ended
                return reached
            turns = begin
        return turns

    def default_warn(self, calendar: WorkCalendar) -> timedelta:
        """A quarter of what was left at the start."""
        return self.left(self.started_at, calendar) // 4

    def account(self, now: datetime, calendar: WorkCalendar) -> tuple[Span, ...]:
        """Who held each stretch up to `now` or the stop, how much of it counted, and on what
        ground the rest didn't. The spans follow one another without a gap."""
        end = self._until(now)
        pauses, _ = self._course(calendar)
        marks = {self.started_at, end, *(holding.start for holding in self.holdings)}
        marks.update(pause.start for pause in pauses)
        marks.update(pause.end for pause in pauses if pause.end is not None)
        edges = sorted(mark for mark in marks if self.started_at <= mark <= end)
        taken_over = [holding.start for holding in self.holdings]
        spans = []
        for begin, finish in pairwise(edges):
            pause = next((pause for pause in pauses if pause.covers(finish)), None)
            held = bisect_right(taken_over, begin)
            spans.append(
                Span(
                    start=begin,
                    end=finish,
                    counted=_NOTHING if pause else self._counted(begin, finish, calendar),
                    holder=self.holdings[held - 1].holder if held else None,
                    ground=pause.ground if pause else None,
                )
            )
        return tuple(spans)

    def _until(self, now: datetime) -> datetime:
        """`now`, or the stop if that was earlier."""
        at = _utc(now)
        return at if self.stopped_at is None else min(at, self.stopped_at)

    def _course(
        self, calendar: WorkCalendar, before: datetime | None = None
    ) -> tuple[list[Pause], list[datetime | None]]:
        """The pauses that have an effect, and the due instants: without any, after one, …

        With `before`, only the pauses that began before that instant.
        """
        limit = self.limit if self.extension is None else self.limit + self.extension
        pauses: list[Pause] = []
        stops: list[tuple[datetime, datetime]] = []
        due = runs_out(limit, self.started_at, stops, calendar)
        dues: list[datetime | None] = [due]
        for pause in self._pauses_since_start():
            if pause.start >= due or (before is not None and pause.start >= before):
                break
            pauses.append(pause)
            if pause.end is None:
                dues.append(None)
                break
            stops.append((pause.start, pause.end))
            due = runs_out(limit, self.started_at, stops, calendar)
            dues.append(due)
        return pauses, dues

    def _pauses_since_start(self) -> Iterator[Pause]:
        for pause in self.pauses:
            if pause.start >= self.started_at:
                yield pause
            elif pause.end is None or pause.end > self.started_at:
                yield Pause(self.started_at, pause.end, pause.ground)

    def _counted(self, start: datetime, end: datetime, calendar: WorkCalendar) -> timedelta:
        if self.limit.base in _IN_WORKING_TIME:
            return calendar.between(start, end)
        return end.astimezone(UTC) - start.astimezone(UTC)

    def _after(self, start: datetime, amount: timedelta, calendar: WorkCalendar) -> datetime:
        if self.limit.base in _IN_WORKING_TIME:
            return calendar.add(start, amount)
        return plainly_after(start, amount, calendar)


def _utc(at: datetime) -> datetime:
    if at.utcoffset() is None:
        raise ValueError(f"an instant needs a time zone: {at!r}")
    return at.astimezone(UTC)


def _refuse_negative(warn: timedelta) -> None:
    if warn < _NOTHING:
        raise ValueError(f"a warning can't be negative: {warn}")
