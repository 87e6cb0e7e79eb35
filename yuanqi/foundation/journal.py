"""The journal: every write appends one event to a stream, in the same transaction.

Each event carries the hash of the one before it in its stream, over its canonical JSON
(RFC 8785), so that an alteration, a removal or an insertion shows. The program's database role
may insert and read, nothing else. Personal values stand beside the chain and can be erased.
"""

import hashlib
import json
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any, ClassVar

from django.db import connection

from . import prepared
from .actors import Actor

Head = tuple[int, bytes]  # how many events a stream has, and the hash of the last
GENESIS = bytes(32)
_LARGEST = 2**53 - 1  # RFC 8785 numbers are IEEE doubles
_KEY = re.compile(r"[a-z][a-z0-9_]*\Z")


class Audience(StrEnum):
    """Who may read an event on a timeline."""

    ENTERPRISE = "enterprise"  # the enterprise it concerns, and staff
    STAFF = "staff"  # those on the park's side who see the case
    DEPARTMENT = "department"
    AUDIT = "audit"


@dataclass(frozen=True, slots=True)
class Personal:
    """A personal value: the chain holds its salted hash, the value stands beside it."""

    value: str


@dataclass(frozen=True)
class Event:
    """What happened, in the past tense. Subclasses are frozen dataclasses with a `kind`."""

    kind: ClassVar[str]
    version: ClassVar[int] = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """An event ready to be appended: everything its hash covers, and its personal values."""

    stream: str
    seq: int
    at: datetime
    kind: str
    version: int
    payload: dict[str, Any]
    audience: str
    enterprise_id: int | None
    actor: str
    prev: bytes
    hash: bytes
    personal: tuple[tuple[str, bytes, str], ...]  # key, salt, value


def canonical(value: Mapping[str, Any]) -> bytes:
    """Return the RFC 8785 form of a value already free of floats and of exotic keys.

    Keys here are plain ASCII, so sorting by code point is sorting by UTF-16 unit.
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def instant(at: datetime) -> str:
    """Return an instant as the chain writes it: UTC, to the microsecond. ValueError if naive."""
    if at.utcoffset() is None:
        raise ValueError(f"an instant needs a time zone: {at!r}")
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def digest(
    *,
    stream: str,
    seq: int,
    at: datetime,
    kind: str,
    version: int,
    payload: Mapping[str, Any],
    audience: str,
    enterprise_id: int | None,
    actor: str,
    prev: bytes,
) -> bytes:
    """Return the hash of one event: SHA-256 over its canonical JSON and the previous hash."""
    return hashlib.sha256(
        canonical(
            {
                "stream": stream,
                "seq": seq,
                "at": instant(at),
                "kind": kind,
                "version": version,
                "payload": payload,
                "audience": audience,
                "enterprise": enterprise_id,
                "actor": actor,
                "prev": prev.hex(),
            }
        )
    ).digest()


def prepare(
    event: Event,
    *,
    stream: str,
    seq: int,
    prev: bytes,
    audience: Audience,
    actor: Actor,
    at: datetime,
    enterprise_id: int | None,
) -> Entry:
    """Return the entry that follows `prev` in `stream`; writes nothing."""
    personal: list[tuple[str, bytes, str]] = []
    payload = {
        field.name: _plain(field.name, getattr(event, field.name), personal)
        for field in fields(event)
    }
    values: dict[str, Any] = {
        "stream": stream,
        "seq": seq,
        "at": at,
        "kind": event.kind,
        "version": event.version,
        "payload": payload,
        "audience": audience.value,
        "enterprise_id": enterprise_id,
        "actor": actor.label,
        "prev": prev,
    }
    return Entry(**values, hash=digest(**values), personal=tuple(personal))


def _plain(key: str, value: Any, personal: list[tuple[str, bytes, str]]) -> Any:
    if not _KEY.match(key):
        raise ValueError(f"payload key {key!r} is not a plain name")
    if isinstance(value, Personal):
        salt = secrets.token_bytes(16)
        personal.append((key, salt, value.value))
        return {"personal": hashlib.sha256(salt + value.value.encode()).hexdigest()}
    if isinstance(value, Enum):
        value = value.value
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        if "\0" in value:
            raise ValueError(f"{key}: PostgreSQL stores no NUL")
        return value
    if isinstance(value, int):
        if abs(value) > _LARGEST:
            raise ValueError(f"{key}: {value} is too large for canonical JSON")
        return value
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError(f"{key}: {value} is no number")
        return _digits(value)
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: _plain(name, item, personal) for name, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(f.name, getattr(value, f.name), personal) for f in fields(value)}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray | memoryview):
        return [_plain(key, item, personal) for item in value]
    raise TypeError(f"{key}: {type(value).__name__} does not belong in an event")


def _digits(value: Decimal) -> str:
    """All digits of a decimal, without an exponent or noughts at its end: 1.50 is 1.5."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def lock(*streams: str) -> dict[str, Head]:
    """Lock the heads of these streams, in order of name, until the transaction ends.

    Whoever appends to several streams locks them all here first, so that two writers can't wait
    for each other. It also serialises the writers of one case. Returns the heads.
    """
    _require_transaction()
    names = sorted(set(streams))
    found = _locked(names)
    missing = [name for name in names if name not in found]
    if missing:
        # a load begins some thousand streams at a time: one statement for all of them
        prepared.rows(_CREATE, GENESIS, missing)
        found = _locked(names)
    return found


