"""Whose move it is, and how a request stands, in plain words for each side.

Functions of a case's rows and of "now"; they read nothing. Sentences say who does what by when.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from yuanqi.casework.models import (
    Attachment,
    Case,
    CaseHolding,
    CaseState,
    ClockPause,
    Message,
    Outcome,
    Purpose,
    Task,
)
from yuanqi.domain.clock import Light
from yuanqi.foundation import formats

from .models import Ending

Work = CaseHolding.Work


@dataclass(frozen=True, slots=True)
class ClockNow:
    """An open clock as it stands: what it measures, how much is left, in what light."""

    purpose: str
    light: Light
    left: timedelta
    day: timedelta  # the length of a day in the clock's own time
    due_at: datetime | None
    limit: str  # as the rule says it

    @property
    def said(self) -> str:
        """What is left, short: 还剩 3 小时, 超 40 分, 停在 4 天."""
        paused = self.light is Light.PAUSED
        return formats.left(self.left, day=self.day, paused=paused)

    @property
    def purpose_label(self) -> str:
        return str(Purpose(self.purpose).label)


@dataclass(frozen=True, slots=True)
class Said:
    """One item of the talk: a message with its files, or a line about what happened between."""

    at: datetime
    message: Message | None = None
    files: tuple[Attachment, ...] = ()
    event: str = ""

    @property
    def is_internal(self) -> bool:
        return self.message is not None and self.message.audience == Message.Audience.STAFF


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A co-handling as the page shows it: its task, and its clock while it is open."""

    task: Task
    clock: ClockNow | None
    mine: bool


@dataclass(frozen=True, slots=True)
class Happening:
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Move:
    """Whose move it is, what it is, and how long they have had it."""

    who: str
    what: str
    mine: bool = False
    in_hand: str = ""  # 已在手 11 小时 20 分, in working time
    light: Light | None = None
    label: str = ""  # 黄灯，办结还剩
    value: str = ""  # 1 天 2 小时 40 分
    due: str = ""  # 11 月 20 日（周五）14:00 到期


@dataclass(frozen=True, slots=True)
class Standing:
    """What the sentences are made of: the case, who holds it, and what it waits for."""

    case: Case
    holding: CaseHolding
    contact_name: str
    pause: ClockPause | None
    waits_for_enterprise: bool  # the pause ends with the enterprise's material
    pause_reason: str  # 等上级机关答复：…
    active_task: Task | None  # the co-handling that the holder works at
    shown: ClockNow | None  # the clock that the lists show
    resolve_due_at: datetime | None
    evaluation_label: str
    ending: Ending | None  # without an answer
    is_parked: bool
    now: datetime
    tz: tzinfo

    def when(self, at: datetime) -> str:
        return formats.moment_long(at, now=self.now, tz=self.tz)

    @property
    def holder(self) -> str:
        """规建局 陆瑶"""
        return pgettext("unit, then person", "%(unit)s %(name)s") % {
            "unit": self.holding.department.label,
            "name": self.holding.officer.name,
        }

    @property
    def unit(self) -> str:
        return self.holding.department.label

    @property
    def lead(self) -> str:
        return self.case.lead.label if self.case.lead else self.unit


_LIGHT_WORDS = {
    Light.GREEN: gettext_lazy("绿灯"),
    Light.YELLOW: gettext_lazy("黄灯"),
    Light.RED: gettext_lazy("红灯"),
    Light.PAUSED: gettext_lazy("暂停"),
    Light.DONE: gettext_lazy("不计时"),
}
_LEFT_OF = {
    Purpose.SIGN: gettext_lazy("%(light)s，签收还剩"),
    Purpose.RESOLVE: gettext_lazy("%(light)s，办结还剩"),
    Purpose.EVALUATE: gettext_lazy("%(light)s，评价还剩"),
}


def move(
    standing: Standing, *, mine: bool, since: timedelta, since_day: timedelta, to_enterprise: bool
) -> Move:
    """Say whose move it is, how long it has been theirs, and how its clock stands.

    `since` is working time, in days of `since_day`: since the pause began, else in hand.
    """
    who, what = _who_and_what(standing, to_enterprise=to_enterprise)
    clock = standing.shown
    if clock is None:
        return Move(who=who, what=what)
    if clock.light is Light.PAUSED:
        due = _("恢复后重新算到期日")
        if standing.pause is not None:
            due = _("最迟 %(at)s 恢复计时") % {"at": standing.when(standing.pause.until_at)}
    else:
        due = (
            _("%(at)s 到期") % {"at": standing.when(clock.due_at)}
            if clock.due_at is not None
            else ""
        )
    return Move(
        who=who,
        what=what,
        mine=mine,
        in_hand=_in_hand(since, since_day, waiting=is_waiting(standing)),
        light=clock.light,
        label=_clock_label(standing.case, clock),
        value=_amount(clock),
        due=due,
    )


