"""What somebody does with lists: on the account's own stream, for those who audit."""

from dataclasses import dataclass
from typing import ClassVar

from yuanqi.foundation.journal import Event


@dataclass(frozen=True)
class ViewSaved(Event):
    kind: ClassVar[str] = "servicedesk.view_saved"
    view_id: int
    name: str
    query: str


@dataclass(frozen=True)
class ViewRenamed(Event):
    kind: ClassVar[str] = "servicedesk.view_renamed"
    view_id: int
    name: str


@dataclass(frozen=True)
class ViewDeleted(Event):
    kind: ClassVar[str] = "servicedesk.view_deleted"
    view_id: int
    name: str


@dataclass(frozen=True)
class ListExported(Event):
    """Who took how many rows out of the program, and by which filters."""

    kind: ClassVar[str] = "servicedesk.list_exported"
    query: str
    rows: int
