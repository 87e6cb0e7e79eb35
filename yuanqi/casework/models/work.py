"""Who works on a case: tasks of departments, and in whose hands it was when."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yuanqi.organisation.models import Department, Officer

from .case import Case


class TaskKind(models.TextChoices):
    LEAD = "lead", _("主办")
    CO_HANDLE = "co_handle", _("协办")


class TaskState(models.TextChoices):
    WAITING = "waiting", _("未开始")
    READY = "ready", _("待签收")
    ACTIVE = "active", _("办理中")
    DONE = "done", _("已完成")
    RETURNED = "returned", _("已退回")
    WAIVED = "waived", _("承诺免交")
    REJECTED = "rejected", _("不予办理")
    CANCELLED = "cancelled", _("已取消")


OPEN_TASKS = (TaskState.WAITING, TaskState.READY, TaskState.ACTIVE)


class Task(models.Model):
    """One department's piece of a case."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="tasks")
    kind = models.CharField(max_length=12, choices=TaskKind.choices)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="tasks")
    officer = models.ForeignKey(
        Officer, null=True, blank=True, on_delete=models.PROTECT, related_name="tasks"
    )
    brief = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=12, choices=TaskState.choices, default=TaskState.READY)
    # the service centre named this unit after a second return: it may not return it
    # (Weifang 12345 Regulation, 2021, art. 22)
    is_named = models.BooleanField(default=False)
    opinion = models.TextField(blank=True)
    opened_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "task"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(kind="lead", state__in=["waiting", "ready", "active"]),
                name="task_one_open_lead",
            ),
            models.UniqueConstraint(
                fields=["case", "department"],
                condition=Q(state__in=["waiting", "ready", "active"]),
                name="task_department_once",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["active", "done"]) | Q(officer__isnull=False),
                name="task_active_has_an_officer",
            ),
        ]
        indexes = [
            models.Index(
                fields=["department", "state"],
                name="task_open_department",
                condition=Q(state__in=["waiting", "ready", "active"]),
            ),
            # what a unit has helped with, without reading what it led
            models.Index(
                fields=["department", "case"],
                name="task_helped",
                condition=Q(kind="co_handle", state="done"),
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_TASKS


class CaseHolding(models.Model):
    """Who held the case from when on, until the next holding: no hour without a holder."""

    class Work(models.TextChoices):
        DISPATCH = "dispatch", _("派单")
        SIGN = "sign", _("签收")
        HANDLE = "handle", _("办理")
        CO_HANDLE = "co_handle", _("协办")
        EVALUATE = "evaluate", _("等企业评价")
        CALL_BACK = "call_back", _("回访")

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="holdings")
    start_at = models.DateTimeField()
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    work = models.CharField(max_length=12, choices=Work.choices)

    class Meta:
        db_table = "case_holding"
        ordering = ["start_at", "id"]
