"""Monthly indicators: stated, put right, confirmed, sent back. One event a month and source."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from yuanqi.foundation.actors import Actor
from yuanqi.foundation.writer import Writer

from ..events import (
    IndicatorsChanged,
    IndicatorsConfirmed,
    IndicatorsReturned,
    IndicatorsStated,
)
from ..models import Enterprise, Indicator, IndicatorSource
from ._changes import tell


def indicators(
    writer: Writer,
    *,
    enterprise: Enterprise,
    month: date,
    figures: Mapping[str, Decimal],
    source: str,
    actor: Actor,
    at: datetime,
) -> list[Indicator]:
    """State the figures of one month, by the code of their measure."""
    rows = [
        writer.insert(
            Indicator(
                enterprise=enterprise,
                month=month,
                code=code,
                source=source,
                value=value,
                stated_by_id=actor.account_id,
                stated_at=at,
            )
        )
        for code, value in figures.items()
    ]
    event = IndicatorsStated(
        enterprise_id=enterprise.pk, month=month, source=source, figures=figures
    )
    tell(writer, event, enterprise_id=enterprise.pk, actor=actor, at=at)
    return rows


def indicator(
    writer: Writer,
    *,
    enterprise: Enterprise,
    month: date,
    code: str,
    value: Decimal,
    source: str = IndicatorSource.IMPORT,
    actor: Actor,
    at: datetime,
) -> Indicator:
    """State one figure."""
    return indicators(
        writer,
        enterprise=enterprise,
        month=month,
        figures={code: value},
        source=source,
        actor=actor,
        at=at,
    )[0]


def indicator_change(
    writer: Writer, row: Indicator, *, value: Decimal, actor: Actor, at: datetime
) -> bool:
    return indicators_change(writer, [row], {row.code: value}, actor=actor, at=at)


def indicators_change(
    writer: Writer,
    rows: Sequence[Indicator],
    figures: Mapping[str, Decimal],
    *,
    actor: Actor,
    at: datetime,
) -> bool:
    """Put figures of one month and source right; what was confirmed must be confirmed again."""
    differing = [
        row
        for row in rows
        if row.code in figures and (figures[row.code] != row.value or row.returned_at)
    ]
    if not differing:
        return False
    before = {row.code: row.value for row in differing}
    for row in differing:
        writer.update(
            row,
            value=figures[row.code],
            stated_by_id=actor.account_id,
            stated_at=at,
            confirmed_by_id=None,
            confirmed_at=None,
            returned_at=None,
            return_reason="",
        )
    first = differing[0]
    event = IndicatorsChanged(
        enterprise_id=first.enterprise_id,
        month=first.month,
        source=first.source,
        before=before,
        after={row.code: row.value for row in differing},
    )
    tell(writer, event, enterprise_id=first.enterprise_id, actor=actor, at=at)
    return True


def indicators_confirm(
    writer: Writer, rows: Sequence[Indicator], *, actor: Actor, at: datetime
) -> None:
    """Confirm figures of one month and source; of several sources the confirmed one counts."""
    for row in rows:
        writer.update(row, confirmed_by_id=actor.account_id, confirmed_at=at, returned_at=None)
    first = rows[0]
    event = IndicatorsConfirmed(
        enterprise_id=first.enterprise_id,
        month=first.month,
        source=first.source,
        codes=tuple(row.code for row in rows),
    )
    tell(writer, event, enterprise_id=first.enterprise_id, actor=actor, at=at)


def indicators_return(
    writer: Writer, rows: Sequence[Indicator], *, reason: str, actor: Actor, at: datetime
) -> None:
    """Send figures of one month and source back to who stated them."""
    for row in rows:
        writer.update(
            row, returned_at=at, return_reason=reason, confirmed_by_id=None, confirmed_at=None
        )
    first = rows[0]
    event = IndicatorsReturned(
        enterprise_id=first.enterprise_id,
        month=first.month,
        source=first.source,
        codes=tuple(row.code for row in rows),
        reason=reason,
    )
    tell(writer, event, enterprise_id=first.enterprise_id, actor=actor, at=at)
