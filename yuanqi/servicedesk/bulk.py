"""Requests many at a time: the acts of the operations, run over stories in bulk.

What an operation asks the database for at each step (limits, calendar, who is on duty, the next
number) is resolved once, in the `Book`. Permission is not asked: a story is told by the park.
Each act still refuses what doesn't fit the case's state (Conflict). Notices are the subscriber's.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from yuanqi.casework import acts as cases
from yuanqi.casework.bulk import Rules
from yuanqi.casework.casefile import CaseFile, Enclosed
from yuanqi.casework.models import Message, Task, TaskKind
from yuanqi.foundation.actors import SYSTEM, Actor
from yuanqi.foundation.bulk import Bulk
from yuanqi.foundation.files import Upload
from yuanqi.foundation.models import StoredFile
from yuanqi.organisation import bulk as organisation
from yuanqi.organisation.models import CalendarVersion, Department, Officer
from yuanqi.organisation.queries import current_calendar
from yuanqi.organisation.roster import Roster
from yuanqi.registry import bulk as registry
from yuanqi.registry.models import ContactPerson

from . import acts
from .acts import CoHandling, Intake
from .models import Category, Channel
from .operations import MECHANISM
from .steps import (
    SYSTEM_NAME,
    Accept,
    Answer,
    CallBack,
    CloseUnrated,
    Dispatch,
    Evaluate,
    Finish,
    Pause,
    Raise,
    Resume,
    Return,
    Say,
    Start,
    Step,
    Story,
    Supply,
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a story: as an actor, and as whose officer or contact."""

    actor: Actor
    officer: Officer | None = None
    contact: ContactPerson | None = None


class Book:
    """What stories need to know, read once."""

    def __init__(
        self,
        *,
        people: Mapping[str, Person],
        roster: Roster,
        rules: Rules,
        calendar: CalendarVersion,
        categories: Mapping[str, Category],
    ) -> None:
        self.people = {SYSTEM_NAME: Person(SYSTEM), **people}
        self.roster = roster
        self.departments = {unit.code: unit for unit in roster.departments}
        self.rules = rules
        self.calendar = calendar
        self.categories = categories
        self.files: dict[str, StoredFile] = {}
        self._numbers: dict[str, int] = {}
        self.centre = next(u for u in roster.departments if u.kind == Department.Kind.CENTRE)

    @classmethod
    def over(cls, start: datetime, end: datetime) -> "Book":
        """Read organisation, registers and rules for stories between these instants."""
        roster = Roster.over(start, end)
        people = {
            officer.account.username: Person(organisation.actor_of(officer), officer=officer)
            for officer in Officer.objects.select_related("department", "account")
            if officer.account is not None
        }
        contacts = ContactPerson.objects.select_related("enterprise", "account")
        for contact in contacts.filter(account__isnull=False):
            assert contact.account is not None, "filtered above"
            people[contact.account.username] = Person(registry.actor_of(contact), contact=contact)
        return cls(
            people=people,
            roster=roster,
            rules=Rules.current(MECHANISM),
            calendar=current_calendar(),
            categories={row.code: row for row in Category.objects.select_related("lead")},
        )

    def reserve_numbers(self, instants: Iterable[datetime]) -> None:
        """Take as many numbers of each month as there are instants in it."""
        wanted: dict[str, int] = {}
        for at in instants:
            month = _month(at)
            wanted[month] = wanted.get(month, 0) + 1
        with connection.cursor() as cursor:
            for month, count in sorted(wanted.items()):
                cursor.execute(
                    "INSERT INTO case_number (month, last) VALUES (%s, %s)"
                    " ON CONFLICT (month) DO UPDATE SET last = case_number.last + EXCLUDED.last"
                    " RETURNING last",
                    [month, count],
                )
                self._numbers[month] = cursor.fetchone()[0] - count

    def number(self, at: datetime) -> str:
        month = _month(at)
        self._numbers[month] += 1
        return f"{month}-{self._numbers[month]:04d}"

    def intake(self, at: datetime) -> Intake:
        return Intake(self.centre, self.answering(self.centre, at))

    def answering(self, department: Department, at: datetime) -> Officer:
        """Raises LookupError for a department of nobody."""
        officer = self.roster.on_duty(department, at)
        if officer is None:
            raise LookupError(f"department {department.code} has no officer")
        return officer

    def officer(self, username: str) -> Officer:
        found = self.people[username].officer
        if found is None:
            raise ValueError(f"{username} is no officer")
        return found

    def enclosed(self, uploads: Sequence[Upload], bulk: Bulk, at: datetime) -> list[Enclosed]:
        return [Enclosed(self._kept(upload, bulk, at), upload.name) for upload in uploads]

    def _kept(self, upload: Upload, bulk: Bulk, at: datetime) -> StoredFile:
        known = self.files.get(upload.sha256)
        if known is None:
            known = StoredFile.objects.filter(sha256=upload.sha256).first()
        if known is None:
            known = bulk.insert(
                StoredFile(
                    sha256=upload.sha256,
                    size=upload.size,
                    content_type=upload.content_type,
                    stored_at=at,
                )
            )
        self.files[upload.sha256] = known
        return known


def _month(at: datetime) -> str:
    return str(timezone.localtime(at).strftime("%y%m"))


def load(stories: Iterable[Story], *, bulk: Bulk, book: Book) -> list[CaseFile]:
    """Write the stories' rows and events; return the cases' files in the stories' order.

    Numbers follow the order of the stories within a month. Raises Conflict for a step that
    doesn't fit what went before, KeyError for a name that nobody bears.
    """
    told = list(stories)
    book.reserve_numbers(story[0].at for story in told)
    return [_told(story, bulk, book) for story in told]


