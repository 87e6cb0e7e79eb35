"""The journal: what its hashes cover, what it refuses, and who may not change it.

The chain's hash is held against an independent one, by the package `rfc8785`.
"""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

import psycopg
import pytest
import rfc8785
from django.db import connection, connections, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from yuanqi.foundation import journal, verify
from yuanqi.foundation.actors import SYSTEM, Actor, Side
from yuanqi.foundation.journal import Audience, Event, Personal, prepare
from yuanqi.foundation.models import JournalEvent, JournalPersonal, JournalStream

NOON = datetime(2026, 11, 5, 4, 0, tzinfo=UTC)
HANDLER = Actor(side=Side.PARK, account_id=7, name="何思远")
ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Told(Event):
    kind: ClassVar[str] = "test.told"
    body: Any = None
    more: Any = field(default=None)


@dataclass(frozen=True)
class Called(Event):
    kind: ClassVar[str] = "test.called"
    name: Personal


def tell(body: Any, stream: str = "case:1", **where: Any) -> int:
    return journal.record(
        Told(body),
        **{
            "stream": stream,
            "audience": Audience.ENTERPRISE,
            "actor": HANDLER,
            "at": NOON,
            "enterprise_id": 3,
        }
        | where,
    )


def entry(body: Any, at: datetime = NOON) -> journal.Entry:
    return prepare(
        Told(body),
        stream="case:1",
        seq=1,
        prev=journal.GENESIS,
        audience=Audience.STAFF,
        actor=HANDLER,
        at=at,
        enterprise_id=None,
    )


# --- what the hash covers -------------------------------------------------------------

names = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
texts = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30
) | st.sampled_from(["\x01\x1f\x7f\u2028\u2029", '"\\/\b\f\n\r\t', "废水，20 吨 / 天 😀", "\ufeff"])
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | texts
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.datetimes(
        datetime(1, 1, 2),  # noqa: DTZ001 - hypothesis adds the zone
        timezones=st.sampled_from([UTC, timezone(timedelta(hours=8))]),
    )
    | st.dates(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)


