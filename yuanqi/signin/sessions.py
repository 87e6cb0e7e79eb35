"""Sessions as people see them: where somebody is signed in, since when, from where."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from yuanqi.foundation.models import Account

from .models import Session
from .store import digest, end_of


@dataclass(frozen=True, slots=True)
class Known:
    """One session of an account; `handle` names it in addresses, its key stays unknown."""

    handle: str
    started_at: datetime
    seen_at: datetime
    ends_at: datetime
    address: str
    device: str
    is_this: bool


def of(account: Account | int, *, at: datetime, this: str | None = None) -> Sequence[Known]:
    """Return an account's living sessions, the last used first; `this` is the reader's own key."""
    account_id = account if isinstance(account, int) else account.pk
    own = digest(this) if this else ""
    return [
        Known(
            handle=row.key,
            started_at=row.started_at,
            seen_at=row.seen_at,
            ends_at=end_of(row),
            address=row.address,
            device=row.device,
            is_this=row.key == own,
        )
        for row in Session.objects.filter(account=account_id, expires_at__gt=at)
        .defer("data")
        .order_by("-seen_at", "key")[:100]
        if end_of(row) > at
    ]
