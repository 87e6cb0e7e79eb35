"""How a clock came to where it stands: its account as lines and as one bar.

Pure but for the active language: the clock, the calendar, who held the case, why it paused and
"now" are given. What counts comes from the domain; here it is only put together and worded.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta, tzinfo
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yuanqi.casework.models import CaseHolding
from yuanqi.domain.clock import Base, Clock, Holding, Limit, Span
from yuanqi.domain.worktime import WorkCalendar
from yuanqi.foundation import formats
from yuanqi.foundation.formats import ClockBar

Work = CaseHolding.Work
INTAKE = frozenset({Work.DISPATCH.value, Work.SIGN.value})
IN_WORKING_TIME = frozenset({Base.MINUTES, Base.WORKING_DAYS})
_NOTHING = timedelta(0)
Key = tuple[object, ...]  # what makes neighbouring spans one line


@dataclass(frozen=True, slots=True)
class Held:
    """From when on a unit held the case, and what it had to do."""

    start: datetime
    unit: str
    unit_id: int
    work: str  # CaseHolding.Work


@dataclass(frozen=True, slots=True)
class Stop:
    """A pause in words: what was waited for, on what basis, by whom."""

    start: datetime
    end: datetime | None
    title: str
    note: str

    def covers(self, at: datetime) -> bool:
        return self.start < at and (self.end is None or at <= self.end)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the account: who, from when to when, how much of it counted.

    `kind` is the colour of the bar (c1 intake, c3 and c2 the units that held most, c4 others,
    pause); `counted` is None in a pause, whose `length` is what it would have used up.
    """

    kind: str
    title: str
    start: datetime
    end: datetime | None  # None while it goes on
    counted: timedelta | None
    length: timedelta
    note: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """A clock's account: lines in order, what they sum up to, and the bar that shows them."""

    lines: tuple[Line, ...]
    used: timedelta
    left: timedelta
    day: timedelta
    bar: ClockBar


def day_of(base: str, calendar: WorkCalendar) -> timedelta:
    """The length of one day in a limit's own time: the hours worked in a day, or 24."""
    if base not in IN_WORKING_TIME:
        return timedelta(hours=24)
    return sum((_length(*span) for span in calendar.spans), _NOTHING)


def _length(opening: time, close: time) -> timedelta:
    start = timedelta(hours=opening.hour, minutes=opening.minute)
    end = timedelta(hours=close.hour, minutes=close.minute)
    return (end or timedelta(hours=24)) - start  # a span that closes at 0:00 closes at 24:00


def account_of(
    clock: Clock,
    calendar: WorkCalendar,
    now: datetime,
    *,
    held: Sequence[Held],
    stops: Sequence[Stop],
    tz: tzinfo,
) -> Account:
    """Tell a clock up to `now` (or its stop): holdings merged, pauses apart, the bar laid out.

    Intake is one line: the centre's dispatch together with the signing that followed it.
    `held` and `stops` are in order of start.
    """
    clock = replace(
        clock, holdings=tuple(Holding(one.start, str(place)) for place, one in enumerate(held))
    )
    intakes = _intakes(held)
    spans = clock.account(now, calendar)

    def key(span: Span) -> Key:
        if span.ground is not None:
            return ("pause", _stop_at(stops, span))
        if span.holder is None:
            return ("nobody",)
        one = held[int(span.holder)]
        if one.work in INTAKE:
            return ("intake", intakes[int(span.holder)])
        return (one.work, one.unit_id)

    running = clock.stopped_at is None or clock.stopped_at > now
    last_end = spans[-1].end if spans else None
    drafts: list[tuple[Key, list[Span]]] = [
        (found, list(group)) for found, group in groupby(spans, key=key)
    ]
    kinds = _kinds(drafts)
    lines = []
    for found, group in drafts:
        start, end = group[0].start, group[-1].end
        goes_on = running and end == last_end
        if found[0] == "pause":
            stop = found[1]
            length = calendar.between(start, end) if _works(clock) else end - start
            lines.append(
                Line(
                    kind="pause",
                    title=_("暂停：%(reason)s")
                    % {"reason": stop.title if isinstance(stop, Stop) else ""},
                    start=start,
                    end=None if goes_on else end,
                    counted=None,
                    length=length,
                    note=stop.note if isinstance(stop, Stop) else "",
                )
            )
            continue
        counted = sum((span.counted for span in group), _NOTHING)
        lines.append(
            Line(
                kind=kinds[found],
                title=_title(found, group, held, intakes, goes_on=goes_on),
                start=start,
                end=None if goes_on else end,
                counted=counted,
                length=counted,
            )
        )
    used = sum((line.counted for line in lines if line.counted is not None), _NOTHING)
    left = clock.left(now, calendar)
    day = day_of(clock.limit.base, calendar)
    return Account(
        lines=tuple(lines),
        used=used,
        left=left,
        day=day,
        bar=_bar(clock, calendar, lines, used, left, day, running=running, now=now, tz=tz),
    )


def _works(clock: Clock) -> bool:
    return clock.limit.base in IN_WORKING_TIME