def plainly(value: Any) -> Any:
    """What the payload should say, worked out apart from the journal."""
    if isinstance(value, Decimal):
        digits = f"{value:f}"
        while "." in digits and digits[-1] in "0.":
            digits = digits[:-1]
        return "0" if digits in ("-0", "") else digits
    if isinstance(value, datetime):
        utc = value.astimezone(UTC)
        return (
            f"{utc.year:04}-{utc.month:02}-{utc.day:02}T"
            f"{utc.hour:02}:{utc.minute:02}:{utc.second:02}.{utc.microsecond:06}Z"
        )
    if isinstance(value, date):
        return f"{value.year:04}-{value.month:02}-{value.day:02}"
    if isinstance(value, dict):
        return {key: plainly(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plainly(item) for item in value]
    return value


@settings(deadline=None, max_examples=300)
@given(
    body=values,
    stream=st.from_regex(r"[a-z]{1,8}:[0-9]{1,6}", fullmatch=True),
    seq=st.integers(1, 2**53 - 1),
    prev=st.binary(min_size=32, max_size=32),
    at=st.datetimes(
        datetime(1900, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
        timezones=st.sampled_from([UTC, timezone(timedelta(hours=8))]),
    ),
    audience=st.sampled_from(Audience),
    enterprise=st.none() | st.integers(1, 10**9),
    actor=st.sampled_from([SYSTEM, HANDLER]),
)
def test_a_hash_is_that_of_the_canonical_json_of_all_that_the_event_says(
    body, stream, seq, prev, at, audience, enterprise, actor
):
    made = prepare(
        Told(body), stream=stream, seq=seq, prev=prev, audience=audience, actor=actor, at=at,
        enterprise_id=enterprise,
    )  # fmt: skip

    independently = rfc8785.dumps(
        {
            "stream": stream,
            "seq": seq,
            "at": plainly(at),
            "kind": "test.told",
            "version": 1,
            "payload": {"body": plainly(body), "more": None},
            "audience": audience.value,
            "enterprise": enterprise,
            "actor": "system" if actor is SYSTEM else "account:7",
            "prev": prev.hex(),
        }
    )
    assert made.hash == hashlib.sha256(independently).digest()


@pytest.mark.django_db
@settings(deadline=None, max_examples=40)
@given(body=values)
def test_what_was_stored_verifies(body):
    savepoint = transaction.savepoint()
    tell(body)
    tell([body])

    report = verify.run(whole=True)

    stored = json.loads(
        json.dumps(list(JournalEvent.objects.order_by("seq").values_list("payload", flat=True)))
    )
    transaction.savepoint_rollback(savepoint)
    assert (report.first_break, report.events, report.streams) == ("", 2, 1)
    assert stored == [{"body": plainly(item), "more": None} for item in (body, [body])]


@pytest.mark.parametrize(
    "value",
    [
        0.5,
        float("nan"),
        Decimal("NaN"),
        Decimal("Infinity"),
        2**53,
        -(2**53),
        datetime(2026, 11, 5, 12),  # noqa: DTZ001 - that is the point
        "a\0b",
        "\ud800",
        b"bytes",
        bytearray(b"bytes"),
        {1, 2},
        (item for item in ()),
        object(),
        {"Name": 1},
        {"": 1},
        {"name ": 1},
        {"名": 1},
        {1: 1},
        {"a": [{"b": [0.5]}]},
    ],
    ids=lambda value: f"{type(value).__name__} {value!r}".split(" at 0x")[0],
)
def test_what_has_no_canonical_form_is_refused(value):
    with pytest.raises((TypeError, ValueError)):
        entry(value)


def test_a_naive_time_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        entry("x", at=datetime(2026, 11, 5, 12))  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0", "0"), ("-0", "0"), ("0.00", "0"), ("1E+2", "100"), ("1.50", "1.5"), ("-3.0", "-3"),
        ("1E-7", "0.0000001"), ("12345678901234567890123456789.01", ) * 2,
    ],
)  # fmt: skip
def test_a_decimal_is_written_with_all_its_digits_and_no_exponent(value, text):
    assert entry(Decimal(value)).payload["body"] == text


def test_an_event_outside_a_transaction_is_refused(committed):
    with pytest.raises(RuntimeError):
        tell("x")
    with pytest.raises(RuntimeError):
        journal.lock("case:1")

    assert not JournalStream.objects.exists()


@pytest.mark.django_db
def test_events_of_a_stream_are_numbered_and_each_bears_the_hash_of_the_one_before():
    for body in ("one", "two", "three"):
        tell(body)
    tell("other", stream="case:2")

    rows = list(JournalEvent.objects.filter(stream="case:1").order_by("seq"))
    assert [row.seq for row in rows] == [1, 2, 3]
    assert [bytes(row.prev) for row in rows] == [
        bytes(32), *(bytes(row.hash) for row in rows[:-1]),
    ]  # fmt: skip
    head = JournalStream.objects.get(name="case:1")
    assert (head.seq, bytes(head.head)) == (3, bytes(rows[-1].hash))


@pytest.mark.django_db
def test_a_personal_value_is_erased_and_the_chain_stays_whole():
    journal.record(
        Called(Personal("许若楠")), stream="enterprise:1", audience=Audience.STAFF, actor=SYSTEM,
        at=NOON,
    )  # fmt: skip
    row = JournalPersonal.objects.get()
    expected = hashlib.sha256(bytes(row.salt) + "许若楠".encode()).hexdigest()
    assert JournalEvent.objects.get().payload == {"name": {"personal": expected}}

    JournalPersonal.objects.all().delete()

    assert verify.run(whole=True).first_break == ""


# --- who may not change it ------------------------------------------------------------


@pytest.fixture
def told(committed: Any, settings, tmp_path) -> Iterator[Any]:
    """Two streams, five events, each in a transaction of its own."""
    settings.VAR = tmp_path
    for number in range(1, 4):
        with transaction.atomic():
            tell(f"number {number}", at=NOON + timedelta(minutes=number))
    for number in range(1, 3):
        with transaction.atomic():
            tell(f"other {number}", stream="case:2", enterprise_id=4)
    yield committed


