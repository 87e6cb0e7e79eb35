"""The subscriber "monitoring": filings follow what becomes of their figures in the register."""

from collections.abc import Sequence
from datetime import date, datetime

from django.utils import timezone

from yuanqi.foundation.actors import SYSTEM
from yuanqi.foundation.models import JournalEvent
from yuanqi.registry.events import IndicatorsConfirmed, IndicatorsReturned

from . import operations
from .models import Filing

KINDS = frozenset({IndicatorsConfirmed.kind, IndicatorsReturned.kind})


def handle(events: Sequence[JournalEvent]) -> None:
    """The subscriber's handler."""
    follow(events, now=timezone.now())


def follow(events: Sequence[JournalEvent], *, now: datetime) -> int:
    """Bring the filings of these events' months in line; returns how many changed."""
    told = {
        (event.payload["enterprise_id"], date.fromisoformat(event.payload["month"]))
        for event in events
        if event.kind in KINDS
    }
    if not told:
        return 0
    # of years of figures most belong to no filing: one query says which do
    asked = Filing.objects.filter(
        enterprise__in={pk for pk, _month in told}, round__month__in={month for _pk, month in told}
    ).values_list("enterprise", "round__month")
    # in the order in which streams are locked
    wanted = sorted(told & set(asked), key=lambda one: (f"enterprise:{one[0]}", one[1]))
    return sum(
        operations.filings_follow(enterprise_id=pk, month=month, actor=SYSTEM, at=now)
        for pk, month in wanted
    )
