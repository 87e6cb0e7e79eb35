"""Who is told of task forces: who is in one now, whose task it is, what is due soon or late."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.urls import reverse
from django.utils import dateformat, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.models import JournalEvent
from yuanqi.notices.models import Notice, When
from yuanqi.notices.telling import Word, tell
from yuanqi.notices.wording import Group, Line
from yuanqi.organisation.models import Officer
from yuanqi.parameters import parameters

from . import events
from .models import ForceTask, TaskForce
from .queries import forces_visible_to

SOURCE = "taskforces"
NEWS_DAYS = "notices.news_days"  # the park's, for all notices


class Told(StrEnum):
    JOINED = "force_joined"
    LEADS = "force_leads"
    TASK = "force_task"
    SOON = "force_task_soon"
    LATE = "force_task_late"
    CLOSED = "force_closed"


GROUPS = (
    Group(
        code="forces", label=gettext_lazy("专班"),
        hint=gettext_lazy("进专班、新任务、任务快到期和过期"),
        kinds=frozenset(Told), default=When.DIGEST, sides=frozenset({Side.PARK}),
    ),
)  # fmt: skip

KINDS = frozenset(
    {
        events.ForceOpened.kind, events.MemberJoined.kind, events.LeadChanged.kind,
        events.TaskSet.kind, events.TaskHandedOver.kind, events.TaskReminded.kind,
        events.ForceClosed.kind,
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
    rows = TaskForce.objects.prefetch_related("members").in_bulk(
        {event.payload["force_id"] for event in telling}
    )
    wanted = [
        (event, row, _told(event, row))
        for event in telling
        if (row := rows.get(event.payload["force_id"])) is not None
    ]
    ids = {pk for _event, _row, told in wanted for pk in told}
    accounts = dict(Officer.objects.filter(pk__in=ids).values_list("pk", "account"))
    for event, row, told in wanted:
        for officer_id, kind in told.items():
            account_id = accounts.get(officer_id)
            if account_id is not None and f"account:{account_id}" != event.actor:
                yield Word(
                    account_id=account_id, subject=_subject(event, row), event_id=event.pk,
                    kind=kind, at=event.at,
                )  # fmt: skip


def _subject(event: JournalEvent, row: TaskForce) -> str:
    task = event.payload.get("task_id")
    return f"{row.stream}/{task}" if task else row.stream


def _told(event: JournalEvent, row: TaskForce) -> dict[int, Told]:
    """Which officers, of what."""
    payload: Mapping[str, Any] = event.payload
    match event.kind:
        case events.ForceOpened.kind:
            found = dict.fromkeys(payload["member_ids"], Told.JOINED)
            return found | {payload["lead_id"]: Told.LEADS}
        case events.MemberJoined.kind:
            return {payload["member_id"]: Told.JOINED}
        case events.LeadChanged.kind:
            return {payload["lead_id"]: Told.LEADS}
        case events.TaskReminded.kind if payload["is_late"]:
            return {row.lead_id: Told.LATE, payload["owner_id"]: Told.LATE}
        case events.TaskReminded.kind:
            return {payload["owner_id"]: Told.SOON}
        case events.ForceClosed.kind:
            people = [one.officer_id for one in row.members.all() if one.left_on is None]
            return dict.fromkeys(people, Told.CLOSED)
    return {payload["owner_id"]: Told.TASK}


def lines(notices: Sequence[Notice], actor: Actor) -> Mapping[int, Line]:
    """The words of these notices; of what the reader may not see any more only that."""
    places = {notice.pk: notice.subject.removeprefix("taskforce:") for notice in notices}
    rows = forces_visible_to(actor).in_bulk({int(one.split("/")[0]) for one in places.values()})
    tasks = ForceTask.objects.in_bulk(
        {int(one.split("/")[1]) for one in places.values() if "/" in one}
    )
    found = {}
    for notice in notices:
        force, _sep, task = places[notice.pk].partition("/")
        found[notice.pk] = _line(
            Told(notice.kind), rows.get(int(force)), tasks.get(int(task)) if task else None
        )
    return found


def _line(kind: Told, row: TaskForce | None, task: ForceTask | None) -> Line:
    if row is None:
        return Line(says=_("这个专班您现在看不到了。"), is_visible=False)
    said = {"name": row.name, "task": task.text if task else ""}
    if task is not None:
        said["due"] = dateformat.format(task.due_on, _("n 月 j 日"))
    match kind:
        case Told.JOINED:
            says = _("您进了专班“%(name)s”。") % said
        case Told.LEADS:
            says = _("请您负责专班“%(name)s”。") % said
        case Told.TASK:
            says = _("专班“%(name)s”请您 %(due)s前办：%(task)s") % said
        case Told.SOON:
            says = _("专班“%(name)s”的任务 %(due)s到期：%(task)s") % said
        case Told.LATE:
            says = _("专班“%(name)s”的任务 %(due)s已经过期：%(task)s") % said
        case Told.CLOSED:
            says = _("专班“%(name)s”办结了。") % said
    return Line(
        says=says, brief=_("有一件专班的事请您看一下。"), title=_("专班"),
        url=reverse("taskforces:force", args=[row.pk]),
    )  # fmt: skip
