"""Every write of task forces: opened, manned, given tasks, told of, closed with a report."""

import logging
from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.casework.models import Case
from yuanqi.casework.queries import case_visible
from yuanqi.foundation import journal, spells
from yuanqi.foundation.actors import SYSTEM, Actor
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible
from yuanqi.foundation.writer import DIRECT, conflict_if_taken
from yuanqi.organisation.models import Officer
from yuanqi.registry.models import Enterprise, Project
from yuanqi.registry.queries import enterprise_visible, project_visible

from . import acts
from .models import LONGEST, NEAR, ForceTask, Kind, Note, NoteKind, TaskForce, TaskState
from .queries import force_visible, may_end, may_manage, may_open, members_of, officers, takes_part

log = logging.getLogger(__name__)
MOST_MEMBERS = 40
_YEARS = 5  # a day further off is a slip of the pen


@transaction.atomic
def force_open(
    *,
    kind: str,
    name: str,
    aim: str,
    lead_id: int,
    member_ids: Sequence[int] = (),
    enterprise_id: int | None = None,
    project_id: int | None = None,
    case_id: int | None = None,
    ground: str = "",
    actor: Actor,
    at: datetime,
) -> TaskForce:
    """Open a task force of an enterprise, a project or an industry; returns the row.

    With `case_id` for a grave request, of its enterprise. Raises NotVisible, NotAllowed, Invalid;
    Conflict for a complaint, for a request that has one, for a name that is in use.
    """
    if not may_open(actor):
        raise NotAllowed(_("专班由服务中心和分管领导成立。"))
    case = None if case_id is None else case_visible(case_id, actor)
    if case is not None and case.bars.exists():
        raise Conflict(_("投诉件要保密，不能成立专班。"))
    enterprise, project = _subject(kind, enterprise_id, project_id, case, actor)
    row = TaskForce(
        kind=kind, name=_said(name, 60, _("请写专班名称。"), "name"),
        aim=_said(aim, 500, _("请写要做成什么。"), "aim"), ground=ground.strip()[:200],
        enterprise=enterprise, project=project, case=case, lead=_officer(lead_id, "lead"),
        opened_at=at, moved_at=at, opened_by_id=actor.account_id,
    )  # fmt: skip
    found = {one.pk: one for one in officers().filter(pk__in=set(member_ids))}
    if len(found) != len(set(member_ids)) or len(found) > MOST_MEMBERS:
        raise Invalid(_("请从现在在岗的人员里选成员。"), "members")
    if case is not None and TaskForce.objects.filter(case=case, closed_at=None).exists():
        raise Conflict(_("这件诉求已经有专班了。"))
    with conflict_if_taken(_("已经有一个同名的专班在办，请换个名称。")):
        return acts.force_open(DIRECT, row, members=list(found.values()), actor=actor, at=at)


@transaction.atomic
def member_join(*, force_id: int, officer_id: int, actor: Actor, at: datetime) -> None:
    """Let somebody join. Raises NotVisible, NotAllowed, Invalid, Conflict."""
    row = _managed(force_id, actor)
    officer = _officer(officer_id, "officer")
    people = members_of(row)
    if people.filter(officer=officer).exists():
        raise Conflict(_("%(name)s已经是专班成员。") % {"name": officer.name})
    if people.count() >= MOST_MEMBERS:
        raise Conflict(_("专班最多 %(most)d 人。") % {"most": MOST_MEMBERS})
    acts.member_join(DIRECT, row, officer, actor=actor, at=at)


@transaction.atomic
def member_leave(*, force_id: int, officer_id: int, actor: Actor, at: datetime) -> None:
    """Let somebody leave, who has no task left. Raises NotVisible, NotAllowed, Conflict."""
    row = _managed(force_id, actor)
    one = members_of(row).filter(officer=officer_id).first()
    if one is None:
        raise Conflict(_("这位同志已经不在专班里。"))
    if one.officer_id == row.lead_id:
        raise Conflict(_("负责人要先换人，才能退出。"))
    if row.tasks.filter(owner=one.officer_id, state=TaskState.OPEN).exists():
        raise Conflict(_("%(name)s还有没办完的任务，先办完或者取消。") % {"name": one.officer.name})
    acts.member_leave(DIRECT, row, one, actor=actor, at=at)


