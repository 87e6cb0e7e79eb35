"""What promises hold of a person: their words may name him."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_noop

from yuanqi.audit import erasing
from yuanqi.audit.erasing import Person, Removed
from yuanqi.registry.erasing import unname

from .models import Promise


def define() -> None:
    """Make it known (from `apps.py`). Before the register, which takes the name away."""
    erasing.register("named-in-promises", erase)


def erase(person: Person, at: datetime) -> Sequence[Removed]:
    """Take him out of what was promised his enterprise, and of how it ended."""
    rows = Promise.objects.filter(enterprise=person.enterprise_id)
    count = unname(person, rows, ["text", "outcome", "file_name"])
    return [Removed(gettext_noop("承诺里的姓名和电话"), count)] if count else []
