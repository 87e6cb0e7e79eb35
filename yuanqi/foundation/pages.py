"""Lists a page at a time by keyset: no offset, no row twice, none left out.

A page begins after the last row of the one before, named by that row's own values in the cursor.
Rows that come or go meanwhile move nobody else, and the hundredth page costs what the first does.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property, reduce
from typing import Any, Generic, Literal, TypeVar
from urllib.parse import urlsplit

from django.core.signing import BadSignature, Signer
from django.db.models import BooleanField, F, Func, Model, Q, QuerySet, Value
from django.db.models.expressions import OrderBy
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from .formats import integer

SIZE = 50
EXACT_UP_TO = 1000  # a list's count beyond this says only that there are more
LONGEST_ADDRESS = 2000  # characters
AFTER = "after"  # the cursor's name in the address

M = TypeVar("M", bound=Model)
_signer = Signer(salt="yuanqi.pages")
_NOTHING = Q(pk__in=())


class Place:
    """The addresses of one page for every key: asked of the resolver once, then filled in."""

    def __init__(self, name: str) -> None:
        self.name = name

    @cached_property
    def _around(self) -> tuple[str, str]:
        before, after = reverse(self.name, args=[_STAND_IN]).split(str(_STAND_IN))
        return before, after

    def of(self, pk: int) -> str:
        before, after = self._around
        return f"{before}{pk}{after}"


_STAND_IN = 7_777_777_777


class _Sorted(Func):
    """A column as no index has it, so that what is few is found first and sorted then."""

    template = "greatest(%(expressions)s, %(expressions)s)"


@dataclass(frozen=True, slots=True)
class Key:
    """One column that a list is ordered by: a field, a path through relations, an annotation.

    `nulls` says where rows without a value stand; None promises that there are none.
    """

    name: str
    descending: bool = False
    nulls: Literal["first", "last"] | None = None
    is_sorted: bool = False  # after the rows were found: no index of this order is walked

    @property
    def ordering(self) -> OrderBy:
        return OrderBy(
            _Sorted(F(self.name)) if self.is_sorted else F(self.name),
            descending=self.descending,
            nulls_first=True if self.nulls == "first" else None,
            nulls_last=True if self.nulls == "last" else None,
        )

    @property
    def label(self) -> str:
        return f"{'-' if self.descending else ''}{self.name}/{self.nulls or ''}"

    def value_of(self, row: Model) -> Any:
        return reduce(getattr, self.name.split("__"), row)

    def same(self, value: Any) -> Q:
        return self.absent if value is None else Q((self.name, value))

    @property
    def absent(self) -> Q:
        return Q((f"{self.name}__isnull", True))

    def from_on(self, value: Any) -> Q:
        """At the value or beyond it: the range of an index, from one bound."""
        return Q((f"{self.name}__{'lte' if self.descending else 'gte'}", value))

    def beyond(self, value: Any) -> Q:
        """What stands after all the rows that have this value."""
        if value is None:
            return ~self.absent if self.nulls == "first" else _NOTHING
        past = Q((f"{self.name}__{'lt' if self.descending else 'gt'}", value))
        return past | self.absent if self.nulls == "last" else past


class RowBeyond(Func):
    """`(a, b) > (1, 2)`: one bound of an index over both columns, and well estimated."""

    output_field = BooleanField()
    conditional = True
    arg_joiner = ", "

    def __init__(self, keys: Sequence[Key], values: Sequence[Any]) -> None:
        columns = [F(key.name) for key in keys]
        super().__init__(*columns, *(Value(value) for value in values))
        self.sign = "<" if keys[0].descending else ">"

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:
        found = [compiler.compile(part) for part in self.source_expressions]
        half = len(found) // 2
        columns, values = (
            self.arg_joiner.join(sql for sql, _params in part)
            for part in (found[:half], found[half:])
        )
        params = [param for _sql, said in found for param in said]
        return f"({columns}) {self.sign} ({values})", params


@dataclass(frozen=True, slots=True)
class KeysetPage(Generic[M]):
    """Some rows of an ordered list, and the way on.

    `was_lost`: the address named a place that can't be read, so this is the first page.
    """

    rows: list[M]
    next_cursor: str | None
    is_first: bool
    was_lost: bool = False


def keyset_page(
    queryset: QuerySet[M],
    keys: Sequence[Key],
    cursor: str = "",
    *,
    size: int = SIZE,
    read: Callable[[list[int]], Iterable[M]] | None = None,
    find: Callable[[Sequence[Any] | None, int], list[int] | None] | None = None,
) -> KeysetPage[M]:
    """Return the page after the cursor, in the order of the keys; the first without a cursor.

    The last key must be unique and never null. A cursor of another order, an altered or a cut one
    gives the first page, and says so. One query; a second where the page crosses from rows with
    the first key's value to rows without. With `read` only primary keys are asked for in order,
    by whatever index has them, and the rows are read by these. With `find` too nothing is asked of
    the queryset, unless it returns None: it is given the values after which the page begins, and
    how many keys to find.
    """
    after = _read(cursor, keys) if cursor else None
    found: list[Any] | None = find(after, size + 1) if find is not None else None
    if found is None:
        found = _found(queryset, keys, after, size + 1, is_keys=read is not None)
    return _page(found, keys, cursor, after, size, read)


def counted_page(
    queryset: QuerySet[M],
    keys: Sequence[Key],
    cursor: str = "",
    *,
    read: Callable[[list[int]], Iterable[M]],
    size: int = SIZE,
    most: int = EXACT_UP_TO,
) -> tuple[KeysetPage[M], "Count"]:
    """The same page, and how many rows the whole list has: for a first page from one look.

    What hardly anything fits is searched for in vain once, not a second time for its count.
    """
    after = _read(cursor, keys) if cursor else None
    if after is not None:
        page = keyset_page(queryset, keys, cursor, size=size, read=read)
        return page, count_of(queryset, most=most)
    found = _found(queryset, keys, None, most + 1, is_keys=True)
    return _page(found, keys, cursor, None, size, read), _counted(len(found), most)


def _page(
    found: list[Any],
    keys: Sequence[Key],
    cursor: str,
    after: Sequence[Any] | None,
    size: int,
    read: Callable[[list[int]], Iterable[M]] | None,
) -> KeysetPage[M]:
    """A page of what was found, which is more than fits on it where there is a next one."""
    rows = found[:size]
    if read is not None:
        by_key = {row.pk: row for row in read(rows)} if rows else {}
        # what has been removed between the two looks is left out
        rows = [by_key[pk] for pk in rows if pk in by_key]
    return KeysetPage(
        rows=rows,
        next_cursor=_write(rows[-1], keys) if len(found) > size else None,
        is_first=after is None,
        was_lost=bool(cursor) and after is None,
    )


def _found(
    queryset: QuerySet[M],
    keys: Sequence[Key],
    after: Sequence[Any] | None,
    limit: int,
    *,
    is_keys: bool,
) -> list[Any]:
    ordered = queryset.order_by(*(key.ordering for key in keys))
    if is_keys:
        ordered = ordered.values_list("pk", flat=True)
    found: list[Any] = []
    for part in _parts(ordered, keys, after):
        found += part[: limit - len(found)]
        if len(found) >= limit:
            break
    return found


def _parts(
    ordered: QuerySet[M], keys: Sequence[Key], after: Sequence[Any] | None
) -> Iterator[QuerySet[M]]:
    """Cut what follows at the first key's nulls: each part is one range of an index.

    "Greater, or null" in one condition would read the index from its beginning.
    """
    if after is None:
        yield ordered
        return
    first, value = keys[0], after[0]
    if value is None:
        yield ordered.filter(first.absent, *_following(keys[1:], after[1:]))
        if first.nulls == "first":
            yield ordered.exclude(first.absent)
        return
    plain = Key(first.name, first.descending)
    yield ordered.filter(*_following([plain, *keys[1:]], after))
    if first.nulls == "last":
        yield ordered.filter(first.absent)


def _following(keys: Sequence[Key], values: Sequence[Any]) -> list[Q | RowBeyond]:
    """What stands after these values, the first of which is there."""
    if len({key.descending for key in keys}) == 1 and not any(key.nulls for key in keys):
        return [RowBeyond(keys, values)]
    return [keys[0].from_on(values[0]), _beyond(keys, values)]


def _beyond(keys: Sequence[Key], values: Sequence[Any]) -> Q:
    if not keys:
        return _NOTHING
    key, value = keys[0], values[0]
    return key.beyond(value) | (key.same(value) & _beyond(keys[1:], values[1:]))


# the cursor: signed, so that what is read back is what was written ----------------------------


def _write(row: Model, keys: Sequence[Key]) -> str:
    return _signer.sign_object([_order(keys), *(_packed(key.value_of(row)) for key in keys)])


def _read(cursor: str, keys: Sequence[Key]) -> list[Any] | None:
    try:
        order, *values = _signer.unsign_object(cursor)
    except BadSignature:
        return None
    return [_unpacked(value) for value in values] if order == _order(keys) else None


def _order(keys: Sequence[Key]) -> str:
    return ",".join(key.label for key in keys)


def _packed(value: Any) -> Any:
    match value:
        case datetime():
            return ["at", value.isoformat()]
        case date():
            return ["on", value.isoformat()]
        case Decimal():
            return ["number", str(value)]
        case None | int() | str():
            return value
    raise TypeError(f"a list can't be paged by a {type(value).__name__}")


_READERS: dict[str, Callable[[str], Any]] = {
    "at": datetime.fromisoformat,
    "on": date.fromisoformat,
    "number": Decimal,
}


def _unpacked(value: Any) -> Any:
    if isinstance(value, list):
        kind, text = value
        return _READERS[kind](text)
    return value


# what stands under a list --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows a list has: exact up to a thousand, then "1000+"."""

    number: int
    is_more: bool = False

    def __str__(self) -> str:
        return f"{self.number}+" if self.is_more else integer(self.number)


