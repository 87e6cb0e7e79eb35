"""What of task forces moves when an officer leaves, or departments or enterprises become one."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yuanqi.foundation.actors import Actor
from yuanqi.foundation.writer import DIRECT
from yuanqi.organisation.merging import Work
from yuanqi.organisation.models import Department, Officer
from yuanqi.registry.merging import Mover
from yuanqi.registry.models import Enterprise

from . import acts
from .models import ForceTask, Member, TaskForce, TaskState


class Forces:
    """The lead, the place and the open tasks of an officer in task forces at work."""

    stays_with_person = True  # a task force keeps its people wherever they sit

    def of_officer(self, officer: Officer, at: datetime) -> Work | None:
        streams = tuple(row.stream for row in _forces(officer))
        return Work(label=_("专班"), count=len(streams), streams=streams) if streams else None

    def of_department(self, department: Department, at: datetime) -> Work | None:
        return None  # its officers keep their places, whatever their department is called

    def officer_to(self, officer: Officer, to: Officer, *, actor: Actor, at: datetime) -> None:
        for row in _forces(officer):
            if not row.members.filter(officer=to, left_on__isnull=True).exists():
                acts.member_join(DIRECT, row, to, actor=actor, at=at)
            for task in row.tasks.filter(owner=officer, state=TaskState.OPEN):
                acts.task_hand_over(DIRECT, task, to, actor=actor, at=at)
            if row.lead_id == officer.pk:
                acts.lead_change(DIRECT, row, to, actor=actor, at=at)
            for one in row.members.filter(officer=officer, left_on__isnull=True):
                acts.member_leave(DIRECT, row, one, actor=actor, at=at)

    def department_to(
        self, department: Department, into: Department, *, actor: Actor, at: datetime
    ) -> None:
        Member.objects.filter(department=department, left_on__isnull=True).update(department=into)
        ForceTask.objects.filter(department=department, state=TaskState.OPEN).update(
            department=into
        )

    def officer_moved(self, officer: Officer, before: Department) -> None:
        """He stays in his task forces, for his new department."""
        now = {"department": officer.department_id}
        Member.objects.filter(officer=officer, left_on__isnull=True).update(**now)
        ForceTask.objects.filter(owner=officer, state=TaskState.OPEN).update(**now)


FORCES = Forces()


def _forces(officer: Officer) -> QuerySet[TaskForce]:
    within = Member.objects.filter(officer=officer, left_on__isnull=True).values("force")
    return TaskForce.objects.filter(pk__in=within, closed_at=None).order_by("pk")


def _move(old: Enterprise, into: Enterprise, actor: Actor, at: datetime) -> None:
    TaskForce.objects.filter(enterprise=old).update(enterprise=into)


MOVER = Mover(
    "task-forces",
    gettext_lazy("专班"),
    lambda old: TaskForce.objects.filter(enterprise=old).count(),
    _move,
)
