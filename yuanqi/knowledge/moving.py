"""What hangs on officers and departments here: the answers that they keep current."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from yuanqi.foundation.actors import Actor
from yuanqi.foundation.journal import Audience
from yuanqi.foundation.writer import DIRECT
from yuanqi.organisation.merging import Work
from yuanqi.organisation.models import Department, Officer

from .events import EntryMoved
from .models import Entry, EntryState


class Entries:
    """Entries that aren't withdrawn: somebody must read them again in time."""

    stays_with_person = False

    def of_officer(self, officer: Officer, at: datetime) -> Work | None:
        return _work(_kept().filter(keeper=officer))

    def of_department(self, department: Department, at: datetime) -> Work | None:
        return _work(_kept().filter(department=department))

    def officer_to(self, officer: Officer, to: Officer, *, actor: Actor, at: datetime) -> None:
        for entry in _kept().filter(keeper=officer):
            DIRECT.update(entry, keeper=to)
            _tell(entry, actor, at)

    def department_to(
        self, department: Department, into: Department, *, actor: Actor, at: datetime
    ) -> None:
        for entry in _kept().filter(department=department):
            DIRECT.update(entry, department=into)
            _tell(entry, actor, at)

    def officer_moved(self, officer: Officer, before: Department) -> None:
        return None


ENTRIES = Entries()


def _kept() -> QuerySet[Entry]:
    return Entry.objects.exclude(state=EntryState.WITHDRAWN).order_by("pk")


def _work(entries: QuerySet[Entry]) -> Work | None:
    streams = tuple(entry.stream for entry in entries)
    return Work(label=_("知识条目"), count=len(streams), streams=streams) if streams else None


def _tell(entry: Entry, actor: Actor, at: datetime) -> None:
    event = EntryMoved(
        entry_id=entry.pk, department_id=entry.department_id, keeper_id=entry.keeper_id
    )
    DIRECT.record(event, stream=entry.stream, audience=Audience.STAFF, actor=actor, at=at)
