"""What is written into the pages about requests, before an operation takes it."""

from .acts import (
    AcceptForm,
    AnswerForm,
    CallBackForm,
    DispatchForm,
    EvaluateForm,
    MessageForm,
    PauseForm,
    ResumeForm,
    ReturnForm,
    SupplyForm,
    TaskFinishForm,
    TaskStartForm,
    forms_for,
)
from .parts import ActForm
from .raising import RaiseForm

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
