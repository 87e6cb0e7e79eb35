"""The access log: one row a page that showed personal data; nobody changes it, nor shortens it."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from tests.people import MONDAY_9AM, build_zone
from yuanqi.audit import reading
from yuanqi.audit.models import AccessRead
from yuanqi.foundation.actors import SYSTEM

NOW = datetime.now(UTC)


def note(zone, **more):
    actor = more.pop("actor", None) or zone.actor(zone.clerk)
    said = {"at": MONDAY_9AM, "subject": "enterprise:1", "what": "phone", **more}
    reading.note(actor=actor, **said)


def test_a_reading_is_one_row_with_one_insert(zone, django_assert_num_queries):
    actor = zone.actor(zone.clerk)
    with django_assert_num_queries(1):
        note(zone, actor=actor, count=3, address="10.0.0.7", of=["contact:5", "contact:6"])

    row = AccessRead.objects.get()
    assert (row.at, row.account_id, row.subject, row.what, row.count, row.address) == (
        MONDAY_9AM, zone.clerk.account_id, "enterprise:1", "phone", 3, "10.0.0.7",
    )  # fmt: skip
    assert row.people == ["contact:5", "contact:6"]


def test_ones_own_data_jobs_and_nothing_are_not_noted(zone):
    contact = zone.actor(zone.contact)
    note(zone, actor=contact, subject=zone.enterprise.stream)
    note(zone, actor=contact, subject=f"contact:{zone.contact.pk}")
    note(zone, actor=zone.actor(zone.clerk), subject=f"officer:{zone.clerk.pk}")
    note(zone, subject="directory", of=[f"officer:{zone.clerk.pk}"])
    note(zone, actor=SYSTEM)
    note(zone, count=0)

    assert not AccessRead.objects.exists()


@pytest.mark.parametrize("sql", ["UPDATE access_read SET what = 'x'", "DELETE FROM access_read",
                                 "TRUNCATE access_read"])  # fmt: skip
def test_the_program_can_neither_change_nor_delete_what_was_noted(zone, sql):
    note(zone)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)

    assert AccessRead.objects.count() == 1


def test_the_owner_can_not_change_or_delete_it_either(committed):
    name = connection.settings_dict["NAME"]
    zone = build_zone()
    note(zone, at=NOW)
    with psycopg.connect(committed.url(name, owner=True), autocommit=True) as owner:
        for sql in ("UPDATE access_read SET what = 'x'", "DELETE FROM access_read",
                    "TRUNCATE access_read"):  # fmt: skip
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                owner.execute(sql)
    assert AccessRead.objects.count() == 1


def test_only_what_is_older_than_six_months_can_be_forgotten_whatever_is_asked(zone):
    for days in (400, 200, 100, 0):
        note(zone, at=NOW - timedelta(days=days))

    with connection.cursor() as cursor:
        cursor.execute("SELECT access_read_forget(now(), 100)")
        assert cursor.fetchone()[0] == 2

    assert AccessRead.objects.count() == 2


def test_a_page_is_shown_although_the_log_can_not_be_written(committed, caplog):
    zone = build_zone()
    note(zone, what="w" * 33)  # refused by the column, as a full disk would refuse it

    assert not AccessRead.objects.exists()
    assert f"account {zone.clerk.account_id} read {'w' * 33} of enterprise:1 (1)" in caplog.text
