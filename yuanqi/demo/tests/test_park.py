"""The demo park, loaded: what a visitor finds, and that it is whole, once, or not there at all."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import connections
from django.db.models import F, Q
from django.test import override_settings
from django.utils import timezone

from yuanqi.casework import operations as cases
from yuanqi.casework.models import (
    Attachment,
    Case,
    CaseNumber,
    CaseState,
    ClockPause,
    ClockRecord,
    Evaluation,
    LimitRule,
    Outcome,
    Purpose,
    Task,
    TaskKind,
)
from yuanqi.casework.queries import cases_visible_to
from yuanqi.demo import park, people, years
from yuanqi.demo.accounts import demo_accounts
from yuanqi.demo.size import FULL
from yuanqi.foundation import files, postgres, seals, verify
from yuanqi.foundation.actors import Side, actor_for
from yuanqi.foundation.models import (
    Account,
    JournalEvent,
    JournalSeal,
    RoleGrant,
    StoredFile,
    SubscriberCursor,
)
from yuanqi.linking.coverage import coverage_on, loads_on
from yuanqi.linking.models import Round, RoundLink
from yuanqi.linking.queries import round_on
from yuanqi.notices.models import Notice
from yuanqi.organisation.models import Absence, Department, DutyShift, Officer, Rank
from yuanqi.organisation.queries import centre, officer_on_duty
from yuanqi.promises.models import Promise
from yuanqi.registry.facts import State, details_of
from yuanqi.registry.models import Contact, Enterprise, Fact, LinkRole
from yuanqi.registry.queries import links_on, services_of
from yuanqi.servicedesk.models import CallBack, Channel, ServiceRequest
from yuanqi.steering.models import Sheet
from yuanqi.visiting.models import Visit
from yuanqi.visiting.plans import Standing, plans_of
from yuanqi.visiting.queries import units_of, wishes_of

NOW = datetime(2026, 11, 24, 2, 10, tzinfo=UTC)  # a Tuesday, 10:10 in the park
OPEN = ~Q(state=CaseState.CLOSED)


@pytest.fixture(scope="module")
def loaded(databases, django_db_setup, django_db_blocker, tmp_path_factory):
    """One park for all that only look at it: a database and a file of seals of its own."""
    var = override_settings(VAR=tmp_path_factory.mktemp("park"))
    with var, django_db_blocker.unblock():
        name = databases.copy()
        park.load(tell=lambda line: None, at=NOW)
        yield
        for connection in connections.all():
            connection.close()
        databases.use(databases.shared)
        postgres.drop_database(databases.server, name)


def test_the_park_has_what_a_real_zone_reported(loaded):
    assert Enterprise.objects.count() == 806
    assert Enterprise.objects.filter(is_industrial=True).count() == 415
    assert Officer.objects.filter(rank__gte=Rank.DEPUTY_SECTION).count() == 92
    deputies = Officer.objects.filter(department__code="deputies", title__startswith="区人大代表")
    assert deputies.count() == 48
    assert not deputies.filter(account__isnull=False).exists()
    assert sum(CaseNumber.objects.values_list("last", flat=True)) == 9_000


def test_every_department_has_its_head_and_reports_to_the_zones_leaders(loaded):
    bureaus = Department.objects.exclude(kind=Department.Kind.LEADERSHIP)
    assert bureaus.count() == 25
    assert not Department.objects.filter(head__isnull=True).exists()
    assert bureaus.filter(reports_to__kind=Department.Kind.LEADERSHIP).count() == 25


def test_the_last_sixty_days_are_there_at_once_and_whatever_is_open(loaded):
    recent = years.recent_from(timezone.localtime(NOW), FULL)
    assert 700 <= ServiceRequest.objects.filter(case__opened_at__gte=recent).count() <= 850
    older = Case.objects.filter(opened_at__lt=recent)
    assert older.count() <= 30
    merged = Q(outcome=Outcome.MERGED)
    assert not older.exclude(OPEN | merged).exists()


def test_every_state_and_every_light_is_there(loaded):
    assert set(Case.objects.values_list("state", flat=True)) == set(CaseState.values)
    lights = Counter(str(case.light(NOW)) for case in Case.objects.filter(OPEN))
    assert set(lights) == {"green", "yellow", "red", "paused"}
    assert lights["red"] >= 8
    assert lights["yellow"] >= 8
    assert 8 <= lights["paused"] <= 30
    grounds = ClockPause.objects.filter(end_at__isnull=True).values_list("ground", flat=True)
    assert set(grounds) >= {"enterprise-material", "superior-organ"}


def test_co_handlers_wait_work_and_are_done(loaded):
    tasks = Task.objects.filter(kind=TaskKind.CO_HANDLE, case__state=CaseState.IN_PROGRESS)
    assert set(tasks.values_list("state", flat=True)) >= {"active", "done"}
    assert Task.objects.filter(kind=TaskKind.CO_HANDLE, state="ready").exists()


def test_requests_came_every_way_and_were_returned_once_and_twice(loaded):
    assert set(ServiceRequest.objects.values_list("channel", flat=True)) == set(Channel.values)
    waiting = Case.objects.filter(state=CaseState.SUBMITTED)
    assert set(waiting.values_list("returns", flat=True)) == {0, 1, 2}
    assert Case.objects.values("category").distinct().count() == 30


def test_stopped_production_is_among_todays_requests(loaded):
    urgent = Case.objects.filter(OPEN, level="P1", opened_at__gt=NOW - timedelta(hours=3))
    assert set(urgent.values_list("state", flat=True)) >= {"submitted", "dispatched"}


def test_evaluations_are_good_middling_bad_and_missing(loaded):
    levels = Counter(Evaluation.objects.values_list("level", flat=True))
    assert {2, 3, 4, 5} <= set(levels)
    assert levels[5] > levels[3] > 0
    assert CallBack.objects.count() >= 1
    closed = Case.objects.filter(state=CaseState.CLOSED)
    unrated = closed.filter(outcome=Outcome.UNRATED).count()
    assert 0.15 < unrated / closed.count() < 0.35
    assert not Evaluation.objects.filter(level__lte=2, complaint="").exists()


def test_every_open_case_has_its_person_and_its_clock(loaded):
    for case in Case.objects.filter(OPEN):
        promised = (
            Purpose.EVALUATE
            if case.state in (CaseState.ANSWERED, CaseState.CALL_BACK)
            else Purpose.RESOLVE
        )
        clock = ClockRecord.objects.get(case=case, purpose=promised, stopped_at__isnull=True)
        assert case.responsible is not None
        paused = clock.pauses.filter(end_at__isnull=True).exists()
        assert (clock.due_at is None) == paused == case.is_paused
    assert not ClockRecord.objects.filter(
        case__state=CaseState.CLOSED, stopped_at__isnull=True
    ).exists()


def test_nothing_happened_in_the_future_nor_is_left_for_the_sweep(loaded):
    assert JournalEvent.objects.filter(at__gt=NOW).count() == 0
    assert cases.sweep(at=NOW) == 0
    assert LimitRule.objects.filter(valid_from__gt=NOW.date() - timedelta(days=60)).count() == 0


def test_every_enterprise_is_served_by_an_officer_of_rank(loaded):
    links = links_on(NOW.date()).select_related("officer")
    served = links.filter(role=LinkRole.LEAD)
    # all but six have their own, those are served by the officer of their group's head
    assert served.count() == served.values("enterprise").distinct().count() == 800
    services = services_of(list(Enterprise.objects.select_related("group")), NOW.date())
    assert len(services) == 806
    inherited = [service for service in services.values() if service.group is not None]
    assert len({service.group for service in inherited}) == 6
    assert not served.filter(officer__rank__lt=Rank.DEPUTY_SECTION).exists()
    seconds = links.filter(role=LinkRole.SECOND)
    assert seconds.count() == 240
    assert set(seconds.values_list("officer__department__code", flat=True)) == {"deputies"}


def test_the_centre_answers_at_any_hour_and_the_absent_are_acted_for(loaded):
    unit = centre()
    covered = DutyShift.objects.filter(department=unit).order_by("start_at")
    for earlier, later in pairwise(covered):
        assert earlier.end_at == later.start_at
    assert covered.first().start_at < NOW - timedelta(days=730)
    assert covered.last().end_at > NOW + timedelta(days=29)
    absence = Absence.objects.get(officer__department=unit, start_at__lte=NOW, end_at__gt=NOW)
    for hours in range(48):
        at = NOW + timedelta(hours=hours)
        assert officer_on_duty(unit, at) == absence.acting


def test_links_came_by_rounds_that_kept_old_pairs_and_nobody_is_over_capacity(loaded):
    rounds = {
        one.year: (one.pairs.count(), one.seats.exclude(role="deputy").count())
        for one in Round.objects.all()
    }
    assert rounds == {2024: (305, 35), 2025: (305, 35), 2026: (806, 89)}
    newest = RoundLink.objects.filter(round__year=2026)
    assert newest.filter(lead_before=None).count() == 501
    assert not newest.exclude(lead_before=None).exclude(lead=F("lead_before")).exists()
    round_ = round_on(NOW.date())
    found = coverage_on(NOW.date(), round_)
    over = [one for one in loads_on(NOW.date(), round_) if one.over]
    assert (found.gaps, found.total, over) == (0, 806, [])


def test_a_year_of_visits_left_promises_and_days_that_departments_shared(loaded):
    done = Visit.objects.filter(state="done", happened_at__lte=NOW)
    assert 9_000 < done.count() < 11_000
    assert done.values("enterprise").distinct().count() > 790
    made = Counter(Promise.objects.filter(occasion="visit").values_list("state", flat=True))
    assert made["kept"] > 300
    assert made["broken"] >= 5
    assert Promise.objects.filter(state="open", due_on__lt=NOW.date()).exists()
    assert Contact.objects.exclude(merged_into=None).count() > 300
    plans = plans_of(list(Enterprise.objects.values_list("pk", flat=True)), NOW.date())
    late = sum(one.standing is Standing.OVERDUE for one in plans.values())
    assert 0.04 < late / 806 < 0.16
    shared = Visit.objects.get(enterprise__short_name="松濑精密陶瓷", state="planned")
    assert len(units_of(shared, wishes_of([shared])[shared.pk])) == 3


def test_the_journal_verifies_and_is_sealed(loaded):
    report = verify.run(whole=True)
    assert report.intact
    assert report.events == JournalEvent.objects.count()
    assert JournalSeal.objects.get().count == report.events
    assert seals.make(at=NOW) is None
    # notices follow from the journal, by its subscriber
    assert not Notice.objects.exists()


def test_the_messages_of_the_last_days_are_unread_and_no_older_ones(loaded):
    cursor = SubscriberCursor.objects.get(name="notices")
    unread = JournalEvent.objects.filter(xid__gte=cursor.xid, id__gt=cursor.event_id)
    assert unread.exists()
    assert unread.earliest("at").at >= NOW - park.UNREAD


def test_events_are_told_in_order_of_time_and_cases_numbered_in_it(loaded):
    # what operations wrote comes in behind the rest: advice, task forces, meetings, their promises
    behind = Q(kind__startswith="advice.") | Q(kind__startswith="taskforces.")
    behind |= Q(kind__startswith="meetings.") | Q(kind__startswith="promises.")
    # and a year of visits, with what was learnt on them
    behind |= Q(kind__startswith="visiting.") | Q(kind="registry.contact_made")
    behind |= Q(kind="registry.fact_stated", payload__source="visit")
    for told in (JournalEvent.objects.exclude(behind), JournalEvent.objects.filter(behind)):
        streams: dict[str, list[datetime]] = {}
        for stream, at in told.order_by("xid", "id").values_list("stream", "at"):
            streams.setdefault(stream, []).append(at)
        assert all(times == sorted(times) for times in streams.values())
    times = list(JournalEvent.objects.exclude(behind).order_by("xid", "id").values_list("at"))
    assert times == sorted(times)
    numbers = list(Case.objects.order_by("opened_at", "id").values_list("number", flat=True))
    assert numbers == sorted(numbers)


def test_the_four_lists_have_a_zones_sizes_and_the_park_its_own_version_of_one(loaded):
    newest = Sheet.objects.filter(month=date(2026, 11, 1)).select_related("condition", "version")
    share = {sheet.condition.code: sheet.listed / 806 for sheet in newest}
    assert 0.03 <= share.pop("marked-decline") <= 0.06
    assert set(share) == {"key-core", "fast-growing", "new-growth-point"}
    assert all(0.03 <= one <= 0.1 for one in share.values())
    own = newest.get(condition__code="new-growth-point").version
    assert (own.number, own.is_shipped) == (2, False)
    assert own.decided_by.username == "leader"
    assert own.drafted_by.username == "centre"


def test_facts_are_stated_with_evidence_and_stand_in_every_way(loaded):
    states = {
        name: Fact.objects.filter(**narrowed).count()
        for name, narrowed in {
            "confirmed": {"confirmed_at__isnull": False},
            "waiting": {"source": "enterprise", "confirmed_at": None, "returned_at": None},
            "returned": {"returned_at__isnull": False},
        }.items()
    }
    assert states["confirmed"] > 1500
    assert 15 <= states["waiting"] <= 60
    assert 1 <= states["returned"] <= 12
    assert not Fact.objects.filter(source="enterprise", file=None).exists()
    visited = Enterprise.objects.get(short_name="松濑精密陶瓷")
    found = {one.field.name: one.state for one in details_of(visited.pk, date(2026, 11, 24))}
    assert found["revenue_last_year"] == State.CONFIRMED
    assert found["employees"] == State.CONFLICT
    assert found["utility_patents"] == State.WAITING
    assert found["capacity_use"] == State.STALE
    assert found["rd_expense"] == State.UNKNOWN


def test_attachments_lie_where_they_are_looked_for(loaded):
    assert Attachment.objects.count() >= 20
    assert not Attachment.objects.exclude(file__size__gt=500).exists()
    for file in StoredFile.objects.all():
        assert files.path_of(file.sha256).stat().st_size == file.size


def test_the_second_load_changes_nothing(loaded):
    before = (JournalEvent.objects.count(), Account.objects.count(), Case.objects.count())
    said = []
    park.load(tell=said.append, at=NOW + timedelta(days=1))

    assert said == []
    after = (JournalEvent.objects.count(), Account.objects.count(), Case.objects.count())
    assert after == before


def test_each_offered_account_signs_in_and_sees_its_share(loaded):
    seen = {}
    for offered in demo_accounts():
        account = Account.objects.get(username=offered["username"])
        assert account.check_password(offered["password"])
        actor = actor_for(account, NOW)
        seen[offered["username"]] = cases_visible_to(actor).filter(OPEN).count()
        if offered["username"] in people.HOLDERS:
            assert seen[offered["username"]] == 0
            continue
        assert actor.side is (Side.ENTERPRISE if offered["username"] == "enterprise" else Side.PARK)
    everything = Case.objects.filter(OPEN).count()
    assert seen["centre"] == seen["leader"] == everything
    assert 2 <= seen["enterprise"] < seen["officer"] < everything
    assert seen["handler"] >= 5
    assert seen["cohandler"] >= 5
    assert seen["head"] >= seen["handler"]


def test_the_three_administrators_are_three_and_no_officers(loaded):
    roles = RoleGrant.objects.filter(role__endswith="_admin").values_list(
        "account__username", "role"
    )
    assert sorted(roles) == [
        ("audadmin", "audit_admin"),
        ("secadmin", "security_admin"),
        ("secadmin2", "security_admin"),
        ("sysadmin", "system_admin"),
    ]
    assert not Officer.objects.filter(account__grants__role__endswith="_admin").exists()
    offered = {account["username"] for account in demo_accounts()}
    assert offered >= {"audadmin", "secadmin", "secadmin2", "sysadmin"}
