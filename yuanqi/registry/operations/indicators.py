"""Monthly indicators: an enterprise or a department states them, a department confirms."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.foundation import journal
from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed
from yuanqi.foundation.writer import DIRECT

from .. import acts
from ..indicators import MEASURES, month_of
from ..models import Enterprise, Indicator, IndicatorSource
from ..queries import enterprise_visible
from ..rights import Part, may_confirm
from ..seen import ChangedMeanwhile, text_of
from .enterprises import locked

_LARGEST = Decimal(10) ** 12


def source_of(actor: Actor) -> IndicatorSource:
    """From whom a figure comes when this actor states it."""
    if actor.side is Side.ENTERPRISE:
        return IndicatorSource.ENTERPRISE
    return IndicatorSource.DEPARTMENT


@transaction.atomic
def indicators_state(
    *,
    enterprise_id: int,
    month: date,
    figures: Mapping[str, Decimal],
    seen: Mapping[str, str] | None = None,
    actor: Actor,
    at: datetime,
) -> None:
    """State figures of one month, or put right what was stated before and isn't confirmed.

    Raises NotVisible, NotAllowed; Invalid for an unknown measure, a figure that can't be, a month
    not begun; Conflict if one that differs is confirmed, ChangedMeanwhile if somebody was faster.
    """
    enterprise = locked(enterprise_id, Part.INDICATORS, actor)
    _check(month, figures, at)
    source = source_of(actor)
    rows = {row.code: row for row in _rows(enterprise, month, source)}
    _require_as_seen(rows, seen)
    differing = {code: value for code, value in figures.items() if _differs(rows.get(code), value)}
    confirmed = [code for code in differing if code in rows and rows[code].confirmed_at]
    if confirmed:
        raise Conflict(
            _("“%(label)s”已经确认，要改请先联系确认的部门退回。")
            % {"label": MEASURES[confirmed[0]].label}
        )
    told = {"actor": actor, "at": at}
    new = {code: value for code, value in differing.items() if code not in rows}
    if new:
        acts.indicators(
            DIRECT, enterprise=enterprise, month=month, figures=new, source=source, **told
        )
    old = [rows[code] for code in differing if code in rows]
    acts.indicators_change(DIRECT, old, differing, **told)


def _check(month: date, figures: Mapping[str, Decimal], at: datetime) -> None:
    if month != month_of(month) or month > timezone.localdate(at):
        raise Invalid(_("月份不对：只能填报已经开始的月份。"), "month")
    for code, value in figures.items():
        measure = MEASURES.get(code)
        if measure is None:
            raise Invalid(_("没有这个指标。"), code)
        if not value.is_finite() or abs(value) >= _LARGEST or (value < 0 and not measure.is_signed):
            raise Invalid(_("数值不对，请核对单位。"), code)
        if measure.is_whole and value != value.to_integral_value():
            raise Invalid(_("请填整数。"), code)


def _require_as_seen(rows: Mapping[str, Indicator], seen: Mapping[str, str] | None) -> None:
    if seen is None:
        return
    now = {code: text_of(rows[code].value) if code in rows else "" for code in seen}
    differing = {code: (seen[code], now[code]) for code in seen if seen[code] != now[code]}
    if differing:
        raise ChangedMeanwhile(differing)


def _differs(row: Indicator | None, value: Decimal) -> bool:
    # what was sent back may be said again, and waits again
    return row is None or row.value != value or row.returned_at is not None


def _rows(enterprise: Enterprise, month: date, source: str) -> list[Indicator]:
    found = Indicator.objects.filter(enterprise=enterprise, month=month, source=source)
    return list(found.order_by("pk"))


def _judged(enterprise_id: int, month: date, source: str, actor: Actor) -> list[Indicator]:
    """Return the figures of a month that wait for a department's word."""
    enterprise = enterprise_visible(enterprise_id, actor)
    if not may_confirm(actor):
        raise NotAllowed(_("月度指标由部门或服务中心确认。"))
    journal.lock(enterprise.stream)
    rows = _rows(enterprise, month, source)
    waiting = [row for row in rows if not row.confirmed_at and not row.returned_at]
    if not waiting:
        raise Conflict(_("这个月没有等待确认的指标，可能别人刚确认过。"))
    own = actor.account_id
    if own is not None and any(row.stated_by_id == own for row in waiting):
        raise NotAllowed(_("自己填报的指标要由另一位同事确认。"))
    return waiting


@transaction.atomic
def indicators_confirm(
    *, enterprise_id: int, month: date, source: str, actor: Actor, at: datetime
) -> int:
    """Confirm what waits of a month; return how many figures. Those of another source yield.

    Raises NotVisible, NotAllowed also for one's own figures; Conflict if nothing waits, or if
    another source's figure of that month is confirmed.
    """
    rows = _judged(enterprise_id, month, source, actor)
    taken = (
        Indicator.objects.filter(
            enterprise=enterprise_id,
            month=month,
            code__in=[row.code for row in rows],
            confirmed_at__isnull=False,
        )
        .order_by("code")
        .first()
    )
    if taken is not None:
        raise Conflict(
            _("“%(label)s”这个月已经确认过另一个来源的数，请先退回那一个。")
            % {"label": MEASURES[taken.code].label if taken.code in MEASURES else taken.code}
        )
    acts.indicators_confirm(DIRECT, rows, actor=actor, at=at)
    return len(rows)


@transaction.atomic
def indicators_return(
    *, enterprise_id: int, month: date, source: str, reason: str, actor: Actor, at: datetime
) -> int:
    """Send a month's figures back with a reason, those confirmed too; return how many.

    Raises NotVisible, NotAllowed, Invalid without a reason, Conflict if there are none.
    """
    enterprise = enterprise_visible(enterprise_id, actor)
    if not may_confirm(actor):
        raise NotAllowed(_("月度指标由部门或服务中心确认。"))
    if not reason.strip():
        raise Invalid(_("请写明退回的原因，让企业知道改哪里。"), "reason")
    journal.lock(enterprise.stream)
    rows = [row for row in _rows(enterprise, month, source) if not row.returned_at]
    if not rows:
        raise Conflict(_("这个月没有可以退回的指标。"))
    acts.indicators_return(DIRECT, rows, reason=reason.strip(), actor=actor, at=at)
    return len(rows)
