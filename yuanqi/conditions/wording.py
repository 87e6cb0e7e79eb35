"""A rule said in plain words, for who doesn't read its text."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from yuanqi.domain.rules import Explanation, Rule
from yuanqi.domain.rules.explaining import Explainer, Kind
from yuanqi.domain.rules.tree import Case, Literal, Node


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence, and how deep it stands below others."""

    depth: int
    text: str


def in_words(rule: Rule, language: str) -> list[Line]:
    """The whole rule, a sentence a condition, each below what joins it."""
    return list(_said(rule.root, rule.text, language, 0))


def _said(node: Node, text: str, language: str, depth: int) -> Iterator[Line]:
    if isinstance(node, Literal):
        yield Line(depth, _("成立") if node.value else _("不成立"))
    elif isinstance(node, Case):
        yield from _by_case(node, text, language, depth)
    else:
        yield from _of(Explainer(node, text).explain({}), text, language, depth)


def _of(made: Explanation, text: str, language: str, depth: int) -> Iterator[Line]:
    if made.kind in (Kind.EVERY, Kind.SOME):
        said = (
            _("以下 %(count)s 项全部满足：")
            if made.kind is Kind.EVERY
            else _("以下 %(count)s 项至少满足一项：")
        )
        yield Line(depth, said % {"count": len(made.parts)})
        for part in made.parts:
            yield from _of(part, text, language, depth + 1)
    elif isinstance(made.subject, Case | Literal):
        yield from _said(made.subject, text, language, depth)
    else:
        yield Line(depth, made.demand(language))


def _by_case(node: Case, text: str, language: str, depth: int) -> Iterator[Line]:
    yield Line(depth, _("按情形，看第一个符合的："))
    for when, value in node.branches:
        yield Line(depth + 1, _("如果"))
        yield from _said(when, text, language, depth + 2)
        yield Line(depth + 1, _("那么"))
        yield from _said(value, text, language, depth + 2)
    yield Line(depth + 1, _("其他情形"))
    if node.otherwise is None:
        yield Line(depth + 2, _("未知"))
    else:
        yield from _said(node.otherwise, text, language, depth + 2)
