"""The subscriber "sizing": classes follow the facts that decide them, and the rules themselves."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.utils import timezone

from yuanqi.conditions.events import ConditionPublished
from yuanqi.foundation.models import JournalEvent
from yuanqi.registry import events as registry
from yuanqi.registry import fact_events

from . import operations, queries, tasks
from .thresholds import CODE

# an older month's figures stand in no sum over twelve months
REACH = timedelta(days=460)
_OF_PROFILE = frozenset(
    {registry.EnterpriseRegistered.kind, registry.EnterpriseChanged.kind}
)  # fmt: skip
_OF_FACTS = frozenset(
    {
        fact_events.FactStated.kind,
        fact_events.FactChanged.kind,
        fact_events.FactConfirmed.kind,
        fact_events.FactReturned.kind,
    }
)
_OF_FIGURES = frozenset(
    {
        registry.IndicatorsStated.kind,
        registry.IndicatorsChanged.kind,
        registry.IndicatorsConfirmed.kind,
        registry.IndicatorsReturned.kind,
    }
)
_ALL = _OF_PROFILE | _OF_FACTS | _OF_FIGURES | {registry.EnterpriseMerged.kind}
KINDS = _ALL | {ConditionPublished.kind}  # what the subscriber is handed


def handle(events: Sequence[JournalEvent]) -> None:
    """The subscriber's handler."""
    follow(events, now=timezone.now())


def follow(events: Sequence[JournalEvent], *, now: datetime) -> int:
    """Work out afresh whom these events touch; returns how many changed their class.

    A new version of a rule touches all: they are a job's, some thousand at a time.
    """
    today = timezone.localdate(now)
    for event in events:
        if event.kind == ConditionPublished.kind and event.payload["of_kind"] == CODE:
            why = f"{event.payload['code']}-{event.payload['number']}"
            if date.fromisoformat(event.payload["valid_from"]) <= today:
                tasks.begin(why)
    told = [event for event in events if event.kind in _ALL]
    if not told:
        return 0
    names = queries.names_behind(queries.names_in(queries.rules_on(today)))
    touched = {_enterprise(event) for event in told if _matters(event, names, today)}
    return operations.sizes_recompute(enterprises=sorted(touched), at=now) if touched else 0


def _enterprise(event: JournalEvent) -> int:
    merged = event.kind == registry.EnterpriseMerged.kind
    found: int = event.payload["into_id" if merged else "enterprise_id"]
    return found


def _matters(event: JournalEvent, names: set[str], today: date) -> bool:
    payload = event.payload
    if event.kind in _OF_FACTS:
        return payload["field"] in names
    if event.kind in _OF_FIGURES:
        codes = payload.get("figures") or payload.get("after") or payload.get("codes") or ()
        month = date.fromisoformat(payload["month"])
        return month >= today - REACH and _measured(codes, names)
    return True


def _measured(codes: Iterable[str], names: set[str]) -> bool:
    return any(name.startswith(f"{code}_") for code in codes for name in names)
