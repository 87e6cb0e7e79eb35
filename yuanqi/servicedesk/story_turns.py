"""The turns that one request's life has taken, for its page."""

from dataclasses import dataclass

from yuanqi.casework.models import WITHOUT_ANSWER, ClockPause, Extension
from yuanqi.domain.clock import Limit

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

    def parks(self, pause: ClockPause) -> bool:
        """Whether this pause sets the request aside (挂起)."""
        ground = self.sheet.definition.pause_grounds.get(pause.ground)
        return ground is not None and ground.parks
