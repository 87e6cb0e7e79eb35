"""What one fact would have to be, so that two sides of a comparison become equal.

With all other facts as they are, a side is (p·f + q) / (r·f + s) in the fact f where it is made
of sums, products with constants and quotients: that covers amounts, differences and shares. What
bends otherwise (a product of the fact with itself, LEAST, %) isn't solved.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from yuanqi.domain.rules import tree
from yuanqi.domain.rules.evaluation import Facts, function_of
from yuanqi.domain.rules.tree import Node


class Line(NamedTuple):
    """(p·f + q) / (r·f + s)."""

    p: float
    q: float
    r: float = 0.0
    s: float = 1.0

    @property
    def is_constant(self) -> bool:
        return self.p == 0 and self.r == 0

    @property
    def is_straight(self) -> bool:
        return self.r == 0


LineOf = Callable[[Facts], Line | None]


def line_of(node: Node, name: str) -> LineOf:
    """How the node depends on one fact, given the others; None where it can't be said."""
    if all(field.name != name for field in tree.facts_in(node)):
        function = function_of(node)
        return lambda facts: None if (value := function(facts)) is None else Line(0.0, value)
    match node:
        case tree.Fact():
            return lambda facts: Line(1.0, 0.0)
        case tree.Sum(first=first, rest=rest):
            return _chain(first, rest, name, {"+": _plus, "-": _minus})
        case tree.Product(first=first, rest=rest) if all(sign != "%" for sign, _ in rest):
            return _chain(first, rest, name, {"*": _times, "/": _over})
        case tree.Negative(of=of):
            inner = line_of(of, name)
            return lambda facts: (
                None if (line := inner(facts)) is None else _times(_MINUS_ONE, line)
            )
        case tree.Call(function="ROUND", arguments=(first, *_)):
            return line_of(first, name)
        case tree.Call(function="COALESCE", arguments=arguments):
            return _first_known(arguments, name)
        case tree.Case(branches=branches, otherwise=otherwise):
            return _chosen(branches, otherwise, name)
    return lambda facts: None


def equal_at(left: Line, right: Line) -> float | None:
    """Where two lines meet, if they do so once."""
    square = left.p * right.r - right.p * left.r
    slope = left.p * right.s + left.q * right.r - right.p * left.s - right.q * left.r
    if square != 0 or slope == 0:
        return None
    return (right.q * left.s - left.q * right.s) / slope


_MINUS_ONE = Line(0.0, -1.0)


def _plus(one: Line, other: Line) -> Line | None:
    if one.is_straight and other.is_straight:
        p, q = one.p * other.s + other.p * one.s, one.q * other.s + other.q * one.s
        return Line(p, q, 0.0, one.s * other.s)
    bent, plain = (other, one) if one.is_straight else (one, other)
    if not plain.is_constant:
        return None
    value = plain.q / plain.s
    return Line(bent.p + value * bent.r, bent.q + value * bent.s, bent.r, bent.s)


def _minus(one: Line, other: Line) -> Line | None:
    return _plus(one, Line(-other.p, -other.q, other.r, other.s))


def _times(one: Line, other: Line) -> Line | None:
    if other.is_constant:
        one, other = other, one
    if not one.is_constant:
        return None
    return Line(other.p * one.q, other.q * one.q, other.r * one.s, other.s * one.s)


def _over(one: Line, other: Line) -> Line | None:
    if other.is_constant:
        return None if other.q == 0 else _times(Line(0.0, other.s, 0.0, other.q), one)
    if not (one.is_straight and other.is_straight):
        return None
    return Line(one.p * other.s, one.q * other.s, other.p * one.s, other.q * one.s)


def _chain(
    first: Node,
    rest: tuple[tuple[str, Node], ...],
    name: str,
    joins: dict[str, Callable[[Line, Line], Line | None]],
) -> LineOf:
    begin = line_of(first, name)
    steps = [(joins[sign], line_of(each, name)) for sign, each in rest]

    def work_out(facts: Facts) -> Line | None:
        line = begin(facts)
        for join, step in steps:
            following = step(facts)
            if line is None or following is None:
                return None
            line = join(line, following)
        return line

    return work_out


def _first_known(arguments: tuple[Node, ...], name: str) -> LineOf:
    choices = [(function_of(each), line_of(each, name)) for each in arguments]

    def work_out(facts: Facts) -> Line | None:
        for value, line in choices:
            if value(facts) is not None:
                return line(facts)
        return None

    return work_out


def _chosen(branches: tuple[tuple[Node, Node], ...], otherwise: Node | None, name: str) -> LineOf:
    choices = [(function_of(when), line_of(value, name)) for when, value in branches]
    last = None if otherwise is None else line_of(otherwise, name)

    def work_out(facts: Facts) -> Line | None:
        for when, line in choices:
            verdict = when(facts)
            if verdict is None:
                return None
            if verdict:
                return line(facts)
        return None if last is None else last(facts)

    return work_out
