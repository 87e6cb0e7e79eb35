"""What all requests of a loading share."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from yuanqi.casework.rulebook import Limits
from yuanqi.domain.worktime import WorkCalendar
from yuanqi.foundation.files import Upload


@dataclass(frozen=True, slots=True)
class Scene:
    """The instant of loading (in the park's zone), calendar, limits, papers."""

    now: datetime
    calendar: WorkCalendar
    limits: Limits
    uploads: Mapping[str, Upload]
