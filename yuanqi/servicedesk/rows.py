"""What one line of a list says of a request: its light, whose move it is, how much time is left.

The facts of a whole page are read at once: no query a row.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TypeVar

from django.db.models import (
    CharField,
    Choices,
    F,
    Func,
    Model,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
)
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yuanqi.casework.models import (
    OPEN_TASKS,
    WITHOUT_ANSWER,
    Case,
    CaseState,
    ClockPause,
    ClockRecord,
    Outcome,
    Purpose,
    Satisfaction,
    Task,
    TaskKind,
)
from yuanqi.casework.queries import departments_worked_for
from yuanqi.domain.clock import Light
from yuanqi.domain.worktime import WorkCalendar
from yuanqi.foundation.actors import Actor, Role
from yuanqi.foundation.pages import Place
from yuanqi.foundation.prepared import Read, among
from yuanqi.foundation.speech import spoken
from yuanqi.organisation.calendars import calendar_version, work_calendar
from yuanqi.organisation.roster import standing
from yuanqi.registry.models import Enterprise
from yuanqi.supervision.queries import AT_WORK, Flag, flags_of

from .models import Level
from .queries import category_names
from .story_clock import day_of


def with_row_parts(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Read along what `rows_of` can't know otherwise of each case."""
    return cases.select_related("request").defer("request__text")


M = TypeVar("M", bound=Model)
Say = Callable[[str], str]

_REQUEST = Place("servicedesk:request")
_ENTERPRISE = Place("registry:enterprise")


_ROWS = Read(
    lambda: with_row_parts(Case.objects.filter(among("id", "ids"))).order_by(), is_one_way=True
)


def cases_of_page(ids: list[int]) -> list[Case]:
    """Read the cases of a page with what `rows_of` needs of each, in no order."""
    return _ROWS.all(ids=ids)


@dataclass(frozen=True, slots=True)
class Tag:
    """A word or two that stands with a title; `tone` is "red" where somebody must look."""

    text: str
    tone: str = ""


@dataclass(slots=True)  # fifty a page: a frozen one takes four times as long to make
class Row:
    """One request in a list, as this actor sees it.

    `light` is None where no clock of the park runs: awaiting the evaluation, or closed. `left` is
    in the limit's own time, whose day is `day`. `move` says whose move it is, `own_task` what
    the actor's department owes as a co-handler meanwhile.
    """

    case: Case
    firm: str  # as the reader calls it
    lead: str  # likewise; blank where there is none
    category: str
    light: Light | None
    left: timedelta | None
    day: timedelta | None
    move: str
    move_is_mine: bool
    own_task: str = ""
    own_task_is_due: bool = False
    own_task_is_late: bool = False
    awaited: str = ""  # what a paused clock waits for
    awaits_enterprise: bool = False
    review: str = ""
    was_on_time: bool | None = None
    tags: tuple[Tag, ...] = ()

    @property
    def url(self) -> str:
        return _REQUEST.of(self.case.pk)

    @property
    def enterprise_url(self) -> str:
        return _ENTERPRISE.of(self.case.enterprise_id)

    @property
    def flags(self) -> tuple[Tag, ...]:
        """The tags but the level, which stands before the title."""
        return self.tags[1:] if self.case.level == Level.P1 else self.tags

    @property
    def is_mine(self) -> bool:
        return self.move_is_mine or self.own_task_is_due

    @property
    def is_paused(self) -> bool:
        return self.light is Light.PAUSED


@dataclass(frozen=True, slots=True)
class Facts:
    """What has to be read for the rows of a page: `rows_from` then asks nothing more."""

    cases: Sequence[Case]
    pauses: Mapping[int, Sequence[ClockPause]]  # of a clock
    tasks: Mapping[int, Task]  # what the actor's department owes, by case
    names: Mapping[str, str]  # of categories


def rows_of(
    cases: Sequence[Case],
    actor: Actor,
    now: datetime,
    *,
    names: Mapping[str, str] | None = None,
    lain_before: datetime | None = None,
) -> list[Row]:
    """Read what a page of cases (from `with_row_parts`) says to this actor at `now`.

    With `lain_before` (`supervision.queries.idle_before`) rows say that nobody has moved them.
    """
    return rows_from(facts_of(cases, actor, now, names), actor, now, lain_before)


def facts_of(
    cases: Sequence[Case], actor: Actor, now: datetime, names: Mapping[str, str] | None = None
) -> Facts:
    """Read what the rows of these cases (from `with_row_parts`) are told from.

    Their enterprises, clocks and pauses by a query each, one more for a department's own
    co-handling; who works where is known. Departments and officers are shared with others: they
    are to be read, never changed.
    """
    _complete(cases, now)
    return Facts(
        cases,
        _pauses(case.clock for case in cases if case.clock is not None),
        _own_tasks(cases, actor),
        category_names() if names is None else names,
    )


