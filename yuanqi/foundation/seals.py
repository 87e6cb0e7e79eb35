"""Seals over the journal: what is sealed can't be shortened, not even by its last event.

A seal covers every event since the one before it, below the oldest open transaction, in the order
(transaction, id): a Merkle root over their hashes, the previous seal's, a count, and a MAC by a
key that the database doesn't hold. It is also written to a file for the audit administrator.
"""

import fcntl
import hashlib
import hmac
import json
import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from .journal import GENESIS, instant
from .models import JournalSeal
from .subscribers import READABLE

_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('journal:seal', 0))"
_UNSEALED = (
    "SELECT xid, id, hash FROM journal_event"  # noqa: S608 - constants only
    f" WHERE {READABLE} AND (xid, id) > (%s, %s) ORDER BY xid, id"
)


def merkle_root(leaves: Iterable[bytes]) -> bytes:
    """Return the root of the tree over these hashes; leaves and nodes are told apart (RFC 9162)."""
    level = [hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves]
    if not level:
        return hashlib.sha256(b"").digest()
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        above = [hashlib.sha256(b"\x01" + left + right).digest() for left, right in pairs]
        if len(level) % 2:
            above.append(level[-1])
        level = above
    return level[0]


def mac(
    *,
    made_at: datetime,
    start: tuple[int, int],
    end: tuple[int, int],
    count: int,
    root: bytes,
    prev: bytes,
) -> bytes:
    """Return the seal's MAC: HMAC-SHA-256 over everything it says."""
    text = "|".join(
        [instant(made_at), *map(str, (*start, *end, count)), root.hex(), prev.hex()]
    ).encode()
    return hmac.digest(settings.SEAL_KEY.encode(), text, "sha256")


@transaction.atomic
def make(*, at: datetime, most: int | None = None) -> JournalSeal | None:
    """Seal what is not sealed yet, the oldest `most` events of it.

    None if there is nothing, or another worker is sealing.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)
        if not cursor.fetchone()[0]:
            return None
        last = JournalSeal.objects.order_by("-id").first()
        start = (last.upto_xid, last.upto_id) if last else (0, 0)
        cursor.execute(f"{_UNSEALED} LIMIT %s", [*start, most])
        rows = cursor.fetchall()
    if not rows:
        return None
    root = merkle_root(bytes(row[2]) for row in rows)
    end = (rows[-1][0], rows[-1][1])
    prev = bytes(last.mac) if last else GENESIS
    seal = JournalSeal.objects.create(
        made_at=at,
        from_xid=start[0],
        from_id=start[1],
        upto_xid=end[0],
        upto_id=end[1],
        count=len(rows),
        root=root,
        prev=prev,
        mac=mac(made_at=at, start=start, end=end, count=len(rows), root=root, prev=prev),
    )
    # not before: a seal that is rolled back must not stand in the file
    transaction.on_commit(write_out)
    return seal


def _path() -> Path:
    return Path(settings.VAR) / "seals" / "seals.jsonl"


def write_out() -> None:
    """Append what is missing to the audit administrator's file, outside the database."""
    path = _path()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    with path.open("r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        text = file.read()
        last = max(_told(text), default=0)
        # a line that a crash cut short is written again whole
        file.seek(text.rfind(b"\n") + 1)
        file.truncate()
        for seal in JournalSeal.objects.filter(pk__gt=last).order_by("id"):
            file.write(_line(seal))
        file.flush()
        os.fsync(file.fileno())


def _line(seal: JournalSeal) -> bytes:
    told = {
        "id": seal.pk,
        "made_at": instant(seal.made_at),
        "upto": [seal.upto_xid, seal.upto_id],
        "count": seal.count,
        "root": bytes(seal.root).hex(),
        "mac": bytes(seal.mac).hex(),
    }
    return json.dumps(told).encode("ascii") + b"\n"


def written_out() -> dict[int, bytes]:
    """Return the MACs of the seals in the audit administrator's file, by their ids.

    Raises ValueError for a line that is not a seal's; the last one may be cut short by a crash.
    """
    path = _path()
    return _told(path.read_bytes()) if path.exists() else {}


def _told(text: bytes) -> dict[int, bytes]:
    *lines, _cut_short = text.split(b"\n")
    try:
        told = [json.loads(line) for line in lines]
        return {one["id"]: bytes.fromhex(one["mac"]) for one in told}
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError("the file of seals has a line that is not a seal's") from error
