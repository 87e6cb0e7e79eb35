"""A mechanism is checked whole; each problem stands in its line."""

from decimal import Decimal
from importlib import resources

import pytest

from yuanqi.casework.definition import (
    LEVELLED_PURPOSES,
    LEVELS,
    MechanismDefinition,
    check,
    report,
)
from yuanqi.casework.reading import Problem, read_yaml
from yuanqi.domain.clock import Limit

SHIPPED = (resources.files("yuanqi.casework") / "shipped" / "service-request.yaml").read_text(
    "utf-8"
)
SMALL = """\
code: pilot
name: {zh: 试点申请, en: Pilot application}
basis: 《试点办法》第三条
pause_grounds:
  papers:
    label: {zh: 等材料, en: Waiting for papers}
    basis: 《试点办法》第九条
    at_most_working_days: 10
    remind_after_working_days: 5
    ends_with_supply: true
evaluation:
  call_back_levels: [1, 2]
limits:
  - {purpose: sign, limit: 120 minutes, source: 园区默认}
  - {purpose: contact, limit: 24 hours, source: 园区默认}
  - {purpose: plan, limit: 2 working_days, source: 园区默认}
  - {purpose: resolve, limit: 7 working_days, source: 园区默认}
  - {purpose: work, limit: 2.5 working_days, source: 园区默认}
  - {purpose: evaluate, limit: 5 calendar_days, source: 园区默认}
  - {purpose: call_back, limit: 1 working_days, source: 园区默认}
"""


def valid(text):
    definition, problems = check(text)
    assert problems == []
    assert definition is not None
    return definition


# --- what is read -------------------------------------------------------------------------


def test_a_definition_that_fits_is_read_with_its_limits():
    definition = valid(SMALL)

    assert (definition.code, definition.name.zh) == ("pilot", "试点申请")
    assert definition.evaluation.call_back_levels == frozenset({1, 2})
    assert definition.pause_grounds["papers"].at_most_working_days == 10
    assert [(limit.amount, limit.base) for limit in definition.limits] == [
        (Decimal("120"), "minutes"),
        (Decimal("24"), "hours"),
        (Decimal("2"), "working_days"),
        (Decimal("7"), "working_days"),
        (Decimal("2.5"), "working_days"),
        (Decimal("5"), "calendar_days"),
        (Decimal("1"), "working_days"),
    ]


def test_a_stored_definition_reads_back_as_it_was():
    definition = valid(SMALL)

    again = MechanismDefinition.model_validate(definition.as_json())

    assert again == definition
    assert again.digest == definition.digest


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("code: pilot\n", "# 试点\n\ncode: pilot\n", True),
        ("{zh: 试点申请, en: Pilot application}", "{en: Pilot application, zh: 试点申请}", True),
        ("call_back_levels: [1, 2]", "call_back_levels: [2, 1]", True),
        ("7 working_days", "8 working_days", False),
        ("第九条", "第十条", False),
    ],
)
def test_the_digest_follows_what_is_defined_not_how_it_is_written(old, new, same):
    assert (valid(SMALL.replace(old, new)).digest == valid(SMALL).digest) is same


def test_no_on_dates_and_times_are_texts_as_they_are_written():
    reading = read_yaml("a: NO\nb: 2026-11-05\nc: 12:30\nd: 010\ne: 1e3\nf: true\ng: 7\nh: ~\n")

    assert reading.problems == []
    assert reading.data == {
        "a": "NO", "b": "2026-11-05", "c": "12:30", "d": "010", "e": "1e3",
        "f": True, "g": 7, "h": None,
    }  # fmt: skip


