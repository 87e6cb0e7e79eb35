"""Named examples of clocks. China 2026: 14 and 28 February are worked Saturdays, 15-23 off."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from yuanqi.domain.clock import Base, Clock, Holding, Light, Limit, Pause, Span
from yuanqi.domain.worktime import WorkCalendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
CHINA = WorkCalendar.china()
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
NOTHING = timedelta(0)


def at(text: str) -> datetime:
    """An instant of 2026 in China."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=SHANGHAI)


def clock(start: str, limit: str, *pauses: tuple[str, str | None], extension: str = "") -> Clock:
    return Clock(
        at(start),
        Limit.parse(limit),
        tuple(Pause(at(begin), at(end) if end else None, "hearing") for begin, end in pauses),
        Limit.parse(extension) if extension else None,
    )


@pytest.mark.parametrize(
    ("start", "limit", "due"),
    [
        ("03-02 10:00", "30 minutes", "03-02 10:30"),
        ("03-02 11:45", "30 minutes", "03-02 13:15"),
        ("03-02 11:30", "30 minutes", "03-02 12:00"),
        ("03-02 17:30", "30 minutes", "03-03 09:30"),
        ("02-14 16:30", "120 minutes", "02-24 10:00"),
        ("03-02 10:00", "0.5 minutes", "03-02 10:00:30"),
        ("02-14 20:00", "1 hours", "02-14 21:00"),
        ("02-14 20:00", "24 hours", "02-15 20:00"),
        ("02-14 20:00", "1.5 hours", "02-14 21:30"),
        ("02-13 09:00", "1 working_days", "02-14 17:30"),
        ("02-13 23:00", "2 working_days", "02-24 17:30"),
        ("02-17 12:00", "5 working_days", "02-28 17:30"),
        ("03-02 08:00", "0.5 working_days", "03-03 12:00"),
        ("03-02 16:00", "1.5 working_days", "03-04 12:00"),
        ("02-13 10:00", "1.5 working_days", "02-24 12:00"),
        ("03-02 10:00", "1 calendar_days", "03-03 17:30"),
        ("03-02 10:00", "5 calendar_days", "03-09 17:30"),  # 7 March is a Saturday
        ("02-10 10:00", "5 calendar_days", "02-24 17:30"),  # 15 February opens the holidays
        ("02-10 10:00", "4 calendar_days", "02-14 17:30"),  # a worked Saturday
        ("03-02 10:00", "1 months", "04-02 17:30"),
        ("01-31 10:00", "1 months", "02-28 17:30"),  # the month's last day, a worked Saturday
        ("03-31 10:00", "1 months", "04-30 17:30"),
        ("01-20 10:00", "1 months", "02-24 17:30"),  # the same day is a holiday
        ("08-31 10:00", "6 months", "2027"),
    ],
)
def test_when_a_limit_runs_out(start: str, limit: str, due: str) -> None:
    # 28 February 2027 is a Sunday.
    expected = datetime(2027, 3, 1, 17, 30, tzinfo=SHANGHAI) if due == "2027" else at(due)

    assert clock(start, limit).due_at(CHINA) == expected


