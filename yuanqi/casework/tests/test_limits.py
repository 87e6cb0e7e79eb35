"""How long each step may take: the shipped table on days of every kind, to the minute.

Hours are 09:00-12:00 and 13:00-17:30. In 2026 the Spring Festival is off from 15 to 23 February;
the Saturdays 14 and 28 February are worked. Sign limits of P2 and P3 count working time, those of
P1 and the contact limits the hours of the day round the clock.
"""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from tests.people import SHANGHAI, Zone, at
from yuanqi.casework.models import Case, ClockRecord, LimitRule, Mechanism, Purpose
from yuanqi.casework.rulebook import Limits
from yuanqi.domain.clock import Limit
from yuanqi.servicedesk import operations as desk

pytestmark = pytest.mark.django_db

THURSDAY = "11-05 10:00"
NIGHT = "11-05 23:30"
SATURDAY = "11-07 11:00"
MAKE_UP_SATURDAY = "02-14 16:30"  # the last hour before the Spring Festival
EVE = "02-16 20:00"


def raised(zone: Zone, when: str, level: str, category: str = "OTH") -> Case:
    case_id = desk.request_raise(
        contact_id=zone.contact.pk,
        category=category,
        level=level,
        text="请协调解决",
        actor=zone.actor(zone.contact),
        at=at(when),
    )
    return Case.objects.get(pk=case_id)


def dues(case: Case) -> dict[str, str]:
    found = case.clocks.filter(stopped_at=None, task=None)
    return {
        clock.purpose: f"{clock.due_at.astimezone(SHANGHAI):%m-%d %H:%M}"
        for clock in found
        if clock.due_at is not None
    }


@pytest.mark.parametrize(
    ("when", "level", "sign", "contact", "resolve"),
    [
        (THURSDAY, "P1", "11-05 10:30", "11-05 11:00", "11-10 17:30"),
        (THURSDAY, "P2", "11-05 12:00", "11-06 10:00", "11-12 17:30"),
        (THURSDAY, "P3", "11-05 15:00", "11-06 10:00", "11-19 17:30"),
        (THURSDAY, "P4", "11-06 17:30", "11-06 17:30", "11-19 17:30"),
        (NIGHT, "P1", "11-06 00:00", "11-06 00:30", "11-10 17:30"),
        (NIGHT, "P2", "11-06 11:00", "11-06 23:30", "11-12 17:30"),
        (NIGHT, "P3", "11-06 14:00", "11-06 23:30", "11-19 17:30"),
        (NIGHT, "P4", "11-06 17:30", "11-06 17:30", "11-19 17:30"),
        (SATURDAY, "P1", "11-07 11:30", "11-07 12:00", "11-11 17:30"),
        (SATURDAY, "P2", "11-09 11:00", "11-08 11:00", "11-13 17:30"),
        (SATURDAY, "P3", "11-09 14:00", "11-08 11:00", "11-20 17:30"),
        (SATURDAY, "P4", "11-09 17:30", "11-09 17:30", "11-20 17:30"),
        (MAKE_UP_SATURDAY, "P1", "02-14 17:00", "02-14 17:30", "02-26 17:30"),
        (MAKE_UP_SATURDAY, "P2", "02-24 10:00", "02-15 16:30", "02-28 17:30"),
        (MAKE_UP_SATURDAY, "P3", "02-24 12:00", "02-15 16:30", "03-06 17:30"),
        (MAKE_UP_SATURDAY, "P4", "02-24 17:30", "02-24 17:30", "03-06 17:30"),
        (EVE, "P1", "02-16 20:30", "02-16 21:00", "02-26 17:30"),
        (EVE, "P2", "02-24 11:00", "02-17 20:00", "02-28 17:30"),
        (EVE, "P3", "02-24 14:00", "02-17 20:00", "03-06 17:30"),
        (EVE, "P4", "02-24 17:30", "02-24 17:30", "03-06 17:30"),
    ],
)
def test_a_request_is_due_as_its_level_says(zone, when, level, sign, contact, resolve):
    case = raised(zone, when, level)

    assert dues(case) == {"sign": sign, "contact": contact, "resolve": resolve}
    assert case.due_at == case.clocks.get(purpose=Purpose.SIGN).due_at


