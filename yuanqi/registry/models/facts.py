"""Facts: what is said of an enterprise or a project, by whom, of which day, with which evidence."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yuanqi.foundation.models import Account, StoredFile

from .enterprise import Enterprise
from .projects import Project


class FactSource(models.TextChoices):
    """From where a fact comes; a slice that writes facts gives its own name instead."""

    ENTERPRISE = "enterprise", pgettext_lazy("fact", "企业填报")
    DEPARTMENT = "department", _("部门登记")
    IMPORT = "import", _("批量导入")
    VISIT = "visit", _("走访了解")


class FactType(models.TextChoices):
    """What a value is, in the words of the rules."""

    NUMBER = "number", _("数字")
    BOOLEAN = "boolean", _("是否")
    STRING = "string", _("文字")
    DATE = "date", _("日期")


# the column that holds a value of each type
COLUMN_OF = {
    FactType.NUMBER: "number",
    FactType.BOOLEAN: "boolean",
    FactType.STRING: "text",
    FactType.DATE: "day",
}


class Fact(models.Model):
    """One value of one field (`registry.facts.fields`), said by one source of one day.

    What the enterprise says, a department confirms or sends back, never who stated it. A row is
    said afresh for the same day and source by changing it; another day is another row, so that
    what was true when stays. `stated_at` and who stated it are those of the last saying.
    """

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="facts")
    project = models.ForeignKey(
        Project, null=True, blank=True, on_delete=models.PROTECT, related_name="facts"
    )
    field = models.CharField(max_length=60)
    source = models.CharField(max_length=20)
    as_of = models.DateField()
    number = models.DecimalField(max_digits=22, decimal_places=4, null=True, blank=True)
    text = models.CharField(max_length=200, null=True, blank=True)
    boolean = models.BooleanField(null=True, blank=True)
    day = models.DateField(null=True, blank=True)
    stated_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    stated_at = models.DateTimeField()
    file = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    file_name = models.CharField(max_length=120, blank=True, db_default="")
    note = models.CharField(max_length=200, blank=True, db_default="")
    confirmed_by = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    returned_by = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    returned_at = models.DateTimeField(null=True, blank=True)
    return_reason = models.CharField(max_length=200, blank=True, db_default="")

    class Meta:
        db_table = "fact"
        ordering = ["-as_of", "-id"]
        indexes = [
            # what waits for somebody's word, the longest waiting first
            models.Index(
                fields=["stated_at", "id"],
                condition=Q(confirmed_at__isnull=True, returned_at__isnull=True),
                name="fact_waiting",
            ),
            # the same of one field, as the list is narrowed
            models.Index(
                fields=["field", "stated_at", "id"],
                condition=Q(confirmed_at__isnull=True, returned_at__isnull=True),
                name="fact_waiting_field",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "project", "field", "source", "as_of"],
                nulls_distinct=False,
                name="fact_once",
            ),
            # of several sources one is confirmed for a day, and counts
            models.UniqueConstraint(
                fields=["enterprise", "project", "field", "as_of"],
                condition=Q(confirmed_at__isnull=False),
                nulls_distinct=False,
                name="fact_one_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(number__isnull=False, text=None, boolean=None, day=None)
                | Q(number=None, text__isnull=False, boolean=None, day=None)
                | Q(number=None, text=None, boolean__isnull=False, day=None)
                | Q(number=None, text=None, boolean=None, day__isnull=False),
                name="fact_one_value",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None) | Q(returned_at=None), name="fact_one_word"
            ),
        ]

    @property
    def value(self) -> Any:
        """The one value that stands, of the field's type."""
        for name in COLUMN_OF.values():
            found = getattr(self, name)
            if found is not None:
                return found
        return None

    @property
    def is_waiting(self) -> bool:
        return self.confirmed_at is None and self.returned_at is None


class ParkField(models.Model):
    """A field that the park has added to the shipped ones; `formula` works it out from others.

    Retired, its facts stay and it counts no more; a rule can't be written with it.
    """

    name = models.CharField(max_length=60, unique=True)
    type = models.CharField(max_length=8, choices=FactType.choices)
    label = models.CharField(max_length=60)
    label_en = models.CharField(max_length=100, blank=True)
    unit = models.CharField(max_length=20, blank=True)
    meaning = models.CharField(max_length=200, blank=True)
    meaning_en = models.CharField(max_length=300, blank=True)
    basis = models.CharField(max_length=200, blank=True)  # the law or notice that defines it
    formula = models.TextField(blank=True)
    valid_days = models.PositiveIntegerField(null=True, blank=True)
    is_fixed = models.BooleanField(default=False)
    by_enterprise = models.BooleanField(default=True)  # whether the enterprise may state it
    created_at = models.DateTimeField(db_default=Now())
    retired_on = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "fact_field"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_days__isnull=True) | Q(valid_days__gt=0),
                name="fact_field_term_positive",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def stream(self) -> str:
        return "facts"

    def is_retired(self, on: date) -> bool:
        return self.retired_on is not None and self.retired_on <= on
