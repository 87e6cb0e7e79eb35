"""A morning of the service centre on the ledger, in the browser: the keyboard alone, then ticks."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import PHONE, assert_no_sideways_scroll
from tests.people import at
from yuanqi.registry.models import ContactPerson
from yuanqi.servicedesk import operations as desk
from yuanqi.servicedesk.models import Category

pytestmark = pytest.mark.browser

THIRTY = 30


@pytest.fixture(scope="module")
def thirty(site, databases, django_db_blocker):
    """Thirty new requests wait for the centre; each has a unit proposed but the last."""
    with django_db_blocker.unblock():
        databases.use(site.env["DATABASE_URL"].split("?")[0].rsplit("/", 1)[1])
        Category.objects.filter(pk="ENV").update(lead=site.zone.safety)
        Category.objects.filter(pk="TRA").update(lead=None)
        who = ContactPerson.objects.get(pk=site.zone.contact.pk)
        for number in range(1, THIRTY + 1):
            desk.request_raise(
                contact_id=who.pk,
                category="TRA" if number == THIRTY else "ENV",
                level="P3",
                text=f"第 {number} 件要办的事",
                actor=site.zone.actor(who, at("11-05 09:00")),
                at=at("11-05 09:00"),
            )
        databases.use(databases.shared)
    return site


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent")).strip()


def counted(page: Page) -> str:
    return page.locator("#queues [aria-current] b").inner_text()


def test_thirty_requests_are_dispatched_with_the_keyboard_alone(thirty, sign_in):
    clerk = sign_in("clerk")
    clerk.goto("/requests/?queue=undispatched")
    assert counted(clerk) == "30"
    titles = clerk.locator("tbody .is-title a").all_inner_texts()
    keys = clerk.keyboard

    keys.press("j")
    assert focused(clerk) == titles[0]
    keys.press("ArrowDown")
    keys.press("k")
    assert focused(clerk) == titles[0]
    for number in range(THIRTY - 1):
        assert focused(clerk) == titles[number]
        keys.press("d")
        line = clerk.locator("tr[data-line] select:focus")
        expect(line).to_have_value(str(thirty.zone.safety.pk))
        if number == 1:
            # another unit, by the first letters of its pinyin: 规建局
            keys.type("gj")
            expect(line).to_have_value(str(thirty.zone.planning.pk))
        if number == 2:
            keys.press("Escape")
            expect(clerk.locator("tr[data-line]")).to_have_count(0)
            assert focused(clerk) == titles[number]
            keys.press("d")
            expect(line).to_be_focused()
        keys.press("Enter")
        expect(clerk.locator("tr[data-sent]")).to_have_count(number + 1)
        expect(clerk.locator("tbody .is-title a").nth(number + 1)).to_be_focused()
    assert counted(clerk) == "1"

    # nothing is proposed for the last: sent as it is, the line says what is missing
    keys.press("d")
    expect(clerk.locator("tr[data-line] select:focus")).to_have_value("")
    keys.press("Enter")
    keys.type("aj")
    keys.press("Enter")
    expect(clerk.locator("tr[data-sent]")).to_have_count(THIRTY)
    expect(clerk.locator("#queues [aria-current]")).to_be_focused()
    expect(clerk.locator("#ledger-said")).to_have_text(
        re.compile(r"\d{4}-\d{4} 已派给安全环保局。")
    )
    assert counted(clerk) == "0"


def test_a_morning_goes_on_with_ticks_a_view_and_a_filter(thirty, sign_in):
    clerk = sign_in("clerk")
    clerk.goto("/requests/?sort=newest")
    bar = clerk.locator("#batch")
    expect(bar).to_be_hidden()
    clerk.keyboard.press("j")
    clerk.keyboard.press("x")
    clerk.keyboard.press("j")
    clerk.keyboard.press("x")
    expect(bar).to_be_visible()
    expect(bar).to_contain_text("已选 2 件")
    bar.get_by_role("button", name="催办").click()
    expect(clerk.locator("#messages")).to_contain_text("已催办 2 件。")
    assert clerk.url.endswith("/requests/?sort=newest")

    clerk.locator("select[name=level]").select_option("P3")
    clerk.wait_for_url(re.compile(r"\?queue=open&level=P3&sort=newest$"))
    clerk.get_by_text("存为视图", exact=True).click()
    named = clerk.locator(".yq-saveview input[name=title]")
    named.fill("一般的")
    named.press("Enter")
    expect(clerk.locator(".yq-view")).to_have_text("一般的")
    clerk.keyboard.press("?")
    expect(clerk.locator("#keys")).to_have_attribute("open", "")

    with clerk.expect_download() as download:
        clerk.get_by_role("link", name=re.compile("导出 Excel")).click()
    assert download.value.suggested_filename.endswith(".xlsx")


def test_without_a_script_the_ledger_dispatches_too(thirty, sign_in):
    with_script = sign_in("clerk")
    context = with_script.context.browser.new_context(
        base_url=thirty.url,
        java_script_enabled=False,
        storage_state=with_script.context.storage_state(),
    )
    page = context.new_page()
    page.goto("/requests/?sort=newest")
    page.locator("tbody input[name=case]").first.check()
    page.get_by_role("button", name="合并").click()
    assert "合并要选两件以上。" in page.content()
    context.close()


@pytest.mark.parametrize(
    "address",
    ["/requests/", "/requests/?queue=undispatched", "/requests/?queue=closed&level=P1",
     "/requests/views/"],
)  # fmt: skip
def test_no_list_scrolls_sideways_on_a_phone(thirty, sign_in, address):
    for who in ("clerk", "handler", "linked", "leader", "contact"):
        page = sign_in(who, PHONE)
        if who == "contact" and "views" in address:
            continue
        page.goto(address)
        assert_no_sideways_scroll(page)
