"""What happens to a request beyond what happens to any case."""

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from yuanqi.foundation.journal import Event


@dataclass(frozen=True)
class RequestRaised(Event):
    kind: ClassVar[str] = "servicedesk.request_raised"
    version: ClassVar[int] = 2
    case_id: int
    number: str
    category: str
    level: str
    channel: str
    contact_id: int
    text_sha256: str
    files: list[str]
    accused_sha256: str  # of a complaint: over its text and whom it is about; else empty


@dataclass(frozen=True)
class RequestRouted(Event):
    """A rule of the park proposed the lead; `name` as it was called then."""

    kind: ClassVar[str] = "servicedesk.request_routed"
    case_id: int
    condition_id: int
    number: int  # of the rule's version
    name: str
    lead_id: int


@dataclass(frozen=True)
class RequestDispatched(Event):
    kind: ClassVar[str] = "servicedesk.request_dispatched"
    version: ClassVar[int] = 2
    case_id: int
    lead_id: int
    officer_id: int
    co_handlers: list[int]  # departments
    is_named: bool  # the lead may not return it


@dataclass(frozen=True)
class RequestRedispatched(Event):
    kind: ClassVar[str] = "servicedesk.request_redispatched"
    case_id: int
    from_lead_id: int
    lead_id: int
    officer_id: int
    co_handlers: list[int]  # departments
    is_named: bool
    reason: str


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
    version: ClassVar[int] = 2
    case_id: int
    officer_id: int
    facts: str
    is_resolved: bool
    is_sent_back: bool


@dataclass(frozen=True)
class RequestRefused(Event):
    kind: ClassVar[str] = "servicedesk.request_refused"
    case_id: int
    ground: str
    basis: str
    where_to: str
    explanation_sha256: str
    earlier_id: int | None


@dataclass(frozen=True)
class RequestMerged(Event):
    kind: ClassVar[str] = "servicedesk.request_merged"
    case_id: int
    into_id: int
    into_number: str
    explanation_sha256: str


@dataclass(frozen=True)
class RequestJoined(Event):
    """Told on the case that another one was merged into."""

    kind: ClassVar[str] = "servicedesk.request_joined"
    case_id: int
    from_id: int
    from_number: str


@dataclass(frozen=True)
class RequestWithdrawn(Event):
    kind: ClassVar[str] = "servicedesk.request_withdrawn"
    case_id: int
    reason_sha256: str


@dataclass(frozen=True)
class RequestReopened(Event):
    kind: ClassVar[str] = "servicedesk.request_reopened"
    case_id: int
    outcome_before: str
    lead_id: int | None  # back with its lead, or to be dispatched again
    officer_id: int
    reason_sha256: str


@dataclass(frozen=True)
class CategoriesLoaded(Event):
    kind: ClassVar[str] = "servicedesk.categories_loaded"
    codes: list[str]  # those that are new or changed


@dataclass(frozen=True)
class CategoryChanged(Event):
    """A category is added, changed or retired from a day on; only what changes is named."""

    kind: ClassVar[str] = "servicedesk.category_changed"
    code: str
    old: dict[str, Any]
    new: dict[str, Any]
    valid_from: date
    reason: str
    document_no: str
