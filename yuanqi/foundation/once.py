"""A repeated POST does nothing twice.

Each form carries a key made when it was shown. The key is written in the transaction of the
operation: a repeat finds it and is sent to the first result; two at the same instant wait for
each other on the unique index; a refusal rolls the key back, so the form may be sent again.
"""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from .models import OnceKey


def once(*, account_id: int, key: str, at: datetime, act: Callable[[], str]) -> str:
    """Run `act` unless `key` has been used by this account; return where its result is shown."""
    try:
        uuid = UUID(key)
    except ValueError:
        # a client without the key (an old page, a script) simply gets no protection
        return act()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO once_key (account_id, key, location, at) VALUES (%s, %s, '', %s)"
                " ON CONFLICT (account_id, key) DO NOTHING RETURNING id",
                [account_id, uuid, at],
            )
            row = cursor.fetchone()
        if row is None:
            return OnceKey.objects.get(account_id=account_id, key=uuid).location
        location = act()
        OnceKey.objects.filter(pk=row[0]).update(location=location)
        return location


def result_of(*, account_id: int, key: str) -> str | None:
    """Where the result of this form is shown if it has been carried out before, else None."""
    try:
        found = OnceKey.objects.filter(account_id=account_id, key=UUID(key)).first()
    except ValueError:
        return None
    return found.location if found else None


def forget(*, before: datetime, most: int) -> int:
    """Delete keys of forms carried out before that, the oldest first; returns how many."""
    some = OnceKey.objects.filter(at__lt=before).order_by("id").values("id")[:most]
    return OnceKey.objects.filter(pk__in=some).delete()[0]
