"""Lists of the registers taken along: exactly what the page shows, and who took it is known."""

import io
from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone
from python_calamine import CalamineWorkbook

from tests.evidence import every_row
from yuanqi.access.tests.three import administrator
from yuanqi.audit.models import AccessRead
from yuanqi.foundation.actors import Role
from yuanqi.foundation.models import JournalEvent
from yuanqi.importing import exports
from yuanqi.registry import operations as registry
from yuanqi.registry.indicators import month_of, months_before
from yuanqi.registry.models import Indicator, Project, Stage

pytestmark = pytest.mark.django_db


def rows_of(answer):
    content = io.BytesIO(b"".join(answer.streaming_content))
    return CalamineWorkbook.from_filelike(content).get_sheet_by_index(0).to_python()


@pytest.fixture
def clerk(client, zone):
    client.force_login(zone.clerk.account)
    return client


def project(zone, name, stage):
    return Project.objects.create(
        enterprise=zone.enterprise, name=name, stage=stage, stage_on=date(2026, 1, 5)
    )


def test_projects_are_exported_as_their_page_is_narrowed(clerk, zone):
    project(zone, "三期厂房", Stage.LEAD)
    project(zone, "旧厂改造", Stage.DROPPED)
    address = "/imports/exports/projects/"

    shown = rows_of(clerk.get(address))
    dropped = rows_of(clerk.get(address, {"stage": str(int(Stage.DROPPED))}))
    late = rows_of(clerk.get(address, {"late": "1"}))

    names = shown[0].index("项目名称")
    assert [row[names] for row in shown[1:]] == ["三期厂房"]
    assert [row[names] for row in dropped[1:]] == ["旧厂改造"]
    assert late[1:] == []
    page = clerk.get("/projects/", {"stage": str(int(Stage.DROPPED))}).content.decode()
    assert f'href="{address}?stage={int(Stage.DROPPED)}"' in page


def test_indicators_are_exported_a_month_a_row_with_the_figures_that_count(clerk, zone):
    month = months_before(month_of(timezone.localdate()), 1)
    said = {"enterprise_id": zone.enterprise.pk, "month": month, "at": timezone.now()}
    figures = {"revenue": Decimal("3200.5"), "staff": Decimal(118)}
    registry.indicators_state(figures=figures, actor=zone.actor(zone.contact), **said)
    registry.indicators_state(
        figures={"revenue": Decimal(3100)}, actor=zone.actor(zone.clerk), **said
    )
    assert Indicator.objects.count() == 3

    rows = rows_of(clerk.get("/imports/exports/indicators/", {"q": zone.enterprise.uscc}))
    other = rows_of(clerk.get("/imports/exports/indicators/", {"q": zone.stranger.enterprise.uscc}))

    assert [dict(zip(rows[0], row, strict=True)) for row in rows[1:]] == [
        dict.fromkeys(rows[0], "")
        | {
            "统一社会信用代码": zone.enterprise.uscc,
            "企业名称": zone.enterprise.name,
            "月份": f"{month:%Y-%m}",
            "营业收入（万元）": 3200.5,
            "从业人数（人）": 118,
            "确认情况": "等确认",
        }
    ]
    assert other[1:] == []


def test_a_list_that_is_too_long_is_refused_and_nothing_is_told(clerk, zone, monkeypatch):
    project(zone, "三期厂房", Stage.LEAD)
    project(zone, "四期厂房", Stage.LEAD)
    monkeypatch.setattr(exports.sheets, "MOST_ROWS", 1)
    before = every_row()

    assert clerk.get("/imports/exports/projects/").status_code == 409
    assert every_row() == before


def test_officers_are_the_system_administrators_as_narrowed_and_noted(client, zone):
    address = "/imports/exports/officers/"
    client.force_login(administrator("sysadmin", Role.SYSTEM_ADMIN))

    rows = rows_of(client.get(address, {"q": "何思远", "state": "here"}))

    assert [row[rows[0].index("姓名")] for row in rows[1:]] == ["何思远"]
    event = JournalEvent.objects.get(kind="importing.list_exported")
    # whom he sought isn't written where it can't be erased
    assert event.payload == {"register": "officers", "query": "q=…&state=here", "rows": 1}
    assert AccessRead.objects.filter(subject="officers", what="phone", count=1).count() == 1
    page = client.get("/organisation/officers/?state=here").content.decode()
    assert f'href="{address}?state=here"' in page


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN])
def test_no_administrator_takes_business_lists_along(client, zone, role):
    client.force_login(administrator("admin", role))
    before = every_row()

    for kind in ("enterprises", "contacts", "links", "projects", "indicators"):
        assert client.get(f"/imports/exports/{kind}/").status_code == 404

    assert every_row() == before


def test_the_register_offers_what_its_reader_may_take(client, zone):
    told = {}
    for person in (zone.clerk, zone.safety_handler):
        client.force_login(person.account)
        page = client.get("/enterprises/?standing=active").content.decode()
        told[person.name] = [
            kind
            for kind in ("enterprises", "contacts", "links", "indicators")
            if f'href="/imports/exports/{kind}/?standing=active"' in page
        ]

    assert told == {
        "周敏": ["enterprises", "contacts", "links", "indicators"],
        "何思远": ["enterprises", "indicators"],
    }
