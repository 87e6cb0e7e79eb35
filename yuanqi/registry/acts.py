"""What operations and bulk loads do alike: rows of the registers with their events."""

from datetime import date, datetime
from typing import Any

from yuanqi.foundation.actors import Actor
from yuanqi.foundation.journal import Audience, Personal
from yuanqi.foundation.models import Account
from yuanqi.foundation.writer import Writer
from yuanqi.organisation.models import Officer

from .events import ContactAdded, EnterpriseRegistered, LinkBegun
from .models import ContactPerson, Enterprise, Link, LinkRole


def enterprise(writer: Writer, *, actor: Actor, at: datetime, **values: Any) -> Enterprise:
    row = writer.insert(Enterprise(**values))
    writer.record(
        EnterpriseRegistered(enterprise_id=row.pk, uscc=row.uscc, name=row.name),
        stream=row.stream,
        audience=Audience.ENTERPRISE,
        actor=actor,
        at=at,
        enterprise_id=row.pk,
    )
    return row


def contact(
    writer: Writer,
    *,
    enterprise: Enterprise,
    account: Account | None,
    actor: Actor,
    at: datetime,
    **values: Any,
) -> ContactPerson:
    row = writer.insert(ContactPerson(enterprise=enterprise, account=account, **values))
    writer.record(
        ContactAdded(
            enterprise_id=enterprise.pk,
            contact_id=row.pk,
            name=Personal(row.name),
            phone=Personal(row.phone),
            is_main=row.is_main,
        ),
        stream=enterprise.stream,
        audience=Audience.ENTERPRISE,
        actor=actor,
        at=at,
        enterprise_id=enterprise.pk,
    )
    return row


def link(
    writer: Writer,
    *,
    enterprise: Enterprise,
    officer: Officer,
    from_on: date,
    role: int = LinkRole.LEAD,
    actor: Actor,
    at: datetime,
) -> Link:
    row = writer.insert(Link(enterprise=enterprise, officer=officer, role=role, from_on=from_on))
    writer.record(
        LinkBegun(
            enterprise_id=enterprise.pk, officer_id=officer.pk, role=int(role), from_on=from_on
        ),
        stream=enterprise.stream,
        audience=Audience.ENTERPRISE,
        actor=actor,
        at=at,
        enterprise_id=enterprise.pk,
    )
    return row
