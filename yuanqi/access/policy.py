"""What the park may set about accounts and rights."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from yuanqi.foundation.actors import Role
from yuanqi.parameters import parameters


def define() -> None:
    """Define the parameters (from `apps.py`)."""
    parameters.define(
        parameters.Parameter(
            key="access.proposal_days",
            kind="integer",
            default=7,
            least=1,
            most=30,
            unit=_("天"),
            label=_("授权申请的有效期"),
            group="access",
            help=_("过期没有第二人确认的申请自动作废。"),
            source="GB/T 22239-2019 8.1.4.2",
            role=Role.SECURITY_ADMIN,
        )
    )
    parameters.define(
        parameters.Parameter(
            key="access.surplus_days",
            kind="integer",
            default=90,
            least=30,
            most=365,
            unit=_("天"),
            label=_("多久没有登录算多余账号"),
            group="access",
            help=_("账号清查时标出来，由系统管理员停用。"),
            source="GB/T 22239-2019 8.1.4.2",
            role=Role.SECURITY_ADMIN,
        )
    )


def lapses_at(at: datetime) -> datetime:
    """When a proposal made at that instant is void."""
    return at + timedelta(days=parameters.value("access.proposal_days"))


def surplus_after() -> timedelta:
    """How long an account may lie unused before it is asked about."""
    return timedelta(days=parameters.value("access.surplus_days"))