def _amount(clock: ClockNow) -> str:
    if clock.light is not Light.PAUSED and abs(clock.left) < formats.MINUTE:
        return formats.left(clock.left, day=clock.day)
    return formats.duration(abs(clock.left), day=clock.day, units=3)


def is_waiting(standing: Standing) -> bool:
    """Whether it is the park that waits: for the enterprise, or on another recorded ground."""
    return standing.pause is not None or standing.case.state == CaseState.ANSWERED


def _in_hand(since: timedelta, day: timedelta, *, waiting: bool) -> str:
    if since < formats.MINUTE:
        return _("刚开始等") if waiting else _("刚到手")
    amount = {"amount": formats.duration(since, day=day, units=3)}
    return _("已等 %(amount)s") % amount if waiting else _("已在手 %(amount)s") % amount


def _clock_label(case: Case, clock: ClockNow) -> str:
    light = {"light": _LIGHT_WORDS[clock.light]}
    if clock.light is Light.PAUSED:
        return _("%(light)s，停在还剩") % light
    if clock.left < timedelta(0):
        return _("%(light)s，已超时") % light
    if case.state == CaseState.SUBMITTED:
        return _("%(light)s，派单还剩") % light
    if case.state == CaseState.CALL_BACK:
        return _("%(light)s，回访还剩") % light
    return str(_LEFT_OF[Purpose(clock.purpose)]) % light


def _who_and_what(standing: Standing, *, to_enterprise: bool) -> tuple[str, str]:
    firm = _("您") if to_enterprise else _("企业 %(name)s") % {"name": standing.contact_name}
    pause = standing.pause
    match standing.case.state:
        case CaseState.SUBMITTED:
            return standing.holder, _("派给主办部门")
        case CaseState.DISPATCHED:
            return standing.holder, _("签收，或说明依据退单") if not to_enterprise else _("签收")
        case CaseState.IN_PROGRESS if pause is not None and standing.waits_for_enterprise:
            return firm, _("补交%(awaited)s") % {"awaited": pause.awaited}
        case CaseState.IN_PROGRESS if pause is not None:
            return standing.holder, standing.pause_reason
        case CaseState.IN_PROGRESS if standing.active_task is not None:
            brief = standing.active_task.brief
            if to_enterprise or not brief:
                return standing.holder, _("出具协办意见")
            return standing.holder, _("出具协办意见：%(brief)s") % {"brief": brief}
        case CaseState.IN_PROGRESS:
            return standing.holder, _("办理，给企业正式答复") if not to_enterprise else _(
                "办理并答复"
            )
        case CaseState.ANSWERED:
            return firm, _("评价这次办理")
        case CaseState.CALL_BACK:
            return standing.holder, _("电话回访企业")
        case _closed if standing.ending is not None:
            return str(Outcome(standing.case.outcome).label), ""
        case _closed:
            return _("已办结"), standing.evaluation_label


def plainly(standing: Standing) -> str:
    """Say to the enterprise, in one or two sentences, who does what by when."""
    case, due = standing.case, standing.resolve_due_at
    values = {
        "unit": standing.unit,
        "lead": standing.lead,
        "name": standing.holding.officer.name,
        "due": standing.when(due) if due is not None else "",
        "level": standing.evaluation_label,
    }
    clock = standing.shown
    shown = standing.when(clock.due_at) if clock is not None and clock.due_at is not None else ""
    if case.state in (CaseState.ANSWERED, CaseState.CALL_BACK, CaseState.CLOSED):
        return _after_the_answer(standing, shown, values)
    if standing.pause is not None:
        values["awaited"] = standing.pause.awaited
        values["until"] = standing.when(standing.pause.until_at)
        if standing.is_parked:
            return _("这件眼下办不了：%(awaited)s。%(until)s 前复核，到时接着办。") % values
        if standing.waits_for_enterprise:
            return _("%(lead)s在等您补交%(awaited)s。交来以后，时限接着算。") % values
        return _("%(lead)s在等：%(awaited)s。时限暂停，最迟 %(until)s 接着算。") % values
    if due is not None and standing.now > due:
        return (
            _(
                "已经超过 %(due)s 的时限，%(unit)s还没有答复您。"
                "着急的话，请直接打下面的电话。"
            )
            % values
        )  # fmt: skip
    match case.state:
        case CaseState.SUBMITTED:
            return _("%(unit)s正在确定由哪个部门办。%(due)s 前给您完整答复。") % values
        case CaseState.DISPATCHED:
            return _("已经派给%(lead)s，等它签收。%(due)s 前给您完整答复。") % values
        case _in_progress if standing.active_task is not None:
            return _("%(unit)s正在出具意见，%(lead)s在 %(due)s 前给您完整答复。") % values
        case _in_progress:
            return _("%(unit)s%(name)s正在办理，%(due)s 前给您完整答复。") % values


