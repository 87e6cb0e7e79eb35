"""The account of a clock, as lines and as a bar, against the request of the reference page."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.people import SHANGHAI, at
from yuanqi.domain.clock import Clock, Limit, Pause
from yuanqi.domain.worktime import WorkCalendar
from yuanqi.servicedesk.story_clock import (
    Account,
    Held,
    Stop,
    account_of,
    counting_words,
    day_of,
    limit_words,
)

CALENDAR = WorkCalendar.china()
DAY = timedelta(hours=7, minutes=30)
TEN_DAYS = Limit(Decimal(4500), "minutes")  # 75 working hours
CENTRE, SAFETY, PLANNING = 1, 2, 3

HELD = (
    Held(at("11-05 10:00"), "服务中心", CENTRE, "dispatch"),
    Held(at("11-05 11:24"), "安环局", SAFETY, "sign"),
    Held(at("11-05 13:50"), "安环局", SAFETY, "handle"),
    Held(at("11-17 15:00"), "规建局", PLANNING, "co_handle"),
)
STOPS = (
    Stop(at("11-10 16:00"), at("11-12 10:30"), "等企业补水质检测报告", "依据《规则》第 12 条"),
)


def clock(limit: Limit = TEN_DAYS, **more) -> Clock:
    pauses = (Pause(at("11-10 16:00"), at("11-12 10:30"), "enterprise-material"),)
    return Clock(at("11-05 10:00"), limit, **{"pauses": pauses, **more})


def told(now, the_clock: Clock | None = None, held=HELD, stops=STOPS) -> Account:
    return account_of(the_clock or clock(), CALENDAR, now, held=held, stops=stops, tz=SHANGHAI)


def length(days: int = 0, hours: int = 0, minutes: int = 0) -> timedelta:
    return days * DAY + timedelta(hours=hours, minutes=minutes)


def rows(account: Account) -> list[tuple]:
    return [(x.kind, x.title, x.start, x.end, x.counted) for x in account.lines]


def test_the_reference_request_is_told_line_by_line():
    account = told(at("11-19 10:20"))

    assert rows(account) == [
        ("c1", "服务中心派单，安环局签收", at("11-05 10:00"), at("11-05 13:50"), length(0, 2, 50)),
        ("c3", "安环局办理", at("11-05 13:50"), at("11-10 16:00"), length(3, 2, 10)),
        ("pause", "暂停：等企业补水质检测报告", at("11-10 16:00"), at("11-12 10:30"), None),
        ("c3", "安环局办理", at("11-12 10:30"), at("11-17 15:00"), length(3, 3, 30)),
        ("c2", "规建局协办", at("11-17 15:00"), None, length(1, 3, 50)),
    ]
    assert account.used == length(8, 4, 50)
    assert account.left == length(1, 2, 40)
    assert account.day == DAY


def test_the_reference_bar_shows_each_line_with_what_it_took():
    bar = told(at("11-19 10:20")).bar

    assert [(s.x, s.width, s.kind) for s in bar.segments] == [
        (0.0, 3.06, "c1"),
        (3.31, 28.6, "c3"),
        (32.16, 12.03, "pause"),
        (44.44, 30.16, "c3"),
        (74.85, 13.01, "c2"),
        (88.11, 11.64, "left"),
    ]
    assert (bar.start, bar.end, bar.due) == ("11-05", "11-20 14:00", None)
    assert (
        bar.label
        == "时限用量：已用 8 天 4 小时 50 分，暂停 1 天 3 小时 不计，还剩 1 天 2 小时 40 分"
    )


def test_working_days_are_due_at_a_close_and_a_pause_spares_the_closes_it_covers():
    account = told(at("11-19 10:20"), clock(Limit(Decimal(10), "working_days")))

    # ten working days after 11-05; the closes of 11-10 and 11-11 lie in the pause
    assert account.bar.end == "11-23 17:30"
    assert account.used == length(8, 4, 50)
    assert account.left == length(2, 6, 10)
    assert account.lines[-1].counted == length(1, 3, 50)


def test_before_it_is_signed_intake_goes_on_and_says_for_whom_it_waits():
    account = told(at("11-05 11:54"), held=HELD[:2])

    assert rows(account) == [
        ("c1", "服务中心派单，等安环局签收", at("11-05 10:00"), None, length(0, 1, 54)),
    ]


def test_before_it_is_dispatched_it_is_the_centres():
    account = told(at("11-05 10:30"), held=HELD[:1])

    assert rows(account) == [("c1", "服务中心派单", at("11-05 10:00"), None, length(0, 0, 30))]


def test_a_return_begins_a_new_intake():
    held = (
        *HELD[:2],
        Held(at("11-05 11:40"), "服务中心", CENTRE, "dispatch"),
        Held(at("11-05 13:10"), "规建局", PLANNING, "sign"),
        Held(at("11-05 13:30"), "规建局", PLANNING, "handle"),
    )
    account = told(at("11-05 14:00"), clock(pauses=()), held, ())

    assert [(x.title, x.counted, x.kind) for x in account.lines] == [
        ("服务中心派单，安环局签收", length(0, 1, 40), "c1"),
        ("服务中心派单，规建局签收", length(0, 0, 50), "c1"),
        ("规建局办理", length(0, 0, 30), "c3"),
    ]


def test_an_open_pause_takes_room_on_the_bar_but_counts_nothing():
    stops = (Stop(at("11-10 16:00"), None, "等企业补水质检测报告", ""),)
    paused = clock(pauses=(Pause(at("11-10 16:00"), None, "enterprise-material"),))
    account = told(at("11-11 16:00"), paused, HELD[:3], stops)

    assert rows(account)[-1] == (
        "pause",
        "暂停：等企业补水质检测报告",
        at("11-10 16:00"),
        None,
        None,
    )
    assert account.lines[-1].length == length(1)
    assert account.left == length(10) - account.used == length(6, 2, 30)
    assert account.bar.end == "暂停中，到期日顺延"
    assert account.bar.label.endswith("暂停 1 天 不计，停在 6 天 2 小时 30 分")


def test_a_late_clock_runs_past_its_due_mark():
    account = told(at("11-23 09:30"))

    assert account.left == -length(0, 4)
    assert account.bar.end == "11-20 14:00"
    assert account.bar.now == 100
    assert account.bar.due == pytest.approx(95.53)
    assert account.bar.label.endswith("超 4 小时")


def test_an_answered_request_stops_where_it_was_answered():
    account = told(at("11-25 10:00"), clock(stopped_at=at("11-19 10:20")))

    assert account.lines[-1].end == at("11-19 10:20")
    assert account.used == length(8, 4, 50)
    assert account.bar.now is None
    assert account.bar.end == "11-19 10:20 答复"
    assert "left" not in {segment.kind for segment in account.bar.segments}


def test_the_two_units_that_held_most_have_colours_of_their_own():
    held = (
        Held(at("11-05 09:00"), "甲", 1, "handle"),
        Held(at("11-05 10:00"), "乙", 2, "co_handle"),
        Held(at("11-06 10:00"), "丙", 3, "co_handle"),
        Held(at("11-10 10:00"), "甲", 1, "handle"),
    )
    account = told(at("11-10 11:00"), Clock(at("11-05 09:00"), TEN_DAYS), held, ())

    # 甲 twice one hour, 乙 one day, 丙 two days
    assert [(x.title, x.kind) for x in account.lines] == [
        ("甲办理", "c4"), ("乙协办", "c2"), ("丙协办", "c3"), ("甲办理", "c4"),
    ]  # fmt: skip


def test_a_limit_round_the_clock_counts_nights_and_pauses_in_plain_time():
    stops = (Stop(at("11-06 12:00"), at("11-06 18:00"), "等", ""),)
    paused = Clock(
        at("11-06 10:00"),
        Limit(Decimal(24), "hours"),
        (Pause(at("11-06 12:00"), at("11-06 18:00"), "x"),),
    )
    account = told(at("11-07 01:00"), paused, (Held(at("11-06 10:00"), "甲", 1, "handle"),), stops)

    assert [(x.length, x.counted) for x in account.lines] == [
        (timedelta(hours=2), timedelta(hours=2)),
        (timedelta(hours=6), None),
        (timedelta(hours=7), timedelta(hours=7)),
    ]
    assert account.left == timedelta(hours=15)
    assert account.day == timedelta(hours=24)


@pytest.mark.parametrize(
    ("amount", "base", "words"),
    [
        ("10.0", "working_days", "10 个工作日"),
        ("2.5", "working_days", "2.5 个工作日"),
        ("120.0", "minutes", "2 小时 工作时间"),
        ("0.5", "hours", "0.5 小时，不分昼夜"),
        ("30", "calendar_days", "30 个自然日"),
        ("3", "months", "3 个月"),
    ],
)
def test_a_limit_is_said_as_its_rule_says_it(amount, base, words):
    assert limit_words(Limit(Decimal(amount), base), DAY) == words


def test_the_length_of_a_day_comes_from_the_calendars_hours():
    assert day_of("working_days", CALENDAR) == DAY
    assert day_of("hours", CALENDAR) == timedelta(hours=24)
    assert counting_words("working_days", CALENDAR) == (
        "1 天按 7.5 小时工作时间计（9:00–12:00，13:00–17:30）。提出当天不算，从下一个工作日数起。"
    )