@pytest.mark.parametrize(
    ("limit", "pauses", "due"),
    [
        # minutes: a pause adds exactly its working time
        ("240 minutes", [("03-02 11:00", "03-02 14:00")], "03-02 17:00"),
        ("240 minutes", [("03-02 12:00", "03-02 13:00")], "03-02 15:00"),
        ("240 minutes", [("03-02 14:00", "03-04 09:10")], "03-04 10:10"),
        ("240 minutes", [("03-02 10:30", "03-02 11:00"), ("03-02 11:00", "03-02 11:30")],
         "03-02 16:00"),
        ("240 minutes", [("03-02 15:00", "03-05 10:00")], "03-02 15:00"),  # at the due instant
        ("240 minutes", [("03-02 14:59", "03-03 09:00")], "03-03 09:01"),
        ("120 minutes", [("03-02 12:00", "03-02 15:00")], "03-02 12:00"),  # due at the close
        ("120 minutes", [("03-02 12:00", None)], "03-02 12:00"),
        ("240 minutes", [("03-02 14:00", None)], None),
        ("240 minutes", [("03-02 15:00", None)], "03-02 15:00"),
        # what precedes the start is cut off
        ("240 minutes", [("02-27 09:00", "03-02 09:59")], "03-02 15:00"),
        ("240 minutes", [("02-27 09:00", "03-02 10:30")], "03-02 15:30"),
        ("240 minutes", [("02-27 09:00", None)], None),
        # hours
        ("24 hours", [("03-02 20:00", "03-03 02:30")], "03-03 16:30"),
        ("24 hours", [("03-03 10:00", "03-04 02:30")], "03-03 10:00"),
        ("24 hours", [("03-03 09:59", None)], None),
        # working days: a covered close doesn't count
        ("2 working_days", [("03-03 09:00", "03-03 17:29")], "03-04 17:30"),
        ("2 working_days", [("03-03 09:00", "03-03 17:30")], "03-05 17:30"),
        ("2 working_days", [("03-03 17:30", "03-04 09:00")], "03-04 17:30"),  # from the close on
        ("2 working_days", [("03-03 17:29", "03-04 09:00")], "03-05 17:30"),
        ("2 working_days", [("03-02 16:00", "03-03 09:00")], "03-04 17:30"),  # the start's day
        ("2 working_days", [("03-03 12:00", "03-05 12:00")], "03-06 17:30"),
        ("2 working_days", [("03-04 17:30", "03-06 12:00")], "03-04 17:30"),
        ("2 working_days", [("03-04 17:00", None)], None),
        ("2 working_days", [("03-04 17:30", None)], "03-04 17:30"),
        ("3 working_days",
         [("03-03 17:00", "03-03 18:00"), ("03-05 17:00", "03-05 17:30")], "03-09 17:30"),
        # half days: then the next 12:00 that no pause covers
        ("1.5 working_days", [("03-04 11:00", "03-04 12:00")], "03-05 12:00"),
        ("1.5 working_days", [("03-04 11:00", "03-04 11:59")], "03-04 12:00"),
        ("1.5 working_days", [("03-03 12:00", "03-03 14:00")], "03-04 12:00"),
        ("1.5 working_days", [("03-03 16:00", "03-04 09:00")], "03-05 12:00"),
        ("1.5 working_days", [("03-04 12:00", None)], "03-04 12:00"),
        ("0.5 working_days", [("03-02 11:00", "03-03 12:00")], "03-04 12:00"),
        # calendar days: a covered 24:00 doesn't count
        ("2 calendar_days", [("03-03 09:00", "03-03 23:59")], "03-04 17:30"),
        ("2 calendar_days", [("03-03 09:00", "03-04 00:00")], "03-05 17:30"),
        ("2 calendar_days", [("03-02 20:00", "03-03 08:00")], "03-04 17:30"),  # the start's day
        ("3 calendar_days", [("03-03 09:00", "03-05 08:00")], "03-09 17:30"),  # 5, 6, Sat 7 March
        ("2 calendar_days", [("03-04 17:30", "03-10 08:00")], "03-04 17:30"),
        ("2 calendar_days", [("03-04 17:29", None)], None),
        ("5 calendar_days", [("03-09 17:00", "03-09 18:00")], "03-10 17:30"),  # Saturday, moved on
        # months: each covered 24:00 adds a day
        ("1 months", [("03-10 09:00", "03-12 09:00")], "04-07 17:30"),  # 4 April, then holidays
        ("1 months", [("03-10 09:00", "03-10 18:00")], "04-02 17:30"),
        ("1 months", [("03-10 09:00", "03-11 00:00")], "04-03 17:30"),
        ("1 months", [("04-02 17:30", None)], "04-02 17:30"),
        ("1 months", [("04-02 17:00", None)], None),
    ],
)  # fmt: skip
def test_what_pauses_do_to_a_limit_from_monday_ten_oclock(
    limit: str, pauses: list[tuple[str, str | None]], due: str | None
) -> None:
    expected = at(due) if due else None

    assert clock("03-02 10:00", limit, *pauses).due_at(CHINA) == expected


@pytest.mark.parametrize(
    ("limit", "extension", "due"),
    [
        ("30 minutes", "90 minutes", "03-02 12:00"),
        ("5 working_days", "5 working_days", "03-16 17:30"),
        ("0.5 working_days", "0.5 working_days", "03-03 17:30"),
        ("1 months", "1 months", "05-06 17:30"),  # 2 May is a holiday until the 5th
        ("20 calendar_days", "10 calendar_days", "04-01 17:30"),
    ],
)
def test_an_extension_is_added_to_the_limit(limit: str, extension: str, due: str) -> None:
    assert clock("03-02 10:00", limit, extension=extension).due_at(CHINA) == at(due)


