"""Facts beside the rest of the house: administrators see none, merged firms bring theirs along."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from tests.evidence import every_row
from tests.people import BEFORE, MONDAY_9AM, Zone
from yuanqi.domain import uscc
from yuanqi.foundation.actors import SYSTEM, Role, actor_for
from yuanqi.foundation.errors import Conflict, NotAllowed, NotVisible
from yuanqi.foundation.models import Account, RoleGrant
from yuanqi.foundation.writer import DIRECT
from yuanqi.registry import acts, facts, merging, operations
from yuanqi.registry.models import Fact

TODAY = date(2026, 11, 2)
LAST_YEAR = date(2025, 12, 31)
ADMINISTRATORS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)


def say(enterprise, value, field="rd_expense", *, as_of=LAST_YEAR, source="department") -> Fact:
    return acts.fact(
        DIRECT, enterprise=enterprise, field=facts.fields()[field], value=Decimal(value),
        as_of=as_of, source=source, actor=SYSTEM, at=BEFORE,
    )  # fmt: skip


@pytest.fixture
def old(zone: Zone):
    return operations.enterprise_register(
        code=uscc.make("91320594", "MA900009"), name="云泽松濑旧名有限公司",
        short_name="松濑旧名", actor=SYSTEM, at=BEFORE,
    )  # fmt: skip


@pytest.mark.parametrize("role", ADMINISTRATORS)
def test_no_administrator_sees_states_confirms_or_defines_a_fact(zone, role):
    row = say(zone.enterprise, 4500)
    account = Account.objects.create(username="root")
    RoleGrant.objects.create(account=account, role=role.value)
    actor = actor_for(account, MONDAY_9AM)
    told = {"actor": actor, "at": MONDAY_9AM}
    before = every_row()

    with pytest.raises(NotVisible):
        operations.fact_confirm(enterprise_id=zone.enterprise.pk, fact_id=row.pk, **told)
    with pytest.raises(NotVisible):
        operations.fact_return(
            enterprise_id=zone.enterprise.pk, fact_id=row.pk, reason="不对", **told
        )
    with pytest.raises(NotVisible):
        operations.fact_state(
            enterprise_id=zone.enterprise.pk, field="rd_expense", value=Decimal(1),
            as_of=LAST_YEAR, **told,
        )  # fmt: skip
    with pytest.raises(NotAllowed):
        operations.field_add(values={"name": "x"}, **told)
    assert every_row() == before

    client = Client()
    client.force_login(account)
    pages = [
        reverse("registry:facts", args=[zone.enterprise.pk]),
        reverse("registry:fact", args=[zone.enterprise.pk, "rd_expense"]),
        reverse("registry:facts_waiting"),
        reverse("registry:fact_fields"),
    ]
    assert not {200, 302} & {client.get(page).status_code for page in pages[:3]}
    assert client.get(pages[3]).status_code in (403, 404)


def test_a_merged_enterprise_brings_its_facts_along(zone, old):
    say(old, 4500)
    say(old, 240, "employees")
    say(zone.enterprise, 240, "employees")

    merging.enterprises_merge(
        old_id=old.pk, into_id=zone.enterprise.pk, actor=zone.actor(zone.clerk), at=MONDAY_9AM
    )

    assert set(Fact.objects.values_list("enterprise", "field", "number")) == {
        (zone.enterprise.pk, "rd_expense", Decimal(4500)),
        (zone.enterprise.pk, "employees", Decimal(240)),
    }
    assert facts.facts_of(zone.enterprise.pk, TODAY)["rd_expense"] == 4500.0


def test_facts_that_differ_are_settled_before_a_merge(zone, old):
    say(old, 4500)
    say(zone.enterprise, 4600)
    before = every_row()

    with pytest.raises(Conflict, match="两边的“年度研发费用”（2025-12-31）说法不同"):
        merging.enterprises_merge(
            old_id=old.pk, into_id=zone.enterprise.pk, actor=zone.actor(zone.clerk), at=MONDAY_9AM
        )

    assert every_row() == before


def test_a_fact_of_a_project_is_not_the_enterprise_s(zone):
    project = acts.project(
        DIRECT, enterprise=zone.enterprise, name="二期", stage=5, stage_on=LAST_YEAR, actor=SYSTEM,
        at=BEFORE,
    )  # fmt: skip
    acts.fact(
        DIRECT, enterprise=zone.enterprise, project=project, field=facts.fields()["rd_staff"],
        value=Decimal(12), as_of=LAST_YEAR, source="department", actor=SYSTEM, at=BEFORE,
    )  # fmt: skip

    assert "rd_staff" not in facts.facts_of(zone.enterprise.pk, TODAY)
    assert facts.wide(TODAY)["rd_staff"].drop_nulls().is_empty()
