"""Finding requests: by what, by whom, and never by what one may not read."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Q

from tests.life import Life
from tests.people import at
from yuanqi.casework import operations as cases
from yuanqi.casework.models import CaseBar, Message
from yuanqi.casework.queries import cases_visible_to
from yuanqi.foundation.actors import Side
from yuanqi.foundation.models import JournalEvent
from yuanqi.registry.models import EnterpriseSearch
from yuanqi.servicedesk import operations as desk
from yuanqi.servicedesk import search, search_index
from yuanqi.servicedesk.models import SearchText

pytestmark = pytest.mark.django_db

WATER = "新产线每天约 20 吨处理后废水，要重新办哪些手续"
ROAD = "二号厂房西门路面塌陷，货车绕行"


@pytest.fixture
def two(life: Life) -> Life:
    """The water of one enterprise, answered; the road of another, just raised; both indexed."""
    life.water = life.bring("answered")
    life.road = desk.request_raise(
        contact_id=life.zone.stranger.pk,
        category="TRA",
        level="P3",
        text=ROAD,
        actor=life.zone.actor(life.zone.stranger),
        at=at("11-06 15:00"),
    )
    cases.message_send(
        case_id=life.road,
        body="养护队说周五有空",
        kind=Message.Kind.NOTE,
        actor=life.zone.actor(life.zone.clerk),
        at=at("11-06 15:10"),
    )
    search_index.rebuild()
    return life


def found(life: Life, who: str, text: str) -> list[int]:
    """The requests that somebody finds, the newest first; by both ways of asking."""
    actor = life.zone.actor(getattr(life.zone, who), at("11-06 16:00"))
    page = search.search_requests(text, actor)
    listed = cases_visible_to(actor).filter(search.matching(text, actor))
    assert {case.pk for case in page.rows} == {case.pk for case in listed}
    return [case.pk for case in page.rows]


@pytest.mark.parametrize(
    "text",
    [
        "废水",
        "废",  # half a word
        "处理后废",
        "产线 废水",
        "新产线废水怎么办",  # as one asks, without spaces
        "废水 可以接入",  # the request and its answer
        "水质检测",  # what was awaited is told to the enterprise by the clock; the talk has it not
        "报告已上传",
        "2611-0001",
        "0001",
        "26110001",
        "松濑",
        "陶瓷 废水",
        "sljm",
        "JMTC",  # initials from any character on, in capitals
        "ＳＬＪＭ",  # full width
        "MA1XK001",
        "许若楠",
        "工艺说明",  # a file's name
    ],
)
def test_the_centre_finds_a_request_by_words_half_words_names_codes_and_initials(two, text):
    expected = [] if text == "水质检测" else [two.water]

    assert found(two, "clerk", text) == expected


@pytest.mark.parametrize(
    "text", ["", " ", "，。", "😀", "\0", "'", "\\", "' | 'a", "!:*&|()<->", "🀄️\u200b", "%", "_"]
)
def test_what_has_no_words_in_it_finds_nothing_and_breaks_nothing(two, text):
    assert [pk for pk in found(two, "clerk", text) if text != "' | 'a"] == []


def test_what_is_longer_than_a_question_is_cut(two):
    assert found(two, "clerk", "废水" + " " * 200 + "没有这个词") == [two.water]
    assert found(two, "clerk", "长" * 100_000) == []


def test_the_newest_come_first(two):
    assert found(two, "clerk", "2611") == [two.road, two.water]


@pytest.mark.parametrize(
    ("who", "text", "expected"),
    [
        ("contact", "废水", ["water"]),
        ("stranger", "废水", []),
        ("stranger", "塌陷", ["road"]),
        ("contact", "塌陷", []),
        ("linked_officer", "废水", ["water"]),
        ("linked_officer", "塌陷", []),
        ("safety_handler", "废水", ["water"]),
        ("safety_handler", "塌陷", []),
        ("planning_handler", "废水", ["water"]),  # co-handles it
        ("approval_handler", "废水", []),
        ("leader", "塌陷", ["road"]),
    ],
)
def test_everybody_finds_only_what_he_may_see(two, who, text, expected):
    assert found(two, who, text) == [getattr(two, name) for name in expected]


@pytest.mark.parametrize(
    ("text", "case"),
    [("养护队", "road"), ("核东区管网余量", "water"), ("余量 60", "water")],
    ids=["internal note", "what a co-handler is asked", "his opinion"],
)
def test_what_stays_inside_the_park_is_found_by_the_park_and_never_by_the_enterprise(
    two, text, case
):
    assert found(two, "clerk", text) == [getattr(two, case)]
    assert found(two, "contact", text) == []
    assert found(two, "stranger", text) == []


def test_words_of_the_request_and_of_a_note_are_found_together_by_the_park(two):
    assert found(two, "clerk", "塌陷 养护队") == [two.road]
    assert found(two, "stranger", "塌陷 养护队") == []


def test_a_complaint_is_not_found_by_the_accused(two):
    assert found(two, "safety_handler", "废水") == [two.water]

    CaseBar.objects.create(case_id=two.water, grantee=f"d{two.zone.safety.pk}")

    assert found(two, "safety_handler", "废水") == []
    assert found(two, "planning_handler", "废水") == [two.water]


def test_a_search_can_be_narrowed(two):
    actor = two.zone.actor(two.zone.clerk)

    page = search.search_requests("2611", actor, within=Q(category="TRA"))

    assert [case.pk for case in page.rows] == [two.road]


# --- the index -----------------------------------------------------------------------------------


def test_the_index_kept_by_the_subscriber_is_the_one_built_from_rows(two):
    two.bring("closed")
    SearchText.objects.all().delete()
    events = list(JournalEvent.objects.order_by("id"))
    for start in range(0, len(events), 7):
        search_index.handle(events[start : start + 7])
    kept = list(SearchText.objects.order_by("pk").values())
    names = list(EnterpriseSearch.objects.order_by("pk").values())
    SearchText.objects.all().delete()
    EnterpriseSearch.objects.all().delete()

    assert search_index.rebuild() == 3
    assert list(SearchText.objects.order_by("pk").values()) == kept
    assert list(EnterpriseSearch.objects.order_by("pk").values()) == names
    assert (len(kept), len(names)) == (3, 2)


def test_running_over_the_same_events_again_changes_nothing(two):
    before = list(SearchText.objects.order_by("pk").values())

    search_index.index([two.water, two.road, two.road + 99])

    assert list(SearchText.objects.order_by("pk").values()) == before


# --- every way of reading gives the same ----------------------------------------------------------


@pytest.fixture
def small(monkeypatch) -> None:
    """As if a page, a sample and a window were large: what takes a million rows elsewhere."""
    monkeypatch.setattr(search, "FIRST", 2)
    monkeypatch.setattr(search, "SAMPLE", 4)
    monkeypatch.setattr(search.pages, "SIZE", 2)


@pytest.mark.parametrize("estimate", [0, 10**6], ids=["few", "frequent"])
@pytest.mark.parametrize("few", [0, 2, 10**6], ids=["not few", "few a month", "few after all"])
def test_whichever_way_is_taken_the_answer_is_the_same(two, small, monkeypatch, estimate, few):
    for number in range(7):
        desk.request_raise(
            contact_id=two.zone.stranger.pk,
            category="TRA",
            level="P3",
            text="路面又塌陷了" if number % 3 else "公交太早",
            actor=two.zone.actor(two.zone.stranger),
            at=at("11-07 09:00") + timedelta(minutes=number),
        )
    search_index.rebuild()
    actor = two.zone.actor(two.zone.clerk)
    wanted = list(
        cases_visible_to(actor)
        .filter(request__text__contains="塌陷")
        .order_by("-opened_at", "-id")
        .values_list("pk", flat=True)
    )
    monkeypatch.setattr(search, "_estimate", lambda found: estimate)
    monkeypatch.setattr(search, "FEW", few)

    read, cursor = [], ""
    while cursor is not None:
        page = search.search_requests("塌陷", actor, cursor=cursor, size=2)
        read += [case.pk for case in page.rows]
        cursor = page.next_cursor

    assert read == wanted and len(wanted) == 5
    assert found(two, "clerk", "塌陷") == wanted


def test_a_search_that_takes_too_long_says_so_and_leaves_the_connection_as_it_was(two):
    with pytest.raises(search.TooBroad), search.in_time(20), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(1)")

    assert found(two, "clerk", "废水") == [two.water]
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


def test_an_account_that_is_nobodys_finds_nothing(two):
    actor = two.zone.actor(two.zone.contact)
    nobody = type(actor)(side=Side.ENTERPRISE, account_id=actor.account_id)

    assert search.search_requests("废水", nobody).rows == []
