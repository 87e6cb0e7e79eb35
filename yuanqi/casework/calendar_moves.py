"""What a new working calendar does to open clocks: shown beforehand, then done.

An open clock whose time from start to due touches a changed day is counted anew by the calendar
in force; if its instants change, that is one event of its case. Others stay as they are, to the
byte. It goes batch by batch, each in a transaction that also keeps how far it got: killed, it goes
on; run twice, it does nothing; and nobody waits for a batch longer than a moment.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from django.db import connection, transaction
from django.db.models import Prefetch, QuerySet

from yuanqi.domain.worktime import WorkCalendar
from yuanqi.foundation import journal
from yuanqi.foundation.actors import SYSTEM
from yuanqi.foundation.writer import DIRECT
from yuanqi.organisation.calendars import touches, work_calendar
from yuanqi.organisation.models import CalendarVersion
from yuanqi.organisation.queries import current_calendar

from .casefile import CaseFile
from .models import CalendarFollowing, Case, ClockPause, ClockRecord

log = logging.getLogger(__name__)

_LOOKED_AT = 2000  # clocks read at a time
_WRITTEN = 40  # cases locked at a time
_MORE = 10**9
# longer than any transaction of a page: what it opened by the old calendar is seen by then
_SETTLED = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Move:
    """An open clock whose limit runs out at another instant by another calendar."""

    clock: ClockRecord
    due_before: datetime
    due_after: datetime


def open_clocks() -> QuerySet[ClockRecord]:
    """The clocks that a calendar can move: running, and not in a pause.

    A paused one has no due instant: it is counted by the calendar in force when it goes on.
    """
    pauses = Prefetch("pauses", ClockPause.objects.order_by("start_at"), to_attr="in_order")
    running = ClockRecord.objects.filter(stopped_at__isnull=True, due_at__isnull=False)
    return running.prefetch_related(pauses)


def moves(days: WorkCalendar, clocks: Iterable[ClockRecord]) -> Iterator[Move]:
    """Those of these clocks whose limit a calendar would move, with both instants."""
    for record, after in _changed(days, clocks):
        due = after["due_at"]
        if due != record.due_at and record.due_at is not None and isinstance(due, datetime):
            yield Move(record, record.due_at, due)


def moves_by(days: WorkCalendar, *, after_id: int = 0, size: int = _MORE) -> list[Move]:
    """The moves that publishing this calendar would bring, by the keys of their clocks."""
    found = _walk(open_clocks().select_related("case__enterprise"), after_id)
    return list(islice(moves(days, found), size))


def follow(*, at: datetime, batches: int = _MORE) -> int:
    """Let open clocks follow the calendar in force; returns how many moved in these batches.

    Whoever comes while another is at it leaves it to him.
    """
    moved = 0
    for _ in range(batches):
        done = _follow_batch(at)
        if done is None:
            break
        moved += done
    return moved


def following() -> CalendarFollowing | None:
    """How far the open clocks have followed the calendar in force; None before the first change."""
    return (
        CalendarFollowing.objects.filter(calendar__is_current=True)
        .select_related("calendar")
        .order_by("-id")
        .first()
    )


def _changed(
    days: WorkCalendar, clocks: Iterable[ClockRecord]
) -> Iterator[tuple[ClockRecord, dict[str, object]]]:
    """Those whose instants differ by this calendar, with what they would be."""
    for record in clocks:
        assert record.due_at is not None, "only running clocks are looked at"
        pinned = work_calendar(record.calendar)
        if touches(pinned, days, record.started_at, record.due_at):
            after = record.derive(record.in_order, days)  # type: ignore[attr-defined]
            if (after["due_at"], after["warn_at"]) != (record.due_at, record.warn_at):
                yield record, after


def _with_calendars(clocks: Iterable[ClockRecord]) -> list[ClockRecord]:
    """Read clocks with their calendars, each calendar once: it names thousands of days."""
    found = list(clocks)
    calendars = CalendarVersion.objects.in_bulk({record.calendar_id for record in found})
    for record in found:
        record.calendar = calendars[record.calendar_id]
    return found


def _walk(clocks: QuerySet[ClockRecord], after_id: int) -> Iterator[ClockRecord]:
    while True:
        found = _with_calendars(clocks.filter(pk__gt=after_id).order_by("pk")[:_LOOKED_AT])
        yield from found
        if len(found) < _LOOKED_AT:
            return
        after_id = found[-1].pk


@transaction.atomic
def _follow_batch(at: datetime) -> int | None:
    """Do one batch; None if there is nothing (any more) to do now, or another does it."""
    version = current_calendar()
    row = _taken_up(version, at)
    if row is None or (row.rests_until is not None and at < row.rests_until):
        return None
    clocks = open_clocks().exclude(calendar=version).filter(pk__gt=row.last_clock_id)
    looked_at = _with_calendars(clocks.order_by("pk")[:_LOOKED_AT])
    if not looked_at:
        if row.rests_until is None:
            row.last_clock_id, row.rests_until = 0, row.begun_at + _SETTLED
        else:
            row.finished_at = at
        row.save(update_fields=["last_clock_id", "rests_until", "finished_at"])
        return None
    row.last_clock_id = looked_at[-1].pk
    cases: set[int] = set()
    for record, _after in _changed(work_calendar(version), looked_at):
        if len(cases) == _WRITTEN and record.case_id not in cases:
            row.last_clock_id = record.pk - 1
            break
        cases.add(record.case_id)
    moved = _move(cases, version, at)
    row.moved += moved
    row.save(update_fields=["last_clock_id", "moved"])
    return moved


def _taken_up(version: CalendarVersion, at: datetime) -> CalendarFollowing | None:
    """The walk under way, locked; a new one if the calendar has changed since the last."""
    newest = CalendarFollowing.objects.order_by("-id").first()
    if newest is None or newest.calendar_id != version.pk:
        # whoever comes second waits here, and finds the row of the first
        CalendarVersion.objects.select_for_update(no_key=True).get(pk=version.pk)
        newest = CalendarFollowing.objects.order_by("-id").first()
        if newest is None or newest.calendar_id != version.pk:
            CalendarFollowing.objects.filter(finished_at__isnull=True).update(finished_at=at)
            newest = CalendarFollowing.objects.create(calendar=version, begun_at=at)
    return (
        CalendarFollowing.objects.select_for_update(skip_locked=True)
        .filter(pk=newest.pk, finished_at__isnull=True)
        .first()
    )


def _move(case_ids: Iterable[int], version: CalendarVersion, at: datetime) -> int:
    """Count these cases' clocks anew under their locks; returns how many clocks moved.

    What was seen before is looked at again: a request may have been answered meanwhile. A case
    that fails holds up no other.
    """
    days = work_calendar(version)
    moved = 0
    for file in _locked(case_ids, at):
        try:
            with transaction.atomic():
                moved += _move_case(file, version, days)
        except Exception:
            log.exception("case %d could not follow the calendar", file.case.pk)
    return moved


def _move_case(file: CaseFile, version: CalendarVersion, days: WorkCalendar) -> int:
    running = [record for record in file.clocks if record.is_open and record.due_at is not None]
    for record in running:
        record.in_order = file.pauses.get(record.pk, [])  # type: ignore[attr-defined]
    moved = sum(
        file.follow_calendar(record, version) for record, _after in list(_changed(days, running))
    )
    file.settle(acted=False)
    return moved


def _locked(case_ids: Iterable[int], at: datetime) -> list[CaseFile]:
    """Lock these cases and take their files in hand, in a fixed number of queries."""
    cases = Case.objects.select_related("clock").in_bulk(list(case_ids))
    if not cases:
        return []
    journal.lock(*(case.stream for case in cases.values()))
    # only now: what stood before the lock may have changed
    cases = Case.objects.select_related("clock").in_bulk(list(cases))
    clocks: dict[int, list[ClockRecord]] = defaultdict(list)
    pauses: dict[int, dict[int, list[ClockPause]]] = defaultdict(lambda: defaultdict(list))
    for record in _with_calendars(ClockRecord.objects.filter(case__in=cases)):
        clocks[record.case_id].append(record)
    for pause in (
        ClockPause.objects.filter(clock__case__in=cases)
        .select_related("clock")
        .order_by("start_at")
    ):
        pauses[pause.clock.case_id][pause.clock_id].append(pause)
    latest = _latest([case.stream for case in cases.values()])
    files = []
    for pk, case in sorted(cases.items()):
        file = CaseFile(case, DIRECT, SYSTEM, max(at, latest.get(case.stream, at)))
        file.clocks, file.pauses = clocks[pk], dict(pauses[pk])
        files.append(file)
    return files


def _latest(streams: Sequence[str]) -> dict[str, datetime]:
    """Time never runs backwards on a case: the latest that each of these streams bears."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT stream, max(at) FROM journal_event WHERE stream = ANY(%s) GROUP BY stream",
            [list(streams)],
        )
        return dict(cursor.fetchall())
