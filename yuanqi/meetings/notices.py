"""Who is told of meetings: departments and enterprises asked, owners of tasks, what is late."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Q
from django.urls import reverse
from django.utils import dateformat, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.models import JournalEvent
from yuanqi.notices.models import Notice, When
from yuanqi.notices.telling import Word, tell
from yuanqi.notices.wording import Group, Line
from yuanqi.organisation.models import Department, Officer
from yuanqi.parameters import parameters
from yuanqi.registry.models import ContactPerson

from . import events
from .models import Answer, Item, ItemState, Meeting
from .queries import meetings_visible_to

SOURCE = "meetings"
NEWS_DAYS = "notices.news_days"  # the park's, for all notices


class Told(StrEnum):
    ASKED = "meeting_asked"
    HOST = "meeting_host"
    TASK = "meeting_task"
    SOON = "meeting_task_soon"
    LATE = "meeting_task_late"
    OFF = "meeting_off"
    FIRM_ASKED = "meeting_firm_asked"
    FIRM_DECIDED = "meeting_firm_decided"
    FIRM_ENDED = "meeting_firm_ended"
    FIRM_OFF = "meeting_firm_off"


_FIRM = frozenset({Told.FIRM_ASKED, Told.FIRM_DECIDED, Told.FIRM_ENDED, Told.FIRM_OFF})

GROUPS = (
    Group(
        code="meetings", label=gettext_lazy("现场办公"),
        hint=gettext_lazy("请参会、新任务、任务快到期和过期"),
        kinds=frozenset(Told) - _FIRM, default=When.DIGEST, sides=frozenset({Side.PARK}),
    ),
    Group(
        code="meetings-firm", label=gettext_lazy("会议"),
        hint=gettext_lazy("园区请您参会，会上议定的事和办理结果"),
        kinds=_FIRM, default=When.DIGEST, sides=frozenset({Side.ENTERPRISE}),
    ),
)  # fmt: skip

KINDS = frozenset(
    {
        events.MeetingCalled.kind, events.MeetingCalledOff.kind, events.DepartmentsInvited.kind,
        events.EnterpriseInvited.kind, events.ItemDecided.kind, events.TaskEnded.kind,
        events.TaskHandedOver.kind, events.TaskReminded.kind, events.HostChanged.kind,
    }
)  # fmt: skip


def handle(told: Sequence[JournalEvent]) -> None:
    """The subscriber's handler."""
    notices_make(told, now=timezone.now())


def notices_make(told: Sequence[JournalEvent], *, now: datetime) -> None:
    """Write the notices that follow from these events."""
    news = timedelta(days=parameters.value(NEWS_DAYS))
    telling = [event for event in told if event.kind in KINDS and event.at > now - news]
    if telling:
        tell(source=SOURCE, words=list(_words(telling)), now=now)


def _words(telling: Sequence[JournalEvent]) -> Iterable[Word]:
    rows = Meeting.objects.in_bulk({event.payload["meeting_id"] for event in telling})
    for event in telling:
        row = rows.get(event.payload["meeting_id"])
        if row is None:
            continue
        item = event.payload.get("item_id")
        subject = f"{row.stream}/{item}" if item else row.stream
        for account_id, kind in {**_firms(event, row), **_staff(event, row)}.items():
            if account_id is not None and f"account:{account_id}" != event.actor:
                yield Word(
                    account_id=account_id, subject=subject, event_id=event.pk, kind=kind,
                    at=event.at,
                )  # fmt: skip


def _staff(event: JournalEvent, row: Meeting) -> dict[int | None, Told]:
    """Accounts of officers, and what each is told."""
    payload = event.payload
    match event.kind:
        case events.MeetingCalled.kind | events.HostChanged.kind:
            found = {payload["host_id"]: Told.HOST}
        case events.DepartmentsInvited.kind:
            units = Department.objects.filter(pk__in=payload["department_ids"])
            found = dict.fromkeys(units.values_list("head", flat=True), Told.ASKED)
        case events.MeetingCalledOff.kind:
            asked = row.invitations.exclude(answer=Answer.DECLINES)
            heads = asked.values_list("department__head", flat=True)
            found = dict.fromkeys([*heads, *asked.values_list("officer", flat=True)], Told.OFF)
        case events.ItemDecided.kind | events.TaskHandedOver.kind:
            found = {payload["owner_id"]: Told.TASK}
        case events.TaskReminded.kind if payload["is_late"]:
            found = {row.host_id: Told.LATE, payload["owner_id"]: Told.LATE}
        case events.TaskReminded.kind:
            found = {payload["owner_id"]: Told.SOON}
        case _other:
            return {}
    people = Officer.objects.filter(pk__in=[pk for pk in found if pk is not None])
    return {account: found[pk] for pk, account in people.values_list("pk", "account")}


