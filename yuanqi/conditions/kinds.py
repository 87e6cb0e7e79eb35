"""Kinds of rules: what a slice decides by conditions, and who may write and confirm them.

A slice defines its kinds in its `apps.py`. The text, its versions and the editor are the same for
all; what follows from a verdict is the slice's own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import polars as pl
from django.db.models import QuerySet
from django.utils.functional import Promise

from yuanqi.domain.rules import Schema
from yuanqi.foundation.actors import Actor, Side
from yuanqi.organisation.models import Department
from yuanqi.organisation.queries import departments
from yuanqi.registry import facts

Text = str | Promise
Predicate = Callable[[Actor], bool]
Frame = Callable[[], tuple[date, pl.DataFrame]]  # the day, and a row each: "enterprise", fields


def is_staff(actor: Actor) -> bool:
    """Officers of the park read every rule; the three administrators see no business (三员分立)."""
    return actor.side is Side.PARK and actor.officer_id is not None


@dataclass(frozen=True, slots=True)
class Kind:
    """What a set of rules is for. `drafters` and `confirmers` say in words who they are.

    `frame` gives who is counted while one types; None where rules are judged over something else
    than enterprises. `is_open`: the park adds rules of its own; else it changes the shipped ones.
    `owner_label`: a rule of the park's is of a department (one of `owners`), and what that is to
    it.
    `address` leads to what comes of a rule, from its code.
    """

    code: str
    name: Text
    may_draft: Predicate
    may_confirm: Predicate
    drafters: Text
    confirmers: Text
    purpose: Text = ""
    schema: Callable[[], Schema] = facts.schema
    frame: Frame | None = facts.latest
    subject: str = "enterprise"
    is_open: bool = False
    owner_label: Text = ""
    owners: Callable[[], QuerySet[Department]] = departments
    address: Callable[[str], str] | None = None

    def drafts(self, actor: Actor) -> bool:
        return is_staff(actor) and self.may_draft(actor)

    def confirms(self, actor: Actor) -> bool:
        return is_staff(actor) and self.may_confirm(actor)


_kinds: dict[str, Kind] = {}


def define(*kinds: Kind) -> None:
    """Let a slice say which rules it keeps (from its `apps.py`). ValueError for a code twice."""
    for kind in kinds:
        if _kinds.get(kind.code, kind) != kind:
            raise ValueError(f"the kind of rules {kind.code!r} is defined twice")
        _kinds[kind.code] = kind


def find(code: str) -> Kind:
    """Raises LookupError for a kind that no slice defines."""
    return _kinds[code]


def defined() -> list[Kind]:
    """All kinds, in the order of their definition."""
    return list(_kinds.values())


def forget(code: str) -> None:
    """Take a kind back, for a test that has defined one of its own."""
    _kinds.pop(code, None)
