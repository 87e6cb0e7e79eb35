"""The working calendar: is it right, and how does it stand beside pandas' CustomBusinessHour?

Both count the same hours (9:00-12:00, 13:00-17:30) on the same days. pandas has no make-up
days, so it is given them the only way it takes them: a week of seven working days, and every
day off, weekends too, as a holiday. A second pair of rows uses a calendar without make-up days,
with pandas' own way of saying so: a weekmask and holidays. Its inputs are what it is quickest
with: Timestamps without a zone, offsets built beforehand; ours are aware datetimes.

Where an amount runs out at a close, pandas answers the next opening and we the close. Answers
are compared after adding nothing to ours, which takes a close to the next opening.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from chinese_calendar.constants import holidays, workdays
from pandas.tseries.offsets import CustomBusinessHour

from benchmarks.harness import Row, at_least, median_ratio, seconds_per_round
from yuanqi.domain.tests.reference import walk
from yuanqi.domain.worktime import OFFICE_HOURS, WorkCalendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
MICROSECOND = timedelta(microseconds=1)
CASES = 10_000
TIMED = 1_000  # additions a round for pandas; ours does them LOOPS times over
LOOPS = 50
MANY = 4_000_000
WITH_MAKE_UP = dict.fromkeys(holidays, False) | dict.fromkeys(workdays, True)
WITHOUT_MAKE_UP = dict.fromkeys(holidays, False)


def run() -> Sequence[Row]:
    chance = random.Random(20260302)
    china = WorkCalendar.china()
    return [
        *_correctness(china, chance),
        *_beside_pandas("the same days", china, _pandas_calendar(china), chance),
        *_beside_pandas(
            "no make-up days",
            WorkCalendar(WITHOUT_MAKE_UP, OFFICE_HOURS, SHANGHAI, "without make-up days"),
            np.busdaycalendar("1111100", holidays=sorted(holidays)),
            chance,
        ),
        _many(china),
    ]


def _correctness(china: WorkCalendar, chance: random.Random) -> list[Row]:
    """10,000 random additions to the microsecond, a third of them around opening and close."""
    starts, amounts = [], []
    for number in range(CASES):
        day = datetime(2004, 1, 1, tzinfo=SHANGHAI) + timedelta(days=chance.randrange(25 * 365))
        if number % 3:
            start = day + chance.randrange(86_400_000_000) * MICROSECOND
            amount = chance.randrange(300 * 3_600_000_000) * MICROSECOND
        else:
            edge = chance.choice((0, 9, 12, 13, 17.5)) * timedelta(hours=1)
            start = day + edge + chance.randrange(-1, 2) * MICROSECOND
            amount = chance.randrange(0, 600) * timedelta(minutes=30)
        starts.append(max(start, datetime(2004, 1, 1, tzinfo=SHANGHAI)))
        amounts.append(amount)
    expected = [
        walk(start, amount, WITH_MAKE_UP, OFFICE_HOURS, SHANGHAI)
        for start, amount in zip(starts, amounts, strict=True)
    ]
    single = [china.add(*case) for case in zip(starts, amounts, strict=True)]
    many = china.add_many(_np64(starts), np.array(amounts, "timedelta64[us]")).tolist()
    right = sum(one == other for one, other in zip(single, expected, strict=True))
    right_many = sum(
        one == other for one, other in zip(many, _np64(expected).tolist(), strict=True)
    )
    note = "against a walk day by day and span by span, exact to the microsecond"
    return [
        at_least(f"add: right of {CASES:,} random cases", right, "cases", CASES, note),
        at_least(f"add_many: right of the same {CASES:,}", right_many, "cases", CASES),
    ]


def _beside_pandas(
    label: str, calendar: WorkCalendar, same: np.busdaycalendar, chance: random.Random
) -> list[Row]:
    """1 to 80 whole hours, which is what CustomBusinessHour can add, from any minute."""
    first = datetime(2020, 1, 1, tzinfo=SHANGHAI)
    starts = [first + chance.randrange(6 * 365 * 1440) * timedelta(minutes=1) for _ in range(TIMED)]
    hours = [chance.randint(1, 80) for _ in range(TIMED)]
    opening, close = zip(*OFFICE_HOURS, strict=True)
    offset = {
        n: CustomBusinessHour(n, calendar=same, start=list(opening), end=list(close))
        for n in set(hours)
    }
    ours = [(start, timedelta(hours=n)) for start, n in zip(starts, hours, strict=True)]
    theirs = [
        (pd.Timestamp(start.replace(tzinfo=None)), offset[n])
        for start, n in zip(starts, hours, strict=True)
    ]
    agreeing = sum(
        calendar.add(calendar.add(start, amount), timedelta(0)).replace(tzinfo=None) == stamp + off
        for (start, amount), (stamp, off) in zip(ours, theirs, strict=True)
    )

    def add_ours() -> None:
        add = calendar.add
        for _ in range(LOOPS):
            for start, amount in ours:
                add(start, amount)

    def add_theirs() -> None:
        for stamp, off in theirs:
            stamp + off

    candidates: dict[str, Callable[[], object]] = {"ours": add_ours, "pandas": add_theirs}
    taken = seconds_per_round(candidates)
    each_ours = [seconds / (TIMED * LOOPS) for seconds in taken["ours"]]
    each_theirs = [seconds / TIMED for seconds in taken["pandas"]]
    return [
        at_least(f"{label}: answers of {TIMED:,} that agree", agreeing, "cases", TIMED),
        Row(f"{label}: add", median(each_ours) * 1e6, "µs each"),
        Row(f"{label}: CustomBusinessHour", median(each_theirs) * 1e6, "µs each"),
        at_least(f"{label}: times faster", median_ratio(each_theirs, each_ours), "times", 40),
    ]


def _many(china: WorkCalendar) -> Row:
    chance = np.random.default_rng(20260302)
    starts = np.datetime64("2020-01-01", "us") + chance.integers(
        0, 6 * 365 * 86_400_000_000, MANY
    ).astype("timedelta64[us]")
    amounts = chance.integers(0, 80 * 3_600_000_000, MANY).astype("timedelta64[us]")
    taken = seconds_per_round({"many": lambda: china.add_many(starts, amounts)})["many"]
    note = f"{MANY:,} random starts and amounts, to the microsecond, on one core"
    return at_least("add_many", MANY / median(taken) / 1e6, "million a second", 10, note)


def _pandas_calendar(china: WorkCalendar) -> np.busdaycalendar:
    first, last = date(2019, 1, 1), date(2028, 12, 31)
    days = (first + timedelta(days=number) for number in range((last - first).days))
    return np.busdaycalendar("1111111", holidays=[day for day in days if not china.is_working(day)])


def _np64(instants: Sequence[datetime]) -> np.ndarray:
    return np.array([at.astimezone(UTC).replace(tzinfo=None) for at in instants], "datetime64[us]")
