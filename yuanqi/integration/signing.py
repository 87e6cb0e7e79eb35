"""How a delivery is signed, so that its receiver knows whose it is and that it is fresh.

HMAC-SHA256 over "timestamp.body" with the webhook's secret, in hexadecimal after "v1=". The
timestamp is in seconds since 1970; a receiver refuses what is more than five minutes old.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping

from django.conf import settings

from .models import Webhook

TIMESTAMP = "Yuanqi-Timestamp"
SIGNATURE = "Yuanqi-Signature"
DELIVERY = "Yuanqi-Delivery"
MARK = "yqs_"


def secret_of(webhook: Webhook) -> str:
    """Derive a webhook's secret from the program's own: a stolen table tells none."""
    named = f"yuanqi.webhook:{webhook.account_id}:{webhook.salt}".encode()
    drawn = hmac.new(settings.SECRET_KEY.encode(), named, hashlib.sha256).digest()
    return MARK + base64.urlsafe_b64encode(drawn).decode().rstrip("=")


def sign(secret: str, timestamp: int, body: bytes) -> str:
    """Return the signature of a body sent at that time."""
    signed = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
    return f"v1={signed.hexdigest()}"


def headers(
    webhook: Webhook, *, delivery_id: int, timestamp: int, body: bytes
) -> Mapping[str, str]:
    """The headers that go with a delivery."""
    return {
        "Content-Type": "application/cloudevents+json; charset=utf-8",
        "User-Agent": "Yuanqi-Webhook/1",
        DELIVERY: str(delivery_id),
        TIMESTAMP: str(timestamp),
        SIGNATURE: sign(secret_of(webhook), timestamp, body),
    }
