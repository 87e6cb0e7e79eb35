"""What advice holds of a person: its words and answers may name him; its giver is a contact."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_noop

from yuanqi.audit import erasing
from yuanqi.audit.erasing import Person, Removed
from yuanqi.registry.erasing import forget, unname

from .events import AdviceAssigned, AdviceSentBack
from .models import Advice


def define() -> None:
    """Make it known (from `apps.py`). Before the register, which takes the name away."""
    erasing.register("named-in-advice", erase)


def erase(person: Person, at: datetime) -> Sequence[Removed]:
    """Take him out of his enterprise's advice, which stays as a record of the park's work."""
    rows = Advice.objects.filter(enterprise=person.enterprise_id)
    count = unname(person, rows, ["text", "note", "answer", "change"])
    count += forget(person, [AdviceAssigned.kind, AdviceSentBack.kind])
    return [Removed(gettext_noop("建议和答复里的姓名和电话"), count)] if count else []
