"""What is done to an account's sign-in, once whoever does it is allowed to."""

from datetime import datetime

from django.contrib.auth.hashers import make_password

from yuanqi.foundation import journal
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.journal import Audience, Event
from yuanqi.foundation.models import Account
from yuanqi.foundation.writer import DIRECT, Writer

from . import policy
from .events import (
    NewPasswordRequired,
    PasswordChanged,
    SessionsEnded,
)
from .models import AccountSecurity, PasswordBefore, Session
from .store import digest


def stream_of(account_id: int) -> str:
    return f"account:{account_id}"


def record(
    event: Event, *, account_id: int, actor: Actor, at: datetime, writer: Writer = DIRECT
) -> None:
    """Append to the account's stream, for the audit administrator."""
    writer.record(event, stream=stream_of(account_id), audience=Audience.AUDIT, actor=actor, at=at)


def lock(account_id: int) -> None:
    """Let the writers of one account come one after the other."""
    journal.lock(stream_of(account_id))


def security_of(account_id: int) -> AccountSecurity:
    """Return the account's row, made if it is the first time."""
    return AccountSecurity.objects.get_or_create(account_id=account_id)[0]


def require_new_password(
    writer: Writer = DIRECT, *, account_id: int, actor: Actor, at: datetime
) -> None:
    """Demand that the account's password be changed before anything else is done with it.

    For whoever made or reset it and therefore knows it. Its sessions end.
    """
    AccountSecurity.objects.update_or_create(
        account_id=account_id, defaults={"must_change_password": True}
    )
    record(NewPasswordRequired(), account_id=account_id, actor=actor, at=at, writer=writer)
    sessions_end_all(account_id=account_id, why="password", actor=actor, at=at)


def sessions_end_all(
    *,
    account_id: int,
    why: str,
    actor: Actor,
    at: datetime,
    reason: str = "",
    keep: str | None = None,
) -> int:
    """End all sessions of an account but the one with the key `keep`; returns how many.

    `why`: "own", "administrator", "password", "roles", "closed", "factor". Nothing is recorded
    where there was none.
    """
    found = Session.objects.filter(account=account_id)
    if keep:
        found = found.exclude(key=digest(keep))
    count = found.delete()[0]
    if count:
        record(
            SessionsEnded(count=count, why=why, reason=reason),
            account_id=account_id,
            actor=actor,
            at=at,
        )
    return count


def password_set(
    account: Account, password: str, *, actor: Actor, at: datetime, keep: str | None = None
) -> None:
    """Give an account a password that its owner chose; other sessions than `keep` end.

    Which ones it had is remembered, hashed, only where the profile forbids to repeat them.
    """
    most = policy.password_history()
    if most and account.has_usable_password():
        PasswordBefore.objects.create(account=account, password=account.password, until=at)
    kept = PasswordBefore.objects.filter(account=account).order_by("-id")
    PasswordBefore.objects.filter(
        pk__in=[row.pk for row in kept[most:]] if most else [row.pk for row in kept]
    ).delete()
    account.password = make_password(password)
    account.save(update_fields=["password"])
    AccountSecurity.objects.update_or_create(
        account=account,
        defaults={"must_change_password": False, "password_changed_at": at},
    )
    record(PasswordChanged(), account_id=account.pk, actor=actor, at=at)
    sessions_end_all(account_id=account.pk, why="password", actor=actor, at=at, keep=keep)
