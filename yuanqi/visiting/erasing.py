"""What visits hold of a person: whom an officer met stands by name; the talk stays as it was."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_noop

from yuanqi.audit import erasing
from yuanqi.audit.erasing import Person, Removed
from yuanqi.registry.erasing import CONTACT
from yuanqi.registry.models import ContactPerson

from .models import Visit


def define() -> None:
    """Make it known (from `apps.py`). Before the register, which takes the name away."""
    erasing.register("met-on-visits", erase)


def erase(person: Person, at: datetime) -> Sequence[Removed]:
    """Take the person's name off the visits to his enterprise."""
    if person.kind != CONTACT:
        return []
    row = ContactPerson.objects.filter(pk=person.id).first()
    if row is None or not row.name:
        return []
    met = Visit.objects.filter(enterprise=row.enterprise_id, met__contains=row.name)
    count = met.update(met="")
    return [Removed(gettext_noop("走访记录里“见了谁”"), count)] if count else []
