"""What the monthly figures say: rolling sums beside those of a year before, months in a row.

All of it is worked out over whole columns, one measure after the other (`figures` reads them). One
enterprise goes the same way as all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from numpy.typing import NDArray

from ..indicators import month_of, months_before
from ..models import Indicator
from . import figures
from .providers import ENTERPRISE, Origin, Provider, provide
from .reading import frame_of
from .shipped_fields import FULL, PLAIN, STOCK, rolling_names

LATE = 3  # the newest figure is one of the last three months that are over
_YEAR = 12
MONTHS = LATE - 1 + 2 * _YEAR + 1
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
    newest = months_before(month_of(on), 1)
    months = [months_before(newest, back) for back in range(MONTHS)]
    cells = figures.read(months, _CODES, ids, enterprises)
    for code, of_code in zip(_CODES, cells, strict=True):
        known = ~np.isnan(of_code[:LATE])
        table = Table(of_code, np.where(known.any(axis=0), known.argmax(axis=0), LATE))
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
