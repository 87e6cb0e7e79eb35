"""An upgrade beside people at work: it waits its turn, and holds up nobody for long."""

import threading

import psycopg
import pytest
from django.db import OperationalError, connections

from yuanqi.foundation import migrating
from yuanqi.foundation.models import StoredFile


def invalid_indexes() -> int:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_index WHERE NOT indisvalid")
        return cursor.fetchone()[0]


def test_a_table_in_use_is_waited_for_and_then_changed(committed, monkeypatch):
    asked = []

    def migrate_once(*_args: object, **_kwargs: object) -> None:
        asked.append(1)
        with connections["owner"].cursor() as cursor:
            cursor.execute("ALTER TABLE stored_file ADD COLUMN extra integer")

    monkeypatch.setattr(migrating, "call_command", migrate_once)
    monkeypatch.setattr(migrating, "PATIENCE", "50ms")
    reading = psycopg.connect(committed.url(connections["default"].settings_dict["NAME"]))
    reading.execute("SELECT count(*) FROM stored_file")  # its transaction stays open

    migrating.migrate(verbosity=0, pause=lambda _seconds: reading.close())

    assert len(asked) == 2
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT extra FROM stored_file")


def test_one_that_stays_in_use_is_told_and_nothing_is_changed(committed, monkeypatch):
    def migrate_once(*_args: object, **_kwargs: object) -> None:
        with connections["owner"].cursor() as cursor:
            cursor.execute("ALTER TABLE stored_file ADD COLUMN extra integer")

    monkeypatch.setattr(migrating, "call_command", migrate_once)
    monkeypatch.setattr(migrating, "PATIENCE", "20ms")
    monkeypatch.setattr(migrating, "TRIES", 3)
    waits: list[float] = []
    with psycopg.connect(committed.url(connections["default"].settings_dict["NAME"])) as reading:
        reading.execute("SELECT count(*) FROM stored_file")
        with pytest.raises(OperationalError):
            migrating.migrate(verbosity=0, pause=waits.append)
    assert len(waits) == 2
    assert StoredFile.objects.count() == 0  # still the table that the program knows


def test_an_index_left_half_made_is_made_again(committed):
    name = connections["default"].settings_dict["NAME"]
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO stored_file (sha256, size, content_type, stored_at)"
            " VALUES ('a', 1, '', now()), ('b', 1, '', now())"
        )
    with (
        psycopg.connect(committed.url(name, owner=True), autocommit=True) as owner,
        pytest.raises(psycopg.errors.UniqueViolation),
    ):
        owner.execute("CREATE UNIQUE INDEX CONCURRENTLY half ON stored_file (size)")
    assert invalid_indexes() == 1
    migrating.migrate(verbosity=0)
    assert invalid_indexes() == 0


def test_two_who_migrate_at_once_come_one_after_the_other(committed, monkeypatch):
    inside, most = [], []

    def migrate_once(*_args: object, **_kwargs: object) -> None:
        inside.append(1)
        most.append(len(inside))
        threading.Event().wait(0.2)
        inside.pop()

    monkeypatch.setattr(migrating, "call_command", migrate_once)

    def one() -> None:
        migrating.migrate(verbosity=0)
        connections["owner"].close()

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert most == [1, 1]
