"""What follows from an event: readers of the journal by cursor.

A subscriber reads events in the order (transaction, id), only those below the oldest transaction
still open, so that none is passed over. Effect and cursor move in one transaction; an advisory
lock lets one worker at a time run a subscriber. Handlers run at least once and are idempotent.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from .models import JournalEvent, SubscriberCursor
from .spells import GoesOn, always

log = logging.getLogger(__name__)

Handler = Callable[[Sequence[JournalEvent]], None]

# ids of the journal are the cluster's own plus what a restore has put before them
READABLE = "xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint + journal_offset()"


_MOST_PASSED = 5_000  # events that somebody passes over at a time who reads but a few kinds


@dataclass(frozen=True)
class Subscriber:
    """`kinds` are those of the events that it is handed; None means all."""

    name: str
    handler: Handler
    kinds: frozenset[str] | None = None


_subscribers: dict[str, Subscriber] = {}


def subscribe(name: str, handler: Handler, kinds: Iterable[str] | None = None) -> None:
    """Register a subscriber (from a slice's `apps.py`). The name is its cursor's for ever.

    Who says which kinds of event concern it passes over the others for next to nothing: on a large
    ledger a new one, too, soon has the whole past behind it.
    """
    wanted = None if kinds is None else frozenset(kinds)
    _subscribers[name] = Subscriber(name, handler, wanted)


def registered() -> tuple[Subscriber, ...]:
    return tuple(_subscribers.values())


def run_once(subscriber: Subscriber, batch: int = 500) -> int | None:
    """Hand the next batch to the subscriber; return how many events that brought it forward, None
    if another worker has it."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))",
                [f"subscriber:{subscriber.name}"],
            )
            if not cursor.fetchone()[0]:
                return None
        # the snapshot must be younger than the lock: read committed takes a new one a statement
        position, _created = SubscriberCursor.objects.get_or_create(name=subscriber.name)
        passed, events = _next(subscriber, position, batch)
        if events:
            subscriber.handler(events)
        if passed:
            position.xid, position.event_id = passed[-1]
            position.save(update_fields=["xid", "event_id"])
    return len(passed)


def _next(
    subscriber: Subscriber, position: SubscriberCursor, batch: int
) -> tuple[Sequence[tuple[int, int]], list[JournalEvent]]:
    """The places that come next in the journal, and the events there that concern it."""
    waiting = JournalEvent.objects.extra(  # noqa: S610 - constant SQL, positions are parameters
        where=[READABLE, "(xid, id) > (%s, %s)"],
        params=[position.xid, position.event_id],
    ).order_by("xid", "id")
    if subscriber.kinds is None:
        events = list(waiting[:batch])
        return [(event.xid, event.pk) for event in events], events
    passed, wanted = [], []
    for xid, pk, kind in waiting.values_list("xid", "id", "kind")[: max(batch, _MOST_PASSED)]:
        if kind in subscriber.kinds:
            if len(wanted) == batch:
                break
            wanted.append(pk)
        passed.append((xid, pk))
    found = JournalEvent.objects.filter(pk__in=wanted).order_by("xid", "id") if wanted else ()
    return passed, list(found)


def catch_up(batch: int = 500, *, patient: bool = False, goes_on: GoesOn = always) -> int:
    """Run every subscriber until nothing is left to read; return how many events were handled.

    With `patient`, what is written meanwhile is left for the next time: many events at once cost
    a subscriber little more than a few. Between batches it asks whether it `goes_on`.

    They take turns, a batch each, so that one with much to read doesn't hold up the others. Nor
    does one that fails: raises ExceptionGroup when the others have read everything.
    """
    handled = 0
    failures: list[Exception] = []
    reading = list(registered())
    while reading:
        behind = []
        for subscriber in reading:
            if not goes_on():
                behind = []
                break
            try:
                size = run_once(subscriber, batch)
            except Exception as failure:
                failures.append(failure)
                continue
            handled += size or 0
            if size and (size >= batch or not patient):
                behind.append(subscriber)
        reading = behind
    if failures:
        raise ExceptionGroup("subscribers failed; their cursors stand still", failures)
    return handled