@pytest.mark.parametrize(
    ("amount", "base"),
    [
        ("0", "minutes"),
        ("-1", "minutes"),
        ("0.25", "working_days"),
        ("1.5", "calendar_days"),
        ("0.5", "months"),
        ("0.000000001", "minutes"),
        ("NaN", "hours"),
        ("Infinity", "hours"),
        ("1e12", "hours"),
        ("1", "weeks"),
    ],
)
def test_amounts_that_cannot_be_counted_are_refused(amount: str, base: str) -> None:
    with pytest.raises(ValueError):
        Limit(Decimal(amount), base)


def test_limits_are_exact_and_read_as_they_are_written() -> None:
    with pytest.raises(TypeError):
        Limit(0.5, "hours")  # type: ignore[arg-type]
    for text in ("7", "seven working_days", "-7 working_days", "7 working_days or so"):
        with pytest.raises(ValueError, match="expected an amount"):
            Limit.parse(text)
    assert Limit.parse("7 working_days") == Limit(Decimal(7), Base.WORKING_DAYS)
    assert str(Limit.parse("0.5 working_days")) == "0.5 working_days"


@pytest.mark.parametrize(
    "pauses",
    [
        [("03-02 12:00", "03-02 11:00")],  # ends before it begins
        [("03-02 11:00", "03-02 12:00"), ("03-02 11:59", "03-02 13:00")],
        [("03-03 11:00", "03-03 12:00"), ("03-02 11:00", "03-02 12:00")],
        [("03-02 11:00", None), ("03-02 12:00", "03-02 13:00")],
    ],
)
def test_pauses_come_in_order_and_apart(pauses: list[tuple[str, str | None]]) -> None:
    with pytest.raises(ValueError, match="pause"):
        clock("03-02 10:00", "5 working_days", *pauses)


def test_a_clock_that_contradicts_itself_is_refused() -> None:
    sound = clock("03-02 10:00", "5 working_days")
    with pytest.raises(ValueError, match="can't be extended"):
        replace(sound, extension=Limit.parse("5 calendar_days"))
    with pytest.raises(ValueError, match="before it starts"):
        replace(sound, stopped_at=at("03-02 09:59"))
    with pytest.raises(ValueError, match="holdings are out of order"):
        replace(sound, holdings=(Holding(at("03-03 09:00"), "a"), Holding(at("03-02 09:00"), "b")))


def test_naive_datetimes_are_refused_everywhere() -> None:
    naive = at("03-02 10:00").replace(tzinfo=None)
    sound = clock("03-02 10:00", "5 working_days")

    for ask in (
        lambda: Pause(naive, None, "hearing"),
        lambda: Pause(at("03-02 10:00"), naive, "hearing"),
        lambda: Holding(naive, "a"),
        lambda: Clock(naive, sound.limit),
        lambda: replace(sound, stopped_at=naive),
        lambda: sound.left(naive, CHINA),
        lambda: sound.light(naive, CHINA, HOUR),
        lambda: sound.account(naive, CHINA),
    ):
        with pytest.raises(ValueError, match="time zone"):
            ask()


@pytest.mark.parametrize(
    ("limit", "now", "left"),
    [
        ("240 minutes", "03-02 09:00", 4 * HOUR),  # before the start
        ("240 minutes", "03-02 10:00", 4 * HOUR),
        ("240 minutes", "03-02 12:30", 2 * HOUR),
        ("240 minutes", "03-02 15:00", NOTHING),
        ("240 minutes", "03-03 09:10", -(2.5 * HOUR + 10 * MINUTE)),
        ("1 working_days", "03-02 10:00", 14 * HOUR),
        ("1 working_days", "03-03 09:00", 7.5 * HOUR),
        ("1 working_days", "03-03 20:00", NOTHING),  # late, but no working time since
        ("24 hours", "03-03 04:00", 6 * HOUR),
        ("24 hours", "03-03 11:00", -HOUR),
        ("1 calendar_days", "03-02 17:30", 24 * HOUR),
        ("1 months", "04-03 17:30", -24 * HOUR),
    ],
)
def test_what_is_left(limit: str, now: str, left: timedelta) -> None:
    assert clock("03-02 10:00", limit).left(at(now), CHINA) == left


