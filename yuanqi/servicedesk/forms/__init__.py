"""What is written into the pages about requests, before an operation takes it."""

from .acts import (
    AcceptForm,
    CallBackForm,
    EvaluateForm,
    PauseForm,
    ResumeForm,
    ReturnForm,
    TaskFinishForm,
    TaskStartForm,
    forms_for,
)
from .dispatch import DispatchForm
from .life import (
    ExtensionAskForm,
    ExtensionDecideForm,
    HandOverForm,
    MergeIntoForm,
    ParkForm,
    RedispatchForm,
    RefuseForm,
    ReopenForm,
    WithdrawForm,
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
    "ExtensionAskForm",
    "ExtensionDecideForm",
    "HandOverForm",
    "LineForm",
    "MergeForm",
    "MergeIntoForm",
    "MessageForm",
    "ParkForm",
    "PauseForm",
    "RaiseForm",
    "RedispatchForm",
    "RefuseForm",
    "RenameViewForm",
    "ReopenForm",
    "ResumeForm",
    "ReturnForm",
    "SaveViewForm",
    "SupplyForm",
    "TaskFinishForm",
    "TaskStartForm",
    "WithdrawForm",
    "forms_for",
]
