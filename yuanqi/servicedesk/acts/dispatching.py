"""To whom a request is given, and how it comes back: dispatch, acceptance, return, redispatch."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from yuanqi.casework.acts import relieve
from yuanqi.casework.casefile import CaseFile
from yuanqi.casework.models import CaseHolding, CaseState, Purpose, TaskKind, TaskState
from yuanqi.casework.rulebook import Limits
from yuanqi.foundation.errors import Conflict, Invalid
from yuanqi.foundation.journal import Audience
from yuanqi.organisation.models import CalendarVersion, Department, Officer

from ..events import RequestAccepted, RequestDispatched, RequestRedispatched, RequestReturned
from ..models import Return

NAMED_AFTER = 2  # returns: then the centre's word holds


@dataclass(frozen=True, slots=True)
class Intake:
    """The service centre and its officer on duty: to whom intake belongs at any hour."""

    centre: Department
    officer: Officer


@dataclass(frozen=True, slots=True)
class CoHandling:
    """A department asked to co-handle, what it is asked, and who answers for it now."""

    department: Department
    officer: Officer
    brief: str


def dispatch(
    file: CaseFile,
    *,
    lead: Department,
    officer: Officer,
    co_handlers: Sequence[CoHandling],
    limits: Limits,
    is_named: bool = False,
) -> None:
    """Give the request to a lead and its co-handlers, who all begin at once (派单).

    After the second return the centre names the unit, which may not return it any more
    (Weifang 12345 Regulation, 2021, art. 22).
    """
    case = file.case
    if case.state != CaseState.SUBMITTED:
        raise Conflict(
            _("没有派成：%(number)s 已经派给%(lead)s。")
            % {"number": case.number, "lead": case.lead.label if case.lead else ""}
            if case.lead
            else _("没有派成：%(number)s 已经不在待派单。") % {"number": case.number}
        )
    sign = file.stop_clock(Purpose.SIGN)
    assert sign is not None, "a submitted request has an open sign clock"
    calendar = sign.calendar
    is_named = is_named or case.returns >= NAMED_AFTER
    _give(file, lead, officer, co_handlers, limits, calendar, is_named=is_named)
    file.record(
        RequestDispatched(
            case_id=case.pk,
            lead_id=lead.pk,
            officer_id=officer.pk,
            co_handlers=[item.department.pk for item in co_handlers],
            is_named=is_named,
        )
    )
    file.settle()


def redispatch(
    file: CaseFile,
    *,
    lead: Department,
    officer: Officer,
    co_handlers: Sequence[CoHandling],
    reason: str,
    limits: Limits,
) -> None:
    """Give the request to another lead (改派): the first is relieved, its helpers too.

    The new lead has the whole time to look; how long the enterprise has waited goes on counting.
    """
    case = file.case
    if case.state not in (CaseState.DISPATCHED, CaseState.IN_PROGRESS):
        raise Conflict(_("没有改派：这件已经不在待签收或办理中，请看最新进展。"))
    if case.lead_id == lead.pk:
        raise Conflict(_("没有改派：现在就由%(lead)s主办。") % {"lead": lead.label})
    if file.open_pause() is not None:
        raise Conflict(_("计时还在暂停，请先恢复计时，再改派。"))
    resolve = file.clock(Purpose.RESOLVE)
    assert resolve is not None, "an unanswered request has an open resolve clock"
    before = case.lead_id
    file.stop_clock(Purpose.SIGN)
    file.stop_clock(Purpose.PLAN)
    relieve(file, why=_("已改派，申请自动撤回"))
    is_named = case.returns >= NAMED_AFTER
    _give(file, lead, officer, co_handlers, limits, resolve.calendar, is_named=is_named)
    file.record(
        RequestRedispatched(
            case_id=case.pk,
            from_lead_id=before or 0,
            lead_id=lead.pk,
            officer_id=officer.pk,
            co_handlers=[item.department.pk for item in co_handlers],
            is_named=is_named,
            reason=reason,
        )
    )
    file.settle()


def _give(
    file: CaseFile,
    lead: Department,
    officer: Officer,
    co_handlers: Sequence[CoHandling],
    limits: Limits,
    calendar: CalendarVersion,
    *,
    is_named: bool,
) -> None:
    """Tasks for the lead and its co-handlers, their clocks, and whoever answers for the lead."""
    case = file.case
    for unit in (lead, *(item.department for item in co_handlers)):
        if f"d{unit.pk}" in file.bars:
            raise Invalid(
                _("这件投诉要回避%(unit)s，请选别的部门。") % {"unit": unit.label}, "lead"
            )
    file.set(state=CaseState.DISPATCHED, lead=lead)
    file.open_clock(
        Purpose.SIGN, limits.allowance(Purpose.SIGN, case.level, case.category), calendar
    )
    file.add_task(TaskKind.LEAD, lead, state=TaskState.READY, is_named=is_named)
    for item in co_handlers:
        task = file.add_task(
            TaskKind.CO_HANDLE, item.department, brief=item.brief, state=TaskState.READY
        )
        file.grant(f"o{item.officer.pk}")
        allowance = limits.allowance(Purpose.WORK, case.level, case.category)
        file.open_clock(Purpose.WORK, allowance, calendar, task)
    file.hold(officer, lead, CaseHolding.Work.SIGN)


def accept(file: CaseFile, *, officer: Officer, limits: Limits) -> None:
    """The lead takes the request up (签收): it is this officer's from now on."""
    case = file.case
    task = file.lead_task
    if case.state != CaseState.DISPATCHED or task is None:
        raise Conflict(_not_waiting(file))
    sign = file.stop_clock(Purpose.SIGN)
    assert sign is not None, "a dispatched request has an open sign clock"
    file.open_clock(
        Purpose.PLAN, limits.allowance(Purpose.PLAN, case.level, case.category), sign.calendar
    )
    file.writer.update(task, state=TaskState.ACTIVE, officer=officer, started_at=file.at)
    file.set(state=CaseState.IN_PROGRESS)
    file.hold(officer, task.department, CaseHolding.Work.HANDLE)
    file.record(
        RequestAccepted(case_id=case.pk, department_id=task.department_id, officer_id=officer.pk)
    )
    file.settle()


