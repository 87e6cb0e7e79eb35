"""What happens to promises. Their words stand in the rows."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from yuanqi.foundation.journal import Event


@dataclass(frozen=True)
class PromiseMade(Event):
    kind: ClassVar[str] = "promises.promise_made"
    promise_id: int
    enterprise_id: int
    officer_id: int
    department_id: int
    occasion: str
    due_on: date
    text_sha256: str


@dataclass(frozen=True)
class PromiseKept(Event):
    kind: ClassVar[str] = "promises.promise_kept"
    promise_id: int
    enterprise_id: int
    outcome_sha256: str
    file_sha256: str


@dataclass(frozen=True)
class PromiseBroken(Event):
    kind: ClassVar[str] = "promises.promise_broken"
    promise_id: int
    enterprise_id: int
    outcome_sha256: str


@dataclass(frozen=True)
class PromiseWithdrawn(Event):
    kind: ClassVar[str] = "promises.promise_withdrawn"
    promise_id: int
    enterprise_id: int
    outcome_sha256: str


@dataclass(frozen=True)
class PromiseHandedOver(Event):
    kind: ClassVar[str] = "promises.promise_handed_over"
    promise_id: int
    enterprise_id: int
    before_id: int
    officer_id: int
    department_id: int


@dataclass(frozen=True)
class PromiseReminded(Event):
    """Its day is near, or has passed (`is_late`); said once each."""

    kind: ClassVar[str] = "promises.promise_reminded"
    promise_id: int
    enterprise_id: int
    is_late: bool
