"""Departments and their reporting lines, officers, absence and duty, calendar versions."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from yuanqi.foundation.models import Account


class Span(Func):
    """A half-open range of instants; `int8range` stands for an equality (no btree_gist needed)."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class Same(Func):
    """Equality of a bigint, said as a range so that a plain GiST index can exclude by it."""

    function = "INT8RANGE"
    template = "%(function)s(%(expressions)s)"

    def __init__(self, column: str) -> None:
        super().__init__(F(column), F(column), Value("[]"))


class Department(models.Model):
    """A unit that requests can be dispatched to, or that leads those (分管领导)."""

    class Kind(models.TextChoices):
        LEADERSHIP = "leadership", _("管委会领导")
        CENTRE = "centre", _("服务中心")
        BUREAU = "bureau", _("职能部门")
        PARTNER = "partner", _("协作单位")

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    short_name = models.CharField(max_length=20)
    name_en = models.CharField(max_length=100)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.BUREAU)
    reports_to = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="reporting"
    )
    head = models.ForeignKey(
        "Officer", null=True, blank=True, on_delete=models.PROTECT, related_name="heads"
    )
    phone = models.CharField(max_length=30, blank=True)
    position = models.SmallIntegerField(default=0)
    closed_at = models.DateTimeField(null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged"
    )

    class Meta:
        db_table = "department"
        ordering = ["position", "id"]
        constraints = [
            # intake belongs to it, and to no other
            models.UniqueConstraint(
                fields=["kind"],
                condition=Q(kind="centre", closed_at__isnull=True),
                name="department_one_centre",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True)
                | (Q(closed_at__isnull=False) & ~Q(merged_into=F("id"))),
                name="department_merged_when_closed",
            ),
            models.CheckConstraint(
                condition=~Q(reports_to=F("id")), name="department_reports_to_another"
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def stream(self) -> str:
        return f"department:{self.pk}"

    @property
    def label(self) -> str:
        """The short name, in the reader's language."""
        return self.label_in(get_language())

    def label_in(self, language: str | None) -> str:
        """The same, for who says hundreds: the language is asked once."""
        return self.name_en if language == "en" else self.short_name

    @property
    def full_label(self) -> str:
        return self.name_en if get_language() == "en" else self.name


class Rank(models.IntegerChoices):
    """Civil-service rank; links are led by those of deputy-section rank and above."""

    CLERK = 1, _("科员")
    DEPUTY_SECTION = 2, _("副科级")
    SECTION = 3, _("正科级")
    DEPUTY_DIVISION = 4, _("副处级")
    DIVISION = 5, _("正处级")


class Officer(models.Model):
    """A person on the park's side, in one department."""

    account = models.OneToOneField(
        Account, null=True, blank=True, on_delete=models.PROTECT, related_name="officer"
    )
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="officers")
    name = models.CharField(max_length=40)
    title = models.CharField(max_length=60)
    rank = models.SmallIntegerField(choices=Rank.choices, default=Rank.CLERK)
    phone = models.CharField(max_length=30, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        db_table = "officer"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class Absence(models.Model):
    """Leave or a journey: meanwhile an acting officer answers (同日落实代理)."""

    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="absences")
    acting = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="acting_for")
    start_at = models.DateTimeField()
    end_at = models.DateTimeField()
    reason = models.CharField(max_length=100)

    class Meta:
        db_table = "officer_absence"
        constraints = [
            models.CheckConstraint(
                condition=Q(end_at__gt=F("start_at")), name="absence_has_length"
            ),
            models.CheckConstraint(condition=~Q(officer=F("acting")), name="absence_other_acts"),
            ExclusionConstraint(
                name="absence_no_overlap",
                expressions=[(Same("officer_id"), "&&"), (Span(F("start_at"), F("end_at")), "&&")],
            ),
        ]


class DutyShift(models.Model):
    """Who answers for a department at a time: by night, by day, on holidays."""

    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="shifts")
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="shifts")
    start_at = models.DateTimeField()
    end_at = models.DateTimeField()

    class Meta:
        db_table = "duty_shift"
        constraints = [
            models.CheckConstraint(condition=Q(end_at__gt=F("start_at")), name="shift_has_length"),
            ExclusionConstraint(
                name="shift_no_overlap",
                expressions=[
                    (Same("department_id"), "&&"),
                    (Span(F("start_at"), F("end_at")), "&&"),
                ],
            ),
        ]


class CalendarVersion(models.Model):
    """A published working calendar; clocks are pinned to one.

    `days` maps ISO dates to whether they are worked (holidays and make-up days), `spans` lists the
    open hours as pairs of "HH:MM". `version` is the hash that `WorkCalendar` gives them.
    """

    version = models.CharField(max_length=64, unique=True)
    days = models.JSONField()
    spans = models.JSONField()
    time_zone = models.CharField(max_length=40)
    document_no = models.CharField(max_length=60, blank=True)
    source = models.CharField(max_length=200)
    published_at = models.DateTimeField()
    is_current = models.BooleanField(default=False)

    class Meta:
        db_table = "calendar_version"
        constraints = [
            models.UniqueConstraint(
                fields=["is_current"], condition=Q(is_current=True), name="calendar_one_current"
            ),
        ]


class LineChange(models.Model):
    """From a day on a department will report to another; what came of it."""

    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="line_changes"
    )
    reports_to = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    valid_from = models.DateField()
    reason = models.CharField(max_length=200)
    set_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    is_applied = models.BooleanField(default=False)  # else withdrawn, or impossible by then

    class Meta:
        db_table = "department_line_change"
        constraints = [
            models.UniqueConstraint(
                fields=["department"],
                condition=Q(ended_at__isnull=True),
                name="department_line_change_one_open",
            ),
        ]
