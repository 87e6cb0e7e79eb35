"""Monthly indicators: what a firm made, employed and used, each figure with who said it."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yuanqi.foundation.models import Account

from .enterprise import Enterprise


class IndicatorSource(models.TextChoices):
    ENTERPRISE = "enterprise", _("企业填报")
    DEPARTMENT = "department", _("部门填报")
    IMPORT = "import", _("批量导入")


class Indicator(models.Model):
    """One figure of one firm for one month, from one source.

    `code` names it and its unit (`registry.indicators.MEASURES`); `month` is the month's first day.
    What the firm states, a department confirms or sends back with what is wrong (`return_reason`);
    of several sources the confirmed one counts.
    """

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="indicators")
    month = models.DateField()
    code = models.CharField(max_length=20)
    source = models.CharField(max_length=12, choices=IndicatorSource.choices)
    value = models.DecimalField(max_digits=16, decimal_places=2)
    stated_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    stated_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    returned_at = models.DateTimeField(null=True, blank=True)
    return_reason = models.CharField(max_length=200, blank=True, db_default="")

    class Meta:
        db_table = "indicator"
        ordering = ["-month", "code"]
        indexes = [
            # what waits for a department's word, the longest waiting first
            models.Index(
                fields=["stated_at"],
                condition=Q(confirmed_at__isnull=True, returned_at__isnull=True),
                name="indicator_waiting",
            ),
            # a whole month, as it lies in the table: small, where a row an entry would be large
            BrinIndex(fields=["month"], pages_per_range=32, name="indicator_by_month"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "month", "code", "source"], name="indicator_once"
            ),
            models.UniqueConstraint(
                fields=["enterprise", "month", "code"],
                condition=Q(confirmed_at__isnull=False),
                name="indicator_one_confirmed",
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="indicator_month_first"),
        ]


class FigureMonth(models.Model):
    """What counts of a month's figures, all enterprises' in one Parquet text, to be read fast.

    It is what the indicators said when it was made (`registry.facts.figures`).
    """

    month = models.DateField(primary_key=True)
    frame = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "figure_month"


class FigureChange(models.Model):
    """A month in which an indicator was written since it was packed; triggers write it."""

    month = models.DateField(db_index=True)

    class Meta:
        db_table = "figure_change"