def _locked(names: list[str]) -> dict[str, Head]:
    return {name: (seq, bytes(head)) for name, seq, head in prepared.rows(_LOCK, names)}


def latest(stream: str) -> datetime | None:
    """Return the latest time that an event of this stream bears; None for a new stream."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(at) FROM journal_event WHERE stream = %s", [stream])
        at: datetime | None = cursor.fetchone()[0]
    return at


def record(
    event: Event,
    *,
    stream: str,
    audience: Audience,
    actor: Actor,
    at: datetime,
    enterprise_id: int | None = None,
    heads: dict[str, Head] | None = None,
) -> int:
    """Append an event to its stream in the running transaction; returns its id.

    `heads` is what the caller knows of the streams that it has locked or begun: it spares reading
    them, and is kept up to date. A head that isn't the stream's any more is read again. Raises
    RuntimeError outside a transaction: an event never stands without what it tells.
    """
    _require_transaction()
    heads = {} if heads is None else heads
    while True:
        head = heads.get(stream) or lock(stream)[stream]
        entry = prepare(
            event,
            stream=stream,
            seq=head[0] + 1,
            prev=head[1],
            audience=audience,
            actor=actor,
            at=at,
            enterprise_id=enterprise_id,
        )
        found = prepared.row(
            _BEGIN if head == BEGINNING else _APPEND,
            *(getattr(entry, name) for name in _OF_HEAD),
            *(getattr(entry, name) for name in _COLUMNS),
            canonical(entry.payload).decode(),
        )
        if found is not None:
            break
        heads.pop(stream, None)
    heads[stream] = (entry.seq, entry.hash)
    event_id: int = found[0]
    for item in entry.personal:
        prepared.rows(_PERSONAL, event_id, *item)
    return event_id


def _require_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("the journal is written inside the transaction of its effect")


BEGINNING: Head = (0, GENESIS)
_OF_HEAD = ("seq", "hash", "stream", "prev")
_COLUMNS = (
    "stream", "seq", "at", "kind", "version", "audience", "enterprise_id", "actor", "prev", "hash",
)  # fmt: skip
_LOCK = "SELECT name, seq, head FROM journal_stream WHERE name = ANY(%s) ORDER BY name FOR UPDATE"
_CREATE = (
    "INSERT INTO journal_stream (name, seq, head)"
    " SELECT name, 0, %s FROM unnest(%s::text[]) AS name ON CONFLICT DO NOTHING"
)
_INSERT = f"""
INSERT INTO journal_event ({", ".join(_COLUMNS)}, payload)
SELECT {
    ", ".join(
        f"%s::{kind}"
        for kind in (
            "text",
            "bigint",
            "timestamptz",
            "text",
            "smallint",
            "text",
            "bigint",
            "text",
            "bytea",
            "bytea",
            "jsonb",
        )
    )
} FROM head RETURNING id
"""  # noqa: S608 - the names are ours
# the head moves only from where it was thought to be
_APPEND = f"""
WITH head AS (
    UPDATE journal_stream SET seq = %s, head = %s
    WHERE name = %s AND head = %s RETURNING name
)
{_INSERT}
"""  # noqa: S608
# a stream's first event: the row is made along, or is there without an event
_BEGIN = f"""
WITH head AS (
    INSERT INTO journal_stream AS stood (seq, head, name) VALUES (%s, %s, %s)
    ON CONFLICT (name) DO UPDATE SET seq = EXCLUDED.seq, head = EXCLUDED.head
    WHERE stood.head = %s RETURNING name
)
{_INSERT}
"""  # noqa: S608
_PERSONAL = "INSERT INTO journal_personal (event_id, key, salt, value) VALUES (%s, %s, %s, %s)"
