"""The system administrator's pages: settings, limits, categories, calendar; nobody else's."""

from datetime import date
from uuid import uuid4

import pytest

from tests.evidence import every_row
from tests.people import at
from yuanqi.foundation.actors import Role
from yuanqi.parameters import parameters
from yuanqi.servicedesk.models import Category

from .admins import client_of

PAGES = (
    "/settings/",
    "/settings/limits/",
    "/settings/limits/change/?purpose=resolve&level=P3&category=FIN",
    "/settings/limits/change/?purpose=evaluate",
    "/settings/categories/",
    "/settings/categories/new/",
    "/settings/categories/FIN/",
    "/settings/calendar/",
    "/settings/calendar/?year=2027",
    "/settings/calendar/?year=9999",
    "/settings/calendar/draft/",
    "/settings/calendar/draft/?year=2026&from=package",
    "/settings/calendar/effect/",
)


@pytest.mark.parametrize("page", PAGES)
def test_the_system_administrator_sees_it(zone, wall, page):
    answer = client_of(Role.SYSTEM_ADMIN).get(page)
    assert answer.status_code == 200


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("role", [Role.AUDIT_ADMIN, Role.LEADER, Role.SECURITY_ADMIN])
def test_for_everybody_else_it_does_not_exist(zone, wall, page, role):
    if role is Role.SECURITY_ADMIN and page == "/settings/":
        pytest.skip("he has settings of his own there")
    assert client_of(role).get(page).status_code == 404


def test_officers_and_enterprises_find_nothing(zone, client_of):
    for who in ("clerk", "contact"):
        for page in PAGES:
            assert client_of(who).get(page).status_code == 404


def test_the_security_administrator_sees_his_settings_only(zone):
    groups = client_of(Role.SECURITY_ADMIN).get("/settings/").context["groups"]
    roles = {line.parameter.role for group in groups for line in group.lines}
    assert roles == {Role.SECURITY_ADMIN}


def _setting() -> str:
    return next(
        one.key
        for one in parameters.defined()
        if one.role is Role.SYSTEM_ADMIN and one.kind == "integer"
    )


def test_a_setting_is_changed_from_a_day_on_and_its_page_says_so(zone, wall):
    key = _setting()
    client = client_of(Role.SYSTEM_ADMIN)
    new = parameters.find(key).default + 1
    sent = {"value": new, "valid_from": "2026-12-01", "reason": "试行", "once": str(uuid4())}

    answer = client.post(f"/settings/values/{key}/", sent)
    again = client.post(f"/settings/values/{key}/", sent)

    assert (answer.status_code, again.status_code) == (303, 303)
    assert parameters.value(key, date(2026, 12, 1)) == new
    assert parameters.value(key, date(2026, 11, 30)) == new - 1
    page = client.get(f"/settings/values/{key}/")
    assert [said.text for said, _form in page.context["coming"]] == [str(new)]
    assert len(page.context["history"]) == 1


def test_a_refused_setting_keeps_what_was_typed_and_changes_nothing(zone, wall):
    key = _setting()
    client = client_of(Role.SYSTEM_ADMIN)
    client.get("/settings/")
    before = every_row()

    answer = client.post(
        f"/settings/values/{key}/",
        {"value": "很多", "valid_from": "2026-12-01", "reason": "试行", "once": str(uuid4())},
    )

    assert answer.status_code == 422
    assert "很多" in answer.content.decode()
    assert every_row() == before


def test_a_value_to_come_is_withdrawn_on_its_page(zone, wall):
    key = _setting()
    client = client_of(Role.SYSTEM_ADMIN)
    new = parameters.find(key).default + 1
    client.post(
        f"/settings/values/{key}/",
        {"value": new, "valid_from": "2026-12-01", "reason": "试行", "once": str(uuid4())},
    )
    page = client.get(f"/settings/values/{key}/")
    row = page.context["coming"][0][0].row

    answer = client.post(
        f"/settings/values/{row.pk}/withdrawals/", {"reason": "推迟", "once": str(uuid4())}
    )

    assert answer.status_code == 303
    assert parameters.value(key, date(2026, 12, 1)) == new - 1


def test_the_security_administrator_cannot_set_what_is_the_systems(zone, wall):
    key = _setting()
    client = client_of(Role.SECURITY_ADMIN)
    before = every_row()
    answer = client.post(
        f"/settings/values/{key}/",
        {"value": 1, "valid_from": "2026-12-01", "reason": "试行", "once": str(uuid4())},
    )
    assert answer.status_code == 404
    assert every_row() == before


def test_the_tables_cost_the_same_however_long(zone, wall, django_assert_max_num_queries):
    client = client_of(Role.SYSTEM_ADMIN)
    for page, most in (
        ("/settings/", 12),
        ("/settings/limits/", 13),
        ("/settings/categories/", 15),
        ("/settings/calendar/", 14),
    ):
        with django_assert_max_num_queries(most):
            assert client.get(page).status_code == 200


def test_a_category_is_added_and_retired_on_pages(zone, wall):
    client = client_of(Role.SYSTEM_ADMIN)
    wall.now = at("11-05 10:00")
    sent = {
        "code": "dro",
        "name": "低空经济",
        "name_en": "Low-altitude economy",
        "default_level": "P3",
        "lead": zone.approval.pk,
        "co_handlers": [zone.planning.pk],
        "valid_from": "2026-11-05",
        "reason": "新产业",
        "once": str(uuid4()),
    }
    assert client.post("/settings/categories/new/", sent).status_code == 303
    row = Category.objects.get(pk="DRO")
    assert (row.name, row.lead_id, row.co_handlers) == (
        "低空经济",
        zone.approval.pk,
        [zone.planning.pk],
    )

    answer = client.post(
        "/settings/categories/DRO/",
        {
            "retire": "1",
            "retire-valid_from": "2026-12-01",
            "retire-reason": "并入其他",
            "retire-once": str(uuid4()),
        },
    )

    assert answer.status_code == 303
    row.refresh_from_db()
    assert row.retired_on == date(2026, 12, 1)


def test_a_limit_is_changed_on_its_page(zone, wall):
    client = client_of(Role.SYSTEM_ADMIN)
    address = "/settings/limits/change/?purpose=resolve&level=P3&category=FIN"
    sent = {
        "amount": "4",
        "base": "working_days",
        "valid_from": "2026-12-01",
        "source": "云高管〔2026〕18 号",
        "reason": "提速",
        "once": str(uuid4()),
    }

    assert client.post(address, sent).status_code == 303
    page = client.get(address)

    assert [said for _rule, said, _form in page.context["coming"]] == ["4 个工作日"]
    assert page.context["holds_said"] == "5 个工作日"
    too_early = client.post(address, sent | {"valid_from": "2026-11-05", "once": str(uuid4())})
    assert too_early.status_code == 422
