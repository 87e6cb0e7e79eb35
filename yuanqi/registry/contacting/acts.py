"""Contacts: recorded, merged. One event each."""

from collections.abc import Sequence
from datetime import datetime

from yuanqi.foundation.actors import Actor
from yuanqi.foundation.digests import sha256_of
from yuanqi.foundation.journal import Audience
from yuanqi.foundation.writer import Writer
from yuanqi.organisation.models import Department, Officer

from ..models import Contact, ContactKind, Enterprise
from .events import ContactMade, ContactsMerged

LONGEST = 200


def contact_record(
    writer: Writer,
    *,
    enterprise: Enterprise,
    kind: ContactKind,
    subject: str,
    department: Department | None = None,
    officer: Officer | None = None,
    asks: str = "",
    merged_into: Contact | None = None,
    reason: str = "",
    is_told: bool = True,
    actor: Actor,
    at: datetime,
) -> Contact:
    """Record that the park came to an enterprise.

    With `is_told` False another event of the caller's tells of it already (a round of forms).
    """
    row = writer.insert(
        Contact(
            enterprise=enterprise, kind=kind, at=at, department=department, officer=officer,
            subject=subject.strip()[:LONGEST], asks=asks, merged_into=merged_into,
            reason=reason.strip()[:LONGEST], recorded_by_id=actor.account_id,
        )
    )  # fmt: skip
    if is_told:
        event = ContactMade(
            enterprise_id=enterprise.pk,
            row_id=row.pk,
            of_kind=kind,
            department_id=department.pk if department else None,
            officer_id=officer.pk if officer else None,
            subject_sha256=sha256_of(row.subject),
            asks=asks,
            merged_into=merged_into.pk if merged_into else None,
            reason_sha256=sha256_of(row.reason) if row.reason else "",
        )
        writer.record(
            event, stream=enterprise.stream, audience=Audience.ENTERPRISE, actor=actor, at=at,
            enterprise_id=enterprise.pk,
        )  # fmt: skip
    return row


def contacts_merge(
    writer: Writer, into: Contact, rows: Sequence[Contact], *, actor: Actor, at: datetime
) -> None:
    """Count these as done by that one."""
    for row in rows:
        writer.update(row, merged_into=into)
    writer.record(
        ContactsMerged(
            enterprise_id=into.enterprise_id, row_id=into.pk, merged=[row.pk for row in rows]
        ),
        stream=into.enterprise.stream, audience=Audience.ENTERPRISE, actor=actor, at=at,
        enterprise_id=into.enterprise_id,
    )  # fmt: skip
