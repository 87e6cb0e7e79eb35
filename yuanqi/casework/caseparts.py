"""One case with what belongs to it, read at first use: tasks, clocks, pauses, who sees it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Self

from yuanqi.foundation.actors import Actor
from yuanqi.foundation.prepared import Given, Read
from yuanqi.foundation.writer import Writer
from yuanqi.organisation.calendars import calendar_version
from yuanqi.organisation.roster import standing

from .models import (
    OPEN_TASKS,
    Case,
    CaseAccess,
    CaseBar,
    CaseHolding,
    ClockPause,
    ClockRecord,
    Extension,
    Purpose,
    Task,
    TaskKind,
)

_TASKS = Read(lambda: Task.objects.filter(case=Given("case")))
_CLOCKS = Read(lambda: ClockRecord.objects.filter(case=Given("case")))
_LAST_HOLDING = Read(
    lambda: CaseHolding.objects.filter(case=Given("case")).order_by("-start_at", "-id")[:1]
)


@dataclass
class CaseParts:
    """What is known of a case in hand. `fresh` cases have nothing in the database yet."""

    case: Case
    writer: Writer
    actor: Actor
    at: datetime
    fresh: bool = False

    def known(
        self,
        grantees: Iterable[str],
        bars: Iterable[str],
        *,
        pauses: bool,
        extensions: bool,
        joined: bool,
    ) -> None:
        """Take in what was read with the case: most have no pauses, extensions or joined ones."""
        found = self.__dict__
        found["grantees"], found["bars"] = set(grantees), set(bars)
        if not pauses:
            found["pauses"] = {}
        if not extensions:
            found["extensions"] = []
        if not joined:
            found["joined"] = []

    @cached_property
    def tasks(self) -> list[Task]:
        if self.fresh:
            return []
        found = _TASKS.all(case=self.case.pk)
        roster = standing(self.at)
        for task in found:
            task.department = roster.units[task.department_id]
            if task.officer_id is not None:
                task.officer = roster.officers[task.officer_id]
        return found

    @cached_property
    def clocks(self) -> list[ClockRecord]:
        if self.fresh:
            return []
        found = _CLOCKS.all(case=self.case.pk)
        for record in found:
            record.calendar = calendar_version(record.calendar_id)
        return found

    @cached_property
    def pauses(self) -> dict[int, list[ClockPause]]:
        found: dict[int, list[ClockPause]] = {}
        if not self.fresh:
            for pause in ClockPause.objects.filter(clock__case=self.case).order_by("start_at"):
                found.setdefault(pause.clock_id, []).append(pause)
        return found

    @cached_property
    def grantees(self) -> set[str]:
        if self.fresh:
            return set()
        return set(CaseAccess.objects.filter(case=self.case).values_list("grantee", flat=True))

    @cached_property
    def joined(self) -> list[Self]:
        """The cases that were merged into this one."""
        if self.fresh:
            return []
        merged = self.case.merged.all()
        return [type(self)(case, self.writer, self.actor, self.at) for case in merged]

    @cached_property
    def bars(self) -> set[str]:
        """Who must not see the case, nor work on it: whom the complaint is about."""
        if self.fresh:
            return set()
        return set(CaseBar.objects.filter(case=self.case).values_list("grantee", flat=True))

    @cached_property
    def extensions(self) -> list[Extension]:
        """All that were asked for, in order."""
        if self.fresh:
            return []
        people = ("asked_by", "reviewer", "decided_by", "clock")
        return list(self.case.extensions.select_related(*people))

    @property
    def open_extension(self) -> Extension | None:
        return next((item for item in self.extensions if item.decided_at is None), None)

    @cached_property
    def _last_holding(self) -> CaseHolding | None:
        return None if self.fresh else _LAST_HOLDING.first(case=self.case.pk)

    def open_tasks(self, kind: TaskKind) -> list[Task]:
        return [task for task in self.tasks if task.kind == kind and task.state in OPEN_TASKS]

    @property
    def lead_task(self) -> Task | None:
        return next(iter(self.open_tasks(TaskKind.LEAD)), None)

    def clock(self, purpose: Purpose, task: Task | None = None) -> ClockRecord | None:
        """Return the open clock of this purpose: of the case, or of one of its tasks."""
        key = None if task is None else task.pk
        for clock in self.clocks:
            if clock.purpose == purpose and clock.task_id == key and clock.is_open:
                return clock
        return None

    def open_pause(self) -> ClockPause | None:
        """Return the pause that the resolve clock stands in, if any."""
        resolve = self.clock(Purpose.RESOLVE)
        if resolve is None:
            return None
        return next((p for p in self.pauses.get(resolve.pk, []) if p.end_at is None), None)
