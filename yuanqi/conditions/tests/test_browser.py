"""A threshold changed by one person and confirmed by another, as people do it in a browser."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser import DESK, PHONE, Site, assert_no_sideways_scroll
from tests.people import BEFORE, Zone
from yuanqi.conditions import operations
from yuanqi.conditions.drafts import Draft
from yuanqi.registry.models import Enterprise

pytestmark = pytest.mark.browser

TEXT = "registered_capital >= 5000"


def seed(zone: Zone) -> None:
    """松濑 has a capital of 3,000 万元, 禾屿 of 8,000: a list for each test."""
    Enterprise.objects.filter(pk=zone.enterprise.pk).update(capital=3000)
    Enterprise.objects.filter(pk=zone.stranger.enterprise_id).update(capital=8000)
    now = timezone.now()
    clerk, leader = zone.actor(zone.clerk, now), zone.actor(zone.leader, now)
    for code, name in (("desk", "重点培育"), ("phone", "重点走访"), ("plain", "重点调研")):
        made = operations.condition_add(
            kind="own-lists", code=code, name=name, actor=clerk, at=BEFORE
        )
        draft = Draft(
            text=TEXT,
            valid_from=timezone.localdate(now),
            source="培育办法第四条",
            reason="建立名单",
        )
        version = operations.draft_submit(condition_id=made.pk, draft=draft, actor=clerk, at=now)
        operations.version_publish(
            condition_id=made.pk, number=1, revision=version.revision, actor=leader, at=now
        )


def assert_open_to_all(page: Page) -> None:
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert [
        (one["id"], node["html"][:160])
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"][:3]
    ] == []
    assert_no_sideways_scroll(page)


@pytest.mark.parametrize(
    ("name", "size"), [("重点培育", DESK), ("重点走访", PHONE)], ids=["desk", "phone"]
)
def test_a_threshold_goes_from_the_editor_into_force(site: Site, sign_in, name, size):
    page = sign_in("clerk", size)
    day = (timezone.localdate() + timedelta(days=3)).isoformat()
    page.goto("/conditions/")
    assert_open_to_all(page)
    page.get_by_role("link", name=name).click()
    assert_open_to_all(page)
    page.get_by_role("link", name="改这条规则").click()
    text = page.get_by_label("规则", exact=True)
    checked = page.locator("#checked")

    # a name by its Chinese label, a slip of the pen marked at its place
    text.fill("")
    text.press_sequentially("注册资")
    page.get_by_role("option", name="registered_capital").wait_for()
    text.press("Enter")
    text.press_sequentially(" >= 2000 万")
    expect(checked).to_contain_text("第 1 行第 28 字有误")
    expect(page.locator(".yq-rule-shade mark")).to_have_text("万")
    assert_open_to_all(page)

    # who comes and goes, while one types
    text.fill("registered_capital >= 2000")
    expect(checked).to_contain_text("进入：松濑精密陶瓷")
    expect(checked).to_contain_text("注册资本需不低于 2,000 万元")

    # a case that fails, then passes
    page.get_by_role("button", name="添加用例").click()
    page.locator("[name=case-0-fact-registered_capital]").fill("1999")
    expect(page.locator("#case-0-result")).to_have_text("判为不符合，与预期不同")
    page.locator("[name=case-0-fact-registered_capital]").fill("2000")
    expect(page.locator("#case-0-result")).to_have_text("判为符合，与预期一致")
    assert_open_to_all(page)

    page.get_by_label("从哪天起执行", exact=True).fill(day)
    page.get_by_label("为什么改", exact=True).fill("门槛过高，培育对象进不来")
    page.get_by_role("button", name="提交确认").click()
    expect(page.locator("#messages")).to_contain_text("已提交，等分管领导确认。")

    leader = sign_in("leader", size)
    leader.goto("/conditions/")
    leader.locator(".yq-first").get_by_role("link", name=name).click()
    expect(leader.locator("main")).to_contain_text("进入：松濑精密陶瓷")
    assert_open_to_all(leader)
    leader.get_by_role("link", name="看全部").click()
    expect(leader.locator("main")).to_contain_text("注册资本为 3,000 万元")
    assert_open_to_all(leader)
    leader.go_back()
    leader.get_by_role("button", name="确认发布").click()
    expect(leader.locator("#messages")).to_contain_text("已发布，从选定的那天起执行。")
    expect(leader.locator("main")).to_contain_text(f"第 2 版自 {day} 起执行")
    assert_open_to_all(leader)


def test_every_part_works_without_a_script(site: Site, browser):
    condition = "重点调研"
    context = browser.new_context(java_script_enabled=False, base_url=site.url, locale="zh-CN")
    page = context.new_page()
    page.goto("/account/login/")
    page.locator("#id_login").fill("clerk")
    page.locator("#id_password").fill("correct horse battery")
    page.locator("form:has(#id_password) button[type=submit]").click()
    page.goto("/conditions/")
    page.get_by_role("link", name=condition).click()
    page.get_by_role("link", name="改这条规则").click()

    page.get_by_label("规则", exact=True).fill("registered_capitl >= 2000")
    page.get_by_role("button", name="检查").click()
    expect(page.locator("#checked")).to_contain_text("第 1 行第 1 字有误")
    page.get_by_label("规则", exact=True).fill("registered_capital >= 2000")
    page.get_by_role("button", name="添加用例").click()
    expect(page.locator("#checked")).to_contain_text("符合")
    page.locator("[name=case-0-fact-registered_capital]").fill("2000")
    page.get_by_role("button", name="存草稿", exact=True).click()

    expect(page.locator("#messages")).to_contain_text("草稿已存。")
    expect(page.locator("#case-0-result")).to_have_text("判为符合，与预期一致")
    context.close()
