"""The park's main journey, in the browser, as the people of the zone go through it."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser import DESK, PHONE, Site, assert_no_sideways_scroll
from tests.people import PASSWORD

pytestmark = pytest.mark.browser

ASKED = "二号厂房西侧门口路面塌陷，货车绕行要多开两公里。希望这周能修。"


def photo(path: Path) -> Path:
    buffer = BytesIO()
    Image.new("RGB", (640, 480), (120, 110, 100)).save(buffer, "JPEG")
    path.write_bytes(buffer.getvalue())
    return path


def form(page: Page, name: str):
    return page.locator(f"form[action$='/{name}/']")


def send(page: Page, name: str, button: str) -> None:
    form(page, name).get_by_role("button", name=button).click()
    page.wait_for_load_state()


def test_a_request_goes_from_a_phone_through_two_departments_to_the_leader(
    site: Site, sign_in, tmp_path: Path
):
    # the enterprise's contact, on a phone, with a photo
    contact = sign_in("contact", PHONE)
    contact.goto("/")
    assert contact.url.endswith("/portal/")
    contact.get_by_role("link", name="提诉求").first.click()
    contact.locator("textarea[name=text]").fill(ASKED)
    contact.get_by_text("有影响", exact=True).click()
    contact.set_input_files("input[type=file]", photo(tmp_path / "路面.jpg"))
    assert_no_sideways_scroll(contact)
    contact.get_by_role("button", name="提交诉求").click()
    contact.wait_for_url(re.compile(r"/requests/\d+/$"))
    address = contact.url.removeprefix(site.url)
    expect(contact.get_by_role("heading", level=1)).to_contain_text("路面塌陷")
    assert_no_sideways_scroll(contact)

    # the service centre dispatches it to a lead and a co-handler
    clerk = sign_in("clerk", DESK)
    clerk.goto("/")
    clerk.get_by_role("link", name=re.compile("路面塌陷")).first.click()
    assert clerk.url.endswith(address)
    dispatch = form(clerk, "dispatches")
    dispatch.locator("select[name=lead]").select_option(str(site.zone.planning.pk))
    dispatch.get_by_text("协办部门").first.click()
    dispatch.locator(f"input[name=brief_{site.zone.safety.pk}]").fill("看现场是否要围挡")
    send(clerk, "dispatches", "派给主办部门")
    expect(clerk.locator("main")).to_contain_text("规建局")

    # both take it up; they talk, openly and inside
    planner = sign_in("planner", DESK)
    planner.goto("/")
    planner.get_by_role("link", name=re.compile("路面塌陷")).first.click()
    send(planner, "acceptances", "签收")
    message = form(planner, "messages").filter(has=planner.locator("textarea:visible"))
    message.locator("textarea[name=body]").fill("今天下午到现场看，请留一位同事带路。")
    message.get_by_role("button", name="发送").click()
    planner.wait_for_load_state()
    planner.get_by_text("内部备注", exact=True).first.click()
    note = form(planner, "messages").filter(has=planner.locator("[name=kind][value=note]"))
    note.locator("textarea[name=body]").fill("施工队周四才有空，先垫钢板。")
    note.get_by_role("button", name="记下备注").click()
    planner.wait_for_load_state()

    handler = sign_in("handler", DESK)
    handler.goto(address)
    send(handler, "starts", "签收协办")

    # paused for a missing paper, which the enterprise hands in from the phone
    planner.goto(address)
    planner.get_by_text("暂停计时", exact=True).first.click()
    pause = form(planner, "pauses")
    pause.locator("input[value=enterprise-material]").check(force=True)
    pause.locator("[name=awaited]").fill("厂区总平面图")
    send(planner, "pauses", "暂停计时")
    expect(planner.locator("main")).to_contain_text("厂区总平面图")

    contact.goto("/")
    expect(contact.locator("main")).to_contain_text("厂区总平面图")
    contact.goto(address)
    assert "先垫钢板" not in contact.content()
    expect(contact.locator("main")).to_contain_text("今天下午到现场看")
    supply = form(contact, "supplies")
    supply.locator("textarea[name=body]").fill("总平面图已上传。")
    supply.locator("input[type=file]").set_input_files(photo(tmp_path / "总平面图.jpg"))
    send(contact, "supplies", "补交材料")

    # the co-handler's opinion, then the answer
    handler.goto(address)
    form(handler, "opinions").locator("textarea[name=opinion]").fill("要围挡，今天设好。")
    send(handler, "opinions", "提交协办意见")
    planner.goto(address)
    form(planner, "answers").locator("textarea[name=body]").fill("周五前修好，今天先垫钢板。")
    send(planner, "answers", "提交答复")

    # rated on the phone; it closes by itself
    contact.goto("/")
    contact.get_by_role("link", name=re.compile("评价")).first.click()
    expect(contact.locator("main")).to_contain_text("周五前修好")
    assert "要围挡" not in contact.content()
    evaluate = form(contact, "evaluations")
    evaluate.get_by_text("非常满意", exact=True).click()
    evaluate.locator("input[name=is_resolved]").first.check(force=True)
    evaluate.locator("input[name=was_contacted]").first.check(force=True)
    evaluate.locator("[name=praise]").fill("来得很快")
    assert_no_sideways_scroll(contact)
    send(contact, "evaluations", "提交评价")
    expect(contact.locator("main")).to_contain_text("非常满意")

    # the leader finds it in the figures, which a worker keeps (none runs here), and the journal
    # verifies
    assert site.command("figures", "rebuild").returncode == 0
    leader = sign_in("leader", DESK)
    leader.goto("/")
    assert leader.url.endswith("/cockpit/")
    leader.get_by_role("link", name="满意 1 件").click()
    expect(leader.get_by_role("link", name=re.compile("路面塌陷")).first).to_be_visible()
    verified = site.command("journal", "verify", "--all")
    assert verified.returncode == 0, verified.stdout
    assert verified.stdout.startswith("intact:")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize(
    ("username", "start"),
    [
        ("contact", "/portal/"),
        ("clerk", "/requests/"),
        ("handler", "/requests/"),
        ("linked", "/day/"),
        ("leader", "/cockpit/"),
    ],
)
def test_each_role_begins_on_its_own_page(sign_in, username: str, start: str, size):
    page = sign_in(username, size)

    page.goto("/")

    assert page.url.endswith(start)
    expect(page.get_by_role("heading", level=1).first).to_be_visible()
    assert_no_sideways_scroll(page)


def test_wrong_words_at_the_door_are_said_kindly_and_the_name_stays(site: Site, browser):
    page = browser.new_page(base_url=site.url, locale="zh-CN")
    page.goto("/requests/")
    page.locator("#id_login").fill("clerk")
    page.locator("#id_password").fill(PASSWORD + "x")
    page.locator("form:has(#id_password) button[type=submit]").click()

    expect(page.locator("#id_login")).to_have_value("clerk")
    expect(page.get_by_role("alert").first).to_be_visible()


def test_english_is_one_click_away_and_stays(sign_in):
    page = sign_in("clerk", DESK)
    page.goto("/requests/")
    page.locator("summary").filter(has_text="周敏").click()

    page.get_by_role("button", name="English").click()

    page.wait_for_load_state()
    expect(page.locator("html")).to_have_attribute("lang", re.compile("en"))
    page.goto("/directory/")
    expect(page.locator("html")).to_have_attribute("lang", re.compile("en"))