def rows_from(
    facts: Facts, actor: Actor, now: datetime, lain_before: datetime | None = None
) -> list[Row]:
    """What these facts say to this actor at `now`, a row each case."""
    calendars: dict[int, WorkCalendar] = {}
    language = get_language()
    _ = spoken()
    rows = []
    for case in facts.cases:
        clock = case.clock
        stops = facts.pauses.get(clock.pk, []) if clock else []
        pause = next((stop for stop in stops if stop.end_at is None), None)
        left = day = None
        if clock is not None:
            calendar = calendars.get(clock.calendar_id)
            if calendar is None:
                calendar = work_calendar(calendar_version(clock.calendar_id))
                calendars[clock.calendar_id] = calendar
            left = clock.left_as_said(stops, now, calendar)
            day = day_of(clock.limit_base, calendar)
        move, is_mine = _move(case, pause, actor, language, _)
        task = facts.tasks.get(case.pk)
        started = case.state == CaseState.IN_PROGRESS
        late = started and task is not None and task.due_at is not None and now > task.due_at
        rows.append(
            Row(
                case=case,
                firm=case.enterprise.label_in(language),
                lead=case.lead.label_in(language) if case.lead else "",
                category=facts.names.get(case.category, case.category),
                light=case.light(now) if case.state in AT_WORK else None,
                left=left,
                day=day,
                move=move,
                move_is_mine=is_mine,
                own_task=_owed(case, task, late=late) if task else "",
                own_task_is_due=started and task is not None,
                own_task_is_late=late,
                awaited=pause.awaited if pause else "",
                awaits_enterprise=pause is not None and _is_supply(pause),
                review=_review(case, _),
                was_on_time=_was_on_time(case),
                tags=_tags_of(case, lain_before, _),
            )
        )
    return rows


_ENTERPRISES = Read(
    lambda: Enterprise.objects.filter(among("id", "ids")).only("id", "short_name", "name_en")
)
_CLOCKS = Read(lambda: ClockRecord.objects.filter(among("id", "ids")))


def _complete(cases: Sequence[Case], now: datetime) -> None:
    """Put what the cases refer to in its place, where it wasn't read along.

    Eight tables in one query would be planned for longer than they are read.
    """
    roster = standing(now)
    enterprises = _related(cases, "enterprise", _ENTERPRISES)
    clocks = _related(cases, "clock", _CLOCKS)
    for case in cases:
        if enterprises:
            case.enterprise = enterprises[case.enterprise_id]
        if clocks and case.clock_id is not None:
            case.clock = clocks[case.clock_id]
        if case.lead_id is not None:
            case.lead = roster.units[case.lead_id]
        if case.responsible_id is not None:
            case.responsible = roster.officers[case.responsible_id]
        proposed = case.request.proposed_lead_id
        if proposed is not None:
            case.request.proposed_lead = roster.units[proposed]


def _related(cases: Sequence[Case], name: str, read: Read[M]) -> dict[int, M]:
    """The rows that the cases refer to by this field; none where they know them already."""
    missing = (case for case in cases if not Case._meta.get_field(name).is_cached(case))
    ids = {pk for case in missing if (pk := getattr(case, f"{name}_id")) is not None}
    return {row.pk: row for row in read.all(ids=sorted(ids))} if ids else {}


# the mechanism says which grounds end when the enterprise supplies something
_PAUSES = Read(
    lambda: (
        ClockPause.objects.filter(among("clock_id", "clocks"))
        .annotate(
            ends_with_supply=Func(
                F("clock__case__mechanism_version__definition"),
                Value("pause_grounds"),
                F("ground"),
                Value("ends_with_supply"),
                function="jsonb_extract_path_text",
                output_field=CharField(),
            )
        )
        .order_by("start_at")
    )
)


def _pauses(clocks: Iterable[ClockRecord]) -> dict[int, list[ClockPause]]:
    found: dict[int, list[ClockPause]] = {}
    # no other clock is ever paused
    ids = [clock.pk for clock in clocks if clock.purpose == Purpose.RESOLVE]
    for pause in _PAUSES.all(clocks=ids) if ids else ():
        found.setdefault(pause.clock_id, []).append(pause)
    return found


def _is_supply(pause: ClockPause) -> bool:
    return pause.ends_with_supply == "true"


