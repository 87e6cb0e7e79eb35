"""What meetings hold of a person: the items of his enterprise may name him."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_noop

from yuanqi.audit import erasing
from yuanqi.audit.erasing import Person, Removed
from yuanqi.registry.erasing import unname

from .models import Guest, Item, Meeting


def define() -> None:
    """Make it known (from `apps.py`). Before the register, which takes the name away."""
    erasing.register("named-in-meetings", erase)


def erase(person: Person, at: datetime) -> Sequence[Removed]:
    """Take him out of the items of his enterprise, and of what is said of meetings it was in."""
    firm = person.enterprise_id
    if firm is None:
        return []
    items = Item.objects.filter(enterprise=firm)
    count = unname(person, items, ["words", "decision", "outcome"])
    asked = Guest.objects.filter(enterprise=firm)
    meetings = Meeting.objects.filter(
        Q(pk__in=items.values("meeting")) | Q(pk__in=asked.values("meeting"))
    )
    count += unname(person, meetings, ["summary", "reason"])
    return [Removed(gettext_noop("会议记录里的姓名和电话"), count)] if count else []
