"""What operations and bulk loads do alike: rows of the organisation with their events."""

from datetime import datetime
from typing import Any

from yuanqi.foundation.actors import Actor
from yuanqi.foundation.journal import Audience, Personal
from yuanqi.foundation.models import Account
from yuanqi.foundation.writer import Writer

from .events import (
    AbsenceRecorded,
    DepartmentCreated,
    DutyAssigned,
    HeadAppointed,
    OfficerCreated,
)
from .models import Absence, Department, DutyShift, Officer


def department(writer: Writer, *, actor: Actor, at: datetime, **values: Any) -> Department:
    row = writer.insert(Department(**values))
    writer.record(
        DepartmentCreated(
            department_id=row.pk, code=row.code, name=row.name, reports_to_id=row.reports_to_id
        ),
        stream=f"department:{row.pk}",
        audience=Audience.STAFF,
        actor=actor,
        at=at,
    )
    return row


def officer(
    writer: Writer, *, account: Account | None, actor: Actor, at: datetime, **values: Any
) -> Officer:
    row = writer.insert(Officer(account=account, **values))
    writer.record(
        OfficerCreated(
            officer_id=row.pk,
            department_id=row.department_id,
            name=Personal(row.name),
            rank=row.rank,
        ),
        stream=f"officer:{row.pk}",
        audience=Audience.STAFF,
        actor=actor,
        at=at,
    )
    return row


def head(
    writer: Writer, *, department: Department, officer: Officer, actor: Actor, at: datetime
) -> None:
    writer.update(department, head=officer)
    writer.record(
        HeadAppointed(department_id=department.pk, officer_id=officer.pk),
        stream=f"department:{department.pk}",
        audience=Audience.STAFF,
        actor=actor,
        at=at,
    )


def shift(writer: Writer, *, actor: Actor, at: datetime, **values: Any) -> DutyShift:
    row = writer.insert(DutyShift(**values))
    writer.record(
        DutyAssigned(
            department_id=row.department_id,
            officer_id=row.officer_id,
            start_at=row.start_at,
            end_at=row.end_at,
        ),
        stream=f"department:{row.department_id}",
        audience=Audience.STAFF,
        actor=actor,
        at=at,
    )
    return row


def absence(writer: Writer, *, actor: Actor, at: datetime, **values: Any) -> Absence:
    row = writer.insert(Absence(**values))
    writer.record(
        AbsenceRecorded(
            officer_id=row.officer_id,
            acting_id=row.acting_id,
            start_at=row.start_at,
            end_at=row.end_at,
        ),
        stream=f"officer:{row.officer_id}",
        audience=Audience.STAFF,
        actor=actor,
        at=at,
    )
    return row
