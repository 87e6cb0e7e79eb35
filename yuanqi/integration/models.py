"""Tokens by which other programs call the API, webhooks by which they are called, deliveries."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yuanqi.foundation.models import Account


class Token(models.Model):
    """A program's key to the API, in the name of an account, for some scopes, until a day.

    Only a hash is kept: the token itself is shown once. Calls are counted by the minute.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=40)
    prefix = models.CharField(max_length=16)  # by which its owner recognises it
    sha256 = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField()
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    minute_at = models.DateTimeField(null=True, blank=True)
    minute_calls = models.IntegerField(default=0)

    class Meta:
        db_table = "api_token"
        ordering = ["-made_at", "-id"]


class Webhook(models.Model):
    """An address that is told of events, in the name of an account: of what that one may see.

    The secret is derived from the program's own and `salt`; it stands in no table.
    """

    class Trouble(models.TextChoices):
        BY_HAND = "by_hand", _("已暂停")
        FAILURES = "failures", _("连续失败，已自动暂停")

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="webhooks")
    url = models.CharField(max_length=500)
    kinds = models.JSONField()  # of events; none: all
    salt = models.CharField(max_length=32)
    made_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=12, choices=Trouble.choices, blank=True)
    failures = models.IntegerField(default=0)  # in a row
    # nobody answered: until then nobody is kept waiting at that door
    rests_until = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "webhook"
        ordering = ["-made_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(paused_at__isnull=True, trouble="")
                | (Q(paused_at__isnull=False) & ~Q(trouble="")),
                name="webhook_paused_for_a_reason",
            ),
        ]

    @property
    def is_active(self) -> bool:
        return self.paused_at is None and self.removed_at is None


class DeliveryState(models.TextChoices):
    WAITING = "waiting", _("待发送")
    DELIVERED = "delivered", _("已送达")
    GIVEN_UP = "given_up", _("已放弃")


class WebhookDelivery(models.Model):
    """One event for one webhook: what is sent, how often it was tried, how it went last."""

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    event_id = models.CharField(max_length=40)  # the journal's, or a test's own
    kind = models.CharField(max_length=64)
    subject = models.CharField(max_length=20)  # the case's id; blank for a test
    body = models.TextField()
    state = models.CharField(
        max_length=10, choices=DeliveryState.choices, default=DeliveryState.WAITING
    )
    made_at = models.DateTimeField()
    next_at = models.DateTimeField()  # not tried before
    claimed_until = models.DateTimeField(null=True, blank=True)  # a worker is at it
    attempts = models.SmallIntegerField(default=0)
    tried_at = models.DateTimeField(null=True, blank=True)
    answered = models.SmallIntegerField(null=True, blank=True)  # HTTP status of the last answer
    error = models.CharField(max_length=200, blank=True)  # why there was none
    took_ms = models.IntegerField(null=True, blank=True)

    class Meta:
        db_table = "webhook_delivery"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["webhook", "event_id"], name="webhook_delivery_once"),
        ]
        indexes = [
            models.Index(
                fields=["next_at"], name="webhook_delivery_due", condition=Q(state="waiting")
            ),
            models.Index(fields=["webhook", "-id"], name="webhook_delivery_latest"),
            models.Index(fields=["made_at"], name="webhook_delivery_age"),
        ]
