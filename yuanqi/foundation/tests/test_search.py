"""Words, half words, codes, initials: what is kept of a text finds it; marks break nothing."""

import html
import re

import pytest
from django.db import connection
from hypothesis import example, given
from hypothesis import strategies as st

from yuanqi.foundation import search
from yuanqi.foundation.search import Query

HAN = st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), max_size=30)
ANYTHING = st.one_of(
    st.text(max_size=60),
    HAN,
    st.text(alphabet="废水<>&\"'\\ 陶a1-…\0\n😀ＡﬀİßǅΣς", max_size=60),
)


def finds(text: str, lexemes: set[str]) -> bool:
    """Whether PostgreSQL finds what was typed among these lexemes."""
    query = Query.of(text)
    if query is None:
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT %s::tsvector @@ %s::tsquery", [search.vector(lexemes), query.tsquery]
        )
        return cursor.fetchone()[0]


TEXT = "二期氮化铝基板产线每天多排约 20 吨废水，COD 6.2 mg/L，要重新做环评吗？"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "asked",
    [
        "废水", "氮化铝", "化铝基", "铝", "吗", "20", "cod", "co", "COD 废水", "ＣＯＤ", "mg/L",
        "环评 怎么做", "做环评要重新吗", "产线废水", "请问废水",
    ],
)  # fmt: skip
def test_a_text_is_found_by_any_part_of_it(asked):
    assert finds(asked, search.lexemes(TEXT))


@pytest.mark.django_db
@pytest.mark.parametrize("asked", ["废气", "od", "2", "水产线废", "铝化", "噪音", "污", "0"])
def test_a_text_is_not_found_by_what_is_not_in_it(asked):
    expected = asked == "2"  # what begins with it
    assert finds(asked, search.lexemes(TEXT)) is expected


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "is_found"),
    [
        ("2611-0168", True), ("0168", True), ("168", True), ("26110168", True), ("2611", True),
        ("１６８", True), ("2612", False), ("0169", False), ("68", False),
    ],
)  # fmt: skip
def test_a_number_is_found_by_its_parts(asked, is_found):
    assert finds(asked, search.code_lexemes("2611-0168")) is is_found


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "is_found"),
    [
        ("91320583MA1XK00168", True), ("ma1xk0", True), ("0168", True), ("MA1X", True),
        ("913205", True), ("9999", False),
    ],
)  # fmt: skip
def test_a_credit_code_is_found_by_any_part_of_four_characters(asked, is_found):
    assert finds(asked, search.code_lexemes("91320583MA1XK00168")) is is_found


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "asked", "is_found"),
    [
        ("松濑精密陶瓷", "sljm", True),
        ("松濑精密陶瓷", "jmtc", True),
        ("松濑精密陶瓷", "SL", True),
        ("松濑精密陶瓷", "sjm", False),
        ("松濑精密陶瓷", "s", False),  # one letter would find everybody
        ("长安药业", "cayy", True),
        ("长安药业", "zayy", True),
        ("行云科技", "xykj", True),
        ("行云科技", "hykj", True),
        ("禾屿 Bio（云泽）有限公司", "bio", True),
        ("禾屿 Bio（云泽）有限公司", "hyyz", True),
    ],
)
def test_a_name_is_found_by_the_initials_of_its_pinyin(name, asked, is_found):
    assert finds(asked, search.name_lexemes(name)) is is_found


@pytest.mark.parametrize("text", ["", "   ", "，。！？", "😀🀄", "\0", "'\"\\", "():*&|!<->", "_"])
def test_what_has_no_letters_asks_for_nothing(text):
    assert Query.of(text) is None


def test_a_question_has_a_part_for_each_thing_that_must_be_met():
    query = Query.of("废水处理 0168")

    assert query.parts == ("'废水'", "'水处'", "'处理'", "'0168':*")
    assert query.tsquery == "'废水' & '水处' & '处理' & '0168':*"
    assert query.among(["@e1", "@d2"]).parts == (*query.parts, "('@e1' | '@d2')")
    assert Query.any_of(["废水处理", "噪声"]).parts == ("(('废水' & '水处' & '处理') | ('噪声'))",)


def test_what_only_fills_a_question_is_left_out_unless_nothing_else_is_asked():
    assert Query.of("请问废水怎么处理的").words == ("废水", "处理")
    assert Query.of("怎么办").words == ("怎么办",)


def test_of_a_long_question_the_first_hundred_characters_count():
    assert Query.of("废" * 100 + "水产") == Query.of("废" * 100)


@pytest.mark.django_db
@given(before=HAN, text=HAN, after=HAN)
def test_whatever_stands_in_a_text_is_found_by_any_part_of_two_characters_or_more(
    before, text, after
):
    if len(text) >= 2:
        assert finds(text, search.lexemes(before + text + after))


@pytest.mark.django_db
@given(text=ANYTHING, asked=ANYTHING)
@example(text="\0", asked="'")
def test_no_text_and_no_question_is_ever_an_error(text, asked):
    finds(asked, search.lexemes(text) | search.name_lexemes(text) | search.code_lexemes(text))


@given(text=ANYTHING, asked=ANYTHING, width=st.integers(1, 80))
@example(text="ﬀ<b>ﬀ", asked="ff", width=3)
@example(text="İstanbul & İ", asked="i", width=80)
def test_marks_never_break_the_page_and_never_change_what_is_said(text, asked, width):
    shown = search.highlight(text, Query.of(asked), width)

    if shown is None:
        return
    assert set(re.findall(r"<[^>]*>", shown)) <= {"<mark>", "</mark>"}
    assert "<mark><mark>" not in shown and "<mark></mark>" not in shown
    assert shown.count("<mark>") == shown.count("</mark>") >= 1
    plain = html.unescape(re.sub(r"</?mark>", "", shown)).removeprefix("…").removesuffix("…")
    assert "".join(plain.split()) in "".join(text.split())
    assert "&lt;mark&gt;" not in shown or "<mark>" in text


def test_words_are_marked_and_everything_else_is_escaped():
    shown = search.highlight("<b>废水</b> & COD 超标", Query.of("废水 cod"))

    assert shown == "&lt;b&gt;<mark>废水</mark>&lt;/b&gt; &amp; <mark>COD</mark> 超标"


def test_touching_words_are_one_mark():
    assert search.marked("申请排污许可证", Query.of("排污许可")) == "申请<mark>排污许可</mark>证"


def test_of_a_long_text_the_part_with_most_of_the_words_is_shown():
    text = "废" + "无关" * 100 + "废水和废气一起处理" + "其他" * 100

    shown = search.highlight(text, Query.of("废水 废气"), 60)

    assert shown.startswith("…") and shown.endswith("…")
    assert "<mark>废水</mark>和<mark>废气</mark>一起处理" in shown
    assert len(re.sub(r"</?mark>", "", shown)) == 62


def test_a_text_without_the_words_has_no_marks():
    assert search.highlight("道路塌陷", Query.of("废水")) is None
    assert search.marked("<道路>", Query.of("废水")) == "&lt;道路&gt;"
    assert search.highlight("道路塌陷", None) is None


def test_a_vector_is_cut_before_postgresql_refuses_it():
    whole = search.vector(f"{number:030d}" for number in range(40_000))

    assert len(whole) < 1_048_575
    assert whole.startswith("'000000000000000000000000000000' ")
