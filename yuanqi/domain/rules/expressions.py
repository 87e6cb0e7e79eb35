"""A rule as a polars expression over prepared columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from math import inf
from sys import float_info

import numpy as np
import polars as pl

from yuanqi.domain.rules import tree
from yuanqi.domain.rules.columns import DTYPES, Columns
from yuanqi.domain.rules.evaluation import like
from yuanqi.domain.rules.fields import Field, Type
from yuanqi.domain.rules.tree import Node

_LARGEST = float_info.max / 4  # room for the last bits of a bound
_WHOLE = 2.0**52
_LIGHT = 24  # parts of an expression that may be worked out twice


@dataclass(frozen=True, slots=True)
class Part:
    """An expression, how far from nought it can be (inf: it may not be finite), and how many
    parts it has."""

    expression: pl.Expr
    bound: float = inf
    weight: int = 1


class Compiler:
    def __init__(self, columns: Columns) -> None:
        self._columns = columns

    def condition(self, node: Node) -> pl.Expr:
        return self._value(node).expression

    def value(self, node: Node) -> pl.Expr:
        """What a node gives, null wherever that is unknown."""
        return self._finite(node).expression

    # values

    def _value(self, node: Node) -> Part:
        """What a node gives; NaN or an infinity may stand for unknown."""
        match node:
            case tree.Literal(value=value):
                size = abs(value) if isinstance(value, float) else inf
                # a type beside a value costs a cast
                return Part(pl.lit(value, dtype=DTYPES[node.type] if value is None else None), size)
            case tree.Fact(field=field):
                return Part(self._columns.column(field), self._columns.bound(field))
            case tree.Sum(first=first, rest=rest):
                return self._sum(first, rest)
            case tree.Product(first=first, rest=rest):
                return self._product(first, rest)
            case tree.Negative(of=of):
                inner = self._finite(of)
                return Part(-inner.expression, inner.bound, inner.weight + 1)
            case tree.Call(function=function, arguments=arguments):
                return self._call(function, arguments, node.type)
            case tree.Case(branches=branches, otherwise=otherwise):
                return self._case(branches, otherwise, node.type)
            case _:
                return self._condition(node)

    def _finite(self, node: Node) -> Part:
        """What a node gives, null wherever that isn't finite."""
        made = self._value(node)
        may_overflow = isinstance(node, tree.Sum | tree.Product)
        return self._guarded(made) if may_overflow else made

    def _guarded(self, part: Part) -> Part:
        if part.bound <= _LARGEST:
            return part
        return _with([part], lambda made: pl.when(made.is_finite()).then(made))

    def _sum(self, first: Node, rest: Sequence[tuple[str, Node]]) -> Part:
        total = self._value(first)
        for sign, node in rest:
            term = self._value(node)
            one, other = total.expression, term.expression
            total = Part(
                one + other if sign == "+" else one - other,
                total.bound + term.bound,
                total.weight + term.weight,
            )
        return total

    def _product(self, first: Node, rest: Sequence[tuple[str, Node]]) -> Part:
        product = self._value(first)
        for sign, node in rest:
            if sign == "*":
                factor = self._value(node)
                product = Part(
                    product.expression * factor.expression,
                    _times(product.bound, factor.bound),
                    product.weight + factor.weight,
                )
            elif sign == "/":
                product = self._divided(product, node)
            else:
                product = self._remainder(product, node)
        return product

    def _divided(self, left: Part, node: Node) -> Part:
        prepared = self._columns.divisor(node.field) if isinstance(node, tree.Fact) else None
        if prepared is None:
            # a quotient by nought isn't finite, and is seen to as such
            right = self._finite(node)
            literal = node.value if isinstance(node, tree.Literal) else None
            least = abs(literal) if isinstance(literal, float) else 0.0
        else:
            expression, least = prepared
            right = Part(expression)
        return Part(
            left.expression / right.expression,
            _over(left.bound, least),
            left.weight + right.weight,
        )

    def _remainder(self, left: Part, node: Node) -> Part:
        """Exact, as in C: polars' own takes the divisor's sign and rounds in between."""
        right = self._finite(node)
        made = pl.map_batches([left.expression, right.expression], _fmod, return_dtype=pl.Float64())
        return Part(made, weight=left.weight + right.weight)

    def _call(self, function: str, arguments: Sequence[Node], kind: Type) -> Part:
        made = [self._finite(each) for each in arguments]
        if function == "ABS":
            return Part(made[0].expression.abs(), made[0].bound, made[0].weight + 1)
        if function == "COALESCE":
            return Part(
                pl.coalesce(part.expression for part in made),
                max(part.bound for part in made),
                sum(part.weight for part in made),
            )
        if function == "ROUND":
            places = arguments[1]
            assert isinstance(places, tree.Literal) and isinstance(places.value, float)
            return _rounded(made[0], int(places.value))
        chosen = _with(made, _OF_ALL[function], kind)
        return Part(chosen.expression, max(part.bound for part in made), chosen.weight)

    def _case(
        self, branches: Sequence[tuple[Node, Node]], otherwise: Node | None, kind: Type
    ) -> Part:
        parts = [self._finite(each) for branch in branches for each in branch]
        unknown = pl.lit(None, dtype=DTYPES[kind])
        if otherwise is not None:
            parts.append(self._finite(otherwise))

        def chosen(*made: pl.Expr) -> pl.Expr:
            result = made[-1] if otherwise is not None else unknown
            for place in range(len(branches) - 1, -1, -1):
                when, value = made[2 * place], made[2 * place + 1]
                result = (
                    pl.when(when.is_null()).then(unknown).when(when).then(value).otherwise(result)
                )
            return result

        made = _with(parts, chosen, kind)
        values = [*parts[1::2], *parts[2 * len(branches) :]]
        return Part(made.expression, max(part.bound for part in values), made.weight)

    # conditions

    def _condition(self, node: Node) -> Part:
        match node:
            case tree.Compare(
                operator="=" | "<>",
                left=tree.Fact(field=field),
                right=tree.Literal(value=str() as text),
            ) if (made := self._numbered(field, lambda each: each == text)) is not None:
                negated = node.operator == "<>"
            case tree.Compare(operator=operator, left=left, right=right):
                one, other = self._finite(left), self._finite(right)
                return Part(
                    _COMPARED[operator](one.expression, other.expression),
                    weight=one.weight + other.weight,
                )
            case tree.Between(of=of, low=low, high=high, negated=negated):
                parts = [self._finite(each) for each in (of, low, high)]
                made = _with(parts, _between, Type.BOOLEAN)
            case tree.In(of=tree.Fact(field=field), values=values, negated=negated) if (
                made := self._numbered(field, frozenset(values).__contains__)
            ) is not None:
                pass
            case tree.In(of=of, values=values, negated=negated):
                inner = self._finite(of)
                listed = pl.Series(values, dtype=DTYPES[of.type])
                made = Part(_among(inner.expression, listed), weight=inner.weight + 1)
            case tree.Like(of=tree.Fact(field=field), pattern=pattern, negated=negated) if (
                made := self._numbered(field, like(pattern))
            ) is not None:
                pass
            case tree.Like(of=of, pattern=pattern, negated=negated):
                inner = self._value(of)
                made = Part(_like(inner.expression, pattern), weight=inner.weight + 1)
            case tree.IsNull(of=of, negated=negated):
                inner = self._finite(of)
                made = Part(inner.expression.is_null(), weight=inner.weight + 1)
            case tree.Not(of=of):
                negated, made = True, self._value(of)
            case tree.Every(parts=parts_of):
                return _joined([self._value(part) for part in parts_of], lambda a, b: a & b)
            case tree.Some(parts=parts_of):
                return _joined([self._value(part) for part in parts_of], lambda a, b: a | b)
            case _:
                raise TypeError(node)
        return Part(~made.expression, weight=made.weight + 1) if negated else made

    def _numbered(self, field: Field, fits: Callable[[str], bool]) -> Part | None:
        """Whether a text that has been numbered is one of those that fit."""
        found = self._columns.codes(field)
        if found is None:
            return None
        column, texts = found
        kept = [number for number, text in enumerate(texts) if fits(text)]
        return Part(_among(column, pl.Series(kept, dtype=pl.UInt32)))


