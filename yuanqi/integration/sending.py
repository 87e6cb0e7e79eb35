"""Sending what waits for a webhook: claimed, sent outside any transaction, then written down.

A worker killed on the way leaves a claim that runs out after a minute: the delivery is sent again,
and its receiver knows it by its id. At least once, in no promised order.
"""

import asyncio
import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
from django.db.models import Q
from django.utils import timezone

from . import operations, reach, signing
from .models import DeliveryState, Webhook, WebhookDelivery

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 10
ROUND = 50  # deliveries of one webhook in a row; the next round takes the rest
FAILURES_A_ROUND = 3  # then others have their turn
CLAIM = timedelta(seconds=60)
FIRST_PAUSE = timedelta(minutes=1)  # doubled at each attempt
LONGEST_PAUSE = timedelta(hours=6)
LONGEST_REST = timedelta(minutes=30)  # of one who doesn't answer at all
GIVEN_UP_AFTER = timedelta(days=3)
PAUSED_AFTER_FAILURES = 100  # in a row
_READ_BYTES = 1024


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one attempt went: the receiver's status, or why there is none."""

    status: int | None
    error: str
    took_ms: int

    @property
    def is_good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def send_waiting(webhook_id: int) -> int:
    """Send what waits for a webhook; returns how many attempts were made.

    Stops at the third failure of a round. One who doesn't answer at all rests after each attempt,
    longer each time: a dead receiver holds up no worker for long, however much waits for it.
    """
    made = failed = 0
    while made < ROUND and failed < FAILURES_A_ROUND:
        now = timezone.now()
        webhook = (
            Webhook.objects.filter(_awake(now), pk=webhook_id, account__is_active=True)
            .select_related("account")
            .first()
        )
        row = webhook and _claimed(webhook, now)
        if not row:
            break
        outcome = attempt(webhook, row)
        made += 1
        failed += not outcome.is_good
        write_down(row, outcome, at=timezone.now())
    return made


def _awake(now: datetime) -> Q:
    rested = Q(rests_until=None) | Q(rests_until__lte=now)
    return rested & Q(paused_at=None, removed_at=None)


def _claimed(webhook: Webhook, now: datetime) -> WebhookDelivery | None:
    """Take the next one that is due; whoever else looks for one takes another."""
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    due = WebhookDelivery.objects.filter(
        free, webhook=webhook, state=DeliveryState.WAITING, next_at__lte=now
    )
    for row in due.order_by("next_at", "id")[:5]:
        if due.filter(pk=row.pk).update(claimed_until=now + CLAIM):
            return row
    return None


def attempt(webhook: Webhook, row: WebhookDelivery) -> Outcome:
    """Send one delivery, within ten seconds in all. Follows no redirect, uses no proxy."""
    begun = time.monotonic()
    status, error = None, ""
    try:
        target = reach.resolve(webhook.url)
        status = asyncio.run(_post(target, webhook, row))
    except reach.Unreachable as why:
        error = str(why)
    except TimeoutError:
        error = f"no answer within {TIMEOUT_SECONDS} s"
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as why:
        error = f"{type(why).__name__}: {why}"
    return Outcome(status, error[:200], int((time.monotonic() - begun) * 1000))


async def _post(target: reach.Target, webhook: Webhook, row: WebhookDelivery) -> int:
    body = row.body.encode()
    headers = signing.headers(
        webhook, delivery_id=row.pk, timestamp=int(timezone.now().timestamp()), body=body
    )
    async with (
        asyncio.timeout(TIMEOUT_SECONDS),
        httpx.AsyncClient(
            trust_env=False, follow_redirects=False, timeout=TIMEOUT_SECONDS
        ) as client,
        client.stream(
            "POST",
            target.url,
            content=body,
            headers={**headers, "Host": target.host},
            # the certificate is the name's, though the call goes to its number
            extensions={"sni_hostname": target.name},
        ) as response,
    ):
        # what a receiver says besides its status interests nobody
        async for _chunk in response.aiter_raw(_READ_BYTES):
            break
        return response.status_code


def write_down(row: WebhookDelivery, outcome: Outcome, *, at: datetime) -> None:
    """Say how an attempt went, and when the next one is due, if any."""
    attempts = row.attempts + 1
    values = {
        "attempts": attempts,
        "tried_at": at,
        "answered": outcome.status,
        "error": outcome.error,
        "took_ms": outcome.took_ms,
        "claimed_until": None,
    }
    webhook = Webhook.objects.get(pk=row.webhook_id)
    failures = 0 if outcome.is_good else webhook.failures + 1
    rests_until = None
    if outcome.is_good:
        values["state"] = DeliveryState.DELIVERED
    else:
        values["next_at"] = at + pause_after(attempts)
        if values["next_at"] > row.made_at + GIVEN_UP_AFTER:
            values["state"] = DeliveryState.GIVEN_UP
        if outcome.status is None:
            rests_until = at + min(pause_after(failures), LONGEST_REST)
    WebhookDelivery.objects.filter(pk=row.pk).update(**values)
    Webhook.objects.filter(pk=webhook.pk).update(failures=failures, rests_until=rests_until)
    if failures >= PAUSED_AFTER_FAILURES:
        log.warning("webhook %s failed %s times in a row: paused", webhook.pk, failures)
        operations.webhook_give_up(webhook_id=webhook.pk, at=at)


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts: 1, 2, 4 … minutes, at most six hours."""
    return min(FIRST_PAUSE * 2 ** min(attempts - 1, 20), LONGEST_PAUSE)


def due_webhooks(now: datetime) -> list[int]:
    """The webhooks for which something is due: retries, and what a killed worker left."""
    return list(
        WebhookDelivery.objects.filter(
            state=DeliveryState.WAITING,
            next_at__lte=now,
            webhook__in=Webhook.objects.filter(_awake(now)),
        )
        .order_by("webhook_id")
        .values_list("webhook_id", flat=True)
        .distinct()
    )