@transaction.atomic
def lead_change(*, force_id: int, officer_id: int, actor: Actor, at: datetime) -> None:
    """Give the lead to another, who joins if he isn't in it. Raises what `member_join` does."""
    row = _managed(force_id, actor)
    officer = _officer(officer_id, "officer")
    if officer.pk == row.lead_id:
        raise Conflict(_("%(name)s已经是负责人。") % {"name": officer.name})
    if not members_of(row).filter(officer=officer).exists():
        acts.member_join(DIRECT, row, officer, actor=actor, at=at)
    acts.lead_change(DIRECT, row, officer, actor=actor, at=at)


@transaction.atomic
def task_set(
    *, force_id: int, text: str, owner_id: int, due_on: date, actor: Actor, at: datetime
) -> ForceTask:
    """Give one of its people something to do by a day. Raises NotVisible, NotAllowed, Invalid,
    Conflict."""
    row = _managed(force_id, actor)
    said = _said(text, 200, _("请写做什么。"), "text")
    member = members_of(row).filter(officer=owner_id).first()
    if member is None:
        raise Invalid(_("请从专班成员里选。"), "owner")
    today = timezone.localdate(at)
    if not today <= due_on <= today.replace(year=today.year + _YEARS, day=min(today.day, 28)):
        raise Invalid(_("期限要在今天以后，五年以内。"), "due_on")
    return acts.task_set(
        DIRECT, row, text=said, owner=member.officer, due_on=due_on, actor=actor, at=at
    )


@transaction.atomic
def task_end(
    *, force_id: int, task_id: int, state: str, outcome: str, actor: Actor, at: datetime
) -> None:
    """Say that a task is done and how, or that it is dropped and why (its manager only).

    Raises NotVisible, NotAllowed, Invalid; Conflict if somebody was faster.
    """
    row = _open(force_id, actor)
    task = row.tasks.select_related("force", "owner").filter(pk=task_id).first()
    if task is None:
        raise NotVisible(task_id)
    if state not in (TaskState.DONE, TaskState.DROPPED):
        raise Invalid(_("请选办完了还是不做了。"), "state")
    if not may_end(task, actor) or (state == TaskState.DROPPED and not may_manage(row, actor)):
        raise NotAllowed(_("任务由承担的人办结，由负责人取消。"))
    said = _said(outcome, 500, _("请写结果。"), "outcome")
    if not task.is_open:
        raise Conflict(_("这项任务刚才已经有人办结。"))
    acts.task_end(
        DIRECT, row, task, state=state, outcome=said, officer=_own(actor), actor=actor, at=at
    )


@transaction.atomic
def note_write(
    *, force_id: int, kind: str, text: str, held_on: date | None = None, actor: Actor, at: datetime
) -> Note:
    """Write progress, talk, or the minutes of a meeting. Raises NotVisible, NotAllowed, Invalid,
    Conflict."""
    row = _open(force_id, actor)
    officer = _own(actor)
    if officer is None or not takes_part(row, actor):
        raise NotAllowed(_("进展和纪要由专班成员写。"))
    if kind not in NoteKind.values:
        raise Invalid(_("请选写的是什么。"), "kind")
    said = _said(text, LONGEST, _("请写内容。"), "text")
    if kind == NoteKind.MINUTES:
        if held_on is None or held_on > timezone.localdate(at):
            raise Invalid(_("请写开会的日期，不晚于今天。"), "held_on")
    else:
        held_on = None
    return acts.note_write(
        DIRECT, row, kind=kind, text=said, held_on=held_on, officer=officer, actor=actor, at=at
    )


