"""Conditions and their versions: what is written, by whom, since when it holds."""

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from yuanqi.foundation.models import Account
from yuanqi.organisation.models import Department, Same


class NoneOf(Func):
    """Whether a value stands nowhere in an array."""

    function = None
    template = "(%(expressions)s)"
    arg_joiner = ") <> ALL ("
    output_field = models.BooleanField()
    conditional = True


class Condition(models.Model):
    """One rule of the park, by its kind and code. What it says stands in its versions."""

    kind = models.CharField(max_length=40)
    code = models.SlugField(max_length=60)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=120, blank=True)
    subject = models.CharField(max_length=20, default="enterprise")
    owner = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="conditions"
    )

    class Meta:
        db_table = "condition"
        ordering = ["kind", "id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "code"], name="condition_once"),
            models.CheckConstraint(condition=~Q(name=""), name="condition_named"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        english = (get_language() or "").startswith("en")
        return self.name_en if english and self.name_en else self.name

    @property
    def stream(self) -> str:
        return f"condition:{self.pk}"


class State(models.TextChoices):
    DRAFT = "draft", _("起草中")
    SUBMITTED = "submitted", _("待确认")
    SENT_BACK = "sent_back", _("已退回")
    PUBLISHED = "published", _("已发布")
    WITHDRAWN = "withdrawn", _("已撤回")


OPEN = (State.DRAFT, State.SUBMITTED, State.SENT_BACK)  # at most one a condition


class ConditionVersion(models.Model):
    """What a condition says from a day on. A published version is never changed.

    `planned_to` is the last day that was decided with it; `valid_to` the last day that it holds:
    that one, or the day before the next version's first. `written_by`: the accounts that worked
    on the text, none of which may confirm it. `cases` are tried before it is published, each
    {"note", "facts": {name: value}, "expected": true | false | null}.
    """

    condition = models.ForeignKey(Condition, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    text = models.TextField(max_length=10_000)
    valid_from = models.DateField(null=True, blank=True)
    planned_to = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    cases = models.JSONField(default=list)
    revision = models.PositiveIntegerField(default=1)  # goes up with every change of the draft
    is_shipped = models.BooleanField(default=False)
    written_by = ArrayField(models.BigIntegerField(), default=list)
    drafted_by = models.ForeignKey(
        Account, null=True, on_delete=models.PROTECT, related_name="+"
    )  # who changed it last; none for what ships
    drafted_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # who published it, sent it back or withdrew it
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "condition_version"
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["condition", "number"], name="condition_version_once"),
            models.UniqueConstraint(
                fields=["condition"],
                condition=Q(state__in=["draft", "submitted", "sent_back"]),
                name="condition_one_open_version",
            ),
            models.CheckConstraint(
                condition=~Q(state="published")
                | Q(valid_from__isnull=False, decided_at__isnull=False),
                name="condition_published_from_a_day",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="condition_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(NoneOf(F("decided_by"), F("written_by"))),
                name="condition_confirmed_by_another",
            ),
            ExclusionConstraint(
                name="condition_no_overlap",
                expressions=[
                    (Same("condition_id"), "&&"),
                    (
                        Func(
                            F("valid_from"),
                            F("valid_to"),
                            Value("[]"),
                            function="DATERANGE",
                            output_field=DateRangeField(),
                        ),
                        "&&",
                    ),
                ],
                condition=Q(state="published"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.condition_id}/{self.number}"

    def holds_on(self, day: date) -> bool:
        return (
            self.state == State.PUBLISHED
            and self.valid_from <= day
            and (self.valid_to is None or day <= self.valid_to)
        )
