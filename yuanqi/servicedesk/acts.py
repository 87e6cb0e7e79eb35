"""What happens to a request once an act is allowed: shared by operations and bulk loads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from yuanqi.casework.acts import close
from yuanqi.casework.casefile import CaseFile, Enclosed, sha256_of
from yuanqi.casework.models import (
    Case,
    CaseHolding,
    CaseState,
    MechanismVersion,
    Message,
    Purpose,
    TaskKind,
    TaskState,
)
from yuanqi.casework.queries import Limits
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Conflict
from yuanqi.foundation.journal import Audience
from yuanqi.foundation.writer import Writer
from yuanqi.organisation.models import CalendarVersion, Department, Officer
from yuanqi.registry.models import ContactPerson

from .events import (
    CalledBack,
    RequestAccepted,
    RequestAnswered,
    RequestDispatched,
    RequestRaised,
    RequestReturned,
)
from .models import CallBack, Return, ServiceRequest

TITLE_LENGTH = 40  # characters: what a row of a list shows without wrapping


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


def title_of(text: str) -> str:
    """The first sentence of what was asked; of a long one, as many clauses as a line holds."""
    line = " ".join(text.split())
    for stop in "。！？!?；;":
        head = line.split(stop, 1)[0]
        if 6 <= len(head) < len(line):
            line = head
    if len(line) <= TITLE_LENGTH:
        return line
    cut = max(line.rfind(comma, 12, TITLE_LENGTH) for comma in "，,：:")
    return line[:cut] if cut > 0 else line[: TITLE_LENGTH - 1] + "…"


def raise_request(
    writer: Writer,
    *,
    number: str,
    mechanism: MechanismVersion,
    contact: ContactPerson,
    category: str,
    level: str,
    text: str,
    channel: str,
    proposed_lead: Department | None,
    enclosed: Sequence[Enclosed],
    limits: Limits,
    calendar: CalendarVersion,
    intake: Intake,
    actor: Actor,
    at: datetime,
) -> CaseFile:
    """Open a case for a request: it is the centre's from the first second, and its clock runs."""
    case = Case(
        number=number,
        mechanism_version=mechanism,
        enterprise=contact.enterprise,
        title=title_of(text),
        category=category,
        level=level,
        opened_at=at,
        acted_at=at,
        responsible=intake.officer,
    )
    writer.insert(case)
    file = CaseFile(case, writer, actor, at, fresh=True)
    writer.insert(
        ServiceRequest(
            case=case,
            text=text,
            channel=channel,
            contact=contact,
            raised_by_id=actor.account_id,
            proposed_lead=proposed_lead,
        )
    )
    file.grant(f"e{case.enterprise_id}", f"d{intake.centre.pk}")
    for purpose in (Purpose.SIGN, Purpose.CONTACT, Purpose.RESOLVE):
        file.open_clock(purpose, limits.allowance(purpose, level, category), calendar)
    file.hold(intake.officer, intake.centre, CaseHolding.Work.DISPATCH)
    file.enclose(enclosed, audience=Message.Audience.ENTERPRISE)
    file.record(
        RequestRaised(
            case_id=case.pk,
            number=number,
            category=category,
            level=level,
            channel=channel,
            contact_id=contact.pk,
            text_sha256=sha256_of(text),
            files=[item.file.sha256 for item in enclosed],
        )
    )
    file.settle()
    return file


def dispatch(
    file: CaseFile,
    *,
    lead: Department,
    officer: Officer,
    co_handlers: Sequence[CoHandling],
    limits: Limits,
) -> None:
    """Give the request to a lead and its co-handlers, who all begin at once (派单)."""
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
    file.set(state=CaseState.DISPATCHED, lead=lead)
    file.open_clock(
        Purpose.SIGN, limits.allowance(Purpose.SIGN, case.level, case.category), calendar
    )
    file.add_task(TaskKind.LEAD, lead, state=TaskState.READY)
    for item in co_handlers:
        task = file.add_task(
            TaskKind.CO_HANDLE, item.department, brief=item.brief, state=TaskState.READY
        )
        file.grant(f"o{item.officer.pk}")
        allowance = limits.allowance(Purpose.WORK, case.level, case.category)
        file.open_clock(Purpose.WORK, allowance, calendar, task)
    file.hold(officer, lead, CaseHolding.Work.SIGN)
    file.record(
        RequestDispatched(
            case_id=case.pk,
            lead_id=lead.pk,
            officer_id=officer.pk,
            co_handlers=[item.department.pk for item in co_handlers],
        )
    )
    file.settle()


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


def answer(file: CaseFile, *, body: str, enclosed: Sequence[Enclosed], limits: Limits) -> None:
    """The formal answer (正式答复), once every co-handler has given his opinion."""
    case = file.case
    task = file.lead_task
    if case.state != CaseState.IN_PROGRESS or task is None:
        raise Conflict(_("只有办理中的诉求可以答复；这件已经答复过或还没签收。"))
    missing = file.open_tasks(TaskKind.CO_HANDLE)
    if missing:
        names = "、".join(item.department.label for item in missing)
        raise Conflict(_("还差%(names)s的协办意见，收齐后才能答复。") % {"names": names})
    if file.open_pause() is not None:
        raise Conflict(_("计时还在暂停，请先恢复计时，再提交答复。"))
    resolve = file.clock(Purpose.RESOLVE)
    assert resolve is not None, "an unanswered request has an open resolve clock"
    message = file.say(
        body, kind=Message.Kind.ANSWER, audience=Message.Audience.ENTERPRISE, enclosed=enclosed
    )
    file.stop_clocks()
    file.open_clock(Purpose.EVALUATE, limits.allowance(Purpose.EVALUATE), resolve.calendar)
    file.writer.update(task, state=TaskState.DONE, ended_at=file.at)
    file.set(state=CaseState.ANSWERED, answered_at=file.at)
    assert task.officer is not None, "an active task has an officer"
    file.hold(task.officer, task.department, CaseHolding.Work.EVALUATE)
    file.record(
        RequestAnswered(
            case_id=case.pk,
            message_id=message.pk,
            body_sha256=sha256_of(body),
            files=[item.file.sha256 for item in enclosed],
        )
    )
    file.settle()


def call_back(
    file: CaseFile, *, officer: Officer, spoke_with: str, facts: str, is_resolved: bool
) -> None:
    """Write down what the enterprise said when called after a bad evaluation; then close."""
    if file.case.state != CaseState.CALL_BACK:
        raise Conflict(_("这件不在差评回访：可能已经有人回访过了。"))
    file.writer.insert(
        CallBack(
            case=file.case,
            at=file.at,
            officer=officer,
            spoke_with=spoke_with,
            facts=facts,
            is_resolved=is_resolved,
        )
    )
    file.record(
        CalledBack(
            case_id=file.case.pk, officer_id=officer.pk, facts=facts, is_resolved=is_resolved
        ),
        Audience.STAFF,
    )
    close(file, how="called_back")


def _not_waiting(file: CaseFile) -> str:
    """Say kindly who was quicker."""
    task = file.lead_task
    if task is not None and task.officer is not None:
        return _("刚被%(unit)s%(name)s签收，不用再签。") % {
            "unit": task.department.label,
            "name": task.officer.name,
        }
    return _("这件已经不在待签收，请看最新进展。")
