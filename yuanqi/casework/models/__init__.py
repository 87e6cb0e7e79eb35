"""The tables of casework, a file a subject; users import them from here."""

from .case import (
    UNANSWERED,
    WITHOUT_ANSWER,
    Case,
    CaseAccess,
    CaseBar,
    CaseNumber,
    CaseState,
    Outcome,
)
from .clock import ClockPause, ClockRecord, Extension
from .following import CalendarFollowing
from .mechanism import LimitRule, Mechanism, MechanismVersion, Purpose
from .talk import Attachment, Evaluation, Message, Satisfaction
from .work import OPEN_TASKS, CaseHolding, Task, TaskKind, TaskState

__all__ = [
    "OPEN_TASKS",
    "UNANSWERED",
    "WITHOUT_ANSWER",
    "Attachment",
    "CalendarFollowing",
    "Case",
    "CaseAccess",
    "CaseBar",
    "CaseHolding",
    "CaseNumber",
    "CaseState",
    "ClockPause",
    "ClockRecord",
    "Evaluation",
    "Extension",
    "LimitRule",
    "Mechanism",
    "MechanismVersion",
    "Message",
    "Outcome",
    "Purpose",
    "Satisfaction",
    "Task",
    "TaskKind",
    "TaskState",
]
