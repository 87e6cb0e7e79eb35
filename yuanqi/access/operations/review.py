"""Lists of accounts taken out of the program: the quarterly look (账号清查), and any other."""

from datetime import datetime

from django.db import transaction

from yuanqi.audit import reading
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.writer import DIRECT

from .. import acts, rules
from ..events import AccountsExported, ReviewExported


@transaction.atomic
def review_export(*, accounts: int, surplus: int, actor: Actor, at: datetime) -> None:
    """Write down that somebody took the list of accounts, and how many were surplus then.

    Raises NotVisible for whoever doesn't manage accounts.
    """
    rules.require_manager(actor)
    assert actor.account_id is not None, "a list is taken by somebody"
    event = ReviewExported(accounts=accounts, surplus=surplus)
    acts.told(DIRECT, event, actor.account_id, actor=actor, at=at)


@transaction.atomic
def accounts_export(
    *,
    accounts: int,
    role: str,
    state: str,
    is_searched: bool,
    address: str,
    actor: Actor,
    at: datetime,
) -> None:
    """Write down that somebody took a list of accounts, in the journal and in the access log.

    Raises NotVisible for whoever doesn't manage accounts.
    """
    rules.require_manager(actor)
    assert actor.account_id is not None, "a list is taken by somebody"
    event = AccountsExported(accounts=accounts, role=role, state=state, is_searched=is_searched)
    acts.told(DIRECT, event, actor.account_id, actor=actor, at=at)
    reading.note(
        actor=actor, at=at, subject="accounts", what="username", count=accounts, address=address
    )