def return_(
    file: CaseFile, *, officer: Officer, reason: str, basis: str, intake: Intake, limits: Limits
) -> None:
    """The lead gives it back as clearly not its duty, within the sign limit (退单).

    Rule: Weifang 12345 Regulation (2021) art. 22; the sign limit is the park's.
    """
    case = file.case
    task = file.lead_task
    if case.state != CaseState.DISPATCHED or task is None:
        raise Conflict(_not_waiting(file))
    if task.is_named:
        raise Conflict(
            _("服务中心已经指定由%(unit)s办理，不能再退单。") % {"unit": task.department.label}
        )
    sign = file.stop_clock(Purpose.SIGN)
    assert sign is not None and sign.due_at is not None, "a sign clock is never paused"
    if file.at > sign.due_at:
        raise Conflict(_("签收时限已过，不能再退单。请先签收，再与服务中心商量改派。"))
    for open_task in file.tasks:
        if open_task.is_open:
            state = TaskState.RETURNED if open_task is task else TaskState.CANCELLED
            file.writer.update(open_task, state=state, ended_at=file.at)
            file.stop_clock(Purpose.WORK, open_task)
    file.writer.insert(
        Return(
            case=case,
            at=file.at,
            department=task.department,
            officer=officer,
            reason=reason,
            basis=basis,
        )
    )
    file.open_clock(
        Purpose.SIGN, limits.allowance(Purpose.SIGN, case.level, case.category), sign.calendar
    )
    file.set(state=CaseState.SUBMITTED, lead=None, returns=case.returns + 1)
    file.hold(intake.officer, intake.centre, CaseHolding.Work.DISPATCH)
    file.record(
        RequestReturned(
            case_id=case.pk,
            department_id=task.department_id,
            officer_id=officer.pk,
            reason=reason,
            basis=basis,
        ),
        Audience.STAFF,
    )
    file.settle()


def _not_waiting(file: CaseFile) -> str:
    """Say kindly who was quicker."""
    task = file.lead_task
    if task is not None and task.officer is not None:
        return _("刚被%(unit)s%(name)s签收，不用再签。") % {
            "unit": task.department.label,
            "name": task.officer.name,
        }
    return _("这件已经不在待签收，请看最新进展。")
