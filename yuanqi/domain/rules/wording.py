"""Explanations in sentences, in Chinese and in English, for who keeps an enterprise's books."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from yuanqi.domain.rules.fields import Field, Type
from yuanqi.domain.rules.naming import amount, is_months, is_share, name_of, quoted
from yuanqi.domain.rules.tree import Node, Value, facts_in

if TYPE_CHECKING:
    from yuanqi.domain.rules.explaining import Explanation

_NUMBERS = {
    "zh": {"=": "等于", "<>": "不等于", "<": "低于", "<=": "不高于", ">": "高于", ">=": "不低于"},
    "en": {
        "=": "exactly", "<>": "other than", "<": "less than", "<=": "at most",
        ">": "more than", ">=": "at least",
    },
}  # fmt: skip
_DATES = {
    "zh": {"=": "为", "<>": "不为", "<": "早于", "<=": "不晚于", ">": "晚于", ">=": "不早于"},
    "en": {
        "=": "on", "<>": "other than", "<": "before", "<=": "on or before",
        ">": "after", ">=": "on or after",
    },
}  # fmt: skip
# what lies between two percentages
_POINTS: dict[str | None, str] = {"%": "个百分点"}


def group_sentence(made: Explanation, language: str) -> str:
    """How many of the parts hold, and how many must."""
    held = sum(part.verdict is True for part in made.parts)
    count = len(made.parts)
    if language == "zh":
        need = "全部满足" if made.kind == "every" else "至少满足一项"
        return f"以下 {count} 项需{need}，已满足 {held} 项"
    need = "All" if made.kind == "every" else "One"
    return f"{need} of these {count} must hold; {held} of them {'does' if held == 1 else 'do'}"


def condition_sentence(made: Explanation, language: str) -> str:
    """What is, what is required, and what is missing between them."""
    assert made.subject is not None
    name = name_of(made.subject, language)
    if language == "zh" and name[-1:].isascii():
        name = f"{name} "
    requirement = _requirement(made, language)
    if made.verdict is None:
        return _unknown(made, name, requirement, language)
    actual = _actual(made, language)
    if made.verdict:
        return (
            f"{name}{actual}，{requirement}，符合"
            if language == "zh"
            else f"{name} {actual}; {requirement}: fulfilled"
        )
    rest = _shortfall(made, language)
    return (
        f"{name}{actual}，{requirement}{rest}"
        if language == "zh"
        else f"{name} {actual}; {requirement}{rest}"
    )


def demand_sentence(made: Explanation, language: str) -> str:
    """What a condition asks for, whatever is the case: no verdict, no figure."""
    assert made.subject is not None
    name = name_of(made.subject, language)
    requirement = _requirement(made, language)
    if language != "zh":
        return f"{name}: {requirement}"
    return f"{name} {requirement}" if name[-1:].isascii() else f"{name}{requirement}"


def _unknown(made: Explanation, name: str, requirement: str, language: str) -> str:
    assert made.subject is not None
    labels = _labels_of(made, language)
    absent = [quoted(labels.get(each, each), language) for each in made.missing]
    if language == "zh":
        if absent:
            return f"{name}：缺少{'、'.join(absent)}，无法判断；{requirement}"
        return f"{name}：算不出（除数为零或结果过大），无法判断；{requirement}"
    if absent:
        return f"{name}: not known without {', '.join(absent)}; {requirement}"
    return (
        f"{name}: can't be worked out (a divisor of nought, or a result too large); {requirement}"
    )


def _labels_of(made: Explanation, language: str) -> dict[str, str]:
    nodes = [node for node in (made.subject, made.reference) if node is not None]
    return {field.name: field.label_in(language) for node in nodes for field in facts_in(node)}


def _actual(made: Explanation, language: str) -> str:
    assert made.subject is not None
    if made.kind == "null":
        known = made.actual is not None
        if language == "zh":
            return "：已有数据" if known else "：没有数据"
        return "is known" if known else "isn't known"
    value = _value(made.actual, made.subject, language)
    if made.kind == "true":
        return f"：{value}" if language == "zh" else f"is {value}"
    return f"为{_apart(value)}" if language == "zh" else f"is {value}"


def _apart(shown: str) -> str:
    """Chinese stands apart from figures, not from quotation marks."""
    return shown if shown.startswith("“") else f" {shown}"


def _requirement(made: Explanation, language: str) -> str:
    """ "需不低于 5 %", "at least 5 % is required"."""
    chinese = language == "zh"
    required = made.required
    match str(made.kind):
        case "true":
            wanted = ("是" if required else "否") if chinese else ("yes" if required else "no")
            return f"需为{wanted}" if chinese else f"{wanted} is required"
        case "null":
            is_known = made.operator == "IS NOT NULL"
            if chinese:
                return "需有数据" if is_known else "需没有数据"
            return "data is required" if is_known else "it must not be known"
        case "in":
            assert isinstance(required, tuple) and made.subject is not None
            listed = [_value(each, made.subject, language) for each in required]
            return _among(listed, made.operator == "IN", chinese)
        case "like":
            return _likeness(str(required), made.operator == "LIKE", language)
        case "between":
            return _range(made, chinese, language)
    return _bound(made, chinese, language)


def _bound(made: Explanation, chinese: bool, language: str) -> str:
    assert made.subject is not None and not isinstance(made.required, tuple)
    value = _value(made.required, made.subject, language)
    if made.required is None and made.reference is not None:
        value = name_of(made.reference, language)
    kind = made.subject.type
    if kind in (Type.NUMBER, Type.DATE):
        word = (_NUMBERS if kind is Type.NUMBER else _DATES)[language][made.operator]
        return f"需{word} {value}" if chinese else f"{word} {value} is required"
    if chinese:
        return f"{'需为' if made.operator == '=' else '不得为'}{_apart(value)}"
    return f"{value} is required" if made.operator == "=" else f"it must not be {value}"


def _range(made: Explanation, chinese: bool, language: str) -> str:
    assert made.subject is not None and isinstance(made.required, tuple)
    low, high = (_value(each, made.subject, language) for each in made.required)
    inside = made.operator == "BETWEEN"
    if chinese:
        return f"{'需在' if inside else '不得在'} {low} 至 {high} 之间"
    return f"{low} to {high} is required" if inside else f"it must not be {low} to {high}"


def _among(listed: Sequence[str], inside: bool, chinese: bool) -> str:
    if chinese:
        joined = "、".join(listed)
        return (
            f"{'需为' if inside else '不得为'}{_apart(joined)}{'之一' if len(listed) > 1 else ''}"
        )
    joined = ", ".join(listed)
    if len(listed) == 1:
        return f"{joined} is required" if inside else f"it must not be {joined}"
    return f"one of {joined} is required" if inside else f"it must be none of {joined}"


def _likeness(pattern: str, inside: bool, language: str) -> str:
    chinese = language == "zh"
    pieces = pattern.split("%")
    shown = quoted("".join(pieces), language)
    match pieces:
        case ["", _, ""]:
            verb = ("含有", "contain")
        case [_, ""]:
            verb = ("开头为", "begin with")
        case ["", _]:
            verb = ("结尾为", "end with")
        case _:
            verb, shown = ("符合样式", "follow the pattern"), quoted(pattern, language)
    if chinese:
        return f"{'需' if inside else '不得'}{verb[0]}{shown}"
    return f"it must {'' if inside else 'not '}{verb[1]} {shown}"


def _shortfall(made: Explanation, language: str) -> str:
    """ "，还差 36 万元"; the fact is named unless it is what the sentence is about."""
    chinese = language == "zh"
    change = made.change
    if made.gap is None or made.subject is None:
        return "，不符合" if chinese else ": not fulfilled"
    if made.gap == 0:
        return "，恰好相等，尚不符合" if chinese else ": it only just equals it"
    if change is None:
        return _distance(made, chinese, language)
    by, unit = abs(change.by), _POINTS.get(change.field.unit, change.field.unit)
    if unit == "":  # a share
        by, unit = by * 100, "个百分点"
    size = amount(by, unit, language, up=True)
    itself = _is_fact(made.subject, change.field)
    if made.operator in ("<", ">"):  # the bound itself isn't enough
        size = f"{size}以上" if chinese else f"more than {size}"
    label = "" if itself else change.field.label_in(language)
    if chinese:
        if change.by > 0:
            return f"，{label}还差 {size}" if label else f"，还差 {size}"
        return f"，{label}需减少 {size}" if label else f"，超出 {size}"
    subject = label or "it"
    return (
        f": {subject} must rise by {size}" if change.by > 0 else f": {subject} must fall by {size}"
    )


def _distance(made: Explanation, chinese: bool, language: str) -> str:
    assert made.gap is not None and made.subject is not None
    points = " 个百分点" if chinese else " percentage points"
    if made.subject.type is Type.DATE:
        days = f"{abs(made.gap):.0f}"
        return f"，相差 {days} 天" if chinese else f": {days} days off"
    size = _number(abs(made.gap), made.subject, language).replace(" %", points)
    if chinese:
        return f"，还差 {size}" if made.gap > 0 else f"，超出 {size}"
    return f": {size} {'short' if made.gap > 0 else 'over'}"


def _is_fact(subject: Node, field: Field) -> bool:
    return getattr(subject, "field", None) == field


def _number(value: float, subject: Node, language: str) -> str:
    if is_share(subject):
        return amount(value * 100, "%", language)
    return amount(value, "个月" if is_months(subject) else subject.unit, language)


def _value(value: Value, subject: Node, language: str) -> str:
    if value is None:
        return "未知" if language == "zh" else "unknown"
    if isinstance(value, bool):
        return ("是" if value else "否") if language == "zh" else ("yes" if value else "no")
    if isinstance(value, float):
        return _number(value, subject, language)
    if isinstance(value, date):
        return value.isoformat()
    return quoted(value, language)
