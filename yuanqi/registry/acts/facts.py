"""Facts: stated, said afresh, confirmed, sent back. One event each."""

from datetime import date, datetime
from typing import Any

from yuanqi.foundation.actors import Actor
from yuanqi.foundation.models import StoredFile
from yuanqi.foundation.writer import Writer

from ..fact_events import FactChanged, FactConfirmed, FactReturned, FactStated
from ..facts.fields import FactField
from ..facts.values import plain
from ..models import Enterprise, Fact, Project
from ..models.facts import COLUMN_OF, FactType
from ._changes import tell


def fact(
    writer: Writer,
    *,
    enterprise: Enterprise,
    field: FactField,
    value: Any,
    as_of: date,
    source: str,
    actor: Actor,
    at: datetime,
    project: Project | None = None,
    file: StoredFile | None = None,
    file_name: str = "",
    note: str = "",
) -> Fact:
    """State a fact: its `value` is of the field's type, a number as Decimal.

    A slice that works something out gives its own name as the source.
    """
    row = writer.insert(
        Fact(
            enterprise=enterprise,
            project=project,
            field=field.name,
            source=source,
            as_of=as_of,
            **_columns(field, value),
            stated_by_id=actor.account_id,
            stated_at=at,
            file=file,
            file_name=file_name,
            note=note,
            return_reason="",
        )
    )
    event = FactStated(**_said(row, field), sha256=file.sha256 if file else "")
    tell(writer, event, enterprise_id=enterprise.pk, actor=actor, at=at)
    return row


def fact_change(
    writer: Writer,
    row: Fact,
    *,
    field: FactField,
    value: Any,
    actor: Actor,
    at: datetime,
    file: StoredFile | None = None,
    file_name: str = "",
    note: str = "",
) -> None:
    """Say it afresh; what was confirmed must be confirmed again."""
    before = plain(row.value)
    evidence = {"file": file, "file_name": file_name} if file else {}
    writer.update(
        row,
        **_columns(field, value),
        **evidence,
        note=note,
        stated_by_id=actor.account_id,
        stated_at=at,
        confirmed_by_id=None,
        confirmed_at=None,
        returned_by_id=None,
        returned_at=None,
        return_reason="",
    )
    event = FactChanged(
        **_said(row, field), before=before, sha256=file.sha256 if file else ""
    )  # fmt: skip
    tell(writer, event, enterprise_id=row.enterprise_id, actor=actor, at=at)


def fact_confirm(
    writer: Writer, row: Fact, *, field: FactField, actor: Actor, at: datetime
) -> None:
    writer.update(row, confirmed_by_id=actor.account_id, confirmed_at=at)
    event = FactConfirmed(**_said(row, field))
    tell(writer, event, enterprise_id=row.enterprise_id, actor=actor, at=at)


def fact_return(
    writer: Writer, row: Fact, *, label: str, reason: str, actor: Actor, at: datetime
) -> None:
    writer.update(
        row,
        returned_by_id=actor.account_id,
        returned_at=at,
        return_reason=reason,
        confirmed_by_id=None,
        confirmed_at=None,
    )
    event = FactReturned(
        enterprise_id=row.enterprise_id,
        fact_id=row.pk,
        field=row.field,
        label=label,
        as_of=row.as_of,
        source=row.source,
        reason=reason,
    )
    tell(writer, event, enterprise_id=row.enterprise_id, actor=actor, at=at)


def _columns(field: FactField, value: Any) -> dict[str, Any]:
    made: dict[str, Any] = dict.fromkeys(COLUMN_OF.values())
    made[COLUMN_OF[FactType(field.type)]] = value
    return made


def _said(row: Fact, field: FactField) -> dict[str, Any]:
    return {
        "enterprise_id": row.enterprise_id,
        "fact_id": row.pk,
        "field": row.field,
        "label": field.zh,
        "value": plain(row.value),
        "unit": field.unit or "",
        "as_of": row.as_of,
        "source": row.source,
    }
