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
from .lists import BatchForm, LineForm, MergeForm, RenameViewForm, SaveViewForm
from .parts import ActForm
from .raising import RaiseForm
from .talk import AnswerForm, MessageForm, SupplyForm

__all__ = [
    "AcceptForm",
    "ActForm",
    "AnswerForm",
    "BatchForm",
    "CallBackForm",
    "DispatchForm",
    "EvaluateForm",
    "LineForm",
    "MergeForm",
    "MessageForm",
    "PauseForm",
    "RaiseForm",
    "RenameViewForm",
    "ResumeForm",
    "ReturnForm",
    "SaveViewForm",
    "SupplyForm",
    "TaskFinishForm",
    "TaskStartForm",
    "forms_for",
]
