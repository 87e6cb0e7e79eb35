"""Entries confirmed and overruled; service plans; care requests raised by a decline."""

from dataclasses import replace
from datetime import date

import pytest

from tests.evidence import every_row
from tests.people import MONDAY_9AM, Zone, at, build_zone
from tests.together import at_once
from yuanqi.foundation.actors import SYSTEM, Role
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible
from yuanqi.foundation.models import JournalEvent
from yuanqi.servicedesk import operations as desk
from yuanqi.servicedesk.models import Channel, ServiceRequest
from yuanqi.steering import operations
from yuanqi.steering.models import Care, Entry, Plan

from .conftest import NOVEMBER, decline, entry_of, make

LATER = at("11-05 10:00")


def overrule(zone: Zone, who, entry: Entry | None, when=LATER, **more):
    told = {
        "enterprise_id": zone.enterprise.pk, "code": "marked-decline", "is_on": False,
        "reason": "设备检修，下月恢复", "until": None,
        "revision": entry.revision if entry else -1,
    }  # fmt: skip
    return operations.entry_overrule(**(told | more), actor=zone.actor(who, when), at=when)


def test_the_centre_confirms_an_entry_and_the_second_is_told(zone, declining):
    clerk, leader = zone.actor(zone.clerk, LATER), zone.actor(zone.leader, LATER)

    operations.entry_confirm(
        entry_id=declining.pk, revision=declining.revision, actor=clerk, at=LATER
    )

    declining.refresh_from_db()
    assert (declining.ruling, declining.ruled_at) == ("confirmed", LATER)
    assert declining.ruled_by_id == zone.clerk.account_id
    before = every_row()
    with pytest.raises(Conflict):
        operations.entry_confirm(
            entry_id=declining.pk, revision=declining.revision - 1, actor=leader, at=LATER
        )
    assert every_row() == before


def test_overruled_it_stays_off_until_the_month_ends(zone, declining):
    overrule(zone, zone.clerk, declining)

    make(at("11-20 10:00"), cause="asked")
    kept = entry_of(zone.enterprise, "marked-decline")
    assert (kept.is_on, kept.verdict, kept.until) == (False, True, date(2026, 11, 30))
    assert kept.sheet.listed == 0

    make(at("12-10 03:00"), date(2026, 12, 1))
    again = entry_of(zone.enterprise, "marked-decline", date(2026, 12, 1))
    assert (again.is_on, again.ruling, again.move) == (True, "", "entered")


def test_overruled_until_a_later_day_it_is_carried_over_and_lapses(zone, declining):
    overrule(zone, zone.leader, declining, until=date(2026, 12, 15))

    make(at("12-10 03:00"), date(2026, 12, 1))
    carried = entry_of(zone.enterprise, "marked-decline", date(2026, 12, 1))
    assert (carried.is_on, carried.ruling, carried.reason) == (False, "off", "设备检修，下月恢复")
    operations.keep_up(actor=SYSTEM, at=at("12-15 03:13"))
    carried.refresh_from_db()
    assert carried.is_on is False
    operations.keep_up(actor=SYSTEM, at=at("12-16 03:13"))
    carried.refresh_from_db()
    assert (carried.is_on, carried.ruling, carried.because["cause"]) == (True, "", "lapsed")


def test_an_enterprise_is_put_on_a_list_that_its_figures_dont_put_it_on(zone, declining):
    made = overrule(
        zone, zone.clerk, None, code="new-growth-point", is_on=True, reason="新厂房下月投产"
    )

    assert (made.is_on, made.verdict, made.move, made.ruling) == (True, None, "entered", "on")
    event = JournalEvent.objects.latest("id")
    assert event.kind == "steering.entry_overruled"
    assert event.audience == "enterprise"
    assert event.payload["until"] == "2026-11-30"


@pytest.mark.parametrize(
    ("who", "more", "error"),
    [
        ("contact", {}, NotVisible),
        ("stranger", {}, NotVisible),
        ("safety_handler", {}, NotAllowed),
        ("linked_officer", {}, NotAllowed),
        ("clerk", {"reason": "  "}, Invalid),
        ("clerk", {"until": date(2026, 11, 4)}, Invalid),
        ("clerk", {"until": date(2028, 1, 1)}, Invalid),
        ("clerk", {"revision": 99}, Conflict),
        ("clerk", {"is_on": True}, Conflict),
        ("clerk", {"code": "no-such-list"}, NotVisible),
    ],
)
def test_a_refused_ruling_changes_nothing(zone, declining, who, more, error):
    before = every_row()

    with pytest.raises(error):
        overrule(zone, getattr(zone, who), declining, **more)

    assert every_row() == before


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN])
def test_no_administrator_sees_an_entry(zone, declining, role):
    admin = replace(
        zone.actor(zone.clerk), officer_id=None, department_id=None,
        roles=frozenset({role.value, Role.CENTRE.value}),
    )  # fmt: skip
    before = every_row()

    with pytest.raises(NotVisible):
        operations.entry_confirm(
            entry_id=declining.pk, revision=declining.revision, actor=admin, at=LATER
        )

    assert every_row() == before


