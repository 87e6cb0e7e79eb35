"""The language of rules: what it takes, what it refuses and where, what it says of a profile."""

from __future__ import annotations

import pickle
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pytest

from yuanqi.domain.rules import Field, Rule, RuleError, Schema, match_all, verdicts

FIELDS = [
    Field("revenue", "number", "万元"),
    Field("rd", "number", "万元"),
    Field("cost_yuan", "number", "元"),
    Field("staff", "number", "人"),
    Field("share", "number", "%"),
    Field("x", "number"),
    Field("y", "number"),
    Field("listed", "boolean"),
    Field("above_scale", "boolean"),
    Field("industry", "string"),
    Field("district", "string"),
    Field("registered", "date"),
    Field("AS_OF", "date"),
    Field("营业 收入", "number", "万元"),
    Field("在 园", "boolean"),
]
SCHEMA = Schema({field.name: field for field in FIELDS})


def verdict(text: str, **facts: object) -> bool | None:
    return Rule.parse(text, SCHEMA).evaluate(facts)


@pytest.mark.parametrize(
    ("text", "facts", "expected"),
    [
        ("revenue >= 5000", {"revenue": 5000}, True),
        ("revenue >= 5000", {"revenue": 4999.99}, False),
        ("revenue >= 5000", {}, None),
        ("listed", {"listed": True}, True),
        ("NOT listed", {"listed": None}, None),
        ('"营业 收入" > 1 AND "在 园"', {"营业 收入": 2, "在 园": True}, True),
        ("x = 1 OR y = 1 AND x = 2", {"x": 1, "y": 0}, True),
        ("NOT x = 1 AND y = 1", {"x": 2, "y": 1}, True),
        ("listed AND x > 0", {"listed": False}, False),
        ("listed OR x > 0", {"listed": True}, True),
        ("x BETWEEN 1 AND 3", {"x": 3}, True),
        ("x NOT BETWEEN 1 AND y", {"x": 0}, True),
        ("x BETWEEN 1 AND y", {"x": 2}, None),
        ("industry IN ('C35', 'C36')", {"industry": "C36"}, True),
        ("x NOT IN (-1, 2)", {"x": -1}, False),
        ("industry LIKE 'C3%'", {"industry": "C35"}, True),
        ("industry LIKE 'a_b%c'", {"industry": "axbc"}, False),
        ("industry LIKE '%制造%'", {"industry": "仪器仪表制造业"}, True),
        ("industry = 'it''s'", {"industry": "it's"}, True),
        ("x IS NULL", {}, True),
        ("x / y IS NULL", {"x": 1, "y": 0}, True),
        ("x % y = -1", {"x": -7, "y": 3}, True),
        ("x % y = 1", {"x": 7, "y": -3}, True),
        ("x * 10 > 0", {"x": 1e308}, None),
        ("ABS(x) = 3", {"x": -3}, True),
        ("LEAST(x, y) = 1", {"x": 1}, None),
        ("GREATEST(x, y, 5) = 5", {"x": 1, "y": 2}, True),
        ("COALESCE(x, y, 7) = 7", {}, True),
        ("ROUND(x, 0) = 3", {"x": 2.5}, True),
        ("ROUND(x, 0) = -3", {"x": -2.5}, True),
        ("ROUND(x, 2) = 0.13", {"x": 0.125}, True),
        ("ROUND(x, -2) = 300", {"x": 250}, True),
        ("ROUND(x, 2) = 1e300", {"x": 1e300}, True),
        ("CASE WHEN x > 1 THEN y ELSE 0 END = 5", {"x": 2, "y": 5}, True),
        ("CASE WHEN x > 1 THEN 1 ELSE 1 END = 1", {}, None),
        ("CASE WHEN listed THEN 1 WHEN x > 1 THEN 2 END = 1", {"listed": True}, True),
        ("CASE WHEN listed THEN x > 1 ELSE above_scale END", {"listed": True, "x": 2}, True),
        ("CASE WHEN listed THEN 1 END IS NULL", {"listed": False}, True),
        ("(x > 1) = listed", {"x": 2, "listed": True}, True),
        ("registered >= DATE '2024-02-29'", {"registered": date(2024, 2, 29)}, True),
        ("1 = 1", {}, True),
        ("x = .5 OR x = 2.", {"x": 0.5}, True),
        ("x - -1 = 3", {"x": 2}, True),
    ],
)
def test_what_a_rule_says_of_a_profile(text, facts, expected):
    rule = Rule.parse(text, SCHEMA)

    assert rule.evaluate(facts) is expected
    types = {"number": pl.Float64, "boolean": pl.Boolean, "string": pl.String, "date": pl.Date}
    columns = {field.name: types[field.type] for field in FIELDS}
    row = dict.fromkeys(columns) | facts
    frame = pl.DataFrame([row], schema=columns)
    assert rule.match(frame).to_list() == [expected]


