"""Where sessions are kept (settings.SESSION_ENGINE): a row each, one query to read it.

The row says when the session began and when its person was last there, so that it ends after too
long a pause or too long a day without a further query. A session that has ended so is "lapsed":
nobody is signed in, but the browser that held it is still known to be the same person's, for the
form that was being written (see `adapter`, `gate`).
"""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.db import IntegrityError, transaction
from django.utils import timezone

from yuanqi.foundation.actors import Side, actor_for
from yuanqi.foundation.digests import sha256_of
from yuanqi.foundation.models import Account
from yuanqi.foundation.prepared import Given, Read

from . import policy
from .models import Session

SEEN_EVERY = timedelta(minutes=1)
ANONYMOUS_LIFE = timedelta(minutes=30)  # between the password and the second factor, at most
LAPSED_LIFE = timedelta(days=1)
_LAPSED = "_signin_lapsed"


_SESSION = Read(lambda: Session.objects.filter(key=Given("key")))


def digest(key: str) -> str:
    """What stands in the table for a cookie's key: it is random and long, a plain hash holds."""
    return sha256_of(key)


def end_of(row: Session) -> datetime:
    """Until when this session holds if nobody does anything more."""
    return min(row.expires_at, row.seen_at + policy.idle_time(is_staff=row.is_staff))


class SessionStore(SessionBase):
    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self.row: Session | None = None
        self.lapsed_account_id: int | None = None
        self.address = ""
        self.device = ""

    @classmethod
    def clear_expired(cls) -> None:
        sweep(at=timezone.now())

    def load(self) -> dict[str, Any]:
        row = _SESSION.first(key=digest(self.session_key))
        at = timezone.now()
        if row is None or (row.account_id is None and row.expires_at <= at):
            self._session_key = None
            return {}
        data = self.decode(row.data)
        if row.account_id is None:
            self.row = row
            self.lapsed_account_id = data.get(_LAPSED)
            return data
        if end_of(row) <= at:
            self.lapsed_account_id = row.account_id
            return {_LAPSED: row.account_id}
        self.row = row
        return data

    @property
    def left_seconds(self) -> int:
        """How long the session lasts if nobody does anything more; nought if nobody is in."""
        if self.row is None or self.row.account_id is None:
            return 0
        return max(0, int((end_of(self.row) - timezone.now()).total_seconds()))

    def is_unseen(self, at: datetime) -> bool:
        """Say whether `seen` has something to write: after a minute, or a clock set back."""
        row = self.row
        if row is None or row.account_id is None:
            return False
        return not timedelta() <= at - row.seen_at < SEEN_EVERY or row.started_at > at

    def seen(self, at: datetime) -> None:
        """Write that the person is there. A clock set back gives no session a longer life than
        a whole one from now."""
        row = self.row
        assert row is not None
        row.seen_at, row.started_at = at, min(row.started_at, at)
        longest = policy.session_time(is_staff=row.is_staff)
        row.expires_at = min(row.expires_at, at + longest)
        Session.objects.filter(key=row.key).update(
            seen_at=row.seen_at, started_at=row.started_at, expires_at=row.expires_at
        )

    def exists(self, session_key: str) -> bool:
        return Session.objects.filter(key=digest(session_key)).exists()

    def create(self) -> None:
        while True:
            self._session_key = self._get_new_session_key()
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:
        if self.session_key is None:
            self.create()
            return
        data = self._get_session(no_load=must_create)
        at = timezone.now()
        key = digest(self.session_key)
        account_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        values: dict[str, Any] = {"data": self.encode(data)}
        if must_create or self.row is None or self.row.account_id != account_id:
            values |= self._beginning(account_id, at, is_lapsed=_LAPSED in data)
        if must_create:
            try:
                with transaction.atomic():
                    self.row = Session.objects.create(key=key, **values)
            except IntegrityError:
                raise CreateError
        elif not Session.objects.filter(key=key).update(**values):
            raise UpdateError
        elif self.row is None:
            self.row = Session(key=key, **values)
        else:
            for name, value in values.items():
                setattr(self.row, name, value)

    def _beginning(self, account_id: int | None, at: datetime, *, is_lapsed: bool) -> dict:
        is_staff = False
        life = LAPSED_LIFE if is_lapsed else ANONYMOUS_LIFE
        if account_id is not None:
            actor = actor_for(Account.objects.get(pk=account_id), at)
            is_staff = actor.side is Side.PARK or bool(actor.roles)
            life = policy.session_time(is_staff=is_staff)
        return {
            "account_id": account_id,
            "is_staff": is_staff,
            "started_at": at,
            "seen_at": at,
            "expires_at": at + life,
            "address": self.address,
            "device": self.device,
        }

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is None:
            return
        if self.row is not None and self.row.key == digest(key):
            self.row = None
        Session.objects.filter(key=digest(key)).delete()


def sweep(*, at: datetime) -> int:
    """Remove sessions that are over; a lapsed one is remembered for a day. Returns how many."""
    gone = Session.objects.filter(account=None, expires_at__lte=at).delete()[0]
    gone += Session.objects.filter(expires_at__lte=at - LAPSED_LIFE).delete()[0]
    for is_staff in (True, False):
        idle = policy.idle_time(is_staff=is_staff)
        gone += Session.objects.filter(
            is_staff=is_staff, seen_at__lte=at - idle - LAPSED_LIFE
        ).delete()[0]
    return gone


def forget_lapse(session: SessionStore) -> None:
    """Forget whose session ran out before this one began."""
    session.pop(_LAPSED, None)
    session.lapsed_account_id = None
