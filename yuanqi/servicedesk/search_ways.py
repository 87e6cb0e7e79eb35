"""Where the requests with some words in them are looked for, the newest first.

PostgreSQL reads an index of words to its end before it puts anything in order, so that a frequent
word would cost a million rows for a page of twenty. Hence a few ways, each quick for its words:

- the newest requests, one after the other, for what most of them have in them;
- all that match, from the index, if they are few;
- month by month, then year by year, by marks in the index. What was raised in one month lies
  together, so where a word is absent from a month, or two words don't meet in it, nothing is read.

What is found here are candidates. Who may see them is asked afterwards, of `cases_visible_to`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from yuanqi.foundation import search
from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.search import Matches, Query

from .models import SearchText
from .search_index import month_mark, year_mark

FEW = 2_000  # matches: as many are read by their keys
FIRST = 300  # of the newest requests, walked for frequent words
LATELY = 2  # months, looked at one by one before all that match
JUST_NOW = 100  # of the newest requests: whether a word is still in use
PORTION = 500  # matches of a month that are read at a time; no more of a year at once
MOST_MARKS = 1_000  # who may see through more names than that sees a good part anyhow
MOST_ORDERED = 12  # parts of a question whose frequency is asked for

# a request as its place in the order of all: when it was raised, its key
Place = tuple[datetime, int]


@dataclass(frozen=True, slots=True)
class Guess:
    """How many requests there are, match all, and match each part, by PostgreSQL's statistics."""

    total: int
    found: int
    parts: tuple[int, ...]


@dataclass(frozen=True)
class Question:
    """What is asked, of what this actor may see."""

    query: Query
    actor: Actor

    @cached_property
    def narrowed(self) -> Query:
        """The words, among the requests marked as his: the index keeps who may see a request.

        The marks only make it quick; who may see a case is asked of `cases_visible_to`.
        """
        names = self.actor.grantees or ("nobody",)
        if self.actor.sees_every_case or len(names) > MOST_MARKS:
            return self.query
        return self.query.among(search.mark(name) for name in names)

    @cached_property
    def test(self) -> Q:
        """The condition tested on one case after the other, by its key.

        What the enterprise may not read it isn't found by.
        """
        column = "words" if self.actor.side is Side.ENTERPRISE else "inside"
        tested = SearchText.objects.filter(Matches(column, self.query), case=OuterRef("pk"))
        return Q(Exists(tested))

    @property
    def still_to_test(self) -> Q:
        """What candidates must be tested for: the index knows all words, also the inner ones."""
        return self.test if self.actor.side is Side.ENTERPRISE else Q()

    @cached_property
    def guess(self) -> Guess:
        return guess(self.narrowed.parts)

    @property
    def seems_few(self) -> bool:
        return self.guess.found <= FEW

    def _seems_frequent(self, size: int) -> bool:
        """Whether so many matches are to be expected among the newest."""
        # of beginnings so short the statistics say nothing, and the index looks up thousands
        is_short = any(len(word) <= (3 if word.isascii() else 1) for word in self.query.words)
        if is_short and self.narrowed is self.query:
            return True
        return self.guess.found * FIRST >= self.guess.total * size

    @cached_property
    def parts(self) -> Sequence[str]:
        """The parts as the index is best asked for them: the rarest leads, the others follow."""
        parts = self.narrowed.parts
        ranked = sorted(zip(self.guess.parts, parts, strict=False), key=lambda pair: pair[0])
        return [*(part for _count, part in ranked), *parts[len(ranked) :]]

    def candidates(self, start: Place | None, size: int) -> Iterator[Sequence[int]]:
        """The keys of what matches, from a place on, the newest first; some may come twice.

        Quick for whoever needs but `size` of them.
        """
        if self._seems_frequent(size):
            yield newest(self.narrowed, FIRST, size, start)
        if self.seems_few:
            few = self.few(start)
            if few is not None:
                yield few
                return
        yield from self._by_months(start)

    def few(self, start: Place | None = None) -> list[int] | None:
        """The keys of all that match, from a place on; None if there are more than a few."""
        return self._all(self.parts, start, FEW)

    def _all(self, parts: Sequence[str], start: Place | None, most: int) -> list[int] | None:
        condition, values = _met(parts, start)
        found = f"SELECT case_id, opened_at FROM request_search WHERE {condition} LIMIT %s"  # noqa: S608
        keys = _keys(
            f"SELECT case_id FROM ({found}) AS found ORDER BY opened_at DESC, case_id DESC",  # noqa: S608
            *values,
            most + 1,
        )
        return None if len(keys) > most else keys

    def _by_months(self, start: Place | None) -> Iterator[Sequence[int]]:
        ((oldest, latest),) = _rows('SELECT min(opened_at), max(opened_at) FROM "case"')
        if oldest is None:
            return
        months = _months(oldest, latest if start is None else start[0])
        for year, month in months[:LATELY]:
            yield from self._of_month(month_mark(year, month), start)
        # what is frequent, and was not lately
        if not self.seems_few and _are_in_use(self.query.parts):
            # each by itself, though hardly together: the index says at once that they never meet
            few = self.few(start)
            if few is not None:
                yield few
                return
        earlier: dict[str, list[str]] = {}
        for year, month in months[LATELY:]:
            earlier.setdefault(year_mark(year), []).append(month_mark(year, month))
        for of_year in self._marked(list(earlier), start):
            few = self._all([search.marked_as(of_year), *self.parts], start, PORTION)
            if few is not None:
                yield few
                continue
            for mark in self._marked(earlier[of_year], start):
                yield from self._of_month(mark, start)

    def _marked(self, marks: Sequence[str], start: Place | None) -> Iterator[str]:
        """Those of the marks that something matching bears, one after the other."""
        condition, values = _met(self.parts, start)
        sql = f"""
            SELECT mark FROM unnest(%s::text[]) AS mark WHERE EXISTS (
                SELECT FROM request_search
                WHERE inside @@ quote_literal(mark)::tsquery AND {condition}
            ) LIMIT 1
        """  # noqa: S608 - nothing of it was typed
        left = list(marks)
        while found := left and _rows(sql, left, *values):
            ((mark,),) = found
            yield mark
            left = left[left.index(mark) + 1 :]

    def _of_month(self, mark: str, start: Place | None) -> Iterator[Sequence[int]]:
        while True:
            condition, values = _met([search.marked_as(mark), *self.parts], start)
            found = _rows(
                f"SELECT opened_at, case_id FROM request_search WHERE {condition}"  # noqa: S608
                " ORDER BY opened_at DESC, case_id DESC LIMIT %s",
                *values,
                PORTION,
            )
            yield [key for _at, key in found]
            if len(found) < PORTION:
                return
            at, key = found[-1]
            start = (at, key - 1)


