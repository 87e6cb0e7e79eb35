"""A month's figures from the telephone to the board, in a browser."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from tests.browser import DESK, PHONE, assert_no_sideways_scroll
from tests.people import Zone
from yuanqi.foundation.actors import SYSTEM
from yuanqi.monitoring import operations
from yuanqi.registry import operations as registry
from yuanqi.registry.indicators import month_of, months_before
from yuanqi.registry.models import IndicatorSource

pytestmark = pytest.mark.browser

LAST = {"output": "1280.5", "revenue": "1300", "tax": "42", "staff": "118", "power": "36"}
GRAVE = ("serious", "critical")


def last_month() -> date:
    return months_before(month_of(timezone.localdate()), 1)


def seed(zone: Zone) -> None:
    """A round of the month that is over, and what stood there the month before."""
    now = timezone.now()
    told = {
        "enterprise_id": zone.enterprise.pk,
        "month": months_before(last_month(), 1),
        "at": now - timedelta(days=5),
    }
    registry.indicators_state(
        figures={code: Decimal(text) for code, text in LAST.items()},
        actor=zone.actor(zone.clerk, now), **told,
    )  # fmt: skip
    registry.indicators_confirm(
        source=IndicatorSource.DEPARTMENT, actor=zone.actor(zone.safety_handler, now), **told
    )
    operations.round_open(month=last_month(), actor=SYSTEM, at=now - timedelta(days=4))


def assert_sound(page) -> None:
    assert_no_sideways_scroll(page)
    found = Axe().run(page).response["violations"]
    assert [one["id"] for one in found if one["impact"] in GRAVE] == []


def test_figures_travel_from_the_telephone_to_the_zones_sum(site, sign_in):
    code = f"{last_month():%Y-%m}"
    phone = sign_in("contact", PHONE)
    phone.goto("/portal/")
    phone.get_by_role("link", name="去填报").click()
    assert_sound(phone)
    assert phone.get_by_label("从业人数").input_value() == "118"
    assert phone.get_by_label("产值", exact=True).bounding_box()["height"] >= 44

    # what was typed is kept
    phone.get_by_label("产值", exact=True).fill("12805000")
    phone.get_by_role("button", name="存草稿").click()
    phone.get_by_text("草稿已存，还没有交。").wait_for()
    assert phone.get_by_label("产值", exact=True).input_value() == "12805000"

    # 元 typed for 万元 is asked about, beside last month's
    for label, text in (("营业收入", "1290"), ("税收", "40.5"), ("用电量", "0")):
        phone.get_by_label(label, exact=True).fill(text)
    phone.locator(".yq-actionbar").get_by_role("button", name="交给园区").click()
    phone.get_by_role("heading", name="真的吗？").wait_for()
    phone.get_by_text("是不是按元填了").wait_for()
    assert_sound(phone)

    # one is put right, one explained
    phone.get_by_label("产值", exact=True).fill("1280.5")
    phone.locator("#id_why_power").fill("检修，用自备电源")
    phone.locator(".yq-actionbar").get_by_role("button", name="交给园区").click()
    phone.get_by_role("heading", name="谢谢您").wait_for()
    phone.get_by_text("园区核对后再计入").wait_for()
    phone.locator("svg.yq-months").wait_for()
    assert_sound(phone)

    desk = sign_in("handler", DESK)
    desk.goto(f"/monitoring/filings/?month={code}&queue=odd")
    assert_sound(desk)
    desk.get_by_role("link", name="松濑精密陶瓷").click()
    desk.get_by_text("企业说：检修，用自备电源").wait_for()
    assert_sound(desk)
    desk.get_by_role("button", name="情况属实，确认这些数").click()
    desk.get_by_text("已确认，这些数计入合计。").wait_for()

    leader = sign_in("leader", DESK)
    leader.goto("/monitoring/")
    leader.get_by_role("link", name="1,280.5 万元").first.wait_for()
    leader.locator("#by-month canvas").wait_for()
    assert_sound(leader)
    leader.set_viewport_size(PHONE)
    assert_no_sideways_scroll(leader)


def test_the_late_are_reminded_from_the_board_in_one_go(site, sign_in):
    desk = sign_in("clerk", DESK)
    desk.goto("/monitoring/filings/?queue=waiting")
    assert not desk.locator("#batch").is_visible()
    desk.get_by_role("checkbox", name="选 禾屿生物医药").check()
    desk.get_by_text("已选 1 家").wait_for()
    desk.locator("#batch").get_by_role("button", name="提醒填报").click()
    desk.get_by_text("提醒了 1 家。").wait_for()
    assert_sound(desk)

    desk.goto("/monitoring/targets/")
    desk.get_by_label("全年").fill("15000")
    desk.get_by_role("button", name="存目标").click()
    desk.get_by_text("目标已存。").wait_for()
    assert_sound(desk)
    desk.set_viewport_size(PHONE)
    assert_no_sideways_scroll(desk)
