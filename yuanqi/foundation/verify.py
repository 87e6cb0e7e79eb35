"""`yuanqi journal verify`: is the journal whole, and if not, where does it break first?

Checks each event's hash and place in its stream, each stream's head, each seal's MAC, and the
count and Merkle root of what it covers. By default it begins with what the last seal covers;
`whole` begins with the first event.

Nearly always all is well: a quick walk says so (`verify_quickly`). Where it stumbles, the streams
are walked again in their order, slowly, to name the first break.
"""

import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from . import seals, verify_quickly
from .journal import GENESIS, digest
from .models import JournalSeal, JournalStream

_BATCH = 5000
_COLUMNS = (
    "id, xid, stream, seq, at, kind, version, payload, audience, enterprise_id, actor, prev, hash"
)
_COVERED = (
    "SELECT hash FROM journal_event WHERE (xid, id) > (%s, %s) AND (xid, id) <= (%s, %s)"
    " ORDER BY xid, id"
)

_ANOTHER_KEY = ", or YUANQI_SEAL_KEY is not the key that the seals were made with: none fits it"


@dataclass(frozen=True, slots=True)
class Report:
    events: int
    streams: int
    seals: int
    first_break: str = ""

    @property
    def intact(self) -> bool:
        return not self.first_break

    @property
    def sentence(self) -> str:
        if self.first_break:
            return f"BROKEN: {self.first_break}"
        return f"intact: {self.events} events in {self.streams} streams, {self.seals} seals"


class _Broken(Exception):
    pass


