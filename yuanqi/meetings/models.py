"""Meetings on site and salons: who is asked, what is talked over, what was decided, what became
of it (集中现场办公、沙龙)."""

from datetime import date, datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy

from yuanqi.advice.models import Advice
from yuanqi.casework.models import Case
from yuanqi.domain.clock import Light
from yuanqi.foundation.models import Account, StoredFile
from yuanqi.organisation.models import Department, Officer
from yuanqi.promises.models import Promise
from yuanqi.registry.models import Area, Contact, Enterprise

LONGEST = 500
LONGEST_SUMMARY = 4000
NEAR = timedelta(days=3)  # so long before its day a task is shown as near


class Kind(models.TextChoices):
    ON_SITE = "on_site", pgettext_lazy("meeting", "集中现场办公")
    SALON = "salon", pgettext_lazy("meeting", "沙龙")


class Meeting(models.Model):
    """A meeting of a department's, for an area or a trade or both, until its minutes close it.

    `host` is who runs it for the department; `summary` what was said besides the items.
    """

    kind = models.CharField(max_length=8, choices=Kind.choices)
    title = models.CharField(max_length=80)
    place = models.CharField(max_length=100)
    area = models.ForeignKey(
        Area, null=True, blank=True, on_delete=models.PROTECT, related_name="meetings"
    )
    trade = models.CharField(max_length=60, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    host = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="meetings_hosted")
    called_at = models.DateTimeField()
    called_by = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    called_off_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=LONGEST, blank=True)  # why it was called off
    summary = models.TextField(max_length=LONGEST_SUMMARY, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        db_table = "meeting"
        ordering = ["-starts_at", "-id"]
        indexes = [models.Index(fields=["-starts_at", "-id"], name="meeting_newest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="meeting_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(called_off_at__isnull=True),
                name="meeting_closed_or_called_off",
            ),
            models.CheckConstraint(
                condition=Q(called_off_at__isnull=True, reason="")
                | (Q(called_off_at__isnull=False) & ~Q(reason="")),
                name="meeting_called_off_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def stream(self) -> str:
        return f"meeting:{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None and self.called_off_at is None

    def has_begun(self, at: datetime) -> bool:
        return at >= self.starts_at


class Answer(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("meeting", "还没回复")
    COMES = "comes", pgettext_lazy("meeting", "参加")
    DECLINES = "declines", pgettext_lazy("meeting", "不参加")


class Invitation(models.Model):
    """A department that is asked to come, who comes for it, whether he did."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="invitations")
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="meeting_invitations"
    )
    answer = models.CharField(max_length=8, choices=Answer.choices, default=Answer.WAITING)
    officer = models.ForeignKey(
        Officer, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.CharField(max_length=200, blank=True)  # why nobody comes
    invited_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    came = models.BooleanField(null=True, blank=True)

    class Meta:
        db_table = "meeting_invitation"
        ordering = ["department__position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "department"], name="meeting_invites_a_department_once"
            ),
            models.CheckConstraint(
                condition=Q(answer="comes", officer__isnull=False)
                | (~Q(answer="comes") & Q(officer__isnull=True)),
                name="meeting_comes_with_a_name",
            ),
        ]


class Guest(models.Model):
    """An enterprise that is asked to come; being asked is one contact of the enterprise's."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="guests")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="meetings")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    came = models.BooleanField(null=True, blank=True)

    class Meta:
        db_table = "meeting_guest"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "enterprise"], name="meeting_invites_an_enterprise_once"
            )
        ]


class ItemState(models.TextChoices):
    OPEN = "open", pgettext_lazy("meeting", "待议")
    TASK = "task", pgettext_lazy("meeting", "在办")
    DONE = "done", pgettext_lazy("meeting", "已办完")
    DROPPED = "dropped", pgettext_lazy("meeting", "不做了")
    REFUSED = "refused", pgettext_lazy("meeting", "不办")
    REQUEST = "request", pgettext_lazy("meeting", "转为诉求")
    ADVICE = "advice", pgettext_lazy("meeting", "转为建议")


class Item(models.Model):
    """Something to be talked over, and what was decided of it.

    `decision` says what is done, or why not. `decided_owner` is who took it on at the meeting,
    `owner` who has it now. `case` is the open request it was collected from, or the one it became;
    `outcome` says how its task ended, with a file as evidence.
    """

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="items")
    enterprise = models.ForeignKey(
        Enterprise, null=True, blank=True, on_delete=models.PROTECT, related_name="meeting_items"
    )
    words = models.CharField(max_length=LONGEST)
    case = models.ForeignKey(
        Case, null=True, blank=True, on_delete=models.PROTECT, related_name="meeting_items"
    )
    state = models.CharField(max_length=8, choices=ItemState.choices, default=ItemState.OPEN)
    decision = models.CharField(max_length=LONGEST, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_owner = models.ForeignKey(
        Officer, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    owner = models.ForeignKey(
        Officer, null=True, blank=True, on_delete=models.PROTECT, related_name="meeting_tasks"
    )
    department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    due_on = models.DateField(null=True, blank=True)
    promise = models.ForeignKey(
        Promise, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    advice = models.ForeignKey(
        Advice, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    outcome = models.CharField(max_length=LONGEST, blank=True)
    file = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    file_name = models.CharField(max_length=160, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        Officer, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    told_step = models.SmallIntegerField(default=0)  # said to be near (1), to be late (2)

    class Meta:
        db_table = "meeting_item"
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["due_on", "id"], name="meeting_task_due", condition=Q(state="task")
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "case"], name="meeting_takes_a_case_once"),
            models.CheckConstraint(condition=~Q(words=""), name="meeting_item_says"),
            models.CheckConstraint(
                condition=Q(state="open", decided_at__isnull=True)
                | (~Q(state="open") & Q(decided_at__isnull=False)),
                name="meeting_item_decided",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("task", "done", "dropped"))
                | Q(owner__isnull=False, department__isnull=False, due_on__isnull=False),
                name="meeting_task_has_owner_and_day",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("done", "dropped"))
                | (Q(ended_at__isnull=False) & ~Q(outcome="")),
                name="meeting_task_ended_with_a_word",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("task", "done", "dropped", "refused")) | ~Q(decision=""),
                name="meeting_item_decided_in_words",
            ),
        ]

    def __str__(self) -> str:
        return self.words

    @property
    def is_task(self) -> bool:
        return self.state == ItemState.TASK

    def light(self, today: date) -> Light:
        """Red after its day, yellow three days before, while it is to be done."""
        if not self.is_task or self.due_on is None:
            return Light.DONE
        if today > self.due_on:
            return Light.RED
        return Light.YELLOW if today >= self.due_on - NEAR else Light.GREEN
