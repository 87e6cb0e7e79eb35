"""A browser: next year's calendar is published; the request that it reaches says its new day."""

from datetime import date, datetime, timedelta

from tests.people import SHANGHAI, Zone
from yuanqi.foundation.actors import Role
from yuanqi.organisation.calendars import work_calendar
from yuanqi.organisation.queries import current_calendar
from yuanqi.servicedesk import operations as desk

from .admins import administrator

told: dict[str, object] = {}


def seed(zone: Zone) -> None:
    """A request of the last working days before the first year that isn't published."""
    administrator(Role.SYSTEM_ADMIN, "sysadmin")
    calendar = work_calendar(current_calendar())
    year = max(day.year for day in calendar.days) + 1
    when = datetime(year - 1, 12, 30, 10, tzinfo=SHANGHAI)
    case_id = desk.request_raise(
        contact_id=zone.contact.pk,
        category="OTH",
        level="P3",
        text="二号厂房门口路面塌陷，货车绕行。",
        actor=zone.actor(zone.contact, when),
        at=when,
    )
    told.update(year=year, case_id=case_id, due=calendar.add_days(when, 10).date())


def test_next_years_calendar_is_published_and_the_request_shows_its_new_day(site, sign_in):
    year, due = told["year"], told["due"]
    first = date(year, 1, 4)
    monday = first + timedelta(days=-first.weekday() % 7)
    off = [monday, monday + timedelta(days=1)]  # two working days less
    contact = sign_in("contact")
    contact.goto(f"/requests/{told['case_id']}/")
    assert contact.get_by_text("暂按周末推算").is_visible()

    page = sign_in("sysadmin")
    page.goto("/settings/calendar/")
    page.get_by_role("link", name=f"起草 {year} 年").click()
    page.fill("textarea[name=lines]", "\n".join(f"{day.isoformat()} 休" for day in off))
    page.fill("input[name=document_no]", "国办发明电 7 号")
    page.get_by_role("button", name="存草案，核对影响").click()
    moves = page.locator("section[aria-labelledby=h-moves] tbody tr")
    assert moves.count() == 1
    new = date(due.year, due.month, due.day)
    for _day in off:
        new += timedelta(days=1)
        while new.weekday() > 4:
            new += timedelta(days=1)
    assert f"{new:%m-%d}" in moves.first.inner_text()
    page.get_by_role("button", name=f"发布 {year} 年日历").click()
    assert page.get_by_text("已经发布").is_visible()

    contact.goto(f"/requests/{told['case_id']}/")
    assert contact.get_by_text("暂按周末推算").count() == 0
    clerk = sign_in("clerk")
    clerk.goto(f"/requests/{told['case_id']}/")
    said = clerk.get_by_text("工作日历更新（国办发明电 7 号）").first.inner_text()
    assert f"{new.month} 月 {new.day} 日" in said.split("改到")[1] or f"{new:%m-%d}" in said
