"""Until when something may still be asked of a request that has ended."""

from datetime import datetime

from yuanqi.casework.definition import MechanismDefinition
from yuanqi.casework.models import Case
from yuanqi.domain.clock import Clock
from yuanqi.organisation.calendars import work_calendar
from yuanqi.organisation.models import CalendarVersion


def reopens_until(
    case: Case, definition: MechanismDefinition, calendar: CalendarVersion
) -> datetime | None:
    """Until when a closed case may be taken up again; None if it may not be at all."""
    if definition.reopening is None or case.closed_at is None:
        return None
    window = Clock(started_at=case.closed_at, limit=definition.reopening.limit)
    return window.due_at(work_calendar(calendar))
