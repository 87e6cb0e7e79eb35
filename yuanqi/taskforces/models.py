"""Task forces: who is in them, what they have to do, how they get on, how they end (专班)."""

from datetime import date, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from yuanqi.casework.models import Case
from yuanqi.domain.clock import Light
from yuanqi.foundation.models import Account
from yuanqi.organisation.models import Department, Officer
from yuanqi.registry.models import Enterprise, Project

LONGEST = 4000
NEAR = timedelta(days=3)  # so long before its day a task is shown as near


class Kind(models.TextChoices):
    """What a task force is of."""

    ENTERPRISE = "enterprise", pgettext_lazy("force", "企业专班")
    PROJECT = "project", pgettext_lazy("force", "项目专班")
    INDUSTRY = "industry", pgettext_lazy("force", "产业专班")


class TaskForce(models.Model):
    """People of several departments under one lead, until the report that closes it.

    `case` is the request for which it was opened, `ground` says why in words. `moved_at` is when
    something last happened in it.
    """

    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=60)
    aim = models.CharField(max_length=500)
    ground = models.CharField(max_length=200, blank=True)
    enterprise = models.ForeignKey(
        Enterprise, null=True, blank=True, on_delete=models.PROTECT, related_name="task_forces"
    )
    project = models.ForeignKey(
        Project, null=True, blank=True, on_delete=models.PROTECT, related_name="task_forces"
    )
    case = models.ForeignKey(
        Case, null=True, blank=True, on_delete=models.PROTECT, related_name="task_forces"
    )
    lead = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="forces_led")
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    moved_at = models.DateTimeField()
    report = models.TextField(max_length=LONGEST, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        db_table = "task_force"
        ordering = ["-opened_at", "-id"]
        indexes = [
            models.Index(fields=["-moved_at", "-id"], name="task_force_moved"),
            models.Index(fields=["enterprise"], name="task_force_of_enterprise"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="industry", enterprise__isnull=True, project__isnull=True)
                | Q(kind="enterprise", enterprise__isnull=False, project__isnull=True)
                | Q(kind="project", enterprise__isnull=False, project__isnull=False),
                name="task_force_of_something",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, report="")
                | (Q(closed_at__isnull=False) & ~Q(report="")),
                name="task_force_closed_with_a_report",
            ),
            models.UniqueConstraint(
                fields=["case"], condition=Q(closed_at__isnull=True), name="task_force_once_a_case"
            ),
            models.UniqueConstraint(
                fields=["name"], condition=Q(closed_at__isnull=True), name="task_force_name_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def stream(self) -> str:
        return f"taskforce:{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class Member(models.Model):
    """Who is in a task force, from a day to a day, and for which department."""

    force = models.ForeignKey(TaskForce, on_delete=models.CASCADE, related_name="members")
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="forces")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    joined_on = models.DateField()
    left_on = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "task_force_member"
        ordering = ["joined_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["force", "officer"],
                condition=Q(left_on__isnull=True),
                name="task_force_member_once",
            ),
        ]


class TaskState(models.TextChoices):
    OPEN = "open", pgettext_lazy("force", "在办")
    DONE = "done", pgettext_lazy("force", "已完成")
    DROPPED = "dropped", pgettext_lazy("force", "不做了")


class ForceTask(models.Model):
    """Something to be done by a day, by one of its people; `outcome` says how it ended."""

    force = models.ForeignKey(TaskForce, on_delete=models.CASCADE, related_name="tasks")
    text = models.CharField(max_length=200)
    owner = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="force_tasks")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    state = models.CharField(max_length=8, choices=TaskState.choices, default=TaskState.OPEN)
    outcome = models.CharField(max_length=500, blank=True)
    set_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        Officer, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    told_step = models.SmallIntegerField(default=0)  # said to be near (1), to be late (2)

    class Meta:
        db_table = "task_force_task"
        ordering = ["due_on", "id"]
        indexes = [
            models.Index(
                fields=["due_on", "id"], name="task_force_task_due", condition=Q(state="open")
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", ended_at__isnull=True, outcome="")
                | (Q(state__in=("done", "dropped"), ended_at__isnull=False) & ~Q(outcome="")),
                name="task_force_task_ended_with_a_word",
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.state == TaskState.OPEN

    def light(self, today: date) -> Light:
        """Red after its day, yellow three days before; done in time is done, late stays red."""
        if not self.is_open:
            return Light.DONE
        if today > self.due_on:
            return Light.RED
        return Light.YELLOW if today >= self.due_on - NEAR else Light.GREEN


class NoteKind(models.TextChoices):
    PROGRESS = "progress", pgettext_lazy("force", "进展")
    TALK = "talk", pgettext_lazy("force", "讨论")
    MINUTES = "minutes", pgettext_lazy("force", "会议纪要")


class Note(models.Model):
    """Progress, talk, or the minutes of a meeting on a day."""

    force = models.ForeignKey(TaskForce, on_delete=models.CASCADE, related_name="notes")
    kind = models.CharField(max_length=8, choices=NoteKind.choices)
    text = models.TextField(max_length=LONGEST)
    held_on = models.DateField(null=True, blank=True)
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "task_force_note"
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["force", "-at", "-id"], name="task_force_note_newest")]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="task_force_note_says"),
            models.CheckConstraint(
                condition=Q(kind="minutes", held_on__isnull=False)
                | (~Q(kind="minutes") & Q(held_on__isnull=True)),
                name="task_force_minutes_of_a_day",
            ),
        ]