def test_while_paused_what_was_left_when_the_pause_began_is_left() -> None:
    paused = clock("03-02 10:00", "240 minutes", ("03-02 11:00", None))
    resumed = clock("03-02 10:00", "240 minutes", ("03-02 11:00", "03-03 09:00"))

    for case in (paused, resumed):
        assert case.left(at("03-02 11:00"), CHINA) == 3 * HOUR
        assert case.left(at("03-02 16:00"), CHINA) == 3 * HOUR
        assert case.left(at("03-03 09:00"), CHINA) == 3 * HOUR
    assert paused.left(at("03-09 09:00"), CHINA) == 3 * HOUR
    assert resumed.left(at("03-03 10:00"), CHINA) == 2 * HOUR


def test_a_covered_close_gives_its_working_day_back_on_resumption() -> None:
    case = clock("03-02 10:00", "2 working_days", ("03-03 16:30", "03-04 09:00"))

    assert case.left(at("03-03 16:30"), CHINA) == 8.5 * HOUR
    assert case.left(at("03-03 20:00"), CHINA) == 8.5 * HOUR
    assert case.left(at("03-04 09:00"), CHINA) == 8.5 * HOUR
    assert case.left(at("03-04 09:01"), CHINA) == 15 * HOUR - MINUTE
    assert case.due_at(CHINA) == at("03-05 17:30")


def test_lights_of_a_clock_that_runs() -> None:
    case = clock("03-02 10:00", "240 minutes")

    assert case.light(at("03-02 13:59"), CHINA, HOUR) is Light.GREEN
    assert case.light(at("03-02 14:00"), CHINA, HOUR) is Light.YELLOW
    assert case.light(at("03-02 15:00"), CHINA, HOUR) is Light.YELLOW
    assert case.light(at("03-02 15:00:00.000001"), CHINA, HOUR) is Light.RED
    assert case.light(at("03-02 14:59"), CHINA, NOTHING) is Light.GREEN
    assert case.light(at("03-02 15:00"), CHINA, NOTHING) is Light.YELLOW
    assert case.light(at("03-01 10:00"), CHINA, 4 * HOUR) is Light.YELLOW
    assert clock("03-02 10:00", "1 working_days").light(at("03-03 17:31"), CHINA, HOUR) is Light.RED


def test_lights_of_a_clock_that_is_paused() -> None:
    case = clock("03-02 10:00", "240 minutes", ("03-02 11:00", "03-02 14:00"))

    assert case.light(at("03-02 11:00"), CHINA, HOUR) is Light.GREEN
    assert case.light(at("03-02 11:01"), CHINA, HOUR) is Light.PAUSED
    assert case.light(at("03-02 14:00"), CHINA, HOUR) is Light.PAUSED
    assert case.light(at("03-02 14:01"), CHINA, HOUR) is Light.GREEN


def test_a_pause_of_what_is_overdue_changes_nothing() -> None:
    case = clock("03-02 10:00", "240 minutes", ("03-02 15:00", None))

    assert case.due_at(CHINA) == at("03-02 15:00")
    assert case.light(at("03-02 16:00"), CHINA, HOUR) is Light.RED
    assert case.left(at("03-02 16:00"), CHINA) == -HOUR
    assert case.account(at("03-02 16:00"), CHINA) == (
        Span(at("03-02 10:00"), at("03-02 16:00"), 5 * HOUR, None, None),
    )


def test_lights_of_a_clock_that_was_stopped() -> None:
    case = clock("03-02 10:00", "240 minutes")
    in_time = replace(case, stopped_at=at("03-02 15:00"))
    late = replace(case, stopped_at=at("03-02 15:01"))

    assert in_time.light(at("03-02 14:59"), CHINA, HOUR) is Light.YELLOW
    assert in_time.light(at("03-02 15:00"), CHINA, HOUR) is Light.DONE
    assert in_time.light(at("03-09 15:00"), CHINA, HOUR) is Light.DONE
    assert late.light(at("03-02 15:00:30"), CHINA, HOUR) is Light.RED
    assert late.light(at("03-09 15:00"), CHINA, HOUR) is Light.RED
    assert late.left(at("03-09 15:00"), CHINA) == -MINUTE, "time stops with the clock"


def test_a_clock_stopped_while_paused_was_not_late() -> None:
    case = clock("03-02 10:00", "240 minutes", ("03-02 11:00", None))
    withdrawn = replace(case, stopped_at=at("03-05 10:00"))

    assert withdrawn.light(at("03-06 10:00"), CHINA, HOUR) is Light.DONE
    assert withdrawn.left(at("03-06 10:00"), CHINA) == 3 * HOUR
    assert withdrawn.due_at(CHINA) is None


