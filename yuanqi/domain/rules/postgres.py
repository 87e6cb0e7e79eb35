"""PostgreSQL's dialect. Its doubles refuse to overflow, or to become nought by underflow: the
statement fails. So each operation is taken only where it can't, and gives NULL (or nought) where
it would. The tests of size scale both sides by powers of two, which is exact.
"""

from __future__ import annotations

from collections.abc import Sequence

from yuanqi.domain.rules.fields import Type
from yuanqi.domain.rules.sql import WHOLE, Writer
from yuanqi.domain.rules.tree import Node

_HALF_STEP = 2.0**969  # less than half of what lies between the largest doubles
_SAFE = "BETWEEN 1e-150::float8 AND 1e150::float8"  # products and quotients of these are harmless


def _two_to(power: int) -> str:
    return f"{2.0**power!r}::float8"


class Postgres(Writer):
    double = "DOUBLE PRECISION"
    short = 160
    types = Writer.types | {Type.STRING: "TEXT"}

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(names)
        self._small: set[str] = set()

    def number(self, value: float) -> str:
        shown = f"({value!r}::float8)" if value < 0 else f"{value!r}::float8"
        if abs(value) < _HALF_STEP:
            self._small.add(shown)
        return shown

    def string_fact(self, name: str) -> str:
        return f'{name} COLLATE "C"'

    def if_finite(self, value: str) -> str:
        # NaN is greater than everything
        return f"(CASE WHEN ABS({value}) < 'Infinity' THEN {value} END)"

    def named(self, value: str, name: str, body: str) -> str:
        # OFFSET 0 keeps the planner from writing the value out again wherever it is used
        return f"(SELECT {body} FROM (SELECT {value} AS {name} OFFSET 0) AS t_{name})"  # noqa: S608

    def finite(self, node: Node) -> str:
        return self.value(node)  # each operation sees to it already

    def plus(self, sign: str, left: str, right: str) -> str:
        if right in self._small:  # too small to carry anything over the edge
            return f"({left} {sign} {right})"

        def both(a: str, b: str) -> str:
            return (
                f"(CASE WHEN ABS({a}) < 8e307 AND ABS({b}) < 8e307 THEN {a} {sign} {b}"
                f" WHEN ABS({a}) < 1 OR ABS({b}) < 1 THEN {a} {sign} {b}"
                f" WHEN ABS({a} * 0.5 {sign} {b} * 0.5) < {_two_to(1023)} THEN {a} {sign} {b} END)"
            )

        return self._lets([left, right], lambda names: both(*names))

    def times(self, left: str, right: str) -> str:
        def both(a: str, b: str) -> str:
            large = f"ABS(({a} * {_two_to(-512)}) * ({b} * {_two_to(-512)})) < 1"
            not_nought = f"ABS(({a} * {_two_to(500)}) * ({b} * {_two_to(500)})) > {_two_to(-75)}"
            return (
                f"(CASE WHEN {a} IS NULL OR {b} IS NULL THEN NULL"
                f" WHEN ABS({a}) {_SAFE} AND ABS({b}) {_SAFE} THEN {a} * {b}"
                f" WHEN {a} = 0 OR {b} = 0 THEN 0"
                f" WHEN ABS({a}) >= 1 AND ABS({b}) >= 1"
                f" THEN CASE WHEN {large} THEN {a} * {b} END"
                f" WHEN ABS({a}) < 1 AND ABS({b}) < 1"
                f" THEN CASE WHEN {not_nought} THEN {a} * {b} ELSE 0 END"
                f" ELSE {a} * {b} END)"
            )

        return self._lets([left, right], lambda names: both(*names))

    def divided(self, left: str, right: str) -> str:
        def both(a: str, b: str) -> str:
            near = f"ABS(({a} * {_two_to(-512)}) / ({b} * {_two_to(512)})) < 1"
            large = (
                f"CASE WHEN ABS({a}) < ABS({b}) * {_two_to(1022)} THEN {a} / {b}"
                f" WHEN ABS({a}) * {_two_to(-60)} < ABS({b}) * {_two_to(970)}"
                f" THEN CASE WHEN {near} THEN {a} / {b} END END"
            )
            not_nought = f"ABS(({a} * {_two_to(500)}) / ({b} * {_two_to(-500)})) > {_two_to(-75)}"
            small = (
                f"CASE WHEN ABS({a}) * {_two_to(500)} < ABS({b}) * {_two_to(-600)} THEN 0"
                f" WHEN {not_nought} THEN {a} / {b} ELSE 0 END"
            )
            return (
                f"(CASE WHEN {a} IS NULL OR {b} IS NULL OR {b} = 0 THEN NULL"
                f" WHEN ABS({a}) {_SAFE} AND ABS({b}) {_SAFE} THEN {a} / {b}"
                f" WHEN {a} = 0 THEN 0"
                f" WHEN ABS({b}) < 1 THEN {large}"
                f" WHEN ABS({a}) < 1 THEN {small}"
                f" ELSE {a} / {b} END)"
            )

        return self._lets([left, right], lambda names: both(*names))

    def remainder(self, left: str, right: str) -> str:
        """PostgreSQL has none for doubles. Whole numbers go through numeric; for others the
        mantissas are taken from the bits, brought to one exponent, and divided as integers."""

        def both(a: str, b: str) -> str:
            exact = self._lets([_bits(a), _bits(b)], lambda names: _exact(a, *names))
            return (
                f"(CASE WHEN {a} IS NULL OR {b} IS NULL OR {b} = 0 THEN NULL"
                f" WHEN ABS({a}) < ABS({b}) THEN {a}"
                f" WHEN ABS({a}) < 1e15 AND {a} = TRUNC({a}) AND {b} = TRUNC({b})"
                f" THEN MOD({a}::numeric, {b}::numeric)::float8"
                f" ELSE {exact} END)"
            )

        return self._lets([left, right], lambda names: both(*names))

    def whole_quotient(self, left: str, right: str) -> str:
        return f"({left} / {right})"

    def half_away(self, value: str) -> str:
        return self.let(
            value,
            lambda name: (
                f"(CASE WHEN ABS({name}) >= {WHOLE} THEN {name}"
                f" WHEN ABS({name} - TRUNC({name})) >= 0.5 THEN TRUNC({name}) + SIGN({name})"
                f" ELSE TRUNC({name}) END)"
            ),
        )


def _bits(value: str) -> str:
    """The 64 bits of a double's size, as an integer."""
    return f"('x' || ENCODE(FLOAT8SEND(ABS({value})), 'hex'))::bit(64)::bigint"


def _exact(a: str, bits_a: str, bits_b: str) -> str:
    def power(bits: str) -> str:
        return f"GREATEST({bits} >> 52, 1)"

    def mantissa(bits: str) -> str:
        return (
            f"(({bits} & 4503599627370495)"
            f" + CASE WHEN {bits} >> 52 > 0 THEN 4503599627370496 ELSE 0 END)::numeric"
        )

    scaled = f"{mantissa(bits_a)} * POWER(2::numeric, {power(bits_a)} - {power(bits_b)})"
    left_over = f"TRUNC(MOD({scaled}, {mantissa(bits_b)}))::float8"
    return f"SIGN({a}) * {left_over} * POWER(2::float8, {power(bits_b)} - 1075)"
