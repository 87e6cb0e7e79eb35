"""The rest of a morning: what is late is supervised up to the head, an extension is refused, two
of one firm's requests become one, and the head looks at his own."""

import re
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

from tests.browser import DESK, PHONE, Site, assert_no_sideways_scroll
from tests.desk import NOW, build_desk
from tests.people import Zone
from yuanqi.foundation import subscribers
from yuanqi.servicedesk import operations as desk
from yuanqi.supervision import operations as supervision

pytestmark = pytest.mark.browser


def seed(zone: Zone) -> None:
    """The desk, and a request of this very hour that is in hand."""
    build_desk(zone)
    supervision.sweep(at=NOW)
    now = timezone.now()
    case_id = desk.request_raise(
        contact_id=zone.contact.pk,
        category="ENV",
        level="P3",
        text="要等专家",
        actor=zone.actor(zone.contact, now),
        at=now,
    )
    desk.request_dispatch(
        case_id=case_id, lead_id=zone.safety.pk, actor=zone.actor(zone.clerk, now), at=now
    )
    desk.request_accept(case_id=case_id, actor=zone.actor(zone.safety_colleague, now), at=now)
    subscribers.catch_up()


def opened(page: Page, title: str) -> None:
    page.goto("/requests/?queue=all")
    page.locator("#rows").get_by_role("link", name=re.compile(f"{title}$")).first.click()
    page.wait_for_url(re.compile(r"/requests/\d+/$"))


def send(page: Page, address: str, button: str | re.Pattern[str]) -> None:
    form = page.locator(f"form[action$='/{address}/']")
    form.get_by_role("button", name=button).click()
    page.wait_for_load_state()


def test_two_late_ones_are_supervised_up_to_the_head_who_accounts_for_them(site: Site, sign_in):
    clerk = sign_in("clerk", DESK)
    for title in ("停产超时", "在办黄灯"):
        opened(clerk, title)
        clerk.locator("a[href='#act-supervise']").click()
        form = clerk.locator("form[action$='/supervisions/']")
        form.locator("input[type=radio]").first.check()
        form.locator("textarea").fill("今天下班前说明什么时候能办完。")
        send(clerk, "supervisions", re.compile("督办"))
        expect(clerk.locator("#supervision")).to_contain_text("今天下班前说明")

    clerk.goto("/supervision/")
    expect(clerk.locator("main")).to_contain_text("停产超时")
    assert_no_sideways_scroll(clerk)

    # the head of the department reads it, and says what he does about it
    head = sign_in("approver", DESK)
    opened(head, "停产超时")
    head.locator("a[href='#act-report']").click()
    head.locator("form[action$='/supervisions/replies/'] textarea").fill("供电公司今晚 8 点送电。")
    send(head, "supervisions/replies", re.compile("说明|答复"))
    expect(head.locator("#supervision")).to_contain_text("今晚 8 点送电")
    clerk.reload()
    opened(clerk, "停产超时")
    expect(clerk.locator("#supervision")).to_contain_text("今晚 8 点送电")


def test_an_extension_is_refused_and_the_handler_reads_why(site: Site, sign_in):
    handler = sign_in("colleague", DESK)
    opened(handler, "要等专家")
    handler.locator("a[href='#act-extend']").click()
    handler.locator("form[action$='/extensions/'] textarea").fill("专家组下周才到")
    send(handler, "extensions", "请负责人批延期")
    expect(handler.locator("main")).to_contain_text("等何思远批")

    head = sign_in("handler", PHONE)  # who heads the unit, on the way
    opened(head, "要等专家")
    head.locator("a[href='#act-decide-extension']").click()
    form = head.locator("form[action$='/extensions/decisions/']")
    form.locator("input[name=is_granted][value=no]").check()
    form.locator("textarea").fill("先请专家线上看。")
    assert_no_sideways_scroll(head)
    send(head, "extensions/decisions", "定下来")

    handler.reload()
    expect(handler.locator("main")).to_contain_text("何思远不同意延期：先请专家线上看。")


def test_a_request_is_merged_into_another_of_the_same_firm(site: Site, sign_in):
    clerk = sign_in("clerk", DESK)
    opened(clerk, "待派单")
    clerk.locator("#acts").get_by_text("更多", exact=True).click()
    clerk.locator("a[href='#act-merge']").click()
    into = clerk.locator("form[action$='/merges/'] select[name=into]")
    offered = into.locator("option").all_inner_texts()
    assert not any("别家的" in words for words in offered)
    into.select_option(label=next(words for words in offered if "退单" in words))
    send(clerk, "merges", "并入所选的一件")
    expect(clerk.locator("main")).to_contain_text("并入另一件")

    firm = sign_in("contact", PHONE)
    firm.goto(clerk.url.removeprefix(site.url))
    expect(firm.locator("#first")).to_contain_text("是同一件事")
    assert_no_sideways_scroll(firm)


def test_a_head_sees_his_own_and_takes_it_home_as_a_table(site: Site, sign_in, tmp_path: Path):
    head = sign_in("handler", DESK)
    head.goto("/requests/?queue=all")
    links = head.locator("tbody .is-title a").all_inner_texts()
    shown = [text.removeprefix("P1 停产").strip() for text in links]
    with head.expect_download() as download:
        head.get_by_role("link", name=re.compile("导出 Excel")).click()
    kept = tmp_path / "ledger.xlsx"
    download.value.save_as(kept)

    rows = CalamineWorkbook.from_path(kept).get_sheet_by_index(0).to_python()
    cells = {str(cell) for row in rows for cell in row}
    assert shown
    assert set(shown) <= cells
    assert "待签收" not in shown  # another unit's
    assert len([row for row in rows if set(map(str, row)) & set(shown)]) == len(shown)