# service plans ------------------------------------------------------------------------------------


def plan(zone: Zone, who, **more) -> Plan:
    told = {
        "code": "marked-decline", "valid_from": date(2026, 11, 5), "visit_days": 30,
        "parts": ["centre", "linked"], "measures": "三个工作日内走访\n对接金融服务", "seen": None,
    }  # fmt: skip
    return operations.plan_set(**(told | more), actor=zone.actor(who, LATER), at=LATER)


def test_a_plan_ends_the_one_before_on_the_day_before_it_begins(zone):
    first = plan(zone, zone.clerk)
    second = plan(zone, zone.clerk, valid_from=date(2026, 12, 1), visit_days=14, seen=first.pk)

    first.refresh_from_db()
    assert first.valid_to == date(2026, 11, 30)
    assert (first.parts, first.lines) == (
        ["linked", "centre"], ["三个工作日内走访", "对接金融服务"],
    )  # fmt: skip
    assert second.valid_to is None


@pytest.mark.parametrize(
    ("who", "more", "error"),
    [
        ("leader", {}, NotAllowed),
        ("contact", {}, NotVisible),
        ("clerk", {"measures": " "}, Invalid),
        ("clerk", {"parts": ["nobody"]}, Invalid),
        ("clerk", {"visit_days": 0}, Invalid),
        ("clerk", {"valid_from": date(2026, 11, 4)}, Invalid),
        ("clerk", {"seen": 7}, Conflict),
    ],
)
def test_a_refused_plan_changes_nothing(zone, who, more, error):
    before = every_row()

    with pytest.raises(error):
        plan(zone, getattr(zone, who), **more)

    assert every_row() == before


# care ---------------------------------------------------------------------------------------------


def test_a_decline_raises_one_care_request_with_the_figures(zone, declining):
    assert operations.cares_sweep(actor=SYSTEM, at=LATER) == 1
    assert operations.cares_sweep(actor=SYSTEM, at=at("11-06 10:00")) == 0

    request = ServiceRequest.objects.get()
    assert request.channel == Channel.CENTRE
    assert request.case.enterprise_id == zone.enterprise.pk
    assert "当月产值同比为 -30 %" in request.text
    assert "下滑" not in request.text
    assert Care.objects.get().case_id == request.case_id


def test_no_care_again_while_one_is_open_or_within_the_term(zone, declining):
    operations.cares_sweep(actor=SYSTEM, at=LATER)
    make(at("12-10 03:00"), date(2026, 12, 1))
    assert operations.cares_sweep(actor=SYSTEM, at=at("12-10 10:00")) == 0

    desk.request_withdraw(
        case_id=Care.objects.get().case_id, reason="已经好转",
        actor=zone.actor(zone.contact, at("12-11 10:00")), at=at("12-11 10:00"),
    )  # fmt: skip
    assert operations.cares_sweep(actor=SYSTEM, at=at("12-12 10:00")) == 0

    # six months later, by the park's default
    Care.objects.update(raised_at=at("06-01 10:00"))
    assert operations.cares_sweep(actor=SYSTEM, at=at("12-14 10:00")) == 1


def test_who_is_kept_off_by_hand_is_asked_no_care_for(zone, declining):
    overrule(zone, zone.clerk, declining)

    assert operations.cares_sweep(actor=SYSTEM, at=LATER) == 0
    assert not ServiceRequest.objects.exists()


def test_people_dont_raise_care(zone, declining):
    before = every_row()

    with pytest.raises(NotAllowed):
        operations.care_raise(entry_id=declining.pk, actor=zone.actor(zone.clerk, LATER), at=LATER)

    assert every_row() == before


def test_two_workers_raise_one_care_request(committed):
    zone = build_zone()
    decline(zone)
    make(MONDAY_9AM, NOVEMBER)

    def sweep() -> int:
        return operations.cares_sweep(actor=SYSTEM, at=LATER)

    assert sorted(at_once(sweep, sweep)) == [0, 1]
    assert ServiceRequest.objects.count() == 1
