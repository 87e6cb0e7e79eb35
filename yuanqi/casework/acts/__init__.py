"""What happens to a case once an act is allowed: shared by operations and bulk loads.

Each act checks that it fits the case's state now (Conflict if not), changes the file, records one
event, and settles. Permission and locks are the operation's.
"""

from .clock import park, pause, resume, supply
from .ending import close, end, evaluate
from .extension import extension_ask, extension_decide, extension_take_back
from .talk import talk
from .work import hand_over, relieve, task_finish, task_start

__all__ = [
    "close",
    "end",
    "evaluate",
    "extension_ask",
    "extension_decide",
    "extension_take_back",
    "hand_over",
    "park",
    "pause",
    "relieve",
    "resume",
    "supply",
    "talk",
    "task_finish",
    "task_start",
]