def _own_tasks(cases: Sequence[Case], actor: Actor) -> dict[int, Task]:
    """What the actor's department, or one he acts in, still owes as a co-handler, by case."""
    departments = departments_worked_for(actor)
    if not departments:
        return {}
    tasks = _OWN_TASKS.all(cases=[case.pk for case in cases], departments=sorted(departments))
    return {task.case_id: task for task in tasks}


_task_due = ClockRecord.objects.filter(task=OuterRef("pk"), stopped_at__isnull=True)
_OWN_TASKS = Read(
    lambda: (
        Task.objects.filter(
            among("case_id", "cases"),
            among("department_id", "departments"),
            kind=TaskKind.CO_HANDLE,
            state__in=OPEN_TASKS,
        )
        .annotate(due_at=Subquery(_task_due.values("due_at")[:1]))
        .order_by("id")
    )
)


def _owed(case: Case, task: Task, *, late: bool) -> str:
    if case.state != CaseState.IN_PROGRESS:
        return _("本部门协办，主办签收后开始")
    if task.officer_id is not None and task.officer_id == case.responsible_id:
        # whose move it is says so already
        return _("协办意见已超时") if late else ""
    if late:
        return _("本部门协办意见已超时")
    return _("本部门协办，还没签收") if task.officer_id is None else _("本部门协办，还没给意见")


def _move(
    case: Case, pause: ClockPause | None, actor: Actor, language: str | None, _: Say
) -> tuple[str, bool]:
    """Whose move it is, and whether it is this actor's."""
    holder = case.responsible
    own = holder is not None and holder.pk in actor.officer_ids
    intake = own or actor.has(Role.CENTRE)
    unit = holder.department.label_in(language) if holder else ""
    match case.state:
        case CaseState.SUBMITTED if case.returns:
            return _("%(unit)s 重新派单") % {"unit": unit}, intake
        case CaseState.SUBMITTED:
            return _("%(unit)s 派单") % {"unit": unit}, intake
        case CaseState.DISPATCHED:
            ours = actor.has(Role.HANDLER, Role.HEAD) and actor.department_id == case.lead_id
            return _("%(unit)s 签收") % {
                "unit": case.lead.label_in(language) if case.lead else unit
            }, (own or ours)
        case CaseState.ANSWERED:
            return _("企业 评价"), False
        case CaseState.CALL_BACK:
            return _("%(unit)s 回访") % {"unit": unit}, intake
        case CaseState.CLOSED:
            return "", False
    if pause is not None:
        if _is_supply(pause):
            return _("企业 补%(what)s") % {"what": pause.awaited}, False
        return _("等%(what)s") % {"what": pause.awaited}, False
    assert holder is not None, "an open case has a responsible person"
    helps = holder.department_id != case.lead_id
    if holder.pk == actor.officer_id:
        return _("我 协办") if helps else _("我 办理"), True
    said = {"unit": unit, "name": holder.name}
    return (_("%(unit)s %(name)s（协办）") if helps else _("%(unit)s %(name)s")) % said, own


def _review(case: Case, _: Say) -> str:
    if case.outcome in WITHOUT_ANSWER:
        # ended without an answer: there was nothing to rate
        return _said(Outcome(case.outcome), _)
    return _said(Satisfaction(case.review_level), _) if case.review_level else ""


@cache
def _said(choice: Choices, _: Say) -> str:
    """The label of a choice in the language that `_` speaks."""
    return str(choice.label)


def _was_on_time(case: Case) -> bool | None:
    due_at = case.resolve_due_at
    if due_at is None or case.answered_at is None or case.outcome in WITHOUT_ANSWER:
        return None
    return case.answered_at <= due_at


def _tags_of(case: Case, lain_before: datetime | None, _: Say) -> tuple[Tag, ...]:
    """What stands with a title beside the light: the level that stops production, the flags."""
    found = []
    if case.level == Level.P1:
        found.append(Tag(_said(Level.P1, _), "red"))
    if case.request.is_complaint:
        found.append(Tag(_("投诉")))
    if case.returns:
        found.append(Tag(_("第 %(count)s 次退单") % {"count": case.returns}))
    if case.reopened:
        found.append(Tag(_("第 %(count)s 次重新办理") % {"count": case.reopened}))
    for flag in flags_of(case, lain_before or datetime.min.replace(tzinfo=UTC)):
        # the count of returns says the second one already
        if flag is not Flag.SECOND_RETURN:
            tone = "red" if case.is_open and flag in (Flag.SUPERVISED, Flag.ESCALATED) else ""
            found.append(Tag(_said(flag, _), tone))
    return tuple(found)
