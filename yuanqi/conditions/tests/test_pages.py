"""The pages: what is typed is checked, counted, said in words, and never lost."""

import html
import json
import re
from uuid import uuid4

import polars as pl
import pytest
from django.test import Client
from django.urls import reverse

from tests.evidence import every_row
from yuanqi.conditions.models import ConditionVersion, State

from . import conftest

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _monday(wall) -> None:
    wall.set("11-02 10:00")


def written(**changes: str) -> dict[str, str]:
    return {
        "text": "revenue >= 15000",
        "valid_from": "2026-11-10",
        "source": "试行办法（修订）第三条",
        "reason": "门槛过高",
        "do": "check",
        "once": str(uuid4()),
        **changes,
    }


def sent(client: Client, trial, *, to="draft", **changes: str):
    return client.post(reverse(f"conditions:{to}", args=[trial.pk]), written(**changes))


def words_of(response) -> str:
    """The page without its marks, as a person reads it."""
    page = re.sub(r"<script.*?</script>", "", response.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


def typed_in(response) -> str:
    """What stands in the text area."""
    found = re.search(
        r'<textarea name="text"[^>]*>\n?(.*?)</textarea>', response.content.decode(), re.DOTALL
    )
    assert found is not None
    return html.unescape(found.group(1)).replace("\r\n", "\n")


def shown_in(response, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*? value="([^"]*)"', response.content.decode())
    return html.unescape(found.group(1)) if found else ""


def test_the_list_says_what_holds_and_for_whom_something_waits(trial, client_of):
    sent(client_of("clerk"), trial, do="submit")

    for_leader = words_of(client_of("leader").get("/conditions/"))
    for_clerk = words_of(client_of("clerk").get("/conditions/"))

    assert "大企业 第 1 版 随平台提供" in for_leader
    assert "有 1 条规则等您确认" in for_leader
    assert "第 2 版 待确认 等您" in for_leader
    assert "等您" not in for_clerk
    assert "第 2 版 待确认 等分管领导" in for_clerk


def test_the_list_costs_as_many_queries_however_many_rules_there_are(
    trial, client_of, django_assert_num_queries
):
    client = client_of("leader")
    client.get("/conditions/")

    with django_assert_num_queries(8):
        client.get("/conditions/")


def test_the_editor_begins_with_what_holds(trial, client_of):
    page = client_of("clerk").get(f"/conditions/{trial.pk}/draft/")

    assert typed_in(page) == "revenue >= 20000"
    assert "在第 1 版的基础上改" in words_of(page)
    assert "研发费用 万元 rd" in words_of(page)


def test_checking_writes_nothing_and_says_who_comes_and_goes_and_what_it_means(trial, client_of):
    client = client_of("clerk")
    client.get(f"/conditions/{trial.pk}/draft/")
    before = every_row(but=("django_session",))

    page = words_of(sent(client, trial, text="revenue < 30000"))

    assert "符合 1 / 2 家 进入 1 家 离开 1 家 无法判断 0 家" in page
    assert "进入： 松濑精密陶瓷" in page
    assert "离开： 禾屿生物医药" in page
    assert "与第 1 版相比" in page
    assert "营业收入需低于 30,000 万元" in page
    assert every_row(but=("django_session",)) == before


def test_who_leaves_because_something_isnt_known_is_counted(trial, client_of):
    page = words_of(sent(client_of("clerk"), trial, text="revenue >= 1 AND rd / staff > 9999999"))

    assert "单位不一致" not in page
    assert "不能相除" in page


LONG = " OR\n".join(f"(revenue >= {number} AND staff > {number})" for number in range(262))


