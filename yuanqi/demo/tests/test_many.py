"""A park of any size: told again by many, it is as right as the demo park that was lived."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, connections

from yuanqi.casework.models import Case, CaseState, ClockPause, ClockRecord
from yuanqi.demo.many import load
from yuanqi.demo.many.places import Days
from yuanqi.demo.many.words import tail_of
from yuanqi.domain import uscc
from yuanqi.domain.worktime import WorkCalendar
from yuanqi.foundation import postgres, subscribers, verify
from yuanqi.foundation.actors import SYSTEM, actor_for
from yuanqi.foundation.models import Account, JournalEvent, JournalPersonal, SubscriberCursor
from yuanqi.insight import figures
from yuanqi.organisation.calendars import work_calendar
from yuanqi.registry.models import ContactPerson, Enterprise, EnterpriseSearch, Link
from yuanqi.servicedesk import search_index
from yuanqi.servicedesk.models import SearchText, ServiceRequest
from yuanqi.servicedesk.search import search_requests

NOW = datetime(2026, 11, 24, 2, 10, tzinfo=UTC)
ENTERPRISES, REQUESTS = 120, 1_500
LIVED = 420  # of which the others are told


@pytest.fixture(scope="module")
def grown(databases, django_db_setup, django_db_blocker, tmp_path_factory):
    """A park that was grown once for all tests of this file; they only read."""
    patch = pytest.MonkeyPatch()
    patch.setattr("django.conf.settings.VAR", tmp_path_factory.mktemp("var"))
    with django_db_blocker.unblock():
        name = databases.copy()
        load.load(ENTERPRISES, REQUESTS, tell=lambda line: None, at=NOW)
        yield
        for one in connections.all():
            one.close()
        databases.use(databases.shared)
        postgres.drop_database(databases.server, name)
    patch.undo()


def _told():
    """The requests that were told again."""
    return Case.objects.order_by("pk")[LIVED:]


def test_there_are_as_many_as_were_wished_for(grown):
    assert Enterprise.objects.count() == ENTERPRISES
    assert Case.objects.count() == ServiceRequest.objects.count() == REQUESTS
    assert len(set(Case.objects.values_list("number", flat=True))) == REQUESTS


def test_the_journal_is_whole_and_sealed_from_the_first_event_to_the_last(grown):
    report = verify.run(whole=True)
    assert report.intact
    assert report.events == JournalEvent.objects.count()


def test_every_clock_says_what_the_calendar_says(grown):
    pauses = {}
    for pause in ClockPause.objects.order_by("start_at"):
        pauses.setdefault(pause.clock_id, []).append(pause)
    told = set(_told().values_list("pk", flat=True))
    clocks = [c for c in ClockRecord.objects.select_related("calendar") if c.case_id in told]
    assert len(clocks) > REQUESTS
    for clock in clocks:
        derived = clock.derive(pauses.get(clock.pk, []), work_calendar(clock.calendar))
        assert derived == {"due_at": clock.due_at, "warn_at": clock.warn_at}


def test_lists_show_the_clock_that_runs(grown):
    for case in Case.objects.exclude(state=CaseState.CLOSED).select_related("clock"):
        assert (case.due_at, case.warn_at) == (case.clock.due_at, case.clock.warn_at)
        assert case.clock.case_id == case.pk


def test_figures_and_search_are_what_counting_and_indexing_afresh_would_give(grown):
    assert figures.check().is_none
    ids = list(_told().values_list("pk", flat=True)[:200])
    kept = SearchText.objects.filter(pk__in=ids).in_bulk()
    search_index.index(ids)
    for pk, fresh in SearchText.objects.filter(pk__in=ids).in_bulk().items():
        told = kept[pk]
        assert (told.words, told.inside, told.opened_at) == (
            fresh.words, fresh.inside, fresh.opened_at,
        )  # fmt: skip
    assert EnterpriseSearch.objects.count() == ENTERPRISES


def test_the_followers_stand_at_the_end_of_what_was_told(grown):
    last = JournalEvent.objects.filter(stream__startswith="case:").order_by("xid", "id").last()
    for subscriber in subscribers.registered():
        cursor = SubscriberCursor.objects.filter(name=subscriber.name).first()
        assert cursor is None or (cursor.xid, cursor.event_id) >= (last.xid, last.pk)


def test_every_enterprise_has_a_right_code_a_contact_who_signs_in_and_an_officer(grown):
    firms = list(Enterprise.objects.order_by("pk"))
    assert {uscc.check(firm.uscc) for firm in firms} == {firm.uscc for firm in firms}
    assert len({firm.short_name for firm in firms}) == ENTERPRISES
    for firm in firms[70:]:
        contact = ContactPerson.objects.get(enterprise=firm)
        account = Account.objects.get(pk=contact.account_id)
        assert actor_for(account, NOW).enterprise_id == firm.pk
        assert Link.objects.filter(enterprise=firm).count() == 1
        events = JournalEvent.objects.filter(stream=firm.stream).order_by("seq")
        assert list(events.values_list("kind", flat=True)) == [
            "registry.enterprise_registered", "registry.contact_added", "registry.link_begun",
        ]  # fmt: skip
        assert set(
            JournalPersonal.objects.filter(event__stream=firm.stream).values_list("key", "value")
        ) == {("name", contact.name), ("phone", contact.phone)}


def test_what_is_told_names_its_own_enterprise_and_nobody_else(grown):
    for case in _told().select_related("enterprise", "request__contact")[:300]:
        assert case.request.contact.enterprise_id == case.enterprise_id
        assert case.opened_at.date() >= case.enterprise.registered_on - timedelta(days=1)
        if not case.request.is_complaint:
            assert case.enterprise.short_name in case.request.text
        grantees = set(case.access.values_list("grantee", flat=True))
        assert f"e{case.enterprise_id}" in grantees
        assert sum(name.startswith("e") for name in grantees) == 1


def test_some_words_stand_everywhere_and_some_never_meet(grown):
    assert len(search_requests("设备编号", SYSTEM, size=50).rows) == 50
    assert search_requests("甲栋", SYSTEM).rows
    assert search_requests("乙栋", SYSTEM).rows
    assert not search_requests("甲栋 乙栋", SYSTEM).rows
    taken_over = search_requests("纸质台账", SYSTEM).rows
    assert max(case.opened_at for case in taken_over) < NOW - timedelta(days=4 * 365)


def test_new_rows_take_keys_and_numbers_behind_those_that_were_told(grown):
    with connection.cursor() as cursor:
        for table in ("case", "clock", "journal_event", "enterprise", "account"):
            cursor.execute(f"SELECT nextval(pg_get_serial_sequence('\"{table}\"', 'id'))")
            key = cursor.fetchone()[0]
            cursor.execute(f'SELECT max(id) FROM "{table}"')
            assert key > cursor.fetchone()[0]
        cursor.execute(
            'SELECT count(*) FROM "case" JOIN case_number ON month = left(number, 4)'
            " WHERE split_part(number, '-', 2)::int > last"
        )
        assert cursor.fetchone()[0] == 0


def test_the_same_wish_again_finds_it_there_and_another_is_refused(grown):
    before = JournalEvent.objects.count()
    load.load(ENTERPRISES, REQUESTS, tell=lambda line: None)
    with pytest.raises(load.Refused):
        load.load(ENTERPRISES, REQUESTS + 1, tell=lambda line: None)
    assert JournalEvent.objects.count() == before


@pytest.mark.parametrize(("enterprises", "requests"), [(69, 1_500), (100_001, 1_500), (806, 10)])
def test_what_no_park_can_be_is_refused(enterprises, requests):
    with pytest.raises(load.Refused):
        load.load(enterprises, requests, tell=lambda line: None)


def test_a_life_moves_only_to_where_working_days_follow_alike():
    calendar = WorkCalendar.china()
    days = Days.between(date(2024, 1, 1), date(2026, 12, 31), calendar)
    first, last = date(2026, 9, 25), date(2026, 10, 12)  # over the National Day of 2026

    shifts = days.shifts(first, last, happened=last, until=date(2026, 11, 24))

    assert 0 in shifts
    for shift in shifts:
        moved = timedelta(days=shift)
        for n in range((last - first).days + 1):
            day = first + timedelta(days=n)
            assert calendar.is_working(day) is calendar.is_working(day + moved)
    # a week later there is no such week of holidays
    assert 7 not in shifts


def test_nothing_is_told_that_has_not_happened_yet():
    days = Days.between(date(2026, 6, 1), date(2026, 12, 31), WorkCalendar.china())
    until = date(2026, 9, 1)
    happened = date(2026, 7, 14)
    shifts = days.shifts(date(2026, 7, 6), date(2026, 7, 20), happened=happened, until=until)
    assert max(shifts) == 42  # seven weeks later the last thing would happen on 1 September


def test_the_end_of_a_text_is_the_same_for_the_same_request():
    one = tail_of("2611-0001", 7, "青岚特种玻璃", is_old=False)
    assert one == tail_of("2611-0001", 7, "青岚特种玻璃", is_old=False)
    assert "青岚特种玻璃" in one
    assert "纸质台账" not in one
    assert "纸质台账" in tail_of("2011-0001", 7, "青岚特种玻璃", is_old=True)
