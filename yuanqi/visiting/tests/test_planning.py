"""When a visit is due, by which list; several departments on one day; reminders; the calendar."""

import re
from datetime import date, time

import pytest
from django.test import Client

from tests.evidence import every_row
from tests.people import at
from yuanqi.foundation.actors import SYSTEM, Role
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible
from yuanqi.foundation.models import Account, JournalEvent, RoleGrant
from yuanqi.notices.models import Notice
from yuanqi.organisation.officers import officer_leave
from yuanqi.registry.contacting.queries import use_of
from yuanqi.steering import operations as steering
from yuanqi.steering.tests.conftest import decline, make
from yuanqi.visiting import notices, operations
from yuanqi.visiting.models import Visit, Wish
from yuanqi.visiting.operations import Note
from yuanqi.visiting.plans import Standing, bundles, plan_of, plans_of
from yuanqi.visiting.queries import planned, wishes_of

from .conftest import THURSDAY, plan, record, wish

pytestmark = pytest.mark.django_db


def test_an_enterprise_is_visited_monthly_from_its_last_visit_on(zone):
    assert plan_of(zone.enterprise, date(2026, 1, 20)).due_on == date(2026, 1, 31)
    record(zone)
    fine = plan_of(zone.enterprise, date(2026, 11, 27))
    assert (fine.last_on, fine.due_on, fine.standing) == (
        date(2026, 11, 5), date(2026, 12, 5), Standing.FINE,
    )  # fmt: skip
    assert plan_of(zone.enterprise, date(2026, 11, 28)).standing is Standing.DUE
    assert plan_of(zone.enterprise, date(2026, 12, 5)).standing is Standing.DUE
    late = plan_of(zone.enterprise, date(2026, 12, 6))
    assert (late.standing, late.days_late(date(2026, 12, 6))) == (Standing.OVERDUE, 1)


def test_a_list_says_how_often_and_a_new_decline_within_three_working_days(zone):
    record(zone, when=at("10-30 10:00"))
    decline(zone)
    make(at=at("11-05 09:00"))
    hurried = plan_of(zone.enterprise, date(2026, 11, 6))
    assert (hurried.due_on, hurried.because) == (date(2026, 11, 10), "marked-decline")

    steering.plan_set(
        code="marked-decline", valid_from=date(2026, 11, 6), visit_days=14, parts=["linked"],
        measures="上门", seen=None, actor=zone.actor(zone.clerk), at=at("11-06 09:00"),
    )  # fmt: skip
    record(zone, when=at("11-09 10:00"), key="6f1a2b3c-0000-4000-8000-000000000002")
    after = plan_of(zone.enterprise, date(2026, 11, 10))
    assert (after.every_days, after.due_on, after.because) == (
        14, date(2026, 11, 23), "marked-decline",
    )  # fmt: skip


def test_an_enterprise_that_nobody_comes_to_is_told_of(zone):
    silent = plans_of([zone.stranger.enterprise_id], date(2026, 11, 5))
    assert silent[zone.stranger.enterprise_id].silent_days is None
    served = plan_of(zone.enterprise, date(2026, 2, 15))
    assert served.silent_days == 45


def test_departments_that_want_to_go_are_proposed_one_day(zone):
    record(zone, when=at("10-20 10:00"))
    wish(zone, "safety_handler", "核对排水口", date(2026, 11, 12))
    wish(zone, "planning_handler", "看二期工地", date(2026, 11, 25))
    today = date(2026, 11, 5)
    plans = plans_of([zone.enterprise.pk], today)

    (found,) = bundles([zone.enterprise], plans, list(Wish.objects.all()), today)

    assert (found.on, found.departments) == (date(2026, 11, 12), 2)
    # the monthly visit of the officer himself is due on the 19th: too far to hurry
    (later,) = bundles(
        [zone.enterprise], plans_of([zone.enterprise.pk], date(2026, 11, 14)),
        list(Wish.objects.all()), date(2026, 11, 14),
    )  # fmt: skip
    assert later.on == date(2026, 11, 15)


def test_what_three_departments_planned_within_days_becomes_one_visit_that_names_them(zone):
    water = plan(zone, "safety_handler", planned_on=date(2026, 11, 9), purpose="核对排水口")
    site = plan(zone, "planning_handler", planned_on=date(2026, 11, 11), purpose="看二期工地")
    later = plan(zone, "approval_handler", planned_on=date(2026, 12, 9), purpose="换证")
    today = date(2026, 11, 5)
    ahead = list(planned(enterprise_ids=[zone.enterprise.pk]))

    (found,) = bundles(
        [zone.enterprise], plans_of([zone.enterprise.pk], today), [], today, visits=ahead,
        officer_ids=[zone.linked_officer.pk],
    )  # fmt: skip
    assert (found.on, [one.pk for one in found.visits]) == (
        date(2026, 11, 9), [water.pk, site.pk],
    )  # fmt: skip
    before = every_row()
    with pytest.raises(NotAllowed):
        plan(zone, "safety_handler", visit_id=water.pk, join_ids=[site.pk])
    assert every_row() == before

    one = plan(zone, join_ids=[water.pk, site.pk])

    assert [row.pk for row in planned(enterprise_ids=[zone.enterprise.pk])] == [one.pk, later.pk]
    water.refresh_from_db()
    assert (water.state, water.cancel_reason) == (
        "cancelled", "和沈一帆 11 月 10 日的走访并成一次",
    )  # fmt: skip
    assert [(row.department, row.subject) for row in wishes_of([one])[one.pk]] == [
        (zone.safety_handler.department, "核对排水口"),
        (zone.planning_handler.department, "看二期工地"),
    ]
    record(zone, visit_id=one.pk)
    assert use_of(zone.enterprise.pk, today).used == 1
    with pytest.raises(Conflict):
        plan(zone, join_ids=[water.pk])


