"""What hangs on an officer or a department, and goes over when he leaves or it is merged.

A slice above that gives work to officers or departments registers its mover (from its `apps.py`).
Only how much is told, never which or what about: the system administrator sees no business.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.utils.translation import gettext as _

from yuanqi.foundation.actors import Actor

from .models import Department, Officer


@dataclass(frozen=True, slots=True)
class Work:
    """Open work of one kind: how much, on which journal streams."""

    label: str  # 在办诉求
    count: int
    streams: tuple[str, ...] = ()

    def __str__(self) -> str:
        return _("%(label)s %(count)s 件") % {"label": self.label, "count": self.count}


class Mover(Protocol):
    """One slice's open work."""

    stays_with_person: bool  # it goes with an officer who moves to another department

    def of_officer(self, officer: Officer, at: datetime) -> Work | None:
        """What he holds open; None for nothing."""

    def of_department(self, department: Department, at: datetime) -> Work | None:
        """What the department has open; None for nothing."""

    def officer_to(self, officer: Officer, to: Officer, *, actor: Actor, at: datetime) -> None:
        """Hand his open work to a colleague, under the locks of its streams. Raises Conflict."""

    def department_to(
        self, department: Department, into: Department, *, actor: Actor, at: datetime
    ) -> None:
        """Hand everything of a department to another, open work and sight. Raises Conflict."""

    def officer_moved(self, officer: Officer, before: Department) -> None:
        """He belongs to another department from now on."""


_movers: list[Mover] = []


def register(mover: Mover) -> None:
    """Let a slice say what hangs on officers and departments."""
    if mover not in _movers:
        _movers.append(mover)


def movers(*, staying: bool = False) -> list[Mover]:
    """All of them; with `staying` only those whose work doesn't go with the person."""
    return [mover for mover in _movers if not (staying and mover.stays_with_person)]


def work_of_officer(officer: Officer, at: datetime, *, staying: bool = False) -> list[Work]:
    found = (mover.of_officer(officer, at) for mover in movers(staying=staying))
    return [work for work in found if work is not None]


def work_of_department(department: Department, at: datetime) -> list[Work]:
    found = (mover.of_department(department, at) for mover in _movers)
    return [work for work in found if work is not None]


def streams_of(works: Sequence[Work]) -> list[str]:
    return [stream for work in works for stream in work.streams]


def said(works: Sequence[Work]) -> str:
    return _("；").join(str(work) for work in works)
