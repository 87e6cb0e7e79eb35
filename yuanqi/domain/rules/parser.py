"""From text to tree, by recursive descent; nesting is counted on the way down.

A level is a pair of parentheses, a function, a CASE, a NOT or a minus sign; a NOT or a minus
and the parentheses right behind it are one. Chains of AND, OR, + or * don't nest.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from difflib import get_close_matches
from math import isinf

from yuanqi.domain.rules import checking, tree
from yuanqi.domain.rules.errors import RuleError
from yuanqi.domain.rules.fields import Schema, Type
from yuanqi.domain.rules.tokens import Token, tokens
from yuanqi.domain.rules.tree import Node

DEEPEST = 20  # levels of nesting
LONGEST_CHAIN = 100  # operators of one sum or product: engines nest them
MOST_OPERATORS = 400  # + - * / % of a rule: DuckDB nests at most 1,000
_COMPARISONS = frozenset({"=", "<>", "<", "<=", ">", ">="})
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def parse(text: str, schema: Schema) -> Node:
    """The tree of a condition over the schema's fields; RuleError for anything else."""
    return checking.condition(_Parser(text, schema).whole())


def parse_value(text: str, schema: Schema) -> Node:
    """The tree of a value of any type; RuleError for anything else."""
    return _Parser(text, schema).whole()


