"""A rule: a condition over facts, the same for one enterprise and for a million."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

from yuanqi.domain.rules.dialects import to_sql
from yuanqi.domain.rules.evaluation import Facts
from yuanqi.domain.rules.explaining import Explainer, Explanation
from yuanqi.domain.rules.fields import Schema
from yuanqi.domain.rules.parsed import Parsed
from yuanqi.domain.rules.parser import parse

if TYPE_CHECKING:
    import polars as pl

Id = TypeVar("Id")


class Rule(Parsed):
    """A condition that has been read and checked against a schema. Make one with `Rule.parse`."""

    @classmethod
    def parse(cls, text: str, schema: Schema) -> Rule:
        """Read a SQL boolean expression over the schema's fields.

        Raises RuleError(message, position) for anything that isn't one, or whose types or units
        don't fit.
        """
        return cls(text, schema, parse(text, schema))

    def evaluate(self, facts: Facts) -> bool | None:
        """The verdict for one profile; None where it is unknown."""
        verdict: bool | None = self._function(facts)
        return verdict

    def match(self, frame: pl.DataFrame) -> pl.Series:
        """The verdict for each row, null where it is unknown. A column that isn't there, or
        isn't of its field's type, is unknown throughout."""
        series: pl.Series = _frames().match(self, frame)
        return series

    def explain(self, facts: Facts) -> Explanation:
        """Why the verdict is what it is for one profile, condition by condition."""
        return self._explainer.explain(facts)

    def to_sql(self, dialect: str) -> str:
        """The same condition as an expression for "duckdb", "postgres" or "spark"."""
        return to_sql(self.folded, dialect)

    @cached_property
    def _explainer(self) -> Explainer:
        return Explainer(self.root, self.text)


def verdicts(rules: Mapping[Id, Rule], frame: pl.DataFrame) -> pl.DataFrame:
    """One Boolean column a rule, named by its id, one row an enterprise; null is unknown."""
    made: pl.DataFrame = _frames().verdicts(rules, frame)
    return made


def match_all(
    rules: Mapping[Id, Rule], frame: pl.DataFrame, batch: int = 64
) -> Iterator[pl.DataFrame]:
    """The true and the unknown: frames of rule, row and verdict, `batch` rules at a time."""
    made: Iterator[pl.DataFrame] = _frames().match_all(rules, frame, batch)
    return made


def _frames() -> Any:
    """The frame engine, when it is first used: pages that judge one profile don't pay for it."""
    return import_module("yuanqi.domain.rules.frames")
