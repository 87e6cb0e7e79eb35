"""Always answered, never bothered: the month's budget, and facts that aren't asked twice."""

from datetime import date
from decimal import Decimal

import pytest

from tests.evidence import every_row
from tests.people import at
from yuanqi.foundation.actors import NOBODY, SYSTEM, Role
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible
from yuanqi.foundation.models import JournalEvent
from yuanqi.foundation.writer import DIRECT
from yuanqi.parameters import store
from yuanqi.parameters.models import ParameterValue
from yuanqi.registry import operations as registry
from yuanqi.registry.contacting import acts, operations, queries
from yuanqi.registry.contacting.asking import Held
from yuanqi.registry.contacting.budgets import MONTHLY
from yuanqi.registry.models import Contact, ContactKind

pytestmark = pytest.mark.django_db
THURSDAY = at("11-05 10:00")


def call(zone, who="safety_handler", when=THURSDAY, **more):
    told = {"kind": "call", "subject": "核对排水口位置"} | more
    return operations.contact_make(
        enterprise_id=zone.enterprise.pk, actor=zone.actor(getattr(zone, who)), at=when, **told
    )


def ask(zone, who="planning_handler", when=THURSDAY, **more):
    told = {"field": "rd_expense", "why": "测算研发补助"} | more
    return operations.fact_ask(
        enterprise_id=zone.enterprise.pk, actor=zone.actor(getattr(zone, who)), at=when, **told
    )


def test_a_call_counts_for_all_departments_together_in_its_month(zone):
    call(zone, when=at("10-31 17:00"))
    row = call(zone)
    call(zone, who="planning_handler")

    use = queries.use_of(zone.enterprise.pk, date(2026, 11, 30))

    assert (use.used, use.budget, use.left) == (2, 4, 2)
    assert (row.department, row.officer) == (zone.safety, zone.safety_handler)
    told = JournalEvent.objects.get(kind="registry.contact_made", payload__row_id=row.pk)
    assert (told.audience, told.enterprise_id) == ("enterprise", zone.enterprise.pk)


def test_beyond_the_budget_a_reason_is_asked_for_and_kept(zone):
    for _turn in range(4):
        assert call(zone).reason == ""
    before = every_row()

    with pytest.raises(Invalid) as refused:
        call(zone, reason="  ")

    assert refused.value.field == "reason"
    assert every_row() == before
    assert call(zone, reason="台风红色预警").reason == "台风红色预警"
    assert call(zone, when=at("12-01 09:00")).reason == ""


def test_what_is_merged_into_one_counts_once(zone):
    rows = [call(zone), call(zone, who="planning_handler"), call(zone, who="approval_handler")]
    acts.contacts_merge(DIRECT, rows[0], rows[1:], actor=SYSTEM, at=THURSDAY)

    assert queries.use_of(zone.enterprise.pk, date(2026, 11, 5)).used == 1
    assert set(Contact.objects.filter(merged_into=rows[0])) == set(rows[1:])


def test_the_park_sets_the_budget_from_a_day_on(zone):
    ParameterValue.objects.create(
        key=MONTHLY, value=1, valid_from=date(2026, 11, 5), reason="少打扰", set_at=THURSDAY
    )
    store.forget()
    store.written()
    call(zone)
    with pytest.raises(Invalid):
        call(zone)
    assert queries.use_of(zone.enterprise.pk, date(2026, 10, 5)).budget == 4


def test_a_fact_that_the_park_holds_is_shown_and_nobody_is_asked(zone):
    registry.fact_state(
        enterprise_id=zone.enterprise.pk, field="rd_expense", value=Decimal("620"),
        as_of=date(2026, 6, 30), actor=zone.actor(zone.safety_handler), at=at("07-01 09:00"),
    )  # fmt: skip
    before = every_row()

    answer = ask(zone)

    assert isinstance(answer, Held)
    assert answer.text == "620 万元"
    assert every_row() == before


def test_a_fact_is_asked_for_once_until_it_is_answered(zone):
    row = ask(zone)
    assert isinstance(row, Contact)
    assert (row.kind, row.asks) == (ContactKind.DATA, "rd_expense")
    before = every_row()

    with pytest.raises(Conflict):
        ask(zone, who="safety_handler")
    assert every_row() == before

    # a term later the answer is old, and may be asked for again
    assert isinstance(ask(zone, when=at("12-06 10:00")), Contact)


@pytest.mark.parametrize("field", ["standing", "rd_intensity", "nonsense"])
def test_only_what_the_enterprise_can_state_is_asked(zone, field):
    before = every_row()
    with pytest.raises(NotVisible):
        ask(zone, field=field)
    assert every_row() == before


def test_only_officers_come_to_an_enterprise(zone):
    before = every_row()
    with pytest.raises(NotAllowed):
        call(zone, who="contact")
    with pytest.raises(NotVisible):
        call(zone, who="stranger")
    with pytest.raises(NotVisible):
        operations.contact_make(
            enterprise_id=zone.enterprise.pk, kind="call", subject="x", actor=NOBODY, at=THURSDAY
        )
    with pytest.raises(Invalid):
        call(zone, kind="visit")
    assert every_row() == before
    assert not queries.may_contact(
        NOBODY.__class__(side=NOBODY.side, account_id=1, roles=frozenset({Role.SYSTEM_ADMIN}))
    )


def test_an_enterprise_reads_its_own_contacts_and_no_other(zone):
    row = call(zone)
    contact, stranger = zone.actor(zone.contact), zone.actor(zone.stranger)

    assert list(queries.contacts_of(contact, zone.enterprise.pk)) == [row]
    assert not queries.contacts_of(stranger, zone.enterprise.pk).exists()
