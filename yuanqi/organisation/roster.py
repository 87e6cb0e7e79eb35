"""Who answers for whom over a stretch of time, read once: for lists, and for many events.

The rules are those of `queries.officer_on_duty` and `queries.acting_for`, which ask the database
for one department or officer at one instant.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from .models import Absence, Department, DutyShift, Officer
from .queries import CHAIN, departments


@dataclass(frozen=True)
class Roster:
    """Departments and officers, with the absences and shifts that touch the stretch."""

    departments: tuple[Department, ...]  # in the order of the directory
    officers: Mapping[int, Officer]
    absences: Mapping[int, tuple[Absence, ...]]  # of an officer, in order of start
    shifts: Mapping[int, tuple[DutyShift, ...]]  # of a department

    @classmethod
    def over(cls, start: datetime, end: datetime) -> "Roster":
        """Read the roster from `start` to `end`, both included."""
        touching = {"start_at__lte": end, "end_at__gt": start}
        return cls(
            departments=tuple(departments()),
            officers={
                officer.pk: officer
                for officer in Officer.objects.select_related("department").order_by("id")
            },
            absences=_by(Absence.objects.filter(**touching).order_by("start_at"), "officer_id"),
            shifts=_by(DutyShift.objects.filter(**touching).order_by("start_at"), "department_id"),
        )

    def absence(self, officer_id: int, at: datetime) -> Absence | None:
        """The absence that this officer is in at that instant."""
        for absence in self.absences.get(officer_id, ()):
            if absence.start_at <= at < absence.end_at:
                return absence
        return None

    def coming_absence(self, officer_id: int, at: datetime) -> Absence | None:
        """The next absence that begins after that instant."""
        return next((a for a in self.absences.get(officer_id, ()) if a.start_at > at), None)

    def acting_for(self, officer_id: int, at: datetime) -> Officer:
        """Who answers for this officer at that instant: himself, or his acting officer."""
        for _step in range(CHAIN):
            absence = self.absence(officer_id, at)
            if absence is None:
                break
            officer_id = absence.acting_id
        return self.officers[officer_id]

    def on_duty(self, department: Department, at: datetime) -> Officer | None:
        """Who answers for a department at that instant; None for a department of nobody."""
        # the shifts of a department don't overlap: only the last that has begun can still run
        shifts = self.shifts.get(department.pk, ())
        begun = bisect_right(shifts, at, key=attrgetter("start_at"))
        is_running = begun and at < shifts[begun - 1].end_at
        officer_id = shifts[begun - 1].officer_id if is_running else department.head_id
        if officer_id is None:
            people = self.people_of(department)
            if not people:
                return None
            officer_id = people[0].pk
        return self.acting_for(officer_id, at)

    def people_of(self, department: Department) -> list[Officer]:
        """The department's active officers."""
        return [
            officer
            for officer in self.officers.values()
            if officer.department_id == department.pk and officer.is_active
        ]

    def in_reporting_order(self) -> list[Department]:
        return in_reporting_order(self.departments)


def in_reporting_order(found: Sequence[Department]) -> list[Department]:
    """The departments, each after the one it reports to, neighbours in directory order."""
    below: dict[int | None, list[Department]] = defaultdict(list)
    for department in found:
        below[department.reports_to_id].append(department)
    ordered: list[Department] = []

    def walk(departments: Iterable[Department]) -> None:
        for department in departments:
            ordered.append(department)
            walk(below[department.pk])

    walk(below[None])
    # a ring of reporting lines would hide its members: show them at the end instead
    return ordered + [item for item in found if item not in ordered]


def _by(rows: Iterable, key: str) -> dict[int, tuple]:
    found: dict[int, list] = defaultdict(list)
    for row in rows:
        found[getattr(row, key)].append(row)
    return {value: tuple(items) for value, items in found.items()}
