"""What loading a demo park records: it leaves a trace in the journal like any other act."""

from dataclasses import dataclass
from typing import ClassVar

from yuanqi.foundation.journal import Event

STREAM = "demo"


@dataclass(frozen=True)
class ParkOpened(Event):
    """The park stands; its time is the instant that all its stories lead to."""

    kind: ClassVar[str] = "demo.park_opened"
    size: dict[str, int]  # by which the years before are written, be it by another process


@dataclass(frozen=True)
class PastWritten(Event):
    """The years before are there, all of them."""

    kind: ClassVar[str] = "demo.past_written"
    requests: int


@dataclass(frozen=True)
class ParkGrown(Event):
    """The park has as many enterprises and requests as were wished for."""

    kind: ClassVar[str] = "demo.park_grown"
    enterprises: int
    requests: int
