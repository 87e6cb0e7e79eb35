"""Which facts there are: shipped ones, the park's own, formulas, and who uses a field."""

from datetime import date
from decimal import Decimal
from importlib import import_module

import pytest

from tests.evidence import every_row
from tests.people import MONDAY_9AM, Zone
from yuanqi.domain.rules import Rule
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed
from yuanqi.foundation.models import JournalEvent
from yuanqi.registry import facts, operations
from yuanqi.registry.facts import FactField, FieldError, Provider, State, Use, providers
from yuanqi.registry.facts import users as uses
from yuanqi.registry.facts.fields import assembled
from yuanqi.registry.models import Fact, ParkField

made = import_module("yuanqi.registry.facts.fields")  # the package has a function of that name
TODAY = date(2026, 11, 2)
GREEN = {
    "name": "green_power", "label": "绿电用量", "label_en": "Green power", "type": "number",
    "unit": "万千瓦时", "meaning": "", "meaning_en": "", "basis": "", "formula": "",
    "valid_days": 400, "is_fixed": False, "by_enterprise": True,
}  # fmt: skip
SHARE = GREEN | {
    "name": "green_power_share", "label": "绿电占比", "unit": "比例",
    "formula": "green_power / power_year",
}  # fmt: skip


@pytest.fixture
def add(zone: Zone):
    def field(who="clerk", **values) -> ParkField:
        return operations.field_add(
            values=GREEN | values, actor=zone.actor(getattr(zone, who)), at=MONDAY_9AM
        )

    return field


@pytest.fixture
def change(zone: Zone):
    def field(row: ParkField, **values) -> ParkField:
        return operations.field_change(
            field_id=row.pk, values=values, actor=zone.actor(zone.clerk), at=MONDAY_9AM
        )

    return field


@pytest.fixture
def rules():
    """A slice whose rules use the park's green power."""
    taken = ["绿色工厂", "零碳园区"]

    def of(name: str):
        return [Use(one) for one in taken] if name == "green_power" else []

    uses.register(of)
    yield taken
    uses._finders.remove(of)


def test_shipped_rules_may_name_every_field(zone):
    schema = facts.schema()
    four_lists = (
        "output_year >= 2000 AND output_quarter_yoy >= 0.2 AND output_quarter_before_yoy >= 0.2",
        "months_above_scale <= 12 OR months_since_production <= 12 OR new_product_share > 0.1",
        "(output_month_yoy <= -0.15 AND output_month_before_yoy <= -0.15)"
        " OR staff_yoy <= -0.2 OR power_month_yoy <= -0.2",
        "is_chain_leader OR largest_investment_in_progress >= 50000",
        "employees_known >= 1000 AND revenue_known >= 40000 AND industry_section IN ('B','C','D')",
        "construction_started_on <= AS_OF AND total_assets > 0",
    )

    assert [Rule.parse(text, schema).evaluate({}) for text in four_lists] == [None] * 6
    assert {one.type for one in facts.fields().values()} == {"number", "boolean", "string", "date"}
    assert all(one.zh and one.en for one in facts.fields().values())


def test_the_park_adds_a_field_which_is_stated_and_counts(zone, add):
    row = add()
    operations.fact_state(
        enterprise_id=zone.enterprise.pk, field="green_power", value=Decimal(12),
        as_of=date(2026, 10, 31), actor=zone.actor(zone.safety_handler), at=MONDAY_9AM,
    )  # fmt: skip

    assert facts.facts_of(zone.enterprise.pk, TODAY)["green_power"] == 12.0
    told = JournalEvent.objects.get(stream="facts")
    assert (told.kind, told.audience, told.payload["field_id"]) == (
        "registry.fact_field_added", "staff", row.pk,
    )  # fmt: skip


def test_a_park_s_formula_is_worked_out_over_shipped_and_own_fields(zone, add):
    add()
    add(**SHARE)
    known = facts.fields()["green_power_share"]

    assert (known.unit, known.stated_by, known.formula) == (
        "", frozenset(), "green_power / power_year",
    )  # fmt: skip
    [level] = [one for one in facts.catalogue().levels if "green_power_share" in one]
    formula = level["green_power_share"]
    assert formula.evaluate({"green_power": 3, "power_year": 12}) == 0.25


@pytest.mark.parametrize(
    ("values", "error", "says"),
    [
        ({"name": "Green"}, Invalid, "小写英文字母"),
        ({"name": "is_high_tech"}, Invalid, "已经有了"),
        ({"formula": "green_power + 1"}, Invalid, "互相引用"),
        ({"formula": "power_yeer * 2"}, Invalid, "第 1 个字符：没有名为“power_yeer”"),
        ({"formula": "power_year / output_year"}, Invalid, "不能相除"),
        ({"formula": "output_year"}, Invalid, "以“万元”计"),
        ({"formula": "is_high_tech"}, Invalid, "类型不符"),
    ],
)
def test_a_field_that_can_t_be_is_refused_with_what_is_wrong(zone, add, values, error, says):
    before = every_row()

    with pytest.raises(error, match=says):
        add(**values)

    assert every_row() == before


