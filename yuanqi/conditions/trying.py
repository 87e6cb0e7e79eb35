"""Test cases of a rule: facts as a form and the database hold them, and what comes of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from yuanqi.domain.rules import Rule, Schema, Type

from .drafts import Case


@dataclass(frozen=True, slots=True)
class Tried:
    """A case and what the rule says to it; None is unknown."""

    place: int  # from 1
    case: Case
    verdict: bool | None

    @property
    def passes(self) -> bool:
        return self.verdict is self.case["expected"]


def tried(rule: Rule, cases: Sequence[Case]) -> list[Tried]:
    """Run each case, in order."""
    return [
        Tried(place, case, rule.evaluate(facts_of(case["facts"], rule.schema)))
        for place, case in enumerate(cases, start=1)
    ]


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
