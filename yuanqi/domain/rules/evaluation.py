"""A rule for one profile: the tree becomes plain functions from facts to a value.

Three-valued throughout: None is unknown. A sum or product that isn't finite is unknown; so are
a quotient and a remainder by nought, and whatever a fact of the wrong type goes into.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from math import copysign, fmod, inf, isfinite, trunc
from numbers import Real
from typing import Any

from yuanqi.domain.rules import tree
from yuanqi.domain.rules.fields import Type
from yuanqi.domain.rules.tree import Node, Value

Facts = Mapping[str, Any]
Function = Callable[[Facts], Any]
_WHOLE = 2.0**52  # doubles from here on have no fraction


def function_of(node: Node) -> Function:
    """The function that works out the node's value from facts; None where it is unknown."""
    match node:
        case tree.Literal(value=value):
            return lambda facts: value
        case tree.Fact(field=field):
            return _READERS[node.type](field.name)
        case tree.Sum(first=first, rest=rest):
            return _sum(function_of(first), [(sign, function_of(each)) for sign, each in rest])
        case tree.Product(first=first, rest=rest):
            return _product(function_of(first), [(sign, function_of(each)) for sign, each in rest])
        case tree.Negative(of=of):
            return _known(function_of(of), lambda value: -value)
        case tree.Call(function=function, arguments=arguments):
            return _call(function, arguments)
        case tree.Case(branches=branches, otherwise=otherwise):
            return _case(
                [(function_of(when), function_of(value)) for when, value in branches],
                (lambda facts: None) if otherwise is None else function_of(otherwise),
            )
        case _:
            return _condition(node)


def _condition(node: Node) -> Function:
    match node:
        case tree.Compare(operator=sign, left=left, right=tree.Literal(value=value)) if (
            value is not None
        ):
            return _compared_with(sign, function_of(left), value)
        case tree.Compare(operator=sign, left=left, right=right):
            return _compared(sign, function_of(left), function_of(right))
        case tree.Between(of=of, low=low, high=high, negated=negated):
            return _between(function_of(of), function_of(low), function_of(high), negated)
        case tree.In(of=of, values=values, negated=negated):
            kept = frozenset(values)
            return _known(function_of(of), lambda value: (value in kept) is not negated)
        case tree.Like(of=of, pattern=pattern, negated=negated):
            matches = like(pattern)
            return _known(function_of(of), lambda value: matches(value) is not negated)
        case tree.IsNull(of=of, negated=negated):
            inner = function_of(of)
            return lambda facts: (inner(facts) is None) is not negated
        case tree.Not(of=of):
            return _known(function_of(of), lambda value: not value)
        case tree.Every(parts=parts):
            return _every([function_of(part) for part in parts])
        case tree.Some(parts=parts):
            return _some([function_of(part) for part in parts])
    raise TypeError(node)


# facts on entry


def number(value: object) -> float | None:
    """A finite double, or None: a truth value is no number."""
    if type(value) is float:
        return value if -inf < value < inf else None
    if isinstance(value, bool) or not isinstance(value, Real | Decimal):
        return None
    try:
        made = float(value)
    except (OverflowError, ValueError):
        return None
    return made if isfinite(made) else None


