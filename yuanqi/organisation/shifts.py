"""What may be done to shifts and absences alike: ended early, or taken out before they begin."""

from datetime import datetime

from yuanqi.foundation.actors import Actor
from yuanqi.foundation.journal import Audience
from yuanqi.foundation.writer import Writer

from .events import AbsenceCancelled, DutyCancelled
from .models import Absence, DutyShift


def cancel(writer: Writer, shift: DutyShift, *, actor: Actor, at: datetime) -> None:
    """End a shift now; one that hasn't begun is taken out, and the journal keeps that it stood."""
    begun = shift.start_at < at
    writer.record(
        DutyCancelled(
            department_id=shift.department_id,
            officer_id=shift.officer_id,
            start_at=shift.start_at,
            until_at=at if begun else None,
        ),
        stream=f"department:{shift.department_id}",
        audience=Audience.STAFF,
        actor=actor,
        at=at,
    )
    if begun:
        writer.update(shift, end_at=at)
    else:
        shift.delete()


def come_back(writer: Writer, absence: Absence, *, actor: Actor, at: datetime) -> None:
    """End an absence now; one that hasn't begun is taken out, and the journal keeps it."""
    begun = absence.start_at < at
    writer.record(
        AbsenceCancelled(
            officer_id=absence.officer_id,
            start_at=absence.start_at,
            until_at=at if begun else None,
        ),
        stream=f"officer:{absence.officer_id}",
        audience=Audience.STAFF,
        actor=actor,
        at=at,
    )
    if begun:
        writer.update(absence, end_at=at)
    else:
        absence.delete()
