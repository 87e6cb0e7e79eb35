"""A project held against the gate of a stage."""

from datetime import date

from yuanqi.conditions import queries as conditions
from yuanqi.conditions import words
from yuanqi.conditions.queries import Standing
from yuanqi.domain.rules import Explanation
from yuanqi.registry.gates import Lack
from yuanqi.registry.models import Project, Stage

from . import known
from .table import CODE, CODES


def gate_of(stage: Stage, today: date) -> Standing | None:
    """The gate that holds on a day; None for a stage that is open."""
    return conditions.in_force(CODE, today).get(CODES.get(stage, ""))


def explained(project: Project, gate: Standing, today: date) -> Explanation:
    return gate.rule.explain(known.facts_of(project, [gate.rule], today))


def lacks_of(project: Project, stage: Stage, today: date) -> list[Lack]:
    """What the project lacks for a stage; what isn't known is lacking too."""
    gate = gate_of(stage, today)
    if gate is None:
        return []
    made = explained(project, gate, today)
    if made.verdict is True:
        return []
    wanting = [one for one in made.conditions() if one.verdict is not True]
    return [Lack(one.sentence(words.language()), one.text) for one in wanting]
