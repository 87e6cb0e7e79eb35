"""How limits read in a sentence."""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from yuanqi.domain.clock import Base, Limit

# the source of a limit that no law gives, as the shipped definition says it; templates translate it
PARK_DEFAULT = gettext_noop("园区默认，可改")


def brief_limit(limit: Limit) -> str:
    """Say a limit as people do: `2 个工作小时`, `30 分钟`, `5 个工作日`, `30 天`, `3 个月`."""
    amount = Decimal(limit.amount)
    match limit.base:
        case Base.WORKING_DAYS:
            said = ngettext("%(count)s 个工作日", "%(count)s 个工作日", _plural(amount))
        case Base.CALENDAR_DAYS:
            said = ngettext("%(count)s 天", "%(count)s 天", _plural(amount))
        case Base.MONTHS:
            said = ngettext("%(count)s 个月", "%(count)s 个月", _plural(amount))
        case Base.MINUTES:
            amount /= 60
            said = ngettext("%(count)s 个工作小时", "%(count)s 个工作小时", _plural(amount))
        case _ if amount < 1:
            amount *= 60
            said = _("%(count)s 分钟")
        case _:
            said = ngettext("%(count)s 小时", "%(count)s 小时", _plural(amount))
    return said % {"count": f"{round(amount, 1).normalize():f}"}


def _plural(amount: Decimal) -> int:
    return 1 if amount == 1 else 2
