"""The life of a request told in advance: who did what, when. Bulk loads write it down.

Pure data. People are named by username, departments by code, so that a story can be told before
anybody has a key.
"""

from dataclasses import dataclass
from datetime import datetime

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


@dataclass(frozen=True, slots=True)
class Dispatch(Step):
    lead: str
    asked: tuple[tuple[str, str], ...] = ()  # co-handling department, what it is asked


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


@dataclass(frozen=True, slots=True)
class CloseUnrated(Step):
    """Nobody rated it in time; `by` is "system"."""


Story = tuple[Step, ...]  # in order of time; the first is a Raise
SYSTEM_NAME = "system"
