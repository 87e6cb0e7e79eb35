"""What the audit administrator reads of sign-in: each event as a sentence, and what isn't kept."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from yuanqi.audit import kinds, retention

from . import events
from .models import UnknownAttempt

_METHODS = {
    "password": gettext_lazy("密码"),
    "city": gettext_lazy("城市统一身份"),
    "totp": gettext_lazy("验证器"),
    "recovery": gettext_lazy("恢复码"),
}
_FAILED = {
    "password": gettext_lazy("密码不对"),
    "code": gettext_lazy("验证码不对"),
    "closed": gettext_lazy("账号已停用"),
}
_WHY = {
    "own": gettext_lazy("本人结束"),
    "administrator": gettext_lazy("安全管理员结束"),
    "password": gettext_lazy("密码已改或要改"),
    "roles": gettext_lazy("角色有变"),
    "closed": gettext_lazy("账号停用"),
    "factor": gettext_lazy("验证器已解除"),
}


def _signed_in(told: Mapping[str, Any]) -> str:
    ways = _("、").join(str(_METHODS.get(one, one)) for one in told["methods"])
    return _("登录（%(ways)s），%(device)s") % {
        "ways": ways or "—",
        "device": told["device"] or "—",
    }


def _failed(told: Mapping[str, Any]) -> str:
    return _("登录失败：%(what)s，连续第 %(number)d 次") % {
        "what": _FAILED.get(told["what"], told["what"]),
        "number": told["failures"],
    }


def _locked(told: Mapping[str, Any]) -> str:
    return _("连续失败 %(number)d 次，账号锁定 %(minutes)d 分钟") % {
        "number": told["failures"],
        "minutes": told["minutes"],
    }


def _ended(told: Mapping[str, Any]) -> str:
    said = ngettext(
        "结束 %(count)d 处登录：%(why)s", "结束 %(count)d 处登录：%(why)s", told["count"]
    )
    return _with_reason(
        said % {"count": told["count"], "why": _WHY.get(told["why"], told["why"])}, told
    )


def _factor_removed(told: Mapping[str, Any]) -> str:
    by_owner = told["by_owner"]
    said = _("本人解除验证器") if by_owner else _("安全管理员解除验证器")
    return _with_reason(said, told)


def _city_bound(told: Mapping[str, Any]) -> str:
    by_owner = told["by_owner"]
    return _("本人绑定城市统一身份") if by_owner else _("系统管理员绑定城市统一身份")


def _city_unbound(told: Mapping[str, Any]) -> str:
    by_owner = told["by_owner"]
    said = _("本人解绑城市统一身份") if by_owner else _("系统管理员解绑城市统一身份")
    return _with_reason(said, told)


def _with_reason(said: str, told: Mapping[str, Any]) -> str:
    if not told["reason"]:
        return said
    return _("%(said)s；原因：%(reason)s") % {"said": said, "reason": told["reason"]}


def register() -> None:
    """Name our events and our kinds of data (from `apps.py`)."""
    for event, sentence in (
        (events.SignedIn, _signed_in),
        (events.SignInFailed, _failed),
        (events.AccountLocked, _locked),
        (events.LockoutLifted, lambda told: _with_reason(_("提前解除锁定"), told)),
        (events.SignedOut, lambda told: _("退出登录")),
        (events.SessionsEnded, _ended),
        (events.PasswordChanged, lambda told: _("修改密码")),
        (events.NewPasswordRequired, lambda told: _("要求改密码")),
        (events.SecondFactorEnrolled, lambda told: _("绑定验证器")),
        (events.SecondFactorRemoved, _factor_removed),
        (events.RecoveryCodesRenewed, lambda told: _("换一批恢复码")),
        (events.CityIdentityBound, _city_bound),
        (events.CityIdentityUnbound, _city_unbound),
    ):
        kinds.describe(event.kind, sentence)
    retention.register(
        retention.Kind(
            name="signin-unknown-attempts",
            label=gettext_lazy("用不存在的用户名登录的尝试"),
            days_parameter="signin.attempt_days",
            count=_count,
            remove=_remove,
        )
    )


def _count(before: datetime) -> int:
    return UnknownAttempt.objects.filter(at__lt=before).count()


def _remove(before: datetime) -> int:
    some = UnknownAttempt.objects.filter(at__lt=before).order_by("at")[: retention.BATCH]
    return UnknownAttempt.objects.filter(pk__in=[row.pk for row in some]).delete()[0]
