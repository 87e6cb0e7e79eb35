"""Promises of an officer who leaves, and of two rows of one enterprise that become one."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yuanqi.foundation.actors import Actor
from yuanqi.foundation.writer import DIRECT
from yuanqi.organisation.merging import Work
from yuanqi.organisation.models import Department, Officer
from yuanqi.registry.merging import Mover
from yuanqi.registry.models import Enterprise

from . import acts
from .models import Promise, State
from .queries import open_promises


class Promises:
    """Open promises: they stay where they were made when their owner moves or leaves."""

    stays_with_person = False

    def of_officer(self, officer: Officer, at: datetime) -> Work | None:
        return _work(list(open_promises(officer_ids=[officer.pk])))

    def of_department(self, department: Department, at: datetime) -> Work | None:
        return _work(list(open_promises().filter(department=department)))

    def officer_to(self, officer: Officer, to: Officer, *, actor: Actor, at: datetime) -> None:
        for row in open_promises(officer_ids=[officer.pk]):
            acts.promise_hand_over(DIRECT, row, officer=to, actor=actor, at=at)

    def department_to(
        self, department: Department, into: Department, *, actor: Actor, at: datetime
    ) -> None:
        # the officers go along; their promises are told of the new department
        Promise.objects.filter(department=department, state=State.OPEN).update(department=into)

    def officer_moved(self, officer: Officer, before: Department) -> None:
        return None


def _work(rows: list[Promise]) -> Work | None:
    if not rows:
        return None
    return Work(label=_("承诺"), count=len(rows), streams=tuple(row.stream for row in rows))


def _move(old: Enterprise, into: Enterprise, actor: Actor, at: datetime) -> None:
    Promise.objects.filter(enterprise=old).update(enterprise=into)


PROMISES = Promises()
MOVER = Mover(
    "promises", gettext_lazy("承诺"), lambda old: Promise.objects.filter(enterprise=old).count(),
    _move,
)  # fmt: skip
