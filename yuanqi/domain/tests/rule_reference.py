"""Random rules, and a slow, obvious way to judge them that shares no code with the rules.

sqlglot reads the text, so that precedence is somebody else's word; numbers are fractions between
one rounding and the next; months are counted one by one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from functools import cache
from typing import Any

import sqlglot
from hypothesis import strategies as st
from sqlglot import exp

from yuanqi.domain.rules import Field, Schema

NUMBERS = ("x", "y", "z", "研发 费用")
BOOLEANS = ("p", "Q")
STRINGS = ("s", 'say "t"')
DATES = ("d", "as_of")
SCHEMA = Schema(
    {
        name: Field(name, kind)
        for names, kind in (
            (NUMBERS, "number"),
            (BOOLEANS, "boolean"),
            (STRINGS, "string"),
            (DATES, "date"),
        )
        for name in names
    }
)

# facts


def _mostly(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(values, values, values, st.none())


_small = st.sampled_from([0.0, -0.0, 1.0, 2.0, -3.0, 5.0, 0.5, 2.5, -1.5, 0.1, 100.0, 0.125, 1e6])
_odd = st.sampled_from(
    [math.nan, math.inf, -math.inf, 1.7976931348623157e308, -1e308, 9e307, 5e-324, -2.3e-308,
     1e-300, 1e200, -1e155, 1e-160, 2.0**53, 2.0**52 + 0.5, 0.49999999999999994, 1e15, 3e15 + 1]
)  # fmt: skip
numbers = st.one_of(_small, _small, _odd, st.floats(), st.integers(-20, 20).map(float))
_letters = st.text(st.sampled_from("ab_%\\'\"A园企é́😀 \n!$`{"), max_size=5)
texts = st.one_of(st.sampled_from(["", "a", "ab", "a_b", "园企", "é", "é"]), _letters)
days = st.one_of(
    st.sampled_from([date(2024, 2, 29), date(2025, 2, 28), date(2024, 1, 31), date(2024, 1, 30),
                     date(2023, 12, 31), date(1999, 3, 1), date(2024, 3, 31)]),
    st.dates(date(1900, 1, 1), date(2100, 12, 31)),
)  # fmt: skip
profiles = st.fixed_dictionaries(
    {name: _mostly(numbers) for name in NUMBERS}
    | {name: _mostly(st.booleans()) for name in BOOLEANS}
    | {name: _mostly(texts) for name in STRINGS}
    | {name: _mostly(days) for name in DATES}
)

# rules


def _written(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _named(name: str) -> str:
    return name if name.isidentifier() else '"' + name.replace('"', '""') + '"'


_number_literals = st.one_of(
    st.sampled_from(
        ["0", "1", "2", "3", ".5", "2.5", "10", "0.05", "1e308", "1E-320", "100.", "7"]
    ),
    st.floats(0, allow_nan=False, allow_infinity=False).map(repr),
)
_number_facts = st.sampled_from(NUMBERS).map(_named)
_dates = st.one_of(
    st.sampled_from(DATES).map(_named), days.map(lambda day: f"DATE '{day.isoformat()}'")
)
_texts = st.one_of(st.sampled_from(STRINGS).map(_named), texts.map(_written))
_patterns = st.lists(st.one_of(st.just("%"), texts), max_size=4).map(
    lambda it: _written("".join(it))
)
_not = st.sampled_from(["", "NOT "])


def _filled(template: str, *parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map(lambda chosen: template.format(*chosen))


def _arithmetic(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    sign = st.sampled_from(["+", "-", "*", "/", "%"])
    places = st.integers(-3, 4).map(str)
    return st.one_of(
        _filled("{} {} {}", inner, sign, inner),
        _filled("({} {} {}) {} {}", inner, sign, inner, sign, inner),
        _filled("({})", inner),
        _filled("- {}", inner),
        _filled("abs({})", inner),
        _filled("LEAST({}, {})", inner, inner),
        _filled("GREATEST({}, {}, {})", inner, inner, inner),
        _filled("ROUND({}, {})", inner, places),
        _filled("Coalesce({}, {})", inner, inner),
        _filled("MONTHS_BETWEEN({}, {})", _dates, _dates),
        _filled("CASE WHEN {} THEN {} WHEN {} THEN {} ELSE {} END",
                _simple, inner, _simple, inner, inner),
        _filled("CASE WHEN {} THEN {} END", _simple, inner),
    )  # fmt: skip


_comparison_sign = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])
_equality = st.sampled_from(["=", "<>"])
_simple = st.one_of(
    st.sampled_from(BOOLEANS),
    _filled("{} {} {}", _number_facts, _comparison_sign, _number_literals),
    _filled("{} IS {}NULL", _number_facts, _not),
)
values = st.recursive(
    st.one_of(_number_facts, _number_facts, _number_literals), _arithmetic, max_leaves=6
)
_leaves = st.one_of(
    _simple,
    _filled("{} {} {}", values, _comparison_sign, values),
    _filled("{} {} {}", values, _comparison_sign, values),
    _filled("{} {}BETWEEN {} AND {}", values, _not, values, values),
    _filled("{} {}IN ({}, -{}, {})", values, _not, *[_number_literals] * 3),
    _filled("{} IS {}NULL", values, _not),
    _filled("{} {} {}", _texts, _equality, _texts),
    _filled("{} {}IN ({}, {})", _texts, _not, texts.map(_written), texts.map(_written)),
    _filled("{} {}LIKE {}", _texts, _not, _patterns),
    _filled("{} IS {}NULL", _texts, _not),
    _filled("COALESCE({}, {}) = {}", _texts, _texts, _texts),
    _filled("{} {} {}", _dates, _comparison_sign, _dates),
    _filled("{} {}BETWEEN {} AND {}", _dates, _not, _dates, _dates),
    _filled("LEAST({}, {}) < {}", _dates, _dates, _dates),
    _filled("CASE WHEN {} THEN {} ELSE {} END", _simple, _simple, _simple),
    _filled(
        "COALESCE({}, {}) = ({})",
        st.sampled_from(BOOLEANS),
        st.sampled_from(["TRUE", "Q"]),
        _simple,
    ),
)
rules = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        _filled("{} AND {}", inner, inner),
        _filled("{} OR {}", inner, inner),
        _filled("({} OR {}) AND {}", inner, inner, inner),
        _filled("NOT {}", inner),
        _filled("NOT ({})", inner),
        _filled("CASE WHEN ({}) THEN ({}) ELSE ({}) END", inner, inner, inner),
    ),
    max_leaves=5,
)  # fmt: skip

# the reference


@cache
def _read(text: str) -> exp.Expression:
    return sqlglot.parse_one(text)


def verdict(text: str, facts: Mapping[str, Any]) -> bool | None:
    """What the rule says of the facts; None where that is unknown."""
    return _judge(_read(text), facts)


def _judge(node: exp.Expression, facts: Mapping[str, Any]) -> Any:
    return _JUDGES[type(node)](node, facts)


def _entering(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _rounded_to_double(value: Fraction) -> float | None:
    try:
        made = float(value)
    except OverflowError:
        return None
    return made if math.isfinite(made) else None


def _calculated(node: exp.Expression, facts: Mapping[str, Any]) -> float | None:
    left, right = _judge(node.this, facts), _judge(node.expression, facts)
    if left is None or right is None:
        return None
    one, other = Fraction(left), Fraction(right)
    match node:
        case exp.Add():
            return _rounded_to_double(one + other)
        case exp.Sub():
            return _rounded_to_double(one - other)
        case exp.Mul():
            return _rounded_to_double(one * other)
        case exp.Div():
            return None if other == 0 else _rounded_to_double(one / other)
        case _:
            return None if other == 0 else float(one - other * math.trunc(one / other))


def _compared(node: exp.Expression, facts: Mapping[str, Any]) -> bool | None:
    left, right = _judge(node.this, facts), _judge(node.expression, facts)
    if left is None or right is None:
        return None
    return {
        exp.EQ: left == right,
        exp.NEQ: left != right,
        exp.LT: None if isinstance(left, str | bool) else left < right,
        exp.LTE: None if isinstance(left, str | bool) else left <= right,
        exp.GT: None if isinstance(left, str | bool) else left > right,
        exp.GTE: None if isinstance(left, str | bool) else left >= right,
    }[type(node)]


def _both(one: bool | None, other: bool | None) -> bool | None:
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


def _opposite(value: bool | None) -> bool | None:
    return None if value is None else not value


def _either(one: bool | None, other: bool | None) -> bool | None:
    return _opposite(_both(_opposite(one), _opposite(other)))


def _between(node: exp.Between, facts: Mapping[str, Any]) -> bool | None:
    value, low, high = (_judge(node.args[name], facts) for name in ("this", "low", "high"))
    above = None if value is None or low is None else value >= low
    below = None if value is None or high is None else value <= high
    return _both(above, below)


def _like(node: exp.Like, facts: Mapping[str, Any]) -> bool | None:
    value = _judge(node.this, facts)
    if value is None:
        return None
    pattern = ".*".join(map(re.escape, node.expression.name.split("%")))
    matches = re.fullmatch(pattern, value, re.DOTALL) is not None
    return matches is not bool(node.args.get("negate"))


def _case(node: exp.Case, facts: Mapping[str, Any]) -> Any:
    for branch in node.args["ifs"]:
        when = _judge(branch.this, facts)
        if when is None:
            return None
        if when:
            return _judge(branch.args["true"], facts)
    otherwise = node.args.get("default")
    return None if otherwise is None else _judge(otherwise, facts)


def _of_all(choose: Any) -> Any:
    def judge(node: exp.Expression, facts: Mapping[str, Any]) -> Any:
        made = [_judge(each, facts) for each in (node.this, *node.expressions)]
        return None if None in made else choose(made)

    return judge


def _first(node: exp.Expression, facts: Mapping[str, Any]) -> Any:
    made = [_judge(each, facts) for each in (node.this, *node.expressions)]
    return next((value for value in made if value is not None), None)


def _rounded(node: exp.Expression, facts: Mapping[str, Any]) -> float | None:
    value, places = _judge(node.this, facts), _judge(node.args["decimals"], facts)
    if value is None or (places >= 0 and abs(value) >= 2**52):
        return value
    scale = 10 ** abs(int(places))
    scaled = Fraction(float(Fraction(value) * scale if places >= 0 else Fraction(value) / scale))
    whole = math.floor(abs(scaled) + Fraction(1, 2)) * (1 if scaled >= 0 else -1)
    return _rounded_to_double(Fraction(whole, scale) if places >= 0 else Fraction(whole * scale))


def _months(node: exp.Expression, facts: Mapping[str, Any]) -> float | None:
    later, earlier = _judge(node.this, facts), _judge(node.expression, facts)
    if later is None or earlier is None:
        return None
    if later < earlier:
        return -_count(earlier, later)
    return _count(later, earlier)


def _count(later: date, earlier: date) -> float:
    """Month by month: the same day of the next month has come, or would have."""
    months, year, month = 0, earlier.year, earlier.month
    while True:
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        if (year, month, earlier.day) > (later.year, later.month, later.day):
            return float(months)
        months += 1


def _literal(node: exp.Literal, facts: Mapping[str, Any]) -> Any:
    return node.name if node.is_string else float(node.name)


def _negative(node: exp.Neg, facts: Mapping[str, Any]) -> float | None:
    value = _judge(node.this, facts)
    return None if value is None else -value


def _among(node: exp.In, facts: Mapping[str, Any]) -> bool | None:
    value = _judge(node.this, facts)
    return None if value is None else value in [_judge(each, facts) for each in node.expressions]


_JUDGES: dict[type[exp.Expression], Any] = {
    exp.Paren: lambda node, facts: _judge(node.this, facts),
    exp.Column: lambda node, facts: _entering(facts.get(node.name)),
    exp.Literal: _literal,
    exp.Boolean: lambda node, facts: node.this,
    exp.Cast: lambda node, facts: date.fromisoformat(node.this.name),
    exp.Neg: _negative,
    exp.And: lambda node, facts: _both(_judge(node.this, facts), _judge(node.expression, facts)),
    exp.Or: lambda node, facts: _either(_judge(node.this, facts), _judge(node.expression, facts)),
    exp.Not: lambda node, facts: _opposite(_judge(node.this, facts)),
    exp.Is: lambda node, facts: _judge(node.this, facts) is None,
    exp.Between: _between,
    exp.In: _among,
    exp.Like: _like,
    exp.Case: _case,
    exp.Abs: lambda node, facts: None if (it := _judge(node.this, facts)) is None else abs(it),
    exp.Least: _of_all(min),
    exp.Greatest: _of_all(max),
    exp.Coalesce: _first,
    exp.Round: _rounded,
    exp.MonthsBetween: _months,
    **dict.fromkeys([exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod], _calculated),
    **dict.fromkeys([exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE], _compared),
}