@pytest.mark.parametrize(
    ("later", "earlier", "months"),
    [
        ((2024, 3, 31), (2024, 2, 29), 1),
        ((2024, 2, 29), (2024, 1, 31), 0),
        ((2024, 2, 29), (2024, 1, 29), 1),
        ((2025, 2, 28), (2024, 2, 29), 11),
        ((2025, 3, 1), (2024, 2, 29), 12),
        ((2024, 1, 31), (2024, 2, 29), 0),
        ((2024, 1, 28), (2024, 2, 29), -1),
        ((2024, 1, 1), (2023, 12, 31), 0),
    ],
)
def test_months_are_whole_and_cut_off_towards_nought(later, earlier, months):
    facts = {"AS_OF": date(*later), "registered": date(*earlier)}

    assert verdict(f"MONTHS_BETWEEN(AS_OF, registered) = {months}", **facts) is True


@pytest.mark.parametrize(
    "value",
    [True, "5", float("nan"), float("inf"), -float("inf"), 10**400, Decimal("NaN"), [5], None],
)
def test_a_fact_that_is_no_finite_number_is_unknown(value):
    assert verdict("x > 1", x=value) is None
    assert verdict("x IS NULL", x=value) is True


@pytest.mark.parametrize("value", [5, 5.0, Decimal("5")])
def test_numbers_of_all_sorts_are_doubles(value):
    assert verdict("x = 5", x=value) is True


def test_facts_of_another_type_are_unknown():
    assert verdict("listed", listed=1) is None
    assert verdict("industry = '5'", industry=5) is None
    assert verdict("registered > DATE '2000-01-01'", registered="2020-01-01") is None
    assert (
        verdict("registered > DATE '2000-01-01'", registered=datetime(2020, 1, 1, tzinfo=UTC))
        is None
    )


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("", 0),
        ("   ", 0),
        ("revenue", 0),
        ("5", 0),
        ("'text'", 0),
        ("revenue >", 9),
        ("revenue > 'a'", 10),
        ("revenue > 1 AND staff", 16),
        ("revenue > 1 extra", 12),
        ("revenu > 1", 0),
        ("x == 1", 3),
        ("x != 1", 2),
        ("x > 1;", 5),
        ("x > 1 -- no", 6),
        ("x > 1 /* no */", 6),
        ("x = NULL", 4),
        ("x IN (1, NULL)", 9),
        ("x IN (y)", 6),
        ("x IN ()", 6),
        ("x IN (1, 'a')", 9),
        ("industry LIKE district", 14),
        ("industry LIKE 'a' ESCAPE '!'", 18),
        ("industry < 'a'", 0),
        ("listed < above_scale", 0),
        ("registered > '2020-01-01'", 13),
        ("registered > DATE '2023-02-29'", 18),
        ("registered > DATE '2023-2-9'", 18),
        ("registered - AS_OF > 5", 0),
        ("x = 1 = 1", 6),
        ("x > 1 IS NULL", 6),
        ("NOT", 3),
        ("(x > 1", 6),
        ("x > 1)", 5),
        ("now() > registered", 0),
        ("ABS(x, y) > 1", 0),
        ("ROUND(x, y) > 1", 9),
        ("ROUND(x, 1.5) > 1", 9),
        ("ROUND(x, 16) > 1", 9),
        ("MONTHS_BETWEEN(AS_OF, x) > 1", 22),
        ("COALESCE(x, 'a') = 1", 12),
        ("LEAST(industry, district) = 'a'", 6),
        ("CASE x WHEN 1 THEN listed END", 5),
        ("CASE WHEN x THEN listed END", 10),
        ("CASE WHEN listed THEN 1 ELSE 'a' END = 1", 29),
        ("x > 1e999", 4),
        ("x > 5万", 5),
        ("x ≥ 5", 2),
        ("x > 'open", 4),
        ("x > 1 AND (SELECT 1) = 1", 11),
        ("x LIKE 'a'", 0),
        ("listed IN (1)", 11),
    ],
)
def test_anything_else_is_refused_where_it_goes_wrong(text, position):
    with pytest.raises(RuleError) as refused:
        Rule.parse(text, SCHEMA)

    assert refused.value.position == position
    assert refused.value.message
    assert refused.value.chinese != refused.value.message


