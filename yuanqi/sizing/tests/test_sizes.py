"""An enterprise's size class follows from its figures by the rules in force, with the reasons."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.evidence import every_row
from tests.people import MONDAY_9AM, Zone, at, build_zone
from tests.together import at_once
from yuanqi.conditions import operations as conditions
from yuanqi.conditions.drafts import Draft
from yuanqi.conditions.models import Condition
from yuanqi.domain.rules import Rule
from yuanqi.foundation.actors import SYSTEM
from yuanqi.foundation.models import JournalEvent
from yuanqi.registry import facts, merging
from yuanqi.registry import operations as registry
from yuanqi.registry.models import Enterprise
from yuanqi.registry.timeline import happenings_of
from yuanqi.sizing import following, known, operations, panel, queries, tasks, thresholds
from yuanqi.sizing.models import EnterpriseSize

TODAY = date(2026, 11, 2)
LAST_YEAR = date(2025, 12, 31)


def put(firm: Enterprise, *, when=MONDAY_9AM, on=LAST_YEAR, **figures: int) -> None:
    """Let a department say figures of the enterprise; the system's word needs no second one."""
    for name, value in figures.items():
        registry.fact_state(
            enterprise_id=firm.pk, field=name, value=Decimal(value), as_of=on, actor=SYSTEM, at=when
        )


def in_trade(firm: Enterprise, code: str) -> None:
    registry.enterprise_change(
        enterprise_id=firm.pk, values={"industry_code": code}, actor=SYSTEM, at=MONDAY_9AM
    )


def followed(*, since: int = 0, now=MONDAY_9AM) -> int:
    """Read the journal from an event on, as the subscriber does."""
    return following.follow(list(JournalEvent.objects.filter(pk__gt=since)), now=now)


def last() -> int:
    return JournalEvent.objects.latest("pk").pk


def size_of(firm: Enterprise) -> str | None:
    """What is kept, and what rules read: the same."""
    row = EnterpriseSize.objects.filter(pk=firm.pk).first()
    said = facts.facts_of(firm.pk, TODAY).get("size_class")
    assert said == ((row and row.size) or None)
    return said


@pytest.fixture
def factory(zone: Zone) -> Enterprise:
    """An industrial enterprise of 320 people and 3,500 万元."""
    in_trade(zone.enterprise, "C3922")
    put(zone.enterprise, employees=320, revenue_last_year=3500)
    followed()
    return zone.enterprise


def shipped_rules() -> dict[str, Rule]:
    schema = facts.schema()
    return {size: Rule.parse(thresholds.text_of(size), schema) for size in thresholds.CLASSES}


def test_each_of_the_16_industries_is_cut_at_its_bounds(zone: Zone):
    rules = shipped_rules()
    codes = {
        "农、林、牧、渔业": "A0111", "工业": "C3922", "建筑业": "E4710", "批发业": "F5111",
        "零售业": "F5211", "交通运输业": "G5910", "仓储业": "G5920", "邮政业": "G6010",
        "住宿业": "H6110", "餐饮业": "H6210", "信息传输业": "I6311",
        "软件和信息技术服务业": "I6511", "房地产开发经营": "K7010", "物业管理": "K7020",
        "租赁和商务服务业": "L7211", "其他未列明行业": "M7310",
    }  # fmt: skip
    assert list(codes) == [one.name for one in thresholds.INDUSTRIES]
    rows, expected = [], []
    lower = {"large": "medium", "medium": "small", "small": "micro"}
    for one in thresholds.INDUSTRIES:
        for size, below in lower.items():
            bounds = getattr(one, size)
            asked = {
                "employees_known": bounds.staff, "revenue_known": bounds.revenue,
                "total_assets": bounds.assets,
            }  # fmt: skip
            code = codes[one.name]
            base = {
                "industry_section": code[0], "industry_division": code[1:3],
                "industry_group": code[1:4],
            }  # fmt: skip
            just = {name: float(least or 0) for name, least in asked.items()}
            rows.append(base | just)
            expected.append(size)
            for name, least in asked.items():
                if least is not None:
                    rows.append(base | just | {name: least - 1.0})
                    expected.append(below)
    found = queries.sizes(rules, pl.DataFrame(rows)).to_list()
    # one step below a class's own bound the next class still holds, or micro
    assert found == expected