_COMPARED: dict[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "=": lambda one, other: one == other,
    "<>": lambda one, other: one != other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}


def _with(parts: Sequence[Part], body: Callable[..., pl.Expr], kind: Type = Type.NUMBER) -> Part:
    """The body over parts that it uses more than once. A heavy part is worked out first and
    once; otherwise a rule that nests would take powers of two as long."""
    weight = sum(part.weight for part in parts)
    heavy = [place for place, part in enumerate(parts) if part.weight > _LIGHT]
    if not heavy:
        return Part(body(*(part.expression for part in parts)), weight=2 * weight + 1)

    def worked_out(given: Sequence[pl.Series]) -> pl.Series:
        made = [series.alias(str(place)) for place, series in enumerate(_of_one_height(given))]
        frame = pl.DataFrame(made)
        return frame.select(body(*map(pl.col, frame.columns)).alias("made")).to_series()

    made = pl.map_batches(
        [part.expression for part in parts], worked_out, return_dtype=DTYPES[kind]
    )
    return Part(made, weight=_LIGHT + 1)  # nor may this be worked out twice


def of_height(series: pl.Series, height: int) -> pl.Series:
    """What names no fact gives one value for all."""
    return series if len(series) == height else series.new_from_index(0, height)


def _of_one_height(given: Sequence[pl.Series]) -> list[pl.Series]:
    height = next((len(series) for series in given if len(series) != 1), 1)
    return [of_height(series, height) for series in given]


