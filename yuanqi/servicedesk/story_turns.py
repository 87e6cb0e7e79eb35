"""The turns that one request's life has taken, for its page."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from yuanqi.casework.models import WITHOUT_ANSWER, ClockPause, Extension, Purpose
from yuanqi.domain.clock import Limit
from yuanqi.organisation.calendars import work_calendar

from .models import Ending, Reopening
from .story_sheet import Sheet
from .timeline_names import Names
from .wording import brief_limit


@dataclass(frozen=True)
class Turns:
    """Extension asked for, end without an answer, reopenings, whom a complaint is about."""

    sheet: Sheet
    names: Names

    @property
    def are_none(self) -> bool:
        return not (self.accused or self.extension or self.reopenings or self.ending)

    @property
    def extension(self) -> Extension | None:
        """The extension that waits for its decision."""
        return next((one for one in self.sheet.extensions if one.decided_at is None), None)

    @property
    def extension_amount(self) -> str:
        asked = self.extension
        if asked is None:
            return ""
        return brief_limit(Limit(asked.amount, asked.clock.limit_base))

    @property
    def ending(self) -> Ending | None:
        """Why it ended without an answer, while it stands so."""
        if self.sheet.request.case.outcome not in WITHOUT_ANSWER or not self.sheet.endings:
            return None
        return self.sheet.endings[-1]

    @property
    def refusal(self) -> str:
        """The ground on which it was not accepted, in words."""
        return self.names.refusals.get(self.ending.ground, "") if self.ending else ""

    @property
    def reopenings(self) -> list[Reopening]:
        return self.sheet.reopenings

    @property
    def accused(self) -> str:
        """Whom a complaint is about; those never open this page."""
        request = self.sheet.request
        unit = self.sheet.units.get(request.accused_department_id or 0)
        return " ".join(
            filter(None, [unit.label if unit else "", str(request.accused_officer or "")])
        )

    @property
    def provisional(self) -> str:
        """That a limit ends in a year whose holidays aren't published; nothing if they are.

        A clock of an older calendar has been looked at when the newer one was published.
        """
        for record in self.sheet.clocks:
            if record.purpose != Purpose.RESOLVE or record.due_at is None or not record.is_open:
                continue
            calendar = work_calendar(record.calendar)
            day = calendar.local_day(record.due_at)
            if record.calendar.is_current and calendar.is_provisional(day):
                return _("%(year)s 年的放假安排还没有公布，暂按周末推算，公布后会重新计算。") % {
                    "year": day.year
                }
        return ""

    def parks(self, pause: ClockPause) -> bool:
        """Whether this pause sets the request aside (挂起)."""
        ground = self.sheet.definition.pause_grounds.get(pause.ground)
        return ground is not None and ground.parks
