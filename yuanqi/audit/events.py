"""What the audit administrator's slice records of itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from yuanqi.foundation.journal import Event


@dataclass(frozen=True)
class Exported(Event):
    """A list of the journal or of the access log was taken out as a workbook."""

    kind: ClassVar[str] = "audit.exported"
    what: str
    rows: int


@dataclass(frozen=True)
class JournalVerified(Event):
    kind: ClassVar[str] = "audit.journal_verified"
    verification_id: int
    whole: bool
    intact: bool
    events: int


@dataclass(frozen=True)
class SealsTaken(Event):
    """The file of seals was downloaded."""

    kind: ClassVar[str] = "audit.seals_taken"


@dataclass(frozen=True)
class ErasureAsked(Event):
    kind: ClassVar[str] = "audit.erasure_asked"
    erasure_id: int
    person: str
    reason_sha256: str


@dataclass(frozen=True)
class ErasureWithdrawn(Event):
    kind: ClassVar[str] = "audit.erasure_withdrawn"
    erasure_id: int
    person: str


@dataclass(frozen=True)
class ErasureRefused(Event):
    kind: ClassVar[str] = "audit.erasure_refused"
    erasure_id: int
    person: str
    note_sha256: str


@dataclass(frozen=True)
class PersonErased(Event):
    """`removed` and `left` name kinds of data and how many there were, never a value."""

    kind: ClassVar[str] = "audit.person_erased"
    erasure_id: int
    person: str
    removed: list[Any]
    left: list[Any]


@dataclass(frozen=True)
class RetentionRan(Event):
    kind: ClassVar[str] = "audit.retention_ran"
    data: str
    before: datetime
    removed: int
    failed: bool
