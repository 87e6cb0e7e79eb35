"""What people call a value and how they write an amount: 36 万元, 4.2 %, CNY 360,000."""

from __future__ import annotations

from math import ceil, floor, log10

from yuanqi.domain.rules import tree
from yuanqi.domain.rules.fields import Type
from yuanqi.domain.rules.tree import Node, Unit

# amounts in English are written out; other units stand behind the figure
_MONEY = {
    "元": (1.0, "CNY"),
    "万元": (1e4, "CNY"),
    "亿元": (1e8, "CNY"),
    "美元": (1.0, "USD"),
    "万美元": (1e4, "USD"),
    "亿美元": (1e8, "USD"),
}
_IN_ENGLISH = {
    "人": "persons", "个月": "months", "月": "months", "天": "days", "日": "days", "年": "years",
    "家": "enterprises", "户": "enterprises", "个": "", "件": "items", "项": "items", "台": "units",
    "分": "points", "次": "times", "平方米": "m²", "吨": "t", "亩": "mu", "千瓦时": "kWh",
    "万千瓦时": "0,000 kWh", "小时": "hours", "个百分点": "percentage points",
}  # fmt: skip
_WHOLE_ONLY = frozenset({"人", "家", "户", "个", "件", "项", "台", "次"})
_LARGEST = 1e15  # beyond it a figure is written with an exponent


def quoted(text: str, language: str) -> str:
    return f"“{text}”"


def amount(value: float, unit: str | None, language: str, *, up: bool = False) -> str:
    """A figure with its unit; `up` rounds what must be reached up, never down, and to whole
    persons or pieces."""
    if language != "zh" and unit in _MONEY:
        factor, currency = _MONEY[unit]
        return f"{currency} {figure(value * factor, up=up)}"
    shown = figure(float(ceil(value)) if up and unit in _WHOLE_ONLY else value, up=up)
    if not unit:
        return shown
    behind = unit if language == "zh" else _IN_ENGLISH.get(unit, unit)
    return f"{shown} {behind}" if behind else shown


def figure(value: float, *, up: bool = False) -> str:
    """With thousands apart and at most two decimals; small ones with three digits."""
    size = abs(value)
    if size >= _LARGEST:
        return f"{value:.3g}"
    places = 2 if size >= 1 or size == 0 else min(2 - floor(log10(size)), 15)
    if up:
        scale = 10.0**places
        value = ceil(round(value * scale, 6)) / scale
    shown = f"{value:,.{places}f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def is_share(node: Node) -> bool:
    """Whether people read it in per cent: a quotient of like amounts, a fact that is a share."""
    if isinstance(node, tree.Fact):
        return node.type is Type.NUMBER and node.field.unit == ""
    return node.type is Type.NUMBER and node.unit == Unit.PURE


def is_months(node: Node) -> bool:
    return isinstance(node, tree.Call) and node.function == "MONTHS_BETWEEN"


def name_of(node: Node, language: str) -> str:
    """The value in words: labels of facts, shares and calculations between them."""
    chinese = language == "zh"
    match node:
        case tree.Fact(field=field):
            return field.label_in(language)
        case tree.Literal(value=float() as value):
            return figure(value)
        case tree.Literal(value=value):
            return quoted(str(value), language)
        case tree.Product(first=first, rest=(("/", other),)) if is_share(node):
            one, two = _bracketed(first, language), _bracketed(other, language)
            return f"{one}占{two}的比例" if chinese else f"{one} as a share of {two}"
        case tree.Sum(first=first, rest=rest) | tree.Product(first=first, rest=rest):
            inner = _bracketed if isinstance(node, tree.Product) else name_of
            words = [inner(first, language)]
            for sign, each in rest:
                words += [_SIGNS[sign], _bracketed(each, language)]
            return " ".join(words)
        case tree.Negative(of=of):
            return f"−{_bracketed(of, language)}"
        case tree.Call(function=function, arguments=arguments):
            return _of_call(function, [name_of(each, language) for each in arguments], chinese)
        case tree.Case(branches=((_, value), *_)):
            shown = name_of(value, language)
            return (
                f"分情形确定的值（如 {shown}）" if chinese else f"a value by case (such as {shown})"
            )
    return "条件" if chinese else "the condition"


_SIGNS = {"+": "+", "-": "−", "*": "×", "/": "÷", "%": "mod"}


def _bracketed(node: Node, language: str) -> str:
    shown = name_of(node, language)
    simple = isinstance(node, tree.Fact | tree.Literal | tree.Call)
    if simple:
        return shown
    return f"（{shown}）" if language == "zh" else f"({shown})"


def _of_call(function: str, names: list[str], chinese: bool) -> str:
    first = names[0]
    match function:
        case "ABS":
            return f"{first}的绝对值" if chinese else f"the size of {first}"
        case "LEAST":
            return f"{'、'.join(names)}中最小者" if chinese else f"the least of {', '.join(names)}"
        case "GREATEST":
            return (
                f"{'、'.join(names)}中最大者" if chinese else f"the greatest of {', '.join(names)}"
            )
        case "COALESCE":
            rest = "、".join(names[1:]) if chinese else ", ".join(names[1:])
            return (
                f"{first}（无数据时取 {rest}）" if chinese else f"{first} (where unknown: {rest})"
            )
        case "MONTHS_BETWEEN":
            return (
                f"{names[1]}至{first}的整月数"
                if chinese
                else f"whole months from {names[1]} to {first}"
            )
    return first
