"""The subscriber "webhooks": from an event to a row for each webhook that may be told of it.

A webhook is told what its owner may see: of a case he sees, events of his side's audience. A row
is made once for an event and a webhook, however often the event is read; sending it is a job's.
"""

import json
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from yuanqi.casework.queries import cases_visible_to
from yuanqi.foundation.actors import Actor, Side, actor_for
from yuanqi.foundation.journal import Audience
from yuanqi.foundation.models import JournalEvent
from yuanqi.notices.telling import tell

from . import words
from .events import WebhookMade
from .kinds import LABELS, public_data
from .models import Webhook, WebhookDelivery

SOURCE = "/api/v1/requests"
CLOCK_SET_BACK = timedelta(days=1)  # by more nobody's clock is, who looks at it
TEST = "integration.test"
SEND = "yuanqi.integration.tasks.webhook_send"
_BY_SIDE = {
    Side.ENTERPRISE: frozenset({Audience.ENTERPRISE.value}),
    Side.PARK: frozenset({Audience.ENTERPRISE.value, Audience.STAFF.value}),
}


def handle(events: Sequence[JournalEvent]) -> None:
    """The subscriber's handler."""
    now = timezone.now()
    deliveries_make(events, now=now)
    tell(source=words.SOURCE, words=words.words_from(events), now=now)


def deliveries_make(events: Sequence[JournalEvent], *, now: datetime) -> None:
    """Write the deliveries that follow from these events; those that are there stay as they are."""
    telling = [event for event in events if event.kind in LABELS and "case_id" in event.payload]
    if not telling:
        return
    awake = set()
    for webhook in Webhook.objects.filter(
        paused_at=None, removed_at=None, account__is_active=True
    ).select_related("account"):
        chosen = [event for event in telling if not webhook.kinds or event.kind in webhook.kinds]
        rows = [
            WebhookDelivery(
                webhook=webhook,
                event_id=str(event.pk),
                kind=event.kind,
                subject=str(event.payload["case_id"]),
                body=cloud_event(event),
                made_at=now,
                next_at=now,
            )
            for event in _visible(_since(webhook, chosen), actor_for(webhook.account, now))
        ]
        if rows:
            WebhookDelivery.objects.bulk_create(rows, ignore_conflicts=True)
            awake.add(webhook.pk)
    wake(awake)


def _since(webhook: Webhook, events: Sequence[JournalEvent]) -> list[JournalEvent]:
    """Without what happened before somebody asked to be told: that is none of its news.

    Where the machine's clock was set back meanwhile, what was written later bears an earlier time:
    then its place in the journal counts. Years that are loaded later are older than that.
    """
    found = [event for event in events if event.at >= webhook.made_at - CLOCK_SET_BACK]
    if all(event.at >= webhook.made_at for event in found):
        return found
    made = JournalEvent.objects.filter(
        stream=f"account:{webhook.account_id}",
        kind=WebhookMade.kind,
        payload__webhook_id=webhook.pk,
    )
    place = made.values_list("xid", "id").get()
    return [
        event for event in found if event.at >= webhook.made_at or (event.xid, event.pk) > place
    ]


def _visible(events: Sequence[JournalEvent], actor: Actor) -> list[JournalEvent]:
    """Those of the events that the actor could read on a timeline."""
    audiences = _BY_SIDE.get(actor.side, frozenset())
    told = [event for event in events if event.audience in audiences]
    if not told:
        return []
    ids = {event.payload["case_id"] for event in told}
    seen = set(cases_visible_to(actor).filter(pk__in=ids).values_list("pk", flat=True))
    return [event for event in told if event.payload["case_id"] in seen]


def cloud_event(event: JournalEvent) -> str:
    """An event as CloudEvents 1.0 in structured JSON; `source` and `id` name it for ever."""
    return _written(
        kind=event.kind,
        event_id=str(event.pk),
        at=event.at,
        subject=str(event.payload["case_id"]),
        data=public_data(event.payload),
    )


def test_of(webhook: Webhook, at: datetime) -> WebhookDelivery:
    """A delivery that tells nothing, to see whether it arrives."""
    event_id = f"test-{secrets.token_hex(8)}"
    return WebhookDelivery(
        webhook=webhook,
        event_id=event_id,
        kind=TEST,
        subject="",
        body=_written(kind=TEST, event_id=event_id, at=at, subject="", data={}),
        made_at=at,
        next_at=at,
    )


def _written(*, kind: str, event_id: str, at: datetime, subject: str, data: object) -> str:
    said = {
        "specversion": "1.0",
        "id": event_id,
        "source": f"{settings.ORIGIN}{SOURCE}",
        "type": f"yuanqi.{kind}",
        "time": at.isoformat(),
        "datacontenttype": "application/json",
        "data": data,
    }
    if subject:
        said["subject"] = subject
    return json.dumps(said, ensure_ascii=False, sort_keys=True)


def wake(webhook_ids: Iterable[int]) -> None:
    """Have these webhooks' deliveries sent soon, once the running transaction is through.

    One job a webhook waits at a time; if it has just begun and misses ours, the minute's round
    takes them.
    """
    for webhook_id in sorted(webhook_ids):
        try:
            with transaction.atomic():
                app.configure_task(
                    SEND, queueing_lock=f"webhook:{webhook_id}", lock=f"webhook:{webhook_id}"
                ).defer(webhook_id=webhook_id)
        except AlreadyEnqueued:
            continue
