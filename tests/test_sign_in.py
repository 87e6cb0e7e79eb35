"""In the browser: bind an app, sign in with it; a session that runs out while one writes."""

import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser import PHONE, SignIn, Site, assert_no_sideways_scroll
from tests.people import PASSWORD
from yuanqi.signin import totp

pytestmark = pytest.mark.browser


def code_of(secret: str, step: int = 0) -> str:
    return totp.code(secret, int(time.time()) // totp.STEP_SECONDS + step)


def sign_out_and_in(page: Page, username: str) -> None:
    page.goto("/account/logout/")
    page.locator("main").get_by_role("button", name="退出登录").click()
    page.goto("/account/login/")
    page.locator("#id_login").fill(username)
    page.locator("#id_password").fill(PASSWORD)
    page.locator("form:has(#id_password) button[type=submit]").click()


def test_somebody_binds_an_app_on_the_phone_and_signs_in_with_it(sign_in: SignIn):
    page = sign_in("contact", PHONE)
    page.goto("/account/")
    assert_no_sideways_scroll(page)
    page.get_by_role("link", name="绑定验证器").click()
    assert_no_sideways_scroll(page)
    picture = page.locator("img.yq-qr")
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
    secret = page.locator("main code").inner_text().replace(" ", "")
    page.get_by_label("填验证器显示的 6 位数字").fill(code_of(secret))
    page.get_by_role("button", name="绑定验证器").click()
    codes = page.locator(".yq-codes code").all_inner_texts()
    assert len(codes) == 10
    assert_no_sideways_scroll(page)
    page.get_by_role("link", name="已经抄下，继续").click()
    expect(page.get_by_text("恢复码还剩 10 个")).to_be_visible()

    sign_out_and_in(page, "contact")
    page.wait_for_url("**/account/code/")
    page.get_by_label("验证码或恢复码").fill(code_of(secret, 1))
    page.get_by_role("button", name="验证并登录").click()
    page.wait_for_url("**/portal/")

    sign_out_and_in(page, "contact")
    page.get_by_label("验证码或恢复码").fill(codes[0])
    page.get_by_role("button", name="验证并登录").click()
    page.wait_for_url("**/portal/")


def test_a_page_says_before_and_when_the_session_ends(sign_in: SignIn, site: Site):
    page = sign_in("handler")
    page.clock.install()
    page.goto("/account/password/change/")
    page.get_by_label("新密码", exact=True).fill("half written")

    asked: list[int] = [1700]

    def answer(route) -> None:
        route.fulfill(json={"left": asked[0]})

    page.route("**/account/session/", answer)
    asked[0] = 100
    page.clock.fast_forward("28:30")
    expect(page.get_by_role("button", name="继续使用")).to_be_visible()

    asked[0] = 0
    page.clock.fast_forward("02:30")
    expect(page.get_by_role("link", name="在新页面登录")).to_be_visible()
    expect(page.get_by_label("新密码", exact=True)).to_have_value("half written")
