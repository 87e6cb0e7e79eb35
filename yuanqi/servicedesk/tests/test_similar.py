"""What is alike: shown where it helps, and nothing rather than nonsense."""

from datetime import date

import pytest

from tests.life import Life
from tests.people import at
from yuanqi.casework import operations as cases
from yuanqi.casework.models import Case, CaseBar
from yuanqi.knowledge import operations as knowledge
from yuanqi.servicedesk import operations as desk
from yuanqi.servicedesk import search_index
from yuanqi.servicedesk.similar import answers_like, open_ones_like, similar_to

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 20)
NOW = at("11-20 10:00")
ROAD = "二号厂房西侧门口路面塌陷，货车绕行要多开两公里"
ROAD_TOO = "我们厂门口的路面也塌陷了一块，货车绕行，请派人修。"
BUS = "夜班公交末班车太早，员工回不了家"


@pytest.fixture
def road(life: Life) -> Life:
    """Another enterprise's road, mended and praised; and one's own of today, with a bus."""

    def raised(who: str, text: str, when: str) -> int:
        contact = getattr(life.zone, who)
        return desk.request_raise(
            contact_id=contact.pk,
            category="TRA",
            level="P3",
            text=text,
            actor=life.zone.actor(contact),
            at=at(when),
        )

    life.earlier = raised("stranger", ROAD, "11-05 10:00")
    handler = life.zone.actor(life.zone.planning_handler)
    desk.request_dispatch(
        case_id=life.earlier,
        lead_id=life.zone.planning.pk,
        actor=life.zone.actor(life.zone.clerk),
        at=at("11-05 11:00"),
    )
    desk.request_accept(case_id=life.earlier, actor=handler, at=at("11-05 11:30"))
    desk.request_answer(
        case_id=life.earlier,
        body="路面已经修好，\n下次塌陷请打养护队电话。",
        actor=handler,
        at=at("11-06 11:00"),
    )
    cases.case_evaluate(
        case_id=life.earlier,
        level=5,
        is_resolved=True,
        was_contacted=True,
        actor=life.zone.actor(life.zone.stranger),
        at=at("11-06 12:00"),
    )
    life.own = raised("contact", ROAD_TOO, "11-20 09:00")
    life.bus = raised("contact", BUS, "11-20 09:30")
    search_index.rebuild()
    return life


def alike(life: Life, who: str, case_id: int) -> list[int]:
    actor = life.zone.actor(getattr(life.zone, who), NOW)
    return [one.case.pk for one in similar_to(Case.objects.get(pk=case_id), actor)]


def test_the_dispatcher_sees_how_the_like_of_it_was_answered_and_judged(road):
    actor = road.zone.actor(road.zone.clerk, NOW)

    found = similar_to(Case.objects.get(pk=road.own), actor)

    assert [one.case.pk for one in found] == [road.earlier]
    one = found[0]
    assert (one.case.lead, one.review) == (road.zone.planning, "非常满意")
    assert one.answer == "路面已经修好， 下次塌陷请打养护队电话。"
    assert 0.2 <= one.likeness <= 1


def test_what_is_only_of_the_same_kind_is_not_called_alike(road):
    assert alike(road, "clerk", road.bus) == []


def test_nobody_sees_the_like_of_what_he_may_not_see(road):
    assert alike(road, "planning_handler", road.own) == [road.earlier]
    assert alike(road, "safety_handler", road.own) == []
    assert alike(road, "contact", road.own) == []

    CaseBar.objects.create(case_id=road.earlier, grantee=f"d{road.zone.centre.pk}")

    assert alike(road, "clerk", road.own) == []


def test_before_it_raises_one_an_enterprise_sees_only_its_own_that_are_unanswered(road):
    def own(who: str, text: str) -> list[int]:
        contact = getattr(road.zone, who)
        actor = road.zone.actor(contact, NOW)
        return [one.case.pk for one in open_ones_like(text, contact.enterprise, actor)]

    assert own("contact", "西门路面塌陷，货车要绕行") == [road.own]
    assert own("stranger", "西门路面塌陷，货车要绕行") == []  # its own is answered
    assert own("contact", "贷款到期想续贷") == []
    assert own("contact", "路") == [] and own("contact", "😀\0 ") == []


def entry(life: Life, question: str, **change: object) -> int:
    values = {
        "question": question,
        "answer": "先打养护队电话，当天到。",
        "category": "TRA",
        "department_id": life.zone.planning.pk,
        "audience": "public",
        "expires_on": date(2027, 1, 1),
        "is_published": True,
        "actor": life.zone.actor(life.zone.clerk, NOW),
        "at": NOW,
        **change,
    }
    return knowledge.entry_make(**values)


def test_answers_that_fit_are_offered_the_likest_first_while_they_hold(road):
    near = entry(road, "门口路面塌陷找谁修？")
    entry(road, "公交车末班几点？")
    entry(road, "路面塌陷由谁派车？", audience="staff")
    entry(road, "路面塌陷怎么报修？", is_published=False)

    def offered(who: str, text: str, today: date = TODAY) -> list[int]:
        actor = road.zone.actor(getattr(road.zone, who), NOW)
        return [one.entry.pk for one in answers_like(text, actor, today)]

    assert offered("contact", "西侧门口路面塌陷了") == [near]
    assert offered("clerk", "西侧门口路面塌陷了")[0] == near
    assert len(offered("clerk", "西侧门口路面塌陷了")) == 2  # and the one for staff
    assert offered("contact", "西侧门口路面塌陷了", date(2027, 1, 2)) == []
    assert offered("contact", "贷款到期想续贷") == []
    assert offered("contact", "路面") == [] and offered("contact", "😀😀😀😀") == []


def test_a_likeness_says_more_in_the_same_category_and_with_the_same_lead(road):
    actor = road.zone.actor(road.zone.clerk, NOW)
    case = Case.objects.get(pk=road.own)
    before = similar_to(case, actor)[0].likeness
    Case.objects.filter(pk=road.earlier).update(category="ENV")

    after = similar_to(case, actor)[0].likeness

    assert before == pytest.approx(after * 1.15)


def test_the_request_page_gets_a_part_and_a_browser_without_scripts_a_page(road, client_of):
    road.wall.set("11-20 10:00")
    client = client_of("clerk")
    url = f"/requests/{road.own}/related/"

    part = client.get(url, headers={"hx-request": "true"}).content.decode()
    page = client.get(url).content.decode()

    assert part.lstrip().startswith("<section") and "<html" not in part
    assert "<html" in page
    for said in (part, page):
        assert f'href="/requests/{road.earlier}/"' in said
        assert "规建局主办" in said and "非常满意" in said
    empty = client.get(f"/requests/{road.bus}/related/").content.decode()
    assert "没有相近的诉求，也没有现成的答复。" in empty
