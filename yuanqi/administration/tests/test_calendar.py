"""A year of the calendar: written as lines, drafted, its effect seen, published once."""

from datetime import date, time
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from tests.evidence import every_row
from tests.people import at, build_zone
from tests.together import at_once
from yuanqi.administration import operations
from yuanqi.administration.calendar_lines import (
    decoded,
    read_days,
    read_spans,
    write_days,
    write_spans,
)
from yuanqi.administration.models import CalendarDraft
from yuanqi.administration.queries import effect_of_draft
from yuanqi.administration.year import year_of
from yuanqi.casework.models import Case
from yuanqi.domain.worktime import OFFICE_HOURS, WorkCalendar
from yuanqi.foundation.actors import Role
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed
from yuanqi.organisation.calendars import work_calendar
from yuanqi.organisation.models import CalendarVersion
from yuanqi.organisation.publishing import publish_chinese_calendar
from yuanqi.organisation.queries import current_calendar
from yuanqi.servicedesk import operations as desk

from .admins import actor_of, client_of

LINES = "日期,安排\n2027-01-01,休\n2027年2月5日 至 2027年2月11日 放假\n2月20日（周六）、补班\n"
NAMED = {date(2027, 1, 1): False, date(2027, 2, 20): True} | {
    date(2027, 2, day): False for day in range(5, 12)
}
NOW = at("12-30 10:00")


def test_lines_are_read_as_people_write_them():
    assert read_days(LINES, 2027) == dict(sorted(NAMED.items()))


@given(st.dictionaries(st.dates(date(2027, 1, 1), date(2027, 12, 31)), st.booleans()))
def test_what_is_written_is_read_back(days):
    assert read_days(write_days(days), 2027) == dict(sorted(days.items()))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("元旦放假", "第 1 行（元旦放假）看不懂，请写成“2027-01-01 休”或“2027-02-06 班”。"),
        ("2027-02-30 休", "第 1 行（2027-02-30 休）的日期不存在。"),
        ("2026-01-01 休", "第 1 行（2026-01-01 休）不是 2027 年的日期。"),
        ("2027-01-01 玩", "第 1 行（2027-01-01 玩）的“玩”看不懂，请写“休”或“班”。"),
        ("2027-01-03至2027-01-01 休", "第 1 行（2027-01-03至2027-01-0）的起止日期颠倒了。"),
        (
            "2027-01-01 休\n2027-01-01 班\nx",
            "第 2 行（2027-01-01 班）和前面矛盾：2027-01-01 又休又班；"
            "第 3 行（x）看不懂，请写成“2027-01-01 休”或“2027-02-06 班”。",
        ),
    ],
)
def test_every_line_that_is_not_understood_is_named(text, message):
    with override("zh-hans"), pytest.raises(Invalid) as refused:
        read_days(text, 2027)
    assert refused.value.message == message


def test_a_file_may_bear_a_mark_or_be_gb18030():
    assert decoded(LINES.encode("utf-8-sig")) == LINES
    assert decoded(LINES.encode("gb18030")) == LINES
    with pytest.raises(Invalid):
        decoded(b"\xff\xff\xff\x81")


def test_office_hours_are_read_and_written():
    spans = ((time(9), time(12)), (time(13), time(17, 30)))
    assert read_spans("9:00-12:00，13：00至17:30") == spans
    assert read_spans(write_spans(spans)) == spans
    for wrong in ("", "9-12", "12:00-9:00", "9:00-12:00,11:00-13:00", "9:00-25:00"):
        with pytest.raises(Invalid):
            read_spans(wrong)


def test_a_year_is_laid_out_with_what_each_day_is():
    calendar = WorkCalendar.china(OFFICE_HOURS)
    year = year_of(calendar, 2026)

    days = [day for month in year.months for week in month.weeks for day in week if day]
    assert (len(year.months), len(days)) == (12, 365)
    kinds = {day.date: day.kind for day in days}
    assert (kinds[date(2026, 1, 1)], kinds[date(2026, 1, 4)]) == ("holiday", "make-up")
    assert year.worked == sum(calendar.is_working(day) for day in kinds)
    assert (year.is_provisional, year_of(calendar, 2031).is_provisional) == (False, True)


def drafted(actor, days=None, **more):
    given_ = {
        "year": 2027,
        "days": NAMED if days is None else days,
        "spans": OFFICE_HOURS,
        "document_no": "国办发明电〔2026〕7 号",
        "source": "国务院办公厅通知",
        "actor": actor,
        "at": NOW,
    } | more
    return operations.calendar_draft(**given_)


def test_a_draft_moves_nothing_and_says_what_it_would(zone):
    actor = actor_of(Role.SYSTEM_ADMIN)
    before = current_calendar().version

    drafted(actor)

    effect = effect_of_draft()
    assert effect is not None
    # Saturday and Sunday of the holidays are off anyway
    assert effect.days == (
        date(2027, 1, 1), date(2027, 2, 5), date(2027, 2, 8), date(2027, 2, 9),
        date(2027, 2, 10), date(2027, 2, 11), date(2027, 2, 20),
    )  # fmt: skip
    assert (effect.hours_change, effect.moves) == (False, [])
    assert current_calendar().version == before


