"""Targets of the zone and of enterprises, set by bureaus and the centre."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from yuanqi.foundation import journal
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible
from yuanqi.foundation.writer import DIRECT
from yuanqi.registry.indicators import MEASURES
from yuanqi.registry.seen import ChangedMeanwhile, text_of

from .. import acts
from ..acts import Period, field_of
from ..models import Span, stream_of
from ..queries import may_set_targets, subject, targets_of, watches
from ..target_sheets import TargetRow

_LARGEST = Decimal(10) ** 12
YEARS = (2000, 2100)


@transaction.atomic
def targets_set(
    *,
    enterprise_id: int | None,
    code: str,
    year: int,
    values: Mapping[Period, Decimal | None],
    seen: Mapping[str, str] | None = None,
    actor: Actor,
    at: datetime,
) -> bool:
    """Set targets of a measure for a year and its months, of an enterprise or the zone (None).

    None takes a target away. False if all stood so. `seen` is what the form was shown with, by
    `field_of`. Raises NotVisible, NotAllowed, Invalid; ChangedMeanwhile if somebody was faster.
    """
    if not watches(actor):
        raise NotVisible
    enterprise = subject(enterprise_id, actor)
    if not may_set_targets(actor):
        raise NotAllowed(_("目标由业务部门和服务中心下达。"))
    _check(code, year, values)
    journal.lock(stream_of(enterprise_id))
    if enterprise is not None:
        enterprise.refresh_from_db()
        if enterprise.merged_into_id is not None:
            raise Conflict(_("这家企业已经并入另一条档案，请到那里修改。"))
    standing = {(row.span, row.starts_on): row for row in targets_of(enterprise_id, code, year)}
    if seen is not None:
        now = {field_of(key): text_of(row.value) for key, row in standing.items()}
        differing = {
            name: (was, now.get(name, "")) for name, was in seen.items()
            if was != now.get(name, "")
        }  # fmt: skip
        if differing:
            raise ChangedMeanwhile(differing)
    return acts.targets_set(
        DIRECT,
        enterprise=enterprise,
        code=code,
        year=year,
        values=values,
        standing=standing,
        actor=actor,
        at=at,
    )


@transaction.atomic
def targets_import(
    *, rows: Sequence[TargetRow], seen: Sequence[Mapping[str, str]], actor: Actor, at: datetime
) -> int:
    """Set the targets of a sheet, all of them or none; returns how many rows changed something.

    `seen` is what stood in each row's fields when the sheet was shown. Raises NotVisible,
    NotAllowed, Invalid; ChangedMeanwhile if somebody was faster with one of them.
    """
    if not watches(actor):
        raise NotVisible
    if not may_set_targets(actor):
        raise NotAllowed(_("目标由业务部门和服务中心下达。"))
    journal.lock(*{stream_of(row.enterprise_id) for row in rows})
    return sum(
        targets_set(
            enterprise_id=row.enterprise_id, code=row.code, year=row.year, values=row.periods,
            seen=known, actor=actor, at=at,
        )
        for row, known in zip(rows, seen, strict=True)
    )  # fmt: skip


def _check(code: str, year: int, values: Mapping[Period, Decimal | None]) -> None:
    if code not in MEASURES:
        raise Invalid(_("没有这个指标。"), "measure")
    if not YEARS[0] <= year <= YEARS[1]:
        raise Invalid(_("年份不对。"), "year")
    for (span, starts_on), value in values.items():
        field = field_of((span, starts_on))
        fits = starts_on == date(year, 1, 1) if span == Span.YEAR else starts_on.day == 1
        if span not in Span.values or starts_on.year != year or not fits:
            raise Invalid(_("月份不对。"), field)
        if value is None:
            continue
        if not value.is_finite() or value < 0 or value >= _LARGEST:
            raise Invalid(_("数值不对，请核对单位。"), field)
        if value != round(value, 0 if MEASURES[code].is_whole else 2):
            raise Invalid(_("数值不对，请核对单位。"), field)
