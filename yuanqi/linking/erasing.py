"""What links hold of a person: reasons of wishes and notes of hand-overs may name him."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_noop

from yuanqi.audit import erasing
from yuanqi.audit.erasing import Person, Removed
from yuanqi.registry.erasing import unname

from .models import Handover, Wish


def define() -> None:
    """Make it known (from `apps.py`). Before the register, which takes the name away."""
    erasing.register("named-in-linking", erase)


def erase(person: Person, at: datetime) -> Sequence[Removed]:
    """Take him out of what was written about his enterprise's officers."""
    firm = person.enterprise_id
    count = unname(person, Wish.objects.filter(enterprise=firm), ["reason"])
    count += unname(person, Handover.objects.filter(enterprise=firm), ["note"])
    return [Removed(gettext_noop("挂钩意愿、交接说明里的姓名和电话"), count)] if count else []
