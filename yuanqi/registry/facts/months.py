"""What the monthly figures say: rolling sums beside those of a year before, months in a row.

The figures of a whole park are many (19 million for 100,000 enterprises, eight measures and two
years), so the database gathers those of one month, measure and rank into two arrays, and they are
laid into a table of enterprises by months here. One enterprise goes the same way.

Of several sources the confirmed figure counts; else the one that was said, unless two differ: then
it is unknown until somebody has confirmed one. What was sent back is out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from numpy.typing import NDArray

from ..indicators import month_of, months_before
from ..models import Indicator
from .catalogue import FULL, PLAIN, STOCK, rolling_names
from .providers import ENTERPRISE, Origin, Provider, provide
from .reading import frame_of

LATE = 3  # the newest figure is one of the last three months that are over
_YEAR = 12
_MONTHS = LATE - 1 + 2 * _YEAR + 1
_CODES = (*FULL, *PLAIN, STOCK)

Numbers = NDArray[np.float64]
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Table:
    """A measure's figures: a row a month, the newest first, a column an enterprise; NaN is
    unknown. `lag` is the row of the newest known month, `LATE` where none is."""

    figures: Numbers
    lag: Places

    def at(self, back: int) -> Numbers:
        """The figure so many months before each one's newest."""
        made = np.full(len(self.lag), np.nan)
        for late in range(LATE):
            np.copyto(made, self.figures[late + back], where=self.lag == late)
        return made

    def total(self, back: int, count: int) -> Numbers:
        """The sum of so many months, the newest of them `back` before; unknown unless all are."""
        made = self.at(back)
        for each in range(back + 1, back + count):
            made = made + self.at(each)
        return made

    def average(self, least: int) -> Numbers:
        """The mean of the last twelve months, of those that are known; at least so many."""
        months = np.stack([self.at(back) for back in range(_YEAR)])
        known = ~np.isnan(months)
        count = known.sum(axis=0)
        total = np.where(known, months, 0.0).sum(axis=0)
        return np.where(count >= least, total / np.maximum(count, 1), np.nan)

    def months_below(self) -> Numbers:
        """How many months in a row lie below the same month of the year before."""
        running = self.lag < LATE
        known = ~np.isnan(self.at(_YEAR))
        count = np.zeros(len(self.lag))
        for back in range(_YEAR):
            running &= self.at(back) < self.at(back + _YEAR)  # false beside an unknown one
            count += running
        return np.where(known & (self.lag < LATE), count, np.nan)


def frame(on: date, enterprises: Collection[int] | None) -> pl.DataFrame:
    """Every measure's rolling figures; a row an enterprise."""
    ids = _ids(enterprises)
    made: dict[str, Numbers] = {}
    for code, table in _tables(on, ids, enterprises):
        made |= dict(zip(rolling_names(code), _rolled(code, table), strict=True))
    columns = [pl.Series(name, values, nan_to_null=True) for name, values in made.items()]
    return pl.DataFrame([pl.Series(ENTERPRISE, ids), *columns])


