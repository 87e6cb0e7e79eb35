"""The monthly figures of a whole park, read fast: months that are over lie packed in one row each.

A hundred thousand enterprises have twenty million figures in two years; read row by row they take
half a minute. So each month is also kept as one Parquet text (`figure_month`). It can't be stale:
triggers on the indicators write the month of every change into `figure_change`, and a month that
stands there is read from the indicators themselves, until it is packed again (each night).

Of several sources the confirmed figure counts; else the one that was said, unless two differ: then
it is unknown until somebody has confirmed one. What was sent back is out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from io import BytesIO

import numpy as np
import polars as pl
from django.db import connection, transaction
from django.utils import timezone
from numpy.typing import NDArray
from psycopg import Cursor

from ..indicators import MEASURES, month_of, months_before
from ..models import FigureMonth
from .providers import ENTERPRISE

Numbers = NDArray[np.float64]
Places = NDArray[np.int64]
Stretch = tuple[Places, Places, Places]

# enterprises, what is said of them (month, measure, whether it is confirmed), in hundredths
_ARRAYS = """
SELECT array_send(array_agg(enterprise_id)) AS who,
       array_send(array_agg((
           (month - %(first)s::date) * 32 + (array_position(%(codes)s, code) - 1) * 2
           + (confirmed_at IS NOT NULL)::int
       )::bigint)) AS what,
       array_send(array_agg((value * 100)::bigint)) AS figures
FROM indicator
WHERE month = ANY(%(months)s) AND code = ANY(%(codes)s) AND returned_at IS NULL
"""
# the whole table in one statement, a stretch of its blocks at a time, each read once
_ALL = """
SELECT part.who, part.what, part.figures
FROM generate_series(
    0, pg_relation_size('indicator') / current_setting('block_size')::bigint, {blocks}
) AS first
CROSS JOIN LATERAL ({arrays} AND ctid >= format('(%%s,0)', first)::tid
    AND ctid < format('(%%s,0)', first + {blocks})::tid) part
