"""The four lists by month: sheets, entries with the figures that decided, rulings, plans, care."""

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import dateformat
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yuanqi.casework.models import Case
from yuanqi.conditions.models import Condition, ConditionVersion
from yuanqi.foundation.models import Account
from yuanqi.registry.models import Enterprise


class Sheet(models.Model):
    """One list of one month, and the version of the rule that made it. The counts are its own."""

    condition = models.ForeignKey(Condition, on_delete=models.PROTECT, related_name="sheets")
    month = models.DateField()
    version = models.ForeignKey(ConditionVersion, on_delete=models.PROTECT, related_name="+")
    made_on = models.DateField()  # the day whose facts were judged
    made_at = models.DateTimeField()
    listed = models.IntegerField(default=0)
    entered = models.IntegerField(default=0)
    left = models.IntegerField(default=0)
    unknown = models.IntegerField(default=0)  # of whom too little is known to judge

    class Meta:
        db_table = "steering_sheet"
        ordering = ["-month", "condition"]
        constraints = [
            models.UniqueConstraint(fields=["condition", "month"], name="steering_sheet_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="steering_sheet_month_first"),
        ]

    @property
    def code(self) -> str:
        return self.month.strftime("%Y-%m")

    @property
    def label(self) -> str:
        return dateformat.format(self.month, _("Y 年 n 月"))


class Move(models.TextChoices):
    """How a month's standing compares with the month before."""

    ENTERED = "entered", pgettext_lazy("list", "新进入")
    STAYED = "stayed", pgettext_lazy("list", "继续在列")
    LEFT = "left", pgettext_lazy("list", "离开")
    OUT = "out", pgettext_lazy("list", "不在列")


class Ruling(models.TextChoices):
    """What staff have said of an entry."""

    NONE = "", _("待确认")
    CONFIRMED = "confirmed", _("已确认")
    ON = "on", _("人工列入")
    OFF = "off", _("人工移出")


class Entry(models.Model):
    """An enterprise on a month's list, or just off it.

    `verdict` is the rule's (None: too little is known), `is_on` what counts after a ruling.
    `figures` are the facts that the rule names, as they were; `because` what last changed it:
    {"cause", "facts": {name: [before, after]}, "at"}. A ruling holds until its last day.
    """

    sheet = models.ForeignKey(Sheet, on_delete=models.CASCADE, related_name="entries")
    enterprise = models.ForeignKey(
        Enterprise, on_delete=models.PROTECT, related_name="list_entries"
    )
    verdict = models.BooleanField(null=True)
    is_on = models.BooleanField()
    was_on = models.BooleanField(default=False)  # in the month before
    move = models.CharField(max_length=8, choices=Move.choices)
    figures = models.JSONField(default=dict)
    because = models.JSONField(default=dict)
    ruling = models.CharField(max_length=10, choices=Ruling.choices, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    until = models.DateField(null=True, blank=True)
    ruled_by = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ruled_at = models.DateTimeField(null=True, blank=True)
    revision = models.IntegerField(default=0)  # counts each change: who was second is told

    class Meta:
        db_table = "steering_entry"
        indexes = [
            models.Index(fields=["sheet", "is_on", "enterprise"], name="steering_entry_listed"),
            models.Index(fields=["sheet", "move", "enterprise"], name="steering_entry_moves"),
            models.Index(
                fields=["until"],
                name="steering_entry_lapsing",
                condition=Q(until__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["sheet", "enterprise"], name="steering_entry_once"),
            models.CheckConstraint(
                condition=~Q(ruling__in=("on", "off")) | (~Q(reason="") & Q(until__isnull=False)),
                name="steering_entry_reasoned",
            ),
            models.CheckConstraint(
                condition=~Q(ruling="on") | Q(is_on=True), name="steering_entry_kept_on"
            ),
            models.CheckConstraint(
                condition=~Q(ruling="off") | Q(is_on=False), name="steering_entry_kept_off"
            ),
        ]

    @property
    def is_overruled(self) -> bool:
        return self.ruling in (Ruling.ON, Ruling.OFF)


class Rank(models.Model):
    """Which share of the park's enterprises stand before this one, by output and by tax."""

    enterprise = models.OneToOneField(
        Enterprise, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    output = models.FloatField(null=True)
    tax = models.FloatField(null=True)

    class Meta:
        db_table = "steering_rank"


class Care(models.Model):
    """A care request that a sudden decline has raised by itself (主动关怀)."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="cares")
    entry = models.ForeignKey(Entry, null=True, on_delete=models.SET_NULL, related_name="cares")
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="care")
    raised_at = models.DateTimeField()

    class Meta:
        db_table = "steering_care"
        indexes = [models.Index(fields=["enterprise", "raised_at"], name="steering_care_latest")]


class Part(models.TextChoices):
    """Who takes part in serving a list's enterprises."""

    LINKED = "linked", _("挂钩干部")
    LEADER = "leader", _("分管领导")
    CENTRE = "centre", _("服务中心")
    BUREAU = "bureau", _("行业主管部门")
    FINANCE = "finance", _("金融服务专员")


class Plan(models.Model):
    """What the park does for the enterprises of a list, from a day on (服务方案).

    A new plan ends the one before on the day before it begins; none is ever changed.
    """

    condition = models.ForeignKey(Condition, on_delete=models.PROTECT, related_name="plans")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    visit_days = models.SmallIntegerField()  # a visit at least once in so many days
    parts = ArrayField(models.CharField(max_length=8, choices=Part.choices))
    measures = models.TextField(max_length=2000)
    set_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        db_table = "steering_plan"
        ordering = ["-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["condition", "valid_from"], name="steering_plan_once"),
            models.UniqueConstraint(
                fields=["condition"],
                condition=Q(valid_to__isnull=True),
                name="steering_plan_one_open",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="steering_plan_term",
            ),
            models.CheckConstraint(
                condition=Q(visit_days__gte=1, visit_days__lte=366), name="steering_plan_days"
            ),
        ]

    @property
    def who(self) -> list[str]:
        """Who takes part, in words."""
        return [str(Part(code).label) for code in self.parts if code in Part.values]

    @property
    def lines(self) -> list[str]:
        """The package of measures, a line each."""
        return [line.strip() for line in self.measures.splitlines() if line.strip()]

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
