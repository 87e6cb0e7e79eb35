"""What DuckDB and Spark do in their own way, and the way to all three dialects."""

from __future__ import annotations

from yuanqi.domain.rules import tree
from yuanqi.domain.rules.fields import Type
from yuanqi.domain.rules.postgres import Postgres
from yuanqi.domain.rules.sql import Writer
from yuanqi.domain.rules.tree import Node


class DuckDB(Writer):
    def if_finite(self, value: str) -> str:
        return f"(CASE WHEN ISFINITE({value}) THEN {value} END)"

    def named(self, value: str, name: str, body: str) -> str:
        return f"LIST_TRANSFORM([{value}], LAMBDA {name}: {body})[1]"

    def divided(self, left: str, right: str) -> str:
        return f"({left} / {right})"

    def remainder(self, left: str, right: str) -> str:
        return f"({left} % {right})"

    def whole_quotient(self, left: str, right: str) -> str:
        return f"({left} // {right})"


class Spark(Writer):
    types = Writer.types | {Type.STRING: "STRING"}

    def quoted(self, name: str) -> str:
        return "`" + name.replace("`", "``") + "`"

    def text(self, value: str) -> str:
        # "${" would be replaced as a variable, before the text is read
        kept = value.replace("\\", "\\\\").replace("'", "\\'").replace("$", "\\u0024")
        return f"'{kept}'"

    def if_finite(self, value: str) -> str:
        # NaN is greater than everything
        return f"(CASE WHEN ABS({value}) < DOUBLE('Infinity') THEN {value} END)"

    def named(self, value: str, name: str, body: str) -> str:
        return f"TRANSFORM(ARRAY({value}), {name} -> {body})[0]"

    def divided(self, left: str, right: str) -> str:
        return f"TRY_DIVIDE({left}, {right})"

    def remainder(self, left: str, right: str) -> str:
        return f"({left} % NULLIF({right}, 0e0))"

    def whole_quotient(self, left: str, right: str) -> str:
        return f"({left} DIV {right})"


_DIALECTS: dict[str, type[Writer]] = {
    "duckdb": DuckDB,
    "postgres": Postgres,
    "spark": Spark,
}


def to_sql(root: Node, dialect: str) -> str:
    """The rule as an expression; ValueError for a dialect that isn't known."""
    if dialect not in _DIALECTS:
        raise ValueError(f"no dialect {dialect!r}; there are {', '.join(sorted(_DIALECTS))}")
    names = [field.name for field in tree.facts_in(root)]
    return _DIALECTS[dialect](names).value(root)