class _Parser:
    def __init__(self, text: str, schema: Schema) -> None:
        self._schema = schema
        self._words = list(tokens(text))
        self._at = 0
        self._depth = 0
        self._operators = 0

    def whole(self) -> Node:
        if self._word.kind == "end":
            raise RuleError("the rule is empty", 0, "规则为空")
        node = self._condition()
        if self._word.kind != "end":
            raise self._unexpected("the end of the rule", "规则到此结束")
        return node

    # words

    @property
    def _word(self) -> Token:
        return self._words[self._at]

    def _next(self) -> Token:
        word = self._words[self._at]
        self._at += word.kind != "end"
        return word

    def _taken(self, *kinds: str) -> Token | None:
        return self._next() if self._word.kind in kinds else None

    def _need(self, kind: str) -> Token:
        if self._word.kind != kind:
            raise self._unexpected(kind, kind)
        return self._next()

    def _unexpected(self, wanted: str, zh_wanted: str) -> RuleError:
        word = self._word
        if word.kind == "end":
            return RuleError(
                f"the rule ends where {wanted} is needed",
                word.start,
                f"规则未写完，此处需要{zh_wanted}",
            )
        shown = word.text[:20]
        return RuleError(
            f"{shown!r} stands where {wanted} is needed",
            word.start,
            f"此处不能是“{shown}”，需要{zh_wanted}",
        )

    # nesting

    def _nested(self, part: Callable[[], Node], opened: Token) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            raise RuleError(
                f"a rule nests at most {DEEPEST} levels deep",
                opened.start,
                f"规则最多嵌套 {DEEPEST} 层",
            )
        node = part()
        self._depth -= 1
        return node

    def _enclosed(self) -> Node:
        """What stands in parentheses, without counting them."""
        self._need("(")
        node = self._condition()
        self._need(")")
        return node

    # conditions

    def _condition(self) -> Node:
        parts = [self._conjunction()]
        while self._taken("OR"):
            parts.append(self._conjunction())
        return parts[0] if len(parts) == 1 else checking.some(parts)

    def _conjunction(self) -> Node:
        parts = [self._negation()]
        while self._taken("AND"):
            parts.append(self._negation())
        return parts[0] if len(parts) == 1 else checking.every(parts)

    def _negation(self) -> Node:
        word = self._taken("NOT")
        if word is None:
            return self._predicate()
        return checking.opposite(word.start, self._nested(self._negation_of, word))

    def _negation_of(self) -> Node:
        """What NOT denies: parentheses right behind it open no level of their own, unless what
        they hold goes on as an operand (`NOT (a + b) > c`)."""
        if self._word.kind == "(":
            return self._comparison(self._sum_after(self._enclosed()))
        return self._negation()

    def _predicate(self) -> Node:
        return self._comparison(self._sum())

    def _comparison(self, left: Node) -> Node:
        word = self._word
        if word.kind in _COMPARISONS:
            self._next()
            node = checking.compare(word.kind, left, self._sum())
        else:
            negated = self._taken("NOT") is not None
            if self._taken("BETWEEN"):
                low = self._sum()
                self._need("AND")
                node = checking.between(left, low, self._sum(), negated=negated)
            elif self._taken("IN"):
                node = self._in(left, negated)
            elif self._taken("LIKE"):
                pattern = self._need("string")
                node = checking.like(left, pattern.text, pattern.end, negated=negated)
            elif negated:
                raise self._unexpected("BETWEEN, IN or LIKE", " BETWEEN、IN 或 LIKE")
            elif self._taken("IS"):
                negated = self._taken("NOT") is not None
                node = checking.is_null(left, self._need("NULL").end, negated=negated)
            else:
                return left
        if self._word.kind in _COMPARISONS or self._word.kind in ("IS", "IN", "LIKE", "BETWEEN"):
            raise self._unexpected("AND, OR or parentheses", " AND、OR 或括号")
        return node

    def _in(self, left: Node, negated: bool) -> Node:
        self._need("(")
        values = [self._literal()]
        while self._taken(","):
            values.append(self._literal())
        return checking.among(left, values, self._need(")").end, negated=negated)

    def _literal(self) -> tree.Literal:
        word = self._word
        minus = self._taken("-")
        node = self._number() if minus else self._literal_if_any()
        if node is None:
            if word.kind == "NULL":
                raise RuleError("IN holds no NULL", word.start, "IN 中不能有 NULL")
            raise self._unexpected("a literal", "常量")
        if minus:
            value = node.value
            assert isinstance(value, float)
            return tree.Literal(word.start, node.end, Type.NUMBER, None, -value)
        return node

    def _number(self) -> tree.Literal | None:
        return self._literal_if_any() if self._word.kind == "number" else None

    def _literal_if_any(self) -> tree.Literal | None:
        word = self._word
        if word.kind == "number":
            self._next()
            value = float(word.text)
            if isinf(value):
                raise RuleError("the number is too large", word.start, "数字过大")
            return tree.Literal(word.start, word.end, Type.NUMBER, None, value)
        if word.kind == "string":
            self._next()
            return tree.Literal(word.start, word.end, Type.STRING, None, word.text)
        if word.kind in ("TRUE", "FALSE"):
            self._next()
            return tree.Literal(word.start, word.end, Type.BOOLEAN, None, word.kind == "TRUE")
        if self._begins_date():
            self._next()
            written = self._next()
            return tree.Literal(word.start, written.end, Type.DATE, None, _day(written))
        return None

    def _begins_date(self) -> bool:
        word = self._word
        return (
            word.kind == "name"
            and word.text.upper() == "DATE"
            and self._words[self._at + 1].kind == "string"
        )

    # values

    def _sum(self) -> Node:
        return self._sum_after(None)

    def _sum_after(self, begun: Node | None) -> Node:
        first = self._product_after(begun)
        rest: list[tuple[str, Node]] = []
        while word := self._taken("+", "-"):
            rest.append((word.kind, self._product_after(None)))
            self._watch_length(rest, word)
        return checking.total(first, rest) if rest else first

    def _product_after(self, begun: Node | None) -> Node:
        first = self._signed() if begun is None else begun
        rest: list[tuple[str, Node]] = []
        while word := self._taken("*", "/", "%"):
            rest.append((word.kind, self._signed()))
            self._watch_length(rest, word)
        return checking.product(first, rest) if rest else first

    def _watch_length(self, rest: list[tuple[str, Node]], word: Token) -> None:
        self._operators += 1
        if len(rest) > LONGEST_CHAIN or self._operators > MOST_OPERATORS:
            raise RuleError(
                f"a sum or product has at most {LONGEST_CHAIN} operators, a rule {MOST_OPERATORS}",
                word.start,
                f"一个算式最多 {LONGEST_CHAIN} 个运算符，一条规则最多 {MOST_OPERATORS} 个",
            )

    def _signed(self) -> Node:
        word = self._taken("-")
        if word is None:
            return self._primary()
        enclosed = self._word.kind == "("
        return checking.negative(
            word.start, self._nested(self._enclosed if enclosed else self._signed, word)
        )

    def _primary(self) -> Node:
        word = self._word
        literal = self._literal_if_any()
        if literal is not None:
            return literal
        if word.kind == "(":
            return self._nested(self._enclosed, word)
        if word.kind == "CASE":
            return self._nested(self._case, word)
        if word.kind == "name" and self._words[self._at + 1].kind == "(":
            return self._nested(self._call, word)
        if word.kind in ("name", "quoted"):
            return self._fact()
        if word.kind == "NULL":
            raise RuleError(
                "NULL stands only in IS NULL and IS NOT NULL",
                word.start,
                "NULL 只能用于 IS NULL 或 IS NOT NULL",
            )
        raise self._unexpected("a value", "数值、事实或条件")

    def _fact(self) -> Node:
        word = self._next()
        known = self._schema.get(word.text)
        if known is None:
            raise self._unknown(word)
        return tree.Fact(word.start, word.end, Type(known.type), known.unit or None, known)

    def _unknown(self, word: Token) -> RuleError:
        shown = word.text[:40]
        near = get_close_matches(shown, list(self._schema.fields), n=1)
        hint, zh_hint = (f"; is it {near[0]}?", f"，是否为“{near[0]}”？") if near else ("", "")
        return RuleError(
            f"there is no fact {shown!r}{hint}", word.start, f"没有名为“{shown}”的事实{zh_hint}"
        )

    def _call(self) -> Node:
        word = self._next()
        function = word.text.upper()
        if not word.text.isascii() or not checking.is_function(function):
            shown = word.text[:20]
            raise RuleError(f"there is no function {shown!r}", word.start, f"没有函数“{shown}”")
        self._need("(")
        arguments: list[Node] = []
        while not arguments or self._taken(","):
            arguments.append(self._condition())
        return checking.call(function, word.start, arguments, self._need(")").end)

    def _case(self) -> Node:
        word = self._need("CASE")
        branches: list[tuple[Node, Node]] = []
        while self._taken("WHEN"):
            when = self._condition()
            self._need("THEN")
            branches.append((when, self._condition()))
        if not branches:
            raise self._unexpected("WHEN", " WHEN")
        otherwise = self._condition() if self._taken("ELSE") else None
        return checking.case(word.start, branches, otherwise, self._need("END").end)


def _day(word: Token) -> date:
    try:
        if not _DATE.fullmatch(word.text):
            raise ValueError
        return date.fromisoformat(word.text)
    except ValueError:
        raise RuleError(
            "a date is written DATE 'YYYY-MM-DD' and stands in the calendar",
            word.start,
            "日期应写作 DATE 'YYYY-MM-DD'，且为日历上的日期",
        ) from None
