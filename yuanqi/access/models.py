"""Who bears an account that is neither an officer's nor a contact's; what waits for the second
person."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yuanqi.foundation.models import Account


class Holder(models.Model):
    """The person behind an account without an officer or contact: an administrator's, mostly."""

    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="holder")
    name = models.CharField(max_length=40)

    class Meta:
        db_table = "account_holder"

    def __str__(self) -> str:
        return self.name


class Act(models.TextChoices):
    """What one person proposes and another confirms."""

    GRANT = "grant", _("授予")
    REVOKE = "revoke", _("撤销")
    RESET = "reset", _("重置密码")


class ProposalState(models.TextChoices):
    OPEN = "open", _("待第二人确认")
    CONFIRMED = "confirmed", _("已确认")
    REFUSED = "refused", _("已驳回")
    WITHDRAWN = "withdrawn", _("已撤回")
    EXPIRED = "expired", _("已过期")


class Proposal(models.Model):
    """A change of somebody's rights that needs two persons (双人授权).

    It lapses by itself: an open one past `expires_at` can't be confirmed any more, whether or not
    anybody has written down that it lapsed.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="proposals")
    act = models.CharField(max_length=8, choices=Act.choices)
    role = models.CharField(max_length=32, blank=True)  # empty for a reset
    reason = models.CharField(max_length=200)
    proposed_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.CharField(
        max_length=10, choices=ProposalState.choices, default=ProposalState.OPEN
    )
    decided_by = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision = models.CharField(max_length=200, blank=True)  # why refused or withdrawn

    class Meta:
        db_table = "role_proposal"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "act", "role"],
                condition=Q(state="open"),
                name="role_proposal_one_open",
            ),
            models.CheckConstraint(
                condition=Q(act="reset", role="") | (~Q(act="reset") & ~Q(role="")),
                name="role_proposal_names_a_role",
            ),
            # nobody grants to himself; giving up a role of one's own may be proposed
            models.CheckConstraint(
                condition=Q(act="revoke") | ~Q(proposed_by=F("account")),
                name="role_proposal_for_another",
            ),
            models.CheckConstraint(
                condition=~Q(state="confirmed")
                | (
                    Q(decided_by__isnull=False)
                    & ~Q(decided_by=F("proposed_by"))
                    & ~Q(decided_by=F("account"))
                ),
                name="role_proposal_two_persons",
            ),
        ]
        indexes = [
            models.Index(fields=["-proposed_at", "-id"], name="role_proposal_newest"),
        ]

    @property
    def stream(self) -> str:
        return f"account:{self.account_id}"

    def is_open(self, at: datetime) -> bool:
        return self.state == ProposalState.OPEN and at < self.expires_at
