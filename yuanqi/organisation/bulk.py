"""Departments, officers, duty and absence, many at a time: the acts of the operations in bulk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.bulk import Bulk
from yuanqi.foundation.models import Account

from . import acts
from .models import Department, Officer


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
) -> dict[str, Officer]:
    """Write an organisation; return its officers by username, as accounts are found too.

    An officer whose username has no account can't sign in (a congress deputy, for one).
    """
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
            account=accounts.get(person.username),
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
    for one in wanted.shifts:
        acts.shift(
            bulk,
            department=departments[one.department],
            officer=officers[one.officer],
            start_at=one.start_at,
            end_at=one.end_at,
            **told,
        )
    for away in wanted.absences:
        acts.absence(
            bulk,
            officer=officers[away.officer],
            acting=officers[away.acting],
            start_at=away.start_at,
            end_at=away.end_at,
            reason=away.reason,
            **told,
        )
    return officers


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
