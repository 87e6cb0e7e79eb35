"""Reading what stands at the door: one's own, and what the security administrator watches."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from yuanqi.foundation.actors import Actor, Role
from yuanqi.foundation.errors import NotAllowed, NotVisible
from yuanqi.foundation.models import Account

from .models import (
    AccountSecurity,
    CityIdentity,
    Door,
    RecoveryCode,
    SecondFactor,
    UnknownAttempt,
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How one account comes in."""

    password_changed_at: datetime | None
    must_change_password: bool
    factor_since: datetime | None
    recovery_codes_left: int
    city: CityIdentity | None
    locked_until: datetime | None


def standing(account_id: int, at: datetime) -> Standing:
    """Return how an account comes in; the caller has seen to it that he may know."""
    row = AccountSecurity.objects.filter(account=account_id).first()
    factor = SecondFactor.objects.filter(account=account_id).first()
    door = Door.objects.filter(account=account_id, locked_until__gt=at).first()
    return Standing(
        password_changed_at=row.password_changed_at if row else None,
        must_change_password=row.must_change_password if row else False,
        factor_since=factor.enrolled_at if factor else None,
        recovery_codes_left=RecoveryCode.objects.filter(account=account_id, used_at=None).count()
        if factor
        else 0,
        city=CityIdentity.objects.filter(account=account_id).first(),
        locked_until=door.locked_until if door else None,
    )


def account_for(account_id: int, actor: Actor, *roles: Role) -> Account:
    """Return an account for one of these administrators. Raises NotAllowed, NotVisible."""
    if not actor.has(*roles):
        raise NotAllowed()
    account = Account.objects.filter(pk=account_id).first()
    if account is None:
        raise NotVisible(account_id)
    return account


def lockouts(actor: Actor, at: datetime) -> QuerySet[Door]:
    """Accounts that are locked now, for the security administrator. Raises NotAllowed.

    Locked names without an account aren't among them: there is nothing to lift.
    """
    if not actor.has(Role.SECURITY_ADMIN):
        raise NotAllowed()
    return Door.objects.filter(account__isnull=False, locked_until__gt=at).select_related("account")


def unknown_attempts(actor: Actor) -> QuerySet[UnknownAttempt]:
    """Tries of names that no account has, for the security administrator. Raises NotAllowed."""
    if not actor.has(Role.SECURITY_ADMIN):
        raise NotAllowed()
    return UnknownAttempt.objects.all()


def account_named(username: str) -> Account | None:
    return Account.objects.filter(username__iexact=username.strip()).first()
