"""What the API says of a request. Fields that stay inside the park are null for an enterprise."""

from datetime import UTC, datetime
from typing import Annotated

from ninja import Field, Schema
from pydantic import AfterValidator

# said in UTC, whether it was read or has just been worked out
Instant = Annotated[datetime, AfterValidator(lambda at: at.astimezone(UTC))]


class Named(Schema):
    id: int
    name: str


class PersonOut(Schema):
    """Who answers for a request."""

    officer_id: int
    name: str
    department_id: int
    department: str


class RequestOut(Schema):
    """One line of the ledger."""

    id: int
    number: str
    title: str
    state: str
    state_label: str
    level: str
    category: str
    category_label: str
    enterprise: Named
    lead: Named | None
    responsible: PersonOut | None
    opened_at: Instant
    due_at: Annotated[
        Instant | None,
        Field(description="Of the clock that the lists show; for the enterprise, of the answer."),
    ]
    answered_at: Instant | None
    closed_at: Instant | None
    light: Annotated[
        str | None, Field(description="green, yellow, red or paused; null where no clock runs.")
    ]
    left_seconds: Annotated[
        int | None, Field(description="Of the limit's own time; negative when late.")
    ]
    is_paused: bool
    awaited: str
    move: Annotated[str, Field(description="Whose move it is, in words.")]
    move_is_mine: bool
    outcome: str
    merged_into: int | None
    reopened: int
    is_complaint: bool
    returns: int | None
    bad_reviews: int | None
    escalation: int | None
    is_supervised: bool | None
    proposed_lead: Named | None
    review_level: int | None
    is_resolved: bool | None


class ClockOut(Schema):
    id: int
    purpose: str
    task_id: int | None
    limit: float
    base: str
    source: str
    extension: float | None
    started_at: datetime
    due_at: datetime | None
    stopped_at: datetime | None
    light: str
    left_seconds: int


class PauseOut(Schema):
    clock_id: int
    start_at: datetime
    end_at: datetime | None
    until_at: datetime
    ground: str
    awaited: str
    basis: str


class TaskOut(Schema):
    id: int
    kind: str
    state: str
    department: Named
    officer: Named | None
    brief: str
    opinion: str
    is_mine: bool


class MessageOut(Schema):
    id: int
    at: datetime
    kind: str
    audience: str
    from_enterprise: bool
    author_name: str
    author_unit: str
    body: str
    attachment_ids: list[int]


class AttachmentOut(Schema):
    id: int
    name: str
    size: int
    content_type: str
    at: datetime
    message_id: int | None
    from_enterprise: bool
    is_removed: bool


class EvaluationOut(Schema):
    at: datetime
    level: int
    level_label: str
    is_resolved: bool
    was_contacted: bool
    praise: str
    complaint: str


class ExtensionOut(Schema):
    id: int
    asked_at: datetime
    amount: float
    reason: str
    decided_at: datetime | None
    is_granted: bool
    decision: str
    due_before: datetime
    due_after: datetime


class EndingOut(Schema):
    """An end without a formal answer: not accepted, merged, withdrawn; why, and where to turn."""

    at: datetime
    ground: str
    basis: str
    where_to: str
    explanation: str
    earlier_id: int | None


class ReopeningOut(Schema):
    at: datetime
    reason: str
    outcome_before: str


class ReturnOut(Schema):
    at: datetime
    department_id: int
    reason: str
    basis: str


class CallBackOut(Schema):
    at: datetime
    spoke_with: str
    facts: str
    is_resolved: bool
    is_sent_back: bool


class OpenAct(Schema):
    """Something that the caller may do now, and the operation that does it."""

    act: str
    operation_id: str


class RequestDetailOut(RequestOut):
    text: str
    channel: str
    contact: Named
    contact_phone: str
    clocks: list[ClockOut]
    pauses: list[PauseOut]
    tasks: list[TaskOut]
    messages: list[MessageOut]
    attachments: list[AttachmentOut]
    evaluations: list[EvaluationOut]
    extensions: list[ExtensionOut]
    endings: list[EndingOut]
    reopenings: list[ReopeningOut]
    returned: list[ReturnOut]
    call_backs: list[CallBackOut]
    acts: list[OpenAct]


class HappenedOut(Schema):
    """An event of a request. `text` says it in the caller's language, where it has words."""

    seq: int
    kind: str
    at: datetime
    actor: str
    text: str


class CategoryOut(Schema):
    code: str
    name: str
    default_level: str
    lead: Named | None


class OfficerOut(Schema):
    id: int
    name: str
    title: str


class DepartmentOut(Schema):
    id: int
    code: str
    name: str
    short_name: str
    kind: str
    takes_requests: bool
    officers: list[OfficerOut]


class QueueOut(Schema):
    """A queue and how many requests stand in it; `is_more`: more than `count`."""

    code: str
    name: str
    count: int
    is_more: bool


class GroundOut(Schema):
    code: str
    name: str


class PauseGroundOut(GroundOut):
    """`ends_with_supply`: the clock goes on as soon as the enterprise hands in what is awaited."""

    ends_with_supply: bool
    at_most_working_days: int


class RefusalGroundOut(GroundOut):
    """`needs_earlier`: the request that settled the matter must be named."""

    where_to: str
    needs_earlier: bool


class GroundsOut(Schema):
    """The grounds that the mechanism in force allows."""

    pauses: list[PauseGroundOut]
    refusals: list[RefusalGroundOut]