# --- what is refused ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "problems"),
    [
        ("code: pilot\n", "", [(1, "code", "code is missing")]),
        ("code: pilot", "code: Pilot", [(1, "code", "string should match pattern")]),
        ("basis: 《试点办法》第三条", "basis: 3", [
            (3, "basis", "input should be a valid string: 3"),
        ]),
        ("basis: 《试点办法》第三条", "bases: x", [
            (1, "basis", "basis is missing"),
            (3, "bases", "is not a part of a mechanism"),
        ]),
        (", en: Pilot application", "", [(2, "name.en", "en is missing")]),
        ("working_days: 10", "working_days: many", [
            (8, "pause_grounds.papers.at_most_working_days", "input should be a valid integer"),
        ]),
        ("working_days: 5", "working_days: 10", [
            (5, "pause_grounds.papers", "the reminder must come before the pause ends"),
        ]),
        ("supply: true", "supply: yes", [
            (10, "pause_grounds.papers.ends_with_supply", "input should be a valid boolean: 'yes'"),
        ]),
        ("  papers:", "  Papers 1:", [
            (5, "pause_grounds.Papers 1", "string should match pattern"),
        ]),
        ("[1, 2]", "[]", [(12, "evaluation.call_back_levels", "should have at least 1 item")]),
        ("[1, 2]", "[0, 6]", [
            (12, "evaluation.call_back_levels[0]", "greater than or equal to 1"),
            (12, "evaluation.call_back_levels[1]", "less than or equal to 5"),
        ]),
        ("120 minutes", "2 days", [(14, "limits[0].limit", "the base is one of minutes")]),
        ("120 minutes", "two hours", [(14, "limits[0].limit", "expected a limit such as")]),
        ("120 minutes", "0 minutes", [(14, "limits[0].limit", "more than nought")]),
        ("5 calendar_days", "2.5 calendar_days", [(19, "limits[5].limit", "whole calendar_days")]),
        ("2.5 working_days", "2.3 working_days", [(18, "limits[4].limit", "halves of")]),
        ("limit: 120 minutes, source: 园区默认", "limit: 120 minutes", [
            (14, "limits[0].source", "source is missing"),
        ]),
        ("purpose: sign", "purpose: sing", [
            (13, "limits", "sign has no limit for P1, P2, P3, P4 whatever the category"),
            (14, "limits[0].purpose", "input should be 'sign', 'contact'"),
        ]),
        ("purpose: sign", "purpose: sign, level: P3", [
            (13, "limits", "sign has no limit for P1, P2, P4 whatever the category"),
        ]),
        ("purpose: sign", "purpose: sign, category: ENV", [
            (13, "limits", "sign has no limit for P1, P2, P3, P4 whatever the category"),
        ]),
        ("purpose: contact", "purpose: sign", [
            (13, "limits", "contact has no limit for P1, P2, P3, P4 whatever the category"),
            (15, "limits[1]", "the limit is defined twice: sign"),
        ]),
        ("purpose: evaluate", "purpose: evaluate, level: P1", [
            (13, "limits", "evaluate has no limit"),
            (19, "limits[5]", "evaluate has one limit for all"),
        ]),
    ],
)  # fmt: skip
def test_each_problem_is_listed_with_its_line(old, new, problems):
    assert old in SMALL
    definition, found = check(SMALL.replace(old, new, 1))

    assert definition is None
    assert [(p.line, p.path) for p in found] == [(line, path) for line, path, _ in problems]
    for problem, (_, _, message) in zip(found, problems, strict=True):
        assert message in problem.message


def test_every_problem_of_a_file_is_listed_at_once():
    text = (
        SMALL.replace("code: pilot", "code: pilot\ncode: other")
        .replace("at_most_working_days: 10", "at_most_working_days: 0")
        .replace("24 hours", "24 h")
        .replace(", source: 园区默认}\n  - {purpose: work", "}\n  - {purpose: work")
    )

    _, found = check(text)

    assert [(p.line, p.path) for p in found] == [
        (2, "code"),
        (9, "pause_grounds.papers.at_most_working_days"),
        (16, "limits[1].limit"),
        (18, "limits[3].source"),
    ]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "input should be"),
        ("- a\n", 1, "input should be"),
        ("a: 1\nb: [1, 2\n", 3, "not YAML"),
        ("a: 1\n\tb: 2\n", 2, "not YAML"),
        ("a: \x00\n", 1, "not YAML"),
        ("a: 1\n---\nb: 2\n", 2, "not YAML"),
        ("a: &x 1\nb: *x\n", 2, "aliases (*name) are not used here"),
        ("a: 1\nb: !!python/object/apply:os.getcwd []\n", 2, "the tag"),
        ("a: 1\n? [b]\n: 2\n", 2, "a key is a plain name"),
        ("a: " + "[" * 5000 + "]" * 5000, 1, "nested too deeply"),
        ("a: 1\na: 2\n", 2, "the key is given 2 times"),
    ],
)
def test_what_is_not_plain_yaml_is_refused_with_its_line(text, line, message):
    definition, found = check(text)

    assert definition is None
    assert [p.line for p in found if message in p.message] == [line]


def test_a_report_has_a_line_for_each_problem_that_an_editor_can_jump_to():
    problems = [Problem(3, "basis", "basis is missing"), Problem(9, "", "not YAML: x")]

    assert report("own/pilot.yaml", problems) == (
        "own/pilot.yaml:3: basis: basis is missing\nown/pilot.yaml:9: not YAML: x"
    )
    assert report("own/pilot.yaml", []) == ""


# --- what ships ---------------------------------------------------------------------------

PLATFORM_DEFAULTS = [
    # purpose, P1, P2, P3, P4: domain page "enterprise services", section 3
    ("sign", "0.5 hours", "120 minutes", "240 minutes", "1 working_days"),
    ("contact", "1 hours", "24 hours", "24 hours", "1 working_days"),
    ("plan", "24 hours", "2 working_days", "3 working_days", "3 working_days"),
    ("resolve", "3 working_days", "5 working_days", "10 working_days", "15 working_days"),
    ("work", "1 working_days", "2 working_days", "4 working_days", "5 working_days"),
]


