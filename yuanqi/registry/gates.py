"""What a project lacks for a stage: said by a slice above, which keeps the rules.

The slice registers from its `apps.py`. Without one every stage is open.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from .models import Project, Stage


@dataclass(frozen=True, slots=True)
class Lack:
    """A condition that isn't met: a sentence in the reader's language, the condition as written."""

    sentence: str
    condition: str


Judge = Callable[[Project, Stage, date], Sequence[Lack]]
_judges: list[Judge] = []


def register(judge: Judge) -> None:
    """Let a slice judge whether a project may come to a stage."""
    if judge not in _judges:
        _judges.append(judge)


def lacks_of(project: Project, stage: Stage, today: date) -> list[Lack]:
    """What the project lacks for a stage, with what it lacks for those on the way there.

    Going back and giving up ask for nothing.
    """
    if stage == Stage.DROPPED or project.stage == Stage.DROPPED:
        return []
    on_the_way = [one for one in Stage if project.stage < one <= stage]
    found = [lack for judge in _judges for one in on_the_way for lack in judge(project, one, today)]
    return list(dict.fromkeys(found))
