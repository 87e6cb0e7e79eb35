"""Explanations: verdicts, gaps solved for a fact, and sentences in two languages."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yuanqi.domain.rules import Field, Rule, Schema
from yuanqi.domain.tests import rule_reference as random

FIELDS = [
    Field("rd", "number", "万元", {"zh": "研发费用", "en": "R&D expense"}),
    Field("rd_before", "number", "万元", {"zh": "上年研发费用"}, is_fixed=True),
    Field("revenue", "number", "万元", {"zh": "营业收入", "en": "revenue"}),
    Field("staff", "number", "人", {"zh": "从业人数", "en": "staff"}),
    Field("score", "number", "分", {"zh": "评分", "en": "score"}),
    Field("debt", "number", "%", {"zh": "资产负债率", "en": "debt ratio"}),
    Field("hte", "boolean", None, {"zh": "高新技术企业", "en": "high-tech enterprise"}),
    Field("industry", "string", None, {"zh": "行业", "en": "industry"}),
    Field("registered", "date", None, {"zh": "成立日期", "en": "date of registration"}),
    Field("AS_OF", "date", None, {"zh": "评价日", "en": "date of judgement"}),
]
SCHEMA = Schema({field.name: field for field in FIELDS})


def explained(text: str, **facts: object):
    return Rule.parse(text, SCHEMA).explain(facts)


def test_the_gap_of_a_share_is_solved_for_the_fact_that_can_change():
    found = explained("rd / revenue >= 0.05", rd=189.0, revenue=4500.0)

    assert (found.verdict, found.actual, found.required) == (False, 0.042, 0.05)
    assert found.gap == 36.0
    assert (found.change.field.name, found.change.by, found.change.to) == ("rd", 36.0, 225.0)
    assert (
        found.sentence("zh")
        == "研发费用占营业收入的比例为 4.2 %，需不低于 5 %，研发费用还差 36 万元"
    )
    assert found.sentence("en") == (
        "R&D expense as a share of revenue is 4.2 %; at least 5 % is required:"
        " R&D expense must rise by CNY 360,000"
    )


@pytest.mark.parametrize(
    ("text", "facts", "gap", "changed", "sentence"),
    [
        ("revenue >= 5000", {"revenue": 4200}, 800.0, "revenue",
         "营业收入为 4,200 万元，需不低于 5,000 万元，还差 800 万元"),
        ("5000 <= revenue", {"revenue": 4200}, 800.0, "revenue",
         "营业收入为 4,200 万元，需不低于 5,000 万元，还差 800 万元"),
        ("staff <= 500", {"staff": 520}, -20.0, "staff",
         "从业人数为 520 人，需不高于 500 人，超出 20 人"),
        ("NOT staff > 500", {"staff": 520}, -20.0, "staff",
         "从业人数为 520 人，需不高于 500 人，超出 20 人"),
        ("staff >= 0.1 * 333", {"staff": 30}, 3.3, "staff",
         "从业人数为 30 人，需不低于 33.3 人，还差 4 人"),
        ("score > 70", {"score": 70}, 0.0, None,
         "评分为 70 分，需高于 70 分，恰好相等，尚不符合"),
        ("score > 70", {"score": 64.5}, 5.5, "score",
         "评分为 64.5 分，需高于 70 分，还差 5.5 分以上"),
        ("rd - 0.03 * revenue > 100", {"rd": 189, "revenue": 4500}, 46.0, "rd",
         "研发费用 − （0.03 × 营业收入）为 54 万元，需高于 100 万元，研发费用还差 46 万元以上"),
        ("(rd_before + rd) / 2 >= 300", {"rd_before": 100, "rd": 400}, 100.0, "rd",
         "（上年研发费用 + 研发费用） ÷ 2 为 250 万元，需不低于 300 万元，研发费用还差 100 万元"),
        ("rd / (rd + revenue) >= 0.5", {"rd": 100, "revenue": 300}, 200.0, "rd",
         "研发费用占（研发费用 + 营业收入）的比例为 25 %，需不低于 50 %，研发费用还差 200 万元"),
        ("revenue BETWEEN 5000 AND 9000", {"revenue": 9500}, -500.0, "revenue",
         "营业收入为 9,500 万元，需在 5,000 万元 至 9,000 万元 之间，超出 500 万元"),
        ("rd / revenue >= CASE WHEN revenue <= 5000 THEN 0.05 ELSE 0.04 END",
         {"rd": 189, "revenue": 4500}, 36.0, "rd",
         "研发费用占营业收入的比例为 4.2 %，需不低于 5 %，研发费用还差 36 万元"),
        ("MONTHS_BETWEEN(AS_OF, registered) >= 12",
         {"AS_OF": date(2026, 11, 22), "registered": date(2026, 3, 1)}, 4.0, None,
         "成立日期至评价日的整月数为 8 个月，需不低于 12 个月，还差 4 个月"),
        ("registered <= DATE '2020-01-01'", {"registered": date(2020, 1, 31)}, -30.0, None,
         "成立日期为 2020-01-31，需不晚于 2020-01-01，相差 30 天"),
        ("hte", {"hte": False}, None, None, "高新技术企业：否，需为是，不符合"),
        ("NOT hte", {"hte": True}, None, None, "高新技术企业：是，需为否，不符合"),
        ("hte = TRUE", {"hte": True}, None, None, "高新技术企业：是，需为是，符合"),
        ("industry NOT IN ('批发业', '零售业')", {"industry": "批发业"}, None, None,
         "行业为“批发业”，不得为“批发业”、“零售业”之一，不符合"),
        ("industry = '工业'", {"industry": "批发业"}, None, None,
         "行业为“批发业”，需为“工业”，不符合"),
        ("industry LIKE '%制造%'", {"industry": "批发业"}, None, None,
         "行业为“批发业”，需含有“制造”，不符合"),
        ("rd IS NOT NULL", {"rd": 1}, None, None, "研发费用：已有数据，需有数据，符合"),
        ("debt < 70", {}, None, None, "资产负债率：缺少“资产负债率”，无法判断；需低于 70 %"),
        ("rd / revenue > 0.1", {"rd": 5, "revenue": 0}, None, None,
         "研发费用占营业收入的比例：算不出（除数为零或结果过大），无法判断；需高于 10 %"),
    ],
)  # fmt: skip
def test_what_is_said_of_a_condition(text, facts, gap, changed, sentence):
    found = explained(text, **facts)

    assert found.gap == gap
    assert (found.change and found.change.field.name) == changed
    assert found.sentence() == sentence
    assert found.sentence("en")


def test_a_fact_that_is_fixed_is_left_alone():
    found = explained("rd_before >= 200", rd_before=150)

    assert (found.gap, found.change) == (50.0, None)


def test_what_would_have_to_be_below_nought_is_no_solution():
    found = explained("revenue - rd >= 500", revenue=100, rd=50)

    assert (found.change.field.name, found.change.by) == ("revenue", 450.0)
    found = explained("0 - rd >= 500", rd=50)
    assert found.change is None


def test_groups_say_how_many_must_hold_and_do():
    found = explained(
        "hte AND (staff > 5 OR revenue > 10) AND NOT (debt > 70 OR score < 60)",
        hte=True, staff=3, revenue=20, debt=80,
    )  # fmt: skip

    assert found.verdict is False
    assert found.missing == ("score",)
    assert list(found.lines()) == [
        (0, "以下 3 项需全部满足，已满足 2 项"),
        (1, "高新技术企业：是，需为是，符合"),
        (1, "以下 2 项需至少满足一项，已满足 1 项"),
        (2, "从业人数为 3 人，需高于 5 人，还差 2 人以上"),
        (2, "营业收入为 20 万元，需高于 10 万元，符合"),
        (1, "以下 2 项需全部满足，已满足 0 项"),
        (2, "资产负债率为 80 %，需不高于 70 %，超出 10 个百分点"),
        (2, "评分：缺少“评分”，无法判断；需不低于 60 分"),
    ]
    assert [each.text for each in found.conditions()] == [
        "hte", "staff > 5", "revenue > 10", "NOT (debt > 70)", "NOT (score < 60)",
    ]  # fmt: skip


def test_the_branch_that_applies_stands_for_a_case():
    text = "CASE WHEN revenue <= 5000 THEN rd >= 200 ELSE rd >= 300 END"

    assert explained(text, revenue=6000, rd=250).required == 300.0
    assert explained(text, revenue=5000, rd=250).verdict is True
    found = explained(text, rd=250)
    assert (found.verdict, found.missing) == (None, ("revenue",))
    assert found.sentence("zh") and found.sentence("en")


@given(random.rules, st.lists(random.profiles, min_size=1, max_size=3))
def test_an_explanation_agrees_with_the_verdict_and_can_be_said(text, rows):
    rule = Rule.parse(text, random.SCHEMA)
    for row in rows:
        found = rule.explain(row)

        assert found.verdict is rule.evaluate(row)
        for each in found.conditions():
            assert (each.gap is None) or each.verdict is False
        for language in ("zh", "en"):
            assert all(sentence for _, sentence in found.lines(language))


@given(
    st.sampled_from(["rd / revenue", "rd - 0.5 * revenue", "(rd + revenue) / 2", "2 * rd"]),
    st.sampled_from([">=", "<=", "="]),
    st.integers(1, 10_000),
    st.integers(1, 10_000),
    st.integers(1, 500),
)
def test_the_change_that_is_named_closes_the_gap(value, sign, rd, revenue, bound):
    required = bound / 100 if "/ revenue" in value else bound
    rule = Rule.parse(f"{value} {sign} {required}", SCHEMA)
    facts = {"rd": float(rd), "revenue": float(revenue)}
    change = rule.explain(facts).change

    if change is not None:
        assert rule.evaluate(facts | {change.field.name: change.to}) is True
