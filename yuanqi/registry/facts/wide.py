"""What counts of every enterprise on a day, as one frame; and of one, by the same way."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

import polars as pl

from yuanqi.domain.rules import columns_of

from . import stated
from .fields import AS_OF, Catalogue, catalogue
from .providers import ENTERPRISE, providers
from .reading import among, frame_of

_EVERYBODY = "SELECT id FROM enterprise WHERE merged_into_id IS NULL AND {among} ORDER BY id"


def wide(on: date, enterprises: Collection[int] | None = None) -> pl.DataFrame:
    """Every enterprise's facts on a day: the column "enterprise" (its id), one of each field, and
    AS_OF; null is unknown. Of `enterprises`, or of all that aren't merged into another, in order.
    """
    return wide_by(catalogue(), on, enterprises)


def wide_by(known: Catalogue, on: date, enterprises: Collection[int] | None = None) -> pl.DataFrame:
    narrowed, parameters = among("id", enterprises)
    frame = frame_of(_EVERYBODY.format(among=narrowed), {ENTERPRISE: pl.Int64}, parameters)
    parts = [stated.frame(on, known.fields, enterprises)]
    parts += [one.frame(on, enterprises).select(ENTERPRISE, *one.names) for one in providers()]
    for part in parts:
        if part.get_column(ENTERPRISE).equals(frame.get_column(ENTERPRISE)):
            frame = frame.hstack(part.drop(ENTERPRISE))
        else:
            frame = frame.join(part, on=ENTERPRISE, how="left", maintain_order="left")
    frame = frame.with_columns(pl.lit(on).alias(AS_OF))
    for level in known.levels:
        frame = frame.hstack(columns_of(level, frame))
    unknown = [
        pl.lit(None, dtype=stated.DTYPES[one.type]).alias(name)
        for name, one in known.fields.items()
        if name not in frame.columns
    ]
    return frame.with_columns(unknown).select(ENTERPRISE, *known.fields)


def facts_of(enterprise_id: int, on: date) -> dict[str, Any]:
    """What counts of one enterprise on a day, by field: without what is unknown, stale, waiting
    or in dispute. AS_OF is the day. A few queries."""
    return facts_by(catalogue(), enterprise_id, on)


def facts_by(known: Catalogue, enterprise_id: int, on: date) -> dict[str, Any]:
    frame = wide_by(known, on, [enterprise_id])
    if frame.is_empty():
        return {AS_OF: on}
    row = frame.row(0, named=True)
    return {name: value for name, value in row.items() if value is not None and name != ENTERPRISE}
