"""The same condition as SQL, with the same answers in every engine.

What engines disagree on is written out: NaN and infinities become NULL on entry and wherever a
result could be one; LEAST and GREATEST of a NULL; CASE over an unknown condition; LIKE, where
only % is special. A part that is needed twice is named once (`let`), so that the text grows with
the rule and not with its powers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

from yuanqi.domain.rules import tree
from yuanqi.domain.rules.fields import Type
from yuanqi.domain.rules.tree import Node

_ESCAPE = "!"  # in LIKE; a backslash would be read twice by Spark
WHOLE = "4503599627370496e0"  # doubles from here on have no fraction


class Writer:
    """Writes one expression; a dialect says what it does in its own way."""

    double = "DOUBLE"
    short = 400  # characters that may stand twice
    types = {Type.BOOLEAN: "BOOLEAN", Type.DATE: "DATE", Type.STRING: "VARCHAR"}

    def __init__(self, names: Sequence[str]) -> None:
        self._taken = {name.casefold() for name in names}
        self._count = 0

    # what a dialect decides

    def quoted(self, name: str) -> str:
        return '"' + name.replace('"', '""') + '"'

    def text(self, value: str) -> str:
        return "'" + value.replace("'", "''") + "'"

    def number(self, value: float) -> str:
        """With an exponent, so that no engine reads a decimal."""
        shown = repr(value)
        shown = shown if "e" in shown else f"{shown}e0"
        return f"({shown})" if value < 0 else shown

    def string_fact(self, name: str) -> str:
        return name

    def if_finite(self, value: str) -> str:
        raise NotImplementedError

    def named(self, value: str, name: str, body: str) -> str:
        """The body, in which the name stands for the value."""
        raise NotImplementedError

    def divided(self, left: str, right: str) -> str:
        raise NotImplementedError

    def remainder(self, left: str, right: str) -> str:
        raise NotImplementedError

    def whole_quotient(self, left: str, right: str) -> str:
        """Of integers, cut off towards nought."""
        raise NotImplementedError

    # arithmetic; `value` may give what isn't finite, `finite` gives NULL for it

    def plus(self, sign: str, left: str, right: str) -> str:
        return f"({left} {sign} {right})"

    def times(self, left: str, right: str) -> str:
        return f"({left} * {right})"

    def half_away(self, value: str) -> str:
        return f"ROUND({value})"

    def value(self, node: Node) -> str:
        match node:
            case tree.Literal(value=value):
                return self._literal(value, node.type)
            case tree.Fact(field=field):
                return self._fact(field.name, node.type)
            case tree.Sum(first=first, rest=rest):
                made = self.value(first)
                for sign, term in rest:
                    made = self.plus(sign, made, self.value(term))
                return made
            case tree.Product(first=first, rest=rest):
                made = self.value(first)
                for sign, factor in rest:
                    if sign == "*":
                        made = self.times(made, self.value(factor))
                    else:
                        # what is divided by an infinity would look finite again
                        divisor = self.finite(factor)
                        write = self.divided if sign == "/" else self.remainder
                        made = write(made, divisor)
                return made
            case tree.Negative(of=of):
                return f"(-{self.finite(of)})"
            case tree.Call(function=function, arguments=arguments):
                return self._call(function, arguments, node.type)
            case tree.Case():
                return self._case(node)
            case _:
                return self._condition(node)

    def finite(self, node: Node) -> str:
        made = self.value(node)
        if node.type is Type.NUMBER and isinstance(node, tree.Sum | tree.Product):
            return self.let(made, self.if_finite)
        return made

    def let(self, value: str, body: Callable[[str], str]) -> str:
        """The body over a value that it uses more than once."""
        if len(value) <= self.short:
            return body(value)
        while True:
            self._count += 1
            name = f"v{self._count}"
            if name not in self._taken:
                return self.named(value, name, body(name))

    def _literal(self, value: tree.Value, kind: Type) -> str:
        if value is None:
            return f"CAST(NULL AS {self.types.get(kind, self.double)})"
        if isinstance(value, bool):
            return "TRUE" if value else "FALSE"
        if isinstance(value, float):
            return self.number(value)
        if isinstance(value, date):
            return f"DATE '{value.isoformat()}'"
        return self.text(value)

    def _fact(self, name: str, kind: Type) -> str:
        quoted = self.quoted(name)
        if kind is Type.NUMBER:
            return self.if_finite(f"CAST({quoted} AS {self.double})")
        return self.string_fact(quoted) if kind is Type.STRING else quoted

    def _call(self, function: str, arguments: Sequence[Node], kind: Type) -> str:
        made = [self.finite(each) for each in arguments]
        if function == "MONTHS_BETWEEN":
            return self._lets(made, self._months)
        if function == "ROUND":
            places = arguments[1]
            assert isinstance(places, tree.Literal) and isinstance(places.value, float)
            return self._rounded(made[0], int(places.value))
        if function in ("LEAST", "GREATEST"):

            def chosen(parts: Sequence[str]) -> str:
                known = " AND ".join(f"{part} IS NOT NULL" for part in parts)
                return f"(CASE WHEN {known} THEN {function}({', '.join(parts)}) END)"

            return self._lets(made, chosen)
        return f"{function}({', '.join(made)})"

    def _lets(self, values: Sequence[str], body: Callable[[Sequence[str]], str]) -> str:
        def further(names: list[str]) -> str:
            if len(names) == len(values):
                return body(names)
            return self.let(values[len(names)], lambda name: further([*names, name]))

        return further([])

    def _months(self, days: Sequence[str]) -> str:
        """The day of the month decides only between equal months: it stands behind them, in
        32nds, and what is left of a division by 32 falls away."""
        later, earlier = (
            f"(EXTRACT(YEAR FROM {day}) * 384 + EXTRACT(MONTH FROM {day}) * 32"
            f" + EXTRACT(DAY FROM {day}))"
            for day in days
        )
        between = f"CAST({later} - {earlier} AS INTEGER)"
        return f"CAST({self.whole_quotient(between, '32')} AS {self.double})"

    def _rounded(self, value: str, places: int) -> str:
        scale = self.number(10.0 ** abs(places))

        def with_places(name: str) -> str:
            scaled = self.half_away(self.times(name, scale))
            near = self.divided(scaled, scale)
            return f"(CASE WHEN ABS({name}) >= {WHOLE} THEN {name} ELSE {near} END)"

        def with_noughts(name: str) -> str:
            # far from half a unit: PostgreSQL refuses to divide what is nearly nought
            small = self.number(10.0 ** abs(places) / 4)
            near = self.times(self.half_away(self.divided(name, scale)), scale)
            return self.let(
                f"(CASE WHEN ABS({name}) < {small} THEN 0e0 ELSE {near} END)", self.if_finite
            )

        return self.let(value, with_places if places >= 0 else with_noughts)

    def _case(self, node: tree.Case) -> str:
        otherwise = "NULL" if node.otherwise is None else self.finite(node.otherwise)

        def from_branch(number: int) -> str:
            """All from this branch on; the short ones stand in one CASE."""
            parts: list[str] = []
            for place in range(number, len(node.branches)):
                when, value = node.branches[place]
                condition, then = self.value(when), self.finite(value)
                if len(condition) > self.short:
                    rest = self.let(condition, partial(named_branch, then, place + 1))
                    return f"(CASE {' '.join(parts)} ELSE {rest} END)" if parts else rest
                parts.append(f"WHEN {condition} IS NULL THEN NULL WHEN {condition} THEN {then}")
            return f"(CASE {' '.join(parts)} ELSE {otherwise} END)" if parts else otherwise

        def named_branch(then: str, following: int, name: str) -> str:
            return (
                f"(CASE WHEN {name} IS NULL THEN NULL WHEN {name} THEN {then}"
                f" ELSE {from_branch(following)} END)"
            )

        return from_branch(0)

    def _condition(self, node: Node) -> str:
        match node:
            case tree.Compare(operator=operator, left=left, right=right):
                return f"({self.finite(left)} {operator} {self.finite(right)})"
            case tree.Between(of=of, low=low, high=high, negated=negated):
                made = f"{self.finite(of)} BETWEEN {self.finite(low)} AND {self.finite(high)}"
                return f"(NOT ({made}))" if negated else f"({made})"
            case tree.In(of=of, values=values, negated=negated):
                listed = ", ".join(self._literal(value, of.type) for value in values)
                return f"({self.finite(of)} {'NOT ' if negated else ''}IN ({listed}))"
            case tree.Like(of=of, pattern=pattern, negated=negated):
                plain = pattern.replace(_ESCAPE, _ESCAPE * 2).replace("_", f"{_ESCAPE}_")
                verb = "NOT LIKE" if negated else "LIKE"
                return f"({self.value(of)} {verb} {self.text(plain)} ESCAPE '{_ESCAPE}')"
            case tree.IsNull(of=of, negated=negated):
                return f"({self.finite(of)} IS {'NOT ' if negated else ''}NULL)"
            case tree.Not(of=of):
                return f"(NOT {self.value(of)})"
            case tree.Every(parts=parts):
                return f"({' AND '.join(map(self.value, parts))})"
            case tree.Some(parts=parts):
                return f"({' OR '.join(map(self.value, parts))})"
        raise TypeError(node)
