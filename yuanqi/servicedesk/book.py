"""What stories need to know, read once: people, units, who is on duty, rules, numbers."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.utils import timezone

from yuanqi.casework import duty
from yuanqi.casework.bulk import Rules
from yuanqi.casework.casefile import CaseFile, Enclosed
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

from .acts import Accused, CoHandling, Intake
from .models import MECHANISM, Category
from .steps import SYSTEM_NAME


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
        self.cases: dict[str, CaseFile] = {}  # by the key of their story
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

    def intake(self, at: datetime, bars: Collection[str] = ()) -> Intake:
        return Intake(*duty.intake(self, self.centre, at, bars))

    # who answers: `casework.duty.Duty`, from what was read once

    def answering(self, department: Department, at: datetime) -> Officer:
        """Raises LookupError for a department of nobody."""
        officer = self.roster.on_duty(department, at)
        if officer is None:
            raise LookupError(f"department {department.code} has no officer")
        return officer

    def acting_for(self, officer: Officer, at: datetime) -> Officer:
        return self.roster.acting_for(officer.pk, at)

    def line(self, department: Department) -> list[tuple[Department, Officer | None]]:
        found: list[tuple[Department, Officer | None]] = []
        units = {unit.pk: unit for unit in self.roster.departments}
        step = units.get(department.pk)
        while step is not None and step not in [item[0] for item in found]:
            found.append((step, self.roster.officers.get(step.head_id)))
            step = units.get(step.reports_to_id)
        return found

    def asked(
        self, asked: Iterable[tuple[str, str]], at: datetime, bars: Collection[str]
    ) -> list[CoHandling]:
        """The departments of these codes, what they are asked, and who answers for them."""
        units = [(self.departments[code], brief) for code, brief in asked]
        return [
            CoHandling(unit, duty.answering(self, unit, at, bars), brief) for unit, brief in units
        ]

    def accused(self, unit: str, username: str) -> Accused | None:
        """Whom a complaint is about."""
        if username:
            officer = self.officer(username)
            return Accused(officer.department, officer)
        return Accused(self.departments[unit]) if unit else None

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