@pytest.mark.parametrize(
    ("text", "where", "says"),
    [
        ("", "第 1 行第 1 字", "规则为空"),
        ("revenue >=", "第 1 行第 11 字", "规则未写完"),
        ("revenue >= 1 AND\n  staff > 'x", "第 2 行第 11 字", "引号没有成对"),
        ('"revenue >= 1', "第 1 行第 1 字", "引号没有成对"),
        ("revenue ≥ 1", "第 1 行第 9 字", "请写 >="),
        ("rd + capital > 5", "第 1 行第 6 字", "前者以“万元”计，后者以“元”计，请先换算"),
        ("rd >= capital", "第 1 行第 7 字", "单位不一致"),
        ("revenu >= 1", "第 1 行第 1 字", "没有名为“revenu”的事实"),
        ("staff > '多'", "第 1 行第 9 字", "数字不能与文本比较"),
        ("revenue", "第 1 行第 1 字", "此处需要是否，而不是数字"),
        ("SUM(revenue) > 1", "第 1 行第 1 字", "没有函数“SUM”"),
        ("revenue > 1; DROP TABLE enterprise", "第 1 行第 12 字", "规则中不能使用“;”"),
        ("revenue > 1 -- 注释", "第 1 行第 13 字", "规则中不能写注释"),
        ("(" * 21 + "TRUE" + ")" * 21, "第 1 行第 21 字", "最多嵌套 20 层"),
        ("<script>alert(1)</script>", "第 1 行第 1 字", "此处不能是“<”"),
        (LONG + " OR\nrevenu > 1", "第 263 行第 1 字", "没有名为“revenu”的事实"),
        ("staff > 1" + " " * 9_992, "第 1 行第 10001 字", "最多 10000 个字符"),
    ],
)
def test_wrong_text_is_said_with_its_place_and_kept(trial, client_of, text, where, says):
    client = client_of("clerk")
    before = every_row(but=("django_session",))

    for do, status in (("check", 200), ("submit", 422)):
        page = sent(client, trial, text=text.replace("\n", "\r\n"), do=do)

        assert page.status_code == status
        assert f"{where}有误" in words_of(page)
        assert says in words_of(page)
        assert typed_in(page) == text
        assert shown_in(page, "reason") == "门槛过高"
        assert "<script>alert" not in page.content.decode()
    assert every_row(but=("django_session",)) == before


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("revenu >= 1", "revenue 营业收入 万元"),
        ("营业收入 >= 1", "revenue 营业收入 万元"),
        ("研发 >= 1", "rd 研发费用 万元"),
        ("stafff >= 1", "staff 从业人员 人"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(trial, client_of, text, near):
    page = words_of(sent(client_of("clerk"), trial, text=text))

    assert f"是不是： {near}" in page


def test_a_rule_of_nine_thousand_characters_is_kept_whole(trial, client_of):
    assert 9_000 < len(LONG) < 10_000
    answer = sent(client_of("clerk"), trial, text=LONG.replace("\n", "\r\n"), do="save")

    assert answer.status_code == 303
    assert ConditionVersion.objects.get(condition=trial, number=2).text == LONG


def test_a_divisor_that_is_nought_is_warned_of_with_how_many(trial, client_of):
    page = words_of(
        sent(client_of("clerk"), trial, text="2 * staff / staff > 1 AND rd / revenue >= 0")
    )

    assert "除数“从业人员”为 0 时算不出结果，按无法判断处理。现在有 1 家为 0。" in page
    assert "除数“营业收入”为 0 时算不出结果，按无法判断处理。现在没有企业为 0。" in page
    assert "无法判断 1 家" in page


def case(place: int, expected="yes", note="", **fact: str) -> dict[str, str]:
    facts = {f"case-{place}-fact-{name}": value for name, value in fact.items()}
    return {f"case-{place}-note": note, f"case-{place}-expected": expected, **facts}


def test_a_case_is_asked_for_the_facts_that_the_text_names(trial, client_of):
    page = sent(client_of("clerk"), trial, text="revenue > 1 AND is_high_tech", do="add")

    body = page.content.decode()
    assert 'name="case-0-fact-revenue"' in body
    assert 'name="case-0-fact-is_high_tech"' in body
    assert 'name="case-0-fact-rd"' not in body


def test_cases_are_tried_at_once_and_kept_with_the_draft(trial, client_of):
    client = client_of("clerk")
    cases = {
        "case-count": "3",
        **case(0, note="刚好够", revenue="１5，000"),
        **case(1, expected="no", revenue="14999.5"),
        **case(2, expected="unknown"),
    }

    page = words_of(sent(client, trial, **cases))
    answer = sent(client, trial, do="save", **cases)

    assert "判为符合，与预期一致" in page
    assert "判为不符合，与预期一致" in page
    assert answer.status_code == 303
    assert ConditionVersion.objects.get(condition=trial, number=2).cases == [
        {"note": "刚好够", "facts": {"revenue": 15000}, "expected": True},
        {"note": "", "facts": {"revenue": 14999.5}, "expected": False},
    ]


def test_a_case_that_fails_holds_back_the_submission_and_nothing_is_lost(trial, client_of):
    client = client_of("clerk")
    before = every_row(but=("django_session",))

    page = sent(client, trial, do="submit", **{"case-count": "1", **case(0, revenue="9")})

    assert page.status_code == 422
    assert "用例没有通过：1" in words_of(page)
    assert "判为不符合，与预期不同" in words_of(page)
    assert shown_in(page, "case-0-fact-revenue") == "9"
    assert every_row(but=("django_session",)) == before


@pytest.mark.parametrize(
    ("fact", "typed", "says"),
    [
        ("revenue", "很多", "请填数字。"),
        ("revenue", "nan", "请填数字。"),
        ("revenue", "1e999", "请填数字。"),
        ("founded", "2026-13-01", "日期请写成 2026-01-31。"),
        ("is_high_tech", "maybe", "请选是或否。"),
        ("industry", "长" * 201, "最多 200 个字。"),
    ],
)
def test_a_fact_that_is_none_is_told_where_it_stands(trial, client_of, fact, typed, says):
    text = "revenue > 1 AND founded < AS_OF AND is_high_tech AND industry = 'C'"
    page = sent(
        client_of("clerk"),
        trial,
        text=text,
        do="save",
        **{"case-count": "1", **case(0, **{fact: typed})},
    )

    assert page.status_code == 422
    assert says in words_of(page)
    assert not ConditionVersion.objects.filter(condition=trial, number=2).exists()


def test_a_case_that_is_ticked_away_is_gone(trial, client_of):
    client = client_of("clerk")
    cases = {"case-count": "2", **case(0, revenue="15000"), **case(1, revenue="16000")}

    sent(client, trial, do="save", **cases, **{"case-0-gone": "1"})

    version = ConditionVersion.objects.get(condition=trial, number=2)
    assert [one["facts"] for one in version.cases] == [{"revenue": 16000}]


def test_the_script_is_answered_with_what_changed_and_the_cases_only_when_they_ask_otherwise(
    trial, client_of
):
    client = client_of("clerk")
    same = {"case-count": "1", "case-fields": "revenue", **case(0, revenue="15000")}

    first = sent(client, trial, to="check", **same).content.decode()
    other = sent(client, trial, to="check", text="staff > 1", **same).content.decode()

    assert 'id="case-0-result" hx-swap-oob="true"' in first
    assert 'id="cases"' not in first
    assert "<html" not in first
    assert 'id="cases"' in other
    assert 'name="case-0-fact-staff"' in other
    assert 'type="hidden" name="case-0-fact-revenue" value="15000"' in other


def test_saving_to_see_everybody_leads_to_the_list_of_those_who_enter(trial, client_of):
    client = client_of("clerk")

    answer = sent(client, trial, do="list")
    page = client.get(answer.url)

    assert answer.status_code == 303
    assert answer.url == f"/conditions/{trial.pk}/enterprises/?new=2&old=1"
    assert "松濑精密陶瓷" in words_of(page)
    assert "营业收入为 18,000 万元，需不低于 15,000 万元，符合" in words_of(page)
    assert "禾屿" not in words_of(page)


def test_a_long_list_goes_on_after_its_last_enterprise(trial, client_of, zone, monkeypatch):
    monkeypatch.setattr("yuanqi.conditions.comparing.SIZE", 1)
    client = client_of("clerk")
    place = f"/conditions/{trial.pk}/enterprises/?new=1&old=&way=fits"
    sent(client, trial, text="revenue > 1", do="save")

    first = client.get(place.replace("new=1", "new=2"))
    second = client.get(
        html.unescape(re.search(r'href="([^"]*after=[^"]*)"', first.content.decode())[1])
    )

    assert "松濑精密陶瓷" in words_of(first) and "禾屿" not in words_of(first)
    assert "禾屿" in words_of(second) and "松濑" not in words_of(second)


def test_who_enters_is_listed_with_as_many_queries_however_many_they_are(
    trial, client_of, django_assert_num_queries
):
    client = client_of("clerk")
    place = sent(client, trial, text="revenue > 1", do="list").url
    client.get(place)

    with django_assert_num_queries(9):
        client.get(place)


def test_the_shipped_text_is_at_hand_once_the_park_has_its_own(trial, client_of):
    client = client_of("clerk")

    same = words_of(client.get(f"/conditions/{trial.pk}/draft/"))
    other = words_of(sent(client, trial))

    assert "看平台默认的规则" not in same
    assert "看平台默认的规则 revenue >= 20000" in other


def test_the_whole_way_from_a_threshold_to_its_day(trial, client_of, wall):
    clerk, leader = client_of("clerk"), client_of("leader")
    assert sent(clerk, trial, do="submit").status_code == 303
    place = f"/conditions/{trial.pk}/versions/2/"

    page = leader.get(place)
    assert "确认发布" in words_of(page)
    assert "进入 1 家" in words_of(page)
    assert "确认发布" not in words_of(clerk.get(place))
    revision = shown_in(page, "revision")
    answer = leader.post(f"{place}publications/", {"revision": revision}, follow=True)

    assert "已发布，从选定的那天起执行。" in words_of(answer)
    assert "第 2 版自 2026-11-10 起执行" in words_of(answer)
    wall.set("11-10 09:00")
    assert "现行：第 2 版" in words_of(client_of("leader").get(f"/conditions/{trial.pk}/"))


def test_the_second_who_confirms_is_told_who_did(trial, client_of):
    sent(client_of("safety_handler"), trial, do="submit")
    place = f"/conditions/{trial.pk}/versions/2/publications/"
    client_of("leader").post(place, {"revision": "1"})
    second = client_of("clerk")
    before = every_row(but=("django_session",))

    answer = second.post(place, {"revision": "1"})

    assert answer.status_code == 409
    assert "第 2 版已由郑立群于 11-02 10:00 确认发布" in words_of(answer)
    assert every_row(but=("django_session",)) == before


def test_the_second_who_edits_is_told_what_the_first_wrote_and_keeps_what_he_typed(
    trial, client_of
):
    first, second = client_of("clerk"), client_of("safety_handler")
    shown = second.get(f"/conditions/{trial.pk}/draft/")
    kept = {name: shown_in(shown, name) for name in ("seen", "number")}
    sent(first, trial, text="revenue >= 17000", reason="调研后定", do="save", **kept)

    page = sent(second, trial, text="revenue >= 16000", source="", reason="", do="save", **kept)

    assert page.status_code == 409
    said = words_of(page)
    assert "周敏于 11-02 10:00 改过第 2 版" in said
    assert "规则：revenue >= 20000 → revenue >= 17000 您也改了这一项，下面仍是您写的。" in said
    assert typed_in(page) == "revenue >= 16000"
    assert shown_in(page, "reason") == "调研后定"
    again = sent(
        second,
        trial,
        text="revenue >= 16000",
        reason="调研后定",
        do="save",
        seen=shown_in(page, "seen"),
        number=shown_in(page, "number"),
    )
    assert again.status_code == 303
    assert ConditionVersion.objects.get(condition=trial, number=2).text == "revenue >= 16000"


def test_what_was_published_while_one_wrote_begins_the_next_version(trial, client_of):
    clerk, handler, leader = (client_of(who) for who in ("clerk", "safety_handler", "leader"))
    sent(clerk, trial, do="save")
    shown = handler.get(f"/conditions/{trial.pk}/draft/")
    kept = {name: shown_in(shown, name) for name in ("seen", "number")}
    sent(clerk, trial, do="submit")
    leader.post(f"/conditions/{trial.pk}/versions/2/publications/", {"revision": "1"})

    page = sent(handler, trial, text="rd > 1", do="save", **kept)
    said = words_of(page)
    again = sent(
        handler,
        trial,
        text=typed_in(page),
        do="save",
        seen=shown_in(page, "seen"),
        number=shown_in(page, "number"),
    )

    assert page.status_code == 409
    assert "第 2 版刚由郑立群于 11-02 10:00 确认发布" in said
    assert again.status_code == 303
    assert ConditionVersion.objects.get(condition=trial, number=3).text == "rd > 1"


def test_the_same_form_sent_twice_makes_one_version(trial, client_of):
    client, key = client_of("clerk"), str(uuid4())

    sent(client, trial, do="save", once=key)
    second = sent(client, trial, do="save", once=key, text="rd > 1")

    assert second.status_code == 303
    assert ConditionVersion.objects.get(condition=trial, number=2).text == "revenue >= 15000"


def test_a_list_published_twice_for_one_day_is_refused_in_words(trial, client_of):
    clerk, leader = client_of("clerk"), client_of("leader")
    sent(clerk, trial, do="submit")
    leader.post(f"/conditions/{trial.pk}/versions/2/publications/", {"revision": "1"})

    page = sent(clerk, trial, text="revenue >= 12000", do="submit")

    assert page.status_code == 422
    assert "从 2026-11-10 起已经发布了第 2 版，同一天不能再发一版。请另选一天。" in words_of(page)
    assert typed_in(page) == "revenue >= 12000"


def test_sending_back_asks_for_a_reason_and_the_drafter_reads_it(trial, client_of):
    clerk, leader = client_of("clerk"), client_of("leader")
    sent(clerk, trial, do="submit")
    place = f"/conditions/{trial.pk}/versions/2/returns/"

    empty = leader.post(place, {"revision": "1", "reason": ""})
    leader.post(place, {"revision": "1", "reason": "依据请写全称"})

    assert empty.status_code == 422
    assert "被退回：依据请写全称" in words_of(clerk.get(f"/conditions/{trial.pk}/draft/"))
    sent(clerk, trial, do="save", text="revenue >= 14000")
    assert "被退回：依据请写全称" in words_of(clerk.get(f"/conditions/{trial.pk}/draft/"))


def test_what_was_sent_back_and_handed_in_again_says_nothing_of_the_first_decision(
    trial, client_of
):
    clerk, leader = client_of("clerk"), client_of("leader")
    sent(clerk, trial, do="submit")
    leader.post(
        f"/conditions/{trial.pk}/versions/2/returns/", {"revision": "1", "reason": "请写全称"}
    )
    sent(clerk, trial, do="submit", source="试行办法（2026 年修订）第三条")

    page = words_of(leader.get(f"/conditions/{trial.pk}/"))

    assert "第 2 版等您确认" in page
    assert "郑立群" not in page.partition("历次版本")[2]
    assert "请写全称" not in page


def test_versions_are_compared_word_by_word(trial, client_of):
    client = client_of("clerk")
    sent(client, trial, do="save")

    page = client.get(f"/conditions/{trial.pk}/comparison/?old=1&new=2").content.decode()

    assert "<del>20000</del><ins>15000</ins>" in page


def test_nobody_but_officers_finds_the_rules(trial, client_of):
    for place in (
        f"/conditions/{trial.pk}/",
        f"/conditions/{trial.pk}/draft/",
        f"/conditions/{trial.pk}/versions/1/",
        f"/conditions/{trial.pk}/comparison/",
        f"/conditions/{trial.pk}/enterprises/",
    ):
        assert client_of("contact").get(place).status_code == 404
    assert client_of("contact").get("/conditions/").status_code == 403
    assert client_of("planning_handler").get(f"/conditions/{trial.pk}/").status_code == 200


def test_who_only_reads_gets_no_editor(trial, client_of):
    assert client_of("leader").get(f"/conditions/{trial.pk}/draft/").status_code == 403
    assert sent(client_of("leader"), trial, to="check").status_code == 403


def test_a_list_of_the_parks_own_is_begun_and_its_first_version_written(
    zone, client_of, monkeypatch
):
    monkeypatch.setattr("yuanqi.registry.facts.snapshots.latest", lambda on=None: None)
    client = client_of("clerk")

    answer = client.post(
        "/conditions/new/own-lists/",
        {"name": "高成长苗子", "code": "seedlings", "once": str(uuid4())},
    )
    again = client.post("/conditions/new/own-lists/", {"name": "另一个", "code": "seedlings"})

    assert answer.status_code == 303
    assert answer.url.endswith("/draft/")
    assert again.status_code == 409
    assert "这一类里已有代码“seedlings”的规则" in words_of(again)
    assert client_of("leader").get("/conditions/new/own-lists/").status_code == 403


def test_a_hundred_thousand_enterprises_are_counted_against_two_texts(trial, client_of):
    frame = pl.DataFrame({"enterprise": range(10**9, 10**9 + 100_000)}).with_columns(
        revenue=(pl.col("enterprise") % 40_000).cast(pl.Float64)
    )
    conftest._frame.append(frame)

    page = words_of(sent(client_of("clerk"), trial))

    assert "符合 55,000 / 100,000 家 进入 15,000 家 离开 0 家" in page


def test_what_the_script_completes_with_stands_on_the_page(trial, client_of):
    page = client_of("clerk").get(f"/conditions/{trial.pk}/draft/").content.decode()
    offered = json.loads(
        re.search(r'<script id="completions" type="application/json">(.*?)</script>', page)[1]
    )

    assert {"typed": "rd", "name": "rd", "label": "研发费用", "other": "R&D expense",
            "unit": "万元"} in offered  # fmt: skip


def test_a_withdrawn_draft_is_given_up_with_its_reason(trial, client_of):
    client = client_of("clerk")
    sent(client, trial, do="save")

    client.post(f"/conditions/{trial.pk}/versions/2/withdrawals/", {"reason": "改主意了"})

    version = ConditionVersion.objects.get(condition=trial, number=2)
    assert (version.state, version.decision_reason) == (State.WITHDRAWN, "改主意了")
    assert "改这条规则" in words_of(client.get(f"/conditions/{trial.pk}/"))


def test_the_name_is_changed_on_its_page_and_the_second_is_told(trial, client_of):
    page = f"/conditions/{trial.pk}/name/"
    clerk = client_of("clerk")
    assert page in clerk.get(f"/conditions/{trial.pk}/").content.decode()
    shown = clerk.get(page).context["form"].initial["seen"]

    sent_name = clerk.post(page, {"name": "骨干企业", "name_en": "", "seen": shown})
    late = client_of("leader").post(page, {"name": "大户", "name_en": "", "seen": shown})

    assert (sent_name.status_code, sent_name.url) == (303, f"/conditions/{trial.pk}/")
    assert late.status_code == 409
    assert 'value="大户"' in late.content.decode()
    assert "大企业 → 骨干企业" in words_of(late)
    trial.refresh_from_db()
    assert trial.name == "骨干企业"
    assert client_of("contact").get(page).status_code == 404
