"""Who works where, who answers now, to whom it is reported."""

from datetime import datetime

from django.db.models import QuerySet

from yuanqi.foundation.standing import RULES, Kept

from .models import Absence, CalendarVersion, Department, DutyShift, Officer

CHAIN = 5  # an acting officer may be away himself; nobody keeps a longer chain


def departments() -> QuerySet[Department]:
    """All standing departments in the order of the zone's directory: staff may see them all."""
    found = Department.objects.filter(closed_at=None).select_related("head", "reports_to")
    return found.order_by("position", "id")


def departments_ever() -> QuerySet[Department]:
    """Those that were closed, too: what they did keeps their names."""
    return Department.objects.select_related("head", "reports_to").order_by("position", "id")


def bureaus() -> QuerySet[Department]:
    """The departments that requests can be dispatched to."""
    return departments().filter(kind__in=[Department.Kind.BUREAU, Department.Kind.PARTNER])


def centre() -> Department:
    """The service centre, to which intake belongs. Raises DoesNotExist before `yuanqi init`."""
    return Department.objects.select_related("head").get(
        kind=Department.Kind.CENTRE, closed_at=None
    )


def acting_for(officer: Officer, at: datetime) -> Officer:
    """Return who answers for this officer at that instant: himself, or his acting officer."""
    for _step in range(CHAIN):
        absence = (
            Absence.objects.select_related("acting")
            .filter(officer=officer, start_at__lte=at, end_at__gt=at)
            .first()
        )
        if absence is None:
            return officer
        officer = absence.acting
    return officer


def officer_on_duty(department: Department, at: datetime) -> Officer:
    """Return who answers for a department now: on the roster, else its head, else its first.

    Absence is answered by the acting officer. Raises LookupError for a department of nobody.
    """
    shift = (
        DutyShift.objects.select_related("officer")
        .filter(department=department, start_at__lte=at, end_at__gt=at)
        .first()
    )
    officer = shift.officer if shift else department.head
    if officer is None:
        officer = Officer.objects.filter(department=department, is_active=True).first()
    if officer is None:
        raise LookupError(f"department {department.code} has no officer")
    return acting_for(officer, at)


def reporting_line(department: Department) -> list[tuple[Department, Officer | None]]:
    """The departments and heads an overdue case is reported to, the nearest first."""
    line: list[tuple[Department, Officer | None]] = []
    step: Department | None = department
    while step is not None and step not in [item[0] for item in line]:
        line.append((step, step.head))
        step = step.reports_to
    return line


def officers_represented(officer_id: int, at: datetime) -> frozenset[int]:
    """The officers for whom this one acts at that instant, through others too."""
    found: set[int] = set()
    frontier = {officer_id}
    while frontier:
        absent = set(
            Absence.objects.filter(
                acting__in=frontier, start_at__lte=at, end_at__gt=at
            ).values_list("officer_id", flat=True)
        )
        frontier = absent - found - {officer_id}
        found |= frontier
    return frozenset(found)


_CURRENT = Kept(lambda: CalendarVersion.objects.get(is_current=True), RULES)


def current_calendar() -> CalendarVersion:
    """The published calendar that new clocks are pinned to."""
    return _CURRENT.known()
