"""What happens to a case once an act is allowed: shared by operations and bulk loads.

Each act checks that it fits the case's state now (Conflict if not), changes the file, records one
event, and settles. Permission and locks are the operation's.
"""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from yuanqi.foundation.errors import Conflict
from yuanqi.foundation.journal import Audience
from yuanqi.organisation.calendars import work_calendar
from yuanqi.organisation.models import Department, Officer

from .casefile import Allowance, CaseFile, Enclosed, sha256_of
from .definition import MechanismDefinition
from .events import (
    CaseClosed,
    ClockPaused,
    ClockResumed,
    Evaluated,
    MessageSent,
    TaskDone,
    TaskStarted,
)
from .models import (
    CaseHolding,
    CaseState,
    Evaluation,
    Message,
    Purpose,
    Task,
    TaskKind,
    TaskState,
)


def pause(file: CaseFile, *, ground: str, awaited: str, definition: MechanismDefinition) -> None:
    """Stop the resolve clock on a ground that the mechanism allows (暂停计时)."""
    _must_be(file, CaseState.IN_PROGRESS, _("只有办理中的诉求可以暂停计时。"))
    allowed = definition.pause_grounds.get(ground)
    if allowed is None:
        raise Conflict(_("办理规则里没有这个暂停理由，请从列出的理由中选择。"))
    record = file.clock(Purpose.RESOLVE)
    if record is None or file.open_pause() is not None:
        raise Conflict(_("计时已经暂停，不用再暂停一次。"))
    if record.due_at is not None and file.at >= record.due_at:
        raise Conflict(_("办结时限已过，暂停不再改变期限。请先答复，或请服务中心督办。"))
    officer = _own_officer(file)
    until_at = work_calendar(record.calendar).add_days(file.at, allowed.at_most_working_days)
    file.add_pause(
        record, until_at=until_at, ground=ground, awaited=awaited, basis=allowed.basis, by=officer
    )
    file.record(
        ClockPaused(
            case_id=file.case.pk,
            ground=ground,
            awaited=awaited,
            basis=allowed.basis,
            until_at=until_at,
        )
    )
    file.settle()


def resume(file: CaseFile, *, by: str) -> None:
    """Let the resolve clock go on (恢复计时).

    A pause past its longest ended then, whoever is the first to notice.
    """
    open_pause = file.open_pause()
    if open_pause is None:
        raise Conflict(_("计时没有暂停，已经在走。"))
    record = file.clock(Purpose.RESOLVE)
    assert record is not None, "an open pause stands on the open resolve clock"
    if file.at >= open_pause.until_at:
        by = "limit"
    file.end_pause(record, open_pause)
    file.record(
        ClockResumed(case_id=file.case.pk, ground=open_pause.ground, by=by, due_at=record.due_at)
    )
    file.settle()


def supply(
    file: CaseFile, *, body: str, enclosed: Sequence[Enclosed], definition: MechanismDefinition
) -> None:
    """The enterprise hands in what was awaited: the clock goes on by itself."""
    open_pause = file.open_pause()
    if open_pause is None or not definition.pause_grounds[open_pause.ground].ends_with_supply:
        raise Conflict(_("现在没有等您补交的材料。有话请在沟通里说，照样会收到。"))
    _say(
        file,
        body,
        Message.Kind.SUPPLY,
        Message.Audience.ENTERPRISE,
        enclosed,
    )
    resume(file, by="enterprise")


def talk(
    file: CaseFile, *, body: str, kind: Message.Kind, enclosed: Sequence[Enclosed] = ()
) -> None:
    """Say something on the case: to the other side, or inside the park (内部备注)."""
    if file.case.state == CaseState.CLOSED:
        raise Conflict(_("这件诉求已经办结，不能再留言。有新情况请另提一件。"))
    inside = kind == Message.Kind.NOTE
    audience = Message.Audience.STAFF if inside else Message.Audience.ENTERPRISE
    if kind == Message.Kind.PLAN and file.clock(Purpose.PLAN) is None:
        raise Conflict(_("办理计划在签收之后、答复之前给出，给过一次就够了。"))
    _say(file, body, kind, audience, enclosed)
    if not inside and not file.from_enterprise:
        # the enterprise has been spoken to
        file.stop_clock(Purpose.CONTACT)
    if kind == Message.Kind.PLAN:
        file.stop_clock(Purpose.PLAN)
    file.settle()


def _say(
    file: CaseFile,
    body: str,
    kind: Message.Kind,
    audience: Message.Audience,
    enclosed: Sequence[Enclosed],
) -> Message:
    message = file.say(body, kind=kind, audience=audience, enclosed=enclosed)
    file.record(
        MessageSent(
            case_id=file.case.pk,
            message_id=message.pk,
            message_kind=str(kind),
            body_sha256=sha256_of(body),
            files=[item.file.sha256 for item in enclosed],
        ),
        Audience.STAFF if audience == Message.Audience.STAFF else Audience.ENTERPRISE,
    )
    return message