def test_a_wish_joins_a_planned_visit_and_waits_again_when_that_is_cancelled(zone):
    visit = plan(zone)
    joined = wish(zone, "safety_handler", "核对排水口", date(2026, 11, 12), visit_id=visit.pk)
    assert joined.visit == visit

    operations.visit_cancel(
        visit_id=visit.pk, reason="台风", actor=zone.actor(zone.linked_officer), at=THURSDAY
    )

    joined.refresh_from_db()
    assert joined.is_open
    before = every_row()
    with pytest.raises(Conflict):
        wish(zone, "planning_handler", "看工地", date(2026, 11, 12), visit_id=visit.pk)
    with pytest.raises(Conflict):
        operations.visit_cancel(
            visit_id=visit.pk, reason="再取消", actor=zone.actor(zone.linked_officer), at=THURSDAY
        )
    assert every_row() == before


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (lambda zone: plan(zone, "contact"), NotAllowed),
        (lambda zone: plan(zone, "stranger"), NotVisible),
        (lambda zone: plan(zone, planned_on=date(2026, 11, 4)), Invalid),
        (lambda zone: plan(zone, visit_id=9), NotVisible),
        (lambda zone: plan(zone, wish_ids=[9]), Conflict),
        (lambda zone: wish(zone, "safety_handler", " ", date(2026, 11, 9)), Invalid),
        (lambda zone: wish(zone, "safety_handler", "x", date(2026, 11, 1)), Invalid),
        (lambda zone: wish(zone, "contact", "x", date(2026, 11, 9)), NotAllowed),
    ],
)
def test_what_cannot_be_planned_changes_nothing(zone, act, error):
    before = every_row()
    with pytest.raises(error):
        act(zone)
    assert every_row() == before


def test_only_who_planned_moves_or_cancels(zone):
    visit = plan(zone)
    before = every_row()
    with pytest.raises(NotAllowed):
        plan(zone, "planning_handler", visit_id=visit.pk)
    with pytest.raises(Conflict):
        plan(zone)
    with pytest.raises(NotAllowed):
        operations.visit_cancel(
            visit_id=visit.pk, reason="x", actor=zone.actor(zone.clerk), at=THURSDAY
        )
    assert every_row() == before
    assert plan(zone, visit_id=visit.pk, planned_on=date(2026, 11, 12)).pk == visit.pk


def test_of_who_leaves_planned_visits_are_called_off(zone):
    visit = plan(zone)
    officer_leave(
        officer_id=zone.linked_officer.pk, to_id=zone.approval_handler.pk, reason="调离",
        actor=SYSTEM, at=at("11-09 10:00"),
    )  # fmt: skip
    visit.refresh_from_db()
    assert visit.state == "cancelled"


def test_an_officer_is_told_once_a_day_how_his_visits_stand(zone):
    for _turn in range(2):
        operations.sweep(at=THURSDAY)
    event = JournalEvent.objects.get(kind="visiting.visits_due")
    assert (event.payload["overdue"], event.payload["due"]) == (1, 0)
    notices.notices_make([event], now=THURSDAY)
    assert [(one.account_id, one.kind) for one in Notice.objects.all()] == [
        (zone.linked_officer.account_id, "visits_due")
    ]
    record(zone)
    assert operations.sweep(at=at("11-06 10:00")) == 0


def test_the_calendar_shows_planned_visits_to_who_has_the_link_until_it_is_renewed(
    zone, client_of, wall
):
    plan(zone, planned_time=time(13, 30), purpose="看二期，谈用工")
    linked = client_of("linked_officer")
    assert linked.post("/visits/calendar/").status_code == 303
    address = re.search(
        r"/visits/calendar/[^\"]+\.ics", linked.get("/visits/calendar/").content.decode()
    )

    text = Client().get(address.group()).content.decode()

    assert "DTSTART:20261110T053000Z" in text
    assert "SUMMARY:走访松濑精密陶瓷" in text
    assert "看二期，谈用工" in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    linked.post("/visits/calendar/")
    assert Client().get(address.group()).status_code == 404
    assert Client().get(address.group().replace(".ics", "x.ics")).status_code == 404
    assert client_of("contact").get("/visits/calendar/").status_code == 404


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN])
def test_no_administrator_sees_a_visit(zone, role, wall):
    row = record(zone)
    account = Account.objects.create(username="admin")
    RoleGrant.objects.create(account=account, role=role.value)
    client = Client()
    client.force_login(account)
    for path in ("/visits/", f"/visits/{row.pk}/", f"/visits/note/{zone.enterprise.pk}/",
                 f"/visits/of/{zone.enterprise.pk}/", f"/visits/plan/{zone.enterprise.pk}/",
                 f"/enterprises/{zone.enterprise.pk}/contacted/"):  # fmt: skip
        assert client.get(path).status_code == 404, path
    assert client.get("/visits/token/").status_code == 401
    assert Visit.objects.count() == 1
    assert Note().talk == ""
