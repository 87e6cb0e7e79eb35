"""Departments, officers, duty and absence, many at a time: the acts of the operations in bulk."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.bulk import Bulk
from yuanqi.foundation.models import Account

from . import acts
from .models import Absence, Department, DutyShift, Officer
from .queries import CHAIN


@dataclass(frozen=True, slots=True)
class NewDepartment:
    """A department by its code; `reports_to` is the code of one that comes before it."""

    code: str
    name: str
    short_name: str
    name_en: str
    kind: str
    reports_to: str | None = None
    head: str | None = None  # an officer's username
    phone: str = ""


@dataclass(frozen=True, slots=True)
class NewOfficer:
    username: str
    name: str
    department: str  # its code
    title: str
    rank: int
    phone: str


@dataclass(frozen=True, slots=True)
class NewShift:
    department: str
    officer: str
    start_at: datetime
    end_at: datetime


@dataclass(frozen=True, slots=True)
class NewAbsence:
    officer: str
    acting: str
    start_at: datetime
    end_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class NewOrganisation:
    departments: Sequence[NewDepartment]
    officers: Sequence[NewOfficer]
    shifts: Sequence[NewShift] = ()
    absences: Sequence[NewAbsence] = ()


def load(
    wanted: NewOrganisation,
    *,
    accounts: Mapping[str, Account],
    bulk: Bulk,
    actor: Actor,
    at: datetime,
) -> "Roster":
    """Write an organisation; return who answers in it. Accounts are found by username."""
    told: dict[str, Any] = {"actor": actor, "at": at}
    departments: dict[str, Department] = {}
    for position, unit in enumerate(wanted.departments, start=1):
        departments[unit.code] = acts.department(
            bulk,
            code=unit.code,
            name=unit.name,
            short_name=unit.short_name,
            name_en=unit.name_en,
            kind=unit.kind,
            reports_to=departments[unit.reports_to] if unit.reports_to else None,
            phone=unit.phone,
            position=position,
            **told,
        )
    officers: dict[str, Officer] = {}
    for person in wanted.officers:
        officers[person.username] = acts.officer(
            bulk,
            account=accounts[person.username],
            department=departments[person.department],
            name=person.name,
            title=person.title,
            rank=person.rank,
            phone=person.phone,
            **told,
        )
    for unit in wanted.departments:
        if unit.head:
            acts.head(bulk, department=departments[unit.code], officer=officers[unit.head], **told)
    shifts = [
        acts.shift(
            bulk,
            department=departments[one.department],
            officer=officers[one.officer],
            start_at=one.start_at,
            end_at=one.end_at,
            **told,
        )
        for one in wanted.shifts
    ]
    absences = [
        acts.absence(
            bulk,
            officer=officers[one.officer],
            acting=officers[one.acting],
            start_at=one.start_at,
            end_at=one.end_at,
            reason=one.reason,
            **told,
        )
        for one in wanted.absences
    ]
    return Roster(departments.values(), officers.values(), shifts, absences)


class Roster:
    """Who answers for a department at an instant, from rows in memory.

    The same answers as `queries.officer_on_duty`, without a query for each.
    """

    def __init__(
        self,
        departments: Iterable[Department],
        officers: Iterable[Officer],
        shifts: Iterable[DutyShift],
        absences: Iterable[Absence],
    ) -> None:
        self.departments = {unit.code: unit for unit in departments}
        self.officers = {person.pk: person for person in officers}
        self._shifts: dict[int, list[DutyShift]] = {}
        for shift in sorted(shifts, key=lambda shift: shift.start_at):
            self._shifts.setdefault(shift.department_id, []).append(shift)
        self._absences: dict[int, list[Absence]] = {}
        for absence in absences:
            self._absences.setdefault(absence.officer_id, []).append(absence)

    @classmethod
    def standing(cls) -> "Roster":
        """Read the whole organisation once."""
        return cls(
            Department.objects.all(),
            Officer.objects.select_related("department"),
            DutyShift.objects.all(),
            Absence.objects.all(),
        )

    def on_duty(self, department: Department, at: datetime) -> Officer:
        """Raises LookupError for a department of nobody."""
        shift = self._shift_at(department, at)
        officer_id = shift.officer_id if shift else department.head_id
        if officer_id is None:
            own = [
                person.pk
                for person in self.officers.values()
                if person.department_id == department.pk and person.is_active
            ]
            if not own:
                raise LookupError(f"department {department.code} has no officer")
            officer_id = min(own)
        return self.acting_for(self.officers[officer_id], at)

    def acting_for(self, officer: Officer, at: datetime) -> Officer:
        """Return who answers for this officer at that instant."""
        for _step in range(CHAIN):
            away = next(
                (
                    absence
                    for absence in self._absences.get(officer.pk, ())
                    if absence.start_at <= at < absence.end_at
                ),
                None,
            )
            if away is None:
                return officer
            officer = self.officers[away.acting_id]
        return officer

    def _shift_at(self, department: Department, at: datetime) -> DutyShift | None:
        shifts = self._shifts.get(department.pk, [])
        position = bisect_right(shifts, at, key=lambda shift: shift.start_at) - 1
        if position < 0 or shifts[position].end_at <= at:
            return None
        return shifts[position]


def actor_of(officer: Officer) -> Actor:
    """The officer as the one who acts: what the rows and the journal keep of an actor."""
    return Actor(
        side=Side.PARK,
        account_id=officer.account_id,
        name=officer.name,
        unit=officer.department.label,
        officer_id=officer.pk,
        department_id=officer.department_id,
    )
