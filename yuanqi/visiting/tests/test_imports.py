"""Visits from a sheet: checked whole, each bad row told, brought in all or nothing, once."""

import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone, translation

from tests.evidence import every_row
from tests.people import Zone, at
from yuanqi.foundation.models import JournalEvent
from yuanqi.notices.models import Notice
from yuanqi.registry.models import Contact
from yuanqi.visiting import notices, visit_sheets
from yuanqi.visiting.models import State, Visit

pytestmark = pytest.mark.django_db
URL = "/visits/imports/"
HEAD = "统一社会信用代码,企业,部门,干部,走访日期,方式,事由,谈了什么"


@pytest.fixture(autouse=True)
def now(wall):
    wall.set("11-05 10:00")
    return wall


def handed_in(client: Client, *lines: str):
    text = "\n".join((HEAD, *lines)).encode("utf-8-sig")
    return client.post(URL, {"file": SimpleUploadedFile("visits.csv", text)})


def bring_in(client: Client, answer):
    return client.post(URL, {name: answer.context[name] for name in ("checked", "once")})


def test_a_sheet_is_shown_first_then_taken_down_and_a_second_time_skipped(zone: Zone, client_of):
    client = client_of("clerk")
    officer = zone.linked_officer
    lines = (
        f"{zone.enterprise.uscc},,,{officer.name},2025-11-05,,年度走访,谈了扩建",
        f",{zone.stranger.enterprise.name},,{officer.name},2026年3月9日,视频,,",
    )
    answer = handed_in(client, *lines)
    assert (answer.status_code, answer.context["new"], answer.context["there"]) == (200, 2, 0)
    assert not Visit.objects.exists()

    sent = {name: answer.context[name] for name in ("checked", "once")}
    assert client.post(URL, sent).status_code == 303
    assert client.post(URL, sent).status_code == 303  # a repeat is told, and does nothing

    told = [
        (one.enterprise, timezone.localdate(one.happened_at), one.mode, one.purpose, one.talk)
        for one in Visit.objects.order_by("happened_at")
    ]
    assert told == [
        (zone.enterprise, date(2025, 11, 5), "onsite", "年度走访", "谈了扩建"),
        (zone.stranger.enterprise, date(2026, 3, 9), "video", "", ""),
    ]
    assert Contact.objects.filter(kind="visit", officer=officer).count() == 2
    events = JournalEvent.objects.filter(kind="visiting.visit_recorded")
    assert events.count() == 2
    notices.notices_make(list(events), now=at("11-05 11:00"))
    assert not Notice.objects.filter(source="visiting").exists()

    again = handed_in(client, *lines)
    assert (again.context["new"], again.context["there"]) == (0, 2)


def test_every_bad_row_is_told_and_nothing_is_taken_down(zone: Zone, client_of):
    firm, name = zone.enterprise.uscc, zone.linked_officer.name
    client = client_of("clerk")
    client.get(URL)
    before = every_row()
    answer = handed_in(
        client,
        f"{firm},,,{name},2026-10-09,,,",
        f",没有这家,,{name},2026-10-09,,,",
        f"{firm},,,无名氏,2026-10-09,,,",
        f"{firm},,,{name},2026-11-06,,,",
        f"{firm},,,{name},2026-02-30,,,",
        f"{firm},,,{name},2026-10-10,写信,,",
        f"{firm},,,{name},2026-10-09,,,",
    )
    assert answer.status_code == 422
    assert [(one.line, one.head) for one in answer.context["faults"]] == [
        (3, "企业"), (4, "干部"), (5, "走访日期"), (6, "走访日期"), (7, "方式"), (8, ""),
    ]  # fmt: skip
    assert every_row() == before


def test_a_visit_that_was_planned_for_the_day_is_done_by_it(zone: Zone, client_of):
    row = Visit.objects.create(
        enterprise=zone.enterprise, officer=zone.linked_officer, state=State.PLANNED,
        planned_on=date(2026, 11, 4), purpose="看新线",
    )  # fmt: skip
    client = client_of("clerk")
    answer = handed_in(
        client, f"{zone.enterprise.uscc},,,{zone.linked_officer.name},2026-11-04,,,已投产"
    )
    assert bring_in(client, answer).status_code == 303

    row.refresh_from_db()
    assert (row.state, row.talk, Visit.objects.count()) == (State.DONE, "已投产", 1)


@pytest.mark.parametrize(
    ("who", "status"),
    [("safety_handler", 403), ("linked_officer", 403), ("leader", 403), ("contact", 404)],
)
def test_only_the_service_centre_brings_visits_in(zone: Zone, client_of, who, status):
    client = client_of(who)
    assert client.get(URL).status_code == status
    assert client.get(f"{URL}template/").status_code == status
    assert handed_in(client, "x").status_code == status
    assert not Visit.objects.exists()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_heads_of_the_template_are_known_in_either_language(zone: Zone, client_of, language):
    given = io.BytesIO()
    with translation.override(language):
        visit_sheets.template_write(given)
    file = SimpleUploadedFile("visits.xlsx", given.getvalue())

    answer = client_of("clerk").post(URL, {"file": file})

    assert answer.context["form"].errors["file"] == ["表头下面没有数据。"]
