"""A rule as a tree. Every node knows its place in the text, its type and its unit.

Chains stand in one node (`a + b - c`, `a AND b AND c`), so a tree is never deeper than a few
times the nesting of its text, and may be walked by recursion.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from yuanqi.domain.rules.fields import Field, Type

Known = float | bool | str | date
Value = Known | None  # None: unknown


class Unit:
    """Names for the two sorts of numbers without a unit of their own."""

    ANY = None  # a bare number, or a fact whose unit isn't said: fits every unit
    PURE = ""  # a quotient of like units: has none


@dataclass(frozen=True, slots=True)
class Node:
    start: int
    end: int
    type: Type
    unit: str | None


@dataclass(frozen=True, slots=True)
class Literal(Node):
    value: Value  # None only where a constant part has been worked out


@dataclass(frozen=True, slots=True)
class Fact(Node):
    field: Field


@dataclass(frozen=True, slots=True)
class Sum(Node):
    """The first term, then each next one added ("+") or taken away ("-"), in order."""

    first: Node
    rest: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Product(Node):
    """The first factor, then "*", "/" or "%" with each next one, in order."""

    first: Node
    rest: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Negative(Node):
    of: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    """ABS, LEAST, GREATEST, ROUND, COALESCE or MONTHS_BETWEEN."""

    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Case(Node):
    branches: tuple[tuple[Node, Node], ...]  # condition, value
    otherwise: Node | None


@dataclass(frozen=True, slots=True)
class Compare(Node):
    operator: str  # = <> < <= > >=
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Between(Node):
    of: Node
    low: Node
    high: Node
    negated: bool


@dataclass(frozen=True, slots=True)
class In(Node):
    of: Node
    values: tuple[Known, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class Like(Node):
    of: Node
    pattern: str  # only % is special
    negated: bool


@dataclass(frozen=True, slots=True)
class IsNull(Node):
    of: Node
    negated: bool


@dataclass(frozen=True, slots=True)
class Not(Node):
    of: Node


@dataclass(frozen=True, slots=True)
class Every(Node):
    """A chain of AND."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Some(Node):
    """A chain of OR."""

    parts: tuple[Node, ...]


def children(node: Node) -> Iterator[Node]:
    """The nodes right below, in the order of the text."""
    match node:
        case Sum(first=first, rest=rest) | Product(first=first, rest=rest):
            yield first
            for _, each in rest:
                yield each
        case Negative(of=of) | Not(of=of) | IsNull(of=of) | In(of=of) | Like(of=of):
            yield of
        case Call(arguments=arguments):
            yield from arguments
        case Case(branches=branches, otherwise=otherwise):
            for condition, value in branches:
                yield condition
                yield value
            if otherwise is not None:
                yield otherwise
        case Compare(left=left, right=right):
            yield left
            yield right
        case Between(of=of, low=low, high=high):
            yield of
            yield low
            yield high
        case Every(parts=parts) | Some(parts=parts):
            yield from parts


def facts_in(node: Node) -> Iterator[Field]:
    """Each fact that is named, once, in the order of the text."""
    seen: set[str] = set()
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if isinstance(each, Fact):
            if each.field.name not in seen:
                seen.add(each.field.name)
                yield each.field
        else:
            waiting.extend(reversed(list(children(each))))
