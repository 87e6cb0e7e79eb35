"""The register: who finds whom, who reads which number, what an enterprise sees of itself."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.people import BEFORE, Zone
from yuanqi.domain import uscc
from yuanqi.foundation.actors import SYSTEM
from yuanqi.registry import operations as registry
from yuanqi.registry import search
from yuanqi.registry.models import Enterprise
from yuanqi.servicedesk import operations as desk

FULL, MASKED = "138 0000 0621", "138 **** 0621"
TEXT = "二号厂房西侧门口路面塌陷，货车绕行"


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person.account)
    return client


def listed(person, query: str = "") -> str:
    return signed_in(person).get(reverse("registry:enterprises") + query).content.decode()


def profile(person, enterprise: Enterprise) -> str:
    response = signed_in(person).get(reverse("registry:enterprise", args=[enterprise.pk]))
    assert response.status_code == 200
    return response.content.decode()


def raised(zone: Zone, *, dispatched: bool = False) -> int:
    now = timezone.now()
    case_id = desk.request_raise(
        contact_id=zone.contact.pk,
        category="TRA",
        level="P3",
        text=TEXT,
        actor=zone.actor(zone.contact, now),
        at=now - timedelta(minutes=10),
    )
    if dispatched:
        desk.request_dispatch(
            case_id=case_id,
            lead_id=zone.safety.pk,
            actor=zone.actor(zone.clerk, now),
            at=now - timedelta(minutes=5),
        )
    return case_id


# the list ----------------------------------------------------------------------------------------


def test_staff_find_every_enterprise_with_its_officer_and_contact(zone):
    html = listed(zone.planning_handler)

    assert "共 2 家" in html
    for words in ("松濑精密陶瓷", "沈一帆", "许若楠", "禾屿生物医药", "韩青"):
        assert words in html


@pytest.mark.parametrize(
    "query",
    ["松濑", "精密陶瓷（云泽）", "  松濑 ", "MA1XK001", "91320583ma1xk001", "9132 0583 MA1XK001"],
)
def test_a_part_of_the_name_or_of_the_code_finds_it(zone, query):
    html = listed(zone.clerk, f"?q={query}")

    assert "搜到 1 家" in html
    assert "许若楠" in html
    assert "韩青" not in html


def test_an_english_name_finds_it_too(zone):
    Enterprise.objects.filter(pk=zone.enterprise.pk).update(name_en="Matsuse Ceramics")
    search.index([zone.enterprise.pk])

    assert "许若楠" in listed(zone.clerk, "?q=matsuse")


def test_a_search_without_a_match_says_what_to_try(zone):
    html = listed(zone.clerk, "?q=100%25%00")

    assert "没有这样的企业。" in html


def test_requests_at_work_are_counted_as_far_as_the_actor_sees_them(zone):
    raised(zone, dispatched=True)
    at_enterprise = reverse("registry:enterprise", args=[zone.enterprise.pk]) + "#requests"

    assert at_enterprise in listed(zone.clerk)
    assert at_enterprise in listed(zone.safety_handler)
    assert at_enterprise not in listed(zone.planning_handler)


def test_the_list_goes_on_where_the_page_ends(zone):
    for serial in range(60):
        registry.enterprise_register(
            code=uscc.make("91320583", f"MA2AB{serial:03d}"),
            name=f"云泽新材料第{serial:02d}公司",
            short_name=f"新材料{serial:02d}",
            actor=SYSTEM,
            at=BEFORE,
        )
    client = signed_in(zone.clerk)
    first = client.get(reverse("registry:enterprises"))
    second = client.get(first.context["foot"]["next_url"])

    shown = [line.enterprise.pk for line in first.context["lines"] + second.context["lines"]]
    assert shown == list(Enterprise.objects.order_by("pk").values_list("pk", flat=True))
    assert "第 1–50 家" in first.content.decode()
    assert second.context["foot"]["next_url"] is None


def test_the_list_asks_the_same_number_of_questions_however_long(zone, django_assert_num_queries):
    client = signed_in(zone.safety_handler)
    # who asks: session, account, roles, officer, for whom he acts, contact, and for his links the
    # officer, for whom he acts, the links; unread notices
    # what is shown: the page, links with officers, contacts, requests at work, how many in all
    client.get(reverse("registry:enterprises"))
    with django_assert_num_queries(13):
        client.get(reverse("registry:enterprises"))
    for serial in range(10):
        registry.enterprise_register(
            code=uscc.make("91320583", f"MA2AB{serial:03d}"),
            name=f"云泽新材料第{serial}公司",
            short_name=f"新材料{serial}",
            actor=SYSTEM,
            at=BEFORE,
        )
    with django_assert_num_queries(13):
        client.get(reverse("registry:enterprises"))


def test_an_enterprise_has_no_register_of_others(zone):
    assert signed_in(zone.contact).get(reverse("registry:enterprises")).status_code == 404


# one enterprise ----------------------------------------------------------------------------------


def test_an_enterprise_sees_itself_in_full_and_no_other(zone):
    html = profile(zone.contact, zone.enterprise)
    other = reverse("registry:enterprise", args=[zone.stranger.enterprise_id])

    assert FULL in html
    assert zone.enterprise.uscc in html
    assert signed_in(zone.contact).get(other).status_code == 404


def test_its_requests_come_to_it_in_plain_words(zone):
    raised(zone)
    html = profile(zone.contact, zone.enterprise)

    assert "已经收到，服务中心正在安排承办部门。" in html
    assert "轮到谁" not in html


@pytest.mark.parametrize("who", ["clerk", "linked_officer"])
def test_the_centre_and_the_linked_officer_read_the_numbers_in_full(zone, who):
    html = profile(getattr(zone, who), zone.enterprise)

    assert FULL in html
    assert "代它提诉求" in html


@pytest.mark.parametrize("who", ["leader", "safety_handler", "planning_handler"])
def test_others_of_the_park_read_them_masked(zone, who):
    html = profile(getattr(zone, who), zone.enterprise)

    assert MASKED in html
    assert FULL not in html
    assert "13800000621" not in html
    assert "代它提诉求" not in html


def test_whoever_handles_a_request_reads_the_numbers_while_it_is_open(zone):
    case_id = raised(zone, dispatched=True)
    assert FULL in profile(zone.safety_handler, zone.enterprise)
    assert MASKED in profile(zone.planning_handler, zone.enterprise)

    handler, now = zone.actor(zone.safety_handler, timezone.now()), timezone.now()
    desk.request_accept(case_id=case_id, actor=handler, at=now)
    desk.request_answer(case_id=case_id, body="修好了", actor=handler, at=now)

    assert MASKED in profile(zone.safety_handler, zone.enterprise)


def test_a_request_that_is_not_ones_own_is_not_on_the_page(zone):
    raised(zone, dispatched=True)

    assert TEXT in profile(zone.safety_handler, zone.enterprise)
    html = profile(zone.planning_handler, zone.enterprise)
    assert TEXT not in html
    assert "没有您能看到的诉求。" in html


def test_who_served_it_before_stays_on_record_with_both_days(zone):
    act = {"actor": SYSTEM, "at": BEFORE}
    link = zone.enterprise.links.get()
    registry.link_end(link_id=link.pk, until_on=date(2026, 3, 1), **act)
    registry.link_begin(
        enterprise_id=zone.enterprise.pk,
        officer=zone.leader,
        from_on=date(2026, 3, 1),
        **act,
    )
    html = profile(zone.clerk, zone.enterprise)

    assert "2026-01-01 – 2026-02-28" in html
    assert "2026-03-01 起" in html
    assert html.index("郑立群") < html.index("2026-01-01 – 2026-02-28")
    assert "审批局沈一帆的挂钩从 " in html


def test_the_page_asks_the_same_number_of_questions_however_many_requests(
    zone, django_assert_num_queries
):
    raised(zone)
    client = signed_in(zone.clerk)
    address = reverse("registry:enterprise", args=[zone.enterprise.pk])
    # who asks: session, account, roles, officer, for whom he acts, contact, and for his links the
    # officer, for whom he acts, the links; unread notices
    # what is shown: the enterprise, requests, pauses, calendars, contacts (may they be seen, who),
    # links; how many requests; events, their officers, their people
    client.get(address)
    with django_assert_num_queries(23):
        client.get(address)
    raised(zone, dispatched=True)
    raised(zone)
    with django_assert_num_queries(23):
        client.get(address)
