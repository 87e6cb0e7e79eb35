"""Who is on a list: the rule's verdicts over a frame of facts, held against what stood before.

What comes of it is written through a writer: entries, and what each enterprise is told. Gone from
the park (moved away, deregistered, merged into another) is off every list.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import polars as pl

from yuanqi.conditions.queries import Standing
from yuanqi.domain.rules import Rule
from yuanqi.domain.rules.fields import Type
from yuanqi.foundation.bulk import Bulk
from yuanqi.registry.models import Standing as Trade

from .models import Entry, Move, Ruling, Sheet

ENTERPRISE = "enterprise"
_GONE = (Trade.MOVED.value, Trade.CANCELLED.value)
_KEPT = ("verdict", "is_on", "was_on", "move", "figures", "because", "ruling", "reason", "until",
         "ruled_by_id", "ruled_at", "revision")  # fmt: skip
AT_A_TIME = 1000


@dataclass(frozen=True, slots=True)
class Cause:
    """Why lists are judged: month, rule, asked, facts, lapsed; with the facts that were told.

    `told` by enterprise: {"field", "label", "value", "unit"} of each fact that has changed.
    """

    code: str
    told: Mapping[int, Sequence[Mapping[str, str]]] = field(default_factory=dict)

    def because(self, enterprise_id: int, at: datetime) -> dict[str, Any]:
        made: dict[str, Any] = {"cause": self.code, "at": at.isoformat()}
        if enterprise_id in self.told:
            made["facts"] = [dict(one) for one in self.told[enterprise_id]]
        return made


@dataclass
class Moves:
    """Onto which lists each enterprise came, and which it left."""

    entered: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    left: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))

    def note(self, enterprise_id: int, code: str, was_on: bool, is_on: bool) -> None:
        if is_on and not was_on:
            self.entered[enterprise_id].append(code)
        elif was_on and not is_on:
            self.left[enterprise_id].append(code)

    @property
    def enterprises(self) -> list[int]:
        return sorted({*self.entered, *self.left})


def in_the_park(frame: pl.DataFrame) -> pl.DataFrame:
    """Without those that have moved away or are deregistered."""
    gone = pl.col("standing").is_in(_GONE).fill_null(value=False)
    return frame.filter(~gone)


def figures_for(rule: Rule, row: Mapping[str, Any]) -> dict[str, Any]:
    """The facts that a rule names, as JSON; a day as its ISO text, what is unknown as null."""
    return {name: value.isoformat() if isinstance(value, date) else value
            for name, value in row.items()}  # fmt: skip


def facts_in(rule: Rule, figures: Mapping[str, Any]) -> dict[str, Any]:
    """Figures of an entry as the rule reads them: back from JSON."""
    days = {one.name for one in rule.fields if one.type is Type.DATE}
    return {
        name: date.fromisoformat(value) if name in days else value
        for name, value in figures.items()
        if value is not None
    }


def judge(
    bulk: Bulk,
    *,
    sheet: Sheet,
    standing: Standing,
    frame: pl.DataFrame,
    enterprises: Collection[int] | None,
    cause: Cause,
    moves: Moves,
    on: date,
    at: datetime,
) -> int:
    """Judge one list: write what has changed, note who comes and goes; return how many unknown.

    `enterprises` are those that the frame is of, None for the whole park.
    """
    verdicts = standing.rule.match(frame)
    before = _before(sheet, enterprises)
    entries = _entries(sheet, enterprises)
    wanted = pl.Series([*before, *entries], dtype=pl.Int64)
    mask = verdicts.fill_null(value=False) | frame.get_column(ENTERPRISE).is_in(wanted.implode())
    names = [one.name for one in standing.rule.fields]
    rows = frame.select(ENTERPRISE, *names).filter(mask)
    found: dict[int, tuple[bool | None, dict[str, Any]]] = {}
    for row, verdict in zip(
        rows.iter_rows(), verdicts.filter(mask).to_list(), strict=True
    ):  # fmt: skip
        told = dict(zip(names, row[1:], strict=True))
        found[row[0]] = (verdict, figures_for(standing.rule, told))
    changed = []
    for enterprise_id in {*found, *before, *entries}:
        verdict, figures = found.get(enterprise_id, (False, {}))
        last = before.get(enterprise_id)
        entry = entries.get(enterprise_id)
        was = entry.is_on if entry else bool(last and last.is_on)
        made = entry or _begun(sheet, enterprise_id, last)
        if _settle(made, verdict, figures, cause, on, at) or entry is None:
            if entry is not None:
                changed.append(entry)
            elif made.move != Move.OUT or made.ruling:
                bulk.insert(made)
        moves.note(enterprise_id, standing.condition.code, was, made.is_on)
    Entry.objects.bulk_update(changed, [name.removesuffix("_id") for name in _KEPT],
                              batch_size=AT_A_TIME)  # fmt: skip
    return verdicts.null_count()


def _before(sheet: Sheet, enterprises: Collection[int] | None) -> dict[int, Entry]:
    """Who was on the list of the month before, or is kept off it beyond that month."""
    last = (
        Sheet.objects.filter(condition_id=sheet.condition_id, month__lt=sheet.month)
        .order_by("-month")
        .first()
    )
    if last is None:
        return {}
    rows = Entry.objects.filter(sheet=last)
    rows = rows.filter(is_on=True) | rows.filter(ruling=Ruling.OFF)
    if enterprises is not None:
        rows = rows.filter(enterprise__in=enterprises)
    return {row.enterprise_id: row for row in rows.defer("figures", "because")}


def _entries(sheet: Sheet, enterprises: Collection[int] | None) -> dict[int, Entry]:
    rows = Entry.objects.filter(sheet=sheet)
    if enterprises is not None:
        rows = rows.filter(enterprise__in=enterprises)
    return {row.enterprise_id: row for row in rows}


def _begun(sheet: Sheet, enterprise_id: int, last: Entry | None) -> Entry:
    """A month's new entry; a ruling with a later last day comes along."""
    made = Entry(sheet=sheet, enterprise_id=enterprise_id, is_on=False)
    if last is not None:
        made.was_on = last.is_on
        if last.is_overruled:
            made.ruling, made.reason, made.until = last.ruling, last.reason, last.until
            made.ruled_by_id, made.ruled_at = last.ruled_by_id, last.ruled_at
    return made


