"""Sentences for the turns of a request's life, and for what supervision does about it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from yuanqi.casework.models import Purpose
from yuanqi.domain.clock import Limit
from yuanqi.foundation import formats

from .timeline_names import Happened, Names
from .wording import brief_limit


def _when(event: Happened, key: str) -> str:
    text = event.payload.get(key)
    if not text:
        return formats.UNKNOWN
    at = datetime.fromisoformat(text)
    return formats.moment_long(at, now=event.at, tz=timezone.get_default_timezone())


def _units(event: Happened, names: Names) -> str:
    return _("、").join(filter(None, map(names.unit, event.payload["co_handlers"])))


def _redispatched(event: Happened, names: Names, to_enterprise: bool) -> str:
    lead, units = names.unit(event.payload["lead_id"]), _units(event, names)
    if to_enterprise:
        return _("改由%(lead)s办理") % {"lead": lead}
    values = {
        "officer": names.officer(event),
        "lead": lead,
        "units": units,
        "reason": event.payload["reason"],
    }
    if units:
        return _("%(officer)s改派给%(lead)s，%(units)s协办：%(reason)s") % values
    return _("%(officer)s改派给%(lead)s：%(reason)s") % values


def _handed_over(event: Happened, names: Names, _to_enterprise: bool) -> str:
    unit = names.unit(event.payload["department_id"])
    return _("%(unit)s%(before)s转给%(after)s：%(reason)s") % {
        "unit": unit,
        "before": names.officers.get(event.payload["from_officer_id"], ""),
        "after": names.officers.get(event.payload["to_officer_id"], ""),
        "reason": event.payload["reason"],
    }


def _moved(event: Happened, names: Names, _to_enterprise: bool) -> str:
    if event.payload["to_department_id"]:
        return _("%(before)s撤并，由%(after)s接着办") % {
            "before": names.unit(event.payload["from_department_id"]),
            "after": names.unit(event.payload["to_department_id"]),
        }
    return _("%(before)s离开岗位，由%(after)s接着办") % {
        "before": names.officers.get(event.payload["from_officer_id"], ""),
        "after": names.officers.get(event.payload["to_officer_id"], ""),
    }


def _extension_asked(event: Happened, names: Names, _to_enterprise: bool) -> str:
    return _("%(officer)s申请延期 %(amount)s：%(reason)s") % {
        "officer": names.officer(event),
        "amount": _amount(event),
        "reason": event.payload["reason"],
    }


def _amount(event: Happened) -> str:
    return brief_limit(Limit(Decimal(event.payload["amount"]), event.payload["base"]))


def _extension_decided(event: Happened, names: Names, to_enterprise: bool) -> str:
    payload = event.payload
    if payload["by"] == "asker":
        return _("延期申请撤回：已经答复")
    values = {
        "officer": names.officer(event),
        "amount": _amount(event),
        "decision": payload["decision"],
        "reason": payload["reason"],
        "due": _when(event, "due_after"),
    }
    if not payload["is_granted"]:
        return _("%(officer)s不同意延期：%(decision)s") % values
    if to_enterprise:
        return _("办理期限延长 %(amount)s，到 %(due)s。原因：%(reason)s") % values
    return _("%(officer)s同意延期 %(amount)s，到 %(due)s：%(decision)s") % values


def _clock_moved(event: Happened, names: Names, to_enterprise: bool) -> str | None:
    payload = event.payload
    if payload["due_after"] == payload["due_before"]:
        return None  # only its warning moved
    values = {
        "purpose": _purpose(event),
        "before": _when(event, "due_before"),
        "after": _when(event, "due_after"),
        "document": payload["document_no"],
    }
    if payload["document_no"]:
        return _("工作日历更新（%(document)s），%(purpose)s由 %(before)s 改到 %(after)s") % values
    return _("工作日历更新，%(purpose)s由 %(before)s 改到 %(after)s") % values


def _parked(event: Happened, _names: Names, _to_enterprise: bool) -> str:
    return _("挂起：%(why)s（%(until)s 前复核）") % {
        "why": event.payload["explanation"].rstrip("。"),
        "until": _when(event, "until_at"),
    }


def _refused(event: Happened, names: Names, to_enterprise: bool) -> str:
    ground = names.refusals.get(event.payload["ground"], "")
    if to_enterprise:
        return _("不予受理：%(ground)s") % {"ground": ground}
    return _("%(officer)s决定不予受理：%(ground)s") % {
        "officer": names.officer(event),
        "ground": ground,
    }


def _merged(event: Happened, _names: Names, to_enterprise: bool) -> str:
    values = {"number": event.payload["into_number"]}
    if to_enterprise:
        return _("和 %(number)s 是同一件事，并入那一件一并答复") % values
    return _("并入 %(number)s") % values


def _joined(event: Happened, _names: Names, _to_enterprise: bool) -> str:
    return _("%(number)s 并入这一件") % {"number": event.payload["from_number"]}


def _withdrawn(event: Happened, names: Names, to_enterprise: bool) -> str:
    return (
        _("您撤回了诉求") if to_enterprise else _("%(name)s撤回诉求") % {"name": names.who(event)}
    )


def _reopened(event: Happened, names: Names, to_enterprise: bool) -> str:
    lead = names.unit(event.payload["lead_id"])
    if to_enterprise:
        return _("重新办理，由%(lead)s接手") % {"lead": lead} if lead else _("重新办理，等派单")
    values = {"who": names.who(event), "lead": lead}
    if lead:
        return _("%(who)s要求重新办理，回到%(lead)s") % values
    return _("%(who)s要求重新办理，重新派单") % values


def _file_removed(event: Happened, names: Names, _to_enterprise: bool) -> str:
    return _("%(who)s删除了一个附件：%(reason)s") % {
        "who": names.who(event),
        "reason": event.payload.get("reason", ""),
    }


# --- supervision ---------------------------------------------------------------------------


def _purpose(event: Happened) -> str:
    purpose = event.payload["purpose"]
    if purpose == "call_back":
        return _("回访")
    return str(Purpose(purpose).label)


def _limit_near(event: Happened, _names: Names, _to_enterprise: bool) -> str:
    return _("%(purpose)s快到时限，%(due)s 到期") % {
        "purpose": _purpose(event),
        "due": _when(event, "due_at"),
    }


def _limit_passed(event: Happened, names: Names, _to_enterprise: bool) -> str:
    return _("%(unit)s%(purpose)s超时") % {
        "unit": names.unit(event.payload["department_id"]),
        "purpose": _purpose(event),
    }


def _escalated(event: Happened, names: Names, _to_enterprise: bool) -> str:
    return _("上报%(officer)s，%(due)s 前说明") % {
        "officer": _told(event, names),
        "due": _when(event, "due_at"),
    }


def _told(event: Happened, names: Names) -> str:
    return pgettext("unit and person", "%(unit)s%(name)s") % {
        "unit": names.unit(event.payload["department_id"]),
        "name": names.officers.get(event.payload["officer_id"], ""),
    }


def _reminded(event: Happened, names: Names, _to_enterprise: bool) -> str:
    return _("%(officer)s催办%(told)s") % {
        "officer": names.officer(event),
        "told": _told(event, names),
    }


def _supply_reminded(event: Happened, _names: Names, to_enterprise: bool) -> str:
    values = {"awaited": event.payload["awaited"]}
    return (
        _("提醒您补交%(awaited)s") % values
        if to_enterprise
        else _("已提醒企业补交%(awaited)s") % values
    )


def _supervised(event: Happened, names: Names, _to_enterprise: bool) -> str:
    return _("%(officer)s督办，请%(told)s在 %(due)s 前答复") % {
        "officer": names.officer(event),
        "told": _told(event, names),
        "due": _when(event, "due_at"),
    }


def _supervision_answered(event: Happened, names: Names, _to_enterprise: bool) -> str:
    return _("%(officer)s答复督办") % {"officer": names.officer(event)}


def _supervision_ended(event: Happened, names: Names, _to_enterprise: bool) -> str | None:
    if event.payload["how"] != "officer":
        return None  # what ended it stands in the timeline already
    return _("%(officer)s结束督办") % {"officer": names.officer(event)}


def _inspected(event: Happened, names: Names, _to_enterprise: bool) -> str:
    values = {"officer": names.officer(event)}
    if event.payload["is_ok"]:
        return _("%(officer)s抽查：没有问题") % values
    return _("%(officer)s抽查：有问题") % values


def _taken(_event: Happened, _names: Names, _to_enterprise: bool) -> str:
    return _("两份企业档案并成一份，本件随之转入")


WORDS: Mapping[str, Callable[[Happened, Names, bool], str | None]] = {
    "servicedesk.request_redispatched": _redispatched,
    "servicedesk.request_refused": _refused,
    "servicedesk.request_merged": _merged,
    "servicedesk.request_joined": _joined,
    "servicedesk.request_withdrawn": _withdrawn,
    "servicedesk.request_reopened": _reopened,
    "casework.handed_over": _handed_over,
    "casework.case_moved": _moved,
    "casework.case_taken": _taken,
    "casework.extension_asked": _extension_asked,
    "casework.extension_decided": _extension_decided,
    "casework.case_parked": _parked,
    "casework.clock_moved": _clock_moved,
    "casework.file_removed": _file_removed,
    "supervision.limit_near": _limit_near,
    "supervision.limit_passed": _limit_passed,
    "supervision.case_escalated": _escalated,
    "supervision.reminded": _reminded,
    "supervision.supply_reminded": _supply_reminded,
    "supervision.supervised": _supervised,
    "supervision.supervision_answered": _supervision_answered,
    "supervision.supervision_ended": _supervision_ended,
    "supervision.inspected": _inspected,
}
# what stays out of the talk: it changes nobody's turn
ASIDE = frozenset(
    {
        "supervision.limit_near",
        "supervision.inspected",
        "supervision.supervision_ended",
        "servicedesk.request_joined",
        "casework.file_removed",
        "casework.clock_moved",
        "casework.case_taken",
    }
)