def as_program(told: Any, sql: str) -> None:
    with psycopg.connect(told.url(connection.settings_dict["NAME"])) as program:
        program.execute(sql)


def as_owner(told: Any, *sql: str, guarded: bool = False) -> None:
    """Do what only the owner can; unless `guarded`, with the triggers out of the way."""
    tables = ("journal_event", "journal_seal")
    name = connection.settings_dict["NAME"]
    connection.close()
    with psycopg.connect(told.url(name, owner=True)) as owner:
        if not guarded:
            for table in tables:
                owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in sql:
            owner.execute(statement)
        if not guarded:
            for table in tables:
                owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


FORBIDDEN = [
    f"{act} {table}{rest}"
    for table in ("journal_event", "journal_seal")
    for act, rest in (
        ("UPDATE", " SET id = id"),
        ("DELETE FROM", ""),
        ("TRUNCATE", ""),
        ("TRUNCATE", " CASCADE"),
        ("DROP TABLE", " CASCADE"),
        ("ALTER TABLE", " DISABLE TRIGGER ALL"),
        ("ALTER TABLE", " DISABLE TRIGGER USER"),
        ("ALTER TABLE", " ADD COLUMN more text"),
        ("ALTER TABLE", " RENAME TO other"),
        ("ALTER TABLE", " OWNER TO CURRENT_USER"),
        ("CREATE RULE r AS ON INSERT TO", " DO INSTEAD NOTHING"),
        ("GRANT UPDATE ON", f" TO CURRENT_USER; UPDATE {table} SET id = id"),
    )
]
FORBIDDEN += [
    "DROP TRIGGER journal_event_guard ON journal_event",
    "CREATE OR REPLACE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql"
    " AS 'BEGIN RETURN NEW; END'",
    "DROP FUNCTION journal_refuse() CASCADE",
    "SET session_replication_role = replica",
    "SET ROLE yuanqi_owner",
    "SET SESSION AUTHORIZATION postgres",
    "DROP OWNED BY yuanqi_owner",
    "CREATE TABLE journal_copy AS SELECT * FROM journal_event",
    "UPDATE django_migrations SET name = name",
]


def test_the_programs_role_may_not_touch_what_was_written(told):
    done = []
    for sql in FORBIDDEN:
        try:
            as_program(told, sql)
            done.append(sql)
        except (psycopg.errors.InsufficientPrivilege, psycopg.errors.WrongObjectType):
            pass

    assert done == []
    assert verify.run(whole=True).events == 5


def test_the_programs_role_may_read_and_add(told):
    as_program(told, "SELECT * FROM journal_event")
    with transaction.atomic():
        tell("one more")

    assert verify.run(whole=True).sentence == "intact: 6 events in 2 streams, 0 seals"


