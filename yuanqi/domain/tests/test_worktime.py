"""Named examples of the working calendar: each an exact date that a clerk could check."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from yuanqi.domain.worktime import OFFICE_HOURS, WorkCalendar, fingerprint

SHANGHAI = ZoneInfo("Asia/Shanghai")
CHINA = WorkCalendar.china()
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
NOTHING = timedelta(0)


def at(text: str) -> datetime:
    """An instant in China: "2026-02-13 17:30", the year 2026 when left out."""
    text = text if text[4] == "-" else f"2026-{text}"
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-01-01", False),  # New Year
        ("2026-01-04", True),  # make-up Sunday
        ("2026-02-14", True),  # make-up Saturday before Spring Festival
        ("2026-02-15", False),
        ("2026-02-23", False),  # last day of Spring Festival, a Monday
        ("2026-02-24", True),
        ("2026-02-28", True),  # make-up Saturday after it
        ("2026-05-09", True),
        ("2026-09-20", True),
        ("2026-10-07", False),
        ("2026-10-10", True),
        ("2026-03-07", False),  # a plain Saturday
        ("2004-01-17", True),  # the first year: a make-up Saturday
        ("2004-01-22", False),
        ("2027-02-17", True),  # a holiday to come: until it is published, a plain Wednesday
    ],
)
def test_holidays_are_off_and_make_up_weekends_are_worked(day: str, works: bool) -> None:
    assert CHINA.is_working(date.fromisoformat(day)) is works


@pytest.mark.parametrize(
    ("start", "amount", "end"),
    [
        ("03-02 09:00", HOUR, "03-02 10:00"),
        ("03-02 11:30", HOUR, "03-02 13:30"),  # over noon
        ("03-02 12:20", HOUR, "03-02 14:00"),  # begins at the next opening
        ("03-02 11:00", HOUR, "03-02 12:00"),  # ends at the close, not at 13:00
        ("03-02 16:30", HOUR, "03-02 17:30"),  # nor the next morning
        ("03-02 12:00", HOUR, "03-02 14:00"),
        ("03-06 17:00", HOUR, "03-09 09:30"),  # over a weekend
        ("02-13 17:00", HOUR, "02-14 09:30"),  # into a make-up Saturday
        ("02-14 17:00", HOUR, "02-24 09:30"),  # over Spring Festival
        ("02-16 03:00", HOUR, "02-24 10:00"),  # from within it
        ("02-14 09:00", 7.5 * HOUR, "02-14 17:30"),
        ("02-13 09:00", 22.5 * HOUR, "02-24 17:30"),
        ("2025-12-31 17:29", 2 * MINUTE, "2026-01-04 09:01"),
        ("03-02 08:59:59.999999", timedelta(microseconds=1), "03-02 09:00:00.000001"),
        ("03-02 11:59:59.999999", timedelta(microseconds=2), "03-02 13:00:00.000001"),
        ("2024-02-28 17:00", HOUR, "2024-02-29 09:30"),  # a leap day
    ],
)
def test_adding_working_time(start: str, amount: timedelta, end: str) -> None:
    assert CHINA.add(at(start), amount) == at(end)
    assert CHINA.add(at(start).astimezone(UTC), amount) == at(end)
    assert CHINA.between(at(start), at(end)) == amount
    assert CHINA.between(at(end), at(start)) == -amount


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("03-02 09:00", "03-02 09:00"),  # an opening belongs to its span
        ("03-02 10:17", "03-02 10:17"),
        ("03-02 12:00", "03-02 13:00"),  # a close doesn't
        ("03-02 12:59", "03-02 13:00"),
        ("03-02 17:30", "03-03 09:00"),
        ("02-14 17:30", "02-24 09:00"),
    ],
)
def test_adding_nothing_gives_the_instant_or_the_next_opening(start: str, end: str) -> None:
    assert CHINA.add(at(start), NOTHING) == at(end)
    many = CHINA.add_many(np.array([utc64(at(start))]), np.timedelta64(0, "us"))
    assert many.tolist() == [utc64(at(end)).item()]


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("03-02 00:00", 1, "03-03 17:30"),
        ("03-02 23:59", 1, "03-03 17:30"),
        ("03-06 10:00", 1, "03-09 17:30"),
        ("02-13 10:00", 1, "02-14 17:30"),
        ("02-13 10:00", 2, "02-24 17:30"),
        ("02-18 10:00", 1, "02-24 17:30"),
        ("02-13 10:00", 20, "03-19 17:30"),  # 14, 24-28 February; 2-6, 9-13, 16-19 March
        ("2026-12-30 10:00", 3, "2027-01-04 17:30"),  # 31 December, then plain weekdays
    ],
)
def test_counting_working_days_from_the_day_after_the_start(
    start: str, days: int, end: str
) -> None:
    assert CHINA.add_days(at(start), days) == at(end)


def test_the_day_of_the_start_is_the_day_in_the_calendars_zone() -> None:
    late_on_sunday_in_utc = datetime(2026, 3, 1, 23, 0, tzinfo=UTC)  # Monday 07:00 in China

    assert CHINA.add_days(late_on_sunday_in_utc, 1) == at("03-03 17:30")
    assert CHINA.local_day(late_on_sunday_in_utc) == date(2026, 3, 2)
    assert CHINA.is_working(late_on_sunday_in_utc)


def test_naive_datetimes_are_refused_everywhere() -> None:
    naive = at("03-02 09:00").replace(tzinfo=None)

    for ask in (
        lambda: CHINA.add(naive, HOUR),
        lambda: CHINA.add(naive, NOTHING),
        lambda: CHINA.add_days(naive, 1),
        lambda: CHINA.between(naive, at("03-02 10:00")),
        lambda: CHINA.between(at("03-02 10:00"), naive),
        lambda: CHINA.is_working(naive),
        lambda: CHINA.is_provisional(naive),
        lambda: CHINA.local_day(naive),
    ):
        with pytest.raises(ValueError, match="time zone"):
            ask()


def test_negative_amounts_are_refused() -> None:
    start = at("03-02 10:00")
    with pytest.raises(ValueError, match="negative"):
        CHINA.add(start, -timedelta(microseconds=1))
    for days in (0, -1):
        with pytest.raises(ValueError, match="at least one"):
            CHINA.add_days(start, days)
    with pytest.raises(ValueError, match="negative"):
        CHINA.add_many(np.array([utc64(start)] * 2), np.array([1, -1], "timedelta64[us]"))


def test_nothing_is_known_before_the_first_year() -> None:
    early = at("2003-12-31 23:59")
    first = at("2004-01-01 00:00")

    for ask in (
        lambda: CHINA.add(early, HOUR),
        lambda: CHINA.add_days(early, 1),
        lambda: CHINA.between(early, first),
        lambda: CHINA.between(first, early),
        lambda: CHINA.is_working(date(2003, 12, 31)),
        lambda: CHINA.is_provisional(date(2003, 12, 31)),
        lambda: CHINA.add_many(np.array([utc64(early)]), np.timedelta64(1, "h")),
        lambda: CHINA.last_close(date(2003, 12, 31)),
        lambda: WorkCalendar.china(overrides={date(2003, 12, 31): True}),
    ):
        with pytest.raises(ValueError, match="before the calendar's first year"):
            ask()
    assert CHINA.add(first, HOUR) == at("2004-01-02 10:00")


def test_years_not_yet_published_are_plain_weekdays_and_say_so() -> None:
    own = WorkCalendar.china(overrides={date(2027, 2, 8): False, date(2027, 2, 6): True})

    assert not CHINA.is_provisional(date(2026, 12, 31))
    assert CHINA.is_provisional(date(2027, 1, 1))
    assert CHINA.is_working(date(2027, 1, 1))
    assert CHINA.is_provisional(date(2199, 6, 1))
    assert own.is_provisional(date(2027, 2, 8)), "an override publishes nothing"
    assert own.is_provisional(date(2027, 2, 6))
    assert not own.is_working(date(2027, 2, 8))
    assert own.add(at("2027-02-05 17:00"), 8 * HOUR) == at("2027-02-06 17:30")


def test_overrides_win_over_the_published_days() -> None:
    typhoon = WorkCalendar.china(overrides={date(2026, 3, 3): False, date(2026, 2, 14): False})

    assert typhoon.add(at("03-02 17:00"), HOUR) == at("03-04 09:30")
    assert typhoon.add(at("02-13 17:00"), HOUR) == at("02-24 09:30")
    assert typhoon.add_days(at("03-02 10:00"), 1) == at("03-04 17:30")


def test_a_day_that_nobody_named_within_the_years_is_a_plain_one() -> None:
    calendar = WorkCalendar(
        {date(2025, 5, 1): False, date(2027, 5, 1): True}, OFFICE_HOURS, "Asia/Shanghai", "v"
    )

    assert calendar.is_working(date(2026, 10, 1))  # Thursday
    assert not calendar.is_working(date(2026, 10, 3))
    assert calendar.is_working(date(2027, 5, 1))  # a Saturday, named
    assert not calendar.is_provisional(date(2027, 12, 31))
    assert calendar.is_provisional(date(2028, 1, 1))
    assert calendar.is_working(date(2025, 1, 1))
    with pytest.raises(ValueError, match="first year, 2025"):
        calendar.is_working(date(2024, 12, 31))


def test_a_calendar_without_days_is_provisional_throughout() -> None:
    plain = WorkCalendar({}, OFFICE_HOURS, "Asia/Shanghai", "plain")

    assert plain.add(at("2026-10-01 17:00"), HOUR) == at("2026-10-02 09:30")
    assert plain.is_provisional(date(2026, 10, 1))


def test_far_years_are_reached_and_the_end_is_told() -> None:
    assert CHINA.add(at("2200-01-03 10:00"), HOUR) == at("2200-01-03 11:00")
    assert CHINA.add(at("2026-03-02 09:00"), 261 * 30 * 7.5 * HOUR).year == 2056
    assert CHINA.midnight_after(date(2150, 12, 31)) == at("2151-01-01 00:00")
    with pytest.raises(OverflowError, match="ends with the year"):
        CHINA.add(at("2026-03-02 09:00"), timedelta(days=365 * 300))


@pytest.mark.parametrize(
    "spans",
    [
        (),
        ((time(9), time(9)),),
        ((time(12), time(9)),),
        ((time(13), time(17)), (time(9), time(12))),
        ((time(9), time(13)), (time(12), time(17))),
        ((time(9), time(0)), (time(13), time(14))),  # 24:00 is the end of the day
        ((time(9, tzinfo=UTC), time(12, tzinfo=UTC)),),
    ],
)
def test_spans_are_in_order_not_empty_and_apart(spans: tuple[tuple[time, time], ...]) -> None:
    with pytest.raises(ValueError, match="span"):
        WorkCalendar.china(spans=spans)


def test_spans_of_other_shapes() -> None:
    one = WorkCalendar.china(spans=((time(8, 30), time(16, 30)),))
    three = WorkCalendar.china(
        spans=((time(8), time(10)), (time(10), time(12)), (time(14), time(18)))
    )
    round_the_clock = WorkCalendar.china(spans=((time(0), time(0)),))

    assert one.add(at("03-02 15:30"), 2 * HOUR) == at("03-03 09:30")
    assert three.add(at("03-02 09:00"), 3 * HOUR) == at("03-02 12:00")
    assert three.add(at("03-02 10:00"), NOTHING) == at("03-02 10:00"), "touching spans are one"
    assert three.add(at("03-02 09:30"), HOUR / 2) == at("03-02 10:00")
    assert three.first_close(date(2026, 3, 2)) == at("03-02 10:00")
    assert three.last_close(date(2026, 3, 2)) == at("03-02 18:00")
    assert round_the_clock.add(at("03-06 23:00"), HOUR) == at("03-07 00:00")
    assert round_the_clock.add(at("03-06 23:00"), 2 * HOUR) == at("03-09 01:00")
    assert round_the_clock.add(at("03-02 23:00"), 2 * HOUR) == at("03-03 01:00")
    assert round_the_clock.last_close(date(2026, 3, 2)) == at("03-03 00:00")


def test_a_calendar_is_immutable_hashable_and_can_be_copied() -> None:
    days = {date(2026, 5, 1): False}
    calendar = WorkCalendar(days, OFFICE_HOURS, "Asia/Shanghai", "v1")
    days[date(2026, 5, 4)] = False

    assert calendar.is_working(date(2026, 5, 4))
    with pytest.raises(AttributeError):
        calendar.version = "v2"
    with pytest.raises(TypeError):
        calendar.days[date(2026, 5, 4)] = False  # type: ignore[index]
    for twin in (pickle.loads(pickle.dumps(calendar)), copy.deepcopy(calendar)):
        assert twin == calendar
        assert hash(twin) == hash(calendar)
        assert twin.add(at("04-30 17:00"), HOUR) == at("05-04 09:30")
    assert calendar != WorkCalendar(days, OFFICE_HOURS, "Asia/Shanghai", "v1")


def test_the_version_changes_exactly_when_an_answer_may_change() -> None:
    confirmed = WorkCalendar.china(overrides={date(2026, 3, 3): True})  # a working day anyhow

    assert WorkCalendar.china().version == CHINA.version
    assert confirmed.version == CHINA.version
    versions = {
        CHINA.version,
        WorkCalendar.china(overrides={date(2026, 3, 3): False}).version,
        WorkCalendar.china(spans=((time(9), time(17)),)).version,
        WorkCalendar.china(tz="Asia/Urumqi").version,
        fingerprint({date(2026, 5, 1): False}, OFFICE_HOURS, "Asia/Shanghai"),
        fingerprint(
            {date(2026, 5, 1): False, date(2027, 5, 3): True}, OFFICE_HOURS, "Asia/Shanghai"
        ),
    }
    assert len(versions) == 6
    assert (
        fingerprint({date(2026, 5, 1): False}, OFFICE_HOURS, "Asia/Shanghai") == "d30154f921dd8306"
    ), "stored beside clocks: it must not change with the program"


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown time zone"):
        WorkCalendar.china(tz="Asia/Yunze")


@pytest.mark.parametrize(
    ("starts", "amounts", "error"),
    [
        (np.array([1, 2]), np.timedelta64(1, "us"), TypeError),
        (np.array(["2026-03-02"], "datetime64[us]"), np.array([1]), TypeError),
        (np.array(["NaT"], "datetime64[us]"), np.timedelta64(1, "us"), ValueError),
        (np.array(["2026-03-02"], "datetime64[us]"), np.timedelta64("NaT", "us"), ValueError),
        (np.array(["2026-03-02"], "datetime64[us]"), np.timedelta64(1, "ns"), ValueError),
    ],
)
def test_arrays_of_other_things_are_refused(
    starts: np.ndarray, amounts: np.ndarray, error: type[Exception]
) -> None:
    with pytest.raises(error):
        CHINA.add_many(starts, amounts)


def test_arrays_take_other_units_shapes_and_single_values() -> None:
    starts = np.array([["2026-03-02T01:00", "2026-02-14T09:00"]], "datetime64[m]")

    ends = CHINA.add_many(starts, np.timedelta64(1, "h"))

    assert ends.dtype == np.dtype("datetime64[us]")
    assert ends.astype(str).tolist() == [
        ["2026-03-02T02:00:00.000000", "2026-02-24T01:30:00.000000"]
    ]
    assert CHINA.add_many(starts[:, :0], np.timedelta64(1, "h")).shape == (1, 0)
    assert CHINA.add_many(np.datetime64("2090-01-02T00:00"), np.timedelta64(90, "D")).shape == ()


def utc64(instant: datetime) -> np.datetime64:
    return np.datetime64(instant.astimezone(UTC).replace(tzinfo=None), "us")
