"""Every write of meetings."""

from .deciding import item_decide, meeting_close, task_end
from .planning import (
    attendance_take,
    departments_invite,
    enterprises_invite,
    invitation_answer,
    item_add,
    item_remove,
    items_collect,
    meeting_call,
    meeting_call_off,
)
from .reminding import sweep, task_watch

__all__ = [
    "attendance_take",
    "departments_invite",
    "enterprises_invite",
    "invitation_answer",
    "item_add",
    "item_decide",
    "item_remove",
    "items_collect",
    "meeting_call",
    "meeting_call_off",
    "meeting_close",
    "sweep",
    "task_end",
    "task_watch",
]