def test_the_owner_too_is_refused_until_he_takes_the_guard_away(told):
    for sql in (
        "UPDATE journal_event SET actor = 'account:8' WHERE seq = 1",
        "DELETE FROM journal_event WHERE seq = 1",
        "TRUNCATE journal_event CASCADE",
        "TRUNCATE journal_seal",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
            as_owner(told, sql, guarded=True)

    assert verify.run(whole=True).events == 5


# --- what verification finds ----------------------------------------------------------

SECOND = "stream = 'case:1' AND seq = 2"
ALTERATIONS = {
    "payload": """UPDATE journal_event SET payload = '{"body": "x", "more": null}'""",
    "a word of the payload": "UPDATE journal_event SET payload = jsonb_set(payload, '{more}', '1')",
    "actor": "UPDATE journal_event SET actor = 'account:8'",
    "time": "UPDATE journal_event SET at = at + interval '1 microsecond'",
    "kind": "UPDATE journal_event SET kind = 'test.said'",
    "version": "UPDATE journal_event SET version = 2",
    "audience": "UPDATE journal_event SET audience = 'staff'",
    "enterprise": "UPDATE journal_event SET enterprise_id = 4",
    "no enterprise": "UPDATE journal_event SET enterprise_id = NULL",
    "hash": "UPDATE journal_event SET hash = sha256('x')",
}


def test_an_altered_event_is_named(told):
    event = JournalEvent.objects.get(stream="case:1", seq=2)
    as_owner(told, "CREATE TABLE kept AS TABLE journal_event")

    found = {}
    for what, sql in ALTERATIONS.items():
        as_owner(told, f"{sql} WHERE {SECOND}")
        found[what] = verify.run(whole=True).first_break
        as_owner(
            told,
            "DELETE FROM journal_event",
            "INSERT INTO journal_event SELECT * FROM kept",
        )

    where = f"event {event.pk} (case:1, number 2,"
    expected = dict.fromkeys(ALTERATIONS, f"{where} test.told) was altered")
    assert found == {**expected, "kind": f"{where} test.said) was altered"}
    assert verify.run(whole=True).first_break == ""


def test_an_event_whose_link_was_altered_is_named(told):
    event = JournalEvent.objects.get(stream="case:1", seq=2)

    as_owner(told, f"UPDATE journal_event SET prev = sha256('x') WHERE {SECOND}")

    assert verify.run(whole=True).first_break == (
        f"event {event.pk} (case:1, number 2, test.told) doesn't follow the event before it"
    )


def test_an_event_deleted_from_the_middle_is_missed_at_the_next(told):
    event = JournalEvent.objects.get(stream="case:1", seq=3)

    as_owner(told, f"DELETE FROM journal_event WHERE {SECOND}")

    assert verify.run(whole=True).first_break == (
        f"event {event.pk} (case:1, number 3, test.told) follows number 1:"
        " something in between is missing"
    )


def test_a_first_event_deleted_is_missed(told):
    event = JournalEvent.objects.get(stream="case:1", seq=2)

    as_owner(told, "DELETE FROM journal_event WHERE stream = 'case:1' AND seq = 1")

    assert verify.run(whole=True).first_break == (
        f"event {event.pk} (case:1, number 2, test.told) follows number 0:"
        " something in between is missing"
    )


def test_a_last_event_deleted_is_missed_by_the_head(told):
    as_owner(told, "DELETE FROM journal_event WHERE stream = 'case:1' AND seq = 3")

    assert verify.run(whole=True).first_break == "stream case:1 ends with number 2, its head says 3"
    assert (
        verify.run(whole=False).first_break == "stream case:1 ends with number 2, its head says 3"
    )


def test_a_whole_stream_deleted_is_missed_by_the_head(told):
    as_owner(told, "DELETE FROM journal_event WHERE stream = 'case:1'")

    assert verify.run(whole=True).first_break == "stream case:1 ends with number 0, its head says 3"


def test_a_head_deleted_is_missed(told):
    as_owner(told, "DELETE FROM journal_stream WHERE name = 'case:1'")

    assert verify.run(whole=True).first_break == "stream case:1 has 3 events and no head"


def insert(seq: int, prev: bytes, hash_: bytes) -> str:
    return (
        "INSERT INTO journal_event (stream, seq, at, kind, version, payload, audience,"
        " enterprise_id, actor, prev, hash) VALUES ('case:1', "
        f"{seq}, '2026-11-05 04:02:30+00', 'test.told', 1,"
        " '{\"body\": \"forged\", \"more\": null}', 'enterprise', 3, 'account:7',"
        f" '\\x{prev.hex()}', '\\x{hash_.hex()}')"
    )


def forged(seq: int, prev: bytes) -> bytes:
    return journal.digest(
        stream="case:1", seq=seq, at=datetime(2026, 11, 5, 4, 2, 30, tzinfo=UTC),
        kind="test.told", version=1, payload={"body": "forged", "more": None},
        audience="enterprise", enterprise_id=3, actor="account:7", prev=prev,
    )  # fmt: skip


def test_a_forged_event_at_the_end_has_no_head(told):
    prev = bytes(JournalStream.objects.get(name="case:1").head)

    as_owner(told, insert(4, prev, forged(4, prev)))

    assert verify.run(whole=True).first_break == "stream case:1 ends with number 4, its head says 3"


def test_a_forged_event_in_the_middle_is_not_followed_by_the_next(told):
    """The forger knows how hashes are made and renumbers what follows."""
    prev = bytes(JournalEvent.objects.get(stream="case:1", seq=1).hash)
    follower = JournalEvent.objects.get(stream="case:1", seq=2)

    as_owner(
        told,
        "UPDATE journal_event SET seq = 4 WHERE stream = 'case:1' AND seq = 3",
        "UPDATE journal_event SET seq = 3 WHERE stream = 'case:1' AND seq = 2",
        insert(2, prev, forged(2, prev)),
    )

    assert verify.run(whole=True).first_break == (
        f"event {follower.pk} (case:1, number 3, test.told) doesn't follow the event before it"
    )


def test_two_events_that_changed_places_are_found(told):
    third = JournalEvent.objects.get(stream="case:1", seq=3)

    as_owner(
        told,
        "UPDATE journal_event SET seq = 9 WHERE stream = 'case:1' AND seq = 2",
        "UPDATE journal_event SET seq = 2 WHERE stream = 'case:1' AND seq = 3",
        "UPDATE journal_event SET seq = 3 WHERE stream = 'case:1' AND seq = 9",
    )

    assert verify.run(whole=True).first_break == (
        f"event {third.pk} (case:1, number 2, test.told) doesn't follow the event before it"
    )


def test_an_event_moved_to_another_stream_is_found(told):
    as_owner(
        told,
        "UPDATE journal_event SET stream = 'case:3', seq = 1 WHERE stream = 'case:2' AND seq = 1",
    )

    assert "case:2, number 2, test.told) follows number 0" in verify.run(whole=True).first_break


def test_of_several_breaks_the_first_is_named(told):
    event = JournalEvent.objects.get(stream="case:1", seq=1)

    as_owner(told, "UPDATE journal_event SET actor = 'account:8'")

    report = verify.run(whole=True)
    assert report.first_break == f"event {event.pk} (case:1, number 1, test.told) was altered"
    assert not report.intact


# --- the command ----------------------------------------------------------------------


def command(told: Any, *arguments: str) -> subprocess.CompletedProcess[str]:
    name = connection.settings_dict["NAME"]
    return subprocess.run(
        [sys.executable, "-m", "config.cli", "journal", *arguments],
        cwd=ROOT,
        env={**environment(), "DATABASE_URL": told.url(name)},
        capture_output=True,
        text=True,
        timeout=120,
    )


def environment() -> dict[str, str]:
    import os

    from django.conf import settings

    return {**os.environ, "YUANQI_VAR": str(settings.VAR), "YUANQI_SEAL_KEY": settings.SEAL_KEY}


@pytest.mark.processes
def test_the_command_says_in_a_sentence_and_by_its_status_whether_the_journal_is_whole(told):
    sealed = command(told, "seal")
    whole = command(told, "verify")
    as_owner(told, f"UPDATE journal_event SET actor = 'account:8' WHERE {SECOND}")
    event = JournalEvent.objects.get(stream="case:1", seq=2)
    broken = command(told, "verify", "--all")

    assert (sealed.stdout, sealed.returncode) == ("sealed 5 events\n", 0)
    assert (whole.stdout, whole.returncode) == (
        "intact: 5 events in 2 streams, 1 seals\n", 0,
    ), whole.stderr  # fmt: skip
    assert (broken.stdout, broken.returncode) == (
        f"BROKEN: event {event.pk} (case:1, number 2, test.told) was altered\n", 1,
    )  # fmt: skip


def teardown_module() -> None:
    connections["owner"].close()


@pytest.mark.django_db
def test_a_head_that_is_no_more_the_stream_s_is_read_again():
    heads: dict[str, journal.Head] = {"case:1": journal.BEGINNING}
    for number in range(3):
        tell(number, heads=heads)
    stale = dict(heads)
    tell("by another hand")

    tell("with what was known before", heads=stale)

    assert list(JournalEvent.objects.order_by("seq").values_list("seq", flat=True)) == [
        1,
        2,
        3,
        4,
        5,
    ]
    stored = JournalStream.objects.get(name="case:1")
    assert stale["case:1"] == (stored.seq, bytes(stored.head))
    assert verify.run(whole=True).first_break == ""
