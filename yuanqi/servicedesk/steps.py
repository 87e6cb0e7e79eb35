"""The life of a request told in advance: who did what, when. Bulk loads write it down.

Pure data. People are named by username, departments by code, so that a story can be told before
anybody has a key.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from yuanqi.foundation.files import Upload


@dataclass(frozen=True, slots=True)
class Step:
    """Something that somebody does at an instant."""

    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Raise(Step):
    contact: str
    category: str
    level: str
    text: str
    uploads: tuple[Upload, ...] = ()
    accused_unit: str = ""  # of a complaint: the department's code
    accused: str = ""  # or the officer's username
    key: str = ""  # under which other stories speak of this one


@dataclass(frozen=True, slots=True)
class Dispatch(Step):
    lead: str
    asked: tuple[tuple[str, str], ...] = ()  # co-handling department, what it is asked
    is_named: bool = False


@dataclass(frozen=True, slots=True)
class Redispatch(Step):
    lead: str
    reason: str
    asked: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Accept(Step):
    pass


@dataclass(frozen=True, slots=True)
class Return(Step):
    reason: str
    basis: str


@dataclass(frozen=True, slots=True)
class Say(Step):
    body: str
    kind: str = "talk"
    uploads: tuple[Upload, ...] = ()


@dataclass(frozen=True, slots=True)
class Pause(Step):
    ground: str
    awaited: str


@dataclass(frozen=True, slots=True)
class Resume(Step):
    pass


@dataclass(frozen=True, slots=True)
class Park(Step):
    explanation: str
    until: date


@dataclass(frozen=True, slots=True)
class Extend(Step):
    amount: Decimal  # in the base of the limit
    reason: str


@dataclass(frozen=True, slots=True)
class DecideExtension(Step):
    is_granted: bool
    decision: str


@dataclass(frozen=True, slots=True)
class Supply(Step):
    body: str
    uploads: tuple[Upload, ...] = ()


@dataclass(frozen=True, slots=True)
class Start(Step):
    """The co-handler of his own department begins."""


@dataclass(frozen=True, slots=True)
class Finish(Step):
    opinion: str


@dataclass(frozen=True, slots=True)
class HandOver(Step):
    """The task of that colleague's department goes to him."""

    to: str
    reason: str


@dataclass(frozen=True, slots=True)
class Answer(Step):
    body: str
    uploads: tuple[Upload, ...] = ()


@dataclass(frozen=True, slots=True)
class Evaluate(Step):
    level: int
    is_resolved: bool
    was_contacted: bool
    praise: str = ""
    complaint: str = ""


@dataclass(frozen=True, slots=True)
class CallBack(Step):
    spoke_with: str
    facts: str
    is_resolved: bool
    is_sent_back: bool = False


@dataclass(frozen=True, slots=True)
class Refuse(Step):
    ground: str
    explanation: str
    where_to: str = ""
    earlier: str = ""  # the key of the story that settled it


@dataclass(frozen=True, slots=True)
class Merge(Step):
    into: str  # the key of another story, which is unanswered then
    explanation: str


@dataclass(frozen=True, slots=True)
class Withdraw(Step):
    reason: str


@dataclass(frozen=True, slots=True)
class Reopen(Step):
    reason: str


@dataclass(frozen=True, slots=True)
class CloseUnrated(Step):
    """Nobody rated it in time; `by` is "system"."""


Story = tuple[Step, ...]  # in order of time; the first is a Raise
SYSTEM_NAME = "system"
