"""What happens to tokens and webhooks. Neither a token nor a secret stands in an event."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from yuanqi.foundation.journal import Event


@dataclass(frozen=True)
class TokenMade(Event):
    kind: ClassVar[str] = "integration.token_made"
    token_id: int
    name: str
    scopes: list[str]
    expires_at: datetime


@dataclass(frozen=True)
class TokenRevoked(Event):
    kind: ClassVar[str] = "integration.token_revoked"
    token_id: int


@dataclass(frozen=True)
class WebhookMade(Event):
    kind: ClassVar[str] = "integration.webhook_made"
    webhook_id: int
    url: str
    kinds: list[str]


@dataclass(frozen=True)
class WebhookSecretRenewed(Event):
    kind: ClassVar[str] = "integration.webhook_secret_renewed"
    webhook_id: int


@dataclass(frozen=True)
class WebhookPaused(Event):
    kind: ClassVar[str] = "integration.webhook_paused"
    webhook_id: int
    trouble: str  # "by_hand" or "failures"


@dataclass(frozen=True)
class WebhookResumed(Event):
    kind: ClassVar[str] = "integration.webhook_resumed"
    webhook_id: int


@dataclass(frozen=True)
class WebhookRemoved(Event):
    kind: ClassVar[str] = "integration.webhook_removed"
    webhook_id: int
