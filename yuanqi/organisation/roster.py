"""Who answers for whom over a stretch of time, read once: for lists, and for many events.

The rules are those of `queries.officer_on_duty` and `queries.acting_for`, which ask the database
for one department or officer at one instant.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from operator import attrgetter

from yuanqi.foundation.standing import ORGANISATION, Kept

from .models import Absence, Department, DutyShift, Officer
from .queries import CHAIN, departments_ever

_STRETCH = timedelta(days=28)  # of absences and shifts that are read at once
_MOST_STRETCHES = 12


@dataclass(frozen=True, eq=False)
class Roster:
    """Departments and officers, with the absences and shifts that touch the stretch."""

    departments: tuple[Department, ...]  # in the order of the directory
    units: Mapping[int, Department]  # those that were closed, too, in the same order
    officers: Mapping[int, Officer]
    absences: Mapping[int, tuple[Absence, ...]]  # of an officer, in order of start
    shifts: Mapping[int, tuple[DutyShift, ...]]  # of a department

    @classmethod
    def over(cls, start: datetime, end: datetime) -> "Roster":
        """Read the roster from `start` to `end`, both included."""
        touching = {"start_at__lte": end, "end_at__gt": start}
        units = {unit.pk: unit for unit in departments_ever()}
        return cls(
            departments=tuple(unit for unit in units.values() if unit.closed_at is None),
            units=units,
            officers={
                officer.pk: officer
                for officer in Officer.objects.select_related("department").order_by("id")
            },
            absences=_by(Absence.objects.filter(**touching).order_by("start_at"), "officer_id"),
            shifts=_by(DutyShift.objects.filter(**touching).order_by("start_at"), "department_id"),
        )

    @cached_property
    def by_account(self) -> Mapping[int, Officer]:
        """The active officers who can sign in."""
        found = (o for o in self.officers.values() if o.account_id is not None and o.is_active)
        return {officer.account_id: officer for officer in found}

    @cached_property
    def centre(self) -> Department | None:
        """The service centre, to which intake belongs; None before `yuanqi init`."""
        return next((u for u in self.departments if u.kind == Department.Kind.CENTRE), None)

    def represented_by(self, officer_id: int, at: datetime) -> frozenset[int]:
        """The officers for whom this one acts at that instant, through others too."""
        acting = defaultdict(set)
        for absences in self.absences.values():
            for absence in absences:
                if absence.start_at <= at < absence.end_at:
                    acting[absence.acting_id].add(absence.officer_id)
        found: set[int] = set()
        frontier = {officer_id}
        while frontier:
            absent = {pk for other in frontier for pk in acting[other]}
            frontier = absent - found - {officer_id}
            found |= frontier
        return frozenset(found)

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


@dataclass
class _Stretches:
    """Rosters of one version of the organisation, each over some weeks."""

    read: dict[int, Roster] = field(default_factory=dict)

    def place(self, at: datetime) -> int:
        return int((at - _FIRST) / _STRETCH)

    def over(self, at: datetime) -> Roster:
        place = self.place(at)
        found = self.read.get(place)
        if found is None:
            if len(self.read) >= _MOST_STRETCHES:
                self.read = {}
            start = _FIRST + place * _STRETCH
            found = self.read[place] = Roster.over(start, start + _STRETCH)
        return found


_FIRST = datetime(2000, 1, 1, tzinfo=UTC)
_standing = Kept(_Stretches, ORGANISATION)


def standing_over(start: datetime, end: datetime) -> Roster:
    """The roster over this stretch: kept in memory if it is a short one, as stretches go."""
    stretches = _standing.known()
    if stretches.place(start) == stretches.place(end):
        return stretches.over(start)
    return Roster.over(start, end)


def standing(at: datetime) -> Roster:
    """The roster around that instant, as it stands now: one small query, none where it is kept.

    Its departments and officers are shared: they are to be read, never changed.
    """
    return _standing.known().over(at)


def _by(rows: Iterable, key: str) -> dict[int, tuple]:
    found: dict[int, list] = defaultdict(list)
    for row in rows:
        found[getattr(row, key)].append(row)
    return {value: tuple(items) for value, items in found.items()}