def run(*, whole: bool) -> Report:
    """Verify the journal under one snapshot; writers may go on meanwhile."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            if not connection.savepoint_ids:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        found = list(JournalSeal.objects.order_by("id"))
        counts = [0, 0]
        try:
            _check_seals(found)
            checked = found if whole else found[-1:]
            start = (checked[0].from_xid, checked[0].from_id) if checked else (0, 0)
            counts = _check_events(checked, start, whole=whole or not found)
        except _Broken as broken:
            return Report(counts[0], counts[1], len(found), str(broken))
    return Report(counts[0], counts[1], len(found))


def _check_seals(found: list[JournalSeal]) -> None:
    prev, end = GENESIS, (0, 0)
    for seal in found:
        if not _is_signed(seal):
            # a restore without its keys looks so, too: nobody should take it for a forgery
            another = "" if any(_is_signed(one) for one in found) else _ANOTHER_KEY
            raise _Broken(f"seal {seal.pk} of {seal.made_at:%Y-%m-%d %H:%M} was altered{another}")
        if bytes(seal.prev) != prev or (seal.from_xid, seal.from_id) != end:
            raise _Broken(f"a seal before seal {seal.pk} is missing")
        prev, end = bytes(seal.mac), (seal.upto_xid, seal.upto_id)
    _check_outside({seal.pk: bytes(seal.mac) for seal in found})


def _is_signed(seal: JournalSeal) -> bool:
    expected = seals.mac(
        made_at=seal.made_at,
        start=(seal.from_xid, seal.from_id),
        end=(seal.upto_xid, seal.upto_id),
        count=seal.count,
        root=bytes(seal.root),
        prev=bytes(seal.prev),
    )
    return hmac.compare_digest(expected, bytes(seal.mac))


def _check_outside(macs: dict[int, bytes]) -> None:
    """Every seal in the audit administrator's file stands in the database as it was made.

    A seal made in the last instant before a crash may be missing in the file, never here.
    """
    try:
        outside = seals.written_out()
    except ValueError as error:
        raise _Broken(str(error))
    for number, mac in sorted(outside.items()):
        if number not in macs:
            raise _Broken(f"seal {number} stands in the file of seals and not in the database")
        if macs[number] != mac:
            raise _Broken(f"seal {number} is not the one that stands in the file of seals")


def _check_events(found: list[JournalSeal], start: tuple[int, int], *, whole: bool) -> list[int]:
    quickly = verify_quickly.count_if_whole(start, whole=whole)
    if quickly is None:
        counts = _walk_streams(start, whole=whole)
    else:
        counts = list(quickly)
        if not whole:
            _check_ends()
    _check_roots(found)
    return counts


def _walk_streams(start: tuple[int, int], *, whole: bool) -> list[int]:
    """Walk the streams in order of name, each in its own: the first break is the first by that."""
    heads: dict[str, tuple[int, bytes]] = {}
    events = 0
    for row in _rows(start):
        stream, seq = row["stream"], row["seq"]
        before = heads.get(stream)
        if before is None:
            before = _before(stream, seq) if not whole else (0, GENESIS)
        where = f"event {row['id']} ({stream}, number {seq}, {row['kind']})"
        if seq != before[0] + 1:
            raise _Broken(f"{where} follows number {before[0]}: something in between is missing")
        if bytes(row["prev"]) != before[1]:
            raise _Broken(f"{where} doesn't follow the event before it")
        if _digest(row) != bytes(row["hash"]):
            raise _Broken(f"{where} was altered")
        heads[stream] = (seq, bytes(row["hash"]))
        events += 1
    streams = len(heads)
    _check_heads(heads, whole=whole)
    return [events, streams]


def _digest(row: dict[str, Any]) -> bytes:
    at: datetime = row["at"]
    return digest(
        stream=row["stream"],
        seq=row["seq"],
        at=at,
        kind=row["kind"],
        version=row["version"],
        payload=row["payload"],
        audience=row["audience"],
        enterprise_id=row["enterprise_id"],
        actor=row["actor"],
        prev=bytes(row["prev"]),
    )


def _before(stream: str, seq: int) -> tuple[int, bytes]:
    """The event before this one, in a verification that begins at the last seal."""
    if seq == 1:
        return 0, GENESIS
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seq, hash FROM journal_event WHERE stream = %s AND seq < %s"
            " ORDER BY seq DESC LIMIT 1",
            [stream, seq],
        )
        found = cursor.fetchone()
    return (found[0], bytes(found[1])) if found else (0, GENESIS)


def _check_heads(heads: dict[str, tuple[int, bytes]], *, whole: bool) -> None:
    known = JournalStream.objects.filter(seq__gt=0)
    if not whole:
        _check_ends()
        known = known.filter(name__in=list(heads))
    for name, seq, head in known.order_by("name").values_list("name", "seq", "head").iterator():
        last = heads.pop(name, (0, GENESIS))
        if last != (seq, bytes(head)):
            raise _Broken(f"stream {name} ends with number {last[0]}, its head says {seq}")
    for name, (seq, _hash) in sorted(heads.items()):
        raise _Broken(f"stream {name} has {seq} events and no head")


def _check_ends() -> None:
    """Each head's event is there: also of streams that nothing was added to since the last seal."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.name, s.seq FROM journal_stream s WHERE s.seq > 0 AND NOT EXISTS ("
            "SELECT 1 FROM journal_event e WHERE e.stream = s.name AND e.seq = s.seq"
            " AND e.hash = s.head) ORDER BY s.name LIMIT 1"
        )
        missing = cursor.fetchone()
    if missing:
        raise _Broken(f"stream {missing[0]} has a head of number {missing[1]} and no such event")


def _check_roots(found: list[JournalSeal]) -> None:
    """Each seal's count and root are those of the events it covers, in the order of sealing."""
    for seal in found:
        with connection.cursor() as cursor:
            cursor.execute(_COVERED, [seal.from_xid, seal.from_id, seal.upto_xid, seal.upto_id])
            covered = [bytes(row[0]) for row in cursor.fetchall()]
        if len(covered) != seal.count:
            raise _Broken(
                f"seal {seal.pk} of {seal.made_at:%Y-%m-%d %H:%M} covers {seal.count} events,"
                f" {len(covered)} are there: the end of a stream was removed, or one was put in"
            )
        if seals.merkle_root(covered) != bytes(seal.root):
            raise _Broken(f"the events under seal {seal.pk} are not those that were sealed")


def _rows(start: tuple[int, int]) -> Iterator[dict[str, Any]]:
    """Events after `start`, each stream's in its order, through a server-side cursor."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(
            f"SELECT {_COLUMNS} FROM journal_event WHERE (xid, id) > (%s, %s)"  # noqa: S608
            " ORDER BY stream, seq",
            start,
        )
        names = [column.strip() for column in _COLUMNS.split(",")]
        while rows := cursor.fetchmany(_BATCH):
            for row in rows:
                entry = dict(zip(names, row, strict=True))
                entry["payload"] = json.loads(entry["payload"])
                yield entry