def _rolled(code: str, table: Table) -> Iterator[Numbers]:
    """The facts of a measure, in the order of `rolling_names`."""
    yield table.at(0)
    if code == STOCK:
        yield table.at(_YEAR)
        yield table.average(_YEAR // 2)
        return
    if code in FULL:
        yield table.at(_YEAR)
        yield table.at(1)
        yield table.at(1 + _YEAR)
        for back in (0, _YEAR, 3, 3 + _YEAR):
            yield table.total(back, 3)
    yield table.total(0, _YEAR)
    yield table.total(_YEAR, _YEAR)
    if code in FULL:
        yield table.months_below()


def _ids(enterprises: Collection[int] | None) -> Places:
    if enterprises is not None:
        return np.array(sorted(enterprises), dtype=np.int64)
    sql = "SELECT id FROM enterprise WHERE merged_into_id IS NULL ORDER BY id"
    return frame_of(sql, {ENTERPRISE: pl.Int64}).get_column(ENTERPRISE).to_numpy()


# The whole table in one statement, a stretch of its blocks at a time: each is read once, in the
# order in which it lies, and comes over as three arrays, however many rows there are.
_ALL = """
SELECT part.who, part.what, part.figures
FROM generate_series(
    0, pg_relation_size('indicator') / current_setting('block_size')::bigint, {blocks}
) AS first
CROSS JOIN LATERAL ({arrays} AND ctid >= format('(%%s,0)', first)::tid
    AND ctid < format('(%%s,0)', first + {blocks})::tid) part
WHERE part.who IS NOT NULL
"""
_ARRAYS = """
SELECT array_send(array_agg(enterprise_id)) AS who,
       array_send(array_agg((
           (month - %(first)s::date) * 16 + (array_position(%(codes)s, code) - 1) * 2
           + (confirmed_at IS NOT NULL)::int
       )::bigint)) AS what,
       array_send(array_agg((value * 100)::bigint)) AS figures
FROM indicator
WHERE month BETWEEN %(first)s AND %(newest)s AND code = ANY(%(codes)s) AND returned_at IS NULL
"""
_BLOCKS = 8192  # some half a million figures
_HEAD = 20  # bytes before the first element of an array of one dimension
_ELEMENT = np.dtype([("length", ">i4"), ("value", ">i8")])
# how well a cell is known
_NOT, _SAID, _SURE, _DOUBTFUL = range(4)


def _tables(
    on: date, ids: Places, enterprises: Collection[int] | None
) -> Iterator[tuple[str, Table]]:
    newest = months_before(month_of(on), 1)
    first = months_before(newest, _MONTHS - 1)
    cells = np.full((len(_CODES), _MONTHS, len(ids)), np.nan)
    states = np.zeros(cells.shape, dtype=np.int8)
    column_of = np.full((newest - first).days + 1, -1, dtype=np.int64)
    for back in range(_MONTHS):
        column_of[(months_before(newest, back) - first).days] = back
    place_of = _places(ids)
    for who, what, figures in _stretches(first, newest, enterprises):
        place = place_of[np.minimum(who, len(place_of) - 1)]
        kept = place >= 0
        if not kept.all():  # merged into another, or of a later snapshot than the ids
            place, what, figures = place[kept], what[kept], figures[kept]
        column = column_of[what >> 4]
        where = (((what >> 1) & 7) * _MONTHS + column) * len(ids) + place
        _lay(cells.reshape(-1), states.reshape(-1), where, figures / 100, (what & 1) == 1)
    cells[states == _DOUBTFUL] = np.nan
    for place_of_code, code in enumerate(_CODES):
        figures_of = cells[place_of_code]
        known = ~np.isnan(figures_of[:LATE])
        yield code, Table(figures_of, np.where(known.any(axis=0), known.argmax(axis=0), LATE))


def _lay(
    cells: Numbers,
    states: NDArray[np.int8],
    where: Places,
    values: Numbers,
    sure: NDArray[np.bool_],
) -> None:
    """Lay figures into their cells: over what was only said the confirmed one; what two sources
    say differently is in doubt."""
    said = ~sure
    place, value = where[said], values[said]
    before = states[place]
    new = before == _NOT
    cells[place[new]] = value[new]
    states[place[new]] = _SAID
    # also of two in this very stretch
    differs = (before != _SURE) & (cells[place] != value)
    states[place[differs]] = _DOUBTFUL
    cells[where[sure]] = values[sure]
    states[where[sure]] = _SURE


def _places(ids: Places) -> Places:
    """At which place an enterprise stands, by its id; -1 for none, and behind the last."""
    made = np.full(int(ids.max()) + 2 if len(ids) else 1, -1, dtype=np.int64)
    made[ids] = np.arange(len(ids))
    return made


def _stretches(
    first: date, newest: date, enterprises: Collection[int] | None
) -> Iterator[tuple[Places, Places, Places]]:
    """Enterprises, what is said of them, and how much, in hundredths."""
    parameters = {"first": first, "newest": newest, "codes": list(_CODES)}
    if enterprises is None:
        sql = _ALL.format(blocks=_BLOCKS, arrays=_ARRAYS)
    else:
        sql = f"{_ARRAYS} AND enterprise_id = ANY(%(enterprises)s)"
        parameters["enterprises"] = sorted(enterprises)
    connection.ensure_connection()
    # past Django's cursor: what comes are arrays, not rows
    with connection.wrap_database_errors, connection.connection.cursor(binary=True) as cursor:
        for row in cursor.stream(sql, parameters):
            if row[0] is not None:
                yield tuple(_elements(one) for one in row)


def _elements(array: bytes) -> Places:
    return np.frombuffer(array, dtype=_ELEMENT, offset=_HEAD)["value"].astype(np.int64)


def _origins(enterprise_id: int, on: date) -> Mapping[str, Origin]:
    """Of which month each measure's newest figure is, and whether it is confirmed."""
    newest = months_before(month_of(on), 1)
    oldest = months_before(newest, LATE - 1)
    rows = Indicator.objects.filter(
        enterprise=enterprise_id, month__range=(oldest, newest), returned_at=None
    )
    found: dict[str, Origin] = {}
    url = reverse("registry:indicators", args=[enterprise_id])
    for row in rows.order_by("month", "-confirmed_at", "pk"):  # the confirmed ones last
        end = months_before(row.month, -1) - timedelta(days=1)
        origin = Origin(end, row.confirmed_at is not None, url)
        found |= dict.fromkeys(rolling_names(row.code) if row.code in _CODES else (), origin)
    return found


def ship() -> None:
    """Register it (from `apps.py`)."""
    names = tuple(name for code in _CODES for name in rolling_names(code))
    provide(Provider("indicators", _("月度指标"), names, frame, _origins))
