"""Which facts there are: what slices define, what the park adds, and what follows from others.

A fact has one home. It is either stated (rows of `fact`), read from the tables where it stands
anyway (a provider's), or worked out by a formula over other facts. Names are those of the trade in
English, in small letters: `revenue_year`, `is_high_tech`.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from types import MappingProxyType

from django.utils.translation import get_language

from yuanqi.domain.rules import Field, Formula, RuleError, Schema, Type

from ..models import ParkField
from ..models.facts import FactSource

log = logging.getLogger(__name__)

AS_OF = "AS_OF"
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
LONGEST_NAME = 60
SHARE = ("比例", "%")  # the park's way to say that a number is one: 0.05 is shown as 5 %
NOBODY: frozenset[str] = frozenset()
DEPARTMENT = frozenset({FactSource.DEPARTMENT.value, FactSource.IMPORT.value})
ANYBODY = DEPARTMENT | {FactSource.ENTERPRISE.value}


class FieldError(ValueError):
    """A field can't be as it is defined; `chinese` says so to whoever defines it."""

    def __init__(self, message: str, chinese: str | None = None) -> None:
        super().__init__(message)
        self.chinese = chinese or message


@dataclass(frozen=True, slots=True)
class FactField:
    """One fact that may be known of an enterprise.

    `unit` is that of the rules (万元, 人, 平方米); a share has "" and is written 0.05 for 5 %.
    `stated_by`: from which sources it may be stated; nobody for what is read or worked out.
    `valid_days` after its day it is unknown. `is_fixed`: the enterprise can't change it any more,
    so no explanation asks it to. `basis`: the law or notice that says what counts.
    """

    name: str
    type: str
    zh: str
    en: str
    unit: str | None = None
    group: str = "other"
    meaning_zh: str = ""
    meaning_en: str = ""
    basis: str = ""
    stated_by: frozenset[str] = NOBODY
    formula: str = ""
    valid_days: int | None = None
    is_fixed: bool = False
    is_signed: bool = False  # a stated number may be below nought
    is_own: bool = False  # the park's, not shipped

    def __post_init__(self) -> None:
        if self.name != AS_OF and not _NAME.fullmatch(self.name):
            raise FieldError(
                f"{self.name!r} is no name: small letters, digits and _",
                "字段名只能用小写英文字母、数字和下划线，以字母开头",
            )
        if len(self.name) > LONGEST_NAME:
            raise FieldError(f"{self.name!r} is too long", f"字段名最多 {LONGEST_NAME} 个字符")
        if self.formula and self.stated_by:
            raise FieldError(
                f"{self.name!r} is worked out, and can't be stated", "有公式的字段不能再填报"
            )
        object.__setattr__(self, "type", Type(self.type))

    @property
    def label(self) -> str:
        """The label in the reader's language."""
        return self.en if get_language() == "en" and self.en else self.zh

    @property
    def meaning(self) -> str:
        """What the fact means, in the reader's language."""
        return self.meaning_en if get_language() == "en" and self.meaning_en else self.meaning_zh

    @property
    def of_rules(self) -> Field:
        """The field as rules know it."""
        return Field(
            self.name,
            self.type,
            self.unit,
            {"zh": self.zh, "en": self.en or self.zh},
            self.basis,
            self.valid_days,
            self.is_fixed,
        )


_shipped: dict[str, FactField] = {
    AS_OF: FactField(
        AS_OF,
        "date",
        "判断日期",
        "Day of judgement",
        meaning_zh="按哪一天的情况判断；规则里代替“今天”。",
        meaning_en="The day whose state is judged; in rules it stands for today.",
        is_fixed=True,
    )
}


def define(*fields: FactField) -> None:
    """Add a slice's fields to the catalogue (from its `apps.py`). FieldError for a second one of
    the same name; saying the same again changes nothing."""
    for one in fields:
        known = _shipped.setdefault(one.name, one)
        if known != one:
            raise FieldError(f"the fact {one.name!r} is defined twice")


@dataclass(frozen=True)
class Catalogue:
    """All fields of a day with their formulas, in the order in which these are worked out."""

    fields: Mapping[str, FactField]
    schema: Schema
    levels: tuple[Mapping[str, Formula], ...] = field(default=())

    @property
    def formulas(self) -> Mapping[str, Formula]:
        return {name: made for level in self.levels for name, made in level.items()}


