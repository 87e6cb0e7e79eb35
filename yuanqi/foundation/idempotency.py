"""A call sent twice under one key acts once: the repeat is given the first one's answer.

Only what was done is remembered. A refusal leaves nothing, so the same key may be sent again once
the reason is mended. Rule of the header: draft-ietf-httpapi-idempotency-key-header.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _
from psycopg.errors import LockNotAvailable

from . import prepared
from .errors import Conflict
from .models import IdempotencyKey

# a call that works in many transactions and was killed in between; its repeat goes on after this
ABANDONED_AFTER = timedelta(minutes=10)


class KeyReused(Conflict):
    """The key was used for another call. 422 by the draft's rule."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call was answered with; `is_repeat` if it was carried out earlier."""

    status: int
    body: str
    location: str = ""
    is_repeat: bool = False


def carried_out_once(
    *, account_id: int, key: str, digest: str, at: datetime, act: Callable[[], Answer]
) -> Answer:
    """Run `act` in one transaction with its key; a repeat gets the answer that was kept.

    Two at the same instant wait for each other. What `act` raises passes through, and nothing is
    kept. It works without savepoints. Raises KeyReused; Conflict if the first is still running
    after ten seconds.
    """
    with transaction.atomic():
        row_id = _claim(account_id, key, digest, at)
        if row_id is None:
            return _kept(account_id, key, digest)
        with _as_one():
            answer = act()
        _keep(row_id, answer)
    return answer


@contextmanager
def _as_one() -> Iterator[None]:
    """No savepoints in this block: what an operation refuses ends the whole call anyway.

    Each would cost two more statements. Whatever fails in here must not be caught in here, unless
    it was `tried`.
    """
    with _savepoints(wanted=False):
        yield


@contextmanager
def tried() -> Iterator[None]:
    """A block whose refusal may be caught and passed over: nothing is left of what it did."""
    with _savepoints(wanted=True), transaction.atomic():
        yield


@contextmanager
def _savepoints(*, wanted: bool) -> Iterator[None]:
    features = connection.features
    before = features.uses_savepoints
    features.uses_savepoints = wanted
    try:
        yield
    finally:
        features.uses_savepoints = before


def carried_out_in_parts(
    *, account_id: int, key: str, digest: str, at: datetime, act: Callable[[], Answer]
) -> Answer:
    """Run an `act` that has many transactions of its own; a repeat gets the answer that was kept.

    The key stands before the first of them. Raises KeyReused; Conflict while it is running.
    """
    with transaction.atomic():
        row_id = _claim(account_id, key, digest, at)
        if row_id is None:
            row = _row(account_id, key, digest)
            if row.status:
                return _answer(row)
            taken = IdempotencyKey.objects.filter(
                pk=row.pk, status=0, at__lt=at - ABANDONED_AFTER
            ).update(at=at)
            if not taken:
                raise Conflict(_still_running())
            row_id = row.pk
    try:
        answer = act()
    except BaseException:
        IdempotencyKey.objects.filter(pk=row_id, status=0).delete()
        raise
    _keep(row_id, answer)
    return answer


def forget(*, before: datetime, most: int) -> int:
    """Forget keys used before that, the oldest first; returns how many."""
    some = IdempotencyKey.objects.filter(at__lt=before).order_by("at").values("id")[:most]
    return IdempotencyKey.objects.filter(pk__in=some).delete()[0]


def _claim(account_id: int, key: str, digest: str, at: datetime) -> int | None:
    """Write the key; None if it is there. Waits for a call that holds it in its transaction."""
    row = prepared.row(_CLAIM_AT_ONCE, account_id, key, digest, at, f"{account_id} {key}")
    if row is None:
        # it is there, or another call holds it
        try:
            prepared.rows("SET LOCAL lock_timeout = '10s'")
            row = prepared.row(_CLAIM, account_id, key, digest, at)
            prepared.rows("SET LOCAL lock_timeout TO DEFAULT")
        except OperationalError as error:
            if isinstance(error.__cause__, LockNotAvailable):
                raise Conflict(_still_running()) from error
            raise
    return None if row is None else int(row[0])


_INTO = "INSERT INTO idempotency_key (account_id, key, digest, status, body, location, at)"
_ONCE = "ON CONFLICT (account_id, key) DO NOTHING RETURNING id"
_CLAIM = f"{_INTO} VALUES (%s, %s, %s, 0, '', '', %s) {_ONCE}"
# who gets the advisory lock waits for nobody on the index
_CLAIM_AT_ONCE = (
    f"{_INTO} SELECT %s::bigint, %s, %s, 0, '', '', %s::timestamptz"
    f" WHERE pg_try_advisory_xact_lock(hashtextextended(%s, 0)) {_ONCE}"
)


def _kept(account_id: int, key: str, digest: str) -> Answer:
    row = _row(account_id, key, digest)
    if not row.status:
        raise Conflict(_still_running())
    return _answer(row)


def _row(account_id: int, key: str, digest: str) -> IdempotencyKey:
    row = IdempotencyKey.objects.get(account_id=account_id, key=key)
    if row.digest != digest:
        raise KeyReused(_("这个 Idempotency-Key 已经用于另一次调用，请换一个新的。"))
    return row


def _answer(row: IdempotencyKey) -> Answer:
    return Answer(row.status, row.body, row.location, is_repeat=True)


def _keep(row_id: int, answer: Answer) -> None:
    prepared.rows(
        "UPDATE idempotency_key SET status = %s, body = %s, location = %s WHERE id = %s",
        answer.status,
        answer.body,
        answer.location,
        row_id,
    )


def _still_running() -> str:
    return _("同一个 Idempotency-Key 的调用还在进行，请稍后用同样的内容再发一次。")
