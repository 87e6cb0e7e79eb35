"""Facts of many at once: monthly figures, profile, snapshots; one and all say the same."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.people import BEFORE, MONDAY_9AM, Zone
from yuanqi.domain import uscc
from yuanqi.foundation.actors import SYSTEM
from yuanqi.registry import facts, operations
from yuanqi.registry.facts import figures, snapshots
from yuanqi.registry.facts.months import MONTHS
from yuanqi.registry.facts.shipped_fields import rolling_names
from yuanqi.registry.indicators import MEASURES, months_before
from yuanqi.registry.models import Enterprise, FigureChange, FigureMonth, Indicator, Stage
from yuanqi.registry.rights import Part

TODAY = date(2026, 11, 22)
NEWEST = date(2026, 10, 1)
SYS = {"actor": SYSTEM, "at": BEFORE}


def firm(serial: str) -> Enterprise:
    return operations.enterprise_register(
        code=uscc.make("91320583", serial), name=f"企业{serial}", short_name=serial, **SYS
    )


def put(enterprise, month, code, value, source="enterprise", *, confirmed=False, returned=False):
    return Indicator.objects.create(
        enterprise=enterprise, month=month, code=code, value=Decimal(str(value)), source=source,
        stated_at=MONDAY_9AM, confirmed_at=MONDAY_9AM if confirmed else None,
        returned_at=MONDAY_9AM if returned else None,
    )  # fmt: skip


@pytest.fixture
def park(zone: Zone) -> list[Enterprise]:
    """Seven enterprises with gaps, doubts, returned figures; one has none at all."""
    chance = random.Random(5)
    made = [zone.enterprise, *(firm(f"MA1XK10{number}") for number in range(6))]
    for enterprise in made[:-1]:
        for back in range(-1, 28):
            for code in MEASURES:
                if chance.random() < 0.05:
                    continue
                month, value = months_before(NEWEST, back), chance.randint(-2, 900)
                confirmed = chance.random() < 0.7
                put(enterprise, month, code, value, confirmed=confirmed)
                if chance.random() < 0.1:
                    other = value if chance.random() < 0.4 else value + 1
                    put(enterprise, month, code, other, "import", returned=chance.random() < 0.3)
    return made


def counting(enterprise: Enterprise, code: str, month: date) -> float | None:
    """The figure that counts, read one by one."""
    rows = Indicator.objects.filter(
        enterprise=enterprise, code=code, month=month, returned_at=None
    )  # fmt: skip
    for row in rows:
        if row.confirmed_at:
            return float(row.value)
    said = {float(row.value) for row in rows}
    return said.pop() if len(said) == 1 else None


def reference(enterprise: Enterprise, code: str) -> dict[str, float | None]:
    """A measure's facts, month by month."""

    def figure(back: int) -> float | None:
        return counting(enterprise, code, months_before(NEWEST, back))

    lag = next((back for back in range(3) if figure(back) is not None), None)
    if lag is None:
        return {}

    def total(back: int, count: int) -> float | None:
        said = [figure(lag + back + each) for each in range(count)]
        return None if None in said else sum(said)

    below = 0
    while below < 12:
        now, before = figure(lag + below), figure(lag + below + 12)
        if now is None or before is None or now >= before:
            break
        below += 1
    known = [one for back in range(12) if (one := figure(lag + back)) is not None]
    month, year_ago = figure(lag), figure(lag + 12)
    rate = None
    if month is not None and year_ago is not None and year_ago > 0:
        rate = month / year_ago - 1
    if code == "staff":
        return {
            "staff_month": month, "staff_year_before": year_ago, "staff_yoy": rate,
            "staff_average": sum(known) / len(known) if len(known) >= 6 else None,
        }  # fmt: skip
    plain = {
        f"{code}_month": month, f"{code}_year": total(0, 12), f"{code}_year_before": total(12, 12),
    }  # fmt: skip
    if code in ("rd", "exports", "investment"):
        return plain
    return plain | {
        f"{code}_month_year_before": year_ago,
        f"{code}_month_before": figure(lag + 1),
        f"{code}_month_before_year_before": figure(lag + 13),
        f"{code}_quarter": total(0, 3),
        f"{code}_quarter_year_before": total(12, 3),
        f"{code}_quarter_before": total(3, 3),
        f"{code}_quarter_before_year_before": total(15, 3),
        f"{code}_months_below": None if year_ago is None else float(below),
        f"{code}_month_yoy": rate,
    }


