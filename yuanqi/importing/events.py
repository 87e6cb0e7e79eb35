"""What happens to imports, and to rows that an import had brought."""

from dataclasses import dataclass
from typing import ClassVar

from yuanqi.foundation.journal import Event


@dataclass(frozen=True)
class ImportBegun(Event):
    kind: ClassVar[str] = "importing.import_begun"
    import_id: int
    register: str
    sha256: str
    rows: int


@dataclass(frozen=True)
class ImportConfirmed(Event):
    kind: ClassVar[str] = "importing.import_confirmed"
    import_id: int
    common_choice: str


@dataclass(frozen=True)
class ImportCompleted(Event):
    kind: ClassVar[str] = "importing.import_completed"
    import_id: int
    register: str
    sha256: str
    made: int
    changed: int
    merged: int
    skipped: int


@dataclass(frozen=True)
class ImportDiscarded(Event):
    kind: ClassVar[str] = "importing.import_discarded"
    import_id: int


@dataclass(frozen=True)
class ImportUndone(Event):
    kind: ClassVar[str] = "importing.import_undone"
    import_id: int
    removed: int
    restored: int


@dataclass(frozen=True)
class EntryWithdrawn(Event):
    """A row that an import had made was taken out again; what it said stays in the journal."""

    kind: ClassVar[str] = "importing.entry_withdrawn"
    import_id: int
    table: str
    row_id: int


@dataclass(frozen=True)
class ListExported(Event):
    kind: ClassVar[str] = "importing.list_exported"
    register: str
    query: str
    rows: int
