"""What happens in the register of contacts. What was talked about stands in the rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from yuanqi.foundation.journal import Event


@dataclass(frozen=True)
class ContactMade(Event):
    """The park came to the enterprise; `of_kind`: visit, call, form or data."""

    kind: ClassVar[str] = "registry.contact_made"
    enterprise_id: int
    row_id: int
    of_kind: str
    department_id: int | None
    officer_id: int | None
    subject_sha256: str
    asks: str
    merged_into: int | None
    reason_sha256: str


@dataclass(frozen=True)
class ContactsMerged(Event):
    """What several departments wanted was done by one contact."""

    kind: ClassVar[str] = "registry.contacts_merged"
    enterprise_id: int
    row_id: int
    merged: Sequence[int]
