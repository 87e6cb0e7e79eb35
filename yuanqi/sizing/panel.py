"""The part of an enterprise's page that says its size class, why, and what the next one takes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from yuanqi.conditions import kinds, words
from yuanqi.conditions.models import Condition
from yuanqi.conditions.queries import Standing
from yuanqi.conditions.trying import facts_of
from yuanqi.domain.rules import Explanation
from yuanqi.foundation.actors import Actor
from yuanqi.registry.facts import AS_OF
from yuanqi.registry.facts.details import detail_of
from yuanqi.registry.inserts import Insert
from yuanqi.registry.models import Enterprise

from . import queries
from .known import DECLARED, class_of, label_of
from .models import EnterpriseSize
from .thresholds import CLASSES

_INDUSTRY = ("industry_section", "industry_division", "industry_group", "industry_class")


@dataclass(frozen=True, slots=True)
class Told:
    """What the page says; sentences without their full stops.

    `grounds` are the conditions of the class, `lacks` what the next one still takes. Without a
    class, `missing` names the facts that are wanting; none of them where the method leaves the
    industry out. `stated` is another class that somebody declared.
    """

    row: EnterpriseSize | None
    size: str
    grounds: tuple[str, ...] = ()
    next_size: str = ""
    lacks: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    source: str = ""
    rule: Condition | None = None
    stated: str = ""
    stated_is_confirmed: bool = False


def of(enterprise: Enterprise, actor: Actor, today: date) -> Insert:
    """The insert of the page "profile". Four queries."""
    reads_rules = kinds.is_staff(actor)
    return Insert("sizing/_panel.html", told(enterprise, today), {"reads_rules": reads_rules})


def told(enterprise: Enterprise, today: date) -> Told:
    row = EnterpriseSize.objects.filter(pk=enterprise.pk).first()
    rules = queries.rules_on(today)
    said = detail_of(DECLARED, enterprise.pk, today)
    stated = class_of(said.shown)
    size = row.size if row is not None else ""
    other = {
        "stated": label_of(stated) if stated != size else "",
        "stated_is_confirmed": said.value is not None,
    }
    if row is None or not rules:
        return Told(row, "", **other)
    known = {AS_OF: today, **facts_of(row.figures, rules[CLASSES[0]].rule.schema)}
    made = {code: one.rule.explain(known) for code, one in rules.items()}
    if not size:
        first = next((code for code in CLASSES if made[code].verdict is None), CLASSES[0])
        return Told(
            row, "", missing=tuple(_missing(rules[first], made[first])),
            source=rules[first].version.source, rule=rules[first].condition, **other,
        )  # fmt: skip
    place = CLASSES.index(size) if size in CLASSES else len(CLASSES)
    above = CLASSES[place - 1] if place else ""
    decisive = rules[size if size in CLASSES else CLASSES[-1]]
    return Told(
        row,
        label_of(size),
        grounds=tuple(_sentences(made[size])) if size in CLASSES else (),
        next_size=label_of(above),
        lacks=tuple(_sentences(made[above], unmet=True)) if above else (),
        source=decisive.version.source,
        rule=decisive.condition,
        **other,
    )


def _sentences(made: Explanation, *, unmet: bool = False) -> Iterator[str]:
    for one in made.conditions():
        if not unmet or one.verdict is not True:
            yield one.sentence(words.language())


def _missing(standing: Standing, made: Explanation) -> Iterator[str]:
    """The wanting facts by their labels; the industry once, however deep it must be known."""
    if any(name in _INDUSTRY for name in made.missing):
        yield _("行业代码（到中类）")
    for name in made.missing:
        field = standing.rule.schema.get(name)
        if field is not None and name not in _INDUSTRY:
            yield field.label_in(words.language())
