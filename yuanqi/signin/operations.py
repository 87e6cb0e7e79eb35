"""Every write to one's own sign-in, and the security administrator's to others'."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from yuanqi.foundation.actors import Actor, Role
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible
from yuanqi.foundation.journal import Personal
from yuanqi.foundation.models import Account
from yuanqi.foundation.writer import conflict_if_taken

from . import acts, entering, totp
from .events import (
    CityIdentityBound,
    CityIdentityUnbound,
    LockoutLifted,
    RecoveryCodesRenewed,
    SecondFactorEnrolled,
    SecondFactorRemoved,
    SessionsEnded,
    SignedOut,
)
from .models import CityIdentity, Door, RecoveryCode, SecondFactor, Session
from .secrets_kept import encrypt

RECOVERY_CODES = 10
_CODE_LENGTH = 16  # of 32 letters: 80 bits
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that looks like another
_LONGEST_REASON = 200


# --- the password ------------------------------------------------------------------------------


@transaction.atomic
def password_change(
    *, password: str, actor: Actor, at: datetime, keep: str | None = None
) -> Account:
    """Give oneself another password; the old one has been asked for before (`password_confirm`).

    All sessions but the one with the key `keep` end. Raises Invalid, saying what is wrong with it.
    """
    account = _locked(actor)
    try:
        validate_password(password, account)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), "password1")
    acts.password_set(account, password, actor=actor, at=at, keep=keep)
    return account


@transaction.atomic
def require_new_password(*, account_id: int, actor: Actor, at: datetime) -> None:
    """Demand of an account to change its password first (security administrator).

    Raises NotAllowed, NotVisible.
    """
    _of_another(account_id, actor)
    acts.lock(account_id)
    acts.require_new_password(account_id=account_id, actor=actor, at=at)


# --- the second factor -------------------------------------------------------------------------


@transaction.atomic
def factor_enrol(*, secret: str, code: str, actor: Actor, at: datetime) -> Sequence[str]:
    """Take an authenticator app into service once it has given a right code.

    Returns the recovery codes, which are shown this once. Raises Invalid for a wrong code,
    Conflict if there is an app already.
    """
    account = _locked(actor)
    if entering.is_enrolled(account.pk):
        raise Conflict(_("已经绑定过验证器。要换一个，先解除原来的。"))
    counter = totp.matching(secret, "".join(code.split()), at)
    if counter is None:
        raise Invalid(_("验证码不对。请看手机时间是否自动校准，再填最新的 6 位数字。"), "code")
    SecondFactor.objects.create(
        account=account, secret=encrypt(secret, of=account.pk), enrolled_at=at, counter=counter
    )
    acts.record(SecondFactorEnrolled(), account_id=account.pk, actor=actor, at=at)
    return _recovery_codes(account.pk)


@transaction.atomic
def recovery_codes_renew(*, actor: Actor, at: datetime) -> Sequence[str]:
    """Make new recovery codes; the old ones are worthless. Raises Conflict without an app."""
    account = _locked(actor)
    if not entering.is_enrolled(account.pk):
        raise Conflict(_("还没有绑定验证器，用不着恢复码。"))
    codes = _recovery_codes(account.pk)
    acts.record(RecoveryCodesRenewed(count=len(codes)), account_id=account.pk, actor=actor, at=at)
    return codes


@transaction.atomic
def factor_remove(*, actor: Actor, at: datetime) -> None:
    """Take one's own app out of service. Raises Conflict if there is none, NotAllowed where the
    park demands one."""
    account = _locked(actor)
    if not entering.is_enrolled(account.pk):
        raise Conflict(_("没有绑定验证器。"))
    _remove_factor(account.pk)
    if entering.factor_demand(account, actor):
        raise Conflict(
            _("您的岗位必须有第二重验证。换手机请先在新手机上备好，再找安全管理员解除。")
        )
    acts.record(
        SecondFactorRemoved(by_owner=True, reason=""), account_id=account.pk, actor=actor, at=at
    )


@transaction.atomic
def factor_remove_lost(*, account_id: int, reason: str, actor: Actor, at: datetime) -> None:
    """Take a lost app of somebody else's out of service (security administrator); his sessions end.

    Nobody does it for himself: a security administrator who has lost his own asks another, or
    uses a recovery code. Raises NotAllowed, NotVisible, Invalid, Conflict.
    """
    _of_another(account_id, actor)
    reason = _reason(reason)
    acts.lock(account_id)
    if not entering.is_enrolled(account_id):
        raise Conflict(_("这个账号没有绑定验证器。"))
    _remove_factor(account_id)
    acts.record(
        SecondFactorRemoved(by_owner=False, reason=reason),
        account_id=account_id,
        actor=actor,
        at=at,
    )
    acts.sessions_end_all(account_id=account_id, why="factor", actor=actor, at=at)


def _remove_factor(account_id: int) -> None:
    RecoveryCode.objects.filter(account=account_id).delete()
    SecondFactor.objects.filter(account=account_id).delete()


def _recovery_codes(account_id: int) -> list[str]:
    codes = [
        "".join(secrets.choice(_LETTERS) for _place in range(_CODE_LENGTH))
        for _number in range(RECOVERY_CODES)
    ]
    RecoveryCode.objects.filter(account=account_id).delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(account_id=account_id, digest=entering.recovery_digests(account_id, code)[0])
        for code in codes
    )
    return ["-".join(code[i : i + 4] for i in range(0, _CODE_LENGTH, 4)) for code in codes]


# --- sessions ----------------------------------------------------------------------------------


@transaction.atomic
def session_end(
    *, handle: str, actor: Actor, at: datetime, account_id: int | None = None, reason: str = ""
) -> None:
    """End one session: one's own, or as security administrator that of `account_id`.

    Raises NotVisible if there is no such session of that account, NotAllowed, Invalid.
    """
    is_own = account_id is None or account_id == actor.account_id
    if not is_own:
        _of_another(account_id, actor)
        reason = _reason(reason)
    whose = _account_id(actor) if is_own else int(account_id or 0)
    acts.lock(whose)
    if not Session.objects.filter(key=handle, account=whose).delete()[0]:
        raise NotVisible(handle)
    acts.record(
        SessionsEnded(count=1, why="own" if is_own else "administrator", reason=reason),
        account_id=whose,
        actor=actor,
        at=at,
    )


@transaction.atomic
def sessions_end_all(
    *,
    account_id: int,
    actor: Actor,
    at: datetime,
    reason: str = "",
    keep: str | None = None,
) -> int:
    """End all of one's own sessions but `keep`, or as security administrator all of another's.

    Returns how many there were. Raises NotAllowed, NotVisible, Invalid.
    """
    is_own = account_id == actor.account_id
    if not is_own:
        _of_another(account_id, actor)
        reason = _reason(reason)
    acts.lock(account_id)
    return acts.sessions_end_all(
        account_id=account_id,
        why="own" if is_own else "administrator",
        reason=reason,
        actor=actor,
        at=at,
        keep=keep if is_own else None,
    )


@transaction.atomic
def signed_out(*, actor: Actor, at: datetime) -> None:
    """Record that somebody has signed out."""
    acts.record(SignedOut(), account_id=_account_id(actor), actor=actor, at=at)


# --- lockouts ----------------------------------------------------------------------------------


@transaction.atomic
def lockout_lift(*, account_id: int, reason: str, actor: Actor, at: datetime) -> None:
    """Open an account's door again before its time (security administrator).

    Raises NotAllowed, NotVisible, Invalid; Conflict if it isn't locked.
    """
    _of_another(account_id, actor)
    reason = _reason(reason)
    acts.lock(account_id)
    if not Door.objects.filter(account=account_id, locked_until__gt=at).delete()[0]:
        raise Conflict(_("这个账号没有锁定，或锁定已经到期。"))
    acts.record(LockoutLifted(reason=reason), account_id=account_id, actor=actor, at=at)


# --- the city's identity -----------------------------------------------------------------------


@transaction.atomic
def identity_bind(*, issuer: str, subject: str, actor: Actor, at: datetime) -> None:
    """Bind one's account to the person of the city's provider that has just been proved.

    Raises Conflict if either belongs to another already.
    """
    account = _locked(actor)
    _bind(account.pk, issuer, subject, actor, at)


@transaction.atomic
def identity_bind_for(
    *, account_id: int, issuer: str, subject: str, actor: Actor, at: datetime
) -> None:
    """Bind somebody's account beforehand, by the subject that the city gave (system administrator).

    Raises NotAllowed, NotVisible, Invalid, Conflict.
    """
    _of_another(account_id, actor, role=Role.SYSTEM_ADMIN)
    subject = subject.strip()
    if not subject or len(subject) > 255:
        raise Invalid(_("请填城市统一身份给的用户标识。"), "subject")
    acts.lock(account_id)
    _bind(account_id, issuer, subject, actor, at)


def _bind(account_id: int, issuer: str, subject: str, actor: Actor, at: datetime) -> None:
    with conflict_if_taken(_("这个账号或这个城市身份已经绑定过。先解除原来的。")):
        CityIdentity.objects.create(
            account_id=account_id, issuer=issuer, subject=subject, bound_at=at
        )
    acts.record(
        CityIdentityBound(
            issuer=issuer, subject=Personal(subject), by_owner=account_id == actor.account_id
        ),
        account_id=account_id,
        actor=actor,
        at=at,
    )


@transaction.atomic
def identity_unbind(
    *, actor: Actor, at: datetime, account_id: int | None = None, reason: str = ""
) -> None:
    """Take away the binding: one's own, or as system administrator that of `account_id`.

    Raises Conflict if there is none, NotAllowed, NotVisible, Invalid.
    """
    is_own = account_id is None or account_id == actor.account_id
    if not is_own:
        _of_another(account_id, actor, role=Role.SYSTEM_ADMIN)
        reason = _reason(reason)
    whose = _account_id(actor) if is_own else int(account_id or 0)
    acts.lock(whose)
    if not CityIdentity.objects.filter(account=whose).delete()[0]:
        raise Conflict(_("没有绑定城市统一身份。"))
    acts.record(
        CityIdentityUnbound(by_owner=is_own, reason=reason),
        account_id=whose,
        actor=actor,
        at=at,
    )


# --- who ---------------------------------------------------------------------------------------


def _account_id(actor: Actor) -> int:
    if actor.account_id is None:
        raise NotAllowed()
    return actor.account_id


def _locked(actor: Actor) -> Account:
    account_id = _account_id(actor)
    acts.lock(account_id)
    return Account.objects.select_for_update().get(pk=account_id)


def _of_another(account_id: int | None, actor: Actor, *, role: Role = Role.SECURITY_ADMIN) -> None:
    """Raises NotAllowed for who isn't that administrator, or does it to himself; NotVisible."""
    if not actor.has(role):
        raise NotAllowed()
    if account_id == actor.account_id:
        raise NotAllowed(_("自己的账号不能由自己这样处理，请另一位管理员办。"))
    if not Account.objects.filter(pk=account_id).exists():
        raise NotVisible(account_id)


def _reason(text: str) -> str:
    reason = text.strip()
    if not reason:
        raise Invalid(_("请写明原因，审计时要看。"), "reason")
    if len(reason) > _LONGEST_REASON:
        raise Invalid(_("原因最多 %(most)d 个字。") % {"most": _LONGEST_REASON}, "reason")
    return reason
