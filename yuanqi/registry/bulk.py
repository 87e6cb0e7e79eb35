"""Enterprises with their people and links, many at a time: the acts of the operations in bulk."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from yuanqi.domain import uscc
from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.bulk import Bulk
from yuanqi.foundation.models import Account
from yuanqi.organisation.models import Officer

from . import acts
from .models import ContactPerson, LinkRole


@dataclass(frozen=True, slots=True)
class NewContact:
    name: str
    phone: str
    title: str = ""
    username: str | None = None


@dataclass(frozen=True, slots=True)
class NewEnterprise:
    """An enterprise with its people, the main contact first, and its linked officers."""

    uscc: str
    name: str
    short_name: str
    name_en: str
    industry: str
    is_industrial: bool
    address: str
    registered_on: date | None
    people: Sequence[NewContact]
    officer: str | None = None  # username of the linked officer
    linked_on: date | None = None
    second: str | None = None  # username of the officer who is second, from the same day on


def load(
    wanted: Iterable[NewEnterprise],
    *,
    accounts: Mapping[str, Account],
    officers: Mapping[str, Officer],
    bulk: Bulk,
    actor: Actor,
    at: datetime,
) -> list[ContactPerson]:
    """Write enterprises; return their people. Accounts and officers are found by username.

    Raises UsccError for a code that can't be right.
    """
    told: dict[str, Any] = {"actor": actor, "at": at}
    people: list[ContactPerson] = []
    for firm in wanted:
        enterprise = acts.enterprise(
            bulk,
            uscc=uscc.check(firm.uscc),
            name=firm.name,
            short_name=firm.short_name,
            name_en=firm.name_en,
            industry=firm.industry,
            is_industrial=firm.is_industrial,
            address=firm.address,
            registered_on=firm.registered_on,
            **told,
        )
        people += [
            acts.contact(
                bulk,
                enterprise=enterprise,
                account=accounts[person.username] if person.username else None,
                name=person.name,
                phone=person.phone,
                title=person.title,
                is_main=position == 0,
                **told,
            )
            for position, person in enumerate(firm.people)
        ]
        serving = ((firm.officer, LinkRole.LEAD), (firm.second, LinkRole.SECOND))
        for username, role in serving:
            if username and firm.linked_on:
                acts.link(
                    bulk,
                    enterprise=enterprise,
                    officer=officers[username],
                    from_on=firm.linked_on,
                    role=role,
                    **told,
                )
    return people


def actor_of(contact: ContactPerson) -> Actor:
    """The contact as the one who acts: what the rows and the journal keep of an actor."""
    return Actor(
        side=Side.ENTERPRISE,
        account_id=contact.account_id,
        name=contact.name,
        unit=contact.enterprise.label,
        enterprise_id=contact.enterprise_id,
        contact_id=contact.pk,
    )
