"""What hangs on officers and departments here: accounts that they still owe (督办)."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from yuanqi.casework.events import CaseMoved
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.journal import Audience
from yuanqi.foundation.writer import DIRECT
from yuanqi.organisation.merging import Work
from yuanqi.organisation.models import Department, Officer

from .models import Supervision


class Accounts:
    """Open supervisions: whoever must account for a case, and whose delay it is."""

    stays_with_person = False

    def of_officer(self, officer: Officer, at: datetime) -> Work | None:
        return _work(_open().filter(officer=officer))

    def of_department(self, department: Department, at: datetime) -> Work | None:
        return _work(_open().filter(department=department))

    def officer_to(self, officer: Officer, to: Officer, *, actor: Actor, at: datetime) -> None:
        """The colleague accounts for it, within what is left of the time."""
        for row in _open().filter(officer=officer):
            DIRECT.update(row, officer=to)
            _tell(row, actor, at, from_officer_id=officer.pk, to_officer_id=to.pk)

    def department_to(
        self, department: Department, into: Department, *, actor: Actor, at: datetime
    ) -> None:
        """The other department accounts for it; an earlier escalation of its own stays beside."""
        for row in _open().filter(department=department):
            DIRECT.update(row, department=into)
            _tell(row, actor, at, from_department_id=department.pk, to_department_id=into.pk)

    def officer_moved(self, officer: Officer, before: Department) -> None:
        return None


ACCOUNTS = Accounts()


def _open() -> QuerySet[Supervision]:
    found = Supervision.objects.filter(ended_at=None, replied_at=None)
    return found.select_related("case").order_by("pk")


def _work(rows: QuerySet[Supervision]) -> Work | None:
    found = list(rows)
    if not found:
        return None
    return Work(
        label=_("待说明的督办"),
        count=len(found),
        streams=tuple(sorted({row.case.stream for row in found})),
    )


def _tell(row: Supervision, actor: Actor, at: datetime, **who: int) -> None:
    nobody = dict.fromkeys(
        ("from_officer_id", "to_officer_id", "from_department_id", "to_department_id")
    )
    DIRECT.record(
        CaseMoved(case_id=row.case_id, **{**nobody, **who}),
        stream=row.case.stream,
        audience=Audience.STAFF,
        actor=actor,
        at=at,
        enterprise_id=row.case.enterprise_id,
    )