def test_a_code_that_is_not_deep_enough_leaves_the_class_open_only_in_its_own_section(zone: Zone):
    rules = shipped_rules()
    told = {
        ("C", None, None): "large",
        ("F", None, None): None,
        ("G", "59", None): None,
        ("K", "70", None): None,
        ("J", "66", "662"): None,  # finance stands outside the method
        ("I", "65", None): "large",
        (None, None, None): None,
    }
    rows = [
        {
            "industry_section": section, "industry_division": division, "industry_group": group,
            "employees_known": 1e6, "revenue_known": 1e9, "total_assets": 1e9,
        }
        for section, division, group in told
    ]  # fmt: skip
    assert queries.sizes(rules, pl.DataFrame(rows)).to_list() == list(told.values())


def test_the_class_comes_with_the_figures_that_decided_it_and_what_the_next_one_takes(factory):
    assert size_of(factory) == "medium"
    row = EnterpriseSize.objects.get(pk=factory.pk)
    assert row.since_on == TODAY
    assert row.figures == {
        "employees_known": 320.0, "industry_division": "39", "industry_group": "392",
        "industry_section": "C", "revenue_known": 3500.0,
    }  # fmt: skip
    told = panel.told(factory, TODAY)
    assert (told.size, told.next_size, told.missing) == ("中型", "大型", ())
    assert told.grounds == (
        "从业人数（划型用）为 320 人，需不低于 300 人，符合",
        "营业收入（划型用）为 3,500 万元，需不低于 2,000 万元，符合",
    )
    assert told.lacks == (
        "从业人数（划型用）为 320 人，需不低于 1,000 人，还差 680 人",
        "营业收入（划型用）为 3,500 万元，需不低于 40,000 万元，还差 36,500 万元",
    )
    event = JournalEvent.objects.get(kind="sizing.size_class_changed")
    assert (event.payload["size_before"], event.payload["size_after"]) == ("", "medium")
    assert event.payload["figures"] == {"employees_known": "320", "revenue_known": "3500"}
    assert event.payload["versions"] == {"large": 1, "medium": 1, "small": 1}


def test_a_figure_that_changes_moves_the_class_once(zone, factory):
    since = last()
    put(factory, on=date(2026, 6, 30), employees=280)

    assert followed(since=since) == 1
    assert size_of(factory) == "small"
    before = every_row()
    assert followed(since=since) == 0
    assert operations.sizes_recompute(enterprises=[factory.pk], at=at("11-03 09:00")) == 0
    assert every_row() == before
    told = [one.text for one in happenings_of(factory, zone.actor(zone.contact), MONDAY_9AM, 2)]
    assert told[0] == "划型由中型变为小型企业"


def test_a_figure_that_decides_nothing_is_not_looked_at(factory):
    since = last()
    put(factory, invention_patents=4)
    registry.indicators_state(
        enterprise_id=factory.pk, month=date(2026, 10, 1), figures={"power": Decimal(9)},
        actor=SYSTEM, at=MONDAY_9AM,
    )  # fmt: skip
    names = queries.names_behind(queries.names_in(queries.rules_on(TODAY)))
    events = JournalEvent.objects.filter(pk__gt=since)
    assert {one.kind: following._matters(one, names, TODAY) for one in events} == {
        "registry.fact_stated": False, "registry.indicators_stated": False,
    }  # fmt: skip


def test_what_is_not_known_is_asked_for_by_name(zone: Zone):
    in_trade(zone.enterprise, "C3922")
    put(zone.enterprise, employees=320)
    followed()
    assert size_of(zone.enterprise) is None
    # not large anyway; whether medium or small is a question of revenue
    assert panel.told(zone.enterprise, TODAY).missing == ("营业收入（划型用）",)


