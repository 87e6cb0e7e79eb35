"""What happens to size classes."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from yuanqi.foundation.journal import Event


@dataclass(frozen=True)
class SizeClassChanged(Event):
    """From one class to another, empty for none; `figures` are the numbers that decided it.

    `versions` are the numbers of the rules' versions by class.
    """

    kind: ClassVar[str] = "sizing.size_class_changed"
    enterprise_id: int
    size_before: str
    size_after: str
    figures: Mapping[str, Decimal]
    versions: Mapping[str, int]
