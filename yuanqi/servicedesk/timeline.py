"""What happened to a request, one sentence an event, as each side may read it.

The enterprise reads who does what next; staff also read what stays inside the park. Names are
given: the chain holds ids only.
"""

from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from yuanqi.casework.models import Satisfaction
from yuanqi.foundation.journal import Audience

from . import timeline_turns
from .models import Channel
from .timeline_names import Happened, Names

STAFF_READS = frozenset({Audience.ENTERPRISE.value, Audience.STAFF.value})
ENTERPRISE_READS = frozenset({Audience.ENTERPRISE.value})
LONGEST_OPINION = 40


def sentence(event: Happened, names: Names, *, to_enterprise: bool) -> str | None:
    """Say an event; None for what the talk shows already, and for kinds that have no words.

    `to_enterprise` chooses the enterprise's wording; whether it may read the event at all is
    decided before, by the event's audience.
    """
    words = _WORDS.get(event.kind)
    return None if words is None else words(event, names, to_enterprise)


def _raised(event: Happened, names: Names, _to_enterprise: bool) -> str:
    match event.payload["channel"]:
        case Channel.CENTRE:
            return _("%(officer)s登记诉求") % {"officer": names.officer(event)}
        case Channel.OFFICER:
            return _("挂钩干部%(name)s代企业提出") % {"name": names.who(event)}
        case _enterprise:
            return _("%(name)s提出诉求") % {"name": names.who(event)}


def _routed(event: Happened, names: Names, to_enterprise: bool) -> str | None:
    if to_enterprise:
        return None
    return _("按规则“%(rule)s”，建议派给%(lead)s") % {
        "rule": event.payload["name"],
        "lead": names.unit(event.payload["lead_id"]),
    }


def _dispatched(event: Happened, names: Names, to_enterprise: bool) -> str:
    lead = names.unit(event.payload["lead_id"])
    asked = _("、").join(filter(None, map(names.unit, event.payload["co_handlers"])))
    if to_enterprise:
        if asked:
            return _("派给%(lead)s办理，%(units)s协办") % {"lead": lead, "units": asked}
        return _("派给%(lead)s办理") % {"lead": lead}
    values = {"officer": names.officer(event), "lead": lead, "units": asked}
    if asked:
        return _("%(officer)s派单给%(lead)s，%(units)s协办") % values
    return _("%(officer)s派单给%(lead)s") % values


def _accepted(event: Happened, names: Names, to_enterprise: bool) -> str:
    values = {"officer": names.officer(event)}
    return _("%(officer)s接手办理") % values if to_enterprise else _("%(officer)s签收") % values


def _returned(event: Happened, names: Names, _to_enterprise: bool) -> str:
    return _("%(officer)s退单：%(reason)s（依据：%(basis)s）") % {
        "officer": names.officer(event),
        "reason": event.payload["reason"],
        "basis": event.payload["basis"],
    }


def _paused(event: Happened, names: Names, to_enterprise: bool) -> str:
    ground, awaited = event.payload["ground"], event.payload["awaited"]
    if to_enterprise and ground in names.supplied:
        return _("请您补交%(awaited)s，计时暂停") % {"awaited": awaited}
    return _("暂停计时：%(reason)s") % {"reason": names.reason(ground, awaited)}


def _resumed(event: Happened, names: Names, to_enterprise: bool) -> str:
    match event.payload["by"]:
        case "enterprise":
            return _("您补交了材料，计时继续") if to_enterprise else _("企业补交材料，计时继续")
        case "limit":
            return _("暂停到了最长期限，计时继续")
        case _officer:
            return _("%(name)s恢复计时") % {"name": names.who(event)}


def _task_started(event: Happened, names: Names, _to_enterprise: bool) -> str:
    return _("%(officer)s签收协办") % {"officer": _of_task(event, names)}


def _task_done(event: Happened, names: Names, _to_enterprise: bool) -> str:
    opinion = " ".join(names.opinions.get(event.payload["task_id"], "").split())
    if len(opinion) > LONGEST_OPINION:
        opinion = opinion[: LONGEST_OPINION - 1] + "…"
    return _("%(officer)s出具协办意见：%(opinion)s") % {
        "officer": _of_task(event, names),
        "opinion": opinion,
    }


def _of_task(event: Happened, names: Names) -> str:
    """The co-handler: his unit is the task's, even when somebody acts for him."""
    return pgettext("unit and person", "%(unit)s%(name)s") % {
        "unit": names.unit(event.payload["department_id"]),
        "name": names.officers.get(event.payload["officer_id"], ""),
    }


def _said(event: Happened, names: Names, _to_enterprise: bool) -> str | None:
    if event.payload["message_kind"] != "plan":
        return None  # the talk itself shows it
    return _("%(officer)s给出办理计划") % {"officer": names.officer(event)}


def _answered(event: Happened, names: Names, _to_enterprise: bool) -> str:
    return _("%(officer)s正式答复") % {"officer": names.officer(event)}


def _evaluated(event: Happened, _names: Names, to_enterprise: bool) -> str:
    values = {"level": Satisfaction(event.payload["level"]).label}
    return _("您评价：%(level)s") % values if to_enterprise else _("企业评价：%(level)s") % values


def _called_back(event: Happened, names: Names, _to_enterprise: bool) -> str:
    values = {"officer": names.officer(event)}
    if event.payload["is_resolved"]:
        return _("%(officer)s回访企业：问题已解决") % values
    if event.payload.get("is_sent_back"):
        return _("%(officer)s回访企业：问题没有解决，退回整改") % values
    return _("%(officer)s回访企业：问题没有解决") % values


def _closed(event: Happened, _names: Names, to_enterprise: bool) -> str | None:
    match event.payload["how"]:
        case "unrated":
            return _("评价期满，没有评价，办结")
        case "called_back":
            return _("办结") if to_enterprise else _("回访后办结")
        case "not_accepted" | "merged" | "withdrawn":
            return None  # its own event says it
        case _evaluated_well:
            return _("办结")


_WORDS: Mapping[str, Callable[[Happened, Names, bool], str | None]] = {
    "servicedesk.request_raised": _raised,
    "servicedesk.request_routed": _routed,
    "servicedesk.request_dispatched": _dispatched,
    "servicedesk.request_accepted": _accepted,
    "servicedesk.request_returned": _returned,
    "servicedesk.request_answered": _answered,
    "servicedesk.called_back": _called_back,
    "casework.clock_paused": _paused,
    "casework.clock_resumed": _resumed,
    "casework.task_started": _task_started,
    "casework.task_done": _task_done,
    "casework.message_sent": _said,
    "casework.evaluated": _evaluated,
    "casework.case_closed": _closed,
    **timeline_turns.WORDS,
}

# what stands between the messages of the talk: whatever changed who waits for whom
BETWEEN_MESSAGES = (
    frozenset(_WORDS)
    - timeline_turns.ASIDE
    - {
        "servicedesk.request_raised",
        "servicedesk.request_routed",
        "casework.message_sent",
        "casework.task_started",
    }
)
