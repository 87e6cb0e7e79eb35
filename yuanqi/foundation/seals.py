"""Seals over the journal: what is sealed can't be shortened, not even by its last event.

A seal covers every event since the one before it, below the oldest open transaction, in the order
(transaction, id): a Merkle root over their hashes, the previous seal's, a count, and a MAC by a
key that the database doesn't hold. It is also written to a file for the audit administrator.
"""

import hashlib
import hmac
import json
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
def make(*, at: datetime) -> JournalSeal | None:
    """Seal what is not sealed yet; None if there is nothing, or another worker is sealing."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)
        if not cursor.fetchone()[0]:
            return None
        last = JournalSeal.objects.order_by("-id").first()
        start = (last.upto_xid, last.upto_id) if last else (0, 0)
        cursor.execute(_UNSEALED, start)
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
    _write_out(seal)
    return seal


def _write_out(seal: JournalSeal) -> None:
    """Append the seal to the audit administrator's file, outside the database."""
    path = Path(settings.VAR) / "seals" / "seals.jsonl"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    line = json.dumps(
        {
            "id": seal.pk,
            "made_at": instant(seal.made_at),
            "upto": [seal.upto_xid, seal.upto_id],
            "count": seal.count,
            "root": bytes(seal.root).hex(),
            "mac": bytes(seal.mac).hex(),
        }
    )
    with path.open("a", encoding="ascii") as file:
        file.write(line + "\n")


def last_written_out() -> int | None:
    """Return the id of the last seal in the audit administrator's file, if there is one."""
    path = Path(settings.VAR) / "seals" / "seals.jsonl"
    if not path.exists():
        return None
    lines = path.read_text(encoding="ascii").splitlines()
    return json.loads(lines[-1])["id"] if lines else None
