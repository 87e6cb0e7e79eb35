"""From an empty platform to a working park, by three people who don't trust each other."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import DESK, Site, assert_no_sideways_scroll
from tests.people import BEFORE
from yuanqi.foundation.models import Account
from yuanqi.web import beginnings

pytestmark = pytest.mark.browser
BARE = True
OWN = "own-{username}-and-long-enough"
passwords: dict[str, str] = {}


def seed(_zone: None) -> None:
    """`yuanqi init`: what it prints is handed to three people."""
    lines = [line.split() for line in beginnings.prepare(at=BEFORE) if line.startswith("  ")]
    passwords.update({line[0]: line[1] for line in lines})
    assert Account.objects.count() == 3


def entered(site: Site, browser: Browser, username: str, password: str) -> Page:
    """A browser of his own; at the first sign-in the one-time password is changed."""
    context = browser.new_context(viewport=DESK, locale="zh-CN", base_url=site.url)
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.goto("/account/login/")
    page.locator("#id_login").fill(username)
    page.locator("#id_password").fill(password)
    page.locator("form:has(#id_password) button[type=submit]").first.click()
    page.wait_for_url(re.compile("/account/password/change/"))
    own = OWN.format(username=username)
    page.locator("#id_oldpassword").fill(password)
    page.locator("#id_password1").fill(own)
    page.locator("#id_password2").fill(own)
    page.get_by_role("button", name="修改密码").click()
    page.wait_for_url(lambda url: "/password/" not in url)
    return page


def test_three_administrators_make_a_park_that_a_handler_signs_in_to(site: Site, browser: Browser):
    # the system administrator begins at the accounts, and makes a department and an officer
    system = entered(site, browser, "sysadmin", passwords["sysadmin"])
    system.goto("/")
    expect(system.get_by_role("heading", level=1)).to_have_text("账号")
    system.get_by_role("link", name="机构人员", exact=True).first.click()
    system.locator("main").get_by_role("link", name=re.compile("^部门")).first.click()
    system.get_by_role("link", name="新建部门").first.click()
    system.locator("[name=code]").fill("safety-environment")
    system.locator("[name=name]").fill("安全环保局")
    system.locator("[name=short_name]").fill("安环局")
    system.locator("[name=name_en]").fill("Safety and Environment")
    system.get_by_role("button", name="新建部门").click()
    system.wait_for_url(re.compile(r"/organisation/departments/\d+/$"))
    system.get_by_role("link", name="新建人员").click()
    system.locator("[name=name]").fill("何思远")
    system.locator("[name=title]").fill("环境科科员")
    system.get_by_role("button", name="新建人员").click()
    system.wait_for_url(re.compile(r"/organisation/officers/\d+/$"))

    # and an account, whose password is shown once
    system.get_by_role("link", name="开通账号").click()
    system.locator("[name=username]").fill("hesiyuan")
    system.get_by_role("button", name="开通账号").click()
    password = system.locator("#password").inner_text()
    system.get_by_role("link", name="已经抄下").click()
    system.wait_for_url(re.compile(r"/access/accounts/\d+/$"))
    address = system.url.removeprefix(site.url)
    expect(system.get_by_text("还没有角色")).to_be_visible()
    assert system.get_by_role("button", name="提出授权").count() == 0

    # the security administrator proposes the role, and can't confirm it
    security = entered(site, browser, "secadmin", passwords["secadmin"])
    security.goto("/")
    expect(security.get_by_role("heading", level=1)).to_have_text("授权申请")
    security.goto(address)
    security.get_by_role("link", name="提出授权").click()
    security.locator("#grant select[name=role]").select_option("handler")
    security.locator("#grant [name=reason]").fill("环境科岗位分工")
    security.get_by_role("button", name="提出授权").click()
    expect(security.get_by_text("等另一位系统管理员或安全管理员确认。")).to_be_visible()
    assert security.get_by_role("button", name="确认授予部门经办").count() == 0

    # the audit administrator sees none of it
    audit = entered(site, browser, "audadmin", passwords["audadmin"])
    for hidden in ("/access/accounts/", "/access/proposals/", "/organisation/departments/"):
        assert audit.goto(hidden).status == 404

    # the second person confirms
    system.goto("/access/proposals/")
    assert_no_sideways_scroll(system)
    system.get_by_role("button", name="确认授予部门经办").click()
    expect(system.get_by_text("已确认，即刻生效。")).to_be_visible()

    # and the new handler is at work
    handler = entered(site, browser, "hesiyuan", password)
    handler.goto("/")
    handler.wait_for_url(re.compile("/requests/"))
    expect(handler.get_by_text("何思远").first).to_be_visible()
