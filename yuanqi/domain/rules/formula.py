"""A formula: a value worked out from facts, in the same grammar and units as a condition."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from yuanqi.domain.rules.evaluation import Facts
from yuanqi.domain.rules.fields import Schema, Type
from yuanqi.domain.rules.parsed import Parsed
from yuanqi.domain.rules.parser import parse_value
from yuanqi.domain.rules.tree import Known

if TYPE_CHECKING:
    import polars as pl


class Formula(Parsed):
    """A value expression that has been read and checked. Make one with `Formula.parse`."""

    @classmethod
    def parse(cls, text: str, schema: Schema) -> Formula:
        """Read a number, date, text or condition over the schema's fields.

        Raises RuleError(message, position) for anything else, or where types or units don't fit.
        """
        return cls(text, schema, parse_value(text, schema))

    @property
    def type(self) -> Type:
        """What the value is."""
        return self.root.type

    @property
    def unit(self) -> str | None:
        """The unit of a number; "" for a quotient of like units, None where none is said."""
        return self.root.unit

    def evaluate(self, facts: Facts) -> Known | None:
        """The value for one profile; None where it is unknown."""
        value: Known | None = self._function(facts)
        return value

    def column(self, frame: pl.DataFrame) -> pl.Series:
        """The value for each row, null where it is unknown. A column that isn't there, or isn't
        of its field's type, is unknown throughout."""
        frames = import_module("yuanqi.domain.rules.frames")
        series: pl.Series = frames.columns_of({"value": self}, frame).to_series()
        return series


def columns_of(formulas: Mapping[str, Formula], frame: pl.DataFrame) -> pl.DataFrame:
    """The values of many formulas over one frame, a column each."""
    made: pl.DataFrame = import_module("yuanqi.domain.rules.frames").columns_of(formulas, frame)
    return made
