"""The bulk writer: the same rows and the same chain as one at a time, and nothing lost between."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest
from django.db import IntegrityError, transaction

from yuanqi.foundation import verify
from yuanqi.foundation.actors import SYSTEM
from yuanqi.foundation.bulk import Bulk
from yuanqi.foundation.journal import Audience, Event, Personal
from yuanqi.foundation.models import (
    Account,
    JournalEvent,
    JournalPersonal,
    JournalStream,
    RoleGrant,
)
from yuanqi.foundation.writer import DIRECT
from yuanqi.organisation.models import CalendarVersion, Department

pytestmark = pytest.mark.django_db
NINE = datetime(2026, 11, 2, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Told(Event):
    kind: ClassVar[str] = "tests.told"
    name: Personal
    count: int
    words: list[str]


def tell(writer, stream: str, count: int, *, minutes: int = 0) -> None:
    writer.record(
        Told(name=Personal("许若楠"), count=count, words=["二号厂房", "é", '"']),
        stream=stream,
        audience=Audience.STAFF,
        actor=SYSTEM,
        at=NINE + timedelta(minutes=minutes),
    )


def test_an_event_in_bulk_has_the_hash_it_would_have_alone(monkeypatch):
    monkeypatch.setattr("secrets.token_bytes", lambda size: bytes(size))
    tell(DIRECT, "test:1", 1)
    tell(DIRECT, "test:1", 2)
    bulk = Bulk()
    tell(bulk, "test:1", 3)
    bulk.flush()
    with transaction.atomic():
        mark = transaction.savepoint()
        tell(DIRECT, "test:1", 4)
        alone = JournalEvent.objects.get(stream="test:1", seq=4)
        transaction.savepoint_rollback(mark)

    tell(bulk, "test:1", 4)
    bulk.flush()

    together = JournalEvent.objects.get(stream="test:1", seq=4)
    assert bytes(together.hash) == bytes(alone.hash)
    assert together.payload == alone.payload
    assert JournalPersonal.objects.get(event=together).value == "许若楠"
    assert verify.run(whole=True).sentence == "intact: 4 events in 1 streams, 0 seals"


def test_ids_follow_time_across_streams_and_order_within_one():
    bulk = Bulk()
    tell(bulk, "test:a", 1, minutes=0)
    tell(bulk, "test:a", 2, minutes=30)
    tell(bulk, "test:a", 3, minutes=20)  # a pause that had run out is written late
    tell(bulk, "test:b", 4, minutes=10)
    tell(bulk, "test:b", 5, minutes=40)
    bulk.flush()

    read = JournalEvent.objects.order_by("xid", "id").values_list("stream", "seq")
    assert list(read) == [("test:a", 1), ("test:b", 1), ("test:a", 2), ("test:a", 3), ("test:b", 2)]
    assert verify.run(whole=True).intact


def test_a_change_reaches_a_row_that_waits_and_a_row_already_copied():
    bulk = Bulk()
    unit = bulk.insert(
        Department(code="x", name="一", short_name="一", name_en="One", kind="bureau")
    )
    bulk.update(unit, name="二")
    assert bulk.flush() == 1
    assert Department.objects.get(pk=unit.pk).name == "二"

    bulk.update(unit, name="三")

    assert Department.objects.get(pk=unit.pk).name == "三"
    assert bulk.flush() == 0


def test_every_kind_of_column_arrives_as_it_was():
    bulk = Bulk()
    bulk.insert(
        CalendarVersion(
            version="v",
            days={"2026-10-01": False},
            spans=[["09:00", "12:00"]],
            time_zone="Asia/Shanghai",
            source="反斜杠 \\ 制表\t换行\n引号 '",
            published_at=NINE,
        )
    )
    bulk.flush()

    row = CalendarVersion.objects.get(version="v")
    assert row.days == {"2026-10-01": False}
    assert row.spans == [["09:00", "12:00"]]
    assert row.source == "反斜杠 \\ 制表\t换行\n引号 '"
    assert row.published_at == NINE
    assert row.is_current is False


def test_keys_come_from_the_sequence_so_that_the_next_single_row_finds_its_own():
    bulk = Bulk()
    accounts = [bulk.insert(Account(username=f"u{number}")) for number in range(1500)]
    bulk.insert(RoleGrant(account=accounts[0], role="centre"))
    bulk.flush()

    later = Account.objects.create(username="later")

    assert later.pk > max(account.pk for account in accounts)
    assert [account.pk for account in accounts] == sorted(account.pk for account in accounts)
    assert RoleGrant.objects.get().account.username == "u0"


def test_what_a_constraint_refuses_leaves_nothing_of_the_bulk():
    bulk = Bulk()
    bulk.insert(Account(username="same"))
    bulk.insert(Account(username="same"))
    tell(bulk, "test:1", 1)

    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.flush()

    assert not Account.objects.filter(username="same").exists()
    assert not JournalEvent.objects.exists()
    assert not JournalStream.objects.exists()
