"""What happens to advice. Texts stand in their rows, here is their SHA-256.

What the next assignment overwrites stands beside the chain, so that erasure reaches it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from yuanqi.foundation.journal import Event, Personal


@dataclass(frozen=True)
class AdviceGiven(Event):
    kind: ClassVar[str] = "advice.given"
    advice_id: int
    enterprise_id: int
    topic: str
    source: str
    contact_id: int | None
    officer_id: int | None
    text_sha256: str
    due_at: datetime


@dataclass(frozen=True)
class AdviceAssigned(Event):
    """A department is to answer; `before_id` is that which was to answer until now."""

    kind: ClassVar[str] = "advice.assigned"
    version: ClassVar[int] = 2
    advice_id: int
    enterprise_id: int
    department_id: int
    before_id: int | None
    note: Personal | None


@dataclass(frozen=True)
class AdviceSentBack(Event):
    """The department says that it isn't the one to answer: the centre assigns it anew."""

    kind: ClassVar[str] = "advice.sent_back"
    version: ClassVar[int] = 2
    advice_id: int
    enterprise_id: int
    department_id: int
    reason: Personal


@dataclass(frozen=True)
class AdviceAnswered(Event):
    kind: ClassVar[str] = "advice.answered"
    advice_id: int
    enterprise_id: int
    department_id: int
    verdict: str
    answer_sha256: str


@dataclass(frozen=True)
class AdviceFollowedUp(Event):
    """What has changed because of it."""

    kind: ClassVar[str] = "advice.followed_up"
    advice_id: int
    enterprise_id: int
    department_id: int
    change_sha256: str


@dataclass(frozen=True)
class AdviceReminded(Event):
    """The sweep said that the answer is due soon, or late (`is_late`)."""

    kind: ClassVar[str] = "advice.reminded"
    advice_id: int
    enterprise_id: int
    department_id: int | None
    is_late: bool
    due_at: datetime


@dataclass(frozen=True)
class AdviceDueMoved(Event):
    """A new working calendar moved the day of the answer."""

    kind: ClassVar[str] = "advice.due_moved"
    advice_id: int
    enterprise_id: int
    calendar: str
    before: datetime
    after: datetime


@dataclass(frozen=True)
class AdviceMoved(Event):
    """Its department was merged into another, which answers now."""

    kind: ClassVar[str] = "advice.moved"
    advice_id: int
    enterprise_id: int
    department_id: int


@dataclass(frozen=True)
class TopicSet(Event):
    kind: ClassVar[str] = "advice.topic_set"
    code: str
    name: str
    name_en: str
    is_active: bool
