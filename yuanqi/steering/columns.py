"""A month's list of the whole park, made at one go: judged and written by columns.

It says what `judging` says of one enterprise after the other, of all who have no entry yet. The few
whose ruling goes on from the month before are left to `judging`.
"""

import json
from datetime import datetime

import polars as pl
from django.db import connection

from yuanqi.conditions.queries import Standing
from yuanqi.registry.facts.reading import frame_of

from .judging import ENTERPRISE, Cause, Moves
from .models import Move, Sheet

_BEFORE = """
SELECT enterprise_id, ruling IN ('on', 'off')
FROM steering_entry
WHERE (is_on OR ruling = 'off') AND sheet_id = (
    SELECT id FROM steering_sheet WHERE condition_id = %s AND month < %s
    ORDER BY month DESC LIMIT 1
)
"""
_COPY = """
COPY steering_entry (enterprise_id, verdict, is_on, was_on, move, figures, sheet_id, because,
                     ruling, reason, revision)
FROM STDIN (FORMAT csv, NULL '\\N')
"""
_AT_A_TIME = 10_000  # rows of CSV in memory


def judge_all(
    *,
    sheet: Sheet,
    standing: Standing,
    frame: pl.DataFrame,
    cause: Cause,
    moves: Moves,
    at: datetime,
) -> tuple[int, list[int]]:
    """Judge a list that has no entries yet, write them, note who comes and goes.

    Returns of how many too little is known, and whose rulings go on: nothing is written of them.
    """
    columns = {ENTERPRISE: pl.Int64, "is_ruled": pl.Boolean}
    before = frame_of(_BEFORE, columns, [sheet.condition_id, sheet.month])
    ruled = before.filter("is_ruled").get_column(ENTERPRISE)
    stood = before.filter(~pl.col("is_ruled")).select(ENTERPRISE, was_on=pl.lit(value=True))
    verdicts = standing.rule.match(frame)
    is_meant = (
        verdicts.fill_null(value=False)
        | frame.get_column(ENTERPRISE).is_in(stood.get_column(ENTERPRISE).implode())
    ) & ~frame.get_column(ENTERPRISE).is_in(ruled.implode())
    figures = _as_json(frame.filter(is_meant), [one.name for one in standing.rule.fields])
    judged = pl.DataFrame([
        frame.get_column(ENTERPRISE).filter(is_meant),
        verdicts.filter(is_meant).alias("verdict"),
        figures,
    ])  # fmt: skip
    # of who has left the park nothing is in the frame
    rows = judged.join(stood, on=ENTERPRISE, how="full", coalesce=True).select(
        ENTERPRISE,
        pl.when(pl.col("figures").is_null()).then(False).otherwise("verdict").alias("verdict"),
        pl.col("verdict").fill_null(value=False).alias("is_on"),
        pl.col("was_on").fill_null(value=False),
        pl.col("figures").fill_null("{}"),
    )
    rows = rows.with_columns(
        pl.when("is_on")
        .then(
            pl.when("was_on").then(pl.lit(Move.STAYED.value)).otherwise(pl.lit(Move.ENTERED.value))
        )
        .otherwise(pl.lit(Move.LEFT.value))
        .alias("move")
    ).sort(ENTERPRISE)
    for enterprise_id, was_on, is_on in rows.select(ENTERPRISE, "was_on", "is_on").iter_rows():
        moves.note(enterprise_id, standing.condition.code, was_on, is_on)
    _write(rows, sheet, cause.because(0, at))
    return verdicts.null_count(), ruled.to_list()


def _as_json(frame: pl.DataFrame, names: list[str]) -> pl.Series:
    """The facts that a rule names, as JSON, a text a row."""
    plain = frame.select(
        pl.col(name).cast(pl.String) if kind == pl.Date
        # JSON has no sign for what is no number
        else pl.when(pl.col(name).is_finite()).then(name).alias(name) if kind.is_float()
        else pl.col(name)
        for name, kind in ((name, frame.schema[name]) for name in names)
    )  # fmt: skip
    return plain.to_struct("figures").struct.json_encode()


def _write(rows: pl.DataFrame, sheet: Sheet, because: dict[str, object]) -> None:
    told = rows.select(
        ENTERPRISE, "verdict", "is_on", "was_on", "move", "figures",
        sheet=pl.lit(sheet.pk), because=pl.lit(json.dumps(because)),
        ruling=pl.lit(""), reason=pl.lit(""), revision=pl.lit(1),
    )  # fmt: skip
    # COPY goes past Django's cursor: what it raises is turned into Django's errors here
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.cursor.copy(_COPY) as copy,
    ):
        for some in told.iter_slices(_AT_A_TIME):
            copy.write(some.write_csv(include_header=False, null_value="\\N"))
