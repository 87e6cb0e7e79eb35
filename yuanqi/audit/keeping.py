"""How long the access log, form keys and keys of repeated calls are kept: their parameters."""

from datetime import datetime

from django.db import connection
from django.utils.translation import gettext_lazy as _

from yuanqi.foundation import idempotency, once
from yuanqi.foundation.actors import Role
from yuanqi.foundation.models import IdempotencyKey, OnceKey
from yuanqi.parameters import parameters
from yuanqi.parameters.parameters import Parameter

from . import retention
from .models import AccessRead
from .retention import BATCH, LOGS_AT_LEAST_DAYS, LOGS_DAYS, Kind

LONGEST_DAYS = 3650
LOGS_SOURCE = _("《网络安全法》第二十一条第（三）项：网络日志不少于六个月")


def days(key: str, label: object, default: int, *, least: int, **more: object) -> Parameter:
    """Define the parameter of a kind: whole days, ten years at most."""
    return parameters.define(
        Parameter(
            key=key,
            kind="integer",
            default=default,
            label=label,
            group="retention",
            unit=_("天"),
            least=least,
            most=LONGEST_DAYS,
            **more,
        )
    )


def define() -> None:
    """Make the foundation's kinds known (from `apps.py`)."""
    days(
        "retention.access_log_days", _("个人信息查阅记录"), LOGS_DAYS, least=LOGS_AT_LEAST_DAYS,
        source=LOGS_SOURCE, role=Role.SECURITY_ADMIN,
    )  # fmt: skip
    days("retention.once_keys_days", _("表单防重复记号"), 30, least=1)
    days("retention.idempotency_days", _("接口防重复记号"), 2, least=1)
    retention.register(
        Kind(
            "access-log",
            _("个人信息查阅记录"),
            "retention.access_log_days",
            lambda before: AccessRead.objects.filter(at__lt=before).count(),
            _forget_readings,
        )
    )
    retention.register(
        Kind(
            "once-keys",
            _("表单防重复记号"),
            "retention.once_keys_days",
            lambda before: OnceKey.objects.filter(at__lt=before).count(),
            lambda before: once.forget(before=before, most=BATCH),
        )
    )
    retention.register(
        Kind(
            "idempotency-keys",
            _("接口防重复记号"),
            "retention.idempotency_days",
            lambda before: IdempotencyKey.objects.filter(at__lt=before).count(),
            lambda before: idempotency.forget(before=before, most=BATCH),
        )
    )


def _forget_readings(before: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT access_read_forget(%s, %s)", [before, BATCH])
        found: int = cursor.fetchone()[0]
    return found
