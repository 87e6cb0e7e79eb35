"""The story of one request for its page: everything the actor may see, as it is shown.

`story_sheet` reads the rows; `story_clock`, `story_words` and `timeline` put them into words.
"""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from functools import cached_property
from operator import attrgetter

from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.casework.models import (
    Attachment,
    Case,
    CaseHolding,
    CaseState,
    ClockPause,
    ClockRecord,
    Evaluation,
    Message,
    Outcome,
    Purpose,
    Satisfaction,
    Task,
    TaskKind,
    TaskState,
)
from yuanqi.domain.clock import Limit
from yuanqi.foundation.actors import Actor, Side
from yuanqi.organisation.calendars import work_calendar

from . import timeline
from .models import CallBack, Channel, Level
from .story_clock import Account, Held, Stop, account_of, counting_words, day_of, limit_words
from .story_sheet import Sheet, names_of, reporting_words, sheet_of
from .story_turns import Turns
from .story_words import (
    ClockNow,
    Happening,
    Move,
    Said,
    Standing,
    Step,
    TaskLine,
    move,
    plainly,
    steps,
)
from .timeline_names import Happened, Names
from .wording import brief_limit

RECENT = 8  # lines of the timeline that stand open


class Story:
    """What the page shows, for one actor at one instant."""

    def __init__(self, sheet: Sheet, actor: Actor, now: datetime, tz: tzinfo) -> None:
        self.sheet = sheet
        self.actor = actor
        self.now = now
        self.tz = tz
        self.request = sheet.request
        self.case: Case = sheet.request.case
        self.to_enterprise = actor.side is Side.ENTERPRISE

    # --- head -------------------------------------------------------------------------

    @property
    def category(self) -> str:
        return self.sheet.category.label if self.sheet.category else self.case.category

    @property
    def level(self) -> str:
        return str(Level(self.case.level).label)

    @property
    def raised(self) -> str:
        """Who raised it, and through which channel."""
        name = self.names.people.get(f"account:{self.request.raised_by_id}", "")
        match self.request.channel:
            case Channel.CENTRE:
                return _("服务中心%(name)s登记") % {"name": name}
            case Channel.OFFICER:
                return _("挂钩干部%(name)s代提") % {"name": name}
            case _enterprise:
                return _("%(name)s在线提出") % {"name": name}

    # --- clocks -----------------------------------------------------------------------

    @cached_property
    def resolve(self) -> ClockRecord:
        """The clock of the whole request: there has been one since it was raised."""
        found = [record for record in self.sheet.clocks if record.purpose == Purpose.RESOLVE]
        return found[-1]

    @cached_property
    def account(self) -> Account:
        """How the time of the request was used: who held it, what stopped it."""
        return account_of(
            self.resolve.clock(self._pauses(self.resolve)),
            work_calendar(self.resolve.calendar),
            self.now,
            held=[
                Held(one.start_at, one.department.label, one.department_id, one.work)
                for one in self.sheet.holdings
            ],
            stops=[self._stop(pause) for pause in self._pauses(self.resolve)],
            tz=self.tz,
        )

    def _pauses(self, record: ClockRecord) -> list[ClockPause]:
        return self.sheet.pauses.get(record.pk, [])

    def _stop(self, pause: ClockPause) -> Stop:
        # a pause on the park's own side is told to the enterprise too: its event is public
        note = _("依据%(basis)s；经办 %(name)s，企业已知") % {
            "basis": pause.basis,
            "name": pause.by.name,
        }
        title = self.names.reason(pause.ground, pause.awaited)
        return Stop(pause.start_at, pause.end_at, title, note)

    @property
    def limit(self) -> str:
        """The resolve limit as its rule says it, with an extension if there was one."""
        said = self._limit_words(self.resolve)
        amount = self.resolve.extension_amount
        if amount is None:
            return said
        longer = brief_limit(Limit(amount, self.resolve.limit_base))
        return _("%(limit)s，延期 %(amount)s") % {"limit": said, "amount": longer}

    @property
    def counting(self) -> str:
        return counting_words(self.resolve.limit_base, work_calendar(self.resolve.calendar))

    def _limit_words(self, record: ClockRecord) -> str:
        calendar = work_calendar(record.calendar)
        return limit_words(record.limit, day_of(record.limit_base, calendar))

    def _clock_now(self, record: ClockRecord) -> ClockNow:
        calendar = work_calendar(record.calendar)
        stops = self._pauses(record)
        return ClockNow(
            purpose=record.purpose,
            light=record.clock(stops).light(self.now, calendar, record.warn),
            left=record.left_as_said(stops, self.now, calendar),
            day=day_of(record.limit_base, calendar),
            due_at=record.due_at,
            limit=self._limit_words(record),
        )

    @cached_property
    def shown(self) -> ClockNow | None:
        """The clock that the lists show: the soonest that somebody must act on."""
        record = next((one for one in self.sheet.clocks if one.pk == self.case.clock_id), None)
        return None if record is None else self._clock_now(record)

    @cached_property
    def other_clocks(self) -> list[ClockNow]:
        """Open clocks that stand neither in the first field nor in the account."""
        return [
            self._clock_now(record)
            for record in self.sheet.clocks
            if record.is_open
            and record.task_id is None
            and record.pk not in (self.case.clock_id, self.resolve.pk)
        ]

    # --- whose move -------------------------------------------------------------------

    @cached_property
    def holding(self) -> CaseHolding:
        """Who holds the request now: somebody always does."""
        return self.sheet.holdings[-1]

    @cached_property
    def standing(self) -> Standing:
        pause = next((p for p in self._pauses(self.resolve) if p.end_at is None), None)
        if self.case.state != CaseState.IN_PROGRESS:
            pause = None
        return Standing(
            case=self.case,
            holding=self.holding,
            contact_name=self.request.contact.name,
            pause=pause,
            waits_for_enterprise=pause is not None and pause.ground in self.names.supplied,
            pause_reason=self.names.reason(pause.ground, pause.awaited) if pause else "",
            active_task=self._task_in_hand(),
            shown=self.shown,
            resolve_due_at=self.resolve.due_at,
            evaluation_label=(
                str(Satisfaction(self.evaluation.level).label)
                if self.evaluation and self.case.outcome != Outcome.UNRATED
                else ""
            ),
            ending=self.turns.ending,
            is_parked=pause is not None and self.turns.parks(pause),
            now=self.now,
            tz=self.tz,
        )

    def _task_in_hand(self) -> Task | None:
        if self.holding.work != CaseHolding.Work.CO_HANDLE:
            return None
        return next(
            (
                task
                for task in self.sheet.tasks
                if task.state == TaskState.ACTIVE
                and (task.kind, task.department_id)
                == (TaskKind.CO_HANDLE, self.holding.department_id)
            ),
            None,
        )

    @cached_property
    def move(self) -> Move:
        calendar = work_calendar(self.resolve.calendar)
        pause = self.standing.pause
        begun = self.holding.start_at if pause is None else pause.start_at
        return move(
            self.standing,
            mine=self._is_mine(),
            since=calendar.between(begun, self.now),
            since_day=day_of("working_days", calendar),
            to_enterprise=self.to_enterprise,
        )

    def _is_mine(self) -> bool:
        if self.case.state in (CaseState.ANSWERED, CaseState.CLOSED):
            return self.to_enterprise and self.case.state == CaseState.ANSWERED
        if self.standing.waits_for_enterprise:
            return self.to_enterprise
        if self.to_enterprise:
            return False
        if self.case.state == CaseState.DISPATCHED:
            return self.holding.department_id == self.actor.department_id
        return self.holding.officer_id in self.actor.officer_ids

    @property
    def plainly(self) -> str:
        return plainly(self.standing)

    @property
    def steps(self) -> list[Step]:
        def last(work: str) -> datetime | None:
            found = [one.start_at for one in self.sheet.holdings if one.work == work]
            return found[-1] if found else None

        signed = last(CaseHolding.Work.HANDLE)
        return steps(
            self.standing,
            dispatched_at=last(CaseHolding.Work.SIGN),
            accepted_at=signed if self.case.state != CaseState.DISPATCHED else None,
        )

    # --- talk, answer, files ----------------------------------------------------------

    @cached_property
    def files(self) -> Mapping[int | None, tuple[Attachment, ...]]:
        """Attachments by message; those of the request itself under None."""
        found: dict[int | None, tuple[Attachment, ...]] = {}
        for item in self.sheet.attachments:
            found[item.message_id] = (*found.get(item.message_id, ()), item)
        return found

    @property
    def asked_files(self) -> tuple[Attachment, ...]:
        return self.files.get(None, ())

    @cached_property
    def messages(self) -> list[Message]:
        """The talk; an answer that stands no more (it was opened again) is part of it."""
        stands = self.answer.message if self.answer else None
        return [one for one in self.sheet.messages if one != stands]

    @cached_property
    def talk(self) -> list[Said]:
        """Messages in order, with what happened between them; the answer stands by itself."""
        items = [
            Said(at=one.at, message=one, files=self.files.get(one.pk, ())) for one in self.messages
        ]
        for event in self.sheet.events:
            if event.kind in timeline.BETWEEN_MESSAGES:
                text = self._sentence(event)
                if text:
                    items.append(Said(at=event.at, event=text))
        return sorted(items, key=attrgetter("at"))

    @property
    def open_messages(self) -> int:
        return sum(one.audience == Message.Audience.ENTERPRISE for one in self.messages)

    @property
    def notes(self) -> int:
        return len(self.messages) - self.open_messages

    @cached_property
    def answer(self) -> Said | None:
        """The formal answer with its files, once it is given."""
        found = [one for one in self.sheet.messages if one.kind == Message.Kind.ANSWER]
        if not found or self.case.answered_at is None:
            return None
        return Said(at=found[-1].at, message=found[-1], files=self.files.get(found[-1].pk, ()))

    # --- co-handling ------------------------------------------------------------------

    @cached_property
    def tasks(self) -> list[TaskLine]:
        """The co-handlers of the dispatch in force; those of a returned one are gone."""
        work = {one.task_id: one for one in self.sheet.clocks if one.task_id}
        return [
            TaskLine(
                task=task,
                clock=(
                    self._clock_now(work[task.pk]) if task.is_open and task.pk in work else None
                ),
                mine=task.is_open
                and (
                    task.department_id == self.actor.department_id
                    or task.officer_id in self.actor.officer_ids
                ),
            )
            for task in self.sheet.tasks
            if task.kind == TaskKind.CO_HANDLE and task.state != TaskState.CANCELLED
        ]

    @property
    def tasks_done(self) -> int:
        return sum(not line.task.is_open for line in self.tasks)

    @property
    def answer_waits_for(self) -> str:
        """Why the answer can't be given yet; empty when it can."""
        missing = _("、").join(
            line.task.department.label for line in self.tasks if line.task.is_open
        )
        if missing:
            return _("还差%(names)s的协办意见") % {"names": missing}
        if self.standing.pause is not None:
            return _("计时还在暂停，先恢复计时再答复")
        return ""

    # --- people -----------------------------------------------------------------------

    @property
    def lead_task(self) -> Task | None:
        leads = [task for task in self.sheet.tasks if task.kind == TaskKind.LEAD]
        return leads[-1] if leads and leads[-1].state != TaskState.RETURNED else None

    @property
    def reports_to(self) -> str:
        """The line an overdue request is reported up: 安环局 何思远 → 管委会 郑立群."""
        return reporting_words(self.sheet, self.case.lead_id or self.holding.department_id)

    # --- after the answer -------------------------------------------------------------

    @property
    def evaluation(self) -> Evaluation | None:
        return self.sheet.evaluations[-1] if self.sheet.evaluations else None

    @property
    def call_backs(self) -> list[CallBack]:
        return self.sheet.call_backs

    @cached_property
    def turns(self) -> Turns:
        return Turns(self.sheet, self.names)

    # --- timeline ---------------------------------------------------------------------

    @cached_property
    def names(self) -> Names:
        return names_of(self.sheet)

    def _sentence(self, event: Happened) -> str | None:
        return timeline.sentence(event, self.names, to_enterprise=self.to_enterprise)

    @cached_property
    def timeline(self) -> list[Happening]:
        """What happened, the newest first."""
        told = [(event.at, self._sentence(event)) for event in self.sheet.events]
        return [Happening(at, text) for at, text in reversed(told) if text]

    @property
    def recent(self) -> list[Happening]:
        return self.timeline[:RECENT]

    @property
    def earlier(self) -> list[Happening]:
        return self.timeline[RECENT:]


def story_of(case_id: int, actor: Actor, now: datetime) -> Story:
    """Read a request and tell it to this actor. Raises NotVisible."""
    return Story(sheet_of(case_id, actor, now), actor, now, timezone.get_default_timezone())
