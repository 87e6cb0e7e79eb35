"""Types and units: what may stand beside what. Each function makes one node or says why not.

A bare number, and a fact whose unit isn't said, fit every unit. A quotient of like units has
none; a sum keeps its unit; 万元 beside 元 and any other product of units is an error, so that no
rule is wrong by a factor of 10,000 in silence. The place of an error is the part that doesn't fit.
"""

from __future__ import annotations

from collections.abc import Sequence

from yuanqi.domain.rules import tree
from yuanqi.domain.rules.errors import RuleError
from yuanqi.domain.rules.fields import Type
from yuanqi.domain.rules.tree import Node, Unit

_CALLED = {
    Type.NUMBER: ("a number", "数字"),
    Type.BOOLEAN: ("a condition", "是否"),
    Type.STRING: ("a text", "文本"),
    Type.DATE: ("a date", "日期"),
}
_ORDERED = frozenset({Type.NUMBER, Type.DATE})
_MOST_PLACES = 15  # ten to this power and its quotients are exact in doubles

# function: least and greatest number of arguments
_ARGUMENTS = {
    "ABS": (1, 1),
    "LEAST": (2, None),
    "GREATEST": (2, None),
    "ROUND": (2, 2),
    "COALESCE": (2, None),
    "MONTHS_BETWEEN": (2, 2),
}


def condition(node: Node) -> Node:
    """The node, if it can be true or false."""
    return _of_type(node, Type.BOOLEAN)


def total(first: Node, rest: Sequence[tuple[str, Node]]) -> Node:
    for each in (first, *(term for _, term in rest)):
        _of_type(each, Type.NUMBER)
    unit = first.unit
    for _, term in rest:
        unit = _one_unit(unit, term)
    return tree.Sum(first.start, rest[-1][1].end, Type.NUMBER, unit, first, tuple(rest))


def product(first: Node, rest: Sequence[tuple[str, Node]]) -> Node:
    for each in (first, *(factor for _, factor in rest)):
        _of_type(each, Type.NUMBER)
    unit = first.unit
    for operator, factor in rest:
        unit = _UNIT_OF[operator](unit, factor)
    return tree.Product(first.start, rest[-1][1].end, Type.NUMBER, unit, first, tuple(rest))


def negative(start: int, of: Node) -> Node:
    _of_type(of, Type.NUMBER)
    if isinstance(of, tree.Literal) and isinstance(of.value, float):
        return tree.Literal(start, of.end, of.type, of.unit, -of.value)
    return tree.Negative(start, of.end, Type.NUMBER, of.unit, of)


def compare(operator: str, left: Node, right: Node) -> Node:
    _one_type(left, right)
    if operator not in ("=", "<>") and left.type not in _ORDERED:
        raise RuleError(
            f"{_CALLED[left.type][0]} is compared by = and <> only",
            left.start,
            f"{_CALLED[left.type][1]}只能用 = 或 <> 比较",
        )
    _one_unit(left.unit, right)
    return tree.Compare(left.start, right.end, Type.BOOLEAN, None, operator, left, right)


def between(of: Node, low: Node, high: Node, *, negated: bool) -> Node:
    for bound in (low, high):
        _one_type(of, bound)
    if of.type not in _ORDERED:
        raise RuleError("BETWEEN takes numbers or dates", of.start, "BETWEEN 只能用于数字或日期")
    unit = _one_unit(of.unit, low)
    _one_unit(unit, high)
    return tree.Between(of.start, high.end, Type.BOOLEAN, None, of, low, high, negated)


def among(of: Node, values: Sequence[tree.Literal], end: int, *, negated: bool) -> Node:
    for each in values:
        _one_type(of, each)
    kept = tuple(dict.fromkeys(each.value for each in values if each.value is not None))
    return tree.In(of.start, end, Type.BOOLEAN, None, of, kept, negated)


def like(of: Node, pattern: str, end: int, *, negated: bool) -> Node:
    _of_type(of, Type.STRING)
    return tree.Like(of.start, end, Type.BOOLEAN, None, of, pattern, negated)


def is_null(of: Node, end: int, *, negated: bool) -> Node:
    return tree.IsNull(of.start, end, Type.BOOLEAN, None, of, negated)


def opposite(start: int, of: Node) -> Node:
    return tree.Not(start, condition(of).end, Type.BOOLEAN, None, of)


def every(parts: Sequence[Node]) -> Node:
    kept = tuple(condition(part) for part in parts)
    return tree.Every(kept[0].start, kept[-1].end, Type.BOOLEAN, None, kept)


def some(parts: Sequence[Node]) -> Node:
    kept = tuple(condition(part) for part in parts)
    return tree.Some(kept[0].start, kept[-1].end, Type.BOOLEAN, None, kept)


