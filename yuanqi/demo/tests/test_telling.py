"""The demo park's texts and times, without a database: fictional, complete, and told alike."""

import re
from collections import Counter
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from yuanqi.demo import accounts, matters, people, telling
from yuanqi.demo.scene import Scene
from yuanqi.demo.size import FULL
from yuanqi.domain import uscc
from yuanqi.domain.worktime import WorkCalendar
from yuanqi.foundation.files import Upload
from yuanqi.organisation.models import Rank
from yuanqi.servicedesk import steps

SHANGHAI = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkCalendar.china()
# names that stand for real firms and places of the field; none may slip into the fiction
REAL = (
    "华为", "中兴", "腾讯", "阿里", "百度", "京东", "小米", "比亚迪", "宁德", "格力", "美的",
    "海尔", "海信", "联想", "三星", "苹果", "特斯拉", "富士康", "立讯", "中芯", "台积", "西门子",
    "博世", "福伊特", "和合医学", "三亿检测", "乐美", "九豪", "蒙牛", "伊利", "顺丰",
    "昆山", "苏州", "上海", "江苏", "深圳", "北京",
)  # fmt: skip


class Papers(dict):
    def __missing__(self, name: str) -> Upload:
        return Upload(f"{name}.pdf", "a" * 64, 1000, "application/pdf")


@cache
def stories(when: str) -> list[steps.Story]:
    now = datetime.fromisoformat(when).replace(tzinfo=SHANGHAI)
    return telling.stories(Scene(now, CALENDAR, telling.shipped_limits(), Papers()))


def texts() -> list[str]:
    found = []
    for one in matters.told():
        found += re.findall(r"'([^']*[\u4e00-\u9fff][^']*)'", repr(one.matter.model_dump()))
    for firm in people.enterprises_told().values():
        found += [firm["name"], firm["short_name"], firm["address"]]
    return found


@pytest.mark.parametrize(
    "when",
    [
        "2026-11-23T09:10",  # a Monday morning
        "2026-11-24T03:00",  # a night
        "2026-11-27T17:45",  # a Friday evening
        "2026-11-29T11:00",  # a Sunday
        "2026-10-04T12:00",  # in the long holiday
        "2027-03-01T08:00",  # in a year whose calendar is not published
    ],
)
def test_whenever_it_is_loaded_every_request_stands_where_it_should(when):
    told = stories(when)

    now = datetime.fromisoformat(when).replace(tzinfo=SHANGHAI)
    assert len(told) == 120
    for story in told:
        times = [step.at for step in story]
        assert times == sorted(times)
        assert times[-1] <= now


def test_the_same_instant_tells_the_same_stories():
    assert stories("2026-11-24T10:10") == stories.__wrapped__("2026-11-24T10:10")


def test_requests_come_mostly_in_working_hours_and_some_by_night():
    begun = [story[0].at for story in stories("2026-11-24T10:10")]
    working = [at for at in begun if CALENDAR.is_working(at) and 9 <= at.hour < 18]
    assert 0.8 < len(working) / len(begun) < 1


def test_there_are_many_distinct_matters_of_many_categories():
    told = matters.told()
    assert len(told) == 120
    assert len({one.matter.answer for one in told}) >= 45
    assert len({one.matter.category for one in told}) >= 20
    assert {one.firm for one in told} == set(people.enterprises_told())


def test_no_text_is_left_unfilled_or_names_anything_real():
    for text in texts():
        assert not re.search(r"[<>{}]", text), text
        assert not [name for name in REAL if name in text], text


def test_bad_evaluations_have_their_reasons_and_pauses_what_they_wait_for():
    for one in matters.told():
        if one.turn.stars is not None and one.turn.stars <= 2:
            assert one.matter.complaint, one.key
            assert one.matter.heard, one.key
        if one.turn.stage == "wait-material":
            assert one.matter.awaits, one.key
        if one.turn.stage == "wait-superior":
            assert one.matter.above, one.key


def test_enterprises_bear_right_codes_that_no_real_one_has_and_telephones_nobody_has():
    firms = people.enterprises(datetime(2026, 11, 24, tzinfo=SHANGHAI), FULL)
    assert len({firm.uscc for firm in firms}) == 806
    assert {uscc.check(firm.uscc)[2:8] for firm in firms} == {"329901"}
    phones = [person.phone for firm in firms for person in firm.people]
    assert len(set(phones)) == len(phones)
    assert {phone[:7] for phone in phones} == {"1380000", "1390000"}
    assert {len(firm.people) for firm in firms} == {1, 2, 3}


def test_each_enterprise_is_linked_to_an_officer_of_rank_within_his_capacity():
    now = datetime(2026, 11, 24, tzinfo=SHANGHAI)
    ranks = {person.username: person.rank for person in people.organisation(now, FULL).officers}
    firms = people.enterprises(now, FULL)
    served = Counter(firm.officer for firm in firms)
    for officer, count in served.items():
        assert ranks[officer] >= Rank.DEPUTY_SECTION
        assert 3 <= count <= (5 if ranks[officer] >= Rank.DEPUTY_DIVISION else 10)
    assert served["officer"] == 10
    seconds = Counter(firm.second for firm in firms if firm.second)
    assert set(seconds.values()) == {5}
    assert len(seconds) == 48


def test_nobody_and_no_enterprise_is_named_like_another():
    now = datetime(2026, 11, 24, tzinfo=SHANGHAI)
    firms = people.enterprises(now, FULL)
    names = [person.name for firm in firms for person in firm.people]
    names += [person.name for person in people.organisation(now, FULL).officers]
    assert len(set(names)) == len(names)
    assert len({firm.short_name for firm in firms}) == len({firm.name for firm in firms}) == 806
    for firm in firms:
        assert not [name for name in REAL if name in firm.name], firm.name


def test_the_same_people_are_drawn_whenever_the_park_is_loaded():
    one = people.enterprises(datetime(2026, 11, 24, tzinfo=SHANGHAI), FULL)
    other = people.enterprises(datetime(2027, 5, 3, tzinfo=SHANGHAI), FULL)
    assert [(f.uscc, f.name, f.officer) for f in one] == [
        (f.uscc, f.name, f.officer) for f in other
    ]


def test_the_offered_accounts_are_one_for_each_role_with_one_password():
    offered = accounts.demo_accounts()
    assert [account["username"] for account in offered] == [
        "enterprise", "centre", "handler", "cohandler", "officer", "head", "leader",
        "sysadmin", "secadmin", "secadmin2", "audadmin",
    ]  # fmt: skip
    assert {account["password"] for account in offered} == {"yunze-demo-2026"}
    assert all(account["label"] and account["sees"] for account in offered)


def test_no_two_officers_share_a_telephone():
    officers = people.organisation(datetime(2026, 11, 24, tzinfo=SHANGHAI), FULL).officers
    phones = [officer.phone for officer in officers]
    assert len(set(phones)) == len(phones)
    assert all(re.fullmatch(r"860\d \d{4}", phone) for phone in phones)
