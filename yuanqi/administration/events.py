"""What administrators draw up and take back, before anything holds."""

from dataclasses import dataclass
from typing import ClassVar

from yuanqi.foundation.journal import Event


@dataclass(frozen=True)
class CalendarDrafted(Event):
    kind: ClassVar[str] = "administration.calendar_drafted"
    year: int
    named_days: int
    spans: list[list[str]]
    document_no: str


@dataclass(frozen=True)
class CalendarDraftDropped(Event):
    kind: ClassVar[str] = "administration.calendar_draft_dropped"
    year: int
