"""Finding requests: by what, by whom, and never by what one may not read."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.db.models import Q

from tests.life import Life
from tests.people import at
from yuanqi.casework import operations as cases
from yuanqi.casework.models import Case, CaseAccess, CaseBar, Message
from yuanqi.casework.queries import cases_visible_to
from yuanqi.foundation.actors import Side
from yuanqi.foundation.models import JournalEvent
from yuanqi.foundation.search import Query
from yuanqi.organisation.models import Department
from yuanqi.registry.models import EnterpriseSearch
from yuanqi.servicedesk import operations as desk
from yuanqi.servicedesk import search, search_index, search_ways
from yuanqi.servicedesk.models import SearchText
from yuanqi.servicedesk.search_ways import Guess

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

FEW = Guess(total=1_000, found=0, parts=())
FREQUENT = Guess(total=1_000, found=1_000_000, parts=(1_000_000,) * 9)
MANY = Guess(total=10**9, found=1_000_000, parts=(9, 8, 7))  # though hardly any of the newest


@pytest.fixture(params=[FEW, FREQUENT, MANY], ids=["few", "frequent", "many"])
def guessed(request, monkeypatch) -> None:
    """Whatever PostgreSQL expects, and as if a page and a portion were large: what takes a
    million rows elsewhere."""
    monkeypatch.setattr(search_ways, "guess", lambda parts: request.param)
    monkeypatch.setattr(search_ways, "FIRST", 3)
    monkeypatch.setattr(search_ways, "PORTION", 2)
    monkeypatch.setattr(search, "SAMPLE", 4)
    monkeypatch.setattr(search.pages, "SIZE", 2)


@pytest.fixture(params=[0, 2, 10**6], ids=["not few", "too many", "few after all"])
def limited(request, monkeypatch) -> None:
    """However many are a few."""
    monkeypatch.setattr(search_ways, "FEW", request.param)


@pytest.fixture
def years(two: Life) -> Life:
    """Eight roads more and three busses, back to years ago, whose roads are from old books."""
    days = ["2026-11-07", "2026-11-05", "2026-10-08", "2026-10-02", "2026-09-30", "2025-12-31",
            "2025-12-01", "2021-03-01", "2021-02-28", "2019-06-15", "2019-06-01"]  # fmt: skip
    busses = (1, 4, 9)

    def text_of(number: int) -> str:
        if number in busses:
            return "公交太早"
        return "路面又塌陷了" + "，见纸质台账" * (number > 6)

    two.roads = []
    for number, day in enumerate(days):
        case_id = desk.request_raise(
            contact_id=two.zone.stranger.pk,
            category="TRA",
            level="P3",
            text=text_of(number),
            actor=two.zone.actor(two.zone.stranger),
            at=at("11-07 09:00") + timedelta(minutes=number),
        )
        # as if it had been raised then
        opened_at = datetime.fromisoformat(f"{day}T09:00:00+08:00")
        Case.objects.filter(pk=case_id).update(opened_at=opened_at)
        if number not in busses:
            two.roads.append(case_id)
    two.roads.insert(1, two.road)  # of 6 November
    search_index.rebuild()
    return two


def read(life: Life, who: str, text: str, size: int = 2) -> list[int]:
    """All pages of what somebody finds, one after the other; no page but the last is short."""
    actor = life.zone.actor(getattr(life.zone, who), at("11-08 16:00"))
    seen: list[int] = []
    cursor = ""
    while cursor is not None:
        page = search.search_requests(text, actor, cursor=cursor, size=size)
        assert len(page.rows) == size or page.next_cursor is None
        assert page.rows or not seen
        seen += [case.pk for case in page.rows]
        cursor = page.next_cursor
    return seen


def test_whichever_way_is_taken_the_answer_is_the_same(years, guessed, limited):
    assert read(years, "clerk", "塌陷") == years.roads
    assert read(years, "leader", "塌陷", size=20) == years.roads
    assert read(years, "stranger", "塌陷") == years.roads
    assert read(years, "safety_handler", "废水") == [years.water]
    assert sorted(found(years, "clerk", "塌陷")) == sorted(years.roads)


def test_a_word_that_stands_only_years_ago_is_found(years, guessed, limited):
    old = years.roads[-3:]

    assert read(years, "clerk", "台账") == old
    assert read(years, "clerk", "路面 台账") == old
    assert sorted(found(years, "clerk", "台账")) == sorted(old)
    assert read(years, "contact", "台账") == []


def test_two_words_that_never_meet_find_nothing(years, guessed, limited):
    assert read(years, "clerk", "塌陷 公交") == []
    assert read(years, "clerk", "塌陷 废水") == []
    assert found(years, "clerk", "塌陷 公交") == []


def let_in(case_id: int, department: Department) -> None:
    opened_at = Case.objects.get(pk=case_id).opened_at
    CaseAccess.objects.create(case_id=case_id, grantee=f"d{department.pk}", opened_at=opened_at)


def test_what_a_department_may_not_see_shows_neither_in_its_rows_nor_by_another_page(
    years, guessed, limited
):
    seen = [years.roads[0], years.roads[5], years.roads[8]]
    for case_id in seen:
        let_in(case_id, years.zone.safety)
    search_index.index(seen)

    assert read(years, "safety_handler", "塌陷", size=1) == seen
    assert read(years, "safety_handler", "塌陷", size=3) == seen
    assert found(years, "safety_handler", "塌陷") == seen
    assert read(years, "approval_handler", "塌陷") == []

    # a complaint about the department: the index still has its mark
    CaseBar.objects.create(case_id=seen[1], grantee=f"d{years.zone.safety.pk}")

    assert read(years, "safety_handler", "塌陷", size=2) == [seen[0], seen[2]]
    assert found(years, "safety_handler", "塌陷") == [seen[0], seen[2]]


@pytest.mark.parametrize("most", [0, 10**6], ids=["walked at last", "by candidates"])
def test_who_sees_through_more_names_than_are_marked_finds_the_same(
    years, guessed, monkeypatch, most
):
    monkeypatch.setattr(search_ways, "MOST_MARKS", 0)
    monkeypatch.setattr(search, "MOST_LOOKED_AT", most)
    last = years.roads[-1]
    let_in(last, years.zone.safety)

    assert read(years, "safety_handler", "塌陷", size=1) == [last]
    assert read(years, "approval_handler", "塌陷", size=1) == []


def test_the_index_is_asked_for_the_rarest_part_first(years):
    asked = search_ways.Question(Query.of("路面 塌陷 公交"), years.zone.actor(years.zone.clerk))
    asked.__dict__["guess"] = Guess(total=10, found=0, parts=(9, 3, 1))

    assert asked.parts == ["'公交'", "'塌陷'", "'路面'"]


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
