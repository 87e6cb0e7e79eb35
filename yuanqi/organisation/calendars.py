"""From a stored calendar version to the domain's calendar, built once a version."""

from datetime import date, time

from yuanqi.domain.worktime import WorkCalendar

from .models import CalendarVersion

# versions are few and never change: one a published document
_built: dict[str, WorkCalendar] = {}


def work_calendar(version: CalendarVersion) -> WorkCalendar:
    """Return the working calendar that this version describes."""
    calendar = _built.get(version.version)
    if calendar is None:
        calendar = _built[version.version] = WorkCalendar(
            {date.fromisoformat(day): worked for day, worked in version.days.items()},
            tuple(
                (time.fromisoformat(start), time.fromisoformat(end)) for start, end in version.spans
            ),
            version.time_zone,
            version.version,
        )
    return calendar
