"""Random rules over random profiles: one at a time and in frames, against the slow reference."""

from __future__ import annotations

from unittest.mock import patch

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from yuanqi.domain.rules import Rule, columns, match_all, verdicts
from yuanqi.domain.tests.rule_reference import SCHEMA, profiles, rules, verdict

DTYPES = {"number": pl.Float64, "boolean": pl.Boolean, "string": pl.String, "date": pl.Date}
FRAME = {field.name: DTYPES[field.type] for field in SCHEMA}


@given(rules, st.lists(profiles, min_size=1, max_size=4))
def test_one_profile_is_judged_as_the_reference_does(text, rows):
    rule = Rule.parse(text, SCHEMA)

    assert [rule.evaluate(row) for row in rows] == [verdict(text, row) for row in rows]


@given(
    st.lists(rules, min_size=1, max_size=4),
    st.lists(profiles, max_size=8),
    st.booleans(),
)
def test_a_frame_is_judged_row_by_row(texts, rows, numbered):
    made = {number: Rule.parse(text, SCHEMA) for number, text in enumerate(texts)}
    frame = pl.DataFrame(rows, schema=FRAME)
    expected = [[rule.evaluate(row) for row in rows] for rule in made.values()]

    # in large frames texts that recur are numbered
    with patch.object(columns, "recur", lambda texts, times: numbered):
        found = verdicts(made, frame)

    assert [column.to_list() for column in found] == expected
    assert found.columns == [str(number) for number in made]
    assert set(found.dtypes) == {pl.Boolean}
    assert [rule.match(frame).to_list() for rule in made.values()] == expected
    kept = [row for part in match_all(made, frame, batch=3) for row in part.iter_rows()]
    assert kept == [
        (number, row, judged)
        for number, column in enumerate(expected)
        for row, judged in enumerate(column)
        if judged is not False
    ]
