"""What operations of key indicators do once they are allowed. One event each."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from yuanqi.foundation.actors import Actor
from yuanqi.foundation.journal import Audience, Event
from yuanqi.foundation.writer import Writer
from yuanqi.registry.contacting.acts import contact_record
from yuanqi.registry.models import ContactKind, Enterprise

from . import events
from .models import Filing, FilingState, Forecast, Round, Span, Target, stream_of
from .oddities import Oddity


def _tell(
    writer: Writer, event: Event, enterprise_id: int, audience: Audience, actor: Actor, at: datetime
) -> None:
    writer.record(
        event,
        stream=stream_of(enterprise_id),
        audience=audience,
        actor=actor,
        at=at,
        enterprise_id=enterprise_id,
    )


def round_open(
    writer: Writer,
    *,
    month: date,
    measures: Sequence[str],
    forecast: str,
    forecast_months: int,
    due_on: date,
    whom: str,
    enterprises: Sequence[Enterprise],
    actor: Actor,
    at: datetime,
) -> tuple[Round, list[Filing]]:
    """Open a month's round, and ask each of these enterprises."""
    row = writer.insert(
        Round(
            month=month,
            measures=list(measures),
            forecast=forecast,
            forecast_months=forecast_months,
            opened_at=at,
            due_on=due_on,
        )
    )
    writer.record(
        events.RoundOpened(
            month=month,
            measures=list(measures),
            forecast=forecast,
            forecast_months=forecast_months,
            whom=whom,
            due_on=due_on,
            count=len(enterprises),
        ),
        stream=row.stream,
        audience=Audience.STAFF,
        actor=actor,
        at=at,
    )
    filings = []
    for enterprise in enterprises:
        filing = writer.insert(Filing(round=row, enterprise=enterprise))
        event = events.FilingOpened(
            enterprise_id=enterprise.pk, filing_id=filing.pk, month=month, due_on=due_on
        )
        _tell(writer, event, enterprise.pk, Audience.ENTERPRISE, actor, at)
        contact_record(
            writer, enterprise=enterprise, kind=ContactKind.FORM,
            subject=_("%(month)s 月度指标") % {"month": f"{month:%Y-%m}"}, is_told=False,
            actor=actor, at=at,
        )  # fmt: skip
        filings.append(filing)
    return row, filings


def filing_draft(
    writer: Writer, filing: Filing, *, draft: Mapping[str, str], actor: Actor, at: datetime
) -> None:
    """Keep what was typed, as it was typed."""
    writer.update(
        filing,
        draft=dict(draft),
        draft_by_id=actor.account_id,
        draft_at=at,
        version=filing.version + 1,
    )
    event = events.FilingDrafted(fields=sorted(draft), **_whose(filing))
    _tell(writer, event, filing.enterprise_id, Audience.AUDIT, actor, at)


def filing_send(
    writer: Writer,
    filing: Filing,
    *,
    source: str,
    oddities: Sequence[Oddity],
    actor: Actor,
    at: datetime,
) -> None:
    """Sent: ordinary figures wait for the normal confirmation, odd ones for a word on them."""
    told = [one.plain() for one in oddities]
    writer.update(
        filing,
        state=FilingState.ODD if oddities else FilingState.SENT,
        version=filing.version + 1,
        draft={},
        draft_by_id=None,
        draft_at=None,
        source=source,
        sent_by_id=actor.account_id,
        sent_at=at,
        oddities=told,
    )
    event = events.FilingSent(source=source, oddities=told, **_whose(filing))
    _tell(writer, event, filing.enterprise_id, Audience.ENTERPRISE, actor, at)


def filing_accept(writer: Writer, filing: Filing, *, actor: Actor, at: datetime) -> None:
    writer.update(
        filing,
        state=FilingState.ACCEPTED,
        version=filing.version + 1,
        question="",
        judged_by_id=actor.account_id,
        judged_at=at,
        # what a department stated and confirmed itself, nobody has sent
        sent_at=filing.sent_at or at,
    )
    event = events.FilingAccepted(**_whose(filing))
    _tell(writer, event, filing.enterprise_id, Audience.ENTERPRISE, actor, at)