def boolean(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def string(value: object) -> str | None:
    return value if isinstance(value, str) else None


def day(value: object) -> date | None:
    return value if isinstance(value, date) and not isinstance(value, datetime) else None


ENTRY: Mapping[str, Callable[[object], Value]] = {
    Type.NUMBER: number,
    Type.BOOLEAN: boolean,
    Type.STRING: string,
    Type.DATE: day,
}


def _number_named(name: str) -> Function:
    def read(facts: Facts) -> float | None:
        value = facts.get(name)
        # most facts are doubles: one call less
        if type(value) is float:
            return value if -inf < value < inf else None
        return number(value)

    return read


_READERS: Mapping[str, Callable[[str], Function]] = {
    Type.NUMBER: _number_named,
    Type.BOOLEAN: lambda name: lambda facts: boolean(facts.get(name)),
    Type.STRING: lambda name: lambda facts: string(facts.get(name)),
    Type.DATE: lambda name: lambda facts: day(facts.get(name)),
}


# arithmetic


def _finite(value: float) -> float | None:
    return value if -inf < value < inf else None


def _sum(first: Function, rest: list[tuple[str, Function]]) -> Function:
    def work_out(facts: Facts) -> float | None:
        total = first(facts)
        if total is None:
            return None
        for sign, term in rest:
            value = term(facts)
            if value is None:
                return None
            total = total + value if sign == "+" else total - value
        return _finite(total)

    return work_out


def _product(first: Function, rest: list[tuple[str, Function]]) -> Function:
    def work_out(facts: Facts) -> float | None:
        product = first(facts)
        if product is None:
            return None
        for sign, factor in rest:
            value = factor(facts)
            if value is None:
                return None
            if sign == "*":
                product = product * value
            elif value == 0:
                return None
            elif sign == "/":
                product = product / value
            elif not isfinite(product):
                return None
            else:
                product = fmod(product, value)
        return _finite(product)

    return work_out


def rounded(value: float, places: int) -> float | None:
    """To so many places, half away from nought, worked out in doubles: scaled, rounded, scaled
    back. With places, what has no fraction stays as it is."""
    if places >= 0 and abs(value) >= _WHOLE:
        return value
    scale = 10.0 ** abs(places)
    scaled = value * scale if places >= 0 else value / scale
    whole = float(trunc(scaled)) if abs(scaled) < _WHOLE else scaled
    if abs(scaled - whole) >= 0.5:
        whole += copysign(1.0, scaled)
    return _finite(whole / scale if places >= 0 else whole * scale)


def months_between(later: date, earlier: date) -> float:
    """Whole months from `earlier` to `later`, cut off towards nought: the 31st of January to
    the 28th of February is none."""
    months = (later.year - earlier.year) * 12 + later.month - earlier.month
    if months > 0 and later.day < earlier.day:
        months -= 1
    elif months < 0 and later.day > earlier.day:
        months += 1
    return float(months)


def _call(function: str, arguments: tuple[Node, ...]) -> Function:
    if function == "ROUND":
        literal = arguments[1]
        assert isinstance(literal, tree.Literal) and isinstance(literal.value, float)
        places = int(literal.value)
        return _known(function_of(arguments[0]), lambda value: rounded(value, places))
    made = [function_of(each) for each in arguments]
    if function == "ABS":
        return _known(made[0], abs)
    if function == "COALESCE":
        return _first_known(made)
    return _all_known(made, _OF_ALL[function])


_OF_ALL: Mapping[str, Callable[..., Any]] = {
    "LEAST": min,
    "GREATEST": max,
    "MONTHS_BETWEEN": months_between,
}


def _known(inner: Function, then: Callable[[Any], Any]) -> Function:
    def work_out(facts: Facts) -> Any:
        value = inner(facts)
        return None if value is None else then(value)

    return work_out


def _all_known(inner: list[Function], then: Callable[..., Any]) -> Function:
    def work_out(facts: Facts) -> Any:
        values = [each(facts) for each in inner]
        return None if None in values else then(*values)

    return work_out


def _first_known(inner: list[Function]) -> Function:
    def work_out(facts: Facts) -> Any:
        for each in inner:
            value = each(facts)
            if value is not None:
                return value
        return None

    return work_out


def _case(branches: list[tuple[Function, Function]], otherwise: Function) -> Function:
    def work_out(facts: Facts) -> Any:
        for when, value in branches:
            verdict = when(facts)
            if verdict is None:
                return None
            if verdict:
                return value(facts)
        return otherwise(facts)

    return work_out


# conditions


_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def compare(sign: str, one: Value, other: Value) -> bool | None:
    """How two values stand to each other; None where one is unknown."""
    return None if one is None or other is None else _OPERATORS[sign](one, other)


def _compared(sign: str, left: Function, right: Function) -> Function:
    holds = _OPERATORS[sign]

    def work_out(facts: Facts) -> bool | None:
        one = left(facts)
        if one is None:
            return None
        other = right(facts)
        return None if other is None else holds(one, other)

    return work_out


def _compared_with(sign: str, left: Function, literal: Value) -> Function:
    holds = _OPERATORS[sign]

    def work_out(facts: Facts) -> bool | None:
        one = left(facts)
        return None if one is None else holds(one, literal)

    return work_out


def _between(of: Function, low: Function, high: Function, negated: bool) -> Function:
    def work_out(facts: Facts) -> bool | None:
        value = of(facts)
        if value is None:
            return None
        least, most = low(facts), high(facts)
        if (least is not None and value < least) or (most is not None and value > most):
            return negated
        return None if least is None or most is None else not negated

    return work_out


def _every(parts: list[Function]) -> Function:
    def work_out(facts: Facts) -> bool | None:
        verdict: bool | None = True
        for part in parts:
            value = part(facts)
            if value is False:
                return False
            if value is None:
                verdict = None
        return verdict

    return work_out


def _some(parts: list[Function]) -> Function:
    def work_out(facts: Facts) -> bool | None:
        verdict: bool | None = False
        for part in parts:
            value = part(facts)
            if value is True:
                return True
            if value is None:
                verdict = None
        return verdict

    return work_out


@cache
def like(pattern: str) -> Callable[[str], bool]:
    """Whether a text has the pattern's pieces in order; linear, where a regular expression
    could be made to run for ever."""
    head, *others = pattern.split("%")
    if not others:
        return lambda text: text == head
    *middle, tail = others

    def matches(text: str) -> bool:
        last = len(text) - len(tail)
        if not text.startswith(head) or not text.endswith(tail) or last < len(head):
            return False
        place = len(head)
        for piece in middle:
            place = text.find(piece, place, last)
            if place < 0:
                return False
            place += len(piece)
        return True

    return matches
