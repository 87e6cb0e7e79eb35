"""Which of several sayings counts: for one enterprise in plain words, for all in one frame.

Of one field, on one day, only what was said of that day or an earlier one is looked at, and only
while it holds (`valid_days`); what was sent back is out. A source's word is its newest one.

- The newest confirmed saying counts. If a source's newest word is of the same day or a later one,
  isn't confirmed and says something else, that is a conflict: the confirmed one counts until
  somebody has settled it.
- Without a confirmed one, a department's, an import's or a slice's word counts at once if no other
  source contradicts it. What the enterprise alone says of itself waits until it is confirmed, for
  money hangs on it.
- Two sources that differ, neither confirmed: nothing counts, and staff settle it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

import polars as pl
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yuanqi.domain.rules import Type

from ..models import Fact, FactSource
from .fields import FactField
from .reading import among, frame_of

DTYPES: Mapping[str, Any] = {
    Type.NUMBER: pl.Float64,
    Type.BOOLEAN: pl.Boolean,
    Type.STRING: pl.String,
    Type.DATE: pl.Date,
}


class State(StrEnum):
    """How well a fact is known."""

    UNKNOWN = "unknown"  # nobody has said it
    CONFIRMED = "confirmed"
    STATED = "stated"  # counts, and nobody has confirmed it yet
    WAITING = "waiting"  # the enterprise's own word: counts once it is confirmed
    CONFLICT = "conflict"
    STALE = "stale"
    READ = "read"  # from the table where it stands
    COMPUTED = "computed"


STATE_LABELS: Mapping[State, str | Promise] = {
    State.UNKNOWN: _("未知"),
    State.CONFIRMED: _("已确认"),
    State.STATED: pgettext_lazy("fact", "未确认"),
    State.WAITING: pgettext_lazy("fact", "等确认"),
    State.CONFLICT: _("有冲突"),
    State.STALE: pgettext_lazy("fact", "已过期"),
    State.READ: _("来自档案"),
    State.COMPUTED: _("计算得出"),
}
# colours of the house
STATE_TONES: Mapping[State, str] = {
    State.WAITING: "yq-text-amber",
    State.CONFLICT: "yq-text-red",
    State.STALE: "yq-text-amber",
    State.UNKNOWN: "yq-muted",
}


@dataclass(frozen=True, slots=True)
class Settled:
    """What was said of one field: what counts (None: nothing), how it stands, who else spoke.

    `shown` is the saying to show where nothing counts; `against` are words that contradict it.
    """

    state: State
    counts: Fact | None
    shown: Fact | None
    against: tuple[Fact, ...] = ()


def holds(field: FactField | None, as_of: date, on: date) -> bool:
    """Whether what was true on a day is still taken for true on another."""
    if field is None or field.valid_days is None:
        return True
    return as_of + timedelta(days=field.valid_days) >= on


def settled(field: FactField, rows: Sequence[Fact], on: date) -> Settled:
    """Judge all that was said of one field of one enterprise."""
    said = sorted(
        (row for row in rows if row.as_of <= on and row.returned_at is None),
        key=lambda row: (row.as_of, row.pk or 0),
    )
    if not said:
        return Settled(State.UNKNOWN, None, None)
    kept = [row for row in said if holds(field, row.as_of, on)]
    if not kept:
        return Settled(State.STALE, None, said[-1])
    words = list({row.source: row for row in kept}.values())  # the newest of each source
    confirmed = next((row for row in reversed(kept) if row.confirmed_at), None)
    if confirmed is not None:
        against = tuple(
            row
            for row in words
            if row.confirmed_at is None
            and row.as_of >= confirmed.as_of
            and row.value != confirmed.value
        )
        state = State.CONFLICT if against else State.CONFIRMED
        return Settled(state, confirmed, confirmed, against)
    newest = max(words, key=lambda row: (row.as_of, row.pk or 0))
    others = tuple(row for row in words if row.value != newest.value)
    if others:
        return Settled(State.CONFLICT, None, newest, others)
    if all(row.source == FactSource.ENTERPRISE for row in words):
        return Settled(State.WAITING, None, newest)
    return Settled(State.STATED, newest, newest)


# all of them ------------------------------------------------------------------------------------

_SQL = """
SELECT enterprise_id, field, source, as_of, confirmed_at IS NOT NULL,
       coalesce(trim_scale(number)::text, text, boolean::text, day::text)
FROM fact
WHERE project_id IS NULL AND returned_at IS NULL AND as_of <= %s AND field = ANY(%s) AND {among}
"""
_COLUMNS: Mapping[str, Any] = {
    "enterprise": pl.Int64,
    "field": pl.String,
    "source": pl.String,
    "as_of": pl.Date,
    "is_confirmed": pl.Boolean,
    "value": pl.String,
}
_OF_ONE = ("enterprise", "field")


def frame(
    on: date, fields: Mapping[str, FactField], enterprises: Collection[int] | None
) -> pl.DataFrame:
    """What counts of the stated fields: a row an enterprise of which anything does."""
    wanted = {name: one for name, one in fields.items() if one.stated_by}
    narrowed, parameters = among("enterprise_id", enterprises)
    rows = frame_of(_SQL.format(among=narrowed), _COLUMNS, [on, list(wanted), *parameters])
    counting = _counting(_holding(rows, wanted, on))
    made = counting.pivot(on="field", index="enterprise", values="value")
    return made.select(
        "enterprise",
        *(
            _typed(name, one.type) if name in made.columns
            else pl.lit(None, dtype=DTYPES[one.type]).alias(name)
            for name, one in wanted.items()
        ),
    )  # fmt: skip


def _holding(rows: pl.DataFrame, fields: Mapping[str, FactField], on: date) -> pl.DataFrame:
    terms = {name: one.valid_days for name, one in fields.items() if one.valid_days is not None}
    days = pl.col("field").replace_strict(terms, default=None, return_dtype=pl.Int64)
    age = (pl.lit(on) - pl.col("as_of")).dt.total_days()
    return rows.filter(days.is_null() | (age <= days))


def _counting(rows: pl.DataFrame) -> pl.DataFrame:
    said = rows.sort("as_of")
    confirmed = said.filter("is_confirmed").group_by(_OF_ONE).agg(pl.col("value").last())
    words = said.group_by(*_OF_ONE, "source").agg(pl.col("value").last())
    undisputed = (
        words.join(confirmed, on=_OF_ONE, how="anti")
        .group_by(_OF_ONE)
        .agg(
            pl.col("value").first(),
            (pl.col("value").n_unique() == 1).alias("is_one"),
            (pl.col("source") != FactSource.ENTERPRISE.value).any().alias("is_others"),
        )
        .filter("is_one", "is_others")
        .select(*_OF_ONE, "value")
    )
    return pl.concat([confirmed, undisputed])


def _typed(name: str, kind: str) -> pl.Expr:
    column = pl.col(name)
    if kind == Type.BOOLEAN:
        return (column == "true").alias(name)
    return column.cast(DTYPES[kind]).alias(name)
