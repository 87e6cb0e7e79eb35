"""What of advice moves when departments, or two rows of one enterprise, become one."""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yuanqi.foundation.actors import Actor
from yuanqi.foundation.writer import DIRECT
from yuanqi.organisation.merging import Work
from yuanqi.organisation.models import Department, Officer
from yuanqi.registry.merging import Mover
from yuanqi.registry.models import Enterprise

from . import acts
from .events import AdviceMoved
from .models import TAKEN_UP, Advice, State


class Answers:
    """What a department has to answer, and what it adopted and owes a word on."""

    stays_with_person = False

    def of_officer(self, officer: Officer, at: datetime) -> Work | None:
        return None

    def of_department(self, department: Department, at: datetime) -> Work | None:
        streams = tuple(row.stream for row in _owed(department))
        return Work(label=_("企业建议"), count=len(streams), streams=streams) if streams else None

    def officer_to(self, officer: Officer, to: Officer, *, actor: Actor, at: datetime) -> None:
        return None

    def department_to(
        self, department: Department, into: Department, *, actor: Actor, at: datetime
    ) -> None:
        for row in _owed(department):
            DIRECT.update(row, department=into, revision=row.revision + 1)
            told = AdviceMoved(
                advice_id=row.pk, enterprise_id=row.enterprise_id, department_id=into.pk
            )
            acts.record(DIRECT, row, told, actor=actor, at=at)

    def officer_moved(self, officer: Officer, before: Department) -> None:
        return None


ANSWERS = Answers()


def _owed(department: Department) -> QuerySet[Advice]:
    unanswered = Q(state=State.ASSIGNED) | Q(state=State.ANSWERED, verdict__in=TAKEN_UP)
    return Advice.objects.filter(unanswered, department=department).order_by("pk")


def _move(old: Enterprise, into: Enterprise, actor: Actor, at: datetime) -> None:
    Advice.objects.filter(enterprise=old).update(enterprise=into)


MOVER = Mover(
    "advice",
    gettext_lazy("企业建议"),
    lambda old: Advice.objects.filter(enterprise=old).count(),
    _move,
)
