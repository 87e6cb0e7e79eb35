"""The facts of many enterprises, brought to the types of their fields, with their bounds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import inf, isfinite

import polars as pl

from yuanqi.domain.rules import tree
from yuanqi.domain.rules.fields import Field, Type
from yuanqi.domain.rules.tree import Node

DTYPES: Mapping[str, pl.DataType] = {
    Type.NUMBER: pl.Float64(),
    Type.BOOLEAN: pl.Boolean(),
    Type.STRING: pl.String(),
    Type.DATE: pl.Date(),
}


class Columns:
    """The columns that rules use, of exact types: finite doubles, truth values, texts, dates.

    A column that isn't there, or is of another type, is null throughout. Names are our own, so
    that no fact's name clashes with another's divisor.
    """

    def __init__(self, frame: pl.DataFrame, fields: Iterable[Field], roots: Sequence[Node]) -> None:
        self.height = frame.height
        self._names: dict[str, str] = {}
        series = []
        for field in fields:
            name = self._names[field.name] = f"f{len(self._names)}"
            series.append(_typed(frame, field).alias(name))
        self.frame = _finite(pl.DataFrame(series))
        calculated, divisors = _in_arithmetic(roots)
        self._bounds = self._bounds_of(calculated | divisors)
        self._divisors = self._without_noughts(divisors)

    def column(self, field: Field) -> pl.Expr:
        return pl.col(self._names[field.name])

    def bound(self, field: Field) -> float:
        """No value of a number's column is further from nought than this."""
        return self._bounds.get(field.name, (0.0, inf))[1]

    def divisor(self, field: Field) -> tuple[pl.Expr, float] | None:
        """The column where nought is null, and how near to nought it comes; None for a field
        that nothing is divided by."""
        name = self._divisors.get(field.name)
        return None if name is None else (pl.col(name), self._bounds[field.name][0])

    def _bounds_of(self, names: set[str]) -> dict[str, tuple[float, float]]:
        if not names:
            return {}
        # nought stands in the way of what is nearest to it
        sizes = {name: pl.col(self._names[name]).abs() for name in names}
        found = self.frame.select(
            *(size.max().alias(f"most {self._names[name]}") for name, size in sizes.items()),
            *(size.filter(size > 0).min().alias(f"least {self._names[name]}")
              for name, size in sizes.items()),
        ).row(0, named=True)  # fmt: skip
        return {
            name: (
                found[f"least {self._names[name]}"] or inf,
                found[f"most {self._names[name]}"] or 0.0,
            )
            for name in names
        }

    def _without_noughts(self, names: set[str]) -> dict[str, str]:
        noughts = self.frame.select((pl.col(self._names[name]) == 0).any() for name in names)
        made = {name: self._names[name] for name in names}
        for name, has_nought in zip(names, noughts.row(0) if names else (), strict=True):
            if has_nought:
                made[name] = f"{self._names[name]} divides"
                column = pl.col(self._names[name])
                self.frame = self.frame.with_columns(
                    pl.when(column != 0).then(column).alias(made[name])
                )
        return made


def _typed(frame: pl.DataFrame, field: Field) -> pl.Series:
    wanted = DTYPES[field.type]
    unknown = pl.Series(field.name, [None], dtype=wanted)
    if field.name not in frame.columns:
        return unknown.new_from_index(0, frame.height)
    series = frame.get_column(field.name)
    kind = series.dtype
    fits = (
        kind == wanted
        or (field.type == Type.NUMBER and kind.is_numeric())
        or (field.type == Type.STRING and kind in (pl.Categorical, pl.Enum))
    )
    return series.cast(wanted) if fits else unknown.new_from_index(0, frame.height)


def _finite(frame: pl.DataFrame) -> pl.DataFrame:
    """NaN and infinities become null. A sum is finite only if all that goes into it is."""
    numbers = [name for name, kind in frame.schema.items() if kind == pl.Float64]
    if not numbers:
        return frame
    sums = frame.select(pl.col(numbers).sum()).row(0)
    odd = [name for name, total in zip(numbers, sums, strict=True) if not isfinite(total)]
    return frame.with_columns(
        pl.when(pl.col(name).is_finite()).then(pl.col(name)).alias(name) for name in odd
    )


def _in_arithmetic(roots: Iterable[Node]) -> tuple[set[str], set[str]]:
    """Names of the facts that are calculated with, and of those that are divided by."""
    calculated: set[str] = set()
    divisors: set[str] = set()
    waiting = list(roots)
    while waiting:
        node = waiting.pop()
        waiting.extend(tree.children(node))
        if isinstance(node, tree.Sum | tree.Product):
            calculated |= {
                each.field.name for each in tree.children(node) if isinstance(each, tree.Fact)
            }
        if isinstance(node, tree.Product):
            divisors |= {
                each.field.name
                for sign, each in node.rest
                if sign != "*" and isinstance(each, tree.Fact)
            }
    return calculated, divisors
