"""Targets from a sheet: checked whole, each bad row told, brought in all or nothing."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.evidence import every_row
from tests.people import Zone, at
from yuanqi.monitoring import operations
from yuanqi.monitoring.models import Span, Target

pytestmark = pytest.mark.django_db
URL = "/monitoring/targets/imports/"
HEAD = "统一社会信用代码,企业名称,指标,年份,全年,1 月,10 月"
YEAR, OCTOBER = date(2026, 1, 1), date(2026, 10, 1)


@pytest.fixture(autouse=True)
def now(wall):
    wall.set("11-03 10:00")
    return wall


def handed_in(client: Client, *lines: str):
    text = "\n".join((HEAD, *lines)).encode("utf-8-sig")
    return client.post(URL, {"file": SimpleUploadedFile("targets.csv", text)})


def standing() -> dict[tuple[int | None, str, str, date], Decimal]:
    found = Target.objects.values_list("enterprise", "code", "span", "starts_on", "value")
    return {tuple(key): value for *key, value in found}


def test_a_sheet_is_shown_first_and_then_brought_in(zone: Zone, client_of):
    client = client_of("clerk")
    answer = handed_in(
        client,
        ',全园区,产值,2026,"15,000",1200,',
        f"{zone.enterprise.uscc},,从业人数,2026年,120,,118",
        f",{zone.stranger.enterprise.name},output,2026,,,90.5",
    )

    assert answer.status_code == 200
    changes = answer.context["changes"]
    assert [(one.label, one.period, one.before, one.after) for one in changes] == [
        ("全园区", "2026 全年", "", "15000"), ("全园区", "2026 1 月", "", "1200"),
        (zone.enterprise.label, "2026 全年", "", "120"),
        (zone.enterprise.label, "2026 10 月", "", "118"),
        (zone.stranger.enterprise.label, "2026 10 月", "", "90.5"),
    ]  # fmt: skip
    assert standing() == {}

    sent = {name: answer.context[name] for name in ("checked", "once")}
    assert client.post(URL, sent).status_code == 303
    firm, other = zone.enterprise.pk, zone.stranger.enterprise.pk
    stands = {
        (None, "output", Span.YEAR, YEAR): Decimal(15000),
        (None, "output", Span.MONTH, YEAR): Decimal(1200),
        (firm, "staff", Span.YEAR, YEAR): Decimal(120),
        (firm, "staff", Span.MONTH, OCTOBER): Decimal(118),
        (other, "output", Span.MONTH, OCTOBER): Decimal("90.5"),
    }
    assert standing() == stands
    # sent twice, it is done once
    assert client.post(URL, sent).status_code == 303
    assert standing() == stands


def test_one_bad_row_and_nothing_comes_in(zone: Zone, client_of):
    client = client_of("clerk")
    before = every_row(but=("django_session",))
    name = zone.enterprise.name
    answer = handed_in(
        client,
        ",全园区,产值,2026,15000,,",
        ",没有这家公司,产值,2026,1,,",
        f",{name},幸福指数,2026,1,,",
        f",{name},产值,1999,1,,",
        f",{name},产值,2026,很多,-1,",
        f",{name},从业人数,2026,1.5,,",
        ",全园区,产值,2026,1,,",
    )

    assert answer.status_code == 422
    assert [(one.line, one.head, one.value) for one in answer.context["faults"]] == [
        (3, "企业名称", "没有这家公司"), (4, "指标", "幸福指数"), (5, "年份", "1999"),
        (6, "全年", "很多"), (6, "1 月", "-1"), (7, "全年", "1.5"), (8, "", ""),
    ]  # fmt: skip
    assert "和第 2 行重复" in answer.context["faults"][-1].says
    assert every_row(but=("django_session",)) == before


def test_who_was_faster_keeps_his_target_and_the_sheet_is_refused_whole(zone: Zone, client_of):
    client = client_of("clerk")
    answer = handed_in(
        client, ",全园区,产值,2026,15000,,", f"{zone.enterprise.uscc},,产值,2026,800,,"
    )  # fmt: skip
    operations.targets_set(
        enterprise_id=zone.enterprise.pk, code="output", year=2026,
        values={(Span.YEAR, YEAR): Decimal(900)}, actor=zone.actor(zone.safety_handler),
        at=at("11-03 10:00"),
    )  # fmt: skip

    sent = {name: answer.context[name] for name in ("checked", "once")}
    answer = client.post(URL, sent)

    assert answer.status_code == 409
    assert "什么都没有写入" in answer.content.decode()
    assert standing() == {(zone.enterprise.pk, "output", Span.YEAR, YEAR): Decimal(900)}


def test_what_was_given_out_comes_in_again_unchanged(zone: Zone, client_of):
    client = client_of("clerk")
    operations.targets_set(
        enterprise_id=zone.enterprise.pk, code="output", year=2026,
        values={(Span.YEAR, YEAR): Decimal("900.25")}, actor=zone.actor(zone.clerk),
        at=at("11-03 10:00"),
    )  # fmt: skip
    sheet = b"".join(client.get("/monitoring/targets/sheet/?year=2026").streaming_content)

    answer = client.post(URL, {"file": SimpleUploadedFile("targets.xlsx", sheet)})

    # the zone's rows stand empty in it, to be filled in
    assert (answer.status_code, answer.context["sound"]) == (200, 1)
    assert answer.context["change_count"] == 0


@pytest.mark.parametrize(("who", "status"), [("contact", 404), ("linked_officer", 403)])
def test_only_who_sets_targets_brings_them_in(zone: Zone, client_of, who, status):
    client = client_of(who)
    assert [client.get(url).status_code for url in (URL, "/monitoring/targets/sheet/")] == [
        status, status
    ]  # fmt: skip
    assert handed_in(client, ",全园区,产值,2026,1,,").status_code == status


@pytest.mark.parametrize("text", ["", "a,b,c\n1,2,3", "\x00\x01\x02"])
def test_what_is_no_sheet_of_targets_is_refused(zone: Zone, client_of, text):
    client = client_of("clerk")
    answer = client.post(URL, {"file": SimpleUploadedFile("targets.csv", text.encode())})
    assert answer.status_code == 422
    assert standing() == {}


def test_a_check_that_somebody_else_made_or_altered_brings_nothing_in(zone: Zone, client_of):
    answer = handed_in(client_of("clerk"), ",全园区,产值,2026,15000,,")
    sent = {name: answer.context[name] for name in ("checked", "once")}

    assert client_of("safety_handler").post(URL, sent).status_code == 400
    altered = {**sent, "checked": sent["checked"] + "x"}
    assert client_of("clerk").post(URL, altered).status_code == 400
    assert standing() == {}
