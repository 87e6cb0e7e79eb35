"""Finding requests by words, half words, codes and initials, quickly also among a million.

The newest come first. What is quick depends on how frequent the words are, and PostgreSQL guesses
badly where frequent words never meet: `search_ways` says where they are looked for.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain, islice

from django.db import OperationalError, connection, transaction
from django.db.models import Q, QuerySet
from psycopg.errors import QueryCanceled

from yuanqi.casework.models import Case
from yuanqi.casework.queries import cases_visible_to
from yuanqi.foundation import pages
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import YuanqiError
from yuanqi.foundation.pages import Key, KeysetPage
from yuanqi.foundation.search import Query

from .search_ways import Place, Question, newest

SAMPLE = 1_000  # of the newest requests: words that meet in many of them are frequent
MOST_LOOKED_AT = 5_000  # candidates; beyond that the list itself is walked
PATIENCE_MS = 2_000
NEWEST = (Key("opened_at", descending=True), Key("id", descending=True))
_NOTHING = Q(pk__in=())
# plans for these very words: one made for any words takes seconds
_FOR_THESE_WORDS = {"plan_cache_mode": "force_custom_plan"}
_BY_INDEX = {
    **_FOR_THESE_WORDS,
    # reading the whole table would seem cheap: the planner doesn't count unpacking the words
    "enable_seqscan": "off",
    "max_parallel_workers_per_gather": "0",
    # the index' answer is kept exact in memory, or each row of a page would be unpacked
    "work_mem": "'64MB'",
}


class TooBroad(YuanqiError):
    """The search took too long: more words would narrow it down."""


def matching(text: str, actor: Actor) -> Q:
    """The condition, on cases, that a request has what was typed in it: words, half words, codes.

    It says nothing of who may see the case: use it on what `cases_visible_to(actor)` gives. An
    enterprise's words are looked for only in what it may read itself; the park's also in internal
    notes. Nothing that is typed is an error; what has no words in it (，or 😀) matches nothing.

    Asks the database at once (a few quick questions), so make it once for a page and use
    it for the rows, the count and the export alike. Run what uses it `in_time()`.
    """
    query = Query.of(text)
    if query is None:
        return _NOTHING
    asked = Question(query, actor)
    with _set(_BY_INDEX):
        if asked.seems_few or not _is_frequent(query):
            few = asked.few()
            if few is not None:
                return Q(pk__in=few) & asked.still_to_test
            # frequent, but only years ago: whoever walks through a list begins there
            newest_of_all = next(chain.from_iterable(asked.candidates(None, 1)), None)
            latest = Case.objects.filter(pk=newest_of_all).values_list("opened_at", flat=True)
            return asked.test & Q(opened_at__lte=latest[0]) if latest else _NOTHING
    return asked.test


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
    asked = Question(query, actor)
    with in_time(settings=_BY_INDEX):
        page = _page_of_candidates(asked, listed.filter(asked.still_to_test), cursor, size)
    if page is not None:
        return page
    with in_time():
        return pages.keyset_page(listed.filter(asked.test), NEWEST, cursor, size=size)


def _page_of_candidates(
    asked: Question, listed: QuerySet[Case], cursor: str, size: int
) -> KeysetPage[Case] | None:
    """A page of what was found, read by its keys; None if most candidates aren't of the list."""
    left = chain.from_iterable(asked.candidates(_start(cursor), size + 1))
    keys: dict[int, None] = {}
    wanted = size + 1
    while True:
        more = list(islice(left, wanted))
        keys |= dict.fromkeys(more)
        found = listed.filter(pk__in=keys) if keys else listed.none()
        page = pages.keyset_page(found, NEWEST, cursor, size=size)
        if page.next_cursor or len(more) < wanted:
            return page
        if len(keys) > MOST_LOOKED_AT:
            return None
        wanted *= 4


def _start(cursor: str) -> Place | None:
    """The place of the first request after the cursor; None without a cursor."""
    if not cursor:
        return None
    every = Case.objects.only("opened_at")
    first = pages.keyset_page(every, NEWEST, cursor, size=1).rows
    return (first[0].opened_at, first[0].pk) if first else None


def _is_frequent(query: Query) -> bool:
    """Whether a page of matches stands among the newest requests."""
    return len(newest(query, SAMPLE, pages.SIZE)) == pages.SIZE


@contextmanager
def in_time(
    patience_ms: int = PATIENCE_MS, *, settings: Mapping[str, str] = _FOR_THESE_WORDS
) -> Iterator[None]:
    """Read, each question within its time. Raises TooBroad where one takes longer."""
    try:
        with _set({"statement_timeout": str(patience_ms), **settings}):
            yield
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TooBroad
        raise


@contextmanager
def _set(values: Mapping[str, str]) -> Iterator[None]:
    """Let PostgreSQL work with these settings until the block ends."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(";".join(f"SET LOCAL {name} = {value}" for name, value in values.items()))
        yield
        # a block around this one goes on
        cursor.execute(";".join(f"SET LOCAL {name} = DEFAULT" for name in values))
