"""Seals: what was sealed can't be shortened, not even with its head; what is open is waited for."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar

import psycopg
import pytest
from django.db import connection, transaction

from yuanqi.foundation import journal, seals, verify
from yuanqi.foundation.actors import SYSTEM
from yuanqi.foundation.journal import Audience, Event
from yuanqi.foundation.models import JournalEvent, JournalSeal, JournalStream

NOON = datetime(2026, 11, 5, 4, 0, tzinfo=UTC)
WAIT_SECONDS = 30


@dataclass(frozen=True)
class Rang(Event):
    kind: ClassVar[str] = "test.rang"
    bell: str


def ring(bell: str, stream: str = "tower:1") -> None:
    """Record an event in the running transaction."""
    journal.record(Rang(bell), stream=stream, audience=Audience.STAFF, actor=SYSTEM, at=NOON)


def rung(*bells: str, stream: str = "tower:1") -> None:
    for bell in bells:
        with transaction.atomic():
            ring(bell, stream)


def seal(minutes: int = 0) -> JournalSeal | None:
    return seals.make(at=NOON + timedelta(minutes=minutes))


def broken(*, whole: bool = True) -> str:
    return verify.run(whole=whole).first_break


@pytest.fixture
def sealed(committed: Any, settings, tmp_path) -> Iterator[Any]:
    """Two seals: over two events of one stream, then over one more of it and one of another."""
    settings.VAR = tmp_path
    rung("one", "two")
    assert seal(10).count == 2
    rung("three")
    rung("other", stream="tower:2")
    assert seal(20).count == 2
    yield committed


def file_of_seals(settings) -> Path:
    return Path(settings.VAR) / "seals" / "seals.jsonl"


def as_owner(databases: Any, *sql: str) -> None:
    """Do what only the owner can, with the triggers out of the way."""
    name = connection.settings_dict["NAME"]
    connection.close()
    with psycopg.connect(databases.url(name, owner=True)) as owner:
        for table in ("journal_event", "journal_seal"):
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in sql:
            owner.execute(statement)


@contextmanager
def an_open_transaction(bell: str, stream: str) -> Iterator[threading.Event]:
    """Another connection records an event and stays open until `go_on` is set."""
    recorded, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                ring(bell, stream)
                recorded.set()
                assert go_on.wait(WAIT_SECONDS)
        finally:
            connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    assert recorded.wait(WAIT_SECONDS)
    try:
        yield go_on
    finally:
        go_on.set()
        thread.join(WAIT_SECONDS)


def test_a_seal_covers_what_came_since_the_last_and_bears_its_mac(sealed):
    first, second = JournalSeal.objects.order_by("id")

    assert (first.from_xid, first.from_id) == (0, 0)
    assert (second.from_xid, second.from_id) == (first.upto_xid, first.upto_id)
    assert bytes(first.prev) == bytes(32)
    assert bytes(second.prev) == bytes(first.mac)
    assert seal(30) is None
    assert verify.run(whole=True).sentence == "intact: 4 events in 2 streams, 2 seals"
    assert verify.run(whole=False).sentence == "intact: 2 events in 2 streams, 2 seals"


def test_the_root_is_that_of_the_tree_of_rfc_9162():
    """Leaves under 0x00, nodes under 0x01, the left subtree the largest full one."""

    def tree(leaves: list[bytes]) -> bytes:
        if not leaves:
            return sha256(b"").digest()
        if len(leaves) == 1:
            return sha256(b"\x00" + leaves[0]).digest()
        split = 1
        while split * 2 < len(leaves):
            split *= 2
        return sha256(b"\x01" + tree(leaves[:split]) + tree(leaves[split:])).digest()

    for count in range(20):
        leaves = [sha256(bytes([number])).digest() for number in range(count)]
        assert seals.merkle_root(leaves) == tree(leaves)


def test_a_tail_deleted_with_its_head_is_found_by_the_seal(sealed):
    """The chain alone can't tell: what is left of it is whole."""
    second = JournalEvent.objects.get(stream="tower:1", seq=2)
    last = JournalSeal.objects.latest("id")

    as_owner(
        sealed,
        "DELETE FROM journal_event WHERE stream = 'tower:1' AND seq = 3",
        f"UPDATE journal_stream SET seq = 2, head = '\\x{bytes(second.hash).hex()}'"
        " WHERE name = 'tower:1'",
    )

    said = (
        f"seal {last.pk} of 2026-11-05 04:20 covers 2 events, 1 are there:"
        " the end of a stream was removed, or one was put in"
    )
    assert broken() == said
    assert broken(whole=False) == said


