"""Ranks over the whole park, as facts: which share of the enterprises stand before this one.

Of 200 enterprises whose output is known the twentieth has 19 before it: 0.095, so it is among the
top tenth (`output_ahead < 0.1`). Equal ones share the better place. A rank can't be worked out of
one enterprise's own figures, so it is kept, each night and whenever the lists are made.
"""

from collections.abc import Collection
from datetime import date

import polars as pl
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from yuanqi.foundation.journal import lock
from yuanqi.registry import facts
from yuanqi.registry.facts import FactField, Provider

ENTERPRISE = "enterprise"
_OF = {"output_ahead": "output_year", "tax_ahead": "tax_year"}
FIELDS = (
    FactField("output_ahead", "number", "产值更高的企业占比", "Share with a higher output", "",
              group="output", is_fixed=True,
              meaning_zh="全区有近 12 个月产值的企业里，比它高的占多少；小于 0.1 即前 10 %。",
              meaning_en="Of all whose output of 12 months is known, how many lie before it; "
                         "below 0.1 is the top 10 %."),
    FactField("tax_ahead", "number", "纳税更多的企业占比", "Share with a higher tax", "",
              group="tax", is_fixed=True,
              meaning_zh="全区有近 12 个月税收的企业里，比它多的占多少；小于 0.1 即前 10 %。",
              meaning_en="Of all whose tax of 12 months is known, how many lie before it; "
                         "below 0.1 is the top 10 %."),
)  # fmt: skip


def define() -> None:
    """Define the facts and their reader (from `apps.py`)."""
    facts.define(*FIELDS)
    facts.provide(Provider("ranks", _("全区排名"), tuple(_OF), frame))


def frame(on: date, enterprises: Collection[int] | None) -> pl.DataFrame:
    """The ranks as they were last made; an enterprise without figures has none."""
    sql = "SELECT enterprise_id, output, tax FROM steering_rank"
    params: list[object] = []
    if enterprises is not None:
        sql += " WHERE enterprise_id = ANY(%s)"
        params.append(sorted(enterprises))
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} ORDER BY enterprise_id", params)
        rows = cursor.fetchall()
    schema = {ENTERPRISE: pl.Int64, "output_ahead": pl.Float64, "tax_ahead": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def ranked(wide: pl.DataFrame) -> pl.DataFrame:
    """The frame with its ranks worked out afresh; of those alone that are still in the park."""
    return wide.with_columns(
        ((pl.col(of).rank("min", descending=True) - 1) / pl.col(of).count()).alias(name)
        for name, of in _OF.items()
    )


def keep(wide: pl.DataFrame) -> None:
    """Write the ranks of a frame in the place of those that are kept."""
    known = wide.filter(pl.any_horizontal(pl.col(name).is_not_null() for name in _OF))
    rows = known.select(ENTERPRISE, *_OF).rows()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM steering_rank")
        with cursor.cursor.copy(
            "COPY steering_rank (enterprise_id, output, tax) FROM STDIN"
        ) as copy:
            for row in rows:
                copy.write_row(row)


@transaction.atomic
def make(on: date) -> None:
    """Rank the park by what is known on a day. Twice, or by two at once, is as good as once."""
    lock("lists")
    keep(ranked(facts.wide(on)))
