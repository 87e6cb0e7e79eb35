"""Of which events a webhook may be told, what they are called, and what is said of each.

Only what happens to requests. Said are ids, times, states: never a text that somebody wrote, nor
a personal value; whoever is told asks the API for what he may read.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from yuanqi.casework import event_names as cases
from yuanqi.servicedesk import event_names as requests
from yuanqi.supervision import event_names as supervision

_NAMES = requests.NAMES | cases.NAMES | supervision.NAMES
LABELS = {
    kind: _NAMES[kind]
    for kind in (
        "servicedesk.request_raised",
        "servicedesk.request_dispatched",
        "servicedesk.request_redispatched",
        "servicedesk.request_accepted",
        "servicedesk.request_returned",
        "servicedesk.request_answered",
        "servicedesk.request_refused",
        "servicedesk.request_merged",
        "servicedesk.request_withdrawn",
        "servicedesk.request_reopened",
        "servicedesk.called_back",
        "casework.message_sent",
        "casework.clock_paused",
        "casework.clock_resumed",
        "casework.extension_asked",
        "casework.extension_decided",
        "casework.task_started",
        "casework.task_done",
        "casework.handed_over",
        "casework.case_parked",
        "casework.clock_moved",
        "casework.evaluated",
        "casework.case_closed",
        "supervision.limit_near",
        "supervision.limit_passed",
        "supervision.case_escalated",
        "supervision.reminded",
        "supervision.supervised",
        "supervision.supervision_answered",
        "supervision.supervision_ended",
    )
}

# what is chosen together on the page; the API's events keep their own names
GROUPS = {
    "intake": (
        _("提出、派单、签收"),
        (
            "servicedesk.request_raised",
            "servicedesk.request_dispatched",
            "servicedesk.request_redispatched",
            "servicedesk.request_accepted",
            "servicedesk.request_returned",
        ),
    ),
    "work": (
        _("沟通、协办、暂停、延期"),
        (
            "casework.message_sent",
            "casework.clock_paused",
            "casework.clock_resumed",
            "casework.extension_asked",
            "casework.extension_decided",
            "casework.task_started",
            "casework.task_done",
            "casework.handed_over",
            "casework.case_parked",
            "casework.clock_moved",
        ),
    ),
    "answer": (
        _("答复、评价、办结"),
        (
            "servicedesk.request_answered",
            "servicedesk.called_back",
            "casework.evaluated",
            "casework.case_closed",
        ),
    ),
    "turns": (
        _("不予受理、并案、撤回、重新办理"),
        (
            "servicedesk.request_refused",
            "servicedesk.request_merged",
            "servicedesk.request_withdrawn",
            "servicedesk.request_reopened",
        ),
    ),
    "supervision": (
        _("超时、催办、督办"),
        tuple(kind for kind in LABELS if kind.startswith("supervision.")),
    ),
}


def kinds_in(groups: Sequence[str]) -> list[str]:
    """All kinds of these groups."""
    return [kind for group in groups for kind in GROUPS[group][1]]


def groups_said(kinds: Sequence[str]) -> list[str]:
    """What was chosen, in few words: whole groups, then single kinds."""
    left = set(kinds)
    said = []
    for label, members in GROUPS.values():
        if left.issuperset(members):
            said.append(str(label))
            left -= set(members)
    return said + [str(LABELS[kind]) for kind in LABELS if kind in left]


# words that come from a table of the program's, not from somebody's pen
_CODES = frozenset(
    {
        "number", "category", "level", "channel", "ground", "how", "by", "message_kind", "purpose",
        "outcome", "basket", "finding", "amount",
    }
)  # fmt: skip
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d(T[\d:.]+Z)?")
_OMITTED = frozenset({"contact_id", "files"})


def public_data(payload: Mapping[str, Any]) -> dict[str, Any]:
    """What of an event's payload leaves the house."""
    return {
        name: value
        for name, value in payload.items()
        if name not in _OMITTED and _is_public(name, value)
    }


def _is_public(name: str, value: Any) -> bool:
    match value:
        case None | bool() | int():
            return True
        case str():
            is_time = name.endswith(("_at", "_on", "until", "due_before", "due_after"))
            return name in _CODES or (is_time and _INSTANT.fullmatch(value) is not None)
        case Sequence():
            return all(isinstance(item, int) for item in value)
    return False
