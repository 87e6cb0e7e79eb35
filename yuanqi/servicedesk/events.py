"""What happens to a request beyond what happens to any case."""

from dataclasses import dataclass
from typing import ClassVar

from yuanqi.foundation.journal import Event


@dataclass(frozen=True)
class RequestRaised(Event):
    kind: ClassVar[str] = "servicedesk.request_raised"
    case_id: int
    number: str
    category: str
    level: str
    channel: str
    contact_id: int
    text_sha256: str
    files: list[str]


@dataclass(frozen=True)
class RequestDispatched(Event):
    kind: ClassVar[str] = "servicedesk.request_dispatched"
    case_id: int
    lead_id: int
    officer_id: int
    co_handlers: list[int]  # departments


@dataclass(frozen=True)
class RequestAccepted(Event):
    kind: ClassVar[str] = "servicedesk.request_accepted"
    case_id: int
    department_id: int
    officer_id: int


@dataclass(frozen=True)
class RequestReturned(Event):
    kind: ClassVar[str] = "servicedesk.request_returned"
    case_id: int
    department_id: int
    officer_id: int
    reason: str
    basis: str


@dataclass(frozen=True)
class RequestAnswered(Event):
    kind: ClassVar[str] = "servicedesk.request_answered"
    case_id: int
    message_id: int
    body_sha256: str
    files: list[str]


@dataclass(frozen=True)
class CalledBack(Event):
    kind: ClassVar[str] = "servicedesk.called_back"
    case_id: int
    officer_id: int
    facts: str
    is_resolved: bool


@dataclass(frozen=True)
class CategoriesLoaded(Event):
    kind: ClassVar[str] = "servicedesk.categories_loaded"
    codes: list[str]  # those that are new or changed
