"""The register of supervision: what is late and who must account for it, reminders, checks."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yuanqi.casework.models import Case, ClockPause, ClockRecord
from yuanqi.domain.clock import Light
from yuanqi.organisation.models import CalendarVersion, Department, Officer


class Ground(models.TextChoices):
    """Why somebody must account for a case. All but the first are chosen by whoever demands it:
    the triggers that the law names (Weifang 12345 Regulation, 2021, art. 26)."""

    LIMIT = "limit", _("超过时限")
    OVERDUE = "overdue", _("逾期没有办结")
    REFUSED = "refused", _("属于本单位职责，推诿、拒不办理")
    UNSOLVED = "unsolved", _("依法应当解决而没有解决")
    BAD_EFFECT = "bad-effect", _("办理不当，造成不良影响")


DEMANDED = tuple(ground for ground in Ground if ground is not Ground.LIMIT)


class Supervision(models.Model):
    """Somebody up the reporting line must account for a case, by a clock of his own.

    An escalation (升级) hangs on the limits that have passed (`PassedLimit`) and ends when their
    clocks have stopped; what a unit passes next joins the escalation that waits for its account.
    A demand (督办单) is made by the centre or a leader and ends when they say so. Unanswered,
    either climbs the line a rung at a time.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="supervisions")
    ground = models.CharField(max_length=12, choices=Ground.choices)
    demand = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(
        Officer, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    began_at = models.DateTimeField()
    unit = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")  # whose delay
    # who must account for it now: changes with each rung; the journal keeps the earlier ones
    rung = models.SmallIntegerField(default=1)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    calendar = models.ForeignKey(CalendarVersion, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField(null=True, blank=True)  # None: the mechanism sets no limit
    warn_at = models.DateTimeField(null=True, blank=True)
    limit_source = models.CharField(max_length=200, blank=True)
    warned_at = models.DateTimeField(null=True, blank=True)
    passed_at = models.DateTimeField(null=True, blank=True)  # unanswered at the top of the line
    reply = models.CharField(max_length=1000, blank=True)
    replied_at = models.DateTimeField(null=True, blank=True)
    replied_by = models.ForeignKey(
        Officer, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        Officer, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ending = models.CharField(max_length=500, blank=True)  # in the words of who ended it

    class Meta:
        db_table = "supervision"
        ordering = ["began_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(by__isnull=False, ended_at__isnull=True),
                name="supervision_one_open_demand",
            ),
            models.UniqueConstraint(
                fields=["case", "unit"],
                condition=Q(by__isnull=True, replied_at__isnull=True, ended_at__isnull=True),
                name="supervision_one_waiting_escalation",
            ),
            models.CheckConstraint(
                condition=Q(ground="limit", by__isnull=True)
                | (~Q(ground="limit") & ~Q(demand="") & Q(by__isnull=False)),
                name="supervision_by_a_limit_or_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(replied_at__isnull=True, replied_by__isnull=True, reply="")
                | (Q(replied_at__isnull=False, replied_by__isnull=False) & ~Q(reply="")),
                name="supervision_replied_by_somebody",
            ),
            models.CheckConstraint(condition=Q(rung__gte=1), name="supervision_rung_from_one"),
        ]
        indexes = [
            # the register: what is to be answered soonest, answered ones after the others
            models.Index(
                fields=["due_at", "id"],
                name="supervision_open_due",
                condition=Q(ended_at__isnull=True),
            ),
            models.Index(fields=["unit", "began_at"], name="supervision_unit_began"),
            models.Index(fields=["-ended_at", "-id"], name="supervision_ended"),
        ]

    @property
    def is_demand(self) -> bool:
        return self.by_id is not None

    @property
    def is_waiting(self) -> bool:
        """Whether an account is still owed."""
        return self.ended_at is None and self.replied_at is None

    def light(self, now: datetime) -> Light:
        """The light of its own clock."""
        if not self.is_waiting:
            return Light.DONE
        if self.due_at is None:
            return Light.PAUSED
        if now > self.due_at:
            return Light.RED
        return Light.YELLOW if self.warn_at is not None and now >= self.warn_at else Light.GREEN


class PassedLimit(models.Model):
    """A limit that has passed, in the escalation that it brought about or joined: once a clock."""

    clock = models.OneToOneField(
        ClockRecord, primary_key=True, on_delete=models.CASCADE, related_name="passed"
    )
    supervision = models.ForeignKey(
        Supervision, on_delete=models.CASCADE, related_name="passed_limits"
    )

    class Meta:
        db_table = "supervision_passed_limit"


class Reminder(models.Model):
    """催办: the holder is asked to get on with it; or the enterprise, while it is waited for."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="reminders")
    at = models.DateTimeField()
    by = models.ForeignKey(
        Officer, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    officer = models.ForeignKey(
        Officer, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    words = models.CharField(max_length=500, blank=True)
    pause = models.OneToOneField(
        ClockPause, null=True, blank=True, on_delete=models.CASCADE, related_name="reminder"
    )  # of the enterprise: once a pause

    class Meta:
        db_table = "supervision_reminder"
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(pause__isnull=False, by__isnull=True, officer__isnull=True)
                | Q(
                    pause__isnull=True,
                    by__isnull=False,
                    officer__isnull=False,
                    department__isnull=False,
                ),
                name="reminder_of_the_park_or_the_enterprise",
            ),
        ]
        indexes = [models.Index(fields=["case", "-at"], name="reminder_case_at")]


class Basket(models.TextChoices):
    """质量抽查: closed cases that look as if something was left undone."""

    NO_CONTACT = "no-contact", _("没联系就答复")
    BAD_REVIEW = "bad-review", _("差评后办结")
    UNRATED = "unrated", _("企业没评价")
    LONG_PAUSED = "long-paused", _("暂停过久")
    FAST = "fast", _("答复过快")


class Inspection(models.Model):
    """What the service centre found when it looked at a closed case again."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="inspections")
    basket = models.CharField(max_length=12, choices=Basket.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    is_ok = models.BooleanField()
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        db_table = "supervision_inspection"
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_ok=True) | ~Q(note=""), name="inspection_says_what_is_wrong"
            ),
        ]
        indexes = [models.Index(fields=["-at"], name="inspection_at")]
