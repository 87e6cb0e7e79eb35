"""The case itself, who may see it, and who must not."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yuanqi.domain.clock import Light
from yuanqi.organisation.models import Department, Officer
from yuanqi.registry.models import Enterprise

from .mechanism import MechanismVersion


class CaseState(models.TextChoices):
    """Where a case stands. Until ANSWERED its resolve clock runs or is paused on a ground."""

    SUBMITTED = "submitted", _("待派单")
    DISPATCHED = "dispatched", _("待签收")
    IN_PROGRESS = "in_progress", _("办理中")
    ANSWERED = "answered", _("待评价")
    CALL_BACK = "call_back", _("差评回访")
    CLOSED = "closed", _("已办结")


class Outcome(models.TextChoices):
    """How a case came to its end; all but the first three without a formal answer."""

    EVALUATED = "evaluated", _("企业已评价")
    CALLED_BACK = "called_back", _("回访后办结")
    UNRATED = "unrated", _("到期未评价")
    NOT_ACCEPTED = "not_accepted", _("不予受理")
    MERGED = "merged", _("并入另一件")
    WITHDRAWN = "withdrawn", _("企业撤回")


WITHOUT_ANSWER = (Outcome.NOT_ACCEPTED, Outcome.MERGED, Outcome.WITHDRAWN)
UNANSWERED = (CaseState.SUBMITTED, CaseState.DISPATCHED, CaseState.IN_PROGRESS)


# by what lists narrow what they show, apart from who
_SHOWN = ["opened_at", "state", "category", "level", "outcome", "lead", "mechanism_version"]


class Case(models.Model):
    """Whatever an enterprise wants from the park.

    `responsible` always names a person until the case is closed. `clock` is the clock that the
    lists show (the soonest that somebody must act on); its due and warning instants are repeated
    here, indexed, and follow every change; the light is computed from them, never stored.
    """

    # a case changes six times in its life, and each time every index is written: there are those
    # below, none for each key by itself
    number = models.CharField(max_length=12)
    mechanism_version = models.ForeignKey(
        MechanismVersion, on_delete=models.PROTECT, db_index=False
    )
    enterprise = models.ForeignKey(
        Enterprise, on_delete=models.PROTECT, related_name="cases", db_index=False
    )
    title = models.CharField(max_length=120)
    level = models.CharField(max_length=4)
    category = models.CharField(max_length=8)
    state = models.CharField(max_length=12, choices=CaseState.choices, default=CaseState.SUBMITTED)
    opened_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    lead = models.ForeignKey(
        Department,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="led_cases",
        db_index=False,
    )
    responsible = models.ForeignKey(
        Officer,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="held_cases",
        db_index=False,
    )
    clock = models.ForeignKey(
        "ClockRecord",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    due_at = models.DateTimeField(null=True, blank=True)
    warn_at = models.DateTimeField(null=True, blank=True)
    is_paused = models.BooleanField(default=False)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    merged_into = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="merged",
        db_index=False,
    )
    # what supervision looks at: counted or written along, so that lists filter by columns
    returns = models.SmallIntegerField(default=0)
    bad_reviews = models.SmallIntegerField(default=0)
    reopened = models.SmallIntegerField(default=0)
    acted_at = models.DateTimeField()  # when somebody of the park last did something about it
    escalation = models.SmallIntegerField(default=0)  # how far up the reporting line it has gone
    is_supervised = models.BooleanField(default=False)  # a demand of supervision stands open
    # how the handling turned out, likewise: the promise of the newest resolve clock (none while
    # it is paused), and what the enterprise said of the last answer
    resolve_due_at = models.DateTimeField(null=True, blank=True)
    review_level = models.SmallIntegerField(null=True, blank=True)
    review_resolved = models.BooleanField(null=True, blank=True)

    class Meta:
        db_table = "case"
        constraints = [
            models.UniqueConstraint(fields=["number"], name="case_number_once"),
            models.CheckConstraint(
                condition=Q(state="closed") | Q(responsible__isnull=False),
                name="case_has_a_responsible_person",
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False, clock__isnull=True)
                | (~Q(state="closed") & Q(closed_at__isnull=True)),
                name="case_open_until_closed",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["submitted", "dispatched", "in_progress"])
                | Q(answered_at__isnull=False)
                | Q(state="closed", outcome__in=["not_accepted", "merged", "withdrawn"]),
                name="case_answered_before_evaluation",
            ),
            models.CheckConstraint(
                condition=(Q(state="closed") & ~Q(outcome=""))
                | (~Q(state="closed") & Q(outcome="")),
                name="case_closed_with_an_outcome",
            ),
            models.CheckConstraint(
                condition=Q(outcome="merged", merged_into__isnull=False)
                | (~Q(outcome="merged") & Q(merged_into__isnull=True)),
                name="case_merged_into_another",
            ),
            models.CheckConstraint(
                condition=~Q(merged_into=F("id")), name="case_not_merged_into_itself"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["dispatched", "in_progress"]) | Q(lead__isnull=False),
                name="case_dispatched_to_a_lead",
            ),
        ]
        indexes = [
            # lists of open cases, the most urgent first; paused ones (no due instant) come last
            models.Index(
                F("due_at").asc(nulls_last=True),
                "id",
                name="case_open_due",
                condition=~Q(state="closed"),
            ),
            models.Index(
                "lead",
                F("due_at").asc(nulls_last=True),
                "id",
                name="case_open_lead_due",
                condition=~Q(state="closed"),
            ),
            # open ones by their day, the oldest first too, without reading past all the closed ones
            models.Index(
                fields=["-opened_at", "-id"], name="case_open_opened", condition=~Q(state="closed")
            ),
            models.Index(fields=["enterprise", "-opened_at", "-id"], name="case_enterprise_opened"),
            models.Index(fields=["-opened_at", "-id"], name="case_opened"),
            models.Index(
                fields=["-closed_at", "-id"], name="case_closed", condition=Q(state="closed")
            ),
            # one unit's and one officer's, however long ago
            models.Index(
                fields=["lead", "-closed_at", "-id"],
                name="case_lead_closed",
                condition=Q(state="closed"),
            ),
            models.Index(
                fields=["responsible", "-opened_at", "-id"], name="case_responsible_opened"
            ),
            models.Index(
                fields=["responsible"],
                name="case_open_responsible",
                condition=~Q(state="closed"),
            ),
            # closed ones of a kind, and those that went badly; counted without reading the rows
            models.Index(
                fields=["category", "level", "-closed_at", "-id"],
                name="case_closed_category",
                condition=Q(state="closed"),
            ),
            models.Index(
                fields=["outcome", "-closed_at", "-id"],
                name="case_closed_outcome",
                condition=Q(state="closed"),
            ),
            models.Index(
                fields=["-closed_at", "-id"],
                name="case_late",
                include=[*_SHOWN, "review_level"],
                condition=Q(answered_at__gt=F("resolve_due_at")),
            ),
            models.Index(
                fields=["-closed_at", "-id"],
                name="case_dissatisfied",
                include=_SHOWN,
                condition=Q(review_level__lt=3),
            ),
            models.Index(
                fields=["merged_into"],
                name="case_merged",
                condition=Q(merged_into__isnull=False),
            ),
            # the few that supervision flags, among all that ever were
            models.Index(
                fields=["-opened_at", "-id"],
                name="case_flagged",
                condition=Q(is_supervised=True)
                | Q(escalation__gte=1)
                | Q(returns__gte=2)
                | Q(bad_reviews__gte=2),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def stream(self) -> str:
        return f"case:{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state != CaseState.CLOSED

    def light(self, now: datetime) -> Light:
        """The light of the clock that the lists show, from its stored instants."""
        if self.state == CaseState.CLOSED:
            return Light.DONE
        if self.due_at is None:
            return Light.PAUSED
        if now > self.due_at:
            return Light.RED
        return Light.YELLOW if self.warn_at is not None and now >= self.warn_at else Light.GREEN


class CaseAccess(models.Model):
    """Who may see a case, as an indexable row.

    `grantee` is "e" + enterprise, "d" + department or "o" + officer; an actor carries the names
    under which he may come in (`Actor.grantees`), so a new link or an acting officer sees at once.
    `opened_at` is the case's, so that what somebody may see stands in the order of its raising.
    """

    case = models.ForeignKey(
        Case, on_delete=models.CASCADE, related_name="access", db_index=False
    )  # the constraint's index has it first
    grantee = models.CharField(max_length=24)
    opened_at = models.DateTimeField()

    class Meta:
        db_table = "case_access"
        constraints = [
            models.UniqueConstraint(fields=["case", "grantee"], name="case_access_once"),
        ]
        indexes = [
            models.Index(fields=["grantee", "opened_at", "case"], name="case_access_newest"),
        ]


class CaseBar(models.Model):
    """Who must not see a case, whatever else would let him: a complaint is kept from the accused.

    `grantee` is "d" + department or "o" + officer; it outweighs every row of `CaseAccess` and the
    sight of the centre and the leaders (Jinan 12345 Regulation, 2018, art. 32).
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="bars")
    grantee = models.CharField(max_length=24)

    class Meta:
        db_table = "case_bar"
        constraints = [
            models.UniqueConstraint(fields=["grantee", "case"], name="case_bar_once"),
        ]


class CaseNumber(models.Model):
    """The last number given in a month ("2611")."""

    month = models.CharField(max_length=4, primary_key=True)
    last = models.IntegerField(default=0)

    class Meta:
        db_table = "case_number"
