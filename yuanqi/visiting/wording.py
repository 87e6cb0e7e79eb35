"""How a visit's standing reads."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yuanqi.domain.clock import Light
from yuanqi.organisation.models import Department
from yuanqi.steering.wording import KIND_NAMES

from .plans import Standing, VisitPlan


def standing_light(plan: VisitPlan) -> Light:
    if plan.standing is Standing.OVERDUE:
        return Light.RED
    return Light.GREEN if plan.standing is Standing.FINE else Light.YELLOW


def standing_words(plan: VisitPlan, today: date) -> str:
    """When it is due: 过期 3 天, 明天到期, 11-30 前."""
    days = (plan.due_on - today).days
    if days < 0:
        return ngettext("过期 %(days)s 天", "过期 %(days)s 天", -days) % {"days": -days}
    if plan.standing is Standing.SILENT and plan.silent_days:
        return _("%(days)s 天没有联系") % {"days": plan.silent_days}
    if days == 0:
        return _("今天到期")
    if days == 1:
        return _("明天到期")
    return _("%(day)s 前走访") % {"day": f"{plan.due_on:%m-%d}"}


def shared_words(units: Sequence[Department]) -> str:
    """Whose visit it is, where it is several: 3 个部门合成一次：经发局、安环局、规建局."""
    if len(units) < 2:
        return ""
    said = {"count": len(units), "units": _("、").join(one.label for one in units)}
    return _("%(count)s 个部门合成一次：%(units)s") % said


def why(plan: VisitPlan, today: date) -> str:
    """Why then: 每 30 天走访，距上次 29 天; 重点帮扶企业，距上次 12 天."""
    if plan.because:
        because = str(KIND_NAMES.get(plan.because, plan.because))
    else:
        because = _("每 %(days)s 天走访") % {"days": plan.every_days}
    if plan.last_on is None:
        return _("%(because)s，还没有走访过") % {"because": because}
    ago = (today - plan.last_on).days
    return _("%(because)s，距上次 %(days)s 天") % {"because": because, "days": ago}