def _after_the_answer(standing: Standing, shown: str, values: dict[str, str]) -> str:
    match standing.case.state:
        case CaseState.ANSWERED:
            return _("请您看看办得怎么样。%(shown)s 前没有评价，就按“未评价”办结。") % {
                "shown": shown
            }
        case CaseState.CALL_BACK:
            return _("您的评价收到了。%(unit)s会在 %(shown)s 前打电话给您，问清没办好的地方。") % {
                **values,
                "shown": shown,
            }
        case _closed if standing.ending is not None:
            return _ended(standing, standing.ending)
        case _closed:
            closed_at = standing.case.closed_at
            at = standing.when(closed_at) if closed_at is not None else ""
            if standing.evaluation_label:
                return _("%(at)s 办结。您评价：%(level)s。") % {**values, "at": at}
            return _("%(at)s 办结，没有评价。") % {"at": at}


def _ended(standing: Standing, ending: Ending) -> str:
    """Say to the enterprise why there is no answer, and where to go."""
    values = {"why": ending.explanation, "where": ending.where_to, "at": standing.when(ending.at)}
    match standing.case.outcome:
        case Outcome.WITHDRAWN:
            return _("您在 %(at)s 撤回了这件诉求。") % values
        case Outcome.MERGED:
            into = standing.case.merged_into
            values["number"] = into.number if into else ""
            return _("和 %(number)s 是同一件事，在那一件里一并答复您。%(why)s") % values
        case _not_accepted if ending.where_to:
            return _("%(why)s可以找：%(where)s。") % values
        case _not_accepted:
            return ending.explanation


STEPS = (
    gettext_lazy("提出"),
    gettext_lazy("派单"),
    gettext_lazy("办理"),
    gettext_lazy("答复"),
    gettext_lazy("评价"),
)


@dataclass(frozen=True, slots=True)
class Step:
    label: str
    tone: str  # is-done, is-now or none
    note: str


def steps(
    standing: Standing, *, dispatched_at: datetime | None, accepted_at: datetime | None
) -> list[Step]:
    """The way of a request in five steps: done with its day, under way, to come."""
    case = standing.case
    if standing.ending is not None:
        ended = formats.day(standing.ending.at, now=standing.now, tz=standing.tz)
        began = formats.day(case.opened_at, now=standing.now, tz=standing.tz)
        return [
            Step(str(STEPS[0]), "is-done", began),
            Step(str(Outcome(case.outcome).label), "is-done", ended),
        ]
    done: tuple[datetime | None, ...] = (
        case.opened_at,
        dispatched_at if case.state != CaseState.SUBMITTED else None,
        case.answered_at,
        case.answered_at,
        case.closed_at,
    )
    notes = {
        1: _("等派单"),
        2: _("等签收") if accepted_at is None else _("正在办"),
        3: _("等答复"),
        4: _("等您评价") if case.state == CaseState.ANSWERED else _("等回访"),
    }
    if standing.pause is not None:
        stopped = pgettext("step", "暂停计时")
        notes[2] = _("等您的材料") if standing.waits_for_enterprise else stopped
    current = next((place for place, at in enumerate(done) if at is None), None)
    found = []
    for place, (label, at) in enumerate(zip(STEPS, done, strict=True)):
        if at is not None:
            note = formats.day(at, now=standing.now, tz=standing.tz)
            found.append(Step(str(label), "is-done", note))
        elif place == current:
            found.append(Step(str(label), "is-now", notes[place]))
        else:
            found.append(Step(str(label), "", ""))
    return found