def told(frame, enterprise: Enterprise) -> dict:
    [row] = [one for one in frame.iter_rows(named=True) if one["enterprise"] == enterprise.pk]
    del row["enterprise"]
    return row


def known(row: dict) -> dict:
    return {name: value for name, value in row.items() if value is not None}


def test_the_figures_of_all_are_those_of_each_and_of_the_slow_reference(park):
    frame = facts.wide(TODAY)

    assert frame.columns == ["enterprise", *facts.fields()]
    assert frame["enterprise"].to_list() == sorted(Enterprise.objects.values_list("pk", flat=True))
    for enterprise in park:
        row = told(frame, enterprise)
        assert facts.facts_of(enterprise.pk, TODAY) == known(row)
        for code in MEASURES:
            expected = reference(enterprise, code)
            assert {name: row[name] for name in expected} == pytest.approx(expected)
            if not expected:
                assert not known(row).keys() & set(rolling_names(code))


def test_packed_months_say_what_the_indicators_say(park):
    before = facts.wide(TODAY)
    assert figures.pack(TODAY, MONTHS) == MONTHS
    # months that aren't over wait for their time
    assert set(FigureChange.objects.values_list("month", flat=True)) <= {
        months_before(NEWEST, -1), months_before(NEWEST, 27),
    }  # fmt: skip

    assert facts.wide(TODAY).equals(before)
    assert figures.pack(TODAY, MONTHS) == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda row: Indicator.objects.filter(pk=row.pk).update(value=777),
        lambda row: row.delete(),
        lambda row: Indicator.objects.filter(pk=row.pk).update(returned_at=MONDAY_9AM),
        lambda row: Indicator.objects.filter(pk=row.pk).update(month=date(2020, 1, 1)),
    ],
)
def test_a_changed_figure_is_read_at_once_and_its_month_packed_again(zone, change):
    row = put(zone.enterprise, NEWEST, "output", 500)
    put(zone.enterprise, NEWEST, "tax", 5)
    figures.pack(TODAY, MONTHS)
    assert told(facts.wide(TODAY), zone.enterprise)["output_month"] == 500.0

    change(row)

    after = facts.facts_of(zone.enterprise.pk, TODAY).get("output_month")
    assert after in (777.0, None)
    assert told(facts.wide(TODAY), zone.enterprise)["output_month"] == after
    assert told(facts.wide(TODAY), zone.enterprise)["tax_month"] == 5.0
    assert figures.pack(TODAY, MONTHS) == 1
    assert told(facts.wide(TODAY), zone.enterprise)["output_month"] == after


def test_months_out_of_reach_are_not_kept_packed(zone):
    FigureMonth.objects.create(month=date(2020, 1, 1), frame=b"", made_at=MONDAY_9AM)

    figures.pack(TODAY, MONTHS)

    assert FigureMonth.objects.count() == MONTHS
    assert not FigureMonth.objects.filter(month=date(2020, 1, 1)).exists()


