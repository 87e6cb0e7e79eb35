"""Contacts as persons whose data can be erased; names of the register for the access log."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import CharField, F, Func, Q, QuerySet, Value
from django.db.models.functions import Left, Replace
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from yuanqi.audit import erasing, subjects
from yuanqi.audit.erasing import ERASED, Kind, Person, Removed
from yuanqi.foundation.formats import phone_masked
from yuanqi.foundation.models import JournalPersonal

from .models import Contact, ContactPerson, Enterprise

CONTACT = "contact"
_MOST = 20
_DIGITS = Func(
    F("phone"), Value(r"\D"), Value(""), Value("g"), function="REGEXP_REPLACE",
    output_field=CharField(),
)  # fmt: skip


def define() -> None:
    """Make them known (from `apps.py`)."""
    erasing.register_kind(Kind(CONTACT, _("企业联系人"), find, search))
    erasing.register("registry", erase)
    subjects.register("enterprise", _enterprises)
    subjects.register(CONTACT, _contacts)


def find(contact_id: int) -> Person | None:
    found = ContactPerson.objects.select_related("enterprise").filter(pk=contact_id).first()
    return _person(found) if found else None


def search(text: str) -> Sequence[Person]:
    """By telephone number, by name, by the enterprise's code or name: whole ones, not parts."""
    text = text.strip()
    digits = "".join(sign for sign in text if sign.isdigit())
    people = ContactPerson.objects.select_related("enterprise").order_by("id")
    meant = Q(name=text) | Q(enterprise__short_name=text) | Q(enterprise__name=text)
    if len(digits) >= 7:
        # numbers stand as they were typed, some with spaces or the country's code
        people = people.annotate(digits=_DIGITS)
        meant |= Q(digits__in=[digits, f"86{digits}", digits.removeprefix("86")])
    if len(text) == 18:
        meant |= Q(enterprise__uscc=text.upper())
    return [_person(row) for row in people.filter(meant)[:_MOST]]


def _person(row: ContactPerson) -> Person:
    personal: list[tuple[str, str, int | None]] = [(row.enterprise.stream, "contact_id", row.pk)]
    if row.account_id is not None:
        personal.append((f"account:{row.account_id}", "", None))
    return Person(
        kind=CONTACT,
        id=row.pk,
        shown=_shown(row),
        account_id=row.account_id,
        enterprise_id=row.enterprise_id,
        is_erased=_is_erased(row),
        personal=tuple(personal),
    )


def _is_erased(row: ContactPerson) -> bool:
    return row.name == ERASED and not row.phone


def _shown(row: ContactPerson) -> str:
    """Which person is meant, for whoever may not know him: his enterprise, half a name."""
    if _is_erased(row):
        return f"{row.enterprise.short_name}　{ERASED}"
    name = row.name[:1] + "*" * (len(row.name) - 1)
    return f"{row.enterprise.short_name}　{name}　{phone_masked(row.phone)}"


def erase(person: Person, at: datetime) -> Sequence[Removed]:
    """Take name, number and title out of the row; it stays for what was done in his name."""
    if person.kind != CONTACT:
        return []
    asked = Contact.objects.filter(enterprise=person.enterprise_id)
    count = unname(person, asked, ["subject", "reason"])
    ContactPerson.objects.filter(pk=person.id).update(
        name=ERASED, phone="", title="", is_active=False, is_main=False
    )
    told = [
        Removed(gettext_noop("联系人的姓名、电话、职务"), 1),
        Removed(gettext_noop("联系企业的记录里的姓名和电话"), count),
    ]
    return [one for one in told if one.count]


def unname(person: Person, rows: QuerySet[Any], fields: Sequence[str]) -> int:
    """Take a contact's name and number out of texts that others wrote; returns how many rows.

    `rows` are those about his enterprise: elsewhere the same name is somebody else's. The texts
    stay, with a word where he was named. Before the register, which takes the name away: who
    registers an eraser that calls this names it before `registry`.
    """
    meant = _said_of(person)
    if not meant:
        return 0
    named = Q()
    told: dict[str, Any] = {}
    for field in fields:
        text: Any = F(field)
        for one in reversed(meant):
            named |= Q(**{f"{field}__contains": one})
            text = Replace(text, Value(one), Value(ERASED))
        most = rows.model._meta.get_field(field).max_length
        told[field] = Left(text, most) if most else text
    return rows.filter(named).update(**told)


def forget(person: Person, kinds: Sequence[str]) -> int:
    """Delete what stands beside his enterprise's events of these kinds and names him.

    The chain keeps the salted hash. Before the register too. Returns how many values.
    """
    named = Q()
    for one in _said_of(person):
        named |= Q(value__contains=one)
    if not named:
        return 0
    beside = JournalPersonal.objects.filter(
        named, event__enterprise_id=person.enterprise_id, event__kind__in=kinds
    )
    count, _by_table = JournalPersonal.objects.filter(
        pk__in=list(beside.values_list("pk", flat=True))
    ).delete()
    return count


def _said_of(person: Person) -> list[str]:
    """How texts name a contact: by name, by number as it was typed, by its digits."""
    row = ContactPerson.objects.filter(pk=person.id).first() if person.kind == CONTACT else None
    if row is None:
        return []
    digits = "".join(sign for sign in row.phone if sign.isdigit())
    return sorted({one for one in (row.name, row.phone, digits) if len(one) > 1} - {ERASED})


def _enterprises(ids: Sequence[int]) -> Mapping[int, str]:
    return dict(Enterprise.objects.filter(pk__in=ids).values_list("pk", "short_name"))


def _contacts(ids: Sequence[int]) -> Mapping[int, str]:
    people = ContactPerson.objects.select_related("enterprise").filter(pk__in=ids)
    return {row.pk: _shown(row) for row in people}