def test_a_whole_stream_deleted_with_its_head_is_found_by_the_seal(sealed):
    as_owner(
        sealed,
        "DELETE FROM journal_event WHERE stream = 'tower:2'",
        "DELETE FROM journal_stream WHERE name = 'tower:2'",
    )

    assert broken().endswith(
        "covers 2 events, 1 are there: the end of a stream was removed, or one was put in"
    )


def test_a_chain_made_anew_from_an_altered_event_is_found_by_the_seal(sealed):
    """Who owns the database can compute every hash again; the seal's root remains."""
    first = JournalSeal.objects.earliest("id")
    statements = []
    prev = bytes(32)
    for event in JournalEvent.objects.filter(stream="tower:1").order_by("seq"):
        payload = {"bell": "forged"} if event.seq == 1 else event.payload
        made = journal.digest(
            stream=event.stream, seq=event.seq, at=event.at, kind=event.kind, version=1,
            payload=payload, audience=event.audience, enterprise_id=None, actor=event.actor,
            prev=prev,
        )  # fmt: skip
        statements.append(
            f"UPDATE journal_event SET payload = '{json.dumps(payload)}',"
            f" prev = '\\x{prev.hex()}', hash = '\\x{made.hex()}' WHERE id = {event.pk}"
        )
        prev = made
    statements.append(f"UPDATE journal_stream SET head = '\\x{prev.hex()}' WHERE name = 'tower:1'")

    as_owner(sealed, *statements)

    assert broken() == f"the events under seal {first.pk} are not those that were sealed"


@pytest.mark.parametrize(
    "change",
    ["count = count + 1", "root = sha256('x')", "made_at = made_at + interval '1 second'",
     "upto_id = upto_id - 1", "mac = sha256('x')"],
)  # fmt: skip
def test_an_altered_seal_is_named(sealed, change):
    first = JournalSeal.objects.earliest("id")

    as_owner(sealed, f"UPDATE journal_seal SET {change} WHERE id = {first.pk}")

    assert broken().startswith(f"seal {first.pk} of 2026-11-05 04:1")
    assert broken().endswith("was altered")


def test_a_seal_is_not_made_without_the_key_that_the_database_does_not_hold(sealed, settings):
    first = JournalSeal.objects.earliest("id")

    settings.SEAL_KEY = "another key"

    assert broken() == (
        f"seal {first.pk} of 2026-11-05 04:10 was altered, or YUANQI_SEAL_KEY is not the key that"
        " the seals were made with: none fits it"
    )


def test_a_seal_removed_from_the_middle_is_missed_by_the_next(sealed):
    first, second = JournalSeal.objects.order_by("id")

    as_owner(sealed, f"DELETE FROM journal_seal WHERE id = {first.pk}")

    assert broken() == f"a seal before seal {second.pk} is missing"


def test_the_last_seal_removed_is_missed_by_the_file_outside(sealed):
    last = JournalSeal.objects.latest("id")

    as_owner(sealed, f"DELETE FROM journal_seal WHERE id = {last.pk}")

    assert broken() == f"seal {last.pk} stands in the file of seals and not in the database"