def test_a_circle_over_several_fields_is_refused(add, change):
    first = add(formula="power_year")
    add(name="green_power_twice", label="两倍", formula="green_power * 2")
    before = every_row()

    with pytest.raises(Invalid, match="互相引用"):
        change(first, formula="green_power_twice / 2")

    assert every_row() == before


@pytest.mark.parametrize("who", ["safety_handler", "leader", "linked_officer", "contact"])
def test_only_the_service_centre_keeps_the_fields(zone, add, who):
    before = every_row()

    with pytest.raises(NotAllowed):
        add(who)

    assert every_row() == before


@pytest.mark.parametrize("values", [{"name": "power_of_wind"}, {"unit": "度"}, {"type": "string"}])
def test_a_field_in_use_keeps_its_name_type_and_unit(add, change, rules, values):
    row = add()
    before = every_row()

    with pytest.raises(Conflict, match=r"还有 2 处在用“green_power”，不能.+：绿色工厂、零碳园区。"):
        change(row, **values)

    assert every_row() == before


def test_a_field_in_use_isn_t_retired(zone, add, rules):
    row = add()
    before = every_row()

    with pytest.raises(Conflict, match="不能停用：绿色工厂、零碳园区"):
        operations.field_retire(field_id=row.pk, actor=zone.actor(zone.clerk), at=MONDAY_9AM)

    assert every_row() == before


def test_a_formula_uses_the_fields_that_it_names(zone, add):
    row = add()
    add(**SHARE)
    before = every_row()

    with pytest.raises(Conflict, match="还有 1 处在用“green_power”，不能停用：绿电占比。"):
        operations.field_retire(field_id=row.pk, actor=zone.actor(zone.clerk), at=MONDAY_9AM)

    assert every_row() == before


def test_an_unused_field_is_renamed_and_its_facts_follow(zone, add, change):
    row = add()
    said = operations.fact_state(
        enterprise_id=zone.enterprise.pk, field="green_power", value=Decimal(12),
        as_of=date(2026, 10, 31), actor=zone.actor(zone.safety_handler), at=MONDAY_9AM,
    )  # fmt: skip

    change(row, name="power_green", label="绿色电力")

    assert Fact.objects.get(pk=said.pk).field == "power_green"
    assert facts.facts_of(zone.enterprise.pk, TODAY)["power_green"] == 12.0


def test_a_retired_field_counts_no_more_and_what_was_said_stays(zone, add):
    row = add()
    operations.fact_state(
        enterprise_id=zone.enterprise.pk, field="green_power", value=Decimal(12),
        as_of=date(2026, 10, 31), actor=zone.actor(zone.safety_handler), at=MONDAY_9AM,
    )  # fmt: skip

    operations.field_retire(field_id=row.pk, actor=zone.actor(zone.clerk), at=MONDAY_9AM)

    assert "green_power" not in facts.fields()
    assert "green_power" not in facts.facts_of(zone.enterprise.pk, TODAY)
    assert Fact.objects.count() == 1


def test_after_an_upgrade_a_field_that_no_longer_fits_is_left_out_and_the_rest_serves(zone, add):
    row = add()
    ParkField.objects.filter(pk=row.pk).update(formula="gone_with_the_upgrade * 2")
    add(name="water_use", label="用水量", unit="吨")

    known = facts.fields()

    assert "green_power" not in known
    assert "water_use" in known


def test_one_name_is_defined_once_and_read_by_one_provider(monkeypatch):
    monkeypatch.setattr(made, "_shipped", dict(made.shipped()))
    monkeypatch.setattr(providers, "_providers", dict(providers._providers))
    one = FactField("shoe_size", "number", "鞋码", "Shoe size")
    facts.define(one)
    facts.define(one)

    with pytest.raises(FieldError, match="defined twice"):
        facts.define(FactField("shoe_size", "string", "鞋码", "Shoe size"))
    with pytest.raises(ValueError, match="provided by indicators"):
        facts.provide(Provider("other", "别的", ("output_year",), lambda _on, _ids: None))
    assert "shoe_size" in assembled(()).fields


def test_the_page_tells_of_a_computed_fact_what_it_is_made_of(zone):
    [found] = [
        one for one in facts.details_of(zone.enterprise.pk, TODAY)
        if one.field.name == "rd_intensity"
    ]  # fmt: skip

    assert (found.state, found.parts) == (State.UNKNOWN, ("rd_year", "revenue_year"))
