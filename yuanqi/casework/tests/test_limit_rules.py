"""A limit is changed from a day on: old requests keep theirs, the rows of the past stay."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from tests.evidence import every_row
from tests.people import at
from yuanqi.administration.tests.admins import actor_of
from yuanqi.casework import limit_rules
from yuanqi.casework import loading as mechanisms
from yuanqi.casework.limit_rules import limit_change, limit_withdraw
from yuanqi.casework.models import ClockRecord, LimitRule, Mechanism, Purpose
from yuanqi.casework.rulebook import Limits
from yuanqi.domain.clock import Limit
from yuanqi.foundation.actors import SYSTEM, Role
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible
from yuanqi.servicedesk import operations as desk

NOW = at("11-05 10:00")
TODAY, FROM = date(2026, 11, 5), date(2026, 12, 1)
FIN = {"purpose": "resolve", "level": "P3", "category": "FIN"}


def change(actor=None, **more):
    given = {
        "mechanism": "service-request",
        **FIN,
        "limit": Limit(Decimal(4), "working_days"),
        "source": "云高管〔2026〕18 号",
        "valid_from": FROM,
        "reason": "提速",
        "actor": actor or actor_of(Role.SYSTEM_ADMIN),
        "at": NOW,
    } | more
    return limit_change(**given)


def allowed(day: date, level="P3", category="FIN", purpose="resolve") -> str:
    mechanism = Mechanism.objects.get(code="service-request")
    return str(Limits.on(mechanism, day).allowance(purpose, level, category).limit)


def raised(zone, when) -> ClockRecord:
    case_id = desk.request_raise(
        contact_id=zone.contact.pk,
        category="FIN",
        level="P3",
        text="贷款 12 月到期，想办无还本续贷。",
        actor=zone.actor(zone.contact, when),
        at=when,
    )
    return ClockRecord.objects.get(case=case_id, purpose=Purpose.RESOLVE)


def test_from_its_day_on_new_requests_have_the_new_limit_and_old_ones_keep_theirs(zone):
    before = raised(zone, NOW)
    kept = ClockRecord.objects.filter(pk=before.pk).values().get()

    change()
    same_day, after = raised(zone, NOW), raised(zone, at("12-01 09:00"))

    assert ClockRecord.objects.filter(pk=before.pk).values().get() == kept
    assert str(same_day.limit) == "5.0 working_days"
    assert (str(after.limit), after.limit_source) == ("4.0 working_days", "云高管〔2026〕18 号")


def test_the_old_row_stays_and_is_closed_the_day_before(zone):
    change()

    rows = LimitRule.objects.filter(**FIN).order_by("valid_from")
    assert [(str(row.limit), row.valid_until) for row in rows] == [
        ("5.0 working_days", FROM),
        ("4.0 working_days", None),
    ]
    assert (allowed(FROM - timedelta(days=1)), allowed(FROM)) == (
        "5.0 working_days",
        "4.0 working_days",
    )


def test_the_change_is_told_on_the_mechanisms_stream(zone):
    change()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT stream, audience, payload->>'old', payload->>'new' FROM journal_event"
            " WHERE kind = 'casework.limit_changed'"
        )
        assert cursor.fetchall() == [
            ("mechanism:service-request", "staff", "5.0 working_days", "4 working_days")
        ]


def test_one_in_between_holds_until_the_next_that_was_planned(zone):
    change()
    change(limit=Limit(Decimal(3), "working_days"), valid_from=date(2026, 11, 20))

    assert allowed(date(2026, 11, 19)) == "5.0 working_days"
    assert allowed(date(2026, 11, 20)) == "3.0 working_days"
    assert allowed(FROM) == "4.0 working_days"


def test_an_exception_is_made_and_ended(zone):
    change(level="P2", limit=Limit(Decimal(2), "working_days"))
    assert allowed(FROM, "P2") == "2.0 working_days"

    change(limit=None)

    assert allowed(FROM - timedelta(days=1)) == "5.0 working_days"
    assert allowed(FROM) == "10.0 working_days"  # the level's


def test_one_to_come_is_withdrawn_and_the_old_goes_on(zone):
    made = change()

    limit_withdraw(rule_id=made.pk, reason="再议", actor=actor_of(Role.SYSTEM_ADMIN), at=NOW)

    assert allowed(date(2027, 1, 1)) == "5.0 working_days"
    assert LimitRule.objects.get(**FIN).valid_until is None


def test_what_holds_already_is_not_withdrawn(zone):
    actor = actor_of(Role.SYSTEM_ADMIN)
    rule = LimitRule.objects.get(**FIN)
    before = every_row()
    with pytest.raises(Conflict):
        limit_withdraw(rule_id=rule.pk, reason="再议", actor=actor, at=NOW)
    with pytest.raises(NotVisible):
        limit_withdraw(rule_id=0, reason="再议", actor=actor, at=NOW)
    assert every_row() == before


@pytest.mark.parametrize(
    ("change_", "error", "field"),
    [
        ({"valid_from": TODAY}, Invalid, "valid_from"),
        ({"valid_from": date(2062, 1, 1)}, Invalid, "valid_from"),
        ({"reason": " "}, Invalid, "reason"),
        ({"source": ""}, Invalid, "source"),
        ({"purpose": "lunch"}, Invalid, "purpose"),
        ({"purpose": "evaluate"}, Invalid, "level"),
        ({"category": "", "limit": None}, Invalid, "limit"),
        ({"limit": Limit(Decimal(4), "calendar_days")}, Invalid, "base"),
        ({"limit": Limit(Decimal(20000), "working_days")}, Invalid, "amount"),
        ({"limit": Limit(Decimal(5), "working_days"), "source": "园区默认，可改"}, Conflict, None),
        ({"level": "P1", "limit": None}, Conflict, None),
        ({"mechanism": "no-such"}, NotVisible, None),
    ],
)
def test_a_change_that_cannot_be_changes_nothing(zone, change_, error, field):
    actor = actor_of(Role.SYSTEM_ADMIN)
    before = every_row()

    with pytest.raises(error) as refused:
        change(actor, **change_)

    assert getattr(refused.value, "field", None) == field
    assert every_row() == before


@pytest.mark.parametrize("role", [Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.LEADER])
def test_only_the_system_administrator_changes_limits(zone, role):
    actor = actor_of(role)
    before = every_row()
    with pytest.raises(NotAllowed):
        change(actor)
    assert every_row() == before


def test_a_new_definition_leaves_alone_what_the_park_has_set(zone):
    change()
    text = mechanisms.shipped()["service-request"].replace("within: 15", "within: 20")

    mechanisms.publish(text, actor=SYSTEM, at=NOW, valid_from=date(2027, 1, 1))

    assert allowed(date(2027, 1, 2)) == "4.0 working_days"


def test_the_table_says_what_holds_and_what_comes(zone):
    change()
    mechanism = Mechanism.objects.get(code="service-request")

    standing = {one.key: one for one in limit_rules.rules_of(mechanism, TODAY)}

    fin = standing[("resolve", "P3", "FIN")]
    assert fin.holds is not None
    assert (str(fin.holds.limit), [str(rule.limit) for rule in fin.coming]) == (
        "5.0 working_days",
        ["4.0 working_days"],
    )
    raised(zone, NOW)
    assert limit_rules.open_cases_of(mechanism, "P3", "FIN").count() == 1
