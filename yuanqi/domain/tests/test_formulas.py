"""Formulas: values of any type by the rules' grammar, against the slow reference of the rules."""

from __future__ import annotations

import pickle
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yuanqi.domain.rules import Field, Formula, RuleError, Schema, columns_of
from yuanqi.domain.tests.rule_reference import SCHEMA, profiles, rules, values, verdict

DTYPES = {"number": pl.Float64, "boolean": pl.Boolean, "string": pl.String, "date": pl.Date}
FRAME = {field.name: DTYPES[field.type] for field in SCHEMA}
MONEY = Schema(
    {
        field.name: field
        for field in (
            Field("rd", "number", "万元"),
            Field("revenue", "number", "万元"),
            Field("fee", "number", "元"),
            Field("code", "string"),
            Field("AS_OF", "date"),
            Field("founded", "date"),
        )
    }
)


@given(values, st.lists(profiles, min_size=1, max_size=4))
def test_one_profile_is_worked_out_as_the_reference_does(text, rows):
    formula = Formula.parse(text, SCHEMA)

    assert [formula.evaluate(row) for row in rows] == [verdict(text, row) for row in rows]


@given(st.lists(st.one_of(values, rules), min_size=1, max_size=4), st.lists(profiles, max_size=8))
def test_a_frame_is_worked_out_row_by_row(texts, rows):
    made = {str(number): Formula.parse(text, SCHEMA) for number, text in enumerate(texts)}
    frame = pl.DataFrame(rows, schema=FRAME)
    expected = [[formula.evaluate(row) for row in rows] for formula in made.values()]

    found = columns_of(made, frame)

    assert [column.to_list() for column in found] == expected
    assert [column.dtype for column in found] == [DTYPES[one.type] for one in made.values()]
    assert [formula.column(frame).to_list() for formula in made.values()] == expected


@pytest.mark.parametrize(
    ("text", "kind", "unit"),
    [
        ("rd", "number", "万元"),
        ("rd / revenue", "number", ""),
        ("rd * 2 + revenue", "number", "万元"),
        ("12", "number", None),
        ("CASE WHEN revenue > 0 THEN rd / revenue - 1 END", "number", ""),
        ("MONTHS_BETWEEN(AS_OF, founded)", "number", None),
        ("rd > 5 AND code LIKE 'C%'", "boolean", None),
        ("COALESCE(code, 'Z')", "string", None),
        ("LEAST(AS_OF, DATE '2026-01-31')", "date", None),
    ],
)
def test_a_formula_knows_its_type_and_unit(text, kind, unit):
    formula = Formula.parse(text, MONEY)

    assert (formula.type, formula.unit) == (kind, unit)


@pytest.mark.parametrize(
    ("text", "position"),
    [("", 0), ("rd + fee", 5), ("rd *", 4), ("rd * revenue", 5), ("code + 1", 0), ("rdd", 0),
     ("rd; DROP TABLE fact", 2)],
)  # fmt: skip
def test_what_isn_t_a_formula_is_refused_with_its_place(text, position):
    with pytest.raises(RuleError) as refused:
        Formula.parse(text, MONEY)

    assert refused.value.position == position


def test_a_formula_names_its_facts_and_travels():
    formula = Formula.parse("COALESCE(rd, revenue) / revenue", MONEY)

    assert [field.name for field in formula.fields] == ["rd", "revenue"]
    assert pickle.loads(pickle.dumps(formula)) == formula


def test_without_a_column_the_value_is_unknown_throughout():
    frame = pl.DataFrame({"rd": [1.0, 2.0]})

    assert Formula.parse("rd + revenue", MONEY).column(frame).to_list() == [None, None]
    assert Formula.parse("COALESCE(revenue, rd)", MONEY).column(frame).to_list() == [1.0, 2.0]
    assert Formula.parse("DATE '2026-01-31'", MONEY).column(frame).to_list() == (
        [date(2026, 1, 31)] * 2
    )
