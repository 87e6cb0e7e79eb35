"""Tasks of meetings that are due soon or late: their owners are told, once each."""

import logging
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from yuanqi.foundation import spells
from yuanqi.foundation.actors import SYSTEM, Actor
from yuanqi.foundation.writer import DIRECT

from .. import acts
from ..locking import at_lock, item_in
from ..models import NEAR, Item, ItemState

log = logging.getLogger(__name__)
SOON, LATE = 1, 2


def sweep(*, at: datetime, goes_on: spells.GoesOn = spells.always) -> int:
    """Remind of tasks due soon and late; returns how many. Late or twice is no harm."""
    today = timezone.localdate(at)
    due = Item.objects.filter(state=ItemState.TASK)
    some = due.filter(due_on__lt=today, told_step__lt=LATE) | due.filter(
        due_on__lte=today + NEAR, told_step=0
    )
    said = 0
    for meeting_id, item_id in list(some.order_by("due_on", "pk").values_list("meeting", "pk")):
        if not goes_on():
            break
        try:
            said += task_watch(meeting_id=meeting_id, item_id=item_id, actor=SYSTEM, at=at)
        except Exception:
            log.exception("item %d could not be reminded of; the next sweep tries", item_id)
    return said


@transaction.atomic
def task_watch(*, meeting_id: int, item_id: int, actor: Actor, at: datetime) -> bool:
    """Say what is to be said of a task by now; True if something was. Looked at again locked."""
    item = item_in(at_lock(meeting_id, actor), item_id)
    today = timezone.localdate(at)
    if not item.is_task or item.due_on is None:
        return False
    step = LATE if today > item.due_on else SOON if today >= item.due_on - NEAR else 0
    if step <= item.told_step:
        return False
    acts.task_remind(DIRECT, item, step=step, actor=actor, at=at)
    return True
