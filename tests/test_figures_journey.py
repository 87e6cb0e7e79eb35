"""An enterprise states its month on a phone; a department confirms it at the desk."""

import pytest
from playwright.sync_api import expect

from tests.browser import DESK, PHONE, SignIn, Site, assert_no_sideways_scroll

pytestmark = pytest.mark.browser


def test_a_month_is_stated_on_the_phone_and_confirmed_at_the_desk(site: Site, sign_in: SignIn):
    firm = site.zone.enterprise
    phone = sign_in("contact", PHONE)
    phone.goto(f"/enterprises/{firm.pk}/indicators/")
    assert_no_sideways_scroll(phone)
    phone.get_by_role("link", name="填报").first.click()
    phone.locator("[name=revenue]").fill("3200.5")
    phone.locator("[name=staff]").fill("118")
    assert_no_sideways_scroll(phone)
    phone.get_by_role("button", name="提交").click()
    expect(phone.locator("#messages")).to_contain_text("已提交，等部门确认。")
    expect(phone.locator("main")).to_contain_text("等确认，企业填报")

    desk = sign_in("handler", DESK)
    desk.goto("/indicators/waiting/")
    desk.get_by_role("link", name=firm.label).click()
    expect(desk.locator("main")).to_contain_text("3,200.5 万元")
    desk.get_by_role("button", name="确认这些数").click()
    expect(desk.locator("#messages")).to_contain_text("已确认。")

    phone.reload()
    expect(phone.locator("main")).to_contain_text("已确认，企业填报")
    expect(phone.locator("main")).to_contain_text("3,200.5")