def test_a_draft_of_a_year_after_the_next_leaves_a_gap_and_is_refused(zone):
    actor = actor_of(Role.SYSTEM_ADMIN)
    before = every_row()
    with pytest.raises(Invalid):
        drafted(actor, {date(2028, 1, 3): False}, year=2028)
    with pytest.raises(Invalid):
        drafted(actor, {date(2026, 1, 3): False})
    with pytest.raises(Invalid):
        drafted(actor, source=" ")
    assert every_row() == before


@pytest.mark.parametrize("role", [Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.LEADER])
def test_nobody_else_draws_up_or_publishes(zone, role):
    drafted(actor_of(Role.SYSTEM_ADMIN))
    actor = actor_of(role)
    before = every_row()
    base = current_calendar().version
    for act in (
        lambda: drafted(actor),
        lambda: operations.calendar_draft_drop(actor=actor, at=NOW),
        lambda: operations.calendar_draft_publish(replaces=base, actor=actor, at=NOW),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert every_row() == before


def test_a_draft_like_what_is_in_force_is_not_published(zone):
    actor = actor_of(Role.SYSTEM_ADMIN)
    standing = work_calendar(current_calendar())
    named = {day: works for day, works in standing.days.items() if day.year == 2026}
    drafted(actor, named, year=2026)
    before = every_row()

    with pytest.raises(Conflict):
        operations.calendar_draft_publish(replaces=current_calendar().version, actor=actor, at=NOW)

    assert every_row() == before


def test_of_two_who_publish_at_once_one_is_told_that_it_is_done(committed):
    build_zone()
    actor = actor_of(Role.SYSTEM_ADMIN)
    drafted(actor)
    base = current_calendar().version

    def publish():
        return operations.calendar_draft_publish(replaces=base, actor=actor, at=NOW)

    answers = at_once(publish, publish)

    assert sorted(type(answer).__name__ for answer in answers) == ["CalendarVersion", "Conflict"]
    assert CalendarVersion.objects.count() == 2
    assert not CalendarDraft.objects.exists()


def test_loading_the_package_again_keeps_what_the_park_has_drawn_up(zone):
    actor = actor_of(Role.SYSTEM_ADMIN)
    drafted(actor)
    base = current_calendar().version
    version = operations.calendar_draft_publish(replaces=base, actor=actor, at=NOW)

    again = publish_chinese_calendar(at=NOW)

    assert again.pk == version.pk
    assert work_calendar(again).is_working(date(2027, 1, 1)) is False


def test_next_year_is_published_on_pages_and_the_request_shows_its_new_date(zone, wall):
    wall.now = NOW
    case_id = desk.request_raise(
        contact_id=zone.contact.pk,
        category="OTH",
        level="P3",
        text="二号厂房门口路面塌陷。",
        actor=zone.actor(zone.contact, NOW),
        at=NOW,
    )
    enterprise = zone_client(zone)
    said = enterprise.get(f"/requests/{case_id}/").content.decode()
    assert "2027 年的放假安排还没有公布，暂按周末推算" in said
    before = Case.objects.get(pk=case_id)
    client = client_of(Role.SYSTEM_ADMIN)
    sent = {
        "year": 2027,
        "file": SimpleUploadedFile("2027.csv", LINES.encode("gb18030"), "text/csv"),
        "spans": "9:00-12:00，13:00-17:30",
        "document_no": "国办发明电〔2026〕7 号",
        "source": "国务院办公厅通知",
        "once": str(uuid4()),
    }

    assert client.post("/settings/calendar/draft/", sent).status_code == 303
    page = client.get("/settings/calendar/effect/")
    numbers = {move.clock.case.number for move, _label in page.context["moves"]}
    assert numbers == {before.number}
    export = client.get("/settings/calendar/effect/?export=xlsx")
    assert export.status_code == 200
    publishing = {"replaces": current_calendar().version, "year": 2027, "once": str(uuid4())}
    answer = client.post("/settings/calendar/publications/", publishing)

    assert answer.status_code == 303
    after = Case.objects.select_related("clock").get(pk=case_id)
    resolve = after.clocks.get(purpose="resolve")
    assert resolve.due_at.astimezone(NOW.tzinfo).date() == date(2027, 1, 14)
    said = enterprise.get(f"/requests/{case_id}/").content.decode()
    assert "暂按周末推算" not in said
    assert "工作日历更新（国办发明电〔2026〕7 号）" in client_page(zone, case_id)
    assert client.get("/settings/calendar/?year=2027").context["walk"].moved >= 1


def test_a_stale_page_does_not_publish(zone, wall):
    client = client_of(Role.SYSTEM_ADMIN)
    drafted(actor_of(Role.SYSTEM_ADMIN))
    before = every_row()

    answer = client.post(
        "/settings/calendar/publications/", {"replaces": "0000", "once": str(uuid4())}
    )

    assert answer.status_code == 409
    after = every_row()
    assert {name for name in after if after[name] != before[name]} <= {"django_session"}


def test_a_draft_is_dropped(zone, wall):
    client = client_of(Role.SYSTEM_ADMIN)
    drafted(actor_of(Role.SYSTEM_ADMIN))
    answer = client.post("/settings/calendar/draft/drop/", {"once": str(uuid4())})
    assert answer.status_code == 303
    assert not CalendarDraft.objects.exists()


def zone_client(zone) -> Client:
    client = Client()
    client.force_login(zone.contact.account)
    return client


def client_page(zone, case_id: int) -> str:
    client = Client()
    client.force_login(zone.clerk.account)
    return client.get(f"/requests/{case_id}/").content.decode()
