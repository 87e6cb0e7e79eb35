"""Figures that can hardly be: a table of what is asked back, and what isn't."""

from datetime import date
from decimal import Decimal

import pytest

from yuanqi.monitoring.oddities import Before, Oddity, Rule, Thresholds, found

USUAL = Thresholds(times=10, floor=Decimal(10))
MONTH = date(2026, 9, 1)


@pytest.mark.parametrize(
    ("field", "value", "before", "rule"),
    [
        ("output", "12805", "1280.5", Rule.MORE),  # ten times exactly
        ("output", "12804.99", "1280.5", None),
        ("output", "12805000", "1280.5", Rule.MORE),  # 元 typed for 万元
        ("output", "128.05", "1280.5", Rule.LESS),
        ("output", "128.06", "1280.5", None),
        ("output", "0", "1280.5", Rule.LESS),
        ("output", "500", "9.99", None),  # too little a month before to reckon times
        ("output", "100", "10", Rule.MORE),
        ("output", "5000", None, None),
        ("output", "5000", "0", None),
        ("staff", "0", "118", Rule.NO_STAFF),
        ("staff", "0", None, Rule.NO_STAFF),
        ("tax", "-3.5", "42", Rule.NEGATIVE),
        ("tax", "-3.5", None, Rule.NEGATIVE),
        ("tax", "0", "-42", None),
    ],
)
def test_what_is_asked_back(field, value, before, rule):
    then = {field: Before(Decimal(before), MONTH)} if before is not None else {}

    odd = found({field: Decimal(value)}, then, USUAL, asked=[field])

    assert [one.rule for one in odd] == ([rule] if rule else [])


@pytest.mark.parametrize(
    ("output", "power", "odd"), [("100", "0", True), ("0", "0", False), ("100", "0.01", False)]
)
def test_output_without_power_is_odd(output, power, odd):
    figures = {"output": Decimal(output), "power": Decimal(power)}

    assert [one.rule for one in found(figures, {}, USUAL, asked=["power"])] == (
        [Rule.NO_POWER] if odd else []
    )


def test_what_is_known_already_is_not_asked_about_but_compared_with():
    figures = {"output": Decimal(99_999), "power": Decimal(0)}
    then = {"output": Before(Decimal(100), MONTH)}

    odd = found(figures, then, USUAL, asked=["power"])

    assert [(one.field, one.rule) for one in odd] == [("power", Rule.NO_POWER)]


def test_the_park_sets_how_many_times_are_odd():
    then = {"output": Before(Decimal(100), MONTH)}
    lenient = Thresholds(times=100, floor=Decimal(0))

    assert found({"output": Decimal(9_999)}, then, lenient, asked=["output"]) == []


def test_an_oddity_is_kept_whole():
    one = Oddity(
        "output", Rule.MORE, Decimal("12805000"), Before(Decimal("1280.5"), MONTH), "新线投产"
    )

    assert Oddity.read(one.plain()) == one
    assert one.times == 10_000
    assert one.may_be_wrong_unit
