"""Two people look at one request: what one does appears before the other, without a new page."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import DESK, PHONE, Site, assert_no_sideways_scroll
from tests.people import PASSWORD
from tests.test_live import free_port, started, stopped

pytestmark = pytest.mark.browser
# each test asks for something else: who asks the same again is first shown his earlier request
ROAD = "二号厂房西侧门口路面塌陷，货车绕行要多开两公里。"
LAMP = "北门的路灯坏了三盏，夜班同事看不清路。"
BUS = "晚班公交太早收车，工人回宿舍没有车。"
WATER = "车间供水压力不够，冷却塔一早就报警。"
PATIENCE = 30_000  # milliseconds; on a quiet machine it takes half a second


@pytest.fixture(scope="module")
def site(site: Site) -> Iterator[Site]:
    """The site again, with a live process on a port of its own, and a worker beside it."""
    pages, live = free_port(), free_port()
    env = {**site.env, "YUANQI_LIVE_URL": f":{live}", "LIVE_PORT": str(live)}
    url = f"http://127.0.0.1:{pages}"
    serve = started(
        env, "serve", "--port", str(pages), "--workers", "1", url=url + "/account/login/"
    )
    worker = subprocess.Popen(
        [sys.executable, "-m", "config.cli", "worker"], env=env, start_new_session=True
    )
    try:
        yield Site(url, site.zone, env)
    finally:
        stopped(worker)
        stopped(serve)


@pytest.fixture
def live(site: Site) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts the live process; whatever is still running ends with the test."""
    running: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        port = site.env["LIVE_PORT"]
        url = f"http://127.0.0.1:{port}/live/health"
        running.append(started(site.env, "live", "--port", port, url=url))
        return running[-1]

    yield start
    for process in running:
        if process.poll() is None:
            stopped(process)


