"""What a park may set of visits: how often one is due, how often who may be come to."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yuanqi.parameters import parameters
from yuanqi.parameters.parameters import Parameter
from yuanqi.registry.contacting.budgets import GROUP
from yuanqi.steering.lists import DECLINE, FAST_GROWING, KEY_CORE, NEW_GROWTH

EVERY_DAYS = "visiting.every_days"
SOON_DAYS = "visiting.soon_days"
SILENT_DAYS = "visiting.silent_days"
DECLINE_DAYS = "visiting.decline_days"
APART_DAYS = "visiting.apart_days"
_SOURCE = _("园区默认，可改")
_DAYS = pgettext_lazy("days", "天")
# whom the park looks after closely may be come to more often
BUDGETS = {
    KEY_CORE: (6, _("每月最多联系几次：重点核心企业")),
    FAST_GROWING: (6, _("每月最多联系几次：快速成长企业")),
    NEW_GROWTH: (6, _("每月最多联系几次：新增长点企业")),
    DECLINE: (8, _("每月最多联系几次：显著下滑企业")),
}


def budget_of(code: str) -> str:
    """The parameter that says how often a month a list's enterprises may be come to."""
    return f"contacts.monthly_{code.replace('-', '_')}"


def define() -> None:
    for key, default, least, most, label, unit, help_ in (
        (
            EVERY_DAYS, 30, 1, 366, _("挂钩企业至少多少天走访一次"), _DAYS,
            _("列入清单的企业按清单的服务方案。"),
        ),
        (SOON_DAYS, 7, 0, 60, _("到期前多少天算快到期"), _DAYS, ""),
        (
            SILENT_DAYS, 45, 1, 366, _("多少天没有联系算久未联系"), _DAYS,
            _("走访、电话、填表都算联系。"),
        ),
        (
            DECLINE_DAYS, 3, 1, 30, _("新列入显著下滑的几个工作日内必访"),
            pgettext_lazy("days", "个工作日"), "",
        ),
        (
            APART_DAYS, 10, 0, 60, _("多少天内走访过要提醒"), _DAYS,
            _("别的部门刚走访过，先看他们的记录，少打扰企业。"),
        ),
    ):  # fmt: skip
        parameters.define(
            Parameter(
                key=key, kind="integer", default=default, least=least, most=most, label=label,
                group=GROUP, unit=unit, help=help_, source=_SOURCE,
            )
        )  # fmt: skip
    for code, (default, label) in BUDGETS.items():
        parameters.define(
            Parameter(
                key=budget_of(code), kind="integer", default=default, least=0, most=100,
                label=label, group=GROUP, unit=pgettext_lazy("times", "次"), source=_SOURCE,
            )
        )  # fmt: skip
