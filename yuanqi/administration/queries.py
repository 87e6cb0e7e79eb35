"""What administrators' pages show of several slices: the calendar and what is drawn up of it."""

from dataclasses import dataclass, replace
from datetime import date, time

from yuanqi.casework import calendar_moves
from yuanqi.casework.calendar_moves import Move
from yuanqi.domain.worktime import WorkCalendar
from yuanqi.foundation.actors import Actor, Role
from yuanqi.foundation.errors import NotVisible
from yuanqi.organisation.calendars import changed_days, work_calendar
from yuanqi.organisation.models import CalendarVersion
from yuanqi.organisation.publishing import Drawn
from yuanqi.organisation.queries import current_calendar

from .models import CalendarDraft


def require_system(actor: Actor) -> None:
    """These pages are the system administrator's. Raises NotVisible for everybody else."""
    if not actor.has(Role.SYSTEM_ADMIN):
        raise NotVisible


def drawn_in(draft: CalendarDraft, standing: CalendarVersion) -> Drawn:
    """The calendar that a draft would make of the one in force. Raises Invalid."""
    named = {date.fromisoformat(day): works for day, works in draft.days.items()}
    spans = tuple((time.fromisoformat(a), time.fromisoformat(b)) for a, b in draft.spans)
    return replace(Drawn.of(standing).with_year(draft.year, named), spans=spans)


@dataclass(frozen=True, slots=True)
class Effect:
    """What a draft changes: days, hours, open clocks."""

    draft: CalendarDraft
    standing: CalendarVersion
    before: WorkCalendar
    after: WorkCalendar
    days: tuple[date, ...]
    hours_change: bool
    moves: list[Move]  # in order of their clocks' keys

    @property
    def is_nothing(self) -> bool:
        return self.before.version == self.after.version


def effect_of_draft() -> Effect | None:
    """The draft with its effect, None without a draft. Raises Invalid if it no longer fits."""
    draft = CalendarDraft.objects.select_related("made_by").first()
    if draft is None:
        return None
    standing = current_calendar()
    before, after = work_calendar(standing), drawn_in(draft, standing).calendar
    days = changed_days(replace(Drawn.of(standing), spans=after.spans).calendar, after)
    return Effect(
        draft=draft,
        standing=standing,
        before=before,
        after=after,
        days=days or (),
        hours_change=before.spans != after.spans,
        moves=calendar_moves.moves_by(after) if before.version != after.version else [],
    )