WHERE part.who IS NOT NULL
"""
_BLOCKS = 8192  # some half a million figures
_FEW = 3  # up to so many months are looked up by the index
_HEAD = 20  # bytes before the first element of an array of one dimension
_ELEMENT = np.dtype([("length", ">i4"), ("value", ">i8")])
_PACKED = """
SELECT month, frame FROM figure_month
WHERE month = ANY(%s) AND NOT EXISTS (
    SELECT FROM figure_change WHERE figure_change.month = figure_month.month
)
"""
# one statement, one snapshot: what it forgets is in what it reads
_TAKEN = "WITH gone AS (DELETE FROM figure_change WHERE month = ANY(%(months)s)) {arrays}"
_LOCK = 0x666163  # of packing: a slower one must not put an older state over a newer
# how well a cell is known
_NOT, _SAID, _SURE, _DOUBTFUL = range(4)


def read(
    months: Sequence[date], codes: Sequence[str], ids: Places, enterprises: Collection[int] | None
) -> Numbers:
    """What counts of these measures: by measure, month and enterprise, in their orders; NaN is
    unknown. `enterprises` narrows what is read; else all of `ids` are."""
    cells = np.full((len(codes), len(months), len(ids)), np.nan)
    fresh = list(months)
    if enterprises is None:
        for month, packed in _packed(months):
            _spread(packed, codes, ids, cells[:, months.index(month)])
            fresh.remove(month)
    if fresh:
        part = _fresh(fresh, codes, ids, enterprises)
        for place, month in enumerate(fresh):
            cells[:, months.index(month)] = part[:, place]
    return cells


def pack(on: date, count: int) -> int:
    """Pack what has changed of the months before a day; return how many months.

    Each in its own transaction: a killed one has packed the others.
    """
    newest = months_before(month_of(on), 1)
    months = [months_before(newest, back) for back in range(count)]
    have = set(FigureMonth.objects.values_list("month", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT month FROM figure_change")
        changed = {row[0] for row in cursor.fetchall()}
    waiting = [month for month in months if month not in have or month in changed]
    for month in waiting:
        _pack(month)
    FigureMonth.objects.filter(month__lt=months[-1]).delete()
    return len(waiting)


@transaction.atomic
def _pack(month: date) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    codes = list(MEASURES)
    parameters = {"first": month, "codes": codes, "months": [month]}
    [stretch] = _stream(_TAKEN.format(arrays=_ARRAYS), parameters)
    ids = np.unique(stretch[0]) if stretch else np.empty(0, dtype=np.int64)
    cells = np.full((len(codes), 1, len(ids)), np.nan)
    if stretch:
        _lay_all([stretch], cells, ids, {0: 0})
    frame = pl.DataFrame(
        [
            pl.Series(ENTERPRISE, ids),
            *(
                pl.Series(code, values, nan_to_null=True)
                for code, values in zip(codes, cells[:, 0], strict=True)
            ),
        ]
    )
    target = BytesIO()
    frame.write_parquet(target)
    FigureMonth.objects.update_or_create(
        month=month, defaults={"frame": target.getvalue(), "made_at": timezone.now()}
    )


def _packed(months: Sequence[date]) -> Iterator[tuple[date, pl.DataFrame]]:
    with connection.cursor() as cursor:
        cursor.execute(_PACKED, [list(months)])
        for month, packed in cursor.fetchall():
            yield month, pl.read_parquet(BytesIO(packed))


def _spread(packed: pl.DataFrame, codes: Sequence[str], ids: Places, into: Numbers) -> None:
    """Lay a packed month at the places of the enterprises."""
    who = packed.get_column(ENTERPRISE).to_numpy()
    is_same = len(who) == len(ids) and bool((who == ids).all())
    place = _placed(who, ids)
    kept = place >= 0
    for row, code in enumerate(codes):
        values = packed.get_column(code).cast(pl.Float64).fill_null(np.nan).to_numpy()
        if is_same:
            into[row] = values
        else:
            into[row, place[kept]] = values[kept]


def _fresh(
    months: Sequence[date], codes: Sequence[str], ids: Places, enterprises: Collection[int] | None
) -> Numbers:
    first = min(months)
    cells = np.full((len(codes), len(months), len(ids)), np.nan)
    parameters = {"first": first, "codes": list(codes), "months": list(months)}
    if enterprises is not None:
        parameters["enterprises"] = sorted(enterprises)
        found = _stream(f"{_ARRAYS} AND enterprise_id = ANY(%(enterprises)s)", parameters)
    elif len(months) <= _FEW:
        found = (
            each for month in months for each in _stream(_ARRAYS, {**parameters, "months": [month]})
        )
    else:
        found = _stream(_ALL.format(blocks=_BLOCKS, arrays=_ARRAYS), parameters)
    columns = {(month - first).days: place for place, month in enumerate(months)}
    _lay_all((each for each in found if each), cells, ids, columns)
    return cells


def _lay_all(
    stretches: Iterator[Stretch] | Sequence[Stretch],
    cells: Numbers,
    ids: Places,
    columns: dict[int, int],
) -> None:
    """Lay what was read into its cells; `columns` by the days since the first month."""
    states = np.zeros(cells.shape, dtype=np.int8)
    column_of = np.full(max(columns) + 1, -1, dtype=np.int64)
    for days, place in columns.items():
        column_of[days] = place
    for who, what, hundredths in stretches:
        place = _placed(who, ids)
        kept = place >= 0
        if not kept.all():  # of one that was merged into another
            place, what, hundredths = place[kept], what[kept], hundredths[kept]
        row = ((what >> 1) & 15) * cells.shape[1] + column_of[what >> 5]
        where = row * len(ids) + place
        is_sure = (what & 1) == 1
        _lay(cells.reshape(-1), states.reshape(-1), where, hundredths / 100, is_sure)
    cells[states == _DOUBTFUL] = np.nan


def _lay(
    cells: Numbers,
    states: NDArray[np.int8],
    where: Places,
    values: Numbers,
    is_sure: NDArray[np.bool_],
) -> None:
    """The confirmed figure stands over what was only said; what two say differently is in doubt."""
    said = ~is_sure
    place, value = where[said], values[said]
    before = states[place]
    new = before == _NOT
    cells[place[new]] = value[new]
    states[place[new]] = _SAID
    # also of two in this very stretch
    differs = (before != _SURE) & (cells[place] != value)
    states[place[differs]] = _DOUBTFUL
    cells[where[is_sure]] = values[is_sure]
    states[where[is_sure]] = _SURE


def _placed(who: Places, ids: Places) -> Places:
    """At which place each enterprise stands among `ids`; -1 for one that doesn't."""
    if not len(ids):
        return np.full(len(who), -1, dtype=np.int64)
    made = np.full(int(ids[-1]) + 2, -1, dtype=np.int64)
    made[ids] = np.arange(len(ids))
    return made[np.minimum(who, len(made) - 1)]


def _stream(sql: str, parameters: dict[str, object]) -> Iterator[Stretch | None]:
    """The rows of a query of three arrays; None for one of none."""
    connection.ensure_connection()
    # past Django's cursor, which reads no binary: what comes are arrays, a stretch at a time
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        for row in cursor.stream(sql, parameters, binary=True):
            yield None if row[0] is None else tuple(_elements(one) for one in row)


def _elements(array: bytes) -> Places:
    return np.frombuffer(array, dtype=_ELEMENT, offset=_HEAD)["value"].astype(np.int64)
