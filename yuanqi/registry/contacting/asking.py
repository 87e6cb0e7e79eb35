"""Asking for a fact: what the park holds isn't asked again."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from yuanqi.foundation.errors import NotVisible

from .. import facts as known
from ..facts import Detail, FactField, State
from ..facts.values import shown
from ..models import Contact, Fact, FactSource

ASKED_ONCE = timedelta(days=30)  # meanwhile nobody asks for the same again


@dataclass(frozen=True, slots=True)
class Held:
    """A fact that the park holds, as who wanted to ask is shown it."""

    detail: Detail
    text: str


def askable() -> list[FactField]:
    """The facts that an enterprise can be asked for, in the order of the catalogue."""
    return [one for one in known.fields().values() if FactSource.ENTERPRISE in one.stated_by]


def field_asked(name: str) -> FactField:
    """Raises NotVisible for what isn't the enterprise's to state."""
    found = next((one for one in askable() if one.name == name), None)
    if found is None:
        raise NotVisible(name)
    return found


def held(enterprise_id: int, field: FactField, on: date) -> Held | None:
    """What the park holds of a fact on a day: said by anybody and still valid. None to ask for."""
    details = known.details_of(enterprise_id, on)
    detail = next((one for one in details if one.field.name == field.name), None)
    if detail is None or detail.state in (State.UNKNOWN, State.STALE):
        return None
    value = detail.shown if detail.shown is not None else detail.fact and detail.fact.value
    return Held(detail, shown(field, value))


def unanswered(enterprise_id: int) -> QuerySet[Contact]:
    """What the enterprise was asked for and hasn't said since, the newest first."""
    said = Fact.objects.filter(
        enterprise=OuterRef("enterprise"), field=OuterRef("asks"), stated_at__gte=OuterRef("at")
    )
    return (
        Contact.objects.filter(~Exists(said), enterprise=enterprise_id)
        .exclude(asks="")
        .select_related("department", "officer")
        .order_by("-at", "-id")
    )


def asked_already(enterprise_id: int, field: FactField, at: datetime) -> Contact | None:
    """An asking for the same fact that still waits for an answer."""
    found = unanswered(enterprise_id).filter(asks=field.name, at__gt=at - ASKED_ONCE)
    return found.first()


def who(contact: Contact) -> str:
    """By whom, as both sides read it; the park itself where no department is named."""
    if contact.department is None:
        return _("园区")
    if contact.officer is None:
        return contact.department.label
    return f"{contact.department.label}{_('，')}{contact.officer.name}"
