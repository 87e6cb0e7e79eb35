"""The quarterly look at all accounts (账号清查)."""

from datetime import datetime

from django.db import transaction

from yuanqi.foundation.actors import Actor
from yuanqi.foundation.writer import DIRECT

from .. import acts, rules
from ..events import ReviewExported


@transaction.atomic
def review_export(*, accounts: int, surplus: int, actor: Actor, at: datetime) -> None:
    """Write down that somebody took the list of accounts, and how many were surplus then.

    Raises NotVisible for whoever doesn't manage accounts.
    """
    rules.require_manager(actor)
    assert actor.account_id is not None, "a list is taken by somebody"
    event = ReviewExported(accounts=accounts, surplus=surplus)
    acts.told(DIRECT, event, actor.account_id, actor=actor, at=at)
