"""Contacts at the enterprise, and the officers linked to it."""

from datetime import date, datetime
from typing import Any

from yuanqi.foundation.actors import Actor
from yuanqi.foundation.journal import Personal
from yuanqi.foundation.models import Account
from yuanqi.foundation.writer import Writer
from yuanqi.organisation.models import Officer

from ..events import (
    ContactAdded,
    ContactChanged,
    ContactRetired,
    LinkBegun,
    LinkChanged,
    LinkEnded,
)
from ..models import ContactPerson, Enterprise, Link, LinkRole
from ._changes import change_of, tell

PERSONAL = frozenset({"name", "phone"})


def contact(
    writer: Writer,
    *,
    enterprise: Enterprise,
    actor: Actor,
    at: datetime,
    account: Account | None = None,
    **values: Any,
) -> ContactPerson:
    row = writer.insert(ContactPerson(enterprise=enterprise, account=account, **values))
    event = ContactAdded(
        enterprise_id=enterprise.pk,
        contact_id=row.pk,
        name=Personal(row.name),
        phone=Personal(row.phone),
        is_main=row.is_main,
    )
    tell(writer, event, enterprise_id=enterprise.pk, actor=actor, at=at)
    return row


def contact_change(
    writer: Writer, row: ContactPerson, *, actor: Actor, at: datetime, **values: Any
) -> bool:
    change = change_of(row, values, PERSONAL)
    if change is None:
        return False
    writer.update(row, **change.values)
    event = ContactChanged(enterprise_id=row.enterprise_id, contact_id=row.pk, **change.told)
    tell(writer, event, enterprise_id=row.enterprise_id, actor=actor, at=at)
    return True


def contact_retire(writer: Writer, row: ContactPerson, *, actor: Actor, at: datetime) -> None:
    """The person no longer speaks for the enterprise; the row stays for what he said."""
    writer.update(row, is_active=False, is_main=False)
    event = ContactRetired(enterprise_id=row.enterprise_id, contact_id=row.pk)
    tell(writer, event, enterprise_id=row.enterprise_id, actor=actor, at=at)


def link(
    writer: Writer,
    *,
    enterprise: Enterprise,
    officer: Officer,
    from_on: date,
    role: int = LinkRole.LEAD,
    until_on: date | None = None,
    actor: Actor,
    at: datetime,
) -> Link:
    row = writer.insert(
        Link(
            enterprise=enterprise, officer=officer, role=role, from_on=from_on, until_on=until_on
        )
    )  # fmt: skip
    who: dict[str, Any] = {
        "enterprise_id": enterprise.pk, "officer_id": officer.pk, "role": int(role),
    }  # fmt: skip
    tell(
        writer, LinkBegun(**who, from_on=from_on), enterprise_id=enterprise.pk, actor=actor, at=at
    )  # fmt: skip
    if until_on is not None:
        event = LinkEnded(**who, until_on=until_on)
        tell(writer, event, enterprise_id=enterprise.pk, actor=actor, at=at)
    return row


def link_end(writer: Writer, row: Link, *, until_on: date, actor: Actor, at: datetime) -> None:
    """The officer serves no longer, from that day on."""
    writer.update(row, until_on=until_on)
    event = LinkEnded(
        enterprise_id=row.enterprise_id,
        officer_id=row.officer_id,
        role=row.role,
        until_on=until_on,
    )
    tell(writer, event, enterprise_id=row.enterprise_id, actor=actor, at=at)


def link_change(writer: Writer, row: Link, *, actor: Actor, at: datetime, **values: Any) -> bool:
    """Put the days of a link right; another officer is another link."""
    change = change_of(row, values)
    if change is None:
        return False
    writer.update(row, **change.values)
    event = LinkChanged(
        enterprise_id=row.enterprise_id, link_id=row.pk, officer_id=row.officer_id, **change.told
    )
    tell(writer, event, enterprise_id=row.enterprise_id, actor=actor, at=at)
    return True
