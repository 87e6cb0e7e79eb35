"""A visit noted on a phone without a signal: kept, sent once when it is back, then forgotten."""

import io
from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser import PHONE, Site, assert_no_sideways_scroll
from tests.people import PASSWORD

pytestmark = pytest.mark.browser
CACHED = """async (path) => {
  const cache = await caches.open("yq-visits");
  const keys = (await cache.keys()).map((one) => new URL(one.url).pathname);
  const isKept = keys.includes(path) && keys.some((one) => /note[^/]*[.]js$/.test(one));
  return isKept && navigator.serviceWorker.controller !== null;
}"""
KEPT = """() => new Promise((resolve) => {
  const asked = indexedDB.open("yq-visits", 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore("notes", { keyPath: "key" });
  asked.onsuccess = () => {
    const all = asked.result.transaction("notes").objectStore("notes").getAll();
    all.onsuccess = () => {
      asked.result.close();
      resolve(all.result.map((one) => one.state));
    };
  };
})"""
TOLD = """
from yuanqi.foundation.files import path_of
from yuanqi.visiting.models import Photo, Visit
from PIL import Image
for one in Visit.objects.all():
    print(one.orders, one.talk, one.items.count(), [Image.open(path_of(p.file.sha256)).size
          for p in one.photos.select_related("file")])
"""


def picture() -> bytes:
    kept = io.BytesIO()
    Image.effect_noise((3200, 2400), 60).convert("RGB").save(kept, "JPEG", quality=90)
    return kept.getvalue()


@pytest.fixture
def phone(site: Site, browser: Browser) -> Iterator[Page]:
    """The linked officer's phone, signed in; without a signal a browser complains by itself."""
    context = browser.new_context(viewport=PHONE, locale="zh-CN", base_url=site.url)
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.goto("/account/login/")
    page.locator("#id_login").fill("linked")
    page.locator("#id_password").fill(PASSWORD)
    page.locator("form:has(#id_password) button[type=submit]").click()
    page.wait_for_url(lambda url: "/account/login/" not in url)
    yield page
    context.close()


def write(page: Page, talk: str) -> None:
    page.locator("label", has_text="多了").first.click()
    page.get_by_label("谈了什么").fill(talk)


def test_a_visit_without_a_signal_is_kept_sent_once_and_forgotten(site: Site, phone: Page):
    assert site.zone is not None
    path = f"/visits/note/{site.zone.enterprise.pk}/"
    phone.goto(path)
    for _attempt in range(100):
        if phone.evaluate(CACHED, path):
            break
        phone.wait_for_timeout(100)

    phone.context.set_offline(True)
    phone.goto(path)
    expect(phone.locator("#offline")).to_contain_text("没有信号，照常记")
    write(phone, "二期厂房封顶")
    phone.locator("[data-slot=request] summary").first.click()
    phone.locator("#id_request_0_text").fill("特殊物品审批按半年用量一次批")
    phone.locator("[data-slot=promise] summary").first.click()
    phone.locator("#id_promise_0_text").fill("约隔壁两家谈食堂共用")
    phone.locator("[data-slot=advice] summary").first.click()
    phone.locator("#id_advice_0_text").fill("班车能不能晚一点")
    phone.set_input_files(
        "#id_files", {"name": "厂房.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    )
    expect(phone.locator("[data-photos] .is-taken img")).to_be_visible()
    expect(phone.locator("[data-note-status]")).to_contain_text("存在本机")
    assert_no_sideways_scroll(phone)

    # what was written outlives the page
    phone.goto(path)
    expect(phone.get_by_label("谈了什么")).to_have_value("二期厂房封顶")
    expect(phone.locator("[data-photos] .is-taken img")).to_be_visible()
    phone.get_by_role("button", name="结束走访，存到本机").click()
    expect(phone.locator("#offline")).to_contain_text("还有 1 条等上传")
    expect(phone.get_by_role("heading", name="存在这部手机里了")).to_be_visible()
    expect(phone.get_by_label("谈了什么")).to_be_hidden()
    assert phone.evaluate(KEPT) == ["waiting"]

    phone.context.set_offline(False)
    expect(phone.locator("#offline")).to_contain_text("已上传")
    assert phone.evaluate(KEPT) == []
    told = site.command("manage", "shell", "-v", "0", "-c", TOLD)
    assert told.stdout.strip() == "多了 二期厂房封顶 3 [(1600, 1200)]", told.stderr

    # signing out leaves nothing; what was never sent is said first
    phone.context.set_offline(True)
    phone.goto(path)
    write(phone, "没有传上去的")
    phone.get_by_role("button", name="结束走访，存到本机").click()
    expect(phone.locator("#offline")).to_contain_text("还有 1 条等上传")
    phone.route("**/visits/**", lambda route: route.abort())
    phone.context.set_offline(False)
    phone.locator(".yq-phone-bar details[data-menu] summary").click()
    phone.get_by_role("button", name="退出登录").click()
    expect(phone.locator("#messages")).to_contain_text("还有 1 条走访记录没有上传")
    phone.get_by_role("button", name="退出登录").click()
    phone.wait_for_url("**/account/login/**")
    assert phone.evaluate(KEPT) == []
    assert phone.evaluate("caches.keys()") == []
