"""Visits to enterprises: wished for, planned, done, confirmed."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yuanqi.advice.models import Advice
from yuanqi.casework.models import Case
from yuanqi.foundation.models import Account, StoredFile
from yuanqi.organisation.models import Department, Officer
from yuanqi.promises.models import Promise
from yuanqi.registry.models import Contact, Enterprise

LONGEST_TALK = 4000


class State(models.TextChoices):
    PLANNED = "planned", _("已约")
    DONE = "done", _("已走访")
    CANCELLED = "cancelled", pgettext_lazy("visit", "已取消")


class Mode(models.TextChoices):
    ONSITE = "onsite", _("上门")
    OFFICE = "office", _("来园区面谈")
    VIDEO = "video", _("视频")


class Trend(models.TextChoices):
    """How something stands against the month before, in the words that the facts hold."""

    UP = "多了", pgettext_lazy("trend", "多了")
    SAME = "持平", pgettext_lazy("trend", "持平")
    DOWN = "少了", pgettext_lazy("trend", "少了")


class Topic(models.TextChoices):
    """Which policies were explained."""

    FINANCE = "finance", _("融资")
    TAX = "tax", _("财税")
    TALENT = "talent", _("用工人才")
    TECH = "tech", _("科技研发")
    GREEN = "green", _("环保节能")
    SAFETY = "safety", _("安全生产")
    TRADE = "trade", _("进出口")


class Visit(models.Model):
    """One visit: planned for a day, or noted without a plan; done, it says what was found.

    `key` is the id that the phone gave the note, so that what is sent twice is one. `happened_at`
    is the phone's time, `received_at` the server's. What was asked on the spot is its `items`.
    """

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="visits")
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="visits")
    state = models.CharField(max_length=12, choices=State.choices)
    planned_on = models.DateField(null=True, blank=True)
    planned_time = models.TimeField(null=True, blank=True)
    purpose = models.CharField(max_length=200, blank=True)
    cancel_reason = models.CharField(max_length=200, blank=True)

    key = models.UUIDField(null=True, blank=True, unique=True)
    happened_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    mode = models.CharField(max_length=8, choices=Mode.choices, blank=True)
    met = models.CharField(max_length=100, blank=True)
    production = models.CharField(max_length=4, choices=Trend.choices, blank=True)
    orders = models.CharField(max_length=4, choices=Trend.choices, blank=True)
    staff = models.CharField(max_length=4, choices=Trend.choices, blank=True)
    investment = models.CharField(max_length=4, choices=Trend.choices, blank=True)
    staff_count = models.IntegerField(null=True, blank=True)
    capacity_use = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)  # %
    talk = models.TextField(max_length=LONGEST_TALK, blank=True)
    policies = ArrayField(
        models.CharField(max_length=8, choices=Topic.choices), default=list, blank=True
    )
    is_safety_reminded = models.BooleanField(default=False)
    contact = models.OneToOneField(
        Contact, null=True, blank=True, on_delete=models.PROTECT, related_name="visit"
    )

    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    is_right = models.BooleanField(null=True)
    remark = models.CharField(max_length=500, blank=True)  # the enterprise's, on the report

    class Meta:
        db_table = "visit"
        indexes = [
            models.Index(fields=["enterprise", "-happened_at"], name="visit_of_enterprise"),
            models.Index(
                fields=["officer", "planned_on"],
                condition=Q(state="planned"),
                name="visit_planned_of_officer",
            ),
            models.Index(
                fields=["enterprise", "planned_on"],
                condition=Q(state="planned"),
                name="visit_planned_at",
            ),
            models.Index(fields=["officer", "-happened_at"], name="visit_of_officer"),
            # all of them, the newest first
            models.Index(
                fields=["-happened_at", "-id"], condition=Q(state="done"), name="visit_newest"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="planned") | Q(planned_on__isnull=False),
                name="visit_planned_for_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(state="done")
                | Q(happened_at__isnull=False, received_at__isnull=False),
                name="visit_done_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | ~Q(cancel_reason=""),
                name="visit_cancelled_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True) | Q(state="done", is_right__isnull=False),
                name="visit_confirmed_when_done",
            ),
        ]

    @property
    def stream(self) -> str:
        return f"visit:{self.pk}"


class Wish(models.Model):
    """A department wants to visit an enterprise until a day; a visit may take it along.

    `visit` is that which does it for the department; `ended_at` without one: it isn't needed.
    """

    enterprise = models.ForeignKey(
        Enterprise, on_delete=models.PROTECT, related_name="visit_wishes"
    )
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="visit_wishes"
    )
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="visit_wishes")
    subject = models.CharField(max_length=200)
    until_on = models.DateField()
    made_at = models.DateTimeField()
    visit = models.ForeignKey(
        Visit, null=True, blank=True, on_delete=models.PROTECT, related_name="wishes"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "visit_wish"
        ordering = ["until_on", "id"]
        indexes = [
            models.Index(
                fields=["enterprise", "until_on"],
                condition=Q(visit__isnull=True, ended_at__isnull=True),
                name="visit_wish_open",
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(subject=""), name="visit_wish_says_what_for"),
        ]

    @property
    def is_open(self) -> bool:
        return self.visit_id is None and self.ended_at is None


class Item(models.Model):
    """What was born on a visit: a request, a promise, or a piece of advice."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="items")
    case = models.OneToOneField(
        Case, null=True, blank=True, on_delete=models.PROTECT, related_name="visit_item"
    )
    promise = models.OneToOneField(
        Promise, null=True, blank=True, on_delete=models.PROTECT, related_name="visit_item"
    )
    advice = models.OneToOneField(
        Advice, null=True, blank=True, on_delete=models.PROTECT, related_name="visit_item"
    )

    class Meta:
        db_table = "visit_item"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(case__isnull=False, promise=None, advice=None)
                | Q(case=None, promise__isnull=False, advice=None)
                | Q(case=None, promise=None, advice__isnull=False),
                name="visit_item_is_one_thing",
            ),
        ]


class Photo(models.Model):
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="photos")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=160)

    class Meta:
        db_table = "visit_photo"
        ordering = ["id"]


class Reminder(models.Model):
    """That an officer was told on a day how his visits stand; one a day."""

    officer = models.ForeignKey(Officer, on_delete=models.CASCADE, related_name="+")
    on = models.DateField()
    overdue = models.IntegerField()
    due = models.IntegerField()
    silent = models.IntegerField()

    class Meta:
        db_table = "visit_reminder"
        constraints = [
            models.UniqueConstraint(fields=["officer", "on"], name="visit_reminder_once")
        ]


class Feed(models.Model):
    """The serial number of an officer's calendar link; a new one makes the old link void."""

    account = models.OneToOneField(
        Account, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    serial = models.IntegerField(default=1)

    class Meta:
        db_table = "visit_feed"
