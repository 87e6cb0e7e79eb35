"""What the service desk's notices say, and which of them belong together.

The words are made when a notice is read or sent: in the reader's language, and showing nothing of
a request that he may no longer see.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yuanqi.casework.models import Message, Purpose, Satisfaction
from yuanqi.casework.queries import cases_visible_to
from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.formats import moment_long
from yuanqi.foundation.models import JournalEvent
from yuanqi.notices.models import Notice, When
from yuanqi.notices.wording import Group, Line
from yuanqi.organisation.models import Department, Officer

from .notices_facts import Told

_SNIPPET = 40  # characters of a message that a line quotes

GROUPS = (
    Group(
        code="duty",
        label=gettext_lazy("要您办的"),
        hint=gettext_lazy("派单、退单、回访、审批延期、交接"),
        kinds=frozenset(
            {
                Told.RAISED,
                Told.RAISED_BY_LINKED,
                Told.LEAD,
                Told.CO_HANDLE,
                Told.RETURNED,
                Told.CALL_BACK,
                Told.SENT_BACK,
                Told.EXTENSION_ASKED,
                Told.HANDED_OVER,
                Told.REOPENED,
            }
        ),
        default=When.ONCE,
        sides=frozenset({Side.PARK}),
    ),
    Group(
        code="limits",
        label=gettext_lazy("时限和督办"),
        hint=gettext_lazy("快到时限、超时、升级、催办、督办"),
        kinds=frozenset(
            {
                Told.LIMIT_NEAR,
                Told.LIMIT_PASSED,
                Told.ESCALATED,
                Told.REMINDED,
                Told.SUPERVISED,
                Told.ACCOUNTED,
                Told.SUPERVISION_ENDED,
                Told.RAN_OUT,
            }
        ),
        default=When.ONCE,
        sides=frozenset({Side.PARK}),
    ),
    Group(
        code="asked",
        label=gettext_lazy("需要您做的"),
        hint=gettext_lazy("补交材料、评价"),
        kinds=frozenset({Told.AWAITED, Told.SUPPLY_REMINDED, Told.ANSWERED, Told.RAISED_FOR_YOU}),
        default=When.ONCE,
        sides=frozenset({Side.ENTERPRISE}),
    ),
    Group(
        code="talk",
        label=gettext_lazy("留言"),
        hint=gettext_lazy("对方说的话、办理计划、内部备注"),
        kinds=frozenset({Told.SAID_BY_ENTERPRISE, Told.SAID_BY_PARK, Told.PLAN, Told.NOTE}),
        default=When.ONCE,
    ),
    Group(
        code="progress",
        label=gettext_lazy("办理进展"),
        hint=gettext_lazy("签收、暂停、延期、协办、评价、办结"),
        kinds=frozenset(
            {
                Told.ACCEPTED,
                Told.PAUSED,
                Told.SUPPLIED,
                Told.TASK_STARTED,
                Told.TASK_DONE,
                Told.EVALUATED,
                Told.UNRATED,
                Told.EXTENSION_GRANTED,
                Told.EXTENSION_REFUSED,
                Told.EXTENDED,
                Told.DUE_MOVED,
                Told.DUE_MOVED_FOR_YOU,
                Told.TAKEN_AWAY,
                Told.REDISPATCHED,
                Told.NOT_ACCEPTED,
                Told.MERGED,
                Told.JOINED,
                Told.WITHDRAWN,
                Told.REOPENED_FOR_YOU,
                Told.PARKED,
            }
        ),
        default=When.DIGEST,
    ),
)


def lines(notices: Sequence[Notice], actor: Actor) -> dict[int, Line]:
    """The words of these notices for this reader, in five queries whatever their number."""
    keys = {notice.pk: int(notice.subject.removeprefix("case:")) for notice in notices}
    cases = (
        cases_visible_to(actor)
        .filter(pk__in=set(keys.values()))
        .select_related("enterprise")
        .only("number", "title", "enterprise")
        .in_bulk()
    )
    names = _Names.read([notice for notice in notices if keys[notice.pk] in cases])
    said = {}
    for notice in notices:
        case = cases.get(keys[notice.pk])
        if case is None:
            said[notice.pk] = Line(_("这件诉求已经转给别人，不归您看了。"), is_visible=False)
            continue
        says, brief = names.sentences(notice)
        said[notice.pk] = Line(
            says=says,
            brief=brief,
            title=case.title,
            number=case.number,
            firm="" if actor.enterprise_id else case.enterprise.label,
            url=reverse("servicedesk:request", args=[case.pk]),
        )
    return said


@dataclass(frozen=True)
class _Names:
    """What the sentences name: payloads of the events, people, units, what was said."""

    payloads: Mapping[int, Mapping[str, Any]]
    officers: Mapping[int, Officer]
    units: Mapping[int, Department]
    messages: Mapping[int, Message]

    @classmethod
    def read(cls, notices: Sequence[Notice]) -> "_Names":
        payloads = dict(
            JournalEvent.objects.filter(pk__in=[n.event_id for n in notices]).values_list(
                "pk", "payload"
            )
        )

        def named(key: str) -> set[int]:
            return {payload[key] for payload in payloads.values() if payload.get(key)}

        return cls(
            payloads=payloads,
            officers=Officer.objects.in_bulk(named("officer_id")),
            units=Department.objects.in_bulk(named("department_id")),
            messages=Message.objects.in_bulk(named("message_id")),
        )

    def sentences(self, notice: Notice) -> tuple[str, str]:
        """The whole sentence, and the one for places that others can read too."""
        payload = self.payloads.get(notice.event_id, {})
        officer = self.officers.get(payload.get("officer_id") or 0)
        unit = self.units.get(payload.get("department_id") or 0)
        message = self.messages.get(payload.get("message_id", 0))
        level = payload.get("level")
        due = payload.get("due_at") or payload.get("due_after") or payload.get("until_at")
        values = {
            "unit": unit.label if unit else "",
            "name": officer.name if officer else "",
            "awaited": payload.get("awaited", ""),
            "reason": payload.get("reason", ""),
            "level": Satisfaction(level).label if isinstance(level, int) else "",
            "author": message.author_name if message else "",
            "said": _snippet(message.body) if message else "",
            "decision": payload.get("decision", ""),
            "other": payload.get("from_number", ""),
            "purpose": _purpose(payload.get("purpose", "")),
            "due": _instant(due, notice.at) if due else "",
        }
        told = Told(notice.kind)
        says = _sentence(told, has_due=bool(due))
        return says % values, (_brief(told, has_due=bool(due)) or says) % values


def _snippet(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SNIPPET else line[: _SNIPPET - 1] + "…"


def _instant(said: str, now: datetime) -> str:
    at = datetime.fromisoformat(said)
    return moment_long(at, now=now, tz=timezone.get_default_timezone())


def _purpose(code: str) -> str:
    """Which limit: a clock's, or one that supervision sets."""
    match code:
        case "call_back":
            return _("回访")
        case "supervise":
            return _("督办说明")
    return str(Purpose(code).label) if code in Purpose.values else ""


