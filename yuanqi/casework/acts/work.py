"""Who works on a case: co-handlers, colleagues, and nobody any more."""

from django.utils.translation import gettext as _

from yuanqi.foundation.digests import sha256_of
from yuanqi.foundation.errors import Conflict
from yuanqi.foundation.journal import Audience
from yuanqi.organisation.models import Officer

from ..casefile import CaseFile
from ..events import HandedOver, TaskDone, TaskStarted
from ..models import CaseHolding, CaseState, Purpose, Task, TaskKind, TaskState
from .extension import extension_take_back


def task_start(file: CaseFile, task: Task, officer: Officer) -> None:
    """A co-handler takes up his task; the case is in his hands until he has done it (协办)."""
    if task.state != TaskState.READY:
        raise Conflict(
            _("这项协办已由%(name)s签收。") % {"name": task.officer.name}
            if task.officer
            else _("这项协办已经取消，请看最新进展。")
        )
    if file.case.state != CaseState.IN_PROGRESS:
        raise Conflict(_("主办部门签收以后，协办才能开始。"))
    file.writer.update(task, state=TaskState.ACTIVE, officer=officer, started_at=file.at)
    give_to_holder(file)
    file.record(
        TaskStarted(
            case_id=file.case.pk,
            task_id=task.pk,
            department_id=task.department_id,
            officer_id=officer.pk,
        ),
        Audience.STAFF,
    )
    file.settle()


def task_finish(file: CaseFile, task: Task, *, opinion: str) -> None:
    """A co-handler gives his opinion; the last one gives the case back to the lead."""
    if task.state != TaskState.ACTIVE:
        raise Conflict(_("这项协办不在办理中：先签收，或者已经完成。"))
    file.writer.update(task, state=TaskState.DONE, opinion=opinion, ended_at=file.at)
    file.stop_clock(Purpose.WORK, task)
    give_to_holder(file)
    file.record(
        TaskDone(
            case_id=file.case.pk,
            task_id=task.pk,
            department_id=task.department_id,
            officer_id=task.officer_id or 0,
            opinion_sha256=sha256_of(opinion),
        ),
        Audience.STAFF,
    )
    file.settle()


def hand_over(file: CaseFile, task: Task, *, to: Officer, reason: str) -> None:
    """A colleague of the same unit goes on with a task (转办): the clocks don't notice."""
    if task.state != TaskState.ACTIVE or task.officer is None:
        raise Conflict(_("签收以后、办完以前可以转办；这项现在不在办理中。"))
    if to.pk == task.officer_id:
        raise Conflict(_("已经由%(name)s办理，不用再转。") % {"name": to.name})
    before = task.officer_id
    file.writer.update(task, officer=to)
    give_to_holder(file)
    file.grant(f"o{to.pk}")
    file.record(
        HandedOver(
            case_id=file.case.pk,
            task_id=task.pk,
            department_id=task.department_id,
            from_officer_id=before or 0,
            to_officer_id=to.pk,
            reason=reason,
        ),
        Audience.STAFF,
    )
    file.settle()


def relieve(file: CaseFile, *, why: str) -> None:
    """Nobody works on the case any more: open tasks are cancelled with their clocks, and what
    was asked for and not decided is taken back."""
    extension_take_back(file, why=why)
    for task in file.tasks:
        if task.is_open:
            file.writer.update(task, state=TaskState.CANCELLED, ended_at=file.at)
            file.stop_clock(Purpose.WORK, task)


def give_to_holder(file: CaseFile) -> None:
    """The case is with the first co-handler at work; else with the lead."""
    active = [t for t in file.open_tasks(TaskKind.CO_HANDLE) if t.state == TaskState.ACTIVE]
    active.sort(key=lambda task: (task.started_at, task.pk))
    lead = file.lead_task
    if active:
        first = active[0]
        assert first.officer is not None, "an active task has an officer"
        file.hold(first.officer, first.department, CaseHolding.Work.CO_HANDLE)
    elif lead is not None and lead.officer is not None:
        file.hold(lead.officer, lead.department, CaseHolding.Work.HANDLE)
