"""The ledger of requests (问题台账): a page of what the address asks for, in its order."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import SimpleLazyObject

from yuanqi.casework.models import Case
from yuanqi.casework.rulebook import version_ids
from yuanqi.casework.sight import count_seen, is_seen_in_order, seen_in_order
from yuanqi.foundation import pages
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.pages import Key, KeysetPage
from yuanqi.supervision.queries import at_work

from .ledger_counts import Standing, counting, first_keys, queue_counts, queues_shown, standing
from .ledger_filters import (
    ANSWERS,
    EVERY,
    LIGHTS,
    LONGEST_SEARCH,
    REVIEWS,
    SATISFIED_FROM,
    SORTS,
    UNDISPATCHED,
    Filters,
    conditions,
    midnight,
)
from .ledger_queues import Queue, ended, every_request, lights, queues_of, requests_listed
from .models import MECHANISM
from .rows import cases_of_page, with_row_parts
from .search import NEWEST, matching

__all__ = [
    "ANSWERS", "EVERY", "LIGHTS", "LONGEST_SEARCH", "NEWEST", "REVIEWS", "SATISFIED_FROM", "SORTS",
    "UNDISPATCHED", "URGENT", "Filters", "Queue", "asked_for", "at_work", "count_of_all",
    "counting", "finder", "lights", "midnight", "order_of", "own_asked_for", "own_requests",
    "page_of", "queue_counts", "queues_of", "queues_shown", "requests_listed", "sort_of",
    "sorts_of", "standing", "with_row_parts",
]  # fmt: skip

URGENT = (Key("due_at", nulls="last"), Key("id"))
OLDEST = (Key("opened_at"), Key("id"))
LATEST_CLOSED = (Key("closed_at", descending=True), Key("id", descending=True))
FIRST_CLOSED = (Key("closed_at"), Key("id"))
OWN = (Key("closed_at", descending=True, nulls="first"), *NEWEST)

_ORDERS: dict[str, tuple[Key, ...]] = {
    "due": URGENT,
    "newest": NEWEST,
    "oldest": OLDEST,
    "closed": LATEST_CLOSED,
    "closed-first": FIRST_CLOSED,
}


def sorts_of(filters: Filters) -> tuple[str, ...]:
    """In which orders a queue can be read, its own first: each is that of an index.

    Only open requests are due, and only closed ones have a day of closing.
    """
    if filters.queue == EVERY:
        return ("newest", "oldest")
    if filters.queue == "closed":
        return ("closed", "closed-first", "newest", "oldest")
    return ("due", "newest", "oldest")


def sort_of(filters: Filters) -> str:
    """The order that a list is in: the one asked for, else its queue's own."""
    sorts = sorts_of(filters)
    return filters.sort if filters.sort in sorts else sorts[0]


def order_of(filters: Filters) -> tuple[Key, ...]:
    """By itself the most urgent first: what is overdue longest, what is due next, at last what is
    paused; closed ones the latest first."""
    order = _ORDERS[sort_of(filters)]
    if filters.queue == "closed" and order[0].name == "closed_at" and _is_short(filters):
        # else all that was closed since would be read to find the days asked for
        return tuple(replace(key, is_sorted=key.name == "closed_at") for key in order)
    return order


_SHORT = timedelta(days=45)


def _is_short(filters: Filters) -> bool:
    """Whether the requests were raised in a few weeks: few enough to sort them."""
    first, until = filters.opened_from, filters.opened_until
    return first is not None and until is not None and until - first <= _SHORT


def asked_for(
    filters: Filters,
    queues: Iterable[Queue],
    actor: Actor,
    now: datetime,
    at_hand: Standing | None = None,
) -> QuerySet[Case]:
    """The requests that the filters ask for, of those the actor may see; in no order.

    `at_hand` are the open ones that can stand in his queues, where the caller knows them.
    """
    queue = next((queue for queue in queues if queue.code == filters.queue), None)
    narrowed = conditions(filters, actor, now)
    if queue is None:
        # what `finder` finds needn't be asked for in order
        is_found = _is_all_seen(filters, actor)
        cases = requests_listed(actor) if is_found else every_request(actor)
        return cases.filter(*narrowed)
    if queue.is_done:
        return ended(actor).filter(queue.condition, *narrowed)
    cases = (at_hand or standing(actor)).cases
    return cases.filter(queue.condition, *narrowed)


Find = Callable[[Sequence[Any] | None, int], list[int] | None]


def page_of(
    filters: Filters, actor: Actor, now: datetime, at_hand: Standing, cursor: str
) -> tuple[KeysetPage[Case], pages.Count | None]:
    """A page of what the filters ask for; its count, too, where the look for it has told that."""
    # built only where no kept statement finds the page
    listed: Any = SimpleLazyObject(
        lambda: asked_for(filters, queues_of(actor, now), actor, now, at_hand)
    )
    order, find = order_of(filters), finder(filters, actor, now, at_hand)
    if find is None:
        return pages.counted_page(listed, order, cursor, read=cases_of_page)
    page = pages.keyset_page(listed, order, cursor, read=cases_of_page, find=find)
    return page, count_of_all(actor) if filters.queue == EVERY else None


def finder(filters: Filters, actor: Actor, now: datetime, at_hand: Standing) -> Find | None:
    """How keys are found in order by what is kept; None where they are asked as others are.

    So all that somebody may see, and the first page of each of his queues.
    """
    if _is_all_seen(filters, actor):
        is_rising, versions = sort_of(filters) == "oldest", version_ids(MECHANISM)

        def find(after: Sequence[Any] | None, limit: int) -> list[int] | None:
            place = (after[0], after[1]) if after else None
            return seen_in_order(actor, versions, limit, after=place, is_rising=is_rising)

        return find
    if filters.narrowing or filters.queue == EVERY:
        return None
    order = order_of(filters)

    def begin(after: Sequence[Any] | None, limit: int) -> list[int] | None:
        if after is not None:
            return None
        return first_keys(filters.queue, order, limit, actor, now, at_hand)

    return begin


def count_of_all(actor: Actor) -> pages.Count:
    """How many requests there are that somebody may see in their order, up to a thousand."""
    most = pages.EXACT_UP_TO
    found = count_seen(actor, version_ids(MECHANISM), most + 1)
    return pages.Count(min(found, most), is_more=found > most)


def _is_all_seen(filters: Filters, actor: Actor) -> bool:
    return filters.queue == EVERY and not filters.narrowing and is_seen_in_order(actor)


def own_asked_for(text: str, actor: Actor) -> QuerySet[Case]:
    """An enterprise's own requests, whoever of it raised them; of these, what is searched for."""
    listed = requests_listed(actor).filter(enterprise=actor.enterprise_id)
    if text:
        listed = listed.filter(matching(text, actor))
    return with_row_parts(listed).select_related("request__contact")


def own_requests(actor: Actor, cursor: str, text: str = "") -> KeysetPage[Case]:
    """A page of an enterprise's own requests: open ones first, then the latest closed."""
    return pages.keyset_page(own_asked_for(text, actor), OWN, cursor)
