"""Finding requests by words, half words, codes and initials, quickly also among a million.

The newest come first. What is quick depends on how frequent the words are, and PostgreSQL guesses
badly where frequent words never meet. So the newest requests are walked and tested by their keys
as long as that fills a page; else the index says which requests match, and those few are read.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import OperationalError, connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from psycopg.errors import QueryCanceled

from yuanqi.casework.models import Case
from yuanqi.casework.queries import cases_visible_to
from yuanqi.foundation import pages
from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.errors import YuanqiError
from yuanqi.foundation.pages import Key, KeysetPage
from yuanqi.foundation.search import Matches, Query

from .models import SearchText

FEW = 5_000  # matches: as many are read by their keys
SAMPLE = 2_000  # of the newest requests: words that meet in many of them are frequent
WINDOWS = (2_000, 32_000, 128_000)  # of the newest requests, walked one after the other
PATIENCE_MS = 2_000
NEWEST = (Key("opened_at", descending=True), Key("id", descending=True))
_NOTHING = Q(pk__in=())


class TooBroad(YuanqiError):
    """The search took too long: more words would narrow it down."""


def matching(text: str, actor: Actor) -> Q:
    """The condition, on cases, that a request has what was typed in it: words, half words, codes.

    It says nothing of who may see the case: use it on what `cases_visible_to(actor)` gives. An
    enterprise's words are looked for only in what it may read itself; the park's also in internal
    notes. Nothing that is typed is an error; what has no words in it (，or 😀) matches nothing.

    Asks the database at once (two or three quick questions), so make it once for a page and use
    it for the rows, the count and the export alike. Run what uses it `in_time()`.
    """
    query = Query.of(text)
    if query is None:
        return _NOTHING
    found = _found(query, actor)
    if not (_estimate(found) > FEW and _is_frequent(found)):
        few = _few(found)
        if few is not None:
            return Q(pk__in=few)
    return _test(found)


def search_requests(
    text: str,
    actor: Actor,
    *,
    within: Q | None = None,
    cursor: str = "",
    size: int = 20,
    prepare: Callable[[QuerySet[Case]], QuerySet[Case]] = lambda cases: cases,
) -> KeysetPage[Case]:
    """Return a page of the requests with these words that the actor may see, the newest first.

    `within` narrows them further; `prepare` says what to read along with the rows. Raises
    TooBroad after two seconds.
    """
    listed = prepare(cases_visible_to(actor).filter(within or Q(), request__isnull=False))
    query = Query.of(text)
    if query is None:
        return pages.keyset_page(listed.none(), NEWEST, cursor, size=size)
    found = _found(query, actor)
    with in_time():
        tested = listed.filter(_test(found))
        first, *wider = WINDOWS
        seems_frequent = _estimate(found) > FEW
        page = _walk(tested, listed, first, cursor, size) if seems_frequent else None
        if page is not None:
            return page
        few = _few(found)
        if few is not None:
            return pages.keyset_page(listed.filter(pk__in=few), NEWEST, cursor, size=size)
        page = None if seems_frequent else _walk(tested, listed, first, cursor, size)
        if page is not None:
            return page
        # frequent, but not lately: the newest of them from the index, as far as he may see them
        newest = listed.filter(pk__in=_newest(found, listed, cursor))
        page = pages.keyset_page(newest, NEWEST, cursor, size=size)
        if page.next_cursor:
            return page
        for width in wider:
            walked = _walk(tested, listed, width, cursor, size)
            if walked is not None:
                return walked
        return pages.keyset_page(tested, NEWEST, cursor, size=size)


def _found(query: Query, actor: Actor) -> QuerySet[SearchText]:
    if actor.side is Side.ENTERPRISE:
        return SearchText.objects.filter(Matches("words", query))
    return SearchText.objects.filter(Q(Matches("words", query)) | Q(Matches("inside", query)))


def _test(found: QuerySet[SearchText]) -> Q:
    """The condition tested on one case after the other, by its key."""
    return Q(Exists(found.filter(case=OuterRef("pk"))))


def _estimate(found: QuerySet[SearchText]) -> int:
    """How many requests match, as PostgreSQL guesses from its statistics; nothing is read."""
    return int(json.loads(found.explain(format="json"))[0]["Plan"]["Plan Rows"])


def _is_frequent(found: QuerySet[SearchText]) -> bool:
    """Whether a page of matches stands among the newest requests."""
    newest = Case.objects.order_by("-opened_at", "-id").values("pk")[:SAMPLE]
    met = Case.objects.filter(_test(found), pk__in=newest)
    return met[: pages.SIZE].count() == pages.SIZE


def _few(found: QuerySet[SearchText]) -> list[int] | None:
    """The keys of all that match, from the index; None if there are more than a few."""
    keys = _by_index(found)
    return keys if len(keys) <= FEW else None


def _newest(found: QuerySet[SearchText], listed: QuerySet[Case], cursor: str) -> list[int]:
    """The keys of the newest that match after the cursor, from the index."""
    start = _start(listed, cursor)
    if start is not None:
        found = found.filter(opened_at__lte=start)
    return _by_index(found.order_by("-opened_at", "-case_id"))[:FEW]


def _by_index(found: QuerySet[SearchText]) -> list[int]:
    with transaction.atomic():
        # reading the whole table would seem cheap: the planner doesn't count unpacking the words
        _set(enable_seqscan="off")
        keys = list(found.values_list("case_id", flat=True)[: FEW + 1])
        _set(enable_seqscan="on")
    return keys


def _start(listed: QuerySet[Case], cursor: str) -> datetime | None:
    """When the first request after the cursor was opened; None without a cursor."""
    if not cursor:
        return None
    first = pages.keyset_page(listed, NEWEST, cursor, size=1).rows
    return first[0].opened_at if first else None


def _walk(
    tested: QuerySet[Case], listed: QuerySet[Case], width: int, cursor: str, size: int
) -> KeysetPage[Case] | None:
    """A page from the newest `width` after the cursor; None if they don't fill it.

    A list that isn't wider is walked to its end, and the page is the answer.
    """
    rest = listed.order_by("-opened_at", "-id")
    start = _start(listed, cursor)
    if start is not None:
        rest = rest.filter(opened_at__lte=start)
    edge = next(iter(rest.values_list("opened_at", flat=True)[width : width + 1]), None)
    if edge is None:
        return pages.keyset_page(tested, NEWEST, cursor, size=size)
    page = pages.keyset_page(tested.filter(opened_at__gte=edge), NEWEST, cursor, size=size)
    return page if page.next_cursor else None


@contextmanager
def in_time(patience_ms: int = PATIENCE_MS) -> Iterator[None]:
    """Read, each question within its time. Raises TooBroad where one takes longer."""
    try:
        with transaction.atomic():
            # plans for these very words: one made for any words takes seconds
            _set(statement_timeout=str(patience_ms), plan_cache_mode="force_custom_plan")
            yield
            _set(statement_timeout="DEFAULT", plan_cache_mode="DEFAULT")
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TooBroad
        raise


def _set(**values: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(";".join(f"SET LOCAL {name} = {value}" for name, value in values.items()))
