"""The open hours of a working calendar as sorted tables, so that no question walks day by day.

Pure. A table is a snapshot over whole years; `worktime.WorkCalendar` replaces it by a longer
one when a question reaches past its end. Every value is a count of microseconds since `base`,
local midnight of the first day, held twice: as `timedelta` for single questions, as int64 for
many at once.

An instant is open when its wall-clock time lies in [opening, closing) of a span of a working
day. In a zone that changes its clocks a span may therefore be cut, moved or doubled that day;
touching stretches are one stretch.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

MICROSECOND = timedelta(microseconds=1)
DAY = timedelta(days=1)
DAY_US = DAY // MICROSECOND

_CHUNK = 1 << 15  # elements whose intermediate arrays stay in the processor's cache
_INSTANT_SHIFT = 33  # guide blocks of 2^33 µs, 2.4 h: one or two boundaries in each
_WORK_SHIFT = 32  # guide blocks of 2^32 µs, 1.2 h of working time


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of time with one offset from UTC; `start` and `end` are instants."""

    start: int
    end: int
    shift: int  # wall clock minus elapsed time, both since base


def wall_us(moment: time) -> int:
    """Microseconds from midnight to a wall-clock time."""
    return (
        (moment.hour * 60 + moment.minute) * 60 + moment.second
    ) * 1_000_000 + moment.microsecond


