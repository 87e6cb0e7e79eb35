"""What a condition and a formula have in common: a text that was read into a sound tree."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Self

from yuanqi.domain.rules import tree
from yuanqi.domain.rules.evaluation import Function, function_of
from yuanqi.domain.rules.fields import Field, Schema
from yuanqi.domain.rules.folding import folded
from yuanqi.domain.rules.tree import Node


class Parsed:
    """A text over a schema's fields, read and checked. Equal texts over equal schemas are equal."""

    def __init__(self, text: str, schema: Schema, root: Node) -> None:
        self.text = text
        self.schema = schema
        self.root = root

    @classmethod
    def parse(cls, text: str, schema: Schema) -> Self:
        """Read a text. Raises RuleError(message, position) for one that it can't be."""
        raise NotImplementedError

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """The facts that the text names, in its order."""
        return tuple(tree.facts_in(self.root))

    @cached_property
    def folded(self) -> Node:
        """The tree with its constant parts worked out, for engines."""
        return folded(self.root)

    @cached_property
    def _function(self) -> Function:
        return function_of(self.root)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, type(self)):
            return NotImplemented
        return (self.text, self.schema) == (other.text, other.schema)

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.text!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self).parse, (self.text, self.schema)
