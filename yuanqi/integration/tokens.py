"""How a token is made, and how a call that brings one is let in: one statement a call."""

import math
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection

from yuanqi.foundation import prepared, standing
from yuanqi.foundation.digests import sha256_of
from yuanqi.foundation.models import Account

MARK = "yq_"
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Admission:
    """A call that may go on: in whose name, for what, and how many more this minute."""

    account: Account
    roles: frozenset[str]
    scopes: frozenset[str]
    limit: int
    left: int  # below nought: one too many
    versions: Mapping[str, UUID]  # of what stands (`foundation.standing`)
    reset_seconds: int

    @property
    def is_too_many(self) -> bool:
        return self.left < 0


def draw() -> str:
    """Return a new token: 256 random bits behind a mark that secret scanners can look for."""
    return MARK + secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is kept of a token. It is random and long, so that a plain hash can't be turned."""
    return sha256_of(token)


def prefix(token: str) -> str:
    return token[: len(MARK) + 6]


def admit(token: str, *, at: datetime) -> Admission | None:
    """Find a token that holds at `at`, and count the call; None if there is no such token.

    An account that is closed, or whose password somebody else knows until its owner changes it,
    lets no program in either; wrong passwords at the door stop none, else anybody could.

    Minutes are counted from the first call on (a fixed window), in the row itself, so that
    processes count together; each writes its calls a few at a time (`_Unwritten`).
    """
    if not token.startswith(MARK):
        return None
    limit, since, key = settings.API_CALLS_A_MINUTE, at - _MINUTE, digest(token)
    calls, is_due = _unwritten.count(key, at, limit // _SHARE)
    if is_due:
        # in a transaction with other work its durability isn't ours to give up
        commit = "on" if connection.in_atomic_block else "off"
        row = prepared.row(_COUNT, commit, at, since, at, since, calls, calls, key, at)
        calls = 0
    else:
        row = prepared.row(_FIND, key, at)
    if row is None:
        _unwritten.forget(key)
        return None
    scopes, roles, minute_at, written, versions, *account = row
    if minute_at is None or minute_at <= since:
        minute_at, written = at, 0
    return Admission(
        account=Account.from_db(connection.alias, _ACCOUNT, account),
        roles=frozenset(roles),
        scopes=frozenset(scopes),
        limit=limit,
        left=limit - written - calls,
        versions=standing.read_along(versions),
        reset_seconds=max(1, math.ceil((minute_at + _MINUTE - at).total_seconds())),
    )


# a process writes a token's calls at the latest after so long, or when they are this part of what
# it may call in a minute: so much may slip through beside other processes
_PATIENCE = timedelta(seconds=5)
_SHARE = 20


class _Unwritten:
    """The calls of each token that this process has let in and not yet written down."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: dict[str, tuple[datetime, int]] = {}

    def count(self, key: str, at: datetime, most: int) -> tuple[int, bool]:
        """How many there are with this one, and whether they are to be written now."""
        with self._lock:
            since, before = self._calls.get(key, (None, 0))
            calls = before + 1
            is_due = since is None or calls > most or not since <= at < since + _PATIENCE
            self._calls[key] = (at, 0) if is_due or since is None else (since, calls)
            return calls, is_due

    def forget(self, key: str) -> None:
        with self._lock:
            self._calls.pop(key, None)


_unwritten = _Unwritten()

_VALID = """
account.id = api_token.account_id AND account.is_active
    AND sha256 = %s AND revoked_at IS NULL AND expires_at > %s
    AND NOT EXISTS (
        SELECT FROM account_security AS s WHERE s.account_id = account.id AND s.must_change_password
    )
"""
_READ = f"""
ARRAY(SELECT jsonb_array_elements_text(scopes)),
    ARRAY(SELECT role FROM account_role WHERE account_role.account_id = account.id),
    minute_at, minute_calls, {standing.VERSIONS},
    account.id, account.username, account.is_active, account.language
"""  # noqa: S608  no value is written into any of these
_FIND = f"SELECT {_READ} FROM api_token, account WHERE {_VALID}"  # noqa: S608
# nothing waits until a count of calls is on the disk; a server that dies forgets some of them
_COUNT = f"""
WITH hasty AS MATERIALIZED (SELECT set_config('synchronous_commit', %s, true))
UPDATE api_token SET
    last_used_at = %s,
    minute_at = CASE WHEN minute_at > %s THEN minute_at ELSE %s END,
    minute_calls = CASE WHEN minute_at > %s THEN minute_calls + %s ELSE %s END
FROM account, hasty WHERE {_VALID}
RETURNING {_READ}
"""  # noqa: S608
# in the order of the model; the rest is read when it is asked for
_ACCOUNT = ["id", "username", "is_active", "language"]
