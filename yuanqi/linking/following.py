"""The subscriber "linking": a link that follows another's opens a hand-over."""

from collections.abc import Sequence
from datetime import date, datetime

from django.utils import timezone

from yuanqi.foundation.actors import SYSTEM
from yuanqi.foundation.models import JournalEvent
from yuanqi.registry.events import LinkBegun, LinkChanged
from yuanqi.registry.models import Link

from . import operations

KINDS = frozenset({LinkBegun.kind, LinkChanged.kind})  # what the subscriber is handed


def handle(events: Sequence[JournalEvent]) -> None:
    """The subscriber's handler."""
    follow(events, now=timezone.now())


def follow(events: Sequence[JournalEvent], *, now: datetime) -> None:
    """Open the hand-overs that these events bring; handled twice, each is there once."""
    oldest = timezone.localdate(now) - operations.LATE
    for event in events:
        payload = event.payload
        if event.kind == LinkChanged.kind:
            operations.handover_open(link_id=payload["link_id"], actor=SYSTEM, at=now)
            continue
        from_on = date.fromisoformat(payload["from_on"])
        if from_on < oldest:
            continue
        found = Link.objects.filter(
            enterprise=payload["enterprise_id"], officer=payload["officer_id"],
            role=payload["role"], from_on=from_on,
        ).first()  # fmt: skip
        if found is not None:
            operations.handover_open(link_id=found.pk, actor=SYSTEM, at=now)