def filing_ask_back(
    writer: Writer, filing: Filing, *, question: str, actor: Actor, at: datetime
) -> None:
    """Open the form again with a question."""
    writer.update(
        filing,
        state=FilingState.ASKED,
        version=filing.version + 1,
        question=question,
        judged_by_id=actor.account_id,
        judged_at=at,
    )
    event = events.FilingAskedBack(question=question, **_whose(filing))
    _tell(writer, event, filing.enterprise_id, Audience.ENTERPRISE, actor, at)


def filing_remind(
    writer: Writer,
    filing: Filing,
    *,
    step: int,
    to_contacts: bool,
    to_officer: bool,
    actor: Actor,
    at: datetime,
) -> None:
    """Remind of a return; `step` is the sweep's, nought for somebody's own word."""
    writer.update(filing, reminded_step=max(filing.reminded_step, step), reminded_at=at)
    event = events.FilingReminded(
        step=step,
        due_on=filing.round.due_on,
        to_contacts=to_contacts,
        to_officer=to_officer,
        **_whose(filing),
    )
    _tell(writer, event, filing.enterprise_id, Audience.ENTERPRISE, actor, at)


def _whose(filing: Filing) -> dict[str, Any]:
    return {
        "enterprise_id": filing.enterprise_id,
        "filing_id": filing.pk,
        "month": filing.round.month,
    }


def forecasts_state(
    writer: Writer,
    *,
    enterprise: Enterprise,
    code: str,
    values: Mapping[date, Decimal],
    standing: Mapping[date, Forecast],
    actor: Actor,
    at: datetime,
) -> bool:
    """State what is expected of coming months; `standing` are the rows there are of them."""
    before: dict[str, Decimal] = {}
    after: dict[str, Decimal] = {}
    for month, value in sorted(values.items()):
        row = standing.get(month)
        if row is not None and row.value == value:
            continue
        key = f"m{month:%Y_%m}"
        after[key] = value
        told = {"value": value, "stated_by_id": actor.account_id, "stated_at": at}
        if row is None:
            writer.insert(Forecast(enterprise=enterprise, month=month, code=code, **told))
        else:
            before[key] = row.value
            writer.update(row, **told)
    if not after:
        return False
    event = events.ForecastsStated(
        enterprise_id=enterprise.pk, code=code, before=before, after=after
    )
    _tell(writer, event, enterprise.pk, Audience.ENTERPRISE, actor, at)
    return True


Period = tuple[str, date]  # a span and the day on which it begins


def field_of(period: Period) -> str:
    """A target's name in forms and in its event: y2026, m2026_10."""
    span, starts_on = period
    return f"y{starts_on:%Y}" if span == Span.YEAR else f"m{starts_on:%Y_%m}"


def periods_of(year: int) -> list[Period]:
    """The year itself, then its months."""
    months = [(str(Span.MONTH.value), date(year, month, 1)) for month in range(1, 13)]
    return [(str(Span.YEAR.value), date(year, 1, 1)), *months]


def targets_set(
    writer: Writer,
    *,
    enterprise: Enterprise | None,
    code: str,
    year: int,
    values: Mapping[Period, Decimal | None],
    standing: Mapping[Period, Target],
    actor: Actor,
    at: datetime,
) -> bool:
    """Set a year's targets, take away those that are None; False if all stood so already."""
    before: dict[str, Decimal | None] = {}
    after: dict[str, Decimal | None] = {}
    for period, value in sorted(values.items()):
        span, starts_on = period
        row = standing.get(period)
        if (row.value if row else None) == value:
            continue
        key = field_of(period)
        before[key], after[key] = (row.value if row else None), value
        told = {"value": value, "set_by_id": actor.account_id, "set_at": at}
        if row is None:
            writer.insert(
                Target(enterprise=enterprise, code=code, span=span, starts_on=starts_on, **told)
            )
        elif value is None:
            row.delete()
        else:
            writer.update(row, **told)
    if not after:
        return False
    enterprise_id = enterprise.pk if enterprise else None
    writer.record(
        events.TargetsSet(
            enterprise_id=enterprise_id, code=code, year=year, before=before, after=after
        ),
        stream=stream_of(enterprise_id),
        audience=Audience.ENTERPRISE if enterprise else Audience.STAFF,
        actor=actor,
        at=at,
        enterprise_id=enterprise_id,
    )
    return True
