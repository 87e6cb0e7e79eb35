"""Reading tokens, webhooks and deliveries: always somebody's own."""

from django.db.models import QuerySet

from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import NotVisible

from .models import Token, Webhook, WebhookDelivery


def tokens_of(actor: Actor) -> QuerySet[Token]:
    """The actor's own tokens, the newest first; revoked ones too."""
    return Token.objects.filter(account=actor.account_id)


def token_of(token_id: int, actor: Actor) -> Token:
    """Return one of the actor's tokens. Raises NotVisible."""
    found = tokens_of(actor).filter(pk=token_id).first()
    if found is None:
        raise NotVisible(token_id)
    return found


def webhooks_of(actor: Actor) -> QuerySet[Webhook]:
    """The actor's own webhooks, the newest first."""
    return Webhook.objects.filter(account=actor.account_id, removed_at__isnull=True)


def webhook_of(webhook_id: int, actor: Actor) -> Webhook:
    """Return one of the actor's webhooks. Raises NotVisible."""
    found = webhooks_of(actor).filter(pk=webhook_id).first()
    if found is None:
        raise NotVisible(webhook_id)
    return found


def deliveries_of(webhook: Webhook) -> QuerySet[WebhookDelivery]:
    """What was sent to a webhook and what waits, the newest first."""
    return WebhookDelivery.objects.filter(webhook=webhook)


def delivery_of(delivery_id: int, actor: Actor) -> WebhookDelivery:
    """Return a delivery of one of the actor's webhooks. Raises NotVisible."""
    found = (
        WebhookDelivery.objects.select_related("webhook")
        .filter(pk=delivery_id, webhook__in=webhooks_of(actor))
        .first()
    )
    if found is None:
        raise NotVisible(delivery_id)
    return found
