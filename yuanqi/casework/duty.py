"""Who answers, and who decides, when somebody must step aside (回避).

Nobody handles a complaint about himself or his unit (Jinan 12345 Regulation, 2018, art. 32), and
nobody decides what he asked for: then it falls to the next head up the reporting line.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from yuanqi.organisation.models import Department, Officer
from yuanqi.organisation.queries import reporting_line
from yuanqi.organisation.roster import standing


class Duty(Protocol):
    """Who answers for a unit or an officer: asked of the database, or read once for many."""

    def answering(self, department: Department, at: datetime) -> Officer:
        """Raises LookupError for a department of nobody."""

    def acting_for(self, officer: Officer, at: datetime) -> Officer:
        """Himself, or whoever acts for him."""

    def line(self, department: Department) -> list[tuple[Department, Officer | None]]:
        """The unit and those above it, each with its head."""


class _Asked:
    """The organisation as it stands, kept in memory while nobody changes it."""

    def answering(self, department: Department, at: datetime) -> Officer:
        roster = standing(at)
        officer = roster.on_duty(department, at)
        if officer is None:
            raise LookupError(f"department {department.code} has no officer")
        return officer

    def acting_for(self, officer: Officer, at: datetime) -> Officer:
        return standing(at).acting_for(officer.pk, at)

    def line(self, department: Department) -> list[tuple[Department, Officer | None]]:
        return reporting_line(department)


DATABASE: Duty = _Asked()


def centre_at(at: datetime) -> Department:
    """The service centre as it stands. Raises DoesNotExist before `yuanqi init`."""
    found = standing(at).centre
    if found is None:
        raise Department.DoesNotExist("no service centre")
    return found


def is_barred(officer: Officer, bars: Collection[str]) -> bool:
    """Whether a complaint is about this officer or his unit."""
    return f"o{officer.pk}" in bars or f"d{officer.department_id}" in bars


def answering(
    duty: Duty, department: Department, at: datetime, bars: Collection[str] = ()
) -> Officer:
    """Who answers for a unit now; if he is barred, the next head up the line who isn't.

    Raises LookupError if there is nobody.
    """
    officer = duty.answering(department, at)
    if not is_barred(officer, bars):
        return officer
    return head_above(duty, department, at, bars)[1]


def intake(
    duty: Duty, centre: Department, at: datetime, bars: Collection[str] = ()
) -> tuple[Department, Officer]:
    """The centre and its officer on duty; in a complaint about either, the head above it.

    Raises LookupError if there is nobody.
    """
    officer = duty.answering(centre, at)
    if f"d{centre.pk}" not in bars and not is_barred(officer, bars):
        return centre, officer
    return head_above(duty, centre, at, bars)


def head_above(
    duty: Duty, department: Department, at: datetime, bars: Collection[str]
) -> tuple[Department, Officer]:
    """The first unit above this one, and who answers for its head, neither of them barred.

    Raises LookupError if there is none.
    """
    for unit, head in duty.line(department)[1:]:
        if head is None or f"d{unit.pk}" in bars:
            continue
        officer = duty.acting_for(head, at)
        if not is_barred(officer, bars):
            return unit, officer
    raise LookupError(f"nobody above {department.code} may handle it")


def reviewer_of(
    duty: Duty, department: Department, at: datetime, *, asker: Officer, bars: Collection[str]
) -> Officer:
    """The unit's head; the next one up the line if the head, or who acts for him, is the asker
    himself or barred. Raises LookupError if there is none."""
    for _unit, head in duty.line(department):
        if head is None:
            continue
        acting = duty.acting_for(head, at)
        if asker.pk in (head.pk, acting.pk) or is_barred(head, bars) or is_barred(acting, bars):
            continue
        return head
    raise LookupError(f"nobody above {department.code} may decide it")
