"""Enterprises, their groups, the zone's areas."""

from datetime import datetime
from typing import Any

from yuanqi.foundation.actors import Actor
from yuanqi.foundation.journal import Audience
from yuanqi.foundation.writer import Writer

from ..events import (
    AreaChanged,
    AreaCreated,
    EnterpriseChanged,
    EnterpriseMerged,
    EnterpriseRegistered,
    GroupChanged,
    GroupCreated,
)
from ..models import Area, Enterprise, EnterpriseGroup
from ._changes import change_of, settled, tell

PERSONAL = frozenset({"legal_person"})


def enterprise(writer: Writer, *, actor: Actor, at: datetime, **values: Any) -> Enterprise:
    row = writer.insert(settled(Enterprise(**values)))
    tell(
        writer,
        EnterpriseRegistered(enterprise_id=row.pk, uscc=row.uscc, name=row.name),
        enterprise_id=row.pk,
        actor=actor,
        at=at,
    )
    return row


def enterprise_change(
    writer: Writer, row: Enterprise, *, actor: Actor, at: datetime, **values: Any
) -> bool:
    """Set these fields; return whether any differed."""
    change = change_of(row, values, PERSONAL)
    if change is None:
        return False
    writer.update(row, **change.values)
    event = EnterpriseChanged(enterprise_id=row.pk, **change.told)
    tell(writer, event, enterprise_id=row.pk, actor=actor, at=at)
    return True


def enterprise_merge(
    writer: Writer, row: Enterprise, *, into: Enterprise, actor: Actor, at: datetime
) -> None:
    """Mark the row as a second one of `into`: no list shows it any more.

    What hangs on it is moved by who merges; both streams tell it.
    """
    writer.update(row, merged_into=into)
    event = EnterpriseMerged(enterprise_id=row.pk, into_id=into.pk)
    for one in (row, into):
        tell(writer, event, enterprise_id=into.pk, stream=one.stream, actor=actor, at=at)


def group(writer: Writer, *, actor: Actor, at: datetime, **values: Any) -> EnterpriseGroup:
    row = writer.insert(EnterpriseGroup(**values))
    writer.record(
        GroupCreated(group_id=row.pk, name=row.name, head_id=row.head_id),
        stream=f"group:{row.pk}",
        audience=Audience.STAFF,
        actor=actor,
        at=at,
    )
    return row


def group_change(
    writer: Writer, row: EnterpriseGroup, *, actor: Actor, at: datetime, **values: Any
) -> bool:
    change = change_of(row, values)
    if change is None:
        return False
    writer.update(row, **change.values)
    writer.record(
        GroupChanged(group_id=row.pk, before=change.told["before"], after=change.told["after"]),
        stream=f"group:{row.pk}",
        audience=Audience.STAFF,
        actor=actor,
        at=at,
    )
    return True


def area(writer: Writer, *, actor: Actor, at: datetime, **values: Any) -> Area:
    row = writer.insert(Area(**values))
    writer.record(
        AreaCreated(area_id=row.pk, code=row.code, name=row.name),
        stream=f"area:{row.pk}",
        audience=Audience.STAFF,
        actor=actor,
        at=at,
    )
    return row


def area_change(writer: Writer, row: Area, *, actor: Actor, at: datetime, **values: Any) -> bool:
    change = change_of(row, values)
    if change is None:
        return False
    writer.update(row, **change.values)
    writer.record(
        AreaChanged(area_id=row.pk, before=change.told["before"], after=change.told["after"]),
        stream=f"area:{row.pk}",
        audience=Audience.STAFF,
        actor=actor,
        at=at,
    )
    return True