def case(
    start: int, branches: Sequence[tuple[Node, Node]], otherwise: Node | None, end: int
) -> Node:
    values = [value for _, value in branches] + ([] if otherwise is None else [otherwise])
    unit = _like_the_first(values)
    kept = tuple((condition(when), value) for when, value in branches)
    return tree.Case(start, end, values[0].type, unit, kept, otherwise)


def call(function: str, start: int, arguments: Sequence[Node], end: int) -> Node:
    least, most = _ARGUMENTS[function]
    if len(arguments) < least or (most is not None and len(arguments) > most):
        wanted = str(least) if most == least else f"{least} or more"
        raise RuleError(
            f"{function} takes {wanted} arguments, not {len(arguments)}",
            start,
            f"{function} 需要 {least} 个{'' if most == least else '以上'}参数，"
            f"现有 {len(arguments)} 个",
        )
    kind, unit = _result_of(function, arguments)
    return tree.Call(start, end, kind, unit, function, tuple(arguments))


def is_function(name: str) -> bool:
    return name in _ARGUMENTS


def _result_of(function: str, arguments: Sequence[Node]) -> tuple[Type, str | None]:
    first = arguments[0]
    if function == "MONTHS_BETWEEN":
        for each in arguments:
            _of_type(each, Type.DATE)
        return Type.NUMBER, Unit.ANY
    if function == "COALESCE":
        return first.type, _like_the_first(arguments)
    if function in ("LEAST", "GREATEST"):
        if first.type not in _ORDERED:
            _of_type(first, Type.NUMBER)
        return first.type, _like_the_first(arguments)
    _of_type(first, Type.NUMBER)
    if function == "ROUND":
        _places(arguments[1])
    return Type.NUMBER, first.unit


def _places(node: Node) -> None:
    value = node.value if isinstance(node, tree.Literal) else None
    if not isinstance(value, float) or value != int(value) or abs(value) > _MOST_PLACES:
        raise RuleError(
            f"ROUND takes a whole number from {-_MOST_PLACES} to {_MOST_PLACES} as its second",
            node.start,
            f"ROUND 的第二个参数应为 {-_MOST_PLACES} 至 {_MOST_PLACES} 的整数",
        )


def _of_type(node: Node, wanted: Type) -> Node:
    if node.type is not wanted:
        (found, zh_found), (needed, zh_needed) = _CALLED[node.type], _CALLED[wanted]
        raise RuleError(
            f"{needed} is needed here, not {found}",
            node.start,
            f"此处需要{zh_needed}，而不是{zh_found}",
        )
    return node


def _one_type(left: Node, right: Node) -> None:
    if left.type is right.type:
        return
    (one, zh_one), (other, zh_other) = _CALLED[left.type], _CALLED[right.type]
    hint, zh_hint = "", ""
    if Type.DATE in (left.type, right.type) and Type.STRING in (left.type, right.type):
        hint, zh_hint = "; a date is written DATE '2026-01-31'", "；日期请写作 DATE '2026-01-31'"
    raise RuleError(
        f"{one} can't be compared with {other}{hint}",
        right.start,
        f"{zh_one}不能与{zh_other}比较{zh_hint}",
    )


def _like_the_first(nodes: Sequence[Node]) -> str | None:
    """The unit of values of which one is chosen: all of the first one's type."""
    unit = nodes[0].unit
    for each in nodes[1:]:
        _of_type(each, nodes[0].type)
        unit = _one_unit(unit, each)
    return unit


def _one_unit(unit: str | None, node: Node) -> str | None:
    if unit is None or node.unit is None:
        return unit if node.unit is None else node.unit
    if unit != node.unit:
        (one, zh_one), (other, zh_other) = _counted(unit), _counted(node.unit)
        raise RuleError(
            f"{one} can't stand beside {other}: convert one of them",
            node.start,
            f"单位不一致：前者{zh_one}，后者{zh_other}，请先换算",
        )
    return unit


def _times(unit: str | None, node: Node) -> str | None:
    if unit and node.unit:
        raise _no_product(unit, node.unit, "times", "相乘", node)
    if unit or node.unit:
        return unit or node.unit
    return Unit.ANY if unit is None or node.unit is None else Unit.PURE


def _over(unit: str | None, node: Node) -> str | None:
    if not node.unit:
        return unit
    if unit == node.unit:
        return Unit.PURE
    raise _no_product(unit, node.unit, "divided by", "相除", node)


def _no_product(unit: str | None, other: str, verb: str, zh_verb: str, node: Node) -> RuleError:
    (one, zh_one), (two, zh_two) = _counted(unit or ""), _counted(other)
    return RuleError(
        f"{one} {verb} {two} is no unit that a rule may use",
        node.start,
        f"{zh_one}的数与{zh_two}的数不能{zh_verb}",
    )


def _counted(unit: str) -> tuple[str, str]:
    if unit == Unit.PURE:
        return "a number without unit", "无单位"
    return f"an amount in {unit}", f"以“{unit}”计"


_UNIT_OF = {"*": _times, "/": _over, "%": _one_unit}