@pytest.fixture
def enter(site: Site, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Somebody's own browser. A stream that is cut is no trouble, though the browser says so."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def sign_in(username: str, size: dict[str, int]) -> Page:
        context = browser.new_context(viewport=size, locale="zh-CN", base_url=site.url)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.goto("/account/login/")
        page.locator("#id_login").fill(username)
        page.locator("#id_password").fill(PASSWORD)
        page.locator("form:has(#id_password) button[type=submit]").click()
        page.wait_for_url(lambda url: "/account/login/" not in url)
        return page

    yield sign_in
    for context in contexts:
        context.close()
    assert troubles == []


def open_request(contact: Page, handler: Page, clerk: Page, site: Site, asked: str) -> str:
    """A request in the handler's hands; returns its address."""
    contact.goto("/requests/new/")
    contact.locator("textarea[name=text]").fill(asked)
    contact.get_by_text("有影响", exact=True).click()
    contact.get_by_role("button", name="提交诉求").click()
    contact.wait_for_url(re.compile(r"/requests/\d+/$"))
    address = contact.url.removeprefix(site.url)
    clerk.goto(address)
    dispatch = clerk.locator("form[action$='/dispatches/']")
    dispatch.locator("select[name=lead]").select_option(str(site.zone.safety.pk))
    dispatch.get_by_role("button", name="派给主办部门").click()
    clerk.wait_for_load_state()
    handler.goto(address)
    handler.locator("form[action$='/acceptances/']").get_by_role("button", name="签收").click()
    handler.wait_for_load_state()
    return address


def say(page: Page, words: str) -> None:
    form = page.locator("form[action$='/messages/']").filter(has=page.locator("textarea:visible"))
    form.locator("textarea[name=body]").fill(words)
    form.locator("button[type=submit]").click()
    expect(page.locator("#thread")).to_contain_text(words)


def note(page: Page, words: str) -> None:
    page.get_by_text("内部备注", exact=True).first.click()
    form = page.locator(".yq-compose-note")
    form.locator("textarea[name=body]").fill(words)
    form.get_by_role("button", name="记下备注").click()
    expect(page.locator("#thread")).to_contain_text(words)


def listens(page: Page, address: str, how: str = "stream") -> None:
    page.goto(address)
    page.locator(f'body[data-live-state="{how}"]').wait_for(state="attached")


def watched(page: Page) -> None:
    """From here on the page must stay the one it is."""
    page.evaluate("window.isStill = true")


def is_still(page: Page) -> bool:
    return page.evaluate("window.isStill === true")


def test_what_one_says_or_does_appears_on_the_others_page(site, live, enter):
    live()
    contact, handler, clerk = enter("contact", PHONE), enter("handler", DESK), enter("clerk", DESK)
    address = open_request(contact, handler, clerk, site, ROAD)
    listens(contact, address)
    listens(handler, address)
    watched(handler)
    handler.locator(".yq-compose-reply textarea").fill("正在写")

    # a message reaches the desk, and what is being written stays
    say(contact, "今天又陷进去一辆车。")
    expect(handler.locator("#thread")).to_contain_text("今天又陷进去一辆车。")
    expect(handler.locator("#live")).to_contain_text("许若楠刚刚回复")
    assert handler.locator(".yq-compose-reply textarea").input_value() == "正在写"
    assert is_still(handler)

    # so does the bell's count, without the page
    before = int(re.sub(r"\D", "", handler.locator("#bell-desk").inner_text()))
    listens(contact, address)
    say(contact, "请尽快。")
    expect(handler.locator("#bell-desk")).not_to_have_text(re.compile(rf"\b{before}$"))
    assert is_still(handler)

    # an internal note reaches colleagues, and not the enterprise
    listens(contact, address)
    watched(contact)
    told = contact.locator("#case").get_attribute("data-live-mark")
    listens(clerk, address)
    note(handler, "施工队周四才有空。")
    expect(clerk.locator("#thread")).to_contain_text("施工队周四才有空。")
    assert contact.locator("#case").get_attribute("data-live-mark") == told
    assert "施工队" not in contact.content()

    # the answer changes what the enterprise's page is about
    answer = handler.locator("form[action$='/answers/']")
    answer.locator("textarea[name=body]").fill("周五前修好。")
    answer.get_by_role("button", name="提交答复").click()
    expect(contact.locator("#first")).to_contain_text("作个评价")
    expect(contact.locator("#first")).to_contain_text("周五前修好。")
    expect(contact.locator("#live")).to_contain_text("作个评价")
    assert is_still(contact)
    assert_no_sideways_scroll(contact)


def test_where_streams_are_blocked_the_page_asks_now_and_then(site, live, enter):
    live()
    contact, handler, clerk = enter("contact", PHONE), enter("handler", DESK), enter("clerk", DESK)
    address = open_request(contact, handler, clerk, site, LAMP)
    handler.route("**/live/**", lambda route: route.abort())
    listens(handler, address, "poll")
    with handler.expect_response(lambda answer: "/news/?" in answer.url):
        pass  # the first answer is what later ones are compared with
    watched(handler)

    say(contact, "走的是轮询。")

    expect(handler.locator("#thread")).to_contain_text("走的是轮询。", timeout=PATIENCE + 20_000)
    assert is_still(handler)


def test_a_page_goes_on_when_the_live_process_is_killed_and_hears_again_when_it_is_back(
    site, live, enter
):
    process = live()
    contact, handler, clerk = enter("contact", PHONE), enter("handler", DESK), enter("clerk", DESK)
    address = open_request(contact, handler, clerk, site, BUS)
    listens(handler, address)
    watched(handler)

    process.kill()
    handler.locator('body[data-live-state="poll"]').wait_for(state="attached")
    say(contact, "现在没有实时。")
    expect(handler.locator("#thread")).to_contain_text("现在没有实时。", timeout=PATIENCE + 20_000)

    live()
    handler.evaluate("window.dispatchEvent(new Event('online'))")
    handler.locator('body[data-live-state="stream"]').wait_for(state="attached")
    listens(contact, address)
    say(contact, "又有了。")
    expect(handler.locator("#thread")).to_contain_text("又有了。")
    assert is_still(handler)


def test_the_list_says_that_others_have_come_and_moves_nothing(site, live, enter):
    live()
    contact, clerk = enter("contact", PHONE), enter("clerk", DESK)
    listens(clerk, "/requests/")
    watched(clerk)
    rows = clerk.locator("#rows tr").count()

    contact.goto("/requests/new/")
    contact.locator("textarea[name=text]").fill(WATER)
    contact.get_by_text("有影响", exact=True).click()
    contact.get_by_role("button", name="提交诉求").click()
    contact.wait_for_url(re.compile(r"/requests/\d+/$"))

    expect(clerk.locator("#live")).to_contain_text("列表有更新")
    assert clerk.locator("#rows tr").count() == rows
    assert is_still(clerk)