class Table:
    """Open stretches from `first_day` up to (not including) `end_day`."""

    def __init__(
        self,
        first_day: date,
        end_day: date,
        working: Sequence[int],  # ordinals of the working days, ascending
        spans: Sequence[tuple[int, int]],  # microseconds from midnight
        tz: tzinfo,
    ) -> None:
        self.working = working
        self.end_day = end_day
        self.first_ordinal = first_day.toordinal()
        self.zone = tz
        utc_base = datetime.combine(first_day, time(), tz).astimezone(UTC)
        utc_end = datetime.combine(end_day, time(), tz).astimezone(UTC)
        self.segments = _segments(first_day, utc_base, utc_end, tz)
        self.is_fixed = len(self.segments) == 1
        # Subtracting datetimes of one zone compares their wall clocks. That is the fastest
        # way where the offset never changes, and wrong where it does: there, base is in UTC.
        self.base = utc_base.astimezone(tz) if self.is_fixed else utc_base
        self.utc_base_us = (utc_base - datetime(1970, 1, 1, tzinfo=UTC)) // MICROSECOND

        opens, closes = _stretches(self.segments, self.first_ordinal, working, spans)
        ends = np.cumsum(closes - opens)  # working time up to each close
        bounds = np.empty(2 * len(opens), np.int64)
        bounds[0::2], bounds[1::2] = opens, closes
        # Working time at an instant with i bounds at or before it: lead[i] where i is even
        # (closed), lead[i] + the instant where it is odd (open).
        lead = np.empty(len(bounds) + 1, np.int64)
        lead[0], lead[1::2], lead[2::2] = 0, ends - closes, ends
        self._bounds, self._lead, self._ends, self._resume = bounds, lead, ends, closes - ends

        self.bounds: list[timedelta] = _timedeltas(bounds)
        self.lead: list[timedelta] = _timedeltas(lead)
        self.ends: list[timedelta] = _timedeltas(ends)
        # resume[j] + working time = the instant, while that time runs out in stretch j
        self.resume: list[datetime] = [self.base + gap for gap in _timedeltas(self._resume)]
        # Guides narrow each search to one day, of clock time or of working time.
        days = (utc_end - utc_base) // DAY
        self.first: list[int] = np.searchsorted(bounds, np.arange(days + 1) * DAY_US).tolist()
        self.guide: list[int] = np.searchsorted(
            ends, np.arange(int(ends[-1]) // DAY_US + 1) * DAY_US
        ).tolist()

    def wall_end(self, day: date, wall: int) -> datetime:
        """The last instant at which the wall clock of `day` stands at or before `wall`.

        Where clocks go back it is the later of the two; where they leap over that time, the
        instant of the leap.
        """
        if self.is_fixed:
            local = datetime.combine(day, time(), self.zone)
            return local + timedelta(microseconds=wall)
        reading = (day.toordinal() - self.first_ordinal) * DAY_US + wall
        for segment in reversed(self.segments):
            if reading - segment.shift > segment.start:
                elapsed = min(reading - segment.shift, segment.end)
                return self.instant(timedelta(microseconds=elapsed))
        raise IndexError(day)

    def instant(self, elapsed: timedelta) -> datetime:
        """The instant `elapsed` after base, in the calendar's zone."""
        found = self.base + elapsed
        return found if self.is_fixed else found.astimezone(self.zone)

    @cached_property
    def _instant_guide(self) -> tuple[Ints, int]:
        return _guide(self._bounds, len(self.first) * DAY_US, _INSTANT_SHIFT)

    @cached_property
    def _work_guide(self) -> tuple[Ints, int]:
        return _guide(self._ends, int(self._ends[-1]), _WORK_SHIFT)

    def add_many(self, starts: Ints, amounts: Ints) -> Ints:
        """`WorkCalendar.add` for arrays of microseconds since 1970 in UTC and of amounts.

        Raises ValueError before the first day, IndexError past the table's end.
        """
        result: Ints = np.empty(len(starts), np.int64)
        for at in range(0, len(starts), _CHUNK):
            part = slice(at, at + _CHUNK)
            result[part] = self._add_chunk(starts[part] - self.utc_base_us, amounts[part])
        result += self.utc_base_us
        return result

    def _add_chunk(self, elapsed: Ints, amounts: Ints) -> Ints:
        if elapsed.min() < 0:
            raise ValueError("an instant lies before the calendar's first year")
        if elapsed.max() >= (len(self.first) - 1) * DAY_US:
            raise IndexError("an instant lies past the table's end")
        guide, steps = self._instant_guide
        index = guide[elapsed >> _INSTANT_SHIFT]
        for _ in range(steps):  # the guide's count, then the bounds of its block one by one
            index += self._bounds.take(index, mode="clip") <= elapsed
        np.minimum(index, len(self._bounds), out=index)
        worked: Ints = index & 1
        worked *= elapsed
        worked += self._lead.take(index, mode="clip")
        worked += amounts
        if worked.max() > self._ends[-1]:
            raise IndexError("an amount runs past the table's end")
        guide, steps = self._work_guide
        stretch = guide[worked >> _WORK_SHIFT]
        for _ in range(steps):
            stretch += self._ends.take(stretch, mode="clip") < worked
        worked += self._resume.take(stretch, mode="clip")
        idle = np.flatnonzero(amounts == 0)
        if len(idle):  # nothing to add: the instant itself, or the next opening
            after = index[idle]
            closed = (after & 1) == 0
            if after.max() >= len(self._bounds):
                raise IndexError("the next opening lies past the table's end")
            worked[idle] = np.where(closed, self._bounds[after], elapsed[idle])
        return worked


def _timedeltas(values: Ints) -> list[timedelta]:
    found: list[timedelta] = values.astype("timedelta64[us]").tolist()
    return found


def _guide(sorted_values: Ints, end: int, shift: int) -> tuple[Ints, int]:
    """For each block of 2^shift the count of values before it, and the most within one."""
    blocks = np.arange((end >> shift) + 3, dtype=np.int64) << shift
    counts = np.searchsorted(sorted_values, blocks).astype(np.int64)
    return counts, int(np.diff(counts).max())


def _segments(first_day: date, utc_base: datetime, utc_end: datetime, tz: tzinfo) -> list[Segment]:
    """The stretches of one UTC offset, found day by day and then to the microsecond."""
    zero = (datetime.combine(first_day, time(), UTC) - utc_base) // MICROSECOND

    def offset(elapsed: int) -> int:
        found = (utc_base + timedelta(microseconds=elapsed)).astimezone(tz).utcoffset()
        assert found is not None
        return found // MICROSECOND

    end = (utc_end - utc_base) // MICROSECOND
    segments: list[Segment] = []
    start, known, last = 0, offset(0), 0
    for probe in [*range(DAY_US, end, DAY_US), end]:
        if offset(probe) != known:
            low, high = last, probe
            while high - low > 1:
                middle = (low + high) // 2
                if offset(middle) == known:
                    low = middle
                else:
                    high = middle
            segments.append(Segment(start, high, known - zero))
            start, known = high, offset(probe)
        last = probe
    segments.append(Segment(start, end, known - zero))
    return segments


def _stretches(
    segments: Sequence[Segment],
    first_ordinal: int,
    working: Sequence[int],
    spans: Sequence[tuple[int, int]],
) -> tuple[Ints, Ints]:
    """Openings and closings in order of time, touching stretches joined."""
    midnights = (np.asarray(working, np.int64) - first_ordinal) * DAY_US
    daily = np.asarray(spans, np.int64)
    wall_opens = (midnights[:, None] + daily[:, 0]).ravel()
    wall_closes = (midnights[:, None] + daily[:, 1]).ravel()
    opens, closes = [], []
    for segment in segments:
        low = np.searchsorted(wall_closes, segment.start + segment.shift, side="right")
        high = np.searchsorted(wall_opens, segment.end + segment.shift, side="left")
        opens.append(np.maximum(wall_opens[low:high] - segment.shift, segment.start))
        closes.append(np.minimum(wall_closes[low:high] - segment.shift, segment.end))
    opening, closing = np.concatenate(opens), np.concatenate(closes)
    apart = opening[1:] != closing[:-1]
    return (
        opening[np.concatenate(([True], apart))],
        closing[np.concatenate((apart, [True]))],
    )


def index_after(working: Sequence[int], day: date) -> int:
    """Position in `working` of the first working day after `day`."""
    return bisect_right(working, day.toordinal())