def test_a_stated_class_is_shown_beside_the_computed_one_and_counts_only_without_it(zone, factory):
    registry.fact_state(
        enterprise_id=factory.pk, field=known.STATED, value="大型", as_of=LAST_YEAR,
        actor=SYSTEM, at=MONDAY_9AM,
    )  # fmt: skip
    told = panel.told(factory, TODAY)
    assert (told.size, told.stated, told.stated_is_confirmed) == ("中型", "大型", True)
    assert size_of(factory) == "medium"

    other = zone.stranger.enterprise
    registry.fact_state(
        enterprise_id=other.pk, field=known.STATED, value="微型企业", as_of=LAST_YEAR,
        actor=SYSTEM, at=MONDAY_9AM,
    )  # fmt: skip
    assert facts.facts_of(other.pk, TODAY)["size_class"] == "micro"


def test_a_new_version_of_a_rule_has_all_enterprises_judged_afresh(zone, factory, monkeypatch):
    asked = []
    monkeypatch.setattr(tasks, "begin", asked.append)
    rule = Condition.objects.get(kind="size-class", code="medium")
    before, after = "employees_known >= 300 AND revenue_known >= 2000", "employees_known >= 400"
    text = thresholds.text_of("medium").replace(f"'D') THEN {before}", f"'D') THEN {after}")
    since = last()
    version = conditions.draft_submit(
        condition_id=rule.pk,
        draft=Draft(text=text, valid_from=TODAY, source="新办法", reason="换了办法", cases=[]),
        actor=zone.actor(zone.clerk),
        at=MONDAY_9AM,
    )
    conditions.version_publish(
        condition_id=rule.pk,
        number=version.number,
        revision=version.revision,
        actor=zone.actor(zone.leader),
        at=MONDAY_9AM,
    )
    followed(since=since)

    assert asked == ["medium-2"]
    assert operations.all_recompute(at=MONDAY_9AM) is None
    assert size_of(factory) == "small"
    assert operations.all_recompute(at=MONDAY_9AM, goes_on=lambda: False) == 0


def test_of_two_workers_one_tells_the_change(committed):
    zone = build_zone()
    in_trade(zone.enterprise, "C3922")
    put(zone.enterprise, employees=320, revenue_last_year=3500)

    def act() -> int:
        return operations.sizes_recompute(enterprises=[zone.enterprise.pk], at=MONDAY_9AM)

    assert sorted(at_once(act, act)) == [0, 1]
    assert JournalEvent.objects.filter(kind="sizing.size_class_changed").count() == 1


def test_the_class_goes_along_when_two_rows_become_one(zone, factory):
    other = zone.stranger.enterprise
    operations.sizes_recompute(enterprises=[other.pk], at=MONDAY_9AM)
    since = last()
    merging.enterprises_merge(
        old_id=factory.pk, into_id=other.pk, actor=zone.actor(zone.clerk), at=MONDAY_9AM
    )
    followed(since=since)
    assert not EnterpriseSize.objects.filter(pk=factory.pk).exists()
    assert EnterpriseSize.objects.filter(pk=other.pk).exists()


def jobs() -> list[tuple[str, dict]]:
    waiting = ProcrastinateJob.objects.filter(queueing_lock__startswith="sizing:").order_by("pk")
    return [(job.queueing_lock, job.args) for job in waiting]


def test_everybody_is_asked_for_once_a_round_and_each_night_at_the_day_s_beginning(
    zone, factory, monkeypatch
):
    ProcrastinateJob.objects.all().delete()  # what shipping the rules asked for
    for _again in range(2):
        tasks.begin("medium-2")
    monkeypatch.setattr("django.utils.timezone.now", lambda: at("11-03 09:04"))
    tasks.nightly(timestamp=0)
    assert jobs() == [("sizing:medium-2", {"why": "medium-2", "after": 0})]
    monkeypatch.setattr("django.utils.timezone.now", lambda: at("11-04 00:04"))
    tasks.nightly(timestamp=0)
    assert [lock for lock, _args in jobs()] == ["sizing:medium-2", "sizing:night"]


def test_the_page_says_it_to_the_enterprise_too_and_links_the_rule_for_officers(zone, factory):
    for person, links in ((zone.contact, False), (zone.clerk, True)):
        client = Client()
        client.force_login(person.account)
        page = client.get(f"/enterprises/{factory.pk}/profile/").content.decode()
        assert "中型企业" in page
        assert "还差 680 人" in page
        assert ("看规则" in page) is links
