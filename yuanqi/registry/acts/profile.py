"""What stands in an enterprise's profile: titles, investors, addresses, certificates.

A row entered by mistake is removed; the journal keeps that it stood there.
"""

from datetime import datetime
from typing import Any

from yuanqi.foundation.actors import Actor
from yuanqi.foundation.journal import Event, Personal
from yuanqi.foundation.writer import Writer

from ..events import (
    AddressAdded,
    AddressChanged,
    AddressRemoved,
    CertificateAdded,
    CertificateChanged,
    CertificateRemoved,
    InvestorAdded,
    InvestorChanged,
    InvestorRemoved,
    TitleChanged,
    TitleGranted,
    TitleRemoved,
)
from ..models import Address, Certificate, Investor, Title
from ._changes import change_of, tell

Row = Title | Investor | Address | Certificate


def title(writer: Writer, *, actor: Actor, at: datetime, **values: Any) -> Title:
    row = writer.insert(Title(**values))
    event = TitleGranted(
        enterprise_id=row.enterprise_id,
        title_id=row.pk,
        name=row.name,
        level=row.level,
        granted_on=row.granted_on,
        valid_until=row.valid_until,
    )
    return _told(writer, row, event, actor, at)


def title_change(writer: Writer, row: Title, *, actor: Actor, at: datetime, **values: Any) -> bool:
    told = _changed(writer, row, values)
    if told is None:
        return False
    event = TitleChanged(
        enterprise_id=row.enterprise_id, title_id=row.pk, name=row.name, **told
    )  # fmt: skip
    _told(writer, row, event, actor, at)
    return True


def title_remove(writer: Writer, row: Title, *, actor: Actor, at: datetime) -> None:
    event = TitleRemoved(enterprise_id=row.enterprise_id, title_id=row.pk, name=row.name)
    _told(writer, row, event, actor, at)
    row.delete()


def investor(writer: Writer, *, actor: Actor, at: datetime, **values: Any) -> Investor:
    row = writer.insert(Investor(**values))
    is_person = row.kind == Investor.Kind.PERSON
    event = InvestorAdded(
        enterprise_id=row.enterprise_id,
        investor_id=row.pk,
        name="" if is_person else row.name,
        person=Personal(row.name) if is_person else None,
        country=row.country,
        share=row.share,
    )
    return _told(writer, row, event, actor, at)


def investor_change(
    writer: Writer, row: Investor, *, actor: Actor, at: datetime, **values: Any
) -> bool:
    kinds = {row.kind, values.get("kind", row.kind)}
    told = _changed(writer, row, values, {"name"} if Investor.Kind.PERSON in kinds else set())
    if told is None:
        return False
    event = InvestorChanged(enterprise_id=row.enterprise_id, investor_id=row.pk, **told)
    _told(writer, row, event, actor, at)
    return True


def investor_remove(writer: Writer, row: Investor, *, actor: Actor, at: datetime) -> None:
    event = InvestorRemoved(enterprise_id=row.enterprise_id, investor_id=row.pk)
    _told(writer, row, event, actor, at)
    row.delete()


def address(writer: Writer, *, actor: Actor, at: datetime, **values: Any) -> Address:
    row = writer.insert(Address(**values))
    event = AddressAdded(
        enterprise_id=row.enterprise_id,
        address_id=row.pk,
        place=row.kind,
        text=row.text,
        area_id=row.area_id,
    )
    return _told(writer, row, event, actor, at)


def address_change(
    writer: Writer, row: Address, *, actor: Actor, at: datetime, **values: Any
) -> bool:
    told = _changed(writer, row, values)
    if told is None:
        return False
    event = AddressChanged(
        enterprise_id=row.enterprise_id, address_id=row.pk, text=row.text, **told
    )  # fmt: skip
    _told(writer, row, event, actor, at)
    return True


def address_remove(writer: Writer, row: Address, *, actor: Actor, at: datetime) -> None:
    event = AddressRemoved(enterprise_id=row.enterprise_id, address_id=row.pk, text=row.text)
    _told(writer, row, event, actor, at)
    row.delete()


def certificate(writer: Writer, *, actor: Actor, at: datetime, **values: Any) -> Certificate:
    row = writer.insert(Certificate(**values))
    event = CertificateAdded(
        enterprise_id=row.enterprise_id,
        certificate_id=row.pk,
        name=row.name,
        number=row.number,
        valid_until=row.valid_until,
        sha256=row.file.sha256 if row.file else "",
    )
    return _told(writer, row, event, actor, at)


def certificate_change(
    writer: Writer, row: Certificate, *, actor: Actor, at: datetime, **values: Any
) -> bool:
    told = _changed(writer, row, values)
    if told is None:
        return False
    event = CertificateChanged(
        enterprise_id=row.enterprise_id, certificate_id=row.pk, name=row.name, **told
    )
    _told(writer, row, event, actor, at)
    return True


def certificate_remove(writer: Writer, row: Certificate, *, actor: Actor, at: datetime) -> None:
    event = CertificateRemoved(
        enterprise_id=row.enterprise_id, certificate_id=row.pk, name=row.name
    )
    _told(writer, row, event, actor, at)
    row.delete()


def _changed(
    writer: Writer, row: Row, values: dict[str, Any], personal: set[str] | None = None
) -> dict[str, Any] | None:
    change = change_of(row, values, personal or set())
    if change is None:
        return None
    writer.update(row, **change.values)
    return dict(change.told)


def _told(writer: Writer, row: Any, event: Event, actor: Actor, at: datetime) -> Any:
    tell(writer, event, enterprise_id=row.enterprise_id, actor=actor, at=at)
    return row