def test_seals_made_anew_by_a_thief_of_the_key_are_not_those_of_the_file_outside(sealed):
    first = JournalSeal.objects.earliest("id")

    as_owner(
        sealed,
        "DELETE FROM journal_seal",
        f"ALTER TABLE journal_seal ALTER COLUMN id RESTART WITH {first.pk}",
    )
    assert seal(40).pk == first.pk

    assert broken() == f"seal {first.pk} is not the one that stands in the file of seals"


def test_the_file_outside_says_what_each_seal_says(sealed, settings):
    lines = [json.loads(line) for line in file_of_seals(settings).read_text().splitlines()]

    assert lines == [
        {
            "id": row.pk,
            "made_at": f"2026-11-05T04:{10 * place}:00.000000Z",
            "upto": [row.upto_xid, row.upto_id],
            "count": 2,
            "root": bytes(row.root).hex(),
            "mac": bytes(row.mac).hex(),
        }
        for place, row in enumerate(JournalSeal.objects.order_by("id"), start=1)
    ]


def test_a_line_cut_short_by_a_crash_is_written_again_whole(sealed, settings):
    path = file_of_seals(settings)
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    assert broken() == ""

    rung("four")
    third = seal(30)

    assert path.read_bytes().startswith(whole)
    assert list(seals.written_out()) == list(JournalSeal.objects.values_list("pk", flat=True))
    assert max(seals.written_out()) == third.pk
    assert broken() == ""


def test_a_line_that_is_not_a_seals_is_told(sealed, settings):
    path = file_of_seals(settings)
    path.write_bytes(b"nonsense\n" + path.read_bytes())

    assert broken() == "the file of seals has a line that is not a seal's"


def test_a_seal_that_was_rolled_back_does_not_stand_in_the_file(sealed):
    before = seals.written_out()
    rung("four")

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        seal(30)
        raise ZeroDivisionError

    assert seals.written_out() == before
    assert broken() == ""


def test_what_an_open_older_transaction_records_is_sealed_later_and_nothing_is_skipped(
    committed, settings, tmp_path
):
    settings.VAR = tmp_path
    rung("one")
    with an_open_transaction("slow", "tower:2") as go_on:
        rung("two", "three")  # younger, and committed first

        early = seal(10)
        assert early.count == 1  # nothing beyond the open one
        assert seal(11) is None
        go_on.set()
    late = seal(20)

    assert late.count == 3
    assert JournalEvent.objects.count() == 4
    assert JournalStream.objects.get(name="tower:2").seq == 1
    assert broken() == ""
    covered = JournalEvent.objects.order_by("xid", "id").values_list("payload__bell", flat=True)
    assert list(covered) == ["one", "slow", "two", "three"]


def test_verification_by_default_does_not_read_what_earlier_seals_cover(sealed):
    as_owner(sealed, "UPDATE journal_event SET actor = 'account:8' WHERE seq = 1")

    # the altered ones: tower:1 under the first seal, tower:2 under the last
    assert "(tower:2, number 1, test.rang) was altered" in broken(whole=False)
    assert "(tower:1, number 1, test.rang) was altered" in broken(whole=True)


def test_a_last_event_deleted_after_the_last_seal_is_missed_by_its_head(sealed):
    """Also by default, and though nothing of its stream came since the last seal began."""
    rung("five", stream="tower:3")
    seal(30)
    rung("six", stream="tower:2")

    as_owner(sealed, "DELETE FROM journal_event WHERE stream = 'tower:2' AND seq = 2")

    assert broken(whole=False) == "stream tower:2 has a head of number 2 and no such event"


def test_two_who_seal_at_once_make_one_seal(sealed):
    rung("four", "five")
    barrier, found = threading.Barrier(2), []

    def run() -> None:
        try:
            connection.ensure_connection()
            barrier.wait(WAIT_SECONDS)
            found.append(seal(30))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_SECONDS)

    assert [made.count for made in found if made] == [2]
    assert broken() == ""
