"""What is kept so that figures over time needn't be counted from a million requests."""

from django.db import models

from yuanqi.casework.models import Case
from yuanqi.organisation.models import Department


class RequestFact(models.Model):
    """What one request adds to the figures, as it stands now.

    Its share of `DailyFigure` follows from it alone, so that a change takes away what it had
    given before; medians are read from it. Days are of the zone.
    """

    case = models.OneToOneField(
        Case, primary_key=True, on_delete=models.CASCADE, related_name="fact"
    )
    raised_on = models.DateField()
    ended_on = models.DateField(null=True)
    department = models.ForeignKey(
        Department, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    category = models.CharField(max_length=8)
    outcome = models.CharField(max_length=12, blank=True)
    is_answered = models.BooleanField(default=False)  # ended by a formal answer
    is_on_time = models.BooleanField(default=False)  # which came before the limit
    review = models.SmallIntegerField(null=True)  # 5 to 1; None: not rated
    is_resolved = models.BooleanField(default=False)
    worked_days = models.FloatField(null=True)  # working days that counted, without pauses

    class Meta:
        db_table = "request_fact"
        indexes = [
            models.Index(
                fields=["ended_on"],
                include=["department", "category", "worked_days"],
                name="request_fact_worked",
                condition=models.Q(worked_days__isnull=False),
            ),
        ]


class DailyFigure(models.Model):
    """How many requests of a department and category came, and how many ended how, on a day."""

    day = models.DateField()
    department = models.ForeignKey(
        Department, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    category = models.CharField(max_length=8)
    raised = models.IntegerField(default=0)
    answered = models.IntegerField(default=0)
    on_time = models.IntegerField(default=0)
    rated = models.IntegerField(default=0)
    satisfied = models.IntegerField(default=0)
    resolved = models.IntegerField(default=0)
    unanswered = models.IntegerField(default=0)  # not accepted, merged, withdrawn

    class Meta:
        db_table = "daily_figure"
        constraints = [
            models.UniqueConstraint(
                fields=["day", "department", "category"],
                name="daily_figure_once",
                nulls_distinct=False,
            ),
        ]
