"""Key indicators of the demo park: the last rounds of returns, forecasts, targets. Fictional.

The figures are those of the profiles; here is who sent them, what was odd, what is asked now.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from yuanqi.foundation.actors import SYSTEM, Actor, Side
from yuanqi.foundation.writer import Writer
from yuanqi.monitoring import acts
from yuanqi.monitoring.asking import terms, thresholds
from yuanqi.monitoring.models import Filing, Span
from yuanqi.monitoring.oddities import Before, Oddity, found
from yuanqi.organisation.models import Officer
from yuanqi.registry.bulk import actor_of
from yuanqi.registry.indicators import months_before
from yuanqi.registry.models import (
    ContactPerson,
    Enterprise,
    Indicator,
    IndicatorSource,
    Standing,
)

from .crowd.words import drawing

ROUNDS = 2  # the newest months
SETTING = "lujin"  # of economic development, who sets targets
_REASONS = {
    "power": "两条线停产检修，电是自备电站的。",
    "revenue": "大客户一次性结清了全年的订单。",
    "tax": "上年度的税款在这个月汇算补缴。",
    "staff": "生产转到二期厂房，主体公司人员已经划转。",
}
FIRM_TARGETS = 24


def load(
    people: Sequence[ContactPerson],
    figures: Sequence[Indicator],
    *,
    officers: dict[str, Officer],
    bulk: Writer,
    now: datetime,
) -> None:
    """Open the last rounds for the industrial firms at work, as their figures stand."""
    mains = {person.enterprise_id: person for person in people if person.is_main}
    firms = [
        person.enterprise
        for person in mains.values()
        if person.enterprise.is_industrial and person.enterprise.standing == Standing.ACTIVE
    ]
    by_month: dict[tuple[int, date], list[Indicator]] = {}
    for row in figures:
        by_month.setdefault((row.enterprise_id, row.month), []).append(row)
    today = timezone.localdate(now)
    newest = months_before(today.replace(day=1), 1)
    setting = officers[SETTING]
    bureau = Actor(side=Side.PARK, account_id=setting.account_id, name=setting.name)
    for back in range(ROUNDS - 1, -1, -1):
        _round(months_before(newest, back), firms, mains, by_month, bureau, bulk, now)
    _targets(firms, by_month, newest, bureau, bulk, now)


def _round(
    month: date,
    firms: Sequence[Enterprise],
    mains: dict[int, ContactPerson],
    figures: dict[tuple[int, date], list[Indicator]],
    bureau: Actor,
    bulk: Writer,
    now: datetime,
) -> None:
    wanted = terms(month, timezone.localdate(now))
    opened_at = _at(wanted.opens_on, 9)
    if opened_at > now:
        return
    round_, filings = acts.round_open(
        bulk, month=month, measures=wanted.measures, forecast=wanted.forecast,
        forecast_months=wanted.forecast_months, due_on=wanted.due_on, whom=wanted.whom,
        enterprises=firms, actor=SYSTEM, at=opened_at,
    )  # fmt: skip
    for filing in filings:
        rows = [
            row
            for row in figures.get((filing.enterprise_id, month), [])
            if row.code in round_.measures
        ]
        _filing(filing, rows, figures, mains[filing.enterprise_id], bureau, bulk, now)


def _filing(
    filing: Filing,
    rows: Sequence[Indicator],
    figures: dict[tuple[int, date], list[Indicator]],
    contact: ContactPerson,
    bureau: Actor,
    bulk: Writer,
    now: datetime,
) -> None:
    firm, round_ = filing.enterprise, filing.round
    rng = drawing("filing", firm.uscc, f"{round_.month:%Y-%m}")
    if not rows:
        late_at = _at(round_.due_on + timedelta(days=1), 9)
        if late_at <= now:
            acts.filing_remind(
                bulk, filing, step=2, to_contacts=True, to_officer=False, actor=SYSTEM, at=late_at
            )
        return
    told: dict[str, Any] = {"actor": actor_of(contact), "at": min(rows[0].stated_at, now)}
    output = next((row.value for row in rows if row.code == "output"), None)
    if round_.forecast == "output" and output:
        ahead = months_before(round_.month, -1)
        value = (output * Decimal(rng.uniform(0.94, 1.1))).quantize(Decimal("0.1"))
        acts.forecasts_state(
            bulk, enterprise=firm, code="output", values={ahead: value}, standing={}, **told
        )
    is_sure = all(row.confirmed_at for row in rows)
    sent_back = next((row for row in rows if row.returned_at), None)
    odd = [
        replace(one, reason=_REASONS.get(one.field, "和财务核对过，数字没有错。"))
        for one in _odd(rows, figures, firm, round_.month)
    ]
    acts.filing_send(
        bulk, filing, source=IndicatorSource.ENTERPRISE, oddities=odd, **told
    )  # fmt: skip
    if is_sure:
        acts.filing_accept(bulk, filing, actor=bureau, at=max(row.confirmed_at for row in rows))
    elif sent_back is not None:
        acts.filing_ask_back(
            bulk, filing, question=sent_back.return_reason, actor=bureau, at=sent_back.returned_at
        )


def _odd(
    rows: Sequence[Indicator],
    figures: dict[tuple[int, date], list[Indicator]],
    firm: Enterprise,
    month: date,
) -> list[Oddity]:
    """What the page would have asked about, had the firm sent it there."""
    last = figures.get((firm.pk, months_before(month, 1)), [])
    return found(
        {row.code: row.value for row in rows},
        {row.code: Before(row.value, row.month) for row in last},
        thresholds(month),
        asked=[row.code for row in rows],
    )


def _targets(
    firms: Sequence[Enterprise],
    figures: dict[tuple[int, date], list[Indicator]],
    newest: date,
    bureau: Actor,
    bulk: Writer,
    now: datetime,
) -> None:
    """The zone's targets of the year, a little above what was reached; some firms' own."""
    year = newest.year
    sums: dict[tuple[date, str], Decimal] = {}
    own: dict[int, Decimal] = {}
    for (firm, month), rows in figures.items():
        for row in rows:
            if row.confirmed_at and row.code in ("output", "tax"):
                sums[month, row.code] = sums.get((month, row.code), Decimal(0)) + row.value
            if row.confirmed_at and row.code == "output" and month.year == year:
                own[firm] = own.get(firm, Decimal(0)) + row.value
    at = min(now, _at(date(year, 1, 20), 10))
    for code in ("output", "tax"):
        rng = drawing("targets", code)
        # the newest month is half confirmed only
        reached = {
            month: value for (month, one), value in sums.items() if one == code and month < newest
        }
        if not reached:
            continue
        mean = sum(reached.values(), Decimal(0)) / len(reached)
        values: dict[acts.Period, Decimal | None] = {}
        for number in range(1, 13):
            month = date(year, number, 1)
            base = reached.get(month, mean)
            near = base * Decimal(rng.uniform(0.96, 1.08))
            values[Span.MONTH, month] = Decimal(round(near, -3 if code == "output" else -2))
        months = sum((value for value in values.values() if value), Decimal(0))
        values[Span.YEAR, date(year, 1, 1)] = months
        acts.targets_set(
            bulk, enterprise=None, code=code, year=year, values=values, standing={},
            actor=bureau, at=at,
        )  # fmt: skip
    rng = drawing("targets", "firms")
    largest = sorted(firms, key=lambda firm: (-own.get(firm.pk, Decimal(0)), firm.pk))
    for firm in largest[:FIRM_TARGETS]:
        if firm.pk not in own:
            continue
        whole = Decimal(round(own[firm.pk] * Decimal(rng.uniform(1.12, 1.3)), -2))
        acts.targets_set(
            bulk, enterprise=firm, code="output", year=year,
            values={(Span.YEAR, date(year, 1, 1)): whole}, standing={}, actor=bureau, at=at,
        )  # fmt: skip


def _at(day: date, hour: int) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour, 7)))
