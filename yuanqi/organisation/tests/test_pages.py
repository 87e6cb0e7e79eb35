"""The pages of departments, officers, duty and absences: what they write, what a refusal keeps."""

from io import BytesIO

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from tests.evidence import every_row
from tests.people import Zone, at
from yuanqi.access.tests.three import NOW, administrator
from yuanqi.casework.models import Case
from yuanqi.foundation.actors import SYSTEM, Role
from yuanqi.foundation.models import Account, JournalEvent, RoleGrant
from yuanqi.organisation import operations
from yuanqi.organisation.models import Absence, Department, DutyShift, Officer
from yuanqi.servicedesk import operations as desk

pytestmark = pytest.mark.django_db
UNITS, PEOPLE, DUTY = (
    "/organisation/departments/", "/organisation/officers/", "/organisation/duty/",
)  # fmt: skip


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def browser(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


@pytest.fixture
def keeper(zone: Zone) -> Client:
    return browser(administrator("sysadmin", Role.SYSTEM_ADMIN))


def fields(unit: Department, **more: object) -> dict[str, object]:
    return {
        "name": unit.name, "short_name": unit.short_name, "name_en": unit.name_en,
        "kind": unit.kind, "reports_to": unit.reports_to_id or "", "head": unit.head_id or "",
        "phone": unit.phone, "position": unit.position, **more,
    }  # fmt: skip


def test_a_department_is_made_changed_and_closed_on_its_pages(zone: Zone, keeper: Client):
    made = keeper.post(
        UNITS + "new/",
        {
            "code": "archive", "name": "档案室", "short_name": "档案室", "name_en": "Archive",
            "kind": "bureau", "reports_to": zone.safety.reports_to_id, "position": 9,
        },
    )  # fmt: skip
    unit = Department.objects.get(code="archive")
    changed = keeper.post(f"{UNITS}{unit.pk}/", fields(unit, name="档案馆", reports_to=""))
    closed = keeper.post(f"{UNITS}{unit.pk}/closures/", {"into": "", "reason": "机构改革"})

    assert [answer.status_code for answer in (made, changed, closed)] == [303, 303, 303]
    unit.refresh_from_db()
    assert (unit.name, unit.reports_to, unit.closed_at) == ("档案馆", None, NOW)
    shown = keeper.get(UNITS).content.decode()
    assert "已撤并" in shown and "档案馆" in shown
    assert keeper.get(f"{UNITS}{unit.pk}/").status_code == 404


def test_what_stands_in_the_way_is_said_in_the_form_that_keeps_its_words(
    zone: Zone, keeper: Client
):
    before = every_row()

    ring = keeper.post(
        f"{UNITS}{zone.safety.reports_to_id}/",
        fields(zone.safety.reports_to, reports_to=zone.safety.pk, phone="8601 9999"),
    )
    full = keeper.post(f"{UNITS}{zone.safety.pk}/closures/", {"into": "", "reason": "机构改革"})
    taken = keeper.post(
        UNITS + "new/",
        {
            "code": "approval", "name": "甲", "short_name": "甲", "name_en": "A",
            "kind": "bureau", "position": 1,
        },
    )  # fmt: skip

    assert (ring.status_code, full.status_code, taken.status_code) == (422, 409, 409)
    assert "不能绕成圈" in ring.content.decode()
    assert "8601 9999" in ring.content.decode()
    assert "何思远" in full.content.decode()
    assert 'value="机构改革"' in full.content.decode()
    assert 'value="甲"' in taken.content.decode()
    assert {t for t, rows in every_row().items() if rows != before[t]} <= {"django_session"}


def test_an_officer_is_made_moved_leaves_and_comes_back_on_his_page(zone: Zone, keeper: Client):
    made = keeper.post(
        PEOPLE + "new/",
        {"name": "王敏", "department": zone.safety.pk, "title": "科员", "rank": 1, "phone": ""},
    )
    person = Officer.objects.get(name="王敏")
    own = f"{PEOPLE}{person.pk}/"
    answers = [
        keeper.post(own, {"name": "王敏", "title": "主任科员", "rank": 2, "phone": "8601 2208"}),
        keeper.post(own + "moves/", {"department": zone.planning.pk, "to": "", "reason": "3 号"}),
        keeper.post(own + "leaves/", {"to": "", "reason": "调出"}),
        keeper.post(own + "returns/"),
    ]

    assert [answer.status_code for answer in (made, *answers)] == [303] * 5
    person.refresh_from_db()
    assert (person.title, person.department, person.is_active) == (
        "主任科员", zone.planning, True,
    )  # fmt: skip


def test_who_heads_a_department_is_told_so_when_he_should_leave(zone: Zone, keeper: Client):
    answer = keeper.post(f"{PEOPLE}{zone.clerk.pk}/leaves/", {"to": "", "reason": "退休"})

    assert answer.status_code == 409
    assert "请先换负责人" in answer.content.decode()
    assert 'value="退休"' in answer.content.decode()
    zone.clerk.refresh_from_db()
    assert zone.clerk.is_active


def test_the_lists_cost_the_same_however_many_rows(
    zone: Zone, keeper: Client, django_assert_num_queries
):
    for address, queries in ((UNITS, UNIT_QUERIES), (PEOPLE, PEOPLE_QUERIES)):
        keeper.get(address)
        with django_assert_num_queries(queries):
            keeper.get(address)


UNIT_QUERIES, PEOPLE_QUERIES = 8, 9


def test_officers_are_found_by_name_department_and_state(zone: Zone, keeper: Client):
    def found(query: str) -> list[str]:
        return [person.name for person in keeper.get(PEOPLE + query).context["officers"]]

    assert found("?q=何") == ["何思远"]
    assert found(f"?department={zone.safety.pk}") == ["何思远", "宋知行"]
    assert found("?state=left") == []
    assert found("?state=no-account") == []


# --- duty --------------------------------------------------------------------------------------


def test_a_head_keeps_the_roster_of_his_own_department_alone(zone: Zone):
    RoleGrant.objects.create(account=zone.safety_handler.account, role="head")
    head = browser(zone.safety_handler.account)
    shift = {
        "officer": zone.safety_colleague.pk,
        "start_at": "2026-11-06T08:30",
        "end_at": "2026-11-07T08:30",
    }

    own = head.post(f"{DUTY}?department={zone.safety.pk}", shift)
    others = head.post(f"{DUTY}?department={zone.centre.pk}", shift)
    twice = head.post(f"{DUTY}?department={zone.safety.pk}", shift)

    assert (own.status_code, others.status_code, twice.status_code) == (303, 404, 409)
    assert "已经有人值班" in twice.content.decode()
    row = DutyShift.objects.get()
    assert (row.officer, row.start_at) == (zone.safety_colleague, at("11-06 08:30"))
    assert (
        "宋知行" in head.get(f"{DUTY}?department={zone.safety.pk}&month=2026-11").content.decode()
    )
    assert browser(zone.planning_handler.account).get(DUTY).status_code == 404
    stranger = browser(zone.planning_handler.account)
    assert stranger.post(f"{DUTY}{row.pk}/cancellations/").status_code == 404
    assert head.post(f"{DUTY}{row.pk}/cancellations/").status_code == 303
    assert not DutyShift.objects.exists()


@pytest.mark.parametrize("month", ["", "2026-02", "2026-13", "x", "9999-12", "0001-01"])
def test_any_month_of_the_address_shows_a_month(zone: Zone, keeper: Client, month: str):
    answer = keeper.get(f"{DUTY}?month={month}")

    assert answer.status_code == 200
    assert len(answer.context["days"]) == (28 if month == "2026-02" else 30)


def test_absences_are_listed_and_taken_back_by_whose_they_are(zone: Zone, keeper: Client):
    absence = operations.absence_record(
        officer_id=zone.linked_officer.pk,
        acting_id=zone.approval_handler.pk,
        start_at=at("11-04 08:00"),
        end_at=at("11-09 08:00"),
        reason="培训",
        actor=SYSTEM,
        at=at("11-03 08:00"),
    )
    own, other = browser(zone.linked_officer.account), browser(zone.planning_handler.account)
    cancel = f"/directory/absences/{absence.pk}/cancellations/"

    assert "培训" in own.get("/directory/absences/").content.decode()
    assert "培训" in keeper.get("/directory/absences/").content.decode()
    assert "培训" not in other.get("/directory/absences/").content.decode()
    assert browser(zone.contact.account).get("/directory/absences/").status_code == 404
    assert other.post(cancel).status_code == 403
    assert own.post(cancel).status_code == 303
    assert Absence.objects.get().end_at == NOW


def test_the_departments_are_taken_as_a_workbook_by_the_system_administrator_alone(
    zone: Zone, keeper: Client
):
    assert 'href="?export=xlsx"' in keeper.get(UNITS).content.decode()

    answer = keeper.get(UNITS + "?export=xlsx")

    content = BytesIO(b"".join(answer.streaming_content))
    rows = CalamineWorkbook.from_filelike(content).get_sheet_by_index(0).to_python()
    assert len(rows) == 6
    assert rows[3] == [
        "safety-environment", "安全环保局", "安环局", "Safety", "职能部门",
        "管委会", "何思远", "", 2.0,
    ]  # fmt: skip
    assert JournalEvent.objects.get(kind="organisation.list_exported").payload == {
        "register": "departments", "rows": 5,
    }  # fmt: skip
    for role in (Role.SECURITY_ADMIN, Role.AUDIT_ADMIN):
        other = browser(administrator(str(role), role))
        assert other.get(UNITS + "?export=xlsx").status_code == 404
    assert JournalEvent.objects.filter(kind="organisation.list_exported").count() == 1


def test_what_somebody_holds_is_told_by_how_much_not_by_which(zone: Zone, keeper: Client):
    case = Case.objects.get(
        pk=desk.request_raise(
            contact_id=zone.contact.pk, category="ENV", level="P2", text="废水",
            actor=zone.actor(zone.contact), at=at("11-05 08:40"),
        )
    )  # fmt: skip
    desk.request_dispatch(
        case_id=case.pk, lead_id=zone.safety.pk, actor=zone.actor(zone.clerk), at=at("11-05 09:10")
    )
    told = {
        address: keeper.get(address).content.decode()
        for address in (f"{PEOPLE}{zone.safety_handler.pk}/", f"{UNITS}{zone.safety.pk}/")
    }

    for page in told.values():
        assert "在办诉求 1 件" in page
        assert case.number not in page