def shipped_limits():
    return {limit.key: limit for limit in valid(SHIPPED).limits}


@pytest.mark.parametrize("row", PLATFORM_DEFAULTS, ids=lambda row: row[0])
def test_the_shipped_limits_by_level_are_the_platform_defaults(row):
    purpose, *expected = row
    limits = shipped_limits()

    assert [limits[purpose, level, ""].limit for level in LEVELS] == expected
    assert {limits[purpose, level, ""].source for level in LEVELS} == {"园区默认，可改"}


def test_evaluating_and_calling_back_have_one_limit_for_all():
    limits = shipped_limits()

    assert limits["evaluate", "", ""].limit == "5 calendar_days"
    assert limits["call_back", "", ""].limit == "1 working_days"
    assert limits["call_back", "", ""].source == "参照《上海市优化营商环境条例》（2024）第三十条"


def test_a_category_sets_the_resolve_limit_of_ordinary_requests_only():
    by_category = {key: limit for key, limit in shipped_limits().items() if key[2]}
    categories = {category for _, _, category in by_category}

    assert len(categories) == 30
    # the national extension of overdue payments is the one other
    assert {key[::2] for key in by_category if key[0] != "resolve"} == {("extension", "PAY")}
    for category in categories - {"PAY", "ENV"}:
        assert {key[1] for key in by_category if key[2] == category} == {"P3", "P4"}
        one, other = (by_category["resolve", level, category].limit for level in ("P3", "P4"))
        assert one == other


def test_pollution_that_holds_up_a_project_has_ten_days_as_its_category_says():
    limits = shipped_limits()

    assert limits["resolve", "P2", "ENV"].limit == "10 working_days"
    assert ("resolve", "P1", "ENV") not in limits


def test_an_overdue_payment_has_the_national_limit_at_every_level():
    limits = shipped_limits()

    assert {limits["resolve", level, "PAY"].limit for level in LEVELS} == {"30 calendar_days"}
    assert {limits["resolve", level, "PAY"].source for level in LEVELS} == {
        "《保障中小企业款项支付条例》（2025）第二十五条"
    }


def test_the_shipped_grounds_for_a_handlers_pause_are_two():
    grounds = valid(SHIPPED).handlers_grounds

    assert {
        code: (g.at_most_working_days, g.remind_after_working_days, g.ends_with_supply)
        for code, g in grounds.items()
    } == {"enterprise-material": (10, 5, True), "superior-organ": (20, None, False)}


def test_a_case_is_set_aside_on_a_ground_of_its_own_for_sixty_days_at_most():
    code, ground = valid(SHIPPED).parking

    assert (code, ground.at_most_working_days, ground.ends_with_supply) == ("parked", 60, False)


def test_the_shipped_grounds_of_refusal_each_say_where_to_turn():
    grounds = valid(SHIPPED).refusal_grounds

    assert [code for code, ground in grounds.items() if ground.needs_earlier] == ["settled"]
    assert list(grounds) == [
        "court", "arbitration", "discipline", "reconsideration", "disclosure", "petition",
        "secret", "settled",
    ]  # fmt: skip
    for ground in grounds.values():
        assert ground.where_to.zh and ground.where_to.en and ground.basis


def test_a_closed_request_may_be_taken_up_again_for_fifteen_days():
    assert str(valid(SHIPPED).reopening.limit) == "15 calendar_days"


def test_an_extension_is_counted_as_the_limit_that_it_extends():
    limits = shipped_limits()

    assert [limits["extension", level, ""].limit for level in LEVELS] == [
        "2 working_days", "5 working_days", "10 working_days", "15 working_days",
    ]  # fmt: skip
    assert {limits["extension", level, "PAY"].limit for level in LEVELS} == {"60 calendar_days"}
    wrong = SHIPPED.replace("PAY, limit: 60 calendar_days", "PAY, limit: 60 working_days")
    _definition, problems = check(wrong)
    assert {p.message for p in problems} == {
        f"its extension is counted in working_days: extension {level} PAY" for level in LEVELS
    }


def test_only_one_ground_sets_a_case_aside():
    twice = SHIPPED.replace("ends_with_supply: false\n  # 挂起", "ends_with_supply: false\n"
                            "    parks: true\n  # 挂起")  # fmt: skip
    _definition, problems = check(twice)

    assert [(p.path, p.message) for p in problems] == [
        ("pause_grounds", "only one ground parks a case")
    ]


def test_every_shipped_limit_is_one_that_a_clock_can_run():
    definition = valid(SHIPPED)

    assert len(definition.limits) == 98
    for limit in definition.limits:
        assert Limit(limit.amount, limit.base) == Limit.parse(limit.limit)
        assert limit.purpose in LEVELLED_PURPOSES or limit.key[1:] == ("", "")
