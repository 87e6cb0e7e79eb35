"""Counting what fails at the door, in the database: all processes count together.

A try is counted before the password is looked at and given back when it was right. So of many at
one instant no more than the limit are ever looked at, and nobody holds a lock while hashing.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from . import policy
from .models import Door, Origin
from .secrets_kept import keyed_hash


@dataclass(frozen=True, slots=True)
class Try:
    """One try that was let in: the how manieth in a row, and whether it is the last."""

    name: str  # keyed hash
    number: int
    is_last: bool
    address: str


@dataclass(frozen=True, slots=True)
class Shut:
    """No try now: too many for this name, or from this address. Until when."""

    until: datetime


def name_of(username: str) -> str:
    return keyed_hash("name", username.strip().lower())


@transaction.atomic
def begin(username: str, *, account_id: int | None, address: str, at: datetime) -> Try | Shut:
    """Count a try on a name from an address; Shut if there may be none."""
    if address:
        since = _origin(address, at)
        if since is not None:
            return Shut(since + policy.ORIGIN_WINDOW)
    door = _locked_row(name_of(username))
    lock_time = policy.lock_time()
    if door.locked_until is not None and door.locked_until > at:
        if door.locked_until > at + lock_time:
            # the clock was ahead when it was locked, or the time has been shortened
            door.locked_until = at + lock_time
            door.save(update_fields=["locked_until"])
        return Shut(door.locked_until)
    is_long_ago = door.tried_at is None or abs(at - door.tried_at) >= lock_time
    door.failures = 1 if is_long_ago or door.locked_until is not None else door.failures + 1
    door.tried_at, door.account_id = at, account_id
    is_last = door.failures >= policy.most_failures()
    door.locked_at = at if is_last else None
    door.locked_until = at + lock_time if is_last else None
    door.save()
    return Try(door.name, door.failures, is_last, address)


@transaction.atomic
def right(one: Try, *, clears: bool) -> None:
    """The try was right: what was counted for this name is forgotten, or this try alone.

    An address gets its own try back, no more: a right one among many wrong ones clears nobody.
    """
    # the address first, as in `begin`: else two could wait for each other
    if one.address:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE signin_origin SET failures = greatest(failures - 1, 0) WHERE address = %s",
                [one.address],
            )
    if clears:
        Door.objects.filter(name=one.name).delete()
        return
    door = Door.objects.select_for_update().filter(name=one.name).first()
    if door is not None and door.failures:
        door.failures -= 1
        if one.is_last:
            door.locked_at = door.locked_until = None
        door.save()


def is_still_locked(one: Try) -> bool:
    """Say whether the lock that this try brought still stands; in the transaction of its event."""
    door = Door.objects.select_for_update().filter(name=one.name).first()
    return one.is_last and door is not None and door.locked_until is not None


def _locked_row(name: str) -> Door:
    """Return the row of a name, made if need be, and locked in one statement: one that a right
    password takes away meanwhile is made again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO signin_door AS d (name, failures) VALUES (%s, 0)"
            " ON CONFLICT (name) DO UPDATE SET failures = d.failures",
            [name],
        )
    return Door.objects.get(name=name)


def _origin(address: str, at: datetime) -> datetime | None:
    """Count a try from an address; return the window's beginning if it was one too many."""
    since = at - policy.ORIGIN_WINDOW
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO signin_origin AS o (address, since, failures)"
            " VALUES (%(address)s, %(at)s, 1) ON CONFLICT (address) DO UPDATE SET"
            " failures = CASE WHEN o.since > %(since)s AND o.since <= %(at)s"
            "   THEN o.failures + 1 ELSE 1 END,"
            " since = CASE WHEN o.since > %(since)s AND o.since <= %(at)s"
            "   THEN o.since ELSE %(at)s END"
            " RETURNING since, failures",
            {"address": address, "at": at, "since": since},
        )
        began, failures = cursor.fetchone()
    if failures <= policy.most_origin_failures():
        return None
    return began


def sweep(*, at: datetime) -> None:
    """Forget names whose lock is over and addresses whose window is past."""
    Door.objects.filter(tried_at__lt=at - policy.lock_time(), locked_until__isnull=True).delete()
    Door.objects.filter(locked_until__lt=at - policy.lock_time()).delete()
    Origin.objects.filter(since__lt=at - policy.ORIGIN_WINDOW).delete()