def test_the_profile_as_it_was_on_the_day(zone):
    one = {"enterprise_id": zone.enterprise.pk, **SYS}
    operations.enterprise_change(
        values={"industry_code": "C3922", "capital": Decimal(5000),
                "registered_on": date(2016, 5, 20)}, **one,
    )  # fmt: skip
    operations.profile_add(
        part=Part.TITLES,
        values={"name": "高新技术企业", "granted_on": date(2023, 11, 1),
                "valid_until": date(2026, 10, 31)}, **one,
    )  # fmt: skip
    operations.profile_add(
        part=Part.INVESTORS, values={"name": "松濑株式会社", "country": "JP", "share": 60}, **one
    )
    project = operations.project_create(
        enterprise_id=zone.enterprise.pk, actor=SYSTEM, at=BEFORE,
        values={"name": "二期", "investment": Decimal(62000), "stage": Stage.STARTED,
                "stage_on": date(2026, 3, 1)},
    )  # fmt: skip
    operations.project_stage_reach(
        project_id=project.pk, stage=Stage.PRODUCTION, on=date(2026, 11, 10), note="",
        waiver="已验收，材料后补", actor=SYSTEM, at=MONDAY_9AM + timedelta(days=10),
    )  # fmt: skip

    october, november = (
        facts.facts_of(zone.enterprise.pk, day) for day in (date(2026, 10, 31), TODAY)
    )

    assert october.items() >= {
        "industry_section": "C", "industry_division": "39", "industry_group": "392",
        "industry_class": "3922", "registered_capital": 5000.0, "months_since_established": 125.0,
        "is_foreign_invested": True, "foreign_share": 0.6, "is_in_group": False,
        "is_high_tech": True, "is_chain_leader": False, "largest_investment_in_progress": 62000.0,
    }.items()  # fmt: skip
    assert "production_on" not in october
    assert [november[name] for name in (
        "is_high_tech", "largest_investment_in_progress", "production_on", "months_since_production"
    )] == [False, 0.0, date(2026, 11, 10), 0.0]  # fmt: skip


def test_an_enterprise_of_which_nothing_is_known_has_only_what_the_register_says(zone):
    found = facts.facts_of(firm("MA1XK200").pk, TODAY)

    assert found["AS_OF"] == TODAY
    assert {name for name in found if not name.startswith(("is_", "has_"))} == {
        "AS_OF", "standing", "titles_count", "largest_investment_in_progress",
        "investment_in_progress", "projects_in_progress",
    }  # fmt: skip


def test_a_month_s_snapshot_is_replaced_whole_and_an_older_one_stays(zone):
    put(zone.enterprise, date(2026, 9, 1), "staff", 100)
    october = facts.snapshot(date(2026, 10, 31))
    put(zone.enterprise, NEWEST, "staff", 90)
    first = facts.snapshot(date(2026, 11, 1))
    put(zone.enterprise, NEWEST, "staff", 80, "import", confirmed=True)

    second = facts.snapshot(TODAY)

    assert first == second
    assert sorted(snapshots.folder().iterdir()) == [october, second]
    day, frame = facts.latest()
    assert (day, told(frame, zone.enterprise)["staff_month"]) == (TODAY, 80.0)
    assert facts.latest()[1] is frame
    assert [
        (one.month, one.on, one.value)
        for one in facts.history_of(zone.enterprise.pk, "staff_month")
    ] == [
        (date(2026, 10, 1), date(2026, 10, 31), 100.0), (date(2026, 11, 1), TODAY, 80.0),
    ]  # fmt: skip
    assert facts.latest(date(2026, 10, 31))[0] == date(2026, 10, 31)


def test_a_snapshot_that_breaks_off_leaves_the_old_one(zone, monkeypatch):
    old = facts.snapshot(TODAY).read_bytes()
    monkeypatch.setattr(snapshots.os, "fsync", lambda _file: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        facts.snapshot(TODAY)

    [left] = snapshots.folder().iterdir()
    assert left.read_bytes() == old


def test_without_a_snapshot_the_first_who_asks_makes_it(zone):
    day, frame = facts.latest()

    assert snapshots.months() == [day.replace(day=1)]
    assert frame.height == Enterprise.objects.count()


def test_what_was_merged_into_another_stands_in_no_frame(zone):
    old = firm("MA1XK300")
    put(old, NEWEST, "tax", 3)
    Enterprise.objects.filter(pk=old.pk).update(merged_into=zone.enterprise)

    frame = facts.wide(TODAY)

    assert old.pk not in frame["enterprise"].to_list()
    assert told(frame, zone.enterprise)["tax_month"] is None