def _settle(
    entry: Entry,
    verdict: bool | None,
    figures: dict[str, Any],
    cause: Cause,
    on: date,
    at: datetime,
) -> bool:
    """Bring an entry in line with the verdict of a day; whether that changed anything."""
    had = (entry.verdict, entry.is_on, entry.figures, entry.ruling)
    if entry.is_overruled and entry.until is not None and entry.until < on:
        _forget(entry)
    if entry.ruling == Ruling.CONFIRMED and verdict is not entry.verdict:
        _forget(entry)  # what was confirmed isn't so any more
    is_on = entry.ruling == Ruling.ON or (entry.ruling != Ruling.OFF and verdict is True)
    if (verdict, is_on) != (entry.verdict, entry.is_on) or not entry.because:
        entry.because = cause.because(entry.enterprise_id, at)
    entry.verdict, entry.is_on, entry.figures = verdict, is_on, figures
    entry.move = move_of(entry.was_on, is_on)
    is_changed = had != (entry.verdict, entry.is_on, entry.figures, entry.ruling)
    if is_changed:
        entry.revision += 1
    return is_changed


def move_of(was_on: bool, is_on: bool) -> Move:
    if is_on:
        return Move.STAYED if was_on else Move.ENTERED
    return Move.LEFT if was_on else Move.OUT


def _forget(entry: Entry) -> None:
    entry.ruling, entry.reason, entry.until = "", "", None
    entry.ruled_by_id = entry.ruled_at = None


def ids_of(entries: Iterable[Entry]) -> list[int]:
    return sorted({entry.enterprise_id for entry in entries})
