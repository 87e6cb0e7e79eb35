"""One case in hand (案卷): its clocks, tasks, holdings, and the writer its changes go through.

The acts of a case are written against this, so that an operation (a row at a time, under the
lock of the case's stream) and a bulk load (many at a time, by COPY) follow the same rules.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from yuanqi.domain.clock import Limit
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.journal import Audience, Event
from yuanqi.foundation.models import StoredFile
from yuanqi.organisation.calendars import touches, work_calendar
from yuanqi.organisation.models import CalendarVersion, Department, Officer
from yuanqi.organisation.queries import current_calendar
from yuanqi.parameters import parameters

from .caseparts import CaseParts
from .events import ClockMoved
from .models import (
    Attachment,
    CaseAccess,
    CaseBar,
    CaseHolding,
    CaseState,
    ClockPause,
    ClockRecord,
    Message,
    Purpose,
    Task,
    TaskKind,
)
from .parameters_defined import WARN_PERCENT


@dataclass(frozen=True, slots=True)
class Allowance:
    """A limit as the rule table gives it: how much, and by which rule."""

    limit: Limit
    source: str


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A stored file and the name it was handed in under."""

    file: StoredFile
    name: str


@dataclass
class CaseFile(CaseParts):
    """A case in hand, and what may be changed of it."""

    _changes: dict[str, Any] = field(default_factory=dict)

    def turn(self, actor: Actor, at: datetime) -> "CaseFile":
        """Hand the same file to the next actor (bulk loads go on with one file)."""
        self.actor, self.at = actor, at
        return self

    def set(self, **values: Any) -> None:
        """Change fields of the case; written once, by `settle`."""
        for name, value in values.items():
            setattr(self.case, name, value)
        self._changes.update(values)

    def open_clock(
        self,
        purpose: Purpose,
        allowance: Allowance,
        calendar: CalendarVersion,
        task: Task | None = None,
    ) -> ClockRecord:
        """Start a clock now, with its rule's source, pinned to this calendar's version; to the
        one in force, if this has been replaced."""
        if not self.fresh and not calendar.is_current:
            calendar = current_calendar()
        record = ClockRecord(
            case=self.case,
            task=task,
            purpose=purpose,
            calendar=calendar,
            started_at=self.at,
            limit_amount=allowance.limit.amount,
            limit_base=allowance.limit.base,
            limit_source=allowance.source,
            warn_seconds=0,
        )
        days = work_calendar(calendar)
        whole = record.clock(()).left(self.at, days)
        share = parameters.value(WARN_PERCENT, timezone.localdate(self.at))
        record.warn_seconds = int((whole * share // 100).total_seconds())
        for name, value in record.derive([], days).items():
            setattr(record, name, value)
        self.writer.insert(record)
        self.clocks.append(record)
        return record

    def stop_clock(self, purpose: Purpose, task: Task | None = None) -> ClockRecord | None:
        """Stop a clock if it runs; what it says from now on no longer changes."""
        record = self.clock(purpose, task)
        if record is not None:
            self.writer.update(record, stopped_at=self.at)
        return record

    def stop_clocks(self) -> None:
        for record in self.clocks:
            if record.is_open:
                self.writer.update(record, stopped_at=self.at)

    def add_pause(self, record: ClockRecord, **values: Any) -> ClockPause:
        self.follow_calendar(record)
        pause = ClockPause(clock=record, start_at=self.at, **values)
        self.writer.insert(pause)
        self.pauses.setdefault(record.pk, []).append(pause)
        self.derive(record)
        return pause

    def end_pause(self, record: ClockRecord, pause: ClockPause) -> None:
        """End a pause now, or when it had reached its longest, if that was earlier."""
        self.follow_calendar(record)
        self.writer.update(pause, end_at=min(self.at, pause.until_at))
        self.derive(record)

    def derive(self, record: ClockRecord) -> None:
        """Recompute the instants that follow from a clock's facts."""
        days = work_calendar(record.calendar)
        self.writer.update(record, **record.derive(self.pauses.get(record.pk, []), days))

    def follow_calendar(self, record: ClockRecord, version: CalendarVersion | None = None) -> bool:
        """Count a clock by the calendar in force from here on; returns whether it moved.

        Moved clocks tell so, each by one event. What is changed for another reason is counted by
        the calendar in force then, whether or not the change of calendars would have reached it.
        """
        if self.fresh:
            return False  # a bulk load tells a whole life by one calendar
        if version is None:
            # read with the clock, under the case's lock: no query where nothing has changed
            version = record.calendar if record.calendar.is_current else current_calendar()
        if record.calendar_id == version.pk:
            return False
        before, days = work_calendar(record.calendar), work_calendar(version)
        due, warn = record.due_at, record.warn_at
        self.writer.update(record, calendar=version)
        if due is None or not touches(before, days, record.started_at, due):
            return False
        self.derive(record)
        if (record.due_at, record.warn_at) == (due, warn):
            return False
        self.record(
            ClockMoved(
                case_id=self.case.pk,
                purpose=record.purpose,
                task_id=record.task_id,
                due_before=due,
                due_after=record.due_at,
                calendar=version.version,
                document_no=version.document_no,
            ),
            # when a warning comes is the park's own affair
            Audience.ENTERPRISE if record.due_at != due else Audience.STAFF,
        )
        return True

    def hold(self, officer: Officer, department: Department, work: str) -> None:
        """From now on this officer holds the case; nothing is written if he does already."""
        last = self._last_holding
        if (
            last is not None
            and (last.officer_id, last.department_id, last.work)
            == (officer.pk, department.pk, work)
        ):  # fmt: skip
            return
        holding = CaseHolding(
            case=self.case, start_at=self.at, officer=officer, department=department, work=work
        )
        self.__dict__["_last_holding"] = self.writer.insert(holding)
        self.set(responsible=officer)
        self.grant(f"o{officer.pk}")

    def add_task(self, kind: TaskKind, department: Department, **values: Any) -> Task:
        task = Task(case=self.case, kind=kind, department=department, opened_at=self.at, **values)
        self.tasks.append(self.writer.insert(task))
        self.grant(f"d{department.pk}")
        return task

    def grant(self, *grantees: str) -> None:
        """Let these see the case, and what was merged into it."""
        for grantee in grantees:
            if grantee not in self.grantees:
                self.writer.insert(
                    CaseAccess(case=self.case, grantee=grantee, opened_at=self.case.opened_at)
                )
                self.grantees.add(grantee)
                for file in self.joined:
                    file.grant(grantee)

    def bar(self, *grantees: str) -> None:
        """Keep these from seeing the case, whatever else would let them."""
        for grantee in grantees:
            if grantee not in self.bars:
                self.writer.insert(CaseBar(case=self.case, grantee=grantee))
                self.bars.add(grantee)

    def say(
        self,
        body: str,
        *,
        kind: Message.Kind,
        audience: Message.Audience,
        enclosed: Iterable[Enclosed] = (),
    ) -> Message:
        """Add what the actor says, with what he encloses."""
        message = Message(
            case=self.case,
            at=self.at,
            kind=kind,
            audience=audience,
            from_enterprise=self.from_enterprise,
            author_id=self.actor.account_id,
            author_name=self.actor.name,
            author_unit=self.actor.unit,
            body=body,
        )
        self.writer.insert(message)
        self.enclose(enclosed, audience=audience, message=message)
        return message

    def enclose(
        self,
        enclosed: Iterable[Enclosed],
        *,
        audience: Message.Audience,
        message: Message | None = None,
    ) -> None:
        for item in enclosed:
            self.writer.insert(
                Attachment(
                    case=self.case,
                    message=message,
                    file=item.file,
                    name=item.name,
                    at=self.at,
                    audience=audience,
                    from_enterprise=self.from_enterprise,
                    by_id=self.actor.account_id,
                )
            )

    @property
    def from_enterprise(self) -> bool:
        return self.actor.side == "enterprise"

    def record(self, event: Event, audience: Audience = Audience.ENTERPRISE) -> None:
        self.writer.record(
            event,
            stream=self.case.stream,
            audience=audience,
            actor=self.actor,
            at=self.at,
            enterprise_id=self.case.enterprise_id,
        )

    def settle(self, *, acted: bool = True) -> None:
        """Write what changed of the case itself, with the clock that its lists show.

        What somebody of the park does moves the case on; not so what only urges him (`acted`).
        """
        if acted and self.actor.side == "park":
            self.set(acted_at=self.at)
        shown = self._shown_clock()
        paused = self.open_pause() is not None
        if self.case.clock_id != (shown.pk if shown else None):
            self.set(clock=shown)
        promise = self._promise()
        for name, value in {
            "due_at": shown.due_at if shown else None,
            "warn_at": shown.warn_at if shown else None,
            "is_paused": paused,
            "resolve_due_at": promise.due_at if promise else None,
        }.items():
            if getattr(self.case, name) != value:
                self.set(**{name: value})
        if self._changes:
            self.writer.update(self.case, **self._changes)
            self._changes = {}

    def _promise(self) -> ClockRecord | None:
        """The newest clock of the resolving, whether it runs or has stopped."""
        for clock in reversed(self.clocks):
            if clock.purpose == Purpose.RESOLVE and clock.task_id is None:
                return clock
        return None

    def _shown_clock(self) -> ClockRecord | None:
        state = self.case.state
        if state == CaseState.CLOSED:
            return None
        if state in (CaseState.ANSWERED, CaseState.CALL_BACK):
            return self.clock(Purpose.EVALUATE)
        return self.clock(Purpose.SIGN) or self.clock(Purpose.RESOLVE)