def _intakes(held: Sequence[Held]) -> list[int]:
    """Number the intakes: each dispatch begins one, the signing that follows belongs to it."""
    numbers, number = [], 0
    for one in held:
        number += one.work == Work.DISPATCH
        numbers.append(number)
    return numbers


def _stop_at(stops: Sequence[Stop], span: Span) -> Stop | None:
    return next((stop for stop in stops if stop.covers(span.end)), None)


def _kinds(drafts: Sequence[tuple[Key, list[Span]]]) -> dict[Key, str]:
    """Colour the lines: intake, then the two units that held the case longest, then others."""
    totals: dict[object, timedelta] = {}
    for found, group in drafts:
        if found[0] not in ("pause", "intake", "nobody"):
            counted = sum((span.counted for span in group), _NOTHING)
            totals[found[1]] = totals.get(found[1], _NOTHING) + counted
    ranked = sorted(totals, key=lambda unit: -totals[unit])
    colours = dict(zip(ranked, ("c3", "c2"), strict=False))
    return {
        found: "c1" if found[0] == "intake" else colours.get(found[-1], "c4")
        for found, _group in drafts
    }


def _title(
    found: Key,
    group: Sequence[Span],
    held: Sequence[Held],
    intakes: Sequence[int],
    *,
    goes_on: bool,
) -> str:
    if found[0] == "nobody":
        return formats.UNKNOWN
    if found[0] != "intake":
        one = held[int(group[0].holder or 0)]
        text = _("%(unit)s协办") if one.work == Work.CO_HANDLE else _("%(unit)s办理")
        return text % {"unit": one.unit}
    parts = [one for one, intake in zip(held, intakes, strict=True) if intake == found[1]]
    centre = next((one.unit for one in parts if one.work == Work.DISPATCH), None)
    signer = next((one.unit for one in parts if one.work == Work.SIGN), None)
    values = {"centre": centre, "unit": signer}
    if signer is None:
        return _("%(centre)s派单") % values
    if goes_on:
        return _("%(centre)s派单，等%(unit)s签收") % values
    if centre is None:
        return _("%(unit)s签收") % values
    return _("%(centre)s派单，%(unit)s签收") % values


def _bar(
    clock: Clock,
    calendar: WorkCalendar,
    lines: Sequence[Line],
    used: timedelta,
    left: timedelta,
    day: timedelta,
    *,
    running: bool,
    now: datetime,
    tz: tzinfo,
) -> ClockBar:
    due = clock.due_at(calendar)
    if due is not None and (running or left < _NOTHING):
        end = formats.moment(due, now=now, tz=tz)
    elif running:
        end = _("暂停中，到期日顺延")
    else:
        end = _("%(at)s 答复") % {
            "at": formats.moment(clock.stopped_at or now, now=now, tz=tz),
        }
    paused = sum((line.length for line in lines if line.counted is None), _NOTHING)
    said = [_("已用 %(amount)s") % {"amount": formats.duration(used, day=day, units=3)}]
    if paused:
        amount = formats.duration(paused, day=day, units=3)
        said.append(_("暂停 %(amount)s 不计") % {"amount": amount})
    if running or left < _NOTHING:
        said.append(formats.left(left, day=day, units=3, paused=running and due is None))
    return ClockBar.laid_out(
        [(line.length, line.kind) for line in lines],
        left,
        start=formats.day(clock.started_at, now=now, tz=tz),
        end=end,
        label=_("时限用量：%(parts)s") % {"parts": _("，").join(said)},
        running=running,
    )


def limit_words(limit: Limit, day: timedelta) -> str:
    """Say a limit as its rule does: 10 个工作日, 24 小时不分昼夜, 30 个自然日."""
    count = format(limit.amount.normalize(), "f")
    number = 1 if limit.amount == 1 else 2  # half a day takes the plural too
    match limit.base:
        case Base.MINUTES:
            length = timedelta(minutes=float(limit.amount))
            return _("%(amount)s工作时间") % {
                "amount": formats.duration(length, day=day, units=3) + " "
            }
        case Base.HOURS:
            return _("%(count)s 小时，不分昼夜") % {"count": count}
        case Base.CALENDAR_DAYS:
            said = ngettext("%(count)s 个自然日", "%(count)s 个自然日", number)
        case Base.MONTHS:
            said = ngettext("%(count)s 个月", "%(count)s 个月", number)
        case _working_days:
            said = ngettext("%(count)s 个工作日", "%(count)s 个工作日", number)
    return said % {"count": count}


def counting_words(base: str, calendar: WorkCalendar) -> str:
    """Say in what time a limit counts, so that everybody can count it again."""
    if base not in IN_WORKING_TIME:
        return (
            _("不分昼夜，节假日也算。") if base == Base.HOURS else _("节假日也算，末日休息则顺延。")
        )
    hours = f"{day_of(base, calendar) / formats.HOUR:g}"
    spans = _("，").join(f"{start:%-H:%M}–{end:%-H:%M}" for start, end in calendar.spans)
    said = _("1 天按 %(hours)s 小时工作时间计（%(spans)s）。") % {"hours": hours, "spans": spans}
    return said + (_("提出当天不算，从下一个工作日数起。") if base == Base.WORKING_DAYS else "")