def _joined(parts: Sequence[Part], join: Callable[[pl.Expr, pl.Expr], pl.Expr]) -> Part:
    """A chain as a balanced tree: a thousand conditions in a row must not nest a thousand deep."""
    waiting = [part.expression for part in parts]
    while len(waiting) > 1:
        pairs = [join(*pair) for pair in zip(waiting[::2], waiting[1::2], strict=False)]
        waiting = pairs + waiting[len(pairs) * 2 :]
    return Part(waiting[0], weight=sum(part.weight for part in parts))


def _times(one: float, other: float) -> float:
    return inf if inf in (one, other) else one * other


def _over(one: float, least: float) -> float:
    return one / least if least >= 1 or least * _LARGEST > one else inf


def _fmod(given: Sequence[pl.Series]) -> pl.Series:
    left, right = _of_one_height(given)
    with np.errstate(invalid="ignore"):
        made = np.fmod(left.fill_null(0.0).to_numpy(), right.fill_null(1.0).to_numpy())
    result = pl.Series(left.name, made)
    return result.set(left.is_null() | right.is_null(), None)


def _between(value: pl.Expr, least: pl.Expr, most: pl.Expr) -> pl.Expr:
    return (value >= least) & (value <= most)


def _among(value: pl.Expr, listed: pl.Series) -> pl.Expr:
    if len(listed) == 1:
        return value == pl.lit(listed[0])
    return value.is_in(listed.implode())


def _like(value: pl.Expr, pattern: str) -> pl.Expr:
    head, *others = pattern.split("%")
    if not others:
        return value == pl.lit(head)
    *middle, tail = others
    if not any(middle):
        # the ends may not overlap
        starts, ends = value.str.starts_with(head), value.str.ends_with(tail)
        if head and tail:
            return starts & ends & (value.str.len_bytes() >= len((head + tail).encode()))
        return starts if head else ends
    if not head and not tail and len(middle) == 1:
        return value.str.contains(middle[0], literal=True)
    pieces = ".*".join(_escaped(piece) for piece in (head, *filter(None, middle), tail))
    return value.str.contains(f"(?s)^{pieces}$")


def _escaped(piece: str) -> str:
    return "".join(
        letter if letter.isalnum() or ord(letter) > 127 else f"\\x{{{ord(letter):x}}}"
        for letter in piece
    )


def _rounded(part: Part, places: int) -> Part:
    scale = pl.lit(10.0 ** abs(places))

    def body(value: pl.Expr) -> pl.Expr:
        if places < 0:
            return (value / scale).round(0, mode="half_away_from_zero") * scale
        near = (value * scale).round(0, mode="half_away_from_zero") / scale
        return pl.when(value.abs() < _WHOLE).then(near).otherwise(value)

    made = _with([part], body)
    if places >= 0:
        return Part(made.expression, part.bound * 2 + 1, made.weight)
    bound = part.bound + 10.0 ** abs(places)
    if bound <= _LARGEST:
        return Part(made.expression, bound, made.weight)
    return _with([made], lambda value: pl.when(value.is_finite()).then(value))


def _least(*values: pl.Expr) -> pl.Expr:
    return pl.when(_all_known(values)).then(pl.min_horizontal(*values))


def _greatest(*values: pl.Expr) -> pl.Expr:
    return pl.when(_all_known(values)).then(pl.max_horizontal(*values))


def _all_known(values: Sequence[pl.Expr]) -> pl.Expr:
    return reduce(lambda one, other: one & other, [value.is_not_null() for value in values])


def _months(later: pl.Expr, earlier: pl.Expr) -> pl.Expr:
    """The day of the month decides only between equal months: it stands behind them, in 32nds,
    and what is left of a division by 32 falls away."""

    def place(day: pl.Expr) -> pl.Expr:
        return (
            day.dt.year().cast(pl.Int32) * 384
            + day.dt.month().cast(pl.Int32) * 32
            + day.dt.day().cast(pl.Int32)
        )

    between = (place(later) - place(earlier)).cast(pl.Float64) / 32
    return between.cast(pl.Int32).cast(pl.Float64)


_OF_ALL: dict[str, Callable[..., pl.Expr]] = {
    "LEAST": _least,
    "GREATEST": _greatest,
    "MONTHS_BETWEEN": _months,
}
