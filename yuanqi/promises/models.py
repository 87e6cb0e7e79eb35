"""What somebody of the park has promised an enterprise."""

from datetime import date, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yuanqi.foundation.models import Account, StoredFile
from yuanqi.organisation.models import Department, Officer
from yuanqi.registry.models import Enterprise

LONGEST = 300
NEAR = timedelta(days=3)  # so long before its day a promise is shown as near


class Occasion(models.TextChoices):
    """Where it was promised."""

    VISIT = "visit", _("走访")
    MEETING = "meeting", _("会议")
    AGREEMENT = "agreement", _("协议")
    CALL = "call", _("电话")


class State(models.TextChoices):
    OPEN = "open", _("待兑现")
    KEPT = "kept", _("已兑现")
    BROKEN = "broken", _("没有兑现")
    WITHDRAWN = "withdrawn", pgettext_lazy("promise", "已撤回")


class Promise(models.Model):
    """A promise has an owner until it is kept, broken or withdrawn; who leaves hands it over.

    `made_by` is who gave his word, `officer` who answers for it now, with his department.
    `outcome` says how it was kept (with `file` as evidence), or why not.
    """

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="promises")
    text = models.CharField(max_length=LONGEST)
    occasion = models.CharField(max_length=12, choices=Occasion.choices)
    made_on = models.DateField()
    made_by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="promises_made")
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="promises")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="promises")
    due_on = models.DateField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    handed_on = models.DateField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    outcome = models.CharField(max_length=500, blank=True)
    file = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    file_name = models.CharField(max_length=160, blank=True)
    told_step = models.SmallIntegerField(default=0)  # said to be near (1), to be late (2)

    class Meta:
        db_table = "promise"
        ordering = ["due_on", "id"]
        indexes = [
            models.Index(
                fields=["due_on", "id"], condition=Q(state="open"), name="promise_open_due"
            ),
            models.Index(
                fields=["officer", "due_on", "id"],
                condition=Q(state="open"),
                name="promise_open_of_officer",
            ),
            models.Index(fields=["enterprise", "-made_on", "-id"], name="promise_of_enterprise"),
            models.Index(fields=["state", "-closed_at", "-id"], name="promise_closed"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="promise_says_something"),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True)
                | (~Q(state="open") & Q(closed_at__isnull=False) & ~Q(outcome="")),
                name="promise_closed_with_a_word",
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def stream(self) -> str:
        return f"promise:{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state == State.OPEN

    def tone(self, today: date) -> str:
        """The colour of its day while it is open: red, yellow within three days, green."""
        if self.is_late(today):
            return "red"
        return "yellow" if self.due_on <= today + NEAR else "green"

    def is_late(self, today: date) -> bool:
        """Whether its day has passed; the day itself is still in time."""
        return self.is_open and self.due_on < today
