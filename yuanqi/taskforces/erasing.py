"""What task forces hold of a person: their tasks, talk and minutes may name him."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_noop

from yuanqi.audit import erasing
from yuanqi.audit.erasing import Person, Removed
from yuanqi.registry.erasing import unname

from .models import ForceTask, Note, TaskForce


def define() -> None:
    """Make it known (from `apps.py`). Before the register, which takes the name away."""
    erasing.register("named-in-taskforces", erase)


def erase(person: Person, at: datetime) -> Sequence[Removed]:
    """Take him out of the task forces of his enterprise and its projects."""
    firm = person.enterprise_id
    if firm is None:
        return []
    forces = TaskForce.objects.filter(enterprise=firm)
    count = unname(person, forces, ["aim", "ground", "report"])
    count += unname(person, ForceTask.objects.filter(force__enterprise=firm), ["text", "outcome"])
    count += unname(person, Note.objects.filter(force__enterprise=firm), ["text"])
    return [Removed(gettext_noop("专班记录里的姓名和电话"), count)] if count else []
