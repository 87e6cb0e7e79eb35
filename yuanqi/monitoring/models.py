"""Key indicators (重点指标调度): rounds of returns, what each enterprise filed, targets, forecasts.

The figures themselves stand in `registry.Indicator`, the one place for them.
"""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils import dateformat
from django.utils.translation import gettext_lazy as _

from yuanqi.foundation.models import Account
from yuanqi.registry.models import Enterprise, IndicatorSource


class Round(models.Model):
    """One month's collection: what is asked of whom, and until which day.

    It keeps what it was opened with: later settings touch later rounds. `measures` are codes of
    `registry.indicators.MEASURES`; `forecast` is that of which the next `forecast_months` months
    are asked too, empty for none.
    """

    month = models.DateField(unique=True)
    measures = models.JSONField()
    forecast = models.CharField(max_length=20, blank=True)
    forecast_months = models.SmallIntegerField(default=0)
    opened_at = models.DateTimeField()
    due_on = models.DateField()  # the last day that isn't late

    class Meta:
        db_table = "monitoring_round"
        ordering = ["-month"]
        constraints = [
            models.CheckConstraint(condition=Q(month__day=1), name="monitoring_round_month_first"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def stream(self) -> str:
        return f"monitoring:{self.month:%Y-%m}"

    @property
    def code(self) -> str:
        return self.month.strftime("%Y-%m")

    @property
    def label(self) -> str:
        return dateformat.format(self.month, _("Y 年 n 月"))

    @property
    def short(self) -> str:
        return dateformat.format(self.month, _("n 月"))


class FilingState(models.TextChoices):
    """How an enterprise's return of a month stands."""

    WAITING = "waiting", _("还没填")
    SENT = "sent", _("等确认")
    ODD = "odd", _("异常待核")
    ASKED = "asked", _("已问回")
    ACCEPTED = "accepted", _("已确认")


# with the enterprise (or its officer): the form is open
OPEN = (FilingState.WAITING, FilingState.ASKED)
# with the park: nothing may be sent until somebody asks back
SENT = (FilingState.SENT, FilingState.ODD)


class Filing(models.Model):
    """What one enterprise is asked for one month, and what became of it (填报).

    `draft` keeps what was typed, as it was typed, by the name of its field. `oddities` are those
    that were explained when it was sent (`oddities.Oddity` as JSON, with the reason). `source`
    says in whose name the figures were stated: the enterprise's own, or its officer's.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="filings")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="filings")
    state = models.CharField(max_length=8, choices=FilingState.choices, default=FilingState.WAITING)
    version = models.IntegerField(default=0)  # counts each change: who was second is told
    draft = models.JSONField(default=dict)
    draft_by = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    draft_at = models.DateTimeField(null=True, blank=True)
    source = models.CharField(max_length=12, choices=IndicatorSource.choices, blank=True)
    sent_by = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    oddities = models.JSONField(default=list)
    question = models.CharField(max_length=200, blank=True)
    judged_by = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    judged_at = models.DateTimeField(null=True, blank=True)
    reminded_step = models.SmallIntegerField(default=0)  # the last step of the sweep that was said
    reminded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "monitoring_filing"
        ordering = ["enterprise"]
        indexes = [
            # the board's queues, in the order of its list
            models.Index(fields=["round", "state", "enterprise"], name="monitoring_filing_queue"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["round", "enterprise"], name="monitoring_filing_once"),
            models.CheckConstraint(
                condition=Q(state="waiting") | Q(sent_at__isnull=False),
                name="monitoring_filing_sent",
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    def is_late(self, today: date) -> bool:
        return self.is_open and today > self.round.due_on


class Span(models.TextChoices):
    MONTH = "month", _("月")
    YEAR = "year", _("年")


class Target(models.Model):
    """What shall be reached in a month or a year (目标): by an enterprise, or the zone (None)."""

    enterprise = models.ForeignKey(
        Enterprise, null=True, blank=True, on_delete=models.PROTECT, related_name="targets"
    )
    code = models.CharField(max_length=20)
    span = models.CharField(max_length=5, choices=Span.choices)
    starts_on = models.DateField()
    value = models.DecimalField(max_digits=16, decimal_places=2)
    set_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        db_table = "monitoring_target"
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "code", "span", "starts_on"],
                nulls_distinct=False,
                name="monitoring_target_once",
            ),
            models.CheckConstraint(
                condition=Q(starts_on__day=1)
                & (Q(span=Span.MONTH) | Q(span=Span.YEAR, starts_on__month=1)),
                name="monitoring_target_starts",
            ),
            models.CheckConstraint(condition=Q(value__gte=0), name="monitoring_target_positive"),
        ]
        indexes = [
            # which enterprises have a target for the year
            models.Index(
                fields=["code", "starts_on", "enterprise"],
                condition=Q(span="year", enterprise__isnull=False),
                name="monitoring_target_firms",
            ),
        ]


class Forecast(models.Model):
    """What an enterprise expects of a month to come (预计); the last word counts.

    What it said before is in the journal.
    """

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="forecasts")
    month = models.DateField()
    code = models.CharField(max_length=20)
    value = models.DecimalField(max_digits=16, decimal_places=2)
    stated_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    stated_at = models.DateTimeField()

    class Meta:
        db_table = "monitoring_forecast"
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "month", "code"], name="monitoring_forecast_once"
            ),
            models.CheckConstraint(
                condition=Q(month__day=1), name="monitoring_forecast_month_first"
            ),
        ]


def stream_of(enterprise_id: int | None) -> str:
    """Where a target is told: on its enterprise's stream, the zone's on its own."""
    return "monitoring:targets" if enterprise_id is None else f"enterprise:{enterprise_id}"
