"""A journal that is whole, found to be whole quickly: one walk in the order of writing.

The walk asks the same of each event as `verify` does: its hash, its number, the event before it.
It names nothing. What it doesn't expect, `verify` looks at again, stream by stream, and says what
breaks first. Events come as text, without the conversion of twelve columns, and unsorted: a stream
is followed by its last hash, 200 bytes a stream.
"""

import json
import re
from hashlib import sha256
from json.encoder import encode_basestring

from django.db import connection, transaction

from .journal import GENESIS

# a stream's events are written one after the other under its lock: their ids follow each other
_EVENTS = (
    "COPY (SELECT encode(hash, 'hex'), encode(prev, 'hex'), seq, version,"
    " coalesce(enterprise_id::text, 'null'),"
    " to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US'),"
    " actor, audience, kind, stream, payload::text"
    " FROM journal_event WHERE (xid, id) > (%s, %s) ORDER BY id) TO STDOUT"
)
_HEADS = "COPY (SELECT encode(head, 'hex'), seq, name FROM journal_stream WHERE seq > 0) TO STDOUT"
_BEFORE = (
    "SELECT count(*) FROM unnest(%s::text[], %s::bigint[], %s::text[]) AS first (stream, seq, prev)"
    " JOIN journal_event e ON e.stream = first.stream AND e.seq = first.seq - 1"
    " AND e.hash = decode(first.prev, 'hex')"
)
_START = (0, GENESIS.hex().encode())

_decode = json.JSONDecoder().raw_decode
_encode = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
).encode
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_MEANT = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}

Heads = dict[bytes, tuple[int, bytes]]  # of each stream the last number and hash
Firsts = list[tuple[bytes, int, bytes]]  # stream, number, hash before: to be looked up


class _Stumbled(Exception):
    """Something isn't as expected: the reading is cancelled, for which the savepoint is."""


def count_if_whole(start: tuple[int, int], *, whole: bool) -> tuple[int, int] | None:
    """Return how many events after `start` there are and in how many streams, if all is as it
    should be; None if something isn't, or isn't where this walk expects it.
    """
    try:
        with transaction.atomic():
            events, heads, firsts = _walk(start, whole=whole)
            streams = len(heads)
            _require_what_was_before(firsts)
            _require_heads(heads, whole=whole)
    except _Stumbled:
        return None
    return events, streams


def _walk(start: tuple[int, int], *, whole: bool) -> tuple[int, Heads, Firsts]:
    events = 0
    heads: Heads = {}
    firsts: Firsts = []
    said: dict[bytes, bytes] = {}  # the few words that come again and again, as JSON says them
    with connection.cursor() as cursor, cursor.cursor.copy(_EVENTS, start) as rows:
        for row in rows:
            hashed, prev, number, version, enterprise, at, actor, audience, kind, stream, text = (
                bytes(row)[:-1].split(b"\t")
            )
            if b"\\" in text:
                text = _unescaped(text)
            try:
                payload = _encode(_decode(text.decode())[0]).encode()
                seq = int(number)
            except ValueError:
                raise _Stumbled
            for word in (actor, audience, kind):
                if word not in said:
                    said[word] = _quoted(word)
            line = (
                b'{"actor":%b,"at":"%bZ","audience":%b,"enterprise":%b,"kind":%b,"payload":%b,'
                b'"prev":"%b","seq":%b,"stream":%b,"version":%b}'
                % (said[actor], at, said[audience], enterprise, said[kind], payload,
                   prev, number, _quoted(stream), version)
            )  # fmt: skip
            if sha256(line).hexdigest().encode() != hashed:
                raise _Stumbled
            before = heads.get(stream)
            if before is None:
                if whole or seq == 1:
                    before = _START
                else:
                    before = (seq - 1, prev)
                    firsts.append((stream, seq, prev))
            if before != (seq - 1, prev):
                raise _Stumbled
            heads[stream] = (seq, hashed)
            events += 1
    return events, heads, firsts


def _quoted(word: bytes) -> bytes:
    """A word of COPY's text as JSON says it."""
    if b"\\" in word:
        word = _unescaped(word)
    return encode_basestring(word.decode()).encode()


def _unescaped(text: bytes) -> bytes:
    return _ESCAPED.sub(lambda found: _MEANT.get(found[1], found[1]), text)


def _require_what_was_before(firsts: Firsts) -> None:
    """The first event of each stream, in a walk from the middle on, follows the one before."""
    if not firsts:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _BEFORE,
            [
                [_unescaped(stream).decode() for stream, _seq, _prev in firsts],
                [seq for _stream, seq, _prev in firsts],
                [prev.decode() for _stream, _seq, prev in firsts],
            ],
        )
        if cursor.fetchone()[0] != len(firsts):
            raise _Stumbled


def _require_heads(heads: Heads, *, whole: bool) -> None:
    """Each stream ends as its head says; what `heads` says of it is taken off, none is left.

    In a walk from the middle on, `verify` asks for the last events of the other streams.
    """
    with connection.cursor() as cursor, cursor.cursor.copy(_HEADS) as rows:
        for row in rows:
            head, seq, stream = bytes(row)[:-1].split(b"\t")
            last = heads.pop(stream, None)
            if last != (int(seq), head) and (whole or last is not None):
                raise _Stumbled
    if heads:
        raise _Stumbled