def task_start(file: CaseFile, task: Task, officer: Officer) -> None:
    """A co-handler takes up his task; the case is in his hands until he has done it (协办)."""
    if task.state != TaskState.READY:
        raise Conflict(
            _("这项协办已由%(name)s签收。") % {"name": task.officer.name}
            if task.officer
            else _("这项协办已经取消，请看最新进展。")
        )
    if file.case.state != CaseState.IN_PROGRESS:
        raise Conflict(_("主办部门签收以后，协办才能开始。"))
    file.writer.update(task, state=TaskState.ACTIVE, officer=officer, started_at=file.at)
    _give_to_holder(file)
    file.record(
        TaskStarted(
            case_id=file.case.pk,
            task_id=task.pk,
            department_id=task.department_id,
            officer_id=officer.pk,
        ),
        Audience.STAFF,
    )
    file.settle()


def task_finish(file: CaseFile, task: Task, *, opinion: str) -> None:
    """A co-handler gives his opinion; the last one gives the case back to the lead."""
    if task.state != TaskState.ACTIVE:
        raise Conflict(_("这项协办不在办理中：先签收，或者已经完成。"))
    file.writer.update(task, state=TaskState.DONE, opinion=opinion, ended_at=file.at)
    file.stop_clock(Purpose.WORK, task)
    _give_to_holder(file)
    file.record(
        TaskDone(
            case_id=file.case.pk,
            task_id=task.pk,
            department_id=task.department_id,
            officer_id=task.officer_id or 0,
            opinion_sha256=sha256_of(opinion),
        ),
        Audience.STAFF,
    )
    file.settle()


def _give_to_holder(file: CaseFile) -> None:
    """The case is with the first co-handler at work; else with the lead."""
    active = [t for t in file.open_tasks(TaskKind.CO_HANDLE) if t.state == TaskState.ACTIVE]
    active.sort(key=lambda task: (task.started_at, task.pk))
    lead = file.lead_task
    if active:
        first = active[0]
        assert first.officer is not None, "an active task has an officer"
        file.hold(first.officer, first.department, CaseHolding.Work.CO_HANDLE)
    elif lead is not None and lead.officer is not None:
        file.hold(lead.officer, lead.department, CaseHolding.Work.HANDLE)


def evaluate(
    file: CaseFile,
    *,
    level: int,
    is_resolved: bool,
    was_contacted: bool,
    praise: str,
    complaint: str,
    definition: MechanismDefinition,
    call_back: Allowance,
    on_duty: tuple[Officer, Department],
) -> Evaluation:
    """The enterprise's judgement: good ones close the case, the two lowest open a call-back."""
    _must_be(file, CaseState.ANSWERED, _("答复之后可以评价一次；这件现在不在待评价。"))
    evaluation = Evaluation(
        case=file.case,
        at=file.at,
        level=level,
        is_resolved=is_resolved,
        was_contacted=was_contacted,
        praise=praise,
        complaint=complaint,
        by_id=file.actor.account_id,
    )
    file.writer.insert(evaluation)
    file.record(
        Evaluated(
            case_id=file.case.pk,
            level=level,
            is_resolved=is_resolved,
            was_contacted=was_contacted,
            praised=bool(praise),
        )
    )
    if level in definition.evaluation.call_back_levels:
        stopped = file.stop_clock(Purpose.EVALUATE)
        assert stopped is not None, "an answered case has an open evaluate clock"
        file.open_clock(Purpose.EVALUATE, call_back, stopped.calendar)
        file.set(state=CaseState.CALL_BACK)
        file.hold(*on_duty, CaseHolding.Work.CALL_BACK)
        file.settle()
    else:
        close(file, how="evaluated")
    return evaluation


def close(file: CaseFile, *, how: str) -> None:
    """Nothing is left to do (办结)."""
    if file.case.state not in (CaseState.ANSWERED, CaseState.CALL_BACK):
        raise Conflict(_("答复之后才能办结。"))
    file.stop_clocks()
    file.set(state=CaseState.CLOSED, closed_at=file.at, outcome=how)
    file.record(CaseClosed(case_id=file.case.pk, how=how))
    file.settle()


def _must_be(file: CaseFile, state: CaseState, otherwise: str) -> None:
    if file.case.state != state:
        raise Conflict(otherwise)


def _own_officer(file: CaseFile) -> Officer:
    lead = file.lead_task
    if lead is None or lead.officer is None:
        raise Conflict(_("签收之后才能暂停计时。"))
    return lead.officer