@transaction.atomic
def force_close(*, force_id: int, report: str, actor: Actor, at: datetime) -> None:
    """Close it with its report, once no task is left open. Raises NotVisible, NotAllowed, Invalid,
    Conflict."""
    row = _managed(force_id, actor)
    said = _said(report, LONGEST, _("请写办结报告：做成了什么、还留下什么。"), "report")
    left = row.tasks.filter(state=TaskState.OPEN).count()
    if left:
        raise Conflict(
            _("还有 %(left)d 项任务没办完，先办完或者取消，再办结专班。") % {"left": left}
        )
    acts.force_close(DIRECT, row, report=said, actor=actor, at=at)


def sweep(*, at: datetime, goes_on: spells.GoesOn = spells.always) -> int:
    """Remind of tasks due soon and late, once each; returns how many. Late or twice is no harm."""
    today = timezone.localdate(at)
    due = ForceTask.objects.filter(state=TaskState.OPEN, force__closed_at=None)
    some = due.filter(due_on__lt=today, told_step__lt=2) | due.filter(
        due_on__lte=today + NEAR, told_step=0
    )
    said = 0
    for task_id in list(some.order_by("due_on", "pk").values_list("pk", flat=True)):
        if not goes_on():
            break
        try:
            said += task_watch(task_id=task_id, actor=SYSTEM, at=at)
        except Exception:
            log.exception("task %d could not be reminded; the next sweep tries", task_id)
    return said


@transaction.atomic
def task_watch(*, task_id: int, actor: Actor, at: datetime) -> bool:
    """Say what is to be said of a task by now; True if something was. Looked at again locked."""
    task = ForceTask.objects.select_related("force").get(pk=task_id)
    _open(task.force_id, actor)
    task.refresh_from_db()
    today = timezone.localdate(at)
    step = 2 if today > task.due_on else 1 if today >= task.due_on - NEAR else 0
    if not task.is_open or step <= task.told_step:
        return False
    acts.task_remind(DIRECT, task, step=step, actor=actor, at=at)
    return True


def _subject(
    kind: str, enterprise_id: int | None, project_id: int | None, case: Case | None, actor: Actor
) -> tuple[Enterprise | None, Project | None]:
    """Of what it is. Raises NotVisible, Invalid, Conflict."""
    if kind not in Kind.values:
        raise Invalid(_("请选是哪一种专班。"), "kind")
    if case is not None and kind != Kind.ENTERPRISE:
        raise Invalid(_("为诉求成立的是企业专班。"), "kind")
    if kind == Kind.INDUSTRY:
        return None, None
    if kind == Kind.PROJECT:
        if project_id is None:
            raise Invalid(_("请选项目。"), "project")
        project = project_visible(project_id, actor)
        return project.enterprise, project
    wanted = case.enterprise_id if case is not None else enterprise_id
    if wanted is None:
        raise Invalid(_("请选企业。"), "enterprise")
    enterprise = enterprise_visible(wanted, actor)
    if enterprise.merged_into_id is not None:
        raise Conflict(_("这家企业已经并入另一条档案。"))
    return enterprise, None


def _open(force_id: int, actor: Actor) -> TaskForce:
    """The task force under its lock, still at work. Raises NotVisible, Conflict."""
    journal.lock(force_visible(force_id, actor).stream)
    row = force_visible(force_id, actor)
    if not row.is_open:
        raise Conflict(_("专班已经办结。"))
    return row


def _managed(force_id: int, actor: Actor) -> TaskForce:
    """The same, if the actor manages it. Raises NotVisible, NotAllowed, Conflict."""
    if not may_manage(force_visible(force_id, actor), actor):
        raise NotAllowed(_("成员、任务和办结由专班负责人、服务中心和分管领导定。"))
    return _open(force_id, actor)


def _officer(officer_id: int, field: str) -> Officer:
    found = officers().filter(pk=officer_id).first()
    if found is None:
        raise Invalid(_("请从现在在岗的人员里选。"), field)
    return found


def _own(actor: Actor) -> Officer | None:
    return None if actor.officer_id is None else Officer.objects.get(pk=actor.officer_id)


def _said(text: str, most: int, missing: str, field: str) -> str:
    said = text.replace("\x00", "").strip()
    if not said:
        raise Invalid(missing, field)
    if len(said) > most:
        raise Invalid(_("请写短一点，最多 %(most)d 字。") % {"most": most}, field)
    return said
