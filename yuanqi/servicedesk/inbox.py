"""Somebody's messages: what each says, and marking them read.

A notice names its case by id and its event; the words are made when it is read, so that they
come in the reader's language and show nothing that he may no longer see.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from yuanqi.casework.models import Message, Satisfaction
from yuanqi.casework.queries import cases_visible_to
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import NotVisible
from yuanqi.foundation.models import JournalEvent
from yuanqi.organisation.models import Department, Officer

from .models import Notice
from .notices import Told

SHOWN = 100
_SNIPPET = 40  # characters of a message that a line quotes


@dataclass(frozen=True, slots=True)
class Line:
    """One message of the inbox; without `title` and `number` once the case is out of sight."""

    notice: Notice
    says: str
    number: str = ""
    title: str = ""
    firm: str = ""  # whose request it is: staff serve many

    @property
    def is_unread(self) -> bool:
        return self.notice.read_at is None


def inbox_of(actor: Actor) -> list[Line]:
    """The newest messages of this actor, in six queries whatever their number."""
    notices = list(
        Notice.objects.filter(account=actor.account_id)
        .select_related("case__enterprise")
        .order_by("-at", "-id")[:SHOWN]
    )
    cases = {notice.case_id for notice in notices}
    visible = set(cases_visible_to(actor).filter(pk__in=cases).values_list("pk", flat=True))
    names = _Names.read([notice for notice in notices if notice.case_id in visible])
    lines = []
    for notice in notices:
        if notice.case_id not in visible:
            lines.append(Line(notice, _("这件诉求已经转给别人，不归您看了。")))
            continue
        case = notice.case
        firm = "" if actor.enterprise_id else case.enterprise.label
        lines.append(Line(notice, names.sentence(notice), case.number, case.title, firm))
    return lines


@transaction.atomic
def notice_open(*, notice_id: int, actor: Actor, at: datetime) -> int | None:
    """Mark a message read; return its case, None if the actor may no longer see that.

    Raises NotVisible for somebody else's.
    """
    notice = Notice.objects.filter(pk=notice_id, account=actor.account_id).first()
    if notice is None:
        raise NotVisible(notice_id)
    Notice.objects.filter(pk=notice_id, read_at__isnull=True).update(read_at=at)
    seen = cases_visible_to(actor).filter(pk=notice.case_id).exists()
    return notice.case_id if seen else None


@transaction.atomic
def notices_read(*, actor: Actor, at: datetime) -> int:
    """Mark all of the actor's messages read; returns how many there were."""
    return Notice.objects.filter(account=actor.account_id, read_at__isnull=True).update(read_at=at)


@dataclass(frozen=True)
class _Names:
    """What the sentences name: payloads of the events, people, units, what was said."""

    payloads: Mapping[int, Mapping[str, Any]]
    officers: Mapping[int, Officer]
    units: Mapping[int, Department]
    messages: Mapping[int, Message]

    @classmethod
    def read(cls, notices: list[Notice]) -> "_Names":
        payloads = dict(
            JournalEvent.objects.filter(pk__in=[n.event_id for n in notices]).values_list(
                "pk", "payload"
            )
        )

        def named(key: str) -> set[int]:
            return {payload[key] for payload in payloads.values() if key in payload}

        return cls(
            payloads=payloads,
            officers=Officer.objects.in_bulk(named("officer_id")),
            units=Department.objects.in_bulk(named("department_id")),
            messages=Message.objects.in_bulk(named("message_id")),
        )

    def sentence(self, notice: Notice) -> str:
        payload = self.payloads.get(notice.event_id, {})
        officer = self.officers.get(payload.get("officer_id", 0))
        unit = self.units.get(payload.get("department_id", 0))
        message = self.messages.get(payload.get("message_id", 0))
        level = payload.get("level")
        values = {
            "unit": unit.label if unit else "",
            "name": officer.name if officer else "",
            "awaited": payload.get("awaited", ""),
            "reason": payload.get("reason", ""),
            "level": Satisfaction(level).label if isinstance(level, int) else "",
            "author": message.author_name if message else "",
            "said": _snippet(message.body) if message else "",
        }
        return _sentence(Told(notice.kind)) % values


def _snippet(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SNIPPET else line[: _SNIPPET - 1] + "…"


def _sentence(told: Told) -> str:
    match told:
        case Told.RAISED:
            return _("新诉求，请派单。")
        case Told.RAISED_BY_LINKED:
            return _("您挂钩的企业提了诉求。")
        case Told.RAISED_FOR_YOU:
            return _("诉求已经登记，联系人是您。")
        case Told.LEAD:
            return _("派给您这里主办，请签收。")
        case Told.CO_HANDLE:
            return _("请您这里协办。")
        case Told.ACCEPTED:
            return _("%(unit)s%(name)s已经签收，正在办理。")
        case Told.RETURNED:
            return _("%(unit)s退单，请重新派。理由：%(reason)s")
        case Told.SAID_BY_ENTERPRISE:
            return _("企业%(author)s说：“%(said)s”")
        case Told.SAID_BY_PARK:
            return _("%(author)s给您留言：“%(said)s”")
        case Told.PLAN:
            return _("%(author)s给出了办理计划：“%(said)s”")
        case Told.NOTE:
            return _("%(author)s写了内部备注：“%(said)s”")
        case Told.AWAITED:
            return _("请您补交：%(awaited)s。交来以后，时限接着算。")
        case Told.PAUSED:
            return _("计时暂停，在等：%(awaited)s。")
        case Told.SUPPLIED:
            return _("企业补交了材料，计时恢复。")
        case Told.RAN_OUT:
            return _("最长暂停时间到了，计时恢复。")
        case Told.TASK_STARTED:
            return _("%(unit)s%(name)s开始协办。")
        case Told.TASK_DONE:
            return _("%(unit)s%(name)s给了协办意见。")
        case Told.ANSWERED:
            return _("已经正式答复，请您评价，约 10 秒。")
        case Told.EVALUATED:
            return _("企业评价：%(level)s。")
        case Told.CALL_BACK:
            return _("企业评价“%(level)s”，请电话回访。")
        case Told.UNRATED:
            return _("没有收到您的评价，按“未评价”办结。")
