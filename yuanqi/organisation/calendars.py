"""From a stored calendar version to the domain's calendar, built once a version."""

from bisect import bisect_left
from datetime import date, datetime, time
from functools import lru_cache

from yuanqi.domain.worktime import WorkCalendar
from yuanqi.foundation.standing import RULES, Kept

from .models import CalendarVersion

_standing: Kept[dict[int, CalendarVersion]] = Kept(dict, RULES)
# versions are few and never change: one a published document
_built: dict[str, WorkCalendar] = {}


def calendar_version(version_id: int) -> CalendarVersion:
    """Return this version, kept in memory and shared. Raises DoesNotExist."""
    kept = _standing.known()
    version = kept.get(version_id)
    if version is None:
        version = kept[version_id] = CalendarVersion.objects.get(pk=version_id)
    return version


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


@lru_cache(maxsize=32)
def changed_days(before: WorkCalendar, after: WorkCalendar) -> tuple[date, ...] | None:
    """The days that one works and the other doesn't, in order; None if the hours themselves or
    the zone differ: then every day does."""
    if before.spans != after.spans or str(before.tz) != str(after.tz):
        return None
    named = {*before.days, *before.overrides, *after.days, *after.overrides}
    return tuple(sorted(day for day in named if _works(before, day) != _works(after, day)))


def touches(before: WorkCalendar, after: WorkCalendar, start: datetime, end: datetime) -> bool:
    """Whether a changed day lies in the days from `start` to `end`, both counted."""
    changed = changed_days(before, after)
    if changed is None:
        return True
    place = bisect_left(changed, after.local_day(start))
    return place < len(changed) and changed[place] <= after.local_day(end)


def _works(calendar: WorkCalendar, day: date) -> bool | None:
    """None before the calendar's first year: it knows nothing of that day."""
    try:
        return calendar.is_working(day)
    except ValueError:
        return None
