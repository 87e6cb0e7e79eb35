"""The wording of values: exact tables, in Chinese and in English."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from yuanqi.foundation import formats
from yuanqi.foundation.formats import ClockBar, Segment

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 19, 10, 20, tzinfo=SHANGHAI)
HERE = {"now": NOW, "tz": SHANGHAI}
WORKING_DAY = timedelta(hours=7, minutes=30)
ROUND_THE_CLOCK = timedelta(hours=24)


def span(days: int = 0, hours: int = 0, minutes: int = 0, seconds: int = 0) -> timedelta:
    return days * WORKING_DAY + timedelta(hours=hours, minutes=minutes, seconds=seconds)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.fixture(params=["zh-hans", "en"])
def language(request):
    with translation.override(request.param):
        yield request.param


@pytest.mark.parametrize(
    ("amount", "units", "chinese", "english"),
    [
        (span(), 2, "0 分", "0 min"),
        (span(seconds=59), 2, "不到 1 分", "under 1 min"),
        (span(minutes=1, seconds=59), 2, "1 分", "1 min"),
        (span(minutes=40), 2, "40 分", "40 min"),
        (span(hours=1), 2, "1 小时", "1 h"),
        (span(hours=2, minutes=50), 2, "2 小时 50 分", "2 h 50 min"),
        (span(hours=7, minutes=29), 2, "7 小时 29 分", "7 h 29 min"),
        (span(days=1), 2, "1 天", "1 d"),
        (span(days=1, minutes=40), 2, "1 天", "1 d"),
        (span(days=1, minutes=40), 3, "1 天 40 分", "1 d 40 min"),
        (span(days=1, hours=2, minutes=40), 2, "1 天 2 小时", "1 d 2 h"),
        (span(days=1, hours=2, minutes=40, seconds=59), 3, "1 天 2 小时 40 分", "1 d 2 h 40 min"),
        (span(days=11), 2, "11 天", "11 d"),
        (span(days=1234), 2, "1,234 天", "1,234 d"),
        (span(days=8, hours=4, minutes=50), 1, "8 天", "8 d"),
    ],
)
def test_a_duration_is_rounded_down_to_the_largest_units(language, amount, units, chinese, english):
    expected = chinese if language == "zh-hans" else english
    assert formats.duration(amount, day=WORKING_DAY, units=units) == expected


def test_a_day_is_as_long_as_the_limit_says():
    amount = timedelta(hours=30)
    assert formats.duration(amount, day=WORKING_DAY) == "4 天"
    assert formats.duration(amount, day=ROUND_THE_CLOCK) == "1 天 6 小时"
    assert formats.duration(amount) == "30 小时"


def test_a_negative_duration_is_refused():
    with pytest.raises(ValueError, match="negative"):
        formats.duration(timedelta(minutes=-1))


@pytest.mark.parametrize(
    ("amount", "paused", "chinese", "english"),
    [
        (span(days=1, hours=2, minutes=40), False, "还剩 1 天 2 小时", "1 d 2 h left"),
        (span(minutes=20), False, "还剩 20 分", "20 min left"),
        (span(), False, "还剩 0 分", "0 min left"),
        (span(seconds=30), False, "还剩不到 1 分", "under 1 min left"),
        (-span(seconds=30), False, "刚超时", "just overdue"),
        (-span(hours=6), False, "超 6 小时", "6 h overdue"),
        (-span(hours=6, seconds=59), False, "超 6 小时", "6 h overdue"),
        (-span(days=2, hours=4), False, "超 2 天 4 小时", "2 d 4 h overdue"),
        (span(days=4, hours=2), True, "停在 4 天 2 小时", "paused at 4 d 2 h"),
        (-span(hours=3), True, "超 3 小时", "3 h overdue"),
    ],
)
def test_what_is_left_says_whether_it_is_late(language, amount, paused, chinese, english):
    expected = chinese if language == "zh-hans" else english
    assert formats.left(amount, day=WORKING_DAY, paused=paused) == expected


def test_an_average_has_one_decimal_and_nothing_is_a_dash(language):
    expected = "4.1 天" if language == "zh-hans" else "4.1 d"
    assert formats.average(timedelta(hours=30, minutes=45), day=WORKING_DAY) == expected
    assert formats.average(None, day=WORKING_DAY) == "—"


@pytest.mark.parametrize(
    ("instant", "short", "date_short", "chinese", "english"),
    [
        (
            "2026-11-19 14:30",
            "11-19 14:30",
            "11-19",
            "11 月 19 日（周四）14:30",
            "Nov 19 (Thu) 14:30",
        ),
        (
            "2026-11-20 14:00",
            "11-20 14:00",
            "11-20",
            "11 月 20 日（周五）14:00",
            "Nov 20 (Fri) 14:00",
        ),
        ("2026-01-04 09:05", "01-04 09:05", "01-04", "1 月 4 日（周日）09:05", "Jan 4 (Sun) 09:05"),
        (
            "2027-01-18 09:00",
            "2027-01-18",
            "2027-01-18",
            "2027 年 1 月 18 日（周一）09:00",
            "Jan 18, 2027 (Mon) 09:00",
        ),
    ],
)
def test_an_instant_is_short_in_a_table_and_long_in_a_sentence(
    language, instant, short, date_short, chinese, english
):
    assert formats.moment(at(instant), **HERE) == short
    assert formats.day(at(instant), **HERE) == date_short
    expected = chinese if language == "zh-hans" else english
    assert formats.moment_long(at(instant), **HERE) == expected


def test_a_date_needs_no_time_zone(language):
    expected = "11 月 20 日（周五）" if language == "zh-hans" else "Nov 20 (Fri)"
    assert formats.day_long(date(2026, 11, 20), **HERE) == expected
    assert formats.day(date(2025, 12, 31), **HERE) == "2025-12-31"


def test_instants_are_told_in_the_zones_own_time():
    new_year = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)  # 00:30 on 1 January in Shanghai
    assert formats.moment(new_year, **HERE) == "2027-01-01"
    assert formats.moment(new_year, now=new_year, tz=SHANGHAI) == "01-01 00:30"


def test_an_instant_without_a_time_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        formats.moment(datetime(2026, 11, 19, 14, 30), **HERE)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("start", "end", "chinese", "english"),
    [
        ("2026-11-05 10:00", "2026-11-05 13:50", "11-05 10:00 – 13:50", None),
        ("2026-11-05 13:50", "2026-11-10 16:00", "11-05 13:50 – 11-10 16:00", None),
        ("2026-11-05 13:50", "2026-11-05 13:50", "11-05 13:50", None),
        ("2025-11-05 10:00", "2025-11-05 13:50", "2025-11-05", None),
        ("2025-12-30 10:00", "2026-01-04 13:50", "2025-12-30 – 01-04 13:50", None),
        ("2026-11-17 15:00", None, "11-17 15:00 起", "since 11-17 15:00"),
    ],
)
def test_a_period_names_the_day_once(language, start, end, chinese, english):
    said = formats.period(at(start), end and at(end), **HERE)
    assert said == (english or chinese if language == "en" else chinese)


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (295, 312, "94.6%"),
        (20, 20, "100.0%"),
        (19, 20, "95.0%"),
        (17, 18, "17/18"),
        (0, 18, "0/18"),
        (0, 40, "0.0%"),
        (1, 2000, "0.1%"),  # 0.05 % goes up
        (999, 1000, "99.9%"),
        (0, 0, "—"),
        (None, 12, "—"),
        (3, None, "—"),
    ],
)
def test_a_rate_over_few_is_a_fraction_and_over_none_a_dash(part, whole, said):
    assert formats.rate(part, whole) == said


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0"), (171, "171"), (8942, "8,942"), (1_000_000, "1,000,000")]
)
def test_counts_have_separators(number, said):
    assert formats.integer(number) == said
    assert formats.integer(None) == "—"


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1 KB"),
        (1025, "2 KB"),
        (100 * 1024 - 1, "100 KB"),
        (100 * 1024, "0.1 MB"),
        (838_861, "0.8 MB"),
        (3_565_158, "3.4 MB"),
        (2 * 1024**3, "2,048.0 MB"),
    ],
)
def test_a_file_is_as_large_as_people_say(size, said):
    assert formats.filesize(size) == said


@pytest.mark.parametrize(
    ("number", "whole", "masked"),
    [
        ("13800130621", "138 0013 0621", "138 **** 0621"),
        ("138-0013-0621", "138 0013 0621", "138 **** 0621"),
        ("+86 138 0013 0621", "138 0013 0621", "138 **** 0621"),
        ("86012207", "8601 2207", "**** 2207"),
        ("0510-86012207", "0510-86012207", "051 **** 2207"),
        ("110", "110", "****"),
    ],
)
def test_a_masked_number_is_recognised_but_cannot_be_called(number, whole, masked):
    assert formats.phone(number) == whole
    assert formats.phone_masked(number) == masked


@pytest.mark.parametrize(
    ("light", "shape", "chinese", "english", "text"),
    [
        ("green", "is-green", "绿", "green", ""),
        ("yellow", "is-amber", "黄", "amber", "yq-text-amber"),
        ("red", "is-red", "红", "red", "yq-text-red"),
        ("paused", "is-pause", "停", "paused", "yq-muted"),
        ("done", "is-none", "不计时", "no clock", "yq-muted"),
        (None, "is-none", "不计时", "no clock", "yq-muted"),
    ],
)
def test_a_light_is_a_shape_and_a_word(language, light, shape, chinese, english, text):
    word = chinese if language == "zh-hans" else english
    assert formats.light_parts(light) == (shape, word, text)


def test_an_unknown_light_is_never_shown_as_a_harmless_one():
    with pytest.raises(KeyError):
        formats.light_parts("blue")


def test_a_clock_is_laid_out_in_percent_of_its_own_time():
    bar = ClockBar.laid_out(
        [(timedelta(hours=20), "c1"), (timedelta(hours=30), "pause"), (timedelta(hours=30), "c3")],
        timedelta(hours=20),
        start="11-05",
        end="11-20 14:00",
        label="…",
    )
    assert bar.segments == (
        Segment(0.0, 19.75, "c1"),
        Segment(20.0, 29.75, "pause"),
        Segment(50.0, 29.75, "c3"),
        Segment(80.0, 19.75, "left"),
    )
    assert (bar.now, bar.due) == (80.0, None)


def test_a_late_clock_marks_where_it_was_due():
    bar = ClockBar.laid_out(
        [(timedelta(hours=80), "c3"), (timedelta(hours=20), "c2")],
        -timedelta(hours=10),
        start="11-05",
        end="11-18 09:00",
        label="…",
    )
    assert bar.segments == (Segment(0.0, 79.75, "c3"), Segment(80.0, 19.75, "c2"))
    assert (bar.now, bar.due) == (100.0, 90.0)


def test_a_stopped_clock_shows_neither_now_nor_what_was_left():
    bar = ClockBar.laid_out(
        [(timedelta(hours=1), "c3")],
        timedelta(hours=9),
        start="11-05",
        end="11-05 11:00",
        label="…",
        running=False,
    )
    assert bar.segments == (Segment(0.0, 99.75, "c3"),)
    assert (bar.now, bar.due) == (None, None)


def test_a_clock_of_no_time_at_all_can_still_be_drawn():
    bar = ClockBar.laid_out([], timedelta(0), start="11-05", end="11-05", label="…")
    assert bar.segments == ()
    assert (bar.now, bar.due) == (0.0, None)
