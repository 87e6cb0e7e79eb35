"""Many rules over many enterprises, on polars: each rule becomes one expression.

Facts are brought to their types once a call. Bounds of the columns then tell which results can't
overflow and which divisors are never nought, so that most rules cost what they would cost if
they were written by hand; only the others are guarded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

import polars as pl

from yuanqi.domain.rules.columns import DTYPES, Columns
from yuanqi.domain.rules.expressions import Compiler, of_height
from yuanqi.domain.rules.fields import Field
from yuanqi.domain.rules.formula import Formula
from yuanqi.domain.rules.rule import Rule
from yuanqi.domain.rules.tree import Node

Id = TypeVar("Id")


def match(rule: Rule, frame: pl.DataFrame) -> pl.Series:
    return _verdicts({"verdict": rule}, frame).to_series()


def verdicts(rules: Mapping[Id, Rule], frame: pl.DataFrame) -> pl.DataFrame:
    named = {str(key): rule for key, rule in rules.items()}
    if len(named) != len(rules):
        raise ValueError("two rules have ids that read the same")
    return _verdicts(named, frame)


def match_all(
    rules: Mapping[Id, Rule], frame: pl.DataFrame, batch: int = 64
) -> Iterator[pl.DataFrame]:
    if batch < 1:
        raise ValueError("a batch holds at least one rule")
    roots = [rule.folded for rule in rules.values()]
    columns = Columns(frame, _fields(rules.values()), roots)
    ids = list(rules)
    for first in range(0, len(ids), batch):
        chosen = ids[first : first + batch]
        judged = _judged(roots[first : first + batch], columns)
        yield _rows(chosen, judged)


def columns_of(formulas: Mapping[str, Formula], frame: pl.DataFrame) -> pl.DataFrame:
    """The value of each formula, a column each, of the type that it has."""
    roots = [formula.folded for formula in formulas.values()]
    fields = {field.name: field for formula in formulas.values() for field in formula.fields}
    columns = Columns(frame, fields.values(), roots)
    compiler = Compiler(columns)
    made = columns.frame.select(
        compiler.value(root).alias(str(place)) for place, root in enumerate(roots)
    )
    return pl.DataFrame(
        [
            of_height(series, columns.height).cast(DTYPES[formula.type]).alias(name)
            for series, (name, formula) in zip(made.get_columns(), formulas.items(), strict=True)
        ]
    )


def _verdicts(rules: Mapping[str, Rule], frame: pl.DataFrame) -> pl.DataFrame:
    roots = [rule.folded for rule in rules.values()]
    judged = _judged(roots, Columns(frame, _fields(rules.values()), roots))
    return pl.DataFrame([series.alias(name) for name, series in zip(rules, judged, strict=True)])


def _fields(rules: Iterable[Rule]) -> list[Field]:
    return list({field.name: field for rule in rules for field in rule.fields}.values())


def _judged(roots: Sequence[Node], columns: Columns) -> list[pl.Series]:
    compiler = Compiler(columns)
    made = columns.frame.select(
        compiler.condition(root).alias(str(place)) for place, root in enumerate(roots)
    )
    return [of_height(series, columns.height) for series in made.get_columns()]


def _rows(ids: Sequence[Id], judged: Sequence[pl.Series]) -> pl.DataFrame:
    """Filtering a column of row numbers is several times as fast as asking for the rows."""
    height = len(judged[0])
    numbers = pl.int_range(height, dtype=pl.UInt32, eager=True).alias("row")
    frames = [
        pl.LazyFrame([numbers, verdict.alias("verdict")])
        .select(pl.lit(key).alias("rule"), "row", "verdict")
        .filter(pl.col("verdict").fill_null(True))
        for key, verdict in zip(ids, judged, strict=True)
    ]
    return pl.concat(pl.collect_all(frames))