@pytest.mark.parametrize(
    "text",
    [
        "revenue > 5000",
        "revenue + 10 > rd",
        "revenue * 0.05 <= rd",
        "rd / revenue >= 0.05",
        "rd / revenue * revenue > 5",
        "100 * rd / revenue > x",
        "rd / revenue > x",
        "revenue > x",
        "revenue % 10 = 0",
        "COALESCE(rd, 0) > 5",
        "CASE WHEN listed THEN revenue ELSE 0 END > rd",
        "LEAST(revenue, rd, 5) > 1",
        "revenue IN (1, 2)",
        "-revenue < rd",
        "cost_yuan / 10000 > x",
    ],
)
def test_units_that_fit(text):
    assert Rule.parse(text, SCHEMA).text == text


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("revenue > cost_yuan", 10),
        ("revenue + cost_yuan > 5", 10),
        ("revenue BETWEEN 5 AND cost_yuan", 22),
        ("revenue * rd > 5", 10),
        ("revenue / staff > 5", 10),
        ("1 / revenue > 5", 4),
        ("rd / revenue > revenue", 15),
        ("rd / revenue > share", 15),
        ("LEAST(revenue, staff) > 5", 15),
        ("COALESCE(revenue, cost_yuan) > 5", 18),
        ("CASE WHEN listed THEN revenue ELSE staff END > 5", 35),
    ],
)
def test_units_that_dont_fit_are_refused(text, position):
    with pytest.raises(RuleError) as refused:
        Rule.parse(text, SCHEMA)

    assert refused.value.position == position


def test_ten_thousand_yuan_beside_yuan_is_said_in_both_languages():
    with pytest.raises(RuleError) as refused:
        Rule.parse("revenue >= cost_yuan", SCHEMA)

    assert refused.value.message == (
        "an amount in 万元 can't stand beside an amount in 元: convert one of them"
    )
    assert refused.value.chinese == "单位不一致：前者以“万元”计，后者以“元”计，请先换算"


def test_a_name_that_is_nearly_right_is_guessed():
    with pytest.raises(RuleError) as refused:
        Rule.parse("revenu > 1", SCHEMA)

    assert refused.value.message == "there is no fact 'revenu'; is it revenue?"
    assert refused.value.chinese == "没有名为“revenu”的事实，是否为“revenue”？"


@pytest.mark.parametrize(
    ("opening", "closing"),
    [("(", ")"), ("NOT ", ""), ("NOT (", ")"), ("CASE WHEN listed THEN ", " END")],
)
def test_twenty_levels_are_taken_and_no_more(opening, closing):
    rule = Rule.parse(opening * 20 + "listed" + closing * 20, SCHEMA)

    assert rule.evaluate({"listed": True}) is True
    with pytest.raises(RuleError) as refused:
        Rule.parse(opening * 21 + "listed" + closing * 21, SCHEMA)
    assert "20" in refused.value.message


def test_chains_dont_nest():
    many = " AND ".join(f"x > {number}" for number in range(600))
    rule = Rule.parse(many, SCHEMA)
    frame = pl.DataFrame({"x": [600.0, 5.0, None]})

    assert rule.evaluate({"x": 600}) is True
    assert rule.match(frame).to_list() == [True, False, None]
    assert verdict(" + ".join(["x"] * 101) + " = 101", x=1) is True
    with pytest.raises(RuleError):
        Rule.parse(" + ".join(["x"] * 102) + " = 102", SCHEMA)


def test_a_rule_of_ten_thousand_characters_is_taken_and_a_longer_one_is_not():
    text = "x > 1 OR listed".ljust(10_000)

    assert Rule.parse(text, SCHEMA).evaluate({"x": 2}) is True
    with pytest.raises(RuleError) as refused:
        Rule.parse(text + " ", SCHEMA)
    assert refused.value.position == 10_000


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10_000,
        "NOT " * 2_500,
        "-" * 9_999 + "x",
        "- " * 4_999 + "x",
        "'" + "a" * 9_998,
        '"' * 9_999,
        "x" * 10_000,
        "CASE WHEN " * 900,
        "ABS(" * 2_400,
        "x IN (" + "1," * 4_900,
        "x = 1 OR " * 1_000,
        "x + " * 2_400,
        "1e" + "9" * 9_000 + " > x",
        "\0" * 10_000,
        "industry = '\ud800'",
        "x > 1 OR 1=1; DROP TABLE enterprise",
        "x" * 5_000_000,
    ],
)
def test_hostile_text_is_refused_at_once(text):
    begun = time.process_time()

    with pytest.raises(RuleError):
        Rule.parse(text, SCHEMA)

    # milliseconds; what backtracks or nests without end would take minutes
    assert time.process_time() - begun < 5


def test_a_pattern_cant_be_made_to_run_for_ever():
    rule = Rule.parse("industry LIKE '" + "%a" * 1_000 + "%b'", SCHEMA)
    begun = time.process_time()

    assert rule.evaluate({"industry": "a" * 100_000}) is False
    assert rule.match(pl.DataFrame({"industry": ["a" * 100_000]})).to_list() == [False]
    assert time.process_time() - begun < 5