def test_the_warning() -> None:
    case = clock("03-02 10:00", "240 minutes")
    days = clock("03-02 09:00", "1 working_days")
    paused = clock("03-02 10:00", "240 minutes", ("03-02 11:00", None))
    resumed_too_late = clock("03-02 10:00", "1 working_days", ("03-03 09:30", "03-03 17:00"))

    assert case.default_warn(CHINA) == HOUR
    assert days.default_warn(CHINA) == 3.75 * HOUR
    assert clock("03-02 10:00", "24 hours").default_warn(CHINA) == 6 * HOUR
    assert paused.default_warn(CHINA) == HOUR
    assert case.warn_at(CHINA, HOUR) == at("03-02 14:00")
    assert case.warn_at(CHINA, 2 * HOUR) == at("03-02 12:00")
    assert case.warn_at(CHINA, NOTHING) == at("03-02 15:00")
    assert case.warn_at(CHINA, 4 * HOUR) == at("03-02 10:00")
    assert days.warn_at(CHINA, 3.75 * HOUR) == at("03-03 13:45")
    assert clock("03-02 10:00", "24 hours").warn_at(CHINA, 6 * HOUR) == at("03-03 04:00")
    assert paused.warn_at(CHINA, HOUR) is None
    assert resumed_too_late.warn_at(CHINA, HOUR) == at("03-03 17:00")
    for ask in (
        lambda: case.warn_at(CHINA, -HOUR),
        lambda: case.light(at("03-02 10:00"), CHINA, -HOUR),
    ):
        with pytest.raises(ValueError, match="negative"):
            ask()


def test_an_account_tells_who_held_each_hour_and_what_stopped_it() -> None:
    case = Clock(
        at("03-02 10:00"),
        Limit.parse("5 working_days"),
        (Pause(at("03-02 16:00"), at("03-03 10:00"), "inspection"),),
        holdings=(
            Holding(at("03-01 08:00"), "window"),
            Holding(at("03-02 11:00"), "planning"),
            Holding(at("03-03 09:00"), "fire"),
        ),
        stopped_at=at("03-03 11:30"),
    )

    assert case.account(at("03-09 09:00"), CHINA) == (
        Span(at("03-02 10:00"), at("03-02 11:00"), HOUR, "window", None),
        Span(at("03-02 11:00"), at("03-02 16:00"), 4 * HOUR, "planning", None),
        Span(at("03-02 16:00"), at("03-03 09:00"), NOTHING, "planning", "inspection"),
        Span(at("03-03 09:00"), at("03-03 10:00"), NOTHING, "fire", "inspection"),
        Span(at("03-03 10:00"), at("03-03 11:30"), 1.5 * HOUR, "fire", None),
    )
    assert case.account(at("03-02 10:30"), CHINA) == (
        Span(at("03-02 10:00"), at("03-02 10:30"), HOUR / 2, "window", None),
    )
    assert case.account(at("03-02 10:00"), CHINA) == ()
    assert case.account(at("03-01 10:00"), CHINA) == ()


def test_an_account_counts_plain_time_where_the_limit_does() -> None:
    case = clock("03-06 10:00", "10 calendar_days", ("03-07 10:00", None))

    assert case.account(at("03-08 10:00"), CHINA) == (
        Span(at("03-06 10:00"), at("03-07 10:00"), 24 * HOUR, None, None),
        Span(at("03-07 10:00"), at("03-08 10:00"), NOTHING, None, "hearing"),
    )


def test_where_clocks_go_back_an_hour_is_an_hour() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    calendar = WorkCalendar({}, ((datetime.min.time(), datetime.min.time()),), berlin, "test")
    night = datetime(2026, 10, 25, 0, 30, tzinfo=berlin)  # two hours to the second 01:30 … in UTC
    case = Clock(
        night,
        Limit.parse("3 hours"),
        (Pause(night + HOUR, datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=berlin), "hearing"),),
    )

    # Started 22:30, paused 23:30 to 01:30 in UTC; two hours are left.
    assert case.pauses[0].end == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert case.due_at(calendar) == datetime(2026, 10, 25, 3, 30, tzinfo=UTC)
    assert case.left(datetime(2026, 10, 25, 2, 30, tzinfo=UTC), calendar) == HOUR
