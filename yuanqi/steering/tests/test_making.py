"""The four lists: who is on them, held against a slow count; made once; following what changes."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.evidence import every_row
from tests.people import BEFORE, MONDAY_9AM, Zone, at, build_zone
from tests.together import at_once
from yuanqi.domain import uscc
from yuanqi.foundation.actors import SYSTEM
from yuanqi.foundation.errors import Conflict, NotAllowed
from yuanqi.foundation.models import JournalEvent
from yuanqi.registry import operations as registry
from yuanqi.registry.models import Enterprise
from yuanqi.registry.models import Standing as Trade
from yuanqi.registry.timeline_words import Names
from yuanqi.steering import operations
from yuanqi.steering.following import follow
from yuanqi.steering.models import Entry, Sheet
from yuanqi.steering.timeline_words import WORDS
from yuanqi.steering.wording import deciding, explained, why

from .conftest import NOVEMBER, decline, entry_of, make, on_lists, publish, state

DECEMBER = date(2026, 12, 1)


def told(kind: str) -> list[dict]:
    found = JournalEvent.objects.filter(kind=kind).order_by("id")
    return [event.payload for event in found]


def test_who_declines_is_on_the_list_with_the_figures_that_put_him_there(zone, declining):
    assert on_lists() == {
        ("marked-decline", zone.enterprise.pk),
        ("key-core", zone.stranger.enterprise_id),
    }
    assert declining.verdict is True
    assert declining.move == "entered"
    assert declining.figures == {
        "output_month_yoy": pytest.approx(-0.3),
        "output_month_before_yoy": pytest.approx(-0.3),
        "staff_yoy": None,
        "power_month_yoy": None,
    }
    assert deciding(declining) == [
        "当月产值同比为 -30 %，需不高于 -15 %",
        "上月产值同比为 -30 %，需不高于 -15 %",
    ]  # fmt: skip
    assert explained(declining)[0].verdict is True
    sheet = declining.sheet
    assert (sheet.listed, sheet.entered, sheet.left, sheet.unknown) == (1, 1, 0, 1)
    assert [event["enterprise_id"] for event in told("steering.standing_changed")] == sorted(
        [zone.enterprise.pk, zone.stranger.enterprise_id]
    )
    assert len(told("steering.list_made")) == 4


def test_the_lists_agree_with_a_slow_count_over_random_enterprises(zone):
    drawn = random.Random(5)
    known: dict[int, dict[str, list[float]]] = {}
    for number in range(24):
        firm = registry.enterprise_register(
            code=uscc.make("91320583", f"MA1XL{number:03}"), name=f"试样 {number} 有限公司",
            short_name=f"试样 {number}", actor=SYSTEM, at=BEFORE,
        )  # fmt: skip
        series = {}
        for code in ("output", "tax", "staff", "power"):
            base = drawn.uniform(20, 600)
            trend = drawn.choice([0.7, 0.84, 0.9, 1.0, 1.19, 1.3])
            months = [base * trend] * 12 + [base] * 12
            series[code] = [round(one * drawn.uniform(0.97, 1.03), 2) for one in months]
            state(firm, code, series[code])
        known[firm.pk] = series

    make()

    assert on_lists() == {
        (code, pk) for pk, one in known.items() for code in slowly(one, list(known.values()))
    }


def slowly(one: dict[str, list[float]], everybody: list[dict[str, list[float]]]) -> set[str]:
    found = set()
    for code in ("output", "tax"):
        before = sum(sum(other[code][:12]) > sum(one[code][:12]) for other in everybody)
        if before / len(everybody) < 0.1:
            found.add("key-core")
    output = one["output"]
    quarters = [(sum(output[0:3]), sum(output[12:15])), (sum(output[3:6]), sum(output[15:18]))]
    if sum(output[:12]) >= 2000 and all(now / last - 1 >= 0.2 for now, last in quarters):
        found.add("fast-growing")
    months = [output[0] / output[12] - 1, output[1] / output[13] - 1]
    staff, power = one["staff"], one["power"]
    if all(each <= -0.15 for each in months) or any(
        each[0] / each[12] - 1 <= -0.2 for each in (staff, power)
    ):
        found.add("marked-decline")
    return found


def test_a_month_made_twice_is_one(zone, declining):
    before = every_row()

    assert make() == []

    assert every_row() == before


def test_a_month_made_by_two_workers_is_one(committed):
    zone = build_zone()
    decline(zone)

    made = at_once(make, make)

    assert sorted(len(one) for one in made) == [0, 4]
    assert Sheet.objects.count() == 4
    assert Entry.objects.filter(is_on=True).count() == 2
    assert len(told("steering.standing_changed")) == 2


def test_the_next_month_says_who_stayed_and_who_left(zone, declining):
    Enterprise.objects.filter(pk=zone.stranger.enterprise_id).update(standing=Trade.MOVED)

    make(at("12-10 03:00"), DECEMBER)

    stayed = entry_of(zone.enterprise, "marked-decline", DECEMBER)
    left = entry_of(zone.stranger.enterprise, "key-core", DECEMBER)
    assert (stayed.move, stayed.is_on, stayed.was_on) == ("stayed", True, True)
    assert (left.move, left.is_on, left.figures) == ("left", False, {})
    sheet = left.sheet
    # 松濑 is first among those left, but ranks are of all that are in the register
    assert (sheet.listed, sheet.entered, sheet.left) == (0, 0, 1)
    assert told("steering.standing_changed")[-1] | {"facts": []} == {
        "enterprise_id": zone.stranger.enterprise_id, "month": "2026-12-01", "entered": [],
        "left": ["key-core"], "cause": "month", "facts": [],
    }  # fmt: skip


def test_the_night_makes_the_month_from_its_day_on(zone):
    decline(zone)

    operations.keep_up(actor=SYSTEM, at=at("11-09 03:13"))
    assert not Sheet.objects.exists()
    operations.keep_up(actor=SYSTEM, at=at("11-10 03:13"))
    operations.keep_up(actor=SYSTEM, at=at("11-11 03:13"))

    assert list(Sheet.objects.values_list("month", flat=True)) == [NOVEMBER] * 4


@pytest.mark.parametrize("who", ["contact", "safety_handler", "linked_officer", "leader"])
def test_only_the_service_centre_has_them_made_afresh(zone: Zone, who):
    decline(zone)
    before = every_row()

    with pytest.raises(NotAllowed):
        operations.lists_make(
            month=NOVEMBER, actor=zone.actor(getattr(zone, who)), at=MONDAY_9AM, cause="asked"
        )

    assert every_row() == before


def test_a_published_rule_makes_its_list_afresh_at_once(zone, declining):
    when = at("11-05 10:00")

    publish(zone, "marked-decline", "output_month_yoy <= -0.5", when)
    follow(list(JournalEvent.objects.order_by("id")), now=when)

    entry = entry_of(zone.enterprise, "marked-decline")
    assert (entry.is_on, entry.verdict, entry.move) == (False, False, "out")
    assert entry.because["cause"] == "rule"
    assert entry.sheet.version.number == 2
    assert told("steering.list_made")[-1]["code"] == "marked-decline"
    assert told("steering.standing_changed")[-1]["left"] == ["marked-decline"]


def test_a_confirmed_fact_moves_the_entry_and_both_read_why(zone):
    decline(zone)
    when = at("11-05 10:00")
    publish(zone, "new-growth-point", "rd_expense >= 300", when)
    make(when)
    said = registry.fact_state(
        enterprise_id=zone.enterprise.pk, field="rd_expense", value=Decimal(320),
        as_of=date(2025, 12, 31), actor=zone.actor(zone.safety_handler, when), at=when,
    )  # fmt: skip
    registry.fact_confirm(
        enterprise_id=zone.enterprise.pk, fact_id=said.pk,
        actor=zone.actor(zone.planning_handler, when), at=when + timedelta(minutes=5),
    )  # fmt: skip

    follow(list(JournalEvent.objects.order_by("id")), now=when)

    entry = entry_of(zone.enterprise, "new-growth-point")
    assert (entry.is_on, entry.move) == (True, "entered")
    assert why(entry).endswith("年度研发费用（320 万元）更新，重新判断")
    payload = told("steering.standing_changed")[-1]
    assert (payload["entered"], payload["facts"]) == (["new-growth-point"], ["rd_expense"])
    event = JournalEvent.objects.filter(kind="steering.standing_changed").latest("id")
    assert event.audience == "enterprise"
    assert WORDS[event.kind](payload, Names()) == "2026 年 11 月列为新增长点企业"


def test_made_by_columns_a_list_is_what_it_is_enterprise_by_enterprise(zone, declining):
    make(at("12-10 03:00"), DECEMBER)
    gone = zone.stranger.enterprise
    Enterprise.objects.filter(pk=gone.pk).update(standing=Trade.MOVED)
    january = date(2027, 1, 1)
    make(at("12-11 03:00"), january)
    found = {row.pk: row for row in Entry.objects.filter(sheet__month=january)}
    key_core = next(row for row in found.values() if row.enterprise_id == gone.pk)
    assert (key_core.verdict, key_core.is_on, key_core.was_on) == (False, False, True)
    assert (key_core.move, key_core.figures, key_core.revision) == ("left", {}, 1)
    assert key_core.because["cause"] == "month"
    told = (
        "verdict", "is_on", "was_on", "move", "figures", "ruling", "reason", "until", "ruled_by_id"
    )  # fmt: skip

    Entry.objects.filter(pk__in=found).update(
        verdict=None, is_on=False, figures={}, move="out", revision=0
    )
    make(at("12-11 03:00"), january, cause="asked")

    assert {row.pk for row in Entry.objects.filter(sheet__month=january)} == set(found)
    for row in Entry.objects.filter(pk__in=found):
        for name in told:
            assert getattr(row, name) == getattr(found[row.pk], name), name


def test_an_enterprise_of_which_nothing_is_known_is_on_no_list_and_counted_as_unknown(zone):
    make()

    assert on_lists() == set()
    assert not Entry.objects.exists()
    unknown = {sheet.condition.code: sheet.unknown for sheet in Sheet.objects.all()}
    # one has projects or none and leads no chain, which is known: but its output may be the tenth
    assert unknown == {
        "key-core": 2, "fast-growing": 2, "new-growth-point": 2, "marked-decline": 2
    }  # fmt: skip
    assert told("steering.standing_changed") == []


def test_a_field_that_a_published_list_reads_is_neither_renamed_nor_retired(zone):
    clerk = zone.actor(zone.clerk)
    field = registry.field_add(
        values={
            "name": "green_power", "label": "绿电用量", "label_en": "", "type": "number",
            "unit": "万千瓦时", "meaning": "", "meaning_en": "", "basis": "", "formula": "",
            "valid_days": None, "is_fixed": False, "by_enterprise": True,
        },
        actor=clerk, at=MONDAY_9AM,
    )  # fmt: skip
    publish(zone, "new-growth-point", "green_power >= 10", MONDAY_9AM)
    before = every_row()

    with pytest.raises(Conflict, match="四张清单：新增长点，第 2 版"):
        registry.field_change(
            field_id=field.pk, values={"name": "green"}, actor=clerk, at=MONDAY_9AM
        )
    with pytest.raises(Conflict, match="四张清单：新增长点，第 2 版"):
        registry.field_retire(field_id=field.pk, actor=clerk, at=MONDAY_9AM)

    assert every_row() == before