def test_the_deepest_rule_runs_in_a_frame():
    value = "x"
    for _level in range(19):
        value = f"({value}" + " + 1" * 20 + ")"
    nested = "listed"
    for _level in range(9):
        nested = f"(CASE WHEN {nested} THEN listed ELSE above_scale END)"
    frame = pl.DataFrame({"x": [0.0, None], "listed": [True, None]})

    assert Rule.parse(f"{value} = 380", SCHEMA).match(frame).to_list() == [True, None]
    assert Rule.parse(nested, SCHEMA).match(frame).to_list() == [True, None]
    for dialect in ("duckdb", "postgres", "spark"):
        assert len(Rule.parse(nested, SCHEMA).to_sql(dialect)) < 20_000


def test_a_rule_knows_its_facts_and_travels():
    rule = Rule.parse("rd / revenue > 0.05 AND (listed OR rd > 5)", SCHEMA)

    assert [field.name for field in rule.fields] == ["rd", "revenue", "listed"]
    assert pickle.loads(pickle.dumps(rule)) == rule


def test_a_field_must_make_sense():
    with pytest.raises(ValueError):
        Field("x", "integer")
    with pytest.raises(ValueError):
        Field("", "number")
    with pytest.raises(ValueError):
        Schema({"x": Field("y", "number")})


def test_columns_that_arent_there_or_of_another_type_are_unknown():
    rule = Rule.parse("revenue > 1 AND industry = 'C35'", SCHEMA)
    frame = pl.DataFrame({"revenue": ["5", "6"], "industry": ["C35", "C36"]})

    assert rule.match(frame).to_list() == [None, False]
    assert rule.match(pl.DataFrame({"revenue": [5, 1]})).to_list() == [None, False]


def test_integers_decimals_and_categories_are_taken_for_what_they_are():
    frame = pl.DataFrame(
        {
            "x": pl.Series([1, 2], dtype=pl.Int8),
            "y": pl.Series(["1.5", "2.5"]).cast(pl.Decimal(10, 2)),
            "industry": pl.Series(["a", None], dtype=pl.Categorical),
        }
    )

    assert Rule.parse("x + y = 2.5", SCHEMA).match(frame).to_list() == [True, False]
    assert Rule.parse("industry LIKE 'a%'", SCHEMA).match(frame).to_list() == [True, None]


def test_verdicts_has_a_column_for_each_rule_and_a_row_for_each_enterprise():
    frame = pl.DataFrame({"x": [1.0, None, 3.0]})
    rules = {7: Rule.parse("x > 2", SCHEMA), "always": Rule.parse("1 < 2", SCHEMA)}

    found = verdicts(rules, frame)

    assert found.to_dict(as_series=False) == {
        "7": [False, None, True],
        "always": [True, True, True],
    }
    with pytest.raises(ValueError):
        verdicts({7: rules[7], "7": rules[7]}, frame)
    assert verdicts({}, frame).is_empty()


def test_match_all_gives_the_true_and_the_unknown_a_batch_at_a_time():
    frame = pl.DataFrame({"x": [1.0, None, 3.0]})
    rules = {f"r{number}": Rule.parse(f"x > {number}", SCHEMA) for number in range(5)}

    parts = list(match_all(rules, frame, batch=2))

    assert [part["rule"].unique().sort().to_list() for part in parts] == [
        ["r0", "r1"],
        ["r2", "r3"],
        ["r4"],
    ]
    assert parts[1].rows() == [("r2", 1, None), ("r2", 2, True), ("r3", 1, None)]
    assert list(match_all({}, frame)) == []
    with pytest.raises(ValueError):
        list(match_all(rules, frame, batch=0))


def test_who_judges_one_profile_doesnt_pay_for_frames():
    told = (
        "import sys, yuanqi.domain.rules; print({'polars', 'sqlglot', 'numpy'} & set(sys.modules))"
    )

    found = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)

    assert found.stdout == "set()\n"


def test_an_unknown_dialect_is_refused():
    with pytest.raises(ValueError):
        Rule.parse("x > 1", SCHEMA).to_sql("oracle")


def test_names_are_quoted_in_each_dialect():
    rule = Rule.parse("\"在 园\" AND industry = '园'", SCHEMA)

    assert rule.to_sql("duckdb") == '("在 园" AND ("industry" = \'园\'))'
    assert rule.to_sql("postgres") == '("在 园" AND ("industry" COLLATE "C" = \'园\'))'
    assert rule.to_sql("spark") == "(`在 园` AND (`industry` = '园'))"
