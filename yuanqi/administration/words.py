"""What the events of settings, limits, categories and the calendar say in the audit's journal."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from yuanqi.audit import kinds
from yuanqi.parameters import parameters

from .labels import purpose_label

Payload = Mapping[str, Any]


def define() -> None:
    """Make the sentences known (from `apps.py`)."""
    for kind, sentence in {
        "parameters.set": _set,
        "parameters.withdrawn": _withdrawn,
        "casework.limit_changed": _limit_changed,
        "casework.limit_withdrawn": _limit_withdrawn,
        "casework.clock_moved": _clock_moved,
        "servicedesk.category_changed": _category_changed,
        "organisation.calendar_published": _calendar_published,
        "administration.calendar_drafted": _calendar_drafted,
        "administration.calendar_draft_dropped": _calendar_dropped,
    }.items():
        kinds.describe(kind, sentence)


def _name(payload: Payload) -> str:
    try:
        return str(parameters.find(payload["key"]).label)
    except LookupError:
        return str(payload["key"])


def _set(payload: Payload) -> str:
    return _("设置“%(name)s”自 %(day)s 起由 %(old)s 改为 %(new)s：%(reason)s") % {
        "name": _name(payload),
        "day": payload["valid_from"],
        "old": payload["old"],
        "new": payload["new"],
        "reason": payload["reason"],
    }


def _withdrawn(payload: Payload) -> str:
    return _("撤回设置“%(name)s”自 %(day)s 起的 %(value)s：%(reason)s") % {
        "name": _name(payload),
        "day": payload["valid_from"],
        "value": payload["withdrawn"],
        "reason": payload["reason"],
    }


def _limit(payload: Payload) -> str:
    parts = (str(purpose_label(payload["purpose"])), payload["level"], payload["category"])
    return " ".join(filter(None, parts))


def _limit_changed(payload: Payload) -> str:
    return _("时限 %(limit)s 自 %(day)s 起由 %(old)s 改为 %(new)s：%(reason)s") % {
        "limit": _limit(payload),
        "day": payload["valid_from"],
        "old": payload["old"] or "—",
        "new": payload["new"] or "—",
        "reason": payload["reason"],
    }


def _limit_withdrawn(payload: Payload) -> str:
    return _("撤回时限 %(limit)s 自 %(day)s 起的 %(value)s：%(reason)s") % {
        "limit": _limit(payload),
        "day": payload["valid_from"],
        "value": payload["withdrawn"],
        "reason": payload["reason"],
    }


def _clock_moved(payload: Payload) -> str:
    return _("日历变动，时限由 %(before)s 改到 %(after)s") % {
        "before": payload["due_before"],
        "after": payload["due_after"],
    }


def _category_changed(payload: Payload) -> str:
    return _("诉求类别 %(code)s 自 %(day)s 起有改动：%(reason)s") % {
        "code": payload["code"],
        "day": payload["valid_from"],
        "reason": payload["reason"],
    }


def _calendar_published(payload: Payload) -> str:
    return _("发布工作日历：%(source)s %(document)s") % {
        "source": payload["source"],
        "document": payload["document_no"],
    }


def _calendar_drafted(payload: Payload) -> str:
    return _("起草 %(year)s 年工作日历") % {"year": payload["year"]}


def _calendar_dropped(payload: Payload) -> str:
    return _("放弃 %(year)s 年工作日历的草案") % {"year": payload["year"]}
