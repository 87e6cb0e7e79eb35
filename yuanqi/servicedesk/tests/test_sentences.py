"""A text's first question, its greeting and its end are found as people write them."""

import pytest

from yuanqi.servicedesk.sentences import question_in, says_all, without_greeting


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("新产线要排水。要不要重新做环评？还要多久？", "要不要重新做环评？"),
        ("您好，排水许可怎么办?", "您好，排水许可怎么办?"),
        ("路面塌陷；， 哪天能修？", "哪天能修？"),
        ("路面塌陷，希望这周能修。", ""),
        ("", ""),
    ],
)
def test_the_first_question_of_a_text_is_found(text, question):
    assert question_in(text) == question


@pytest.mark.parametrize(
    ("answer", "rest"),
    [
        ("许经理您好，这件事由我主办。", "这件事由我主办。"),
        ("你好！请到窗口领取。", "请到窗口领取。"),
        ("请到窗口领取，您好取证。", "请到窗口领取，您好取证。"),
    ],
)
def test_an_answer_is_quoted_without_its_greeting(answer, rest):
    assert without_greeting(answer) == rest


@pytest.mark.parametrize(
    ("text", "is_all"),
    [("路灯不亮。", True), (" 路灯不亮", True), ("路灯不亮。夜班不敢走。", False)],
)
def test_a_title_says_all_of_a_text_of_one_sentence(text, is_all):
    assert says_all("路灯不亮", text) == is_all
