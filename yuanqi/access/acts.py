"""What operations and bulk loads do alike: accounts and their roles, with the events."""

from collections.abc import Iterable
from datetime import datetime

from yuanqi.foundation.actors import Actor, Role
from yuanqi.foundation.journal import Audience, Event, Personal
from yuanqi.foundation.models import Account, RoleGrant
from yuanqi.foundation.writer import Writer
from yuanqi.signin import acts as signin

from .events import AccountClosed, AccountOpened, HolderNamed, RoleRevoked
from .models import Holder


def told(writer: Writer, event: Event, account_id: int, *, actor: Actor, at: datetime) -> None:
    """Record what happened to an account: on its stream, for the audit administrator."""
    writer.record(
        event, stream=f"account:{account_id}", audience=Audience.AUDIT, actor=actor, at=at
    )


def open_account(
    writer: Writer,
    *,
    username: str,
    password: str,
    roles: Iterable[Role] = (),
    holder: str = "",
    actor: Actor,
    at: datetime,
) -> Account:
    """Open an account; `password` comes hashed.

    Roles from the start are for the first three administrators and a demo park: everybody
    else's are granted by two persons (`operations.role_propose`).
    """
    account = writer.insert(Account(username=username, password=password))
    granted = [str(role) for role in roles]
    for role in granted:
        writer.insert(RoleGrant(account=account, role=role))
    told(
        writer,
        AccountOpened(account_id=account.pk, username=Personal(username), roles=granted),
        account.pk,
        actor=actor,
        at=at,
    )
    if holder:
        name_holder(writer, account=account, name=holder, actor=actor, at=at)
    return account


def name_holder(
    writer: Writer, *, account: Account, name: str, actor: Actor, at: datetime
) -> Holder:
    """Write down who bears an account that is neither an officer's nor a contact's."""
    row = writer.insert(Holder(account=account, name=name))
    event = HolderNamed(account_id=account.pk, name=Personal(name))
    told(writer, event, account.pk, actor=actor, at=at)
    return row


def take_roles(
    writer: Writer,
    *,
    account_id: int,
    roles: Iterable[str],
    reason: str,
    actor: Actor,
    at: datetime,
) -> None:
    """Take business roles away at once, the reason told: the safe direction needs no second."""
    for role in sorted(roles):
        RoleGrant.objects.filter(account_id=account_id, role=role).delete()
        event = RoleRevoked(account_id=account_id, proposal_id=None, role=role, reason=reason)
        told(writer, event, account_id, actor=actor, at=at)


def holds(account_id: int, *roles: str) -> list[str]:
    """Which of these roles the account has, of all if none is named."""
    found = RoleGrant.objects.filter(account_id=account_id)
    if roles:
        found = found.filter(role__in=[str(role) for role in roles])
    return sorted(found.values_list("role", flat=True))


def take_all_roles(
    writer: Writer, *, account_id: int, reason: str, actor: Actor, at: datetime
) -> None:
    """Take every role away, since the post they were granted for is no longer his."""
    roles = holds(account_id)
    take_roles(writer, account_id=account_id, roles=roles, reason=reason, actor=actor, at=at)


def close_account(
    writer: Writer, *, account: Account, reason: str, actor: Actor, at: datetime
) -> None:
    """Close an account that no administrator has: out at once, its roles gone."""
    if not account.is_active:
        return
    writer.update(account, is_active=False)
    event = AccountClosed(account_id=account.pk, reason=reason, roles=holds(account.pk))
    told(writer, event, account.pk, actor=actor, at=at)
    take_all_roles(writer, account_id=account.pk, reason=reason, actor=actor, at=at)
    signin.sessions_end_all(account_id=account.pk, why="closed", actor=actor, at=at)
