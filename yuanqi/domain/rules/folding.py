"""Constant parts of a rule, worked out beforehand: no engine may fail over `1e308 * 10`."""

from __future__ import annotations

from dataclasses import replace

from yuanqi.domain.rules import tree
from yuanqi.domain.rules.evaluation import function_of
from yuanqi.domain.rules.tree import Node


def folded(node: Node) -> Node:
    """The tree with a literal, maybe an unknown one, for each part that names no fact."""
    match node:
        case tree.Literal() | tree.Fact():
            return node
        case tree.Sum(first=first, rest=rest) | tree.Product(first=first, rest=rest):
            kept: Node = replace(
                node, first=folded(first), rest=tuple((sign, folded(each)) for sign, each in rest)
            )
        case tree.Negative(of=of) | tree.Not(of=of) | tree.IsNull(of=of):
            kept = replace(node, of=folded(of))
        case tree.In(of=of) | tree.Like(of=of):
            kept = replace(node, of=folded(of))
        case tree.Call(arguments=arguments):
            kept = replace(node, arguments=tuple(folded(each) for each in arguments))
        case tree.Case(branches=branches, otherwise=otherwise):
            kept = replace(
                node,
                branches=tuple((folded(when), folded(value)) for when, value in branches),
                otherwise=None if otherwise is None else folded(otherwise),
            )
        case tree.Compare(left=left, right=right):
            kept = replace(node, left=folded(left), right=folded(right))
        case tree.Between(of=of, low=low, high=high):
            kept = replace(node, of=folded(of), low=folded(low), high=folded(high))
        case tree.Every(parts=parts) | tree.Some(parts=parts):
            kept = replace(node, parts=tuple(folded(part) for part in parts))
        case _:
            raise TypeError(node)
    if all(isinstance(each, tree.Literal) for each in tree.children(kept)):
        return tree.Literal(node.start, node.end, node.type, node.unit, function_of(kept)({}))
    return kept
