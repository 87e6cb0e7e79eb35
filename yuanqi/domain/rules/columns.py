"""The facts of many enterprises, brought to the types of their fields, with their bounds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import inf, isfinite
from typing import Any

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

_FEW = 1_000
_SAMPLE = 10_000
_MOST_TEXTS = 50_000


class Columns:
    """The columns that rules use, of exact types: finite doubles, truth values, texts, dates.

    A column that isn't there, or is of another type, is null throughout. Names are our own, so
    that no fact's name clashes with another's divisor. Texts that recur (industries, classes,
    districts) are numbered, so that a condition on them compares small integers.
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
        self._divisors = self._without_noughts(divisors)
        self._most = self._farthest(calculated | divisors)
        self._least = self._nearest(self._divisors)
        self._codes = self._numbered(_compared_texts(roots))

    def column(self, field: Field) -> pl.Expr:
        return pl.col(self._names[field.name])

    def bound(self, field: Field) -> float:
        """No value of a number's column is further from nought than this."""
        return self._most.get(field.name, inf)

    def divisor(self, field: Field) -> tuple[pl.Expr, float] | None:
        """The column where nought is null, and how near to nought it comes; None for a field
        that nothing is divided by."""
        name = self._divisors.get(field.name)
        return None if name is None else (pl.col(name), self._least[field.name])

    def codes(self, field: Field) -> tuple[pl.Expr, list[str]] | None:
        """The column of a text's numbers and the texts by number; None where they don't recur."""
        found = self._codes.get(field.name)
        return None if found is None else (pl.col(found[0]), found[1])

    def _numbered(self, names: Mapping[str, int]) -> dict[str, tuple[str, list[str]]]:
        columns = {name: self._names[name] for name in names}
        distinct = self._of_all(
            {
                name: pl.col(column).drop_nulls().unique().implode()
                for name, column in columns.items()
                if recur(self.frame.get_column(column), names[name])
            }
        )
        made = {
            name: (f"{columns[name]} codes", texts)
            for name, texts in distinct.items()
            if len(texts) <= _MOST_TEXTS
        }
        self.frame = self.frame.with_columns(
            pl.col(columns[name]).cast(pl.Enum(texts)).to_physical().alias(codes)
            for name, (codes, texts) in made.items()
        )
        return made

    def _farthest(self, names: Iterable[str]) -> dict[str, float]:
        columns = {name: pl.col(self._names[name]) for name in names}
        most = self._of_all({name: column.max() for name, column in columns.items()})
        least = self._of_all({name: column.min() for name, column in columns.items()})
        return {name: max(abs(most[name] or 0.0), abs(least[name] or 0.0)) for name in columns}

    def _nearest(self, divisors: Mapping[str, str]) -> dict[str, float]:
        found = self._of_all(
            {name: pl.col(column).abs().min() for name, column in divisors.items()}
        )
        return {name: inf if least is None else least for name, least in found.items()}

    def _of_all(self, wanted: Mapping[str, pl.Expr]) -> dict[str, Any]:
        """One value of each of some columns."""
        made = [expression.alias(name) for name, expression in wanted.items()]
        return self.frame.select(made).row(0, named=True) if made else {}

    def _without_noughts(self, names: Iterable[str]) -> dict[str, str]:
        columns = {name: self._names[name] for name in names}
        noughts = self._of_all(
            {name: (pl.col(column) == 0).any() for name, column in columns.items()}
        )
        made = {
            name: f"{column} divides" if noughts[name] else column
            for name, column in columns.items()
        }
        self.frame = self.frame.with_columns(
            pl.when(pl.col(columns[name]) != 0).then(pl.col(columns[name])).alias(divisor)
            for name, divisor in made.items()
            if noughts[name]
        )
        return made


def recur(texts: pl.Series, times: int) -> bool:
    """Whether texts that are compared so many times are worth numbering."""
    sample = texts.head(_SAMPLE)
    return times > 1 and len(texts) >= _FEW and sample.n_unique() <= len(sample) // 4


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


def _compared_texts(roots: Iterable[Node]) -> Counter[str]:
    """How often each text is compared with literals."""
    found: Counter[str] = Counter()
    waiting = list(roots)
    while waiting:
        node = waiting.pop()
        waiting.extend(tree.children(node))
        match node:
            case (
                tree.In(of=tree.Fact(field=field))
                | tree.Like(of=tree.Fact(field=field))
                | tree.Compare(left=tree.Fact(field=field), right=tree.Literal())
            ) if field.type == Type.STRING:
                found[field.name] += 1
    return found
