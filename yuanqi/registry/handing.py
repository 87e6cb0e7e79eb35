"""What a successor takes over with a link: slices say it, each its own part.

A slice registers from its `apps.py`; the page of the hand-over calls each with the link that has
begun, who reads, and when. It stands here so that slices below and beside `linking` can register.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from yuanqi.foundation.actors import Actor

from .models import Link


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that goes over: what it is, what matters about it, where it stands."""

    title: str
    note: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """What one slice hands over: a heading, how many, the first lines, where the rest stands."""

    label: str | Promise
    count: int
    lines: Sequence[Line] = ()
    url: str = ""


Teller = Callable[[Link, Actor, datetime], Part | None]
_tellers: list[Teller] = []


def register(teller: Teller) -> None:
    """Let a slice say what goes over with a link; None where there is nothing to say."""
    if teller not in _tellers:
        _tellers.append(teller)


def parts_of(link: Link, actor: Actor, at: datetime) -> list[Part]:
    """What the successor of this link takes over, in the order of the slices."""
    told = (teller(link, actor, at) for teller in _tellers)
    return [part for part in told if part is not None]
