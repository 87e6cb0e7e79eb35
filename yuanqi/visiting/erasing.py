"""What visits hold of a person: whom an officer met, and his name in what was written."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_noop

from yuanqi.audit import erasing
from yuanqi.audit.erasing import Person, Removed
from yuanqi.registry.erasing import CONTACT, unname
from yuanqi.registry.models import ContactPerson

from .models import Visit, Wish


def define() -> None:
    """Make it known (from `apps.py`). Before the register, which takes the name away."""
    erasing.register("met-on-visits", erase)


def erase(person: Person, at: datetime) -> Sequence[Removed]:
    """Take the person's name off the visits to his enterprise; what was talked of stays."""
    if person.kind != CONTACT:
        return []
    row = ContactPerson.objects.filter(pk=person.id).first()
    if row is None or not row.name:
        return []
    met = Visit.objects.filter(enterprise=row.enterprise_id, met__contains=row.name)
    count = met.update(met="")
    visits = Visit.objects.filter(enterprise=row.enterprise_id)
    texts = unname(person, visits, ["purpose", "cancel_reason", "talk", "remark"])
    texts += unname(person, Wish.objects.filter(enterprise=row.enterprise_id), ["subject"])
    told = [
        Removed(gettext_noop("走访记录里“见了谁”"), count),
        Removed(gettext_noop("走访文字里的姓名和电话"), texts),
    ]
    return [one for one in told if one.count]
