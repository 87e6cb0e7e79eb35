"""Reads of size classes: the rules that hold, and what they say of a frame of enterprises."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from yuanqi.conditions import queries as conditions
from yuanqi.conditions.queries import Standing
from yuanqi.domain.rules import Rule, verdicts
from yuanqi.registry import facts

from .models import SizeClass
from .thresholds import CLASSES, CODE

ENTERPRISE = "enterprise"
SIZE = "size"


def rules_on(day: date) -> dict[str, Standing]:
    """The rules of the three upper classes by class; empty if one of them doesn't hold."""
    found = conditions.in_force(CODE, day)
    return {code: found[code] for code in CLASSES} if found.keys() >= set(CLASSES) else {}


def names_in(rules: Mapping[str, Standing]) -> list[str]:
    """The facts that the rules name, but for the day of judgement."""
    named = {field.name for one in rules.values() for field in one.rule.fields}
    return sorted(named - {facts.AS_OF})


def names_behind(names: list[str]) -> set[str]:
    """These facts, and those from which they are worked out."""
    formulas = facts.catalogue().formulas
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [field.name for field in formulas[name].fields] if name in formulas else []
    return found


def sizes(rules: Mapping[str, Rule], frame: pl.DataFrame) -> pl.Series:
    """The class of each row, null where it can't be said: the first whose rule holds, none left
    open before it; micro where none holds (the method's cascade)."""
    said = verdicts(rules, frame)
    found = pl.lit(SizeClass.MICRO.value)
    for size in reversed(CLASSES):
        found = (
            pl.when(pl.col(size).is_null())
            .then(pl.lit(None, dtype=pl.String))
            .when(pl.col(size))
            .then(pl.lit(size))
            .otherwise(found)
        )
    return said.select(found.alias(SIZE)).to_series()


def kept(value: Any) -> Any:
    """A fact as the row keeps it."""
    return value.isoformat() if isinstance(value, date) else value
