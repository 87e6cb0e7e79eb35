"""The part of a project's page that says what its next stage takes."""

from dataclasses import dataclass
from datetime import date

from yuanqi.conditions import kinds, words
from yuanqi.conditions.queries import Standing
from yuanqi.foundation.actors import Actor
from yuanqi.registry.inserts import Insert
from yuanqi.registry.models import Project, Stage

from . import judging

_ENDS = (
    "，符合", "，不符合", ": fulfilled", ": not fulfilled",
    "，需为是", "，需有数据", "; yes is required", "; data is required",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One condition of the gate."""

    sentence: str
    is_met: bool


@dataclass(frozen=True, slots=True)
class Told:
    """The next stage with its gate, each of its conditions a line."""

    stage: str
    gate: Standing
    is_met: bool
    lines: tuple[Line, ...]

    @property
    def lacking(self) -> int:
        return sum(not line.is_met for line in self.lines)


def of(project: Project, actor: Actor, today: date) -> Insert | None:
    """The insert of the page "project"; none at the end of the road or without a gate."""
    following = [one for one in Stage if project.stage < one < Stage.DROPPED]
    gate = judging.gate_of(following[0], today) if following else None
    if gate is None:
        return None
    made = judging.explained(project, gate, today)
    spoken = words.language()
    lines = tuple(
        Line(_plainly(one.sentence(spoken)), one.verdict is True) for one in made.conditions()
    )
    told = Told(str(following[0].label), gate, made.verdict is True, lines)
    return Insert("gates/_panel.html", told, {"reads_rules": kinds.is_staff(actor)})


def _plainly(sentence: str) -> str:
    """Whether it is fulfilled stands beside the sentence, and a yes says what it had to be."""
    for end in _ENDS:
        sentence = sentence.removesuffix(end)
    return sentence
