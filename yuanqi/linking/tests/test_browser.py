"""The round editor as one uses it: the rules answer while one chooses; a phone shows it whole."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser import DESK, PHONE, Site, assert_no_sideways_scroll
from tests.people import Zone
from yuanqi.foundation.actors import SYSTEM
from yuanqi.linking import operations
from yuanqi.linking.models import Seat

from . import conftest

pytestmark = pytest.mark.browser


def seed(zone: Zone) -> None:
    """A draft from today on; the linked officer may serve one enterprise."""
    now = timezone.now()
    today = timezone.localdate(now)
    round_ = operations.round_draft(
        terms=conftest.terms(from_on=today, until_on=today.replace(year=today.year + 1, day=1)),
        actor=SYSTEM, at=now,
    )  # fmt: skip
    Seat.objects.filter(round=round_, officer=zone.linked_officer).update(capacity=1)


def test_the_rules_answer_while_one_chooses_and_the_round_is_published(site: Site, sign_in):
    page = sign_in("clerk", DESK)
    page.goto("/links/rounds/")
    page.get_by_role("link", name="2027 年挂钩").click()
    expect(page.locator("main")).to_contain_text("还不能发布")
    page.get_by_role("link", name="禾屿生物医药").click()
    page.get_by_label("挂钩干部").select_option(str(site.zone.linked_officer.pk))
    expect(page.locator("#checked")).to_contain_text("沈一帆 2/1 家，超 1 家")
    page.get_by_label("挂钩干部").select_option(str(site.zone.leader.pk))
    expect(page.locator("#checked")).to_contain_text("郑立群 1/5 家")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("main")).to_contain_text("可以发布")
    page.get_by_role("link", name="发布…").click()
    page.get_by_role("button", name="发布", exact=True).click()
    expect(page.locator("#messages")).to_contain_text("已发布")

    leader = sign_in("leader", PHONE)
    leader.goto("/links/")
    expect(leader.locator("main")).to_contain_text("覆盖率 2/2")
    assert_no_sideways_scroll(leader)
    leader.goto("/links/rounds/")
    assert_no_sideways_scroll(leader)
