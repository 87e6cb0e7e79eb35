"""What stands beside the versions: who uses a fact, rules in words, texts compared, kinds."""

from datetime import date

import pytest

from tests.people import BEFORE, MONDAY_9AM
from yuanqi.audit import kinds as audited
from yuanqi.conditions import comparing, kinds, operations, queries, shipping, wording
from yuanqi.conditions.drafts import Draft
from yuanqi.conditions.own import OWN_LISTS
from yuanqi.domain.rules import Rule
from yuanqi.foundation.actors import SYSTEM
from yuanqi.registry import facts

from .conftest import SCHEMA


@pytest.fixture
def seedlings(zone):
    """A list of the park's own over the real facts, in force from the second of November."""
    clerk, leader = zone.actor(zone.clerk), zone.actor(zone.leader)
    made = operations.condition_add(
        kind=OWN_LISTS.code, code="seedlings", name="高成长苗子", actor=clerk, at=BEFORE
    )
    draft = Draft(
        text="registered_capital >= 5000",
        valid_from=date(2026, 11, 2),
        source="培育办法第四条",
        reason="建立名单",
    )
    version = operations.draft_submit(condition_id=made.pk, draft=draft, actor=clerk, at=MONDAY_9AM)
    operations.version_publish(
        condition_id=made.pk,
        number=1,
        revision=version.revision,
        actor=leader,
        at=MONDAY_9AM,
    )
    return made


def test_a_fact_that_a_rule_uses_has_it_among_its_users(seedlings):
    uses = facts.users.users_of("registered_capital")

    assert [(use.label, use.url) for use in uses if "苗子" in use.label] == [
        ("园区自定名单：高成长苗子，第 1 版", f"/conditions/{seedlings.pk}/versions/1/")
    ]


def test_a_fact_that_is_only_part_of_a_name_isnt_used(seedlings):
    assert [use for use in facts.users.users_of("capital") if "苗子" in use.label] == []


def test_a_rule_whose_facts_are_gone_is_left_out_and_the_log_says_so(trial, monkeypatch, caplog):
    gone = {name: field for name, field in SCHEMA.fields.items() if name != "revenue"}
    monkeypatch.setattr("yuanqi.conditions.tests.conftest.SCHEMA", type(SCHEMA)(gone))

    assert queries.in_force("trial", date(2026, 11, 2)) == {}
    assert "there is no fact 'revenue'" in caplog.text


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("revenue >= 20000", [(0, "营业收入需不低于 20,000 万元")]),
        (
            "rd / revenue >= 0.05 AND (is_high_tech OR NOT staff < 20)",
            [
                (0, "以下 2 项全部满足："),
                (1, "研发费用占营业收入的比例需不低于 5 %"),
                (1, "以下 2 项至少满足一项："),
                (2, "高新技术企业需为是"),
                (2, "从业人员需不低于 20 人"),
            ],
        ),
        (
            "CASE WHEN industry LIKE 'C%' THEN staff >= 300 ELSE FALSE END",
            [
                (0, "按情形，看第一个符合的："),
                (1, "如果"),
                (2, "行业需开头为“C”"),
                (1, "那么"),
                (2, "从业人员需不低于 300 人"),
                (1, "其他情形"),
                (2, "不成立"),
            ],
        ),
        ("TRUE", [(0, "成立")]),
    ],
)
def test_a_rule_is_said_in_words(text, lines):
    made = wording.in_words(Rule.parse(text, SCHEMA), "zh")

    assert [(line.depth, line.text) for line in made] == lines


def test_words_are_taken_out_and_put_in_whole():
    made = comparing.pieces("revenue >= 0.2", "revenue > 0.15")

    assert [(piece.kind, piece.text) for piece in made] == [
        ("same", "revenue >"),
        ("gone", "="),
        ("same", " "),
        ("gone", "0.2"),
        ("new", "0.15"),
    ]


def test_a_kind_and_a_shipped_rule_are_defined_once():
    with pytest.raises(ValueError, match="own-lists"):
        kinds.define(
            kinds.Kind(
                code="own-lists",
                name="另一类",
                may_draft=kinds.is_staff,
                may_confirm=kinds.is_staff,
                drafters="",
                confirmers="",
            )
        )
    try:
        shipping.ship("trial", "once", {"zh": "一"}, "TRUE", "办法")
        with pytest.raises(ValueError, match="shipped twice"):
            shipping.ship("trial", "once", {"zh": "一"}, "FALSE", "办法")
    finally:
        shipping.forget("trial")


def test_everything_shipped_is_a_rule_over_the_facts_of_its_kind(db):
    for said in shipping.everything():
        Rule.parse(said.text, kinds.find(said.kind).schema())


def test_the_system_drafts_nothing_by_hand(trial):
    assert not queries.keeps_rules(SYSTEM)


def test_the_audit_administrator_reads_what_was_published():
    said = audited.sentence_of(
        "conditions.published",
        {"of_kind": "own-lists", "code": "seedlings", "number": 2, "valid_from": "2026-11-10"},
    )

    assert said == "发布规则：园区自定名单，seedlings 第 2 版，自 2026-11-10 起执行"
