"""Two years of requests, without a database: believable in the large, sound one by one."""

import re
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from random import Random
from zoneinfo import ZoneInfo

import pytest

from yuanqi.demo import habits, telling, years
from yuanqi.demo.cast import Cast
from yuanqi.demo.lives import Life
from yuanqi.demo.scene import Scene
from yuanqi.demo.size import FULL
from yuanqi.demo.tests.parks import SMALL
from yuanqi.demo.tests.test_telling import CALENDAR, REAL, Papers
from yuanqi.demo.written import first_lot, is_over
from yuanqi.servicedesk import steps

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 24, 10, 10, tzinfo=SHANGHAI)


def scene(now: datetime) -> Scene:
    return Scene(now, CALENDAR, telling.shipped_limits(), Papers())


@cache
def plan() -> years.Years:
    return years.years(NOW, CALENDAR, FULL, [NOW - timedelta(days=9)] * years.WRITTEN)


@cache
def lives() -> dict[years.Planned, steps.Story]:
    """Every third request of the years."""
    here, cast = scene(NOW), Cast(NOW, FULL)
    return {one: Life(one, here, cast).told() for one in plan().planned[::3]}


def share(kind: type[steps.Step]) -> float:
    found = sum(any(isinstance(step, kind) for step in story) for story in lives().values())
    return found / len(lives())


def test_the_plan_has_as_many_requests_as_the_park_numbered_without_a_gap():
    found = plan()
    assert len(found.planned) == FULL.requests - years.WRITTEN
    assert sum(found.last.values()) == FULL.requests
    numbers = [one.number for one in found.planned]
    numbers += [number for several in found.written.values() for number in several]
    assert len(set(numbers)) == FULL.requests
    for month, last in found.last.items():
        assert f"{month}-{last:04d}" in numbers


def test_requests_follow_seasons_weekdays_and_office_hours():
    found = plan().planned
    assert NOW - timedelta(days=731) < found[0].at
    assert found[-1].at < NOW
    days = Counter(one.at.weekday() for one in found)
    assert days[0] > days[2] > days[4] > 5 * days[6]
    assert 0.8 < sum(9 <= one.at.hour < 18 for one in found) / len(found) < 0.95
    months = Counter(one.month for one in found)
    assert months["2602"] < months["2603"] / 2
    schools = Counter(one.at.month for one in found if one.category == "SCH")
    assert schools[6] > 3 * schools[10]


def test_every_category_is_asked_about_and_none_too_much():
    found = Counter(one.category for one in plan().planned)
    assert set(found) == set(habits.habits())
    assert len(found) == 30
    assert min(found.values()) > 40
    assert max(found.values()) < 0.1 * FULL.requests


@pytest.mark.parametrize(
    ("kind", "least", "most"),
    [
        (steps.Return, 0.055, 0.085),
        (steps.Extend, 0.035, 0.065),
        (steps.Pause, 0.05, 0.1),
        (steps.Start, 0.15, 0.3),
        (steps.CloseUnrated, 0.2, 0.28),
        (steps.CallBack, 0.02, 0.06),
        (steps.Redispatch, 0.01, 0.025),
        (steps.HandOver, 0.01, 0.03),
        (steps.Refuse, 0.006, 0.018),
        (steps.Merge, 0.008, 0.025),
        (steps.Withdraw, 0.01, 0.025),
        (steps.Reopen, 0.008, 0.025),
        (steps.Park, 0.002, 0.009),
    ],
)
def test_what_becomes_of_requests_is_as_frequent_as_in_the_field(kind, least, most):
    assert least <= share(kind) <= most


def test_most_are_content_some_are_angry_and_one_in_twelve_came_late():
    levels = Counter(
        step.level for story in lives().values() for step in story
        if isinstance(step, steps.Evaluate)
    )  # fmt: skip
    assert set(levels) == {1, 2, 3, 4, 5}
    rated = sum(levels.values())
    assert 0.75 < (levels[5] + levels[4]) / rated < 0.9
    assert 0.03 < (levels[1] + levels[2]) / rated < 0.08
    granted = [
        step.is_granted for story in lives().values() for step in story
        if isinstance(step, steps.DecideExtension)
    ]  # fmt: skip
    assert 0.65 < sum(granted) / len(granted) < 0.9


def test_each_story_goes_forward_in_time_and_ends_today_at_the_latest():
    for story in lives().values():
        times = [step.at for step in story]
        assert times == sorted(times)
        assert times[-1] <= NOW


def test_lists_of_them_do_not_read_alike():
    texts = [story[0].text for story in lives().values()]
    assert len(set(texts)) > 0.85 * len(texts)
    for page in range(0, len(texts) - 50, 50):
        assert len(set(texts[page : page + 50])) >= 48


def test_every_pattern_is_filled_whatever_is_drawn_and_names_nothing_real():
    for code, texts in habits.every_text():
        for seed in range(12):
            words = habits.Wording(Random(seed), {})
            for text in map(words.filled, texts):
                assert not re.search(r"[{}|=]|\.\.", text), (code, text)
                assert not [name for name in REAL if name in text], (code, text)


def test_a_complaint_is_not_given_to_whom_it_accuses():
    found = [story for one, story in lives().items() if one.fate == "complaint"]
    assert len(found) >= 5
    for story in found:
        leads = {step.lead for step in story if isinstance(step, steps.Dispatch)}
        assert story[0].accused_unit not in leads


def test_the_same_instant_plans_and_tells_the_same():
    again = years.years(NOW, CALENDAR, FULL, [NOW - timedelta(days=9)] * years.WRITTEN)
    assert again == plan()
    here, cast = scene(NOW), Cast(NOW, FULL)
    for one in plan().planned[:300:3]:
        assert Life(one, here, cast).told() == lives()[one]


def test_a_small_park_is_planned_as_well():
    found = years.years(NOW, CALENDAR, SMALL, [NOW - timedelta(days=9)] * years.WRITTEN)
    assert len(found.planned) == SMALL.requests - years.WRITTEN


def test_what_is_open_comes_in_the_first_lot_however_old_and_the_merged_with_its_other():
    size = replace(FULL, recent=4)
    found = first_lot(plan(), scene(NOW), Cast(NOW, size), size)
    recent = years.recent_from(NOW, size)
    older = {one: story for one, story in found.items() if one.at < recent}
    assert len(older) > 30
    standing = {one.number for one, story in older.items() if not is_over(story)}
    for one in older:
        assert one.number in standing or one.into in standing
    here, cast = scene(NOW), Cast(NOW, size)
    for one in plan().since(recent - timedelta(days=30)):
        if one not in found:
            assert is_over(Life(one, here, cast).told())
            assert one.into not in standing
