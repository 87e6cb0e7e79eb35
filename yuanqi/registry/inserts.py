"""Parts of the register's pages that slices above fill in: what they make of its facts.

A slice registers from its `apps.py`; the page calls each with its subject, the actor and the day.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from yuanqi.foundation.actors import Actor


@dataclass(frozen=True, slots=True)
class Insert:
    """A part of a page: `template` is included with the insert as `part`."""

    template: str
    told: Any
    extra: Mapping[str, Any] = field(default_factory=dict)


Maker = Callable[[Any, Actor, date], Insert | None]
_makers: dict[str, list[Maker]] = defaultdict(list)


def register(page: str, maker: Maker) -> None:
    """Let a slice fill in a part of an enterprise's "overview" or "profile", or of a "project"."""
    if maker not in _makers[page]:
        _makers[page].append(maker)


def of(page: str, subject: Any, actor: Actor, today: date) -> list[Insert]:
    """The parts of a page, in the order of their slices; who has nothing to say is left out."""
    made = (maker(subject, actor, today) for maker in _makers[page])
    return [one for one in made if one is not None]
