"""When a message goes out."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from yuanqi.notices.timing import Habits, next_try

SHANGHAI = ZoneInfo("Asia/Shanghai")
NIGHT = Habits(quiet_from=time(22), quiet_until=time(7))
NOON = Habits(quiet_from=time(12), quiet_until=time(13, 30))


def at(text: str) -> datetime:
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("habits", "now", "end"),
    [
        (NIGHT, "11-05 21:59", None),
        (NIGHT, "11-05 22:00", "11-06 07:00"),
        (NIGHT, "11-05 23:59", "11-06 07:00"),
        (NIGHT, "11-06 00:00", "11-06 07:00"),
        (NIGHT, "11-06 06:59", "11-06 07:00"),
        (NIGHT, "11-06 07:00", None),
        (NIGHT, "11-30 23:00", "12-01 07:00"),
        (NOON, "11-05 11:59", None),
        (NOON, "11-05 12:00", "11-05 13:30"),
        (NOON, "11-05 13:30", None),
        (Habits(), "11-05 03:00", None),
        (Habits(quiet_from=time(9), quiet_until=time(9)), "11-05 09:00", None),
    ],
)
def test_quiet_hours_end_at_their_end_also_past_midnight(habits, now, end):
    assert habits.quiet_end(at(now), SHANGHAI) == (at(end) if end else None)


def test_quiet_hours_are_the_zones_whatever_the_instant_is_written_in():
    now = datetime(2026, 11, 5, 15, 0, tzinfo=UTC)  # 23:00 in the zone

    assert NIGHT.quiet_end(now, SHANGHAI) == at("11-06 07:00")


def test_what_is_urgent_waits_for_nobody():
    assert NIGHT.at_once(at("11-05 23:00"), SHANGHAI, is_urgent=True) == at("11-05 23:00")
    assert NIGHT.at_once(at("11-05 23:00"), SHANGHAI) == at("11-06 07:00")
    assert NIGHT.at_once(at("11-05 10:00"), SHANGHAI) == at("11-05 10:00")


@pytest.mark.parametrize(
    ("habits", "now", "due"),
    [
        (Habits(), "11-05 16:59", "11-05 17:00"),
        (Habits(), "11-05 17:00", "11-06 17:00"),
        (Habits(digest_at=time(8)), "11-30 09:00", "12-01 08:00"),
        (Habits(time(22), time(7), time(23)), "11-05 10:00", "11-06 07:00"),
    ],
)
def test_the_digest_goes_out_once_a_day_at_its_time_and_never_in_quiet_hours(habits, now, due):
    assert habits.next_digest(at(now), SHANGHAI) == at(due)


def test_pauses_between_tries_grow_up_to_four_hours():
    now = at("11-05 10:00")
    pauses = [(next_try(number, now) - now) / timedelta(minutes=1) for number in range(1, 10)]

    assert pauses == [1, 5, 15, 30, 60, 120, 240, 240, 240]