def newest(query: Query, width: int, most: int, start: Place | None = None) -> list[int]:
    """The keys of the newest requests, of so many from a place on, that match."""
    bound, place = ("WHERE (opened_at, id) <= (%s, %s)", start) if start else ("", ())
    return _keys(
        f"""
        SELECT latest.id FROM (
            SELECT id, opened_at FROM "case" {bound} ORDER BY opened_at DESC, id DESC LIMIT %s
        ) AS latest CROSS JOIN LATERAL (
            SELECT inside FROM request_search WHERE case_id = latest.id OFFSET 0
        ) AS found
        WHERE found.inside @@ %s::tsquery
        ORDER BY latest.opened_at DESC, latest.id DESC LIMIT %s
        """,  # noqa: S608 - nothing of it was typed
        *place,
        width,
        query.tsquery,
        most,
    )


def _are_in_use(parts: Sequence[str]) -> bool:
    """Whether each part of a question stands in one of the newest requests."""
    ((said,),) = _rows(
        f"""
        SELECT {" AND ".join(["bool_or(inside @@ %s::tsquery)"] * len(parts))} FROM (
            SELECT id FROM "case" ORDER BY opened_at DESC, id DESC LIMIT %s
        ) AS latest JOIN request_search ON case_id = id
        """,  # noqa: S608 - nothing of it was typed
        *parts,
        JUST_NOW,
    )
    return bool(said)


def guess(parts: Sequence[str]) -> Guess:
    """Ask PostgreSQL what it would expect; nothing is read."""
    told = parts[:MOST_ORDERED]
    conditions = [_met(parts, None), *(_met([part], None) for part in told), ("TRUE", [])]
    sql = " UNION ALL ".join(
        f"SELECT 1 FROM request_search WHERE {condition}"  # noqa: S608
        for condition, _values in conditions
    )
    values = [value for _condition, given in conditions for value in given]
    ((said,),) = _rows(f"EXPLAIN (FORMAT JSON) {sql}", *values)
    found, *each, total = (int(part["Plan Rows"]) for part in said[0]["Plan"]["Plans"])
    return Guess(total, found, tuple(each))


def _met(parts: Sequence[str], start: Place | None) -> tuple[str, list[object]]:
    """The condition that every part is met, from a place on, and its values."""
    conditions = ["inside @@ %s::tsquery"] * len(parts)
    values: list[object] = list(parts)
    if start is not None:
        conditions.append("(opened_at, case_id) <= (%s, %s)")
        values += start
    return " AND ".join(conditions), values


def _months(oldest: datetime, latest: datetime) -> list[tuple[int, int]]:
    """The months from the latest instant's back to the oldest's."""
    oldest, latest = timezone.localtime(oldest), timezone.localtime(latest)
    last = latest.year * 12 + latest.month - 1
    count = last - (oldest.year * 12 + oldest.month - 1) + 1
    return [(month // 12, month % 12 + 1) for month in range(last, last - count, -1)]


def _keys(sql: str, *values: object) -> list[int]:
    return [key for (key,) in _rows(sql, *values)]


def _rows(sql: str, *values: object) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()