def fields() -> Mapping[str, FactField]:
    """All fields by name: the shipped ones, then the park's own that aren't retired. One query."""
    return catalogue().fields


def schema() -> Schema:
    """The fields as rules name them, `AS_OF` (the day of judgement) among them. One query."""
    return catalogue().schema


def catalogue() -> Catalogue:
    """What there is now. The park's rows are few; what they make is kept until they change."""
    own = tuple(own_field(row) for row in ParkField.objects.filter(retired_on=None))
    return assembled(fitting(own))


def fitting(own: tuple[FactField, ...]) -> tuple[FactField, ...]:
    """Those of the park's fields that fit the shipped ones: after an upgrade one may no longer,
    and is left out until somebody puts it right."""
    try:
        assembled(own)
    except FieldError:
        return _one_by_one(own)
    return own


def _one_by_one(own: tuple[FactField, ...]) -> tuple[FactField, ...]:
    kept: tuple[FactField, ...] = ()
    for one in own:
        try:
            assembled((*kept, one))
        except FieldError:
            log.warning("the park's fact %s no longer fits the shipped ones", one.name)
        else:
            kept = (*kept, one)
    return kept


def shipped() -> Mapping[str, FactField]:
    return MappingProxyType(_shipped)


def own_field(row: ParkField) -> FactField:
    """The field that a row of the park's stands for."""
    stated_by = ANYBODY if row.by_enterprise else DEPARTMENT
    return FactField(
        name=row.name,
        type=row.type,
        zh=row.label,
        en=row.label_en,
        unit="" if row.unit in SHARE else row.unit or None,
        group="own",
        meaning_zh=row.meaning,
        meaning_en=row.meaning_en,
        basis=row.basis,
        stated_by=NOBODY if row.formula else stated_by,
        formula=row.formula,
        valid_days=row.valid_days,
        is_fixed=row.is_fixed,
        is_signed=True,
        is_own=True,
    )


def assembled(own: tuple[FactField, ...]) -> Catalogue:
    """The catalogue with these fields of the park. Raises FieldError for a name that is taken, a
    formula that isn't one or whose type or unit isn't the field's, and for cycles."""
    return _assembled(tuple(_shipped.values()), own)


@lru_cache(maxsize=8)
def _assembled(defined: tuple[FactField, ...], own: tuple[FactField, ...]) -> Catalogue:
    found = {one.name: one for one in defined}
    for one in own:
        if one.name in found:
            raise FieldError(f"the name {one.name!r} is taken", f"字段名“{one.name}”已经有了")
        found[one.name] = one
    made = Schema({name: one.of_rules for name, one in found.items()})
    formulas = {
        name: _formula(one, made) for name, one in found.items() if one.formula
    }  # fmt: skip
    return Catalogue(MappingProxyType(found), made, _levels(formulas))


def _formula(one: FactField, all_fields: Schema) -> Formula:
    try:
        made = Formula.parse(one.formula, all_fields)
    except RuleError as error:
        raise FieldError(
            f"{one.name}: {error.message} (at {error.position})",
            f"公式第 {error.position + 1} 个字符：{error.chinese}",
        ) from error
    if made.type is not one.type:
        raise FieldError(
            f"{one.name}: the formula gives a {made.type}", "公式的结果和字段的类型不符"
        )
    if made.unit and one.unit and made.unit != one.unit:
        raise FieldError(
            f"{one.name}: the formula gives {made.unit}, not {one.unit}",
            f"公式的结果以“{made.unit}”计，字段的单位是“{one.unit}”",
        )
    return made


def _levels(formulas: Mapping[str, Formula]) -> tuple[Mapping[str, Formula], ...]:
    """Formulas that may be worked out at once, those that others need first."""
    sorter = TopologicalSorter(
        {
            name: [each.name for each in made.fields if each.name in formulas]
            for name, made in formulas.items()
        }
    )
    try:
        sorter.prepare()
    except CycleError as error:
        around = " → ".join(error.args[1])
        raise FieldError(
            f"formulas go round in a circle: {around}", f"公式互相引用：{around}"
        ) from error
    levels = []
    while sorter.is_active():
        ready = sorter.get_ready()
        levels.append({name: formulas[name] for name in ready})
        sorter.done(*ready)
    return tuple(levels)