def _firms(event: JournalEvent, row: Meeting) -> dict[int | None, Told]:
    """Accounts of the people of the enterprises concerned."""
    match event.kind:
        case events.EnterpriseInvited.kind:
            firms, kind = [event.enterprise_id], Told.FIRM_ASKED
        case events.ItemDecided.kind:
            firms, kind = [event.enterprise_id], Told.FIRM_DECIDED
        case events.TaskEnded.kind:
            firms, kind = [event.enterprise_id], Told.FIRM_ENDED
        case events.MeetingCalledOff.kind:
            firms, kind = list(row.guests.values_list("enterprise", flat=True)), Told.FIRM_OFF
        case _other:
            return {}
    people = ContactPerson.objects.filter(
        enterprise__in=[pk for pk in firms if pk is not None], is_active=True,
        account__is_active=True,
    )  # fmt: skip
    return dict.fromkeys(people.values_list("account", flat=True), kind)


def lines(notices: Sequence[Notice], actor: Actor) -> Mapping[int, Line]:
    """The words of these notices; of what the reader may not see any more only that."""
    places = {notice.pk: notice.subject.removeprefix("meeting:") for notice in notices}
    rows = _seen(actor, {int(one.split("/")[0]) for one in places.values()})
    ids = {int(one.split("/")[1]) for one in places.values() if "/" in one}
    items = Item.objects.in_bulk(ids)
    found = {}
    for notice in notices:
        meeting, _sep, item = places[notice.pk].partition("/")
        found[notice.pk] = _line(
            Told(notice.kind), rows.get(int(meeting)), items.get(int(item)) if item else None, actor
        )
    return found


def _seen(actor: Actor, ids: set[int]) -> dict[int, Meeting]:
    if actor.side is Side.ENTERPRISE:
        if actor.enterprise_id is None:
            return {}
        own = Q(guests__enterprise=actor.enterprise_id) | Q(items__enterprise=actor.enterprise_id)
        return Meeting.objects.filter(own, pk__in=ids).distinct().in_bulk()
    return meetings_visible_to(actor).in_bulk(ids)


def _line(kind: Told, row: Meeting | None, item: Item | None, actor: Actor) -> Line:
    if row is None or (kind in _FIRM and item and item.enterprise_id != actor.enterprise_id):
        return Line(says=_("这次会议您现在看不到了。"), is_visible=False)
    said = {
        "title": row.title, "place": row.place, "reason": row.reason,
        "when": dateformat.format(timezone.localtime(row.starts_at), _("n 月 j 日 H:i")),
        "item": item.words if item else "", "decision": item.decision if item else "",
        "outcome": item.outcome if item else "",
        "due": dateformat.format(item.due_on, _("n 月 j 日")) if item and item.due_on else "",
    }  # fmt: skip
    return Line(
        says=_says(kind, said, item), brief=_("有一件会议的事请您看一下。"), title=_("会议"),
        url=_url(kind, row, actor),
    )  # fmt: skip


def _says(kind: Told, said: Mapping[str, str], item: Item | None) -> str:
    match kind:
        case Told.HOST:
            return _("请您主持“%(title)s”，%(when)s，%(place)s。") % said
        case Told.ASKED:
            return _("请本部门派人参加“%(title)s”，%(when)s，%(place)s。请回复谁参加。") % said
        case Told.TASK:
            return _("“%(title)s”定了由您 %(due)s前办：%(decision)s") % said
        case Told.SOON:
            return _("“%(title)s”定的事 %(due)s到期：%(decision)s") % said
        case Told.LATE:
            return _("“%(title)s”定的事 %(due)s已经过期：%(decision)s") % said
        case Told.OFF | Told.FIRM_OFF:
            return _("“%(title)s”取消了：%(reason)s") % said
        case Told.FIRM_ASKED:
            return _("园区请您参加“%(title)s”，%(when)s，%(place)s。") % said
        case Told.FIRM_ENDED:
            return _("会上定的“%(decision)s”有了结果：%(outcome)s") % said
    if item is not None and item.state == ItemState.REFUSED:
        return _("会上议了“%(item)s”，这次不办：%(decision)s") % said
    if item is not None and item.state in (ItemState.REQUEST, ItemState.ADVICE):
        return _("您在会上提的“%(item)s”已经登记，按时给您答复。") % said
    return _("会上议了“%(item)s”，%(due)s前办：%(decision)s") % said


def _url(kind: Told, row: Meeting, actor: Actor) -> str:
    if kind in _FIRM:
        return reverse("registry:profile", args=[actor.enterprise_id])
    return reverse("meetings:meeting", args=[row.pk])
