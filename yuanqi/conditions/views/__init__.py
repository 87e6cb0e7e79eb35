"""Pages of the rules: what there are, one of them, its versions, the editor."""

from .editing import add, check, draft
from .naming import rename
from .reading import comparison, condition, conditions, enterprises, version
from .turning import publish, send_back, take_back, withdraw

__all__ = [
    "add",
    "check",
    "comparison",
    "condition",
    "conditions",
    "draft",
    "enterprises",
    "publish",
    "rename",
    "send_back",
    "take_back",
    "version",
    "withdraw",
]
