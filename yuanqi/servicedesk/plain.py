"""What one line of a list says of a request to the enterprise: how it stands, in plain words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yuanqi.casework.models import Case, CaseState, Outcome

from .rows import Row


@dataclass(frozen=True, slots=True)
class Plain:
    """A request in plain words for the enterprise: how it stands, what it may expect or must do.

    `until` is the instant by which the park answers, None where that isn't promised now;
    `asks` is what the enterprise is asked to do.
    """

    case: Case
    says: str
    until: datetime | None = None
    is_late: bool = False
    asks: str = ""


_ENDED = {
    Outcome.NOT_ACCEPTED: gettext_lazy("没有受理，里面写明了理由和可以找谁。"),
    Outcome.MERGED: gettext_lazy("已并入您的另一件诉求，一起办理。"),
    Outcome.WITHDRAWN: gettext_lazy("您已撤回。"),
}


def plain_words(row: Row, now: datetime) -> Plain:
    """Say to the enterprise how its request stands."""
    case = row.case
    due_at = case.resolve_due_at
    late = due_at is not None and now > due_at
    promise: dict[str, Any] = {"until": due_at, "is_late": late}
    lead = case.lead.label if case.lead else ""
    match case.state:
        case CaseState.SUBMITTED:
            return Plain(case, _("已经收到，服务中心正在安排承办部门。"), **promise)
        case CaseState.DISPATCHED:
            said = _("已经派给%(unit)s，正在签收。") % {"unit": lead}
            return Plain(case, said, **promise)
        case CaseState.ANSWERED:
            return Plain(case, _("已经正式答复。"), asks=_("请您评价，约 10 秒"))
        case CaseState.CALL_BACK:
            return Plain(case, _("您评价了不满意，服务中心会打电话问您情况。"))
        case CaseState.CLOSED:
            if said := _ENDED.get(case.outcome):
                return Plain(case, str(said))
            if row.review:
                return Plain(case, _("已经办结，您的评价是“%(level)s”。") % {"level": row.review})
            return Plain(case, _("已经办结，您没有评价。"))
    if row.awaits_enterprise:
        asks = _("请您补交：%(what)s") % {"what": row.awaited}
        return Plain(case, _("暂停计时，等您补材料，补齐后继续办。"), asks=asks)
    if row.awaited:
        said = _("暂停计时，在等%(what)s，等到后继续办。") % {"what": row.awaited}
        return Plain(case, said)
    holder = case.responsible
    assert holder is not None, "an open case has a responsible person"
    who = {"unit": holder.department.label, "name": holder.name, "lead": lead}
    if holder.department_id != case.lead_id:
        said = _("%(unit)s%(name)s正在给协办意见，由%(lead)s答复您。") % who
    else:
        said = _("%(unit)s%(name)s正在办理。") % who
    return Plain(case, said, **promise)
