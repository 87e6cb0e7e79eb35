"""What happens to the park's rules. Texts stay in their rows, their digests in the chain."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from yuanqi.foundation.journal import Event


@dataclass(frozen=True)
class ConditionAdded(Event):
    kind: ClassVar[str] = "conditions.added"
    condition_id: int
    of_kind: str
    code: str


@dataclass(frozen=True)
class ConditionRenamed(Event):
    """It is called otherwise, or is of another department; what it says stays as it was."""

    kind: ClassVar[str] = "conditions.renamed"
    condition_id: int
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True)
class ConditionDrafted(Event):
    """A new version was begun."""

    kind: ClassVar[str] = "conditions.drafted"
    condition_id: int
    number: int
    text_sha256: str
    valid_from: date | None


@dataclass(frozen=True)
class ConditionChanged(Event):
    """A version that isn't published yet; `fields` are those that changed."""

    kind: ClassVar[str] = "conditions.changed"
    condition_id: int
    number: int
    fields: tuple[str, ...]
    text_sha256: str


@dataclass(frozen=True)
class ConditionSubmitted(Event):
    kind: ClassVar[str] = "conditions.submitted"
    condition_id: int
    number: int
    text_sha256: str
    valid_from: date


@dataclass(frozen=True)
class ConditionTakenBack(Event):
    """Who submitted it goes on writing."""

    kind: ClassVar[str] = "conditions.taken_back"
    condition_id: int
    number: int


@dataclass(frozen=True)
class ConditionSentBack(Event):
    kind: ClassVar[str] = "conditions.sent_back"
    condition_id: int
    number: int
    reason: str


@dataclass(frozen=True)
class ConditionPublished(Event):
    """A version holds from a day on, which may lie ahead."""

    kind: ClassVar[str] = "conditions.published"
    condition_id: int
    of_kind: str
    code: str
    number: int
    text_sha256: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True)
class ConditionWithdrawn(Event):
    """A draft given up, or a published version whose day hadn't come."""

    kind: ClassVar[str] = "conditions.withdrawn"
    condition_id: int
    of_kind: str
    code: str
    number: int
    reason: str
    was_published: bool


@dataclass(frozen=True)
class ConditionMoved(Event):
    """Another department keeps it: its own was merged into that."""

    kind: ClassVar[str] = "conditions.moved"
    condition_id: int
    department_id: int
