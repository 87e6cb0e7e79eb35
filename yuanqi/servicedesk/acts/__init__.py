"""What happens to a request once an act is allowed: shared by operations and bulk loads."""

from .answering import answer, call_back
from .dispatching import CoHandling, Intake, accept, dispatch, redispatch, return_
from .ending import merge, refuse, reopen, withdraw
from .raising import Accused, raise_request, title_of

__all__ = [
    "Accused",
    "CoHandling",
    "Intake",
    "accept",
    "answer",
    "call_back",
    "dispatch",
    "merge",
    "raise_request",
    "redispatch",
    "refuse",
    "reopen",
    "return_",
    "title_of",
    "withdraw",
]
