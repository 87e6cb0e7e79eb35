"""Test cases of a rule: facts as a form and the database hold them, and what comes of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yuanqi.domain.rules import Rule, Schema, Type
from yuanqi.domain.rules.naming import amount

from . import words
from .drafts import Case

_VERDICTS = {
    True: gettext_lazy("符合"),
    False: gettext_lazy("不符合"),
    None: gettext_lazy("无法判断"),
}


@dataclass(frozen=True, slots=True)
class Tried:
    """A case and what the rule says to it; None is unknown."""

    place: int  # from 1
    case: Case
    verdict: bool | None

    said: tuple[str, ...] = ()  # its facts in words

    @property
    def passes(self) -> bool:
        return self.verdict is self.case["expected"]

    @property
    def expected_said(self) -> str:
        return str(_VERDICTS[self.case["expected"]])

    @property
    def verdict_said(self) -> str:
        return str(_VERDICTS[self.verdict])


def tried(rule: Rule, cases: Sequence[Case]) -> list[Tried]:
    """Run each case, in order."""
    return [
        Tried(
            place,
            case,
            rule.evaluate(facts_of(case["facts"], rule.schema)),
            tuple(_said(case["facts"], rule.schema)),
        )
        for place, case in enumerate(cases, start=1)
    ]


def _said(kept: Mapping[str, Any], schema: Schema) -> Iterator[str]:
    for name, value in kept.items():
        field = schema.get(name)
        label = field.label_in(words.language()) if field else name
        if isinstance(value, bool):
            yield f"{label} {_('是') if value else _('否')}"
        elif isinstance(value, int | float):
            unit = field.unit if field else None
            yield f"{label} {amount(float(value), unit, words.language())}"
        else:
            yield f"{label} {value}"


def failed(rule: Rule, cases: Sequence[Case]) -> list[Tried]:
    return [one for one in tried(rule, cases) if not one.passes]


def facts_of(kept: Mapping[str, Any], schema: Schema) -> dict[str, Any]:
    """The facts of a case with their types; what the schema doesn't know any more is left out."""
    found: dict[str, Any] = {}
    for name, value in kept.items():
        field = schema.get(name)
        if field is None:
            continue
        match field.type:
            case Type.NUMBER:
                found[name] = float(value)
            case Type.DATE:
                found[name] = date.fromisoformat(value)
            case _:
                found[name] = value
    return found