def _brief(told: Told, *, has_due: bool) -> str:
    """Without what people wrote; nothing where the whole sentence quotes nobody."""
    match told:
        case Told.RETURNED:
            return _("%(unit)s退单，请重新派。")
        case Told.SAID_BY_ENTERPRISE:
            return _("企业有新留言。")
        case Told.SAID_BY_PARK:
            return _("有人给您留言。")
        case Told.PLAN:
            return _("给出了办理计划。")
        case Told.NOTE:
            return _("有一条内部备注。")
        case Told.AWAITED | Told.SUPPLY_REMINDED:
            return _("请您补交材料。")
        case Told.PAUSED:
            return _("计时暂停。")
        case Told.EXTENSION_ASKED:
            return _("%(name)s申请延期，请您审批。")
        case Told.EXTENSION_REFUSED:
            return _("延期没有批准，请按原时限办。")
        case Told.EXTENDED if has_due:
            return _("办理时间延到 %(due)s。")
        case Told.EXTENDED:
            return _("办理时间延长了。")
        case Told.HANDED_OVER:
            return _("移交给您办理。")
    return ""


def _sentence(told: Told, *, has_due: bool) -> str:
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
        case _:
            return _later_sentence(told, has_due=has_due)


def _later_sentence(told: Told, *, has_due: bool) -> str:
    """What happens beside the straight way: ends without an answer, limits, supervision."""
    match told:
        case Told.SENT_BACK:
            return _("回访后退回整改，请重新办理。")
        case Told.EXTENSION_ASKED:
            return _("%(name)s申请延期，请您审批。理由：%(reason)s")
        case Told.EXTENSION_GRANTED if has_due:
            return _("延期批准了，新的时限是 %(due)s。")
        case Told.EXTENSION_GRANTED:
            return _("延期批准了。")
        case Told.EXTENSION_REFUSED:
            return _("延期没有批准，请按原时限办。意见：%(decision)s")
        case Told.EXTENDED if has_due:
            return _("办理时间延到 %(due)s。原因：%(reason)s")
        case Told.EXTENDED:
            return _("办理时间延长了。原因：%(reason)s")
        case Told.DUE_MOVED:
            return _("工作日历有变，办结时限改到 %(due)s。")
        case Told.DUE_MOVED_FOR_YOU:
            return _("放假安排公布了，办理期限改到 %(due)s。")
        case Told.HANDED_OVER:
            return _("移交给您办理。理由：%(reason)s")
        case Told.TAKEN_AWAY:
            return _("已经改派给别的部门，您不用再办。")
        case Told.REDISPATCHED:
            return _("换了主办部门，办理时限不变。")
        case Told.NOT_ACCEPTED:
            return _("这件诉求不能受理，原因和可以去的地方写在里面。")
        case Told.MERGED:
            return _("与另一件诉求合并办理。")
        case Told.JOINED:
            return _("诉求 %(other)s 并到这里一起办。")
        case Told.WITHDRAWN:
            return _("诉求已撤回，园区不再办。")
        case Told.REOPENED:
            return _("要重新办理，请接着办。")
        case Told.REOPENED_FOR_YOU:
            return _("诉求已经重新办理。")
        case Told.PARKED if has_due:
            return _("眼下办不成，原因写在里面，%(due)s 再看。")
        case Told.PARKED:
            return _("眼下办不成，原因写在里面。")
        case Told.LIMIT_NEAR:
            return _("%(purpose)s时限快到了：%(due)s。") if has_due else _("时限快到了。")
        case Told.LIMIT_PASSED:
            return _("%(purpose)s超时了，时限是 %(due)s。") if has_due else _("超时了。")
        case Told.ESCALATED if has_due:
            return _("办理超时，升级到您这里，请在 %(due)s 前说明。")
        case Told.ESCALATED:
            return _("办理超时，升级到您这里，请说明。")
        case Told.REMINDED:
            return _("有人催办，请抓紧。")
        case Told.SUPPLY_REMINDED:
            return _("还在等您补交：%(awaited)s。")
        case Told.SUPERVISED if has_due:
            return _("督办：请在 %(due)s 前说明办理情况。")
        case Told.SUPERVISED:
            return _("督办：请说明办理情况。")
        case Told.ACCOUNTED:
            return _("您督办的诉求有了说明。")
        case Told.SUPERVISION_ENDED:
            return _("督办结束了。")
    raise ValueError(told)
