"""Which fields of a row an act changes, as its event tells them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import ForeignKey, Model
from django.db.models.expressions import DatabaseDefault

from yuanqi.foundation.actors import Actor
from yuanqi.foundation.journal import Audience, Event, Personal
from yuanqi.foundation.writer import Writer

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Change:
    """What differs: values to write, and how the journal tells them."""

    values: dict[str, Any]
    told: dict[str, dict[str, Any]]  # before, after, personal: the fields of `events.Changed`


def change_of(row: Model, values: dict[str, Any], personal: Collection[str] = ()) -> Change | None:
    """Compare a row with what it shall hold; None when nothing differs.

    A relation is told by its key ("group_id"), a personal value beside the chain.
    """
    changed: dict[str, Any] = {}
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    hidden: dict[str, Personal] = {}
    for name, value in values.items():
        field = row._meta.get_field(name)
        told, new = name, value
        if isinstance(field, ForeignKey):
            told, new = field.attname, value.pk if isinstance(value, Model) else value
        old = getattr(row, told)
        if old == new:
            continue
        changed[name] = value
        if name in personal:
            hidden[f"{name}_before"] = Personal(str(old))
            hidden[f"{name}_after"] = Personal(str(new))
        else:
            before[told], after[told] = old, new
    if not changed:
        return None
    return Change(changed, {"before": before, "after": after, "personal": hidden})


def settled(row: M) -> M:
    """Give a new row the defaults of its columns: in bulk no insert brings them back."""
    for field in row._meta.concrete_fields:
        if isinstance(getattr(row, field.attname), DatabaseDefault):
            setattr(row, field.attname, field.db_default)
    return row


def tell(
    writer: Writer,
    event: Event,
    *,
    enterprise_id: int,
    actor: Actor,
    at: datetime,
    stream: str = "",
) -> None:
    """Record an event on the enterprise's stream (or another's): the enterprise may read it."""
    writer.record(
        event,
        stream=stream or f"enterprise:{enterprise_id}",
        audience=Audience.ENTERPRISE,
        actor=actor,
        at=at,
        enterprise_id=enterprise_id,
    )
