"""What is written into the pages about requests, before an operation takes it."""

from .acts import (
    AcceptForm,
    CallBackForm,
    DispatchForm,
    EvaluateForm,
    PauseForm,
    ResumeForm,
    ReturnForm,
    TaskFinishForm,
    TaskStartForm,
    forms_for,
)
from .parts import ActForm
from .raising import RaiseForm
from .talk import AnswerForm, MessageForm, SupplyForm

__all__ = [
    "AcceptForm",
    "ActForm",
    "AnswerForm",
    "CallBackForm",
    "DispatchForm",
    "EvaluateForm",
    "MessageForm",
    "PauseForm",
    "RaiseForm",
    "ResumeForm",
    "ReturnForm",
    "SupplyForm",
    "TaskFinishForm",
    "TaskStartForm",
    "forms_for",
]