@pytest.mark.parametrize(
    ("when", "level", "plan"),
    [
        (THURSDAY, "P1", "11-06 10:00"),
        (THURSDAY, "P2", "11-09 17:30"),
        (THURSDAY, "P3", "11-10 17:30"),
        (THURSDAY, "P4", "11-10 17:30"),
        (SATURDAY, "P1", "11-08 11:00"),
        (SATURDAY, "P2", "11-10 17:30"),
        (MAKE_UP_SATURDAY, "P2", "02-25 17:30"),
        (MAKE_UP_SATURDAY, "P3", "02-26 17:30"),
        (EVE, "P1", "02-17 20:00"),
        (EVE, "P3", "02-26 17:30"),
    ],
)
def test_a_plan_is_due_from_the_acceptance_on(zone, when, level, plan):
    case = raised(zone, when, level)
    now = at(when)
    desk.request_dispatch(
        case_id=case.pk, lead_id=zone.safety.pk, actor=zone.actor(zone.clerk), at=now
    )

    desk.request_accept(case_id=case.pk, actor=zone.actor(zone.safety_handler), at=now)

    assert dues(case)["plan"] == plan
    assert "sign" not in dues(case)


@pytest.mark.parametrize(
    ("level", "category", "resolve", "source"),
    [
        ("P2", "ENV", "11-19 17:30", "园区默认，可改"),  # ten working days; P2 alone has five
        ("P2", "FIN", "11-12 17:30", "园区默认，可改"),  # the level's: production is affected
        ("P3", "FIN", "11-12 17:30", "园区默认，可改"),
        ("P3", "POL", "11-09 17:30", "园区默认，可改"),
        ("P4", "TRA", "11-26 17:30", "园区默认，可改"),
        # thirty days end on Saturday 5 December: the next working day's close
        *(
            (level, "PAY", "12-07 17:30", "《保障中小企业款项支付条例》（2025）第二十五条")
            for level in ("P1", "P2", "P3", "P4")
        ),
    ],
)
def test_the_most_exact_rule_wins_and_the_clock_keeps_its_source(
    zone, level, category, resolve, source
):
    case = raised(zone, THURSDAY, level, category)

    clock = ClockRecord.objects.get(case=case, purpose=Purpose.RESOLVE)
    assert f"{clock.due_at.astimezone(SHANGHAI):%m-%d %H:%M}" == resolve
    assert clock.limit_source == source


def test_the_warning_begins_when_a_quarter_is_left(zone):
    case = raised(zone, THURSDAY, "P2")

    sign = ClockRecord.objects.get(case=case, purpose=Purpose.SIGN)
    contact = ClockRecord.objects.get(case=case, purpose=Purpose.CONTACT)
    assert (sign.warn, sign.warn_at) == (timedelta(minutes=30), at("11-05 11:30"))
    assert (contact.warn, contact.warn_at) == (timedelta(hours=6), at("11-06 04:00"))
    assert case.warn_at == sign.warn_at


def change_sign_limit(minutes: int, from_on: date) -> None:
    rule = LimitRule.objects.get(purpose="sign", level="P2", category="")
    LimitRule.objects.filter(pk=rule.pk).update(valid_until=from_on)
    rule.pk = None
    rule.amount, rule.valid_from, rule.valid_until = Decimal(minutes), from_on, None
    rule.save(force_insert=True)


def test_a_new_limit_counts_for_what_is_raised_from_its_day_on(zone):
    old = raised(zone, THURSDAY, "P2")
    change_sign_limit(60, date(2026, 11, 6))

    desk.request_dispatch(
        case_id=old.pk, lead_id=zone.safety.pk, actor=zone.actor(zone.clerk), at=at("11-09 09:00")
    )
    new = raised(zone, "11-06 00:00", "P2")

    assert dues(old)["sign"] == "11-09 11:00"  # still two hours
    assert dues(new)["sign"] == "11-06 10:00"


def test_the_table_of_a_day_is_read_by_validity(zone):
    change_sign_limit(60, date(2026, 11, 6))
    mechanism = Mechanism.objects.get(code="service-request")

    for day, minutes in ((date(2026, 11, 5), 120), (date(2026, 11, 6), 60)):
        allowed = Limits.on(mechanism, day).allowance("sign", "P2", "ENV")
        assert allowed.limit == Limit(Decimal(minutes), "minutes")
    with pytest.raises(LookupError, match="no limit for sign"):
        Limits.on(mechanism, date(2025, 12, 31)).allowance("sign", "P2")
    with pytest.raises(LookupError, match="no limit for nothing"):
        Limits.on(mechanism, date(2026, 11, 6)).allowance("nothing")


def test_the_day_a_limit_is_read_for_is_the_parks_own(zone):
    """Half past midnight in the park is still yesterday in UTC."""
    change_sign_limit(60, date(2026, 11, 6))
    when = at("11-06 00:30")
    assert when.astimezone(timezone.get_default_timezone()).date() == date(2026, 11, 6)

    assert dues(raised(zone, "11-06 00:30", "P2"))["sign"] == "11-06 10:00"