def _told(story: Story, bulk: Bulk, book: Book) -> CaseFile:
    first, *others = story
    if not isinstance(first, Raise):
        raise TypeError("a story begins with a Raise")
    file = _raised(first, bulk, book)
    for step in others:
        file.turn(book.people[step.by].actor, step.at)
        _STEPS[type(step)](step, file, bulk, book)
    return file


def _raised(step: Raise, bulk: Bulk, book: Book) -> CaseFile:
    person = book.people[step.by]
    contact = book.people[step.contact].contact
    assert contact is not None, f"{step.contact} is no contact"
    category = book.categories[step.category]
    return acts.raise_request(
        bulk,
        number=book.number(step.at),
        mechanism=book.rules.version,
        contact=contact,
        category=category.code,
        level=step.level,
        text=step.text,
        channel=_channel(person, book),
        proposed_lead=category.lead,
        enclosed=book.enclosed(step.uploads, bulk, step.at),
        limits=book.rules.limits(timezone.localdate(step.at)),
        calendar=book.calendar,
        intake=book.intake(step.at),
        actor=person.actor,
        at=step.at,
    )


def _channel(person: Person, book: Book) -> str:
    if person.officer is None:
        return str(Channel.ENTERPRISE)
    if person.officer.department_id == book.centre.pk:
        return str(Channel.CENTRE)
    return str(Channel.OFFICER)


def _limits(file: CaseFile, book: Book) -> Any:
    return book.rules.limits(timezone.localdate(file.case.opened_at))


def _dispatch(step: Dispatch, file: CaseFile, bulk: Bulk, book: Book) -> None:
    lead = book.departments[step.lead]
    asked = [(book.departments[code], brief) for code, brief in step.asked]
    acts.dispatch(
        file,
        lead=lead,
        officer=book.answering(lead, step.at),
        co_handlers=[
            CoHandling(unit, book.answering(unit, step.at), brief) for unit, brief in asked
        ],
        limits=_limits(file, book),
    )


def _accept(step: Accept, file: CaseFile, bulk: Bulk, book: Book) -> None:
    acts.accept(file, officer=book.officer(step.by), limits=_limits(file, book))


def _return(step: Return, file: CaseFile, bulk: Bulk, book: Book) -> None:
    acts.return_(
        file,
        officer=book.officer(step.by),
        reason=step.reason,
        basis=step.basis,
        intake=book.intake(step.at),
        limits=_limits(file, book),
    )


def _say(step: Say, file: CaseFile, bulk: Bulk, book: Book) -> None:
    cases.talk(
        file,
        body=step.body,
        kind=Message.Kind(step.kind),
        enclosed=book.enclosed(step.uploads, bulk, step.at),
    )


def _pause(step: Pause, file: CaseFile, bulk: Bulk, book: Book) -> None:
    cases.pause(file, ground=step.ground, awaited=step.awaited, definition=book.rules.definition)


def _resume(step: Resume, file: CaseFile, bulk: Bulk, book: Book) -> None:
    cases.resume(file, by="officer")


def _supply(step: Supply, file: CaseFile, bulk: Bulk, book: Book) -> None:
    cases.supply(
        file,
        body=step.body,
        enclosed=book.enclosed(step.uploads, bulk, step.at),
        definition=book.rules.definition,
    )


def _start(step: Start, file: CaseFile, bulk: Bulk, book: Book) -> None:
    officer = book.officer(step.by)
    cases.task_start(file, _own_task(file, officer), officer)


def _finish(step: Finish, file: CaseFile, bulk: Bulk, book: Book) -> None:
    task = _own_task(file, book.officer(step.by))
    cases.task_finish(file, task, opinion=step.opinion)


def _own_task(file: CaseFile, officer: Officer) -> Task:
    for task in file.open_tasks(TaskKind.CO_HANDLE):
        if task.department_id == officer.department_id:
            return task
    raise LookupError(f"{officer.name} has no co-handling task in {file.case.number}")


def _answer(step: Answer, file: CaseFile, bulk: Bulk, book: Book) -> None:
    acts.answer(
        file,
        body=step.body,
        enclosed=book.enclosed(step.uploads, bulk, step.at),
        limits=_limits(file, book),
    )


def _evaluate(step: Evaluate, file: CaseFile, bulk: Bulk, book: Book) -> None:
    intake = book.intake(step.at)
    cases.evaluate(
        file,
        level=step.level,
        is_resolved=step.is_resolved,
        was_contacted=step.was_contacted,
        praise=step.praise,
        complaint=step.complaint,
        definition=book.rules.definition,
        call_back=_limits(file, book).allowance("call_back"),
        on_duty=(intake.officer, intake.centre),
    )


def _call_back(step: CallBack, file: CaseFile, bulk: Bulk, book: Book) -> None:
    acts.call_back(
        file,
        officer=book.officer(step.by),
        spoke_with=step.spoke_with,
        facts=step.facts,
        is_resolved=step.is_resolved,
    )


def _close_unrated(step: CloseUnrated, file: CaseFile, bulk: Bulk, book: Book) -> None:
    cases.close(file, how="unrated")


_STEPS: dict[type[Step], Callable[[Any, CaseFile, Bulk, Book], None]] = {
    Dispatch: _dispatch,
    Accept: _accept,
    Return: _return,
    Say: _say,
    Pause: _pause,
    Resume: _resume,
    Supply: _supply,
    Start: _start,
    Finish: _finish,
    Answer: _answer,
    Evaluate: _evaluate,
    CallBack: _call_back,
    CloseUnrated: _close_unrated,
}
