"""Rounds of links: scopes, seats, draft pairs, variants; wishes; hand-overs."""

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yuanqi.foundation.models import Account
from yuanqi.organisation.models import Department, Officer
from yuanqi.registry.models import Enterprise, Link, LinkRole


class RoundState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("round", "草稿")
    PUBLISHED = "published", pgettext_lazy("round", "已发布")


class Round(models.Model):
    """A round of links (一轮挂钩): whom the park serves, by whom, from which day on.

    Links go on until the next round ends them: `until_on`, the first day after it as planned,
    ends none. A change in mid-round is a round of its own, based on the one that it changes.
    What the scopes name is covered: trades by the beginning of their code in GB/T 4754, lists by
    the code of their rule, titles by name, projects by stage; `is_everyone` names all.
    """

    name = models.CharField(max_length=60)
    year = models.SmallIntegerField()
    base = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="changes"
    )
    state = models.CharField(max_length=10, choices=RoundState.choices, default=RoundState.DRAFT)
    from_on = models.DateField()
    until_on = models.DateField()
    is_everyone = models.BooleanField(default=False)
    industries = ArrayField(models.CharField(max_length=5), default=list)
    lists = ArrayField(models.CharField(max_length=40), default=list)
    titles = ArrayField(models.CharField(max_length=60), default=list)
    stages = ArrayField(models.SmallIntegerField(), default=list)
    leader_capacity = models.SmallIntegerField()
    head_capacity = models.SmallIntegerField()
    deputy_capacity = models.SmallIntegerField()
    # where the congress deputies stand in the organisation
    deputies = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    revision = models.IntegerField(default=0)  # counts each change: who was second is told
    taken = models.CharField(max_length=10, blank=True)  # the variant that the pairs began with
    drafted_by = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    drafted_at = models.DateTimeField()
    published_by = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "linking_round"
        ordering = ["-from_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(until_on__gt=F("from_on")), name="round_has_length"),
            models.CheckConstraint(
                condition=Q(leader_capacity__gte=0, head_capacity__gte=0, deputy_capacity__gte=0),
                name="round_capacities",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", published_at__isnull=True)
                | Q(state="published", published_at__isnull=False),
                name="round_published_when",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def stream(self) -> str:
        return f"round:{self.pk}"

    @property
    def is_draft(self) -> bool:
        return self.state == RoundState.DRAFT

    @property
    def is_change(self) -> bool:
        return self.base_id is not None

    def capacity_of(self, role: str) -> int:
        """How many enterprises an officer of this role serves in this round."""
        return {
            SeatRole.LEADER.value: self.leader_capacity,
            SeatRole.HEAD.value: self.head_capacity,
            SeatRole.DEPUTY.value: self.deputy_capacity,
        }[role]


class SeatRole(models.TextChoices):
    """In which role somebody serves; how many follows from it."""

    LEADER = "leader", _("园区领导")
    HEAD = "head", _("部门负责人")
    DEPUTY = "deputy", _("人大代表")


class Seat(models.Model):
    """An officer who takes part in a round, for how many enterprises."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="seats")
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=8, choices=SeatRole.choices)
    capacity = models.SmallIntegerField()

    class Meta:
        db_table = "linking_seat"
        constraints = [
            models.UniqueConstraint(fields=["round", "officer"], name="seat_once"),
            models.CheckConstraint(condition=Q(capacity__gte=0), name="seat_capacity"),
        ]


class RoundLink(models.Model):
    """An enterprise in a round, with its pairs as drafted: who leads, who is second.

    `scopes` says why it is covered, `lead_before` and `second_before` who serves it on the eve of
    the round. `why` are the reasons of the pairs as they were worked out, by role.
    """

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="pairs")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+")
    lead = models.ForeignKey(
        Officer, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    second = models.ForeignKey(
        Officer, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    lead_before = models.ForeignKey(
        Officer, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    second_before = models.ForeignKey(
        Officer, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    scopes = ArrayField(models.CharField(max_length=64), default=list)
    effort = models.FloatField(default=1.0)  # as expected, in ordinary enterprises
    projects = models.SmallIntegerField(default=0)  # that go with it
    is_by_hand = models.BooleanField(default=False)
    why = models.JSONField(default=dict)

    class Meta:
        db_table = "linking_round_link"
        indexes = [
            models.Index(fields=["round", "lead", "enterprise"], name="round_link_lead"),
            models.Index(fields=["round", "second"], name="round_link_second"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["round", "enterprise"], name="round_link_once"),
            models.CheckConstraint(
                condition=Q(second__isnull=True) | ~Q(second=F("lead")),
                name="round_link_two_persons",
            ),
        ]

    @property
    def is_moved(self) -> bool:
        """Whether the enterprise goes from one lead to another."""
        return self.lead_before_id is not None and self.lead_id != self.lead_before_id

    @property
    def is_new(self) -> bool:
        return self.lead_before_id is None


class VariantState(models.TextChoices):
    WAITING = "waiting", _("正在计算")
    DONE = "done", _("算好了")
    STALE = "stale", _("草稿已改，请重算")
    FAILED = "failed", _("没有算成")


class Variant(models.Model):
    """A way to place everybody, worked out under its own weights, beside others.

    `pairs` maps an enterprise's key to [lead, second]; `reasons` to why, by role; `unplaced` to
    why it has no lead. Counts are those of the plan: `moves` enterprises that change their lead,
    `spread` the standard deviation of load over capacity, `wishes` those that aren't met.
    """

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="variants")
    code = models.CharField(max_length=10)
    state = models.CharField(
        max_length=8, choices=VariantState.choices, default=VariantState.WAITING
    )
    asked_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True, blank=True)
    revision = models.IntegerField()  # of the round, whose draft it was worked out for
    moves = models.IntegerField(default=0)
    spread = models.FloatField(default=0)
    fullest = models.CharField(max_length=80, blank=True)
    wishes = models.IntegerField(default=0)
    cost = models.FloatField(default=0)
    shortage = models.JSONField(default=list)
    pairs = models.JSONField(default=dict)
    reasons = models.JSONField(default=dict)
    unplaced = models.JSONField(default=dict)

    class Meta:
        db_table = "linking_variant"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["round", "code"], name="variant_once"),
        ]


class WishKind(models.TextChoices):
    """What somebody wishes of a pair; a conflict of interest is no wish: it rules the pair out.

    That an enterprise asks for another officer only the service centre sees: not he, nor leaders.
    """

    OFFICER = "officer", _("干部希望挂钩")
    ENTERPRISE = "enterprise", _("企业希望由他挂钩")
    OTHER = "other", _("企业希望换人")
    BARRED = "barred", _("回避")


OF_ENTERPRISE = (WishKind.ENTERPRISE, WishKind.OTHER)


class Wish(models.Model):
    """An officer's or an enterprise's wish of a pair, or a conflict of interest (回避)."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+")
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=WishKind.choices)
    reason = models.CharField(max_length=200, blank=True)
    stated_by = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    stated_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "linking_wish"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "officer", "kind"],
                condition=Q(ended_at__isnull=True),
                name="wish_once",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=("barred", "other")) | ~Q(reason=""), name="wish_reasoned"
            ),
        ]


class Handover(models.Model):
    """An enterprise goes from one officer to another, who confirms having taken it over.

    `reminded_at` is when the successor was reminded to confirm, `centre_told_at` when the service
    centre was told that he still has not.
    """

    link = models.OneToOneField(Link, on_delete=models.CASCADE, related_name="handover")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+")
    role = models.SmallIntegerField(choices=LinkRole.choices)
    from_officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    to_officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    from_on = models.DateField()
    note = models.CharField(max_length=500, blank=True)  # of him who hands over
    note_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reminded_at = models.DateTimeField(null=True, blank=True)
    centre_told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "linking_handover"
        ordering = ["from_on", "id"]
        indexes = [
            models.Index(
                fields=["to_officer"],
                name="handover_open",
                condition=Q(confirmed_at__isnull=True),
            ),
        ]

    def is_late(self, day: date) -> bool:
        """Whether the successor serves already and has not confirmed."""
        return self.confirmed_at is None and self.from_on <= day
