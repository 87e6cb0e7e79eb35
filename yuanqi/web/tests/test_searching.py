"""One field for everything."""

import re

import pytest

from tests.life import Life
from tests.people import at
from yuanqi.casework import operations as cases
from yuanqi.knowledge.tests.test_operations import made
from yuanqi.servicedesk import search, search_index

pytestmark = pytest.mark.django_db


@pytest.fixture
def found(life: Life, client_of):
    """Return the page that somebody gets for what he typed."""
    life.case_id = life.bring("answered")
    cases.message_send(
        case_id=life.case_id,
        body="内部核过<b>管网</b>余量",
        kind="note",
        actor=life.zone.actor(life.zone.safety_handler),
        at=at("11-06 11:10"),
    )
    made(life.zone, question="废水能接入管网吗？", answer="能，先核余量。")
    search_index.rebuild()
    life.wall.set("11-20 10:00")

    def page(who: str, text: str, status: int = 200) -> str:
        response = client_of(who).get("/search/", {"q": text})
        assert response.status_code == status
        return response.content.decode()

    page.life = life
    return page


def test_the_centre_finds_requests_enterprises_and_answers(found):
    page = found("clerk", "废水")

    assert "处理后<mark>废水</mark>，要重新办哪些手续" in page
    assert "<mark>废水</mark>能接入管网吗？" in page
    assert f'href="/requests/{found.life.case_id}/"' in page
    assert 'href="/requests/?queue=all&amp;q=%E5%BA%9F%E6%B0%B4"' in page
    page = found("clerk", "sljm")
    assert f'href="/enterprises/{found.life.zone.enterprise.pk}/"' in page


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("接入", "正式答复：</span>可以<mark>接入</mark>"),
        ("报告 上传", "补交材料：</span><mark>报告</mark>"),
    ],
)
def test_a_line_shows_in_which_text_the_words_stand(found, text, where):
    assert where in found("clerk", text)
    assert where in found("contact", text)


def test_an_internal_note_is_shown_to_the_park_escaped_and_to_the_enterprise_not_at_all(found):
    page = found("clerk", "内部核过")
    assert "内部备注：</span><mark>内部核过</mark>&lt;b&gt;管网&lt;/b&gt;余量" in page

    page = found("contact", "内部核过")
    assert "没有找到" in page and f'href="/requests/{found.life.case_id}/"' not in page
    page = found("contact", "管网 废水")
    assert "内部核过" not in page


def test_an_enterprise_finds_its_own_and_public_answers_only(found):
    page = found("stranger", "废水")

    assert f'href="/requests/{found.life.case_id}/"' not in page
    assert "<mark>废水</mark>能接入管网吗？" in page
    assert "/enterprises/" not in re.sub(r"(?s)<header.*?</header>", "", page)


@pytest.mark.parametrize("text", ["😀", "，。", "%%%", "''", "\\"])
def test_signs_without_words_are_answered_kindly(found, text):
    assert "没有可以搜的字" in found("clerk", text)
    assert "没有可以搜的字" in found("contact", text)


@pytest.mark.parametrize("text", ["", "  ", "\0"])
def test_an_empty_field_says_what_can_be_asked(found, text):
    assert "写几个字就行" in found("clerk", text)
    assert "写几个字就行" in found("contact", text)


def test_what_was_typed_stands_in_the_field_escaped(found):
    page = found("clerk", '"><script>废水')

    assert 'value="&quot;&gt;&lt;script&gt;废水"' in page
    assert "<script>废水" not in page


def test_a_search_that_takes_too_long_asks_for_another_word(found, monkeypatch):
    def slow(*args: object, **more: object) -> None:
        raise search.TooBroad

    monkeypatch.setattr("yuanqi.web.searching.search_requests", slow)

    assert "太多了，一时找不完" in found("clerk", "废水")


def test_an_altered_page_number_gives_the_first_page(found, client_of):
    response = client_of("clerk").get("/search/", {"q": "废水", "after": "x"})

    assert response.status_code == 200


def test_the_field_stands_in_every_bar_and_only_for_those_signed_in(client_of, client):
    for who in ("clerk", "contact", "linked_officer"):
        assert 'action="/search/"' in client_of(who).get("/", follow=True).content.decode()
    assert 'action="/search/"' not in client.get("/account/login/").content.decode()
    assert client.get("/search/?q=废水").status_code == 302
