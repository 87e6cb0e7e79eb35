"""Coming in: the password, the second factor, and what is demanded of who has come in.

The same answer and the same work for a wrong password, an unknown name and a closed account:
nobody learns here which names exist.
"""

from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.foundation import formats
from yuanqi.foundation.actors import SYSTEM, Actor, Side, actor_for
from yuanqi.foundation.errors import Conflict
from yuanqi.foundation.journal import Personal
from yuanqi.foundation.models import Account

from . import acts, doors, policy, totp
from .events import AccountLocked, SignedIn, SignInFailed
from .models import AccountSecurity, CityIdentity, RecoveryCode, SecondFactor, UnknownAttempt
from .secrets_kept import decrypt, keyed_hashes

PASSWORD, CITY, TOTP, RECOVERY = "password", "city", "totp", "recovery"
NEW_PASSWORD, NEW_FACTOR = "new_password", "new_factor"  # what may be demanded


class TooMany(Conflict):
    """Too many wrong ones: not even looked at. Says until when."""

    def __init__(self, until: datetime) -> None:
        super().__init__(
            _("错得太多，先停一停：%(moment)s 以后再试。忘了密码请找系统管理员重设。")
            % {"moment": formats.moment(until, now=until, tz=timezone.get_current_timezone())}
        )
        self.until = until


def find(username: str) -> Account | None:
    """Return the account of this name, as typed or in lower case: both by the unique index."""
    typed = username.strip()
    found = {a.username: a for a in Account.objects.filter(username__in={typed, typed.lower()})}
    return found.get(typed) or found.get(typed.lower())


def password_check(
    *, username: str, password: str, address: str, device: str, at: datetime
) -> Account | None:
    """Return the account whose name and password these are, if it is open; else None.

    Every try counts until it is right. Raises TooMany, whether or not there is such an account.
    """
    account = find(username)
    one = _begin(username, account, address, at)
    if account is None:
        make_password(password)  # as much work as looking at a real one
        _unknown(one, device, at)
        return None
    is_right = account.check_password(password)
    if not is_right or not account.is_active:
        _failed(account, "closed" if is_right else "password", one, device, at)
        return None
    # with a second factor to come, only this try is given back: else who knows the password
    # could go on guessing codes for ever
    doors.right(one, clears=not is_enrolled(account.pk))
    return account


def password_confirm(
    *, account: Account, password: str, address: str, device: str, at: datetime
) -> bool:
    """Say whether it is the person's own password, asked again. Wrong ones count as at the door.

    Raises TooMany.
    """
    found = password_check(
        username=account.username, password=password, address=address, device=device, at=at
    )
    return found is not None and found.pk == account.pk


def is_enrolled(account_id: int) -> bool:
    return SecondFactor.objects.filter(account=account_id).exists()


def factor_check(
    *, account: Account, code: str, address: str, device: str, at: datetime
) -> str | None:
    """Take a code of the app or a recovery code; return which it was, None if it is neither.

    Each is good once. Wrong ones count as wrong passwords. Raises TooMany.
    """
    one = _begin(account.username, account, address, at)
    given = "".join(code.split()).replace("-", "").upper()
    method = None
    if account.is_active:
        method = _by_app(account.pk, given, at) or _by_recovery(account.pk, given, at)
    if method is None:
        _failed(account, "code", one, device, at)
        return None
    doors.right(one, clears=True)
    return method


@transaction.atomic
def _by_app(account_id: int, given: str, at: datetime) -> str | None:
    factor = SecondFactor.objects.select_for_update().filter(account=account_id).first()
    if factor is None:
        return None
    secret = decrypt(factor.secret, of=account_id)
    counter = totp.matching(secret, given, at) if secret else None
    if counter is None or not totp.is_fresh(counter, factor.counter, at):
        return None
    factor.counter = counter
    factor.save(update_fields=["counter"])
    return TOTP


def _by_recovery(account_id: int, given: str, at: datetime) -> str | None:
    used = RecoveryCode.objects.filter(
        account=account_id, digest__in=recovery_digests(account_id, given), used_at=None
    ).update(used_at=at)
    return RECOVERY if used else None


def city_check(*, issuer: str, subject: str, at: datetime) -> Account | None:
    """Return the open account that a person of the city's provider is bound to; else None."""
    found = (
        CityIdentity.objects.select_related("account")
        .filter(issuer=issuer, subject=subject, account__is_active=True)
        .first()
    )
    if found is None:
        return None
    CityIdentity.objects.filter(account=found.account_id).update(used_at=at)
    return found.account


def recovery_digests(account_id: int, code: str) -> list[str]:
    """How a code is kept today, then how it was under the program's secrets before."""
    return keyed_hashes("recovery", f"{account_id}:{code}")


@transaction.atomic
def signed_in(
    *, account: Account, methods: Sequence[str], address: str, device: str, at: datetime
) -> str:
    """Record that somebody has come in; return what is demanded of him first, or a blank."""
    actor = actor_for(account, at)
    acts.record(
        SignedIn(methods=list(methods), address=Personal(address), device=device),
        account_id=account.pk,
        actor=actor,
        at=at,
    )
    return _demand(account, methods, actor, at)


def _demand(account: Account, methods: Sequence[str], actor: Actor, at: datetime) -> str:
    # who comes by the city's identity has not used the password, and need not know it
    if PASSWORD in methods and must_change_password(account, at):
        return NEW_PASSWORD
    return factor_demand(account, actor)


def must_change_password(account: Account, at: datetime) -> bool:
    """Because somebody else knows it, or because the profile lets it hold no longer.

    A password whose age isn't known is as old as the account.
    """
    row = AccountSecurity.objects.filter(account=account).first()
    if row is not None and row.must_change_password:
        return True
    life = policy.password_life()
    if life is None:
        return False
    changed = (row and row.password_changed_at) or account.created_at
    return at - changed >= life


def factor_demand(account: Account, actor: Actor) -> str:
    is_staff = actor.side is Side.PARK or bool(actor.roles)
    is_required = policy.is_factor_required(roles=actor.roles, is_staff=is_staff)
    return NEW_FACTOR if is_required and not is_enrolled(account.pk) else ""


def _begin(username: str, account: Account | None, address: str, at: datetime) -> doors.Try:
    begun = doors.begin(
        username, account_id=account.pk if account else None, address=address, at=at
    )
    if isinstance(begun, doors.Shut):
        raise TooMany(begun.until)
    return begun


@transaction.atomic
def _failed(account: Account, what: str, one: doors.Try, device: str, at: datetime) -> None:
    acts.lock(account.pk)
    # who it was isn't known: that is the point
    acts.record(
        SignInFailed(what=what, failures=one.number, address=Personal(one.address), device=device),
        account_id=account.pk,
        actor=SYSTEM,
        at=at,
    )
    if doors.is_still_locked(one):
        acts.record(
            AccountLocked(
                failures=one.number,
                minutes=int(policy.lock_time().total_seconds() // 60),
                address=Personal(one.address),
            ),
            account_id=account.pk,
            actor=SYSTEM,
            at=at,
        )


@transaction.atomic
def _unknown(one: doors.Try, device: str, at: datetime) -> None:
    UnknownAttempt.objects.create(name=one.name, address=one.address, device=device, at=at)
    doors.is_still_locked(one)
