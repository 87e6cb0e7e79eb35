"""The park's rules of sign-in: parameters that the security administrator sets.

Two profiles of passwords contradict each other. ASVS 5.0 (6.2.5, 6.2.10) forbids rules of
composition and forced change; assessors of MLPS level 3 (GB/T 22239-2019, 8.1.4.1) ask for both.
What both want (length, common words refused, lockout, time-outs) always holds.
"""

from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from yuanqi.foundation.actors import Role
from yuanqi.foundation.models import ADMIN_ROLES
from yuanqi.parameters import parameters
from yuanqi.parameters.parameters import Parameter

ASVS, MLPS = "asvs", "mlps"
NONE, ADMINISTRATORS, STAFF = "none", "administrators", "staff"
LEAST_LENGTH = 12
ORIGIN_WINDOW = timedelta(minutes=5)
_MLPS_SOURCE = _("GB/T 22239-2019 8.1.4.1")


def define() -> None:
    """Make the parameters known (from `apps.py`)."""

    def integer(key: str, default: int, label: object, least: int, most: int, **more: object):
        parameters.define(
            Parameter(
                key=f"signin.{key}",
                kind="integer",
                default=default,
                label=label,
                group="signin",
                least=least,
                most=most,
                role=Role.SECURITY_ADMIN,
                **more,
            )
        )

    def choice(key: str, default: str, label: object, choices: list, **more: object):
        parameters.define(
            Parameter(
                key=f"signin.{key}",
                kind="choice",
                default=default,
                label=label,
                group="signin",
                choices=choices,
                role=Role.SECURITY_ADMIN,
                **more,
            )
        )

    choice(
        "profile",
        ASVS,
        _("密码规则"),
        [
            (ASVS, _("长而不常见（ASVS）")),
            (MLPS, _("另要多类字符、定期更换（等保三级）")),
        ],
        help=_("两种都拒绝常见密码和含用户名、园区名的密码。"),
        source=_("OWASP ASVS 5.0 6.2；GB/T 22239-2019 8.1.4.1"),
    )
    integer("password_length", LEAST_LENGTH, _("密码最短"), LEAST_LENGTH, 64, unit=_("个字符"))
    integer(
        "rotation_days",
        90,
        _("密码多久换一次"),
        30,
        366,
        unit=_("天"),
        help=_("只在等保规则下生效。"),
        source=_MLPS_SOURCE,
    )
    integer(
        "password_history",
        5,
        _("不能和前几次密码相同"),
        1,
        24,
        unit=_("次"),
        help=_("只在等保规则下生效，换回另一种规则后旧密码的记录随即删除。"),
        source=_MLPS_SOURCE,
    )
    integer("failures", 5, _("连续输错几次就锁定"), 3, 20, unit=_("次"), source=_MLPS_SOURCE)
    integer("lock_minutes", 30, _("锁定多久"), 5, 1440, unit=_("分钟"), source=_MLPS_SOURCE)
    integer(
        "address_failures",
        30,
        _("同一网络地址 5 分钟内最多输错"),
        5,
        1000,
        unit=_("次"),
        help=_("一个单位常常只有一个出口地址，不宜太小。"),
    )
    for side in ("staff", "enterprise"):
        integer(
            f"idle_minutes_{side}",
            30,
            _IDLE[side],
            5,
            480,
            unit=_("分钟"),
            source=_MLPS_SOURCE,
        )
        integer(f"session_hours_{side}", 8, _WHOLE[side], 1, 24, unit=_("小时"))
    choice(
        "totp_required",
        NONE if settings.DEMO else ADMINISTRATORS,
        _("谁登录必须有第二重验证"),
        [
            (NONE, _("自愿")),
            (ADMINISTRATORS, _("三类管理员")),
            (STAFF, _("全体园区人员")),
        ],
        source=_("GB/T 22239-2019 8.1.4.1；OWASP ASVS 5.0 6.3.3"),
    )
    integer(
        "attempt_days",
        190,
        _("未知用户名的登录尝试保留"),
        184,
        1096,
        unit=_("天"),
        source=_("《网络安全法》：网络日志至少留存六个月"),
    )


_IDLE = {"staff": _("园区人员多久不操作就退出"), "enterprise": _("企业人员多久不操作就退出")}
_WHOLE = {"staff": _("园区人员一次登录最长"), "enterprise": _("企业人员一次登录最长")}


def profile() -> str:
    return parameters.value("signin.profile")


def password_length() -> int:
    return parameters.value("signin.password_length")


def password_history() -> int:
    """How many earlier passwords may not come back; nought outside the MLPS profile."""
    return parameters.value("signin.password_history") if profile() == MLPS else 0


def password_life() -> timedelta | None:
    """How long a password holds; None outside the MLPS profile."""
    if profile() != MLPS:
        return None
    return timedelta(days=parameters.value("signin.rotation_days"))


def most_failures() -> int:
    return parameters.value("signin.failures")


def lock_time() -> timedelta:
    return timedelta(minutes=parameters.value("signin.lock_minutes"))


def most_origin_failures() -> int:
    return parameters.value("signin.address_failures")


def idle_time(*, is_staff: bool) -> timedelta:
    side = "staff" if is_staff else "enterprise"
    return timedelta(minutes=parameters.value(f"signin.idle_minutes_{side}"))


def session_time(*, is_staff: bool) -> timedelta:
    side = "staff" if is_staff else "enterprise"
    return timedelta(hours=parameters.value(f"signin.session_hours_{side}"))


def is_factor_required(*, roles: frozenset[str], is_staff: bool) -> bool:
    """Say whether somebody of these roles may work only with a second factor."""
    required = parameters.value("signin.totp_required")
    if required == STAFF:
        return is_staff
    return required == ADMINISTRATORS and not roles.isdisjoint(ADMIN_ROLES)
