"""Categories are added, changed and retired from a day on; old requests keep what they have."""

from datetime import date

import pytest

from tests.evidence import every_row
from tests.people import at
from yuanqi.administration.tests.admins import actor_of, administrator
from yuanqi.casework.models import Case
from yuanqi.foundation import verify
from yuanqi.foundation.actors import SYSTEM, Role
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible
from yuanqi.foundation.models import JournalEvent
from yuanqi.organisation.departments import department_close
from yuanqi.organisation.models import Department
from yuanqi.servicedesk import operations as desk
from yuanqi.servicedesk.category_rules import (
    categories_apply,
    category_add,
    category_change,
    category_retire,
)
from yuanqi.servicedesk.loading import load_categories
from yuanqi.servicedesk.models import Category
from yuanqi.servicedesk.queries import categories_offered

NOW = at("11-05 10:00")
TODAY, LATER = date(2026, 11, 5), date(2026, 12, 1)


def values(zone, **more):
    return {
        "name": "环保、排污、噪声",
        "name_en": "Environment and noise",
        "default_level": "P3",
        "lead_id": zone.planning.pk,
        "co_handlers": [zone.approval.pk],
        "valid_from": LATER,
        "reason": "分工调整",
        "actor": actor_of(Role.SYSTEM_ADMIN),
        "at": NOW,
    } | more


def raised(zone, when=NOW, category="ENV") -> Case:
    case_id = desk.request_raise(
        contact_id=zone.contact.pk,
        category=category,
        level="P2",
        text="新产线每天约 20 吨废水，要办哪些手续？",
        actor=zone.actor(zone.contact, when),
        at=when,
    )
    return Case.objects.select_related("request").get(pk=case_id)


def test_a_change_waits_for_its_day_and_old_requests_keep_their_lead(zone):
    old = raised(zone)
    category_change(code="ENV", **values(zone))
    assert Category.objects.get(pk="ENV").lead_id == zone.safety.pk
    assert categories_apply(at=NOW) == 0

    assert categories_apply(at=at("12-01 00:01")) == 1
    assert categories_apply(at=at("12-01 00:02")) == 0

    row = Category.objects.get(pk="ENV")
    assert (row.name, row.default_level, row.lead_id, row.co_handlers) == (
        "环保、排污、噪声",
        "P3",
        zone.planning.pk,
        [zone.approval.pk],
    )
    old.refresh_from_db()
    assert (old.category, old.level, old.request.proposed_lead_id) == ("ENV", "P2", zone.safety.pk)
    assert raised(zone, at("12-01 09:00")).request.proposed_lead_id == zone.planning.pk


def test_a_change_from_today_holds_at_once(zone):
    category_change(code="ENV", **values(zone, valid_from=TODAY))
    assert Category.objects.get(pk="ENV").lead_id == zone.planning.pk


def test_a_retired_category_is_offered_until_the_day_before(zone):
    old = raised(zone)
    category_retire(
        code="ENV", valid_from=LATER, reason="并入", actor=actor_of(Role.SYSTEM_ADMIN), at=NOW
    )

    assert "ENV" in {one.code for one in categories_offered(date(2026, 11, 30))}
    assert "ENV" not in {one.code for one in categories_offered(LATER)}
    raised(zone, at("11-30 17:00"))
    with pytest.raises(Invalid):
        raised(zone, at("12-01 09:00"))
    old.refresh_from_db()
    assert old.category == "ENV"


def test_a_new_category_is_offered_from_its_day_on(zone):
    category_add(code="dro", **values(zone, name="低空经济", name_en="Low altitude"))
    with pytest.raises(Invalid):
        raised(zone, NOW, "DRO")
    assert raised(zone, at("12-01 09:00"), "DRO").request.proposed_lead_id == zone.planning.pk


def test_loading_the_shipped_ones_again_undoes_nothing(zone):
    category_change(code="ENV", **values(zone, valid_from=TODAY))
    load_categories(actor=SYSTEM, at=NOW)
    assert Category.objects.get(pk="ENV").name == "环保、排污、噪声"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"name": " "}, Invalid),
        ({"name_en": ""}, Invalid),
        ({"default_level": "P9"}, Invalid),
        ({"lead_id": 0}, Invalid),
        ({"co_handlers": [0]}, Invalid),
        ({"valid_from": date(2026, 11, 4)}, Invalid),
        ({"reason": ""}, Invalid),
        ({"code": "NONE"}, NotVisible),
    ],
)
def test_a_change_that_cannot_be_changes_nothing(zone, change, error):
    given = values(zone) | {"code": "ENV"} | change
    before = every_row()
    with pytest.raises(error):
        category_change(**given)
    assert every_row() == before


def test_a_code_is_given_once_and_the_last_category_stays(zone):
    actor = actor_of(Role.SYSTEM_ADMIN)
    Category.objects.exclude(pk__in=["ENV", "OTH"]).update(retired_on=TODAY)
    given = {"valid_from": LATER, "reason": "并入", "actor": actor, "at": NOW}
    category_retire(code="ENV", **given)
    before = every_row()
    with pytest.raises(Conflict):
        category_retire(code="OTH", **given)
    with pytest.raises(Conflict):
        category_retire(code="ENV", **given)
    with pytest.raises(Conflict):
        category_add(code="ENV", **values(zone))
    assert every_row() == before


@pytest.mark.parametrize("role", [Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.CENTRE])
def test_only_the_system_administrator_edits_them(zone, role):
    given = values(zone, actor=actor_of(role))
    before = every_row()
    with pytest.raises(NotAllowed):
        category_change(code="ENV", **given)
    with pytest.raises(NotAllowed):
        category_add(code="DRO", **given)
    assert every_row() == before


def test_a_merged_departments_categories_propose_the_other_now_and_later(zone):
    keeper = actor_of(Role.SYSTEM_ADMIN)
    Category.objects.filter(pk="TRA").update(
        lead=zone.planning, co_handlers=sorted([zone.safety.pk, zone.planning.pk])
    )
    category_change(code="UTL", **values(zone, lead_id=zone.safety.pk, co_handlers=[]))

    department_close(
        department_id=zone.safety.pk, into_id=zone.planning.pk, reason="机构改革",
        actor=keeper, at=NOW,
    )  # fmt: skip

    env, tra = Category.objects.get(pk="ENV"), Category.objects.get(pk="TRA")
    assert (env.lead, tra.lead, tra.co_handlers) == (zone.planning, zone.planning, [])
    assert raised(zone).request.proposed_lead == zone.planning
    event = JournalEvent.objects.filter(kind="servicedesk.category_changed").get(
        payload__code="ENV"
    )
    assert event.payload["old"] == {"lead_id": zone.safety.pk}
    assert event.payload["new"] == {"lead_id": zone.planning.pk}
    categories_apply(at=at("12-01 00:01"))
    assert Category.objects.get(pk="UTL").lead == zone.planning
    assert verify.run(whole=True).intact


def test_a_closed_department_is_not_chosen_and_a_category_that_names_one_is_flagged(zone, client):
    Department.objects.filter(pk=zone.safety.pk).update(closed_at=NOW)
    said = values(zone, lead_id=zone.safety.pk)
    before = every_row()

    with pytest.raises(Invalid):
        category_change(code="TRA", **said)

    assert every_row() == before
    client.force_login(administrator(Role.SYSTEM_ADMIN))
    assert "安环局已撤并，请改" in client.get("/settings/categories/").content.decode()
    assert "这个部门已撤并" in client.get("/settings/categories/ENV/").content.decode()
