"""What happens to the park's settings."""

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from yuanqi.foundation.journal import Event


@dataclass(frozen=True)
class ParameterSet(Event):
    """`old` is what would have held on that day otherwise."""

    kind: ClassVar[str] = "parameters.set"
    key: str
    old: Any
    new: Any
    valid_from: date
    reason: str
    document_no: str


@dataclass(frozen=True)
class ParameterWithdrawn(Event):
    """A value whose day hadn't come; `holds` is what holds on that day without it."""

    kind: ClassVar[str] = "parameters.withdrawn"
    key: str
    withdrawn: Any
    holds: Any
    valid_from: date
    reason: str
