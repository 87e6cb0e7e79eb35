"""What happens to an entry of the knowledge base. Texts stay in their rows, hashes in the chain."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from yuanqi.foundation.journal import Event


@dataclass(frozen=True)
class EntryMade(Event):
    kind: ClassVar[str] = "knowledge.entry_made"
    entry_id: int
    department_id: int
    source_case_id: int | None
    audience: str
    question_sha256: str
    answer_sha256: str
    expires_on: date


@dataclass(frozen=True)
class EntryPublished(Event):
    kind: ClassVar[str] = "knowledge.entry_published"
    entry_id: int
    entry_version: int


@dataclass(frozen=True)
class EntryRevised(Event):
    kind: ClassVar[str] = "knowledge.entry_revised"
    entry_id: int
    entry_version: int
    keeper_id: int
    audience: str
    question_sha256: str
    answer_sha256: str
    expires_on: date


@dataclass(frozen=True)
class EntryWithdrawn(Event):
    kind: ClassVar[str] = "knowledge.entry_withdrawn"
    entry_id: int
    reason: str


@dataclass(frozen=True)
class EntryReviewed(Event):
    kind: ClassVar[str] = "knowledge.entry_reviewed"
    entry_id: int
    expires_on: date


@dataclass(frozen=True)
class EntryHelped(Event):
    """Somebody who was about to raise a request found his answer here and didn't."""

    kind: ClassVar[str] = "knowledge.entry_helped"
    entry_id: int


@dataclass(frozen=True)
class EntryMoved(Event):
    """Its keeper left, or its unit was merged: these keep it now."""

    kind: ClassVar[str] = "knowledge.entry_moved"
    entry_id: int
    department_id: int
    keeper_id: int
