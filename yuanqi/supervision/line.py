"""In whose hands a limit is, and to whom its passing is reported: the reporting line (逐级上报)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from yuanqi.casework.casefile import CaseFile
from yuanqi.casework.duty import is_barred
from yuanqi.casework.models import Case, CaseBar, CaseState, ClockRecord, Purpose
from yuanqi.foundation.prepared import Given, Read
from yuanqi.organisation import roster
from yuanqi.organisation.models import Department, Officer
from yuanqi.organisation.queries import centre, reporting_line


@dataclass(frozen=True, slots=True)
class Asked:
    """Who must account for a delay: a department of the line, its head, who answers for him."""

    department: Department
    head: Officer
    officer: Officer  # the head himself, or who acts for him


@dataclass(frozen=True, slots=True)
class Held:
    """In whose hands the thing is that a limit is for."""

    department: Department
    officer_id: int | None


def held(file: CaseFile, record: ClockRecord) -> Held:
    """Who holds what this clock measures: a co-handler his opinion; the centre the dispatch and
    the call-back; else the lead."""
    case = file.case
    if record.task_id is not None:
        task = next(task for task in file.tasks if task.pk == record.task_id)
        return Held(task.department, task.officer_id)
    unit = unit_of(case) if record.purpose != Purpose.EVALUATE else centre()
    lead = file.lead_task
    if lead is not None and lead.officer_id is not None and record.purpose != Purpose.EVALUATE:
        # while a co-handler is at work the case is in his hands; the answer stays the lead's
        return Held(unit, lead.officer_id)
    return Held(unit, case.responsible_id)


def unit_of(case: Case) -> Department:
    """Whose delay it is: the lead's; before the dispatch the centre's."""
    return case.lead if case.lead is not None else centre()


def is_overdue(file: CaseFile) -> bool:
    """Whether a limit of the park's has passed: the one that lists show, or another."""
    return any(is_late(record, file.case, file.at) for record in file.clocks)


def is_late(record: ClockRecord, case: Case, now: datetime) -> bool:
    """Whether somebody of the park is late by this clock; an enterprise's silence is nobody's."""
    if record.purpose == Purpose.EVALUATE and case.state != CaseState.CALL_BACK:
        return False
    return record.is_open and record.due_at is not None and now > record.due_at


def first_asked(case: Case, unit: Department, at: datetime) -> Asked | None:
    """The head of the unit, or the nearest above who may know of the case; at last the centre's.

    None where all are barred, or no department of the line has a head.
    """
    found = _asked(case, reporting_line(unit), at)
    return found or _asked(case, reporting_line(centre()), at)


def next_asked(case: Case, below: Department, asked: int, at: datetime) -> Asked | None:
    """The nearest above `below` who isn't the one already asked (nobody is his own superior, also
    when he acts for his), and who may know of the case. None at the top of the line."""
    return _asked(case, reporting_line(below)[1:], at, but={asked})


def demanded(case: Case, unit: Department, by: frozenset[int], at: datetime) -> Asked | None:
    """Whom a demand goes to: the unit's head; to the next above where he is who demands."""
    return _asked(case, reporting_line(unit), at, but=by)


def _asked(
    case: Case,
    steps: Iterable[tuple[Department, Officer | None]],
    at: datetime,
    but: Iterable[int] = (),
) -> Asked | None:
    barred = {grantee for (grantee,) in _BARRED.all(case=case.pk)}
    known = roster.standing(at)
    for department, head in steps:
        if head is None:
            continue
        officer = known.acting_for(head.pk, at)
        if officer.pk in but:
            continue
        if f"d{department.pk}" in barred or f"o{head.pk}" in barred or is_barred(officer, barred):
            continue
        return Asked(department, head, officer)
    return None


_BARRED = Read(lambda: CaseBar.objects.filter(case=Given("case")).values_list("grantee"))
