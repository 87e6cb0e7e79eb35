"""What enterprises advise the park, and what became of it (听建议)."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from yuanqi.domain.clock import Clock, Light, Limit
from yuanqi.domain.worktime import WorkCalendar
from yuanqi.foundation.models import Account
from yuanqi.organisation.models import CalendarVersion, Department, Officer
from yuanqi.registry.models import ContactPerson, Enterprise


class Topic(models.Model):
    """What advice is about. Those that ship may be renamed and retired; the park adds its own."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=20, unique=True)
    name_en = models.CharField(max_length=40, blank=True)
    position = models.SmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        db_table = "advice_topic"
        ordering = ["position", "id"]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="advice_topic_named")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name


class Source(models.TextChoices):
    """Where it was said."""

    VISIT = "visit", _("走访")
    MEETING = "meeting", _("座谈会")
    PORTAL = "portal", _("企业自己提")


class State(models.TextChoices):
    GIVEN = "given", _("待分派")
    ASSIGNED = "assigned", _("待答复")
    ANSWERED = "answered", _("已答复")
    CHANGED = "changed", _("已见效")


class Verdict(models.TextChoices):
    ADOPTED = "adopted", pgettext_lazy("advice", "采纳")
    PARTLY = "partly", pgettext_lazy("advice", "部分采纳")
    NOT = "not", pgettext_lazy("advice", "不采纳")


OPEN = (State.GIVEN, State.ASSIGNED)
TAKEN_UP = (Verdict.ADOPTED, Verdict.PARTLY)
LONGEST = 2000


class Advice(models.Model):
    """A piece of advice: who gave it, which department answers it by when, what it said.

    It stands in the name of a contact of the enterprise, or of the officer who wrote it down.
    Its limit runs from the giving to the answer and is that of the park on the day of giving;
    `due_at` and `warn_at` are derived, stored, and recomputed when the calendar changes.
    """

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="advice")
    contact = models.ForeignKey(
        ContactPerson, null=True, blank=True, on_delete=models.PROTECT, related_name="advice"
    )
    officer = models.ForeignKey(
        Officer, null=True, blank=True, on_delete=models.PROTECT, related_name="advice"
    )
    given_by = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="advice")
    text = models.TextField(max_length=LONGEST)
    source = models.CharField(max_length=8, choices=Source.choices)
    given_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.GIVEN)
    revision = models.IntegerField(default=0)  # counts each change: who was second is told

    department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="advice"
    )
    note = models.CharField(max_length=200, blank=True)  # from who assigned it or sent it back
    assigned_at = models.DateTimeField(null=True, blank=True)

    calendar = models.ForeignKey(CalendarVersion, on_delete=models.PROTECT, related_name="+")
    limit_days = models.SmallIntegerField()  # working days
    warn_days = models.SmallIntegerField()
    due_at = models.DateTimeField()
    warn_at = models.DateTimeField()
    warned_at = models.DateTimeField(null=True, blank=True)  # said to be near; said to be late
    late_told_at = models.DateTimeField(null=True, blank=True)

    verdict = models.CharField(max_length=8, choices=Verdict.choices, blank=True)
    answer = models.TextField(max_length=LONGEST, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        Officer, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    change = models.TextField(max_length=LONGEST, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True)
    changed_by = models.ForeignKey(
        Officer, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        db_table = "advice"
        ordering = ["-given_at", "-id"]
        indexes = [
            models.Index(fields=["-given_at", "-id"], name="advice_newest"),
            models.Index(fields=["enterprise", "-given_at", "-id"], name="advice_of_enterprise"),
            models.Index(fields=["department", "-given_at", "-id"], name="advice_of_department"),
            models.Index(
                fields=["due_at", "id"],
                name="advice_open_due",
                condition=Q(state__in=("given", "assigned")),
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="advice_says_something"),
            models.CheckConstraint(
                condition=Q(contact__isnull=False) | Q(officer__isnull=False),
                name="advice_given_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state="given") | Q(department__isnull=False, assigned_at__isnull=False),
                name="advice_assigned_to_a_department",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=("given", "assigned"), verdict="", answer="", answered_at__isnull=True
                )
                | (
                    Q(state__in=("answered", "changed"), answered_at__isnull=False)
                    & ~Q(verdict="")
                    & ~Q(answer="")
                ),
                name="advice_answered_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(change="", changed_at__isnull=True) & ~Q(state="changed")
                | (Q(state="changed", verdict__in=TAKEN_UP, changed_at__isnull=False)
                   & ~Q(change="")),
                name="advice_changed_something",
            ),
            models.CheckConstraint(
                condition=Q(warn_at__lte=F("due_at")), name="advice_warned_before_due"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title

    @property
    def stream(self) -> str:
        return f"advice:{self.pk}"

    @property
    def title(self) -> str:
        """Its first words, for lists and notices."""
        brief = " ".join(self.text.split())
        return brief if len(brief) <= 40 else f"{brief[:39]}…"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def clock(self) -> Clock:
        return clock_of(self.given_at, self.limit_days, self.answered_at)

    def light(self, now: datetime) -> Light:
        """Green, yellow, red, as requests have it; answered in time is done, late stays red."""
        if not self.is_open:
            assert self.answered_at is not None, "what isn't open was answered"
            return Light.RED if self.answered_at > self.due_at else Light.DONE
        if now > self.due_at:
            return Light.RED
        return Light.YELLOW if now >= self.warn_at else Light.GREEN

    def left(self, now: datetime, calendar: WorkCalendar) -> timedelta:
        """What is left in working time; never nought or more once the due instant has passed."""
        left = self.clock.left(now, calendar)
        if self.is_open and now > self.due_at:
            return min(left, -timedelta.resolution)
        return left

    @property
    def is_taken_up(self) -> bool:
        return self.verdict in TAKEN_UP


def clock_of(given_at: datetime, days: int, stopped_at: datetime | None = None) -> Clock:
    """The clock of an answer: so many working days from the giving."""
    limit = Limit(Decimal(days), "working_days")
    return Clock(started_at=given_at, limit=limit, stopped_at=stopped_at)
