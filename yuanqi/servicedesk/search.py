"""Finding requests by words, half words, codes and initials, quickly also among a million.

The newest come first. What is quick depends on how frequent the words are, and PostgreSQL guesses
badly where frequent words never meet. So the newest requests are walked and tested by their keys
as long as that fills a page; else the index says which requests match, and those few are read;
else it says in which month the newest of them was raised, and the walk begins there.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial

from django.db import OperationalError, connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from psycopg.errors import QueryCanceled

from yuanqi.casework.models import Case
from yuanqi.casework.queries import cases_visible_to
from yuanqi.foundation import pages, search
from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.errors import YuanqiError
from yuanqi.foundation.pages import Key, KeysetPage
from yuanqi.foundation.search import Matches, Query

from .models import SearchText
from .search_index import month_mark, year_mark

FEW = 2_000  # matches: as many are read by their keys
SAMPLE = 1_000  # of the newest requests: words that meet in many of them are frequent
FIRST = 300  # of the newest requests, walked before the index is asked
LATELY = 3  # months
PATIENCE_MS = 2_000
NEWEST = (Key("opened_at", descending=True), Key("id", descending=True))
_NOTHING = Q(pk__in=())
_MARKED = """
SELECT mark FROM unnest(%s::text[]) AS mark
WHERE EXISTS (SELECT FROM request_search WHERE {conditions}) LIMIT 1
"""


class TooBroad(YuanqiError):
    """The search took too long: more words would narrow it down."""


@dataclass(frozen=True)
class _Question:
    """What is asked, of what this actor may see."""

    query: Query
    actor: Actor

    @cached_property
    def narrowed(self) -> Query:
        """The words, among the requests marked as his: the index keeps who may see a request.

        The marks only make it quick; who may see a case is asked of `cases_visible_to`.
        """
        if self.actor.sees_every_case:
            return self.query
        names = self.actor.grantees or ("nobody",)
        return self.query.among(search.mark(name) for name in names)

    @cached_property
    def found(self) -> QuerySet[SearchText]:
        """What matches; an enterprise's words only in what it may read itself."""
        return self.of(self.narrowed)

    def of(self, query: Query) -> QuerySet[SearchText]:
        found = SearchText.objects.filter(Matches("inside", query))
        if self.actor.side is Side.ENTERPRISE:
            return found.filter(Matches("words", self.query))
        return found

    @cached_property
    def test(self) -> Q:
        """The condition tested on one case after the other, by its key."""
        column = "words" if self.actor.side is Side.ENTERPRISE else "inside"
        tested = SearchText.objects.filter(Matches(column, self.query), case=OuterRef("pk"))
        return Q(Exists(tested))

    def marked_of(self, parts: Sequence[int], mark_of: Callable[[int], str]) -> Iterator[int]:
        """Those of these years, or months, in which something matches, one after the other."""
        left = list(parts)
        while left:
            marks = [mark_of(part) for part in left]
            mark = self.marked(marks)
            if mark is None:
                return
            place = marks.index(mark)
            yield left[place]
            left = left[place + 1 :]

    def marked(self, marks: Sequence[str]) -> str | None:
        """The first of these marks that something matching bears; None without any."""
        conditions = ["inside @@ ((%s) || ' & ' || quote_literal(mark))::tsquery"]
        values = [f"({self.narrowed.tsquery})"]
        if self.actor.side is Side.ENTERPRISE:
            conditions.append("words @@ %s::tsquery")
            values.append(self.query.tsquery)
        # one mark after the other, in their order, and no further than the first
        sql = _MARKED.format(conditions=" AND ".join(conditions))
        with _by_index(), connection.cursor() as cursor:
            cursor.execute(sql, [list(marks), *values])
            found = cursor.fetchone()
        return found[0] if found else None


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
    asked = _Question(query, actor)
    if not (_estimate(asked.found) > FEW and _is_frequent(asked)):
        few = _few(asked.found)
        if few is not None:
            return Q(pk__in=few)
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
    asked = _Question(query, actor)
    with in_time():
        tested = listed.filter(asked.test)
        if _estimate(asked.found) > FEW:
            # who sees everything finds a frequent word among the newest; who sees a part is
            # helped by the index, which knows his part
            page = (
                _walk(tested, listed, FIRST, cursor, size)
                if actor.sees_every_case
                else _from_months(asked, listed, cursor, size, most=LATELY)
            )
            if page is not None:
                return page
        few = _few(asked.found)
        if few is not None:
            return pages.keyset_page(listed.filter(pk__in=few), NEWEST, cursor, size=size)
        page = _from_months(asked, listed, cursor, size)
        return page or pages.keyset_page(tested, NEWEST, cursor, size=size)


def _from_months(
    asked: _Question, listed: QuerySet[Case], cursor: str, size: int, most: int | None = None
) -> KeysetPage[Case] | None:
    """A page from the newest months that have matches; None if they don't fill it.

    `most` says how many months back are looked at.
    """
    start = _start(listed, cursor)
    keys: list[int] = []
    for year, month in _months(asked, timezone.localtime(start), most):
        of_month = asked.of(asked.narrowed.among([month_mark(year, month)]))
        if start is not None:
            of_month = of_month.filter(opened_at__lte=start)
        keys += _keys(of_month.order_by("-opened_at", "-case_id"))
        page = pages.keyset_page(listed.filter(pk__in=keys), NEWEST, cursor, size=size)
        if page.next_cursor:
            return page
        if len(keys) > FEW:
            break
    return None


def _months(asked: _Question, before: datetime, most: int | None) -> Iterator[tuple[int, int]]:
    """The months in which something that matches was raised, from an instant back.

    Of years in which nothing was, no month is looked at.
    """
    first = Case.objects.order_by("opened_at").values_list("opened_at", flat=True).first()
    if first is None:
        return
    oldest = timezone.localtime(first)
    last = before.year * 12 + before.month - 1
    count = last - (oldest.year * 12 + oldest.month - 1) + 1
    months = [divmod(last - back, 12) for back in range(min(count, most or count))]
    years = list(dict.fromkeys(year for year, _month in months))
    if most is None:
        found: Iterable[int] = asked.marked_of(years, year_mark)
    else:
        found = years
    for year in found:
        of_year = [month + 1 for one, month in months if one == year]
        for month in asked.marked_of(of_year, partial(month_mark, year)):
            yield year, month


def _estimate(found: QuerySet[SearchText]) -> int:
    """How many requests match, as PostgreSQL guesses from its statistics; nothing is read."""
    return int(json.loads(found.explain(format="json"))[0]["Plan"]["Plan Rows"])


def _is_frequent(asked: _Question) -> bool:
    """Whether a page of matches stands among the newest requests."""
    newest = Case.objects.order_by("-opened_at", "-id").values("pk")[:SAMPLE]
    met = Case.objects.filter(asked.test, pk__in=newest)
    return met[: pages.SIZE].count() == pages.SIZE


def _few(found: QuerySet[SearchText]) -> list[int] | None:
    """The keys of all that match, from the index; None if there are more than a few."""
    keys = _keys(found)
    return keys if len(keys) <= FEW else None


def _keys(found: QuerySet[SearchText]) -> list[int]:
    with _by_index():
        return list(found.values_list("case_id", flat=True)[: FEW + 1])


@contextmanager
def _by_index() -> Iterator[None]:
    with transaction.atomic():
        # reading the whole table would seem cheap: the planner doesn't count unpacking the words.
        # The index' answer is kept exact in memory, or each row of a page would be unpacked
        _set(enable_seqscan="off", work_mem="'64MB'")
        yield
        _set(enable_seqscan="on", work_mem="DEFAULT")


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
