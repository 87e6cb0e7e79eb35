"""What hangs on departments here: the rules that they answer for."""

from datetime import datetime

from django.utils.translation import gettext as _

from yuanqi.foundation.actors import Actor
from yuanqi.foundation.journal import Audience
from yuanqi.foundation.writer import DIRECT
from yuanqi.organisation.merging import Work
from yuanqi.organisation.models import Department, Officer

from .events import ConditionMoved
from .models import Condition


class Conditions:
    """A rule outlives the department that answers for it; no officer holds one open."""

    stays_with_person = False

    def of_officer(self, officer: Officer, at: datetime) -> Work | None:
        return None

    def of_department(self, department: Department, at: datetime) -> Work | None:
        streams = tuple(row.stream for row in Condition.objects.filter(owner=department))
        return Work(label=_("规则"), count=len(streams), streams=streams) if streams else None

    def officer_to(self, officer: Officer, to: Officer, *, actor: Actor, at: datetime) -> None:
        return None

    def department_to(
        self, department: Department, into: Department, *, actor: Actor, at: datetime
    ) -> None:
        for row in Condition.objects.filter(owner=department).order_by("pk"):
            DIRECT.update(row, owner=into)
            DIRECT.record(
                ConditionMoved(condition_id=row.pk, department_id=into.pk),
                stream=row.stream,
                audience=Audience.STAFF,
                actor=actor,
                at=at,
            )

    def officer_moved(self, officer: Officer, before: Department) -> None:
        return None


CONDITIONS = Conditions()