def count_of(queryset: QuerySet, *, most: int = EXACT_UP_TO) -> Count:
    """Count a list's rows, stopping where only "more" would be said."""
    return _counted(queryset.order_by().values("pk")[: most + 1].count(), most)


def _counted(found: int, most: int) -> Count:
    return Count(min(found, most), is_more=found > most)


def address(request: HttpRequest, **changes: str | None) -> str:
    """Return this page's address with some of its parameters changed, or left out (None)."""
    return address_of(request.path, request.GET, **changes)


def address_of(path: str, query: QueryDict, **changes: str | None) -> str:
    """Return an address with some of its parameters changed, or left out (None)."""
    query = query.copy()
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = value
    said = query.urlencode()
    return f"{path}?{said}" if said else path


def own_address(text: str, path: str) -> str:
    """Return an address that a form brought along, if it is one of `path`; else `path` itself.

    A form carries the address of the list it stands on, to lead back there: nowhere else.
    """
    parts = urlsplit(text)
    if parts.scheme or parts.netloc or parts.path != path or len(text) > LONGEST_ADDRESS:
        return path
    return f"{path}?{parts.query}" if parts.query else path


def foot(request: HttpRequest, page: KeysetPage[Any], count: Count | None = None) -> dict[str, Any]:
    """Return the context of `web/_keyset.html`: where one stands, the way on and back.

    Which numbers the rows have is known on the first page only.
    """
    said: list[str] = []
    if page.is_first and page.next_cursor:
        said.append(_("第 1–%(last)s 件") % {"last": len(page.rows)})
    if count is not None:
        said.append(_("共 %(count)s 件") % {"count": count})
    return {
        "text": _("，").join(said),
        "next_url": address(request, **{AFTER: page.next_cursor}) if page.next_cursor else None,
        "first_url": None if page.is_first else address(request, **{AFTER: None}),
    }
