"""The formal answer, and what follows when the enterprise isn't content with it."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from yuanqi.casework.acts import close, extension_take_back
from yuanqi.casework.casefile import CaseFile, Enclosed
from yuanqi.casework.duty import is_barred
from yuanqi.casework.models import CaseHolding, CaseState, Message, Purpose, TaskKind, TaskState
from yuanqi.casework.rulebook import Limits
from yuanqi.foundation.digests import sha256_of
from yuanqi.foundation.errors import Conflict
from yuanqi.foundation.journal import Audience
from yuanqi.organisation.models import Officer

from ..events import CalledBack, RequestAnswered
from ..models import CallBack


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
    extension_take_back(file, why=_("已答复，申请自动撤回"))
    file.stop_clocks()
    file.open_clock(Purpose.EVALUATE, limits.allowance(Purpose.EVALUATE), resolve.calendar)
    file.writer.update(task, state=TaskState.DONE, ended_at=file.at)
    # what was said of an answer before this one counts no more
    file.set(state=CaseState.ANSWERED, answered_at=file.at, review_level=None, review_resolved=None)
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
    file: CaseFile,
    *,
    officer: Officer,
    spoke_with: str,
    facts: str,
    is_resolved: bool,
    is_sent_back: bool = False,
    answering: Officer | None = None,
    limits: Limits,
) -> None:
    """Write down what the enterprise said when called after a bad evaluation; then close, or send
    it back to the lead to put right (整改), whose officer has a new limit for that.

    `answering` answers for the lead if that officer doesn't any more. Rule: Jinan 12345
    Regulation (2018) art. 27; within fifteen working days at most, as cities practise it.
    """
    case = file.case
    if case.state != CaseState.CALL_BACK:
        raise Conflict(_("这件不在差评回访：可能已经有人回访过了。"))
    rectify = limits.find("rectify", case.level, case.category)
    if is_sent_back and rectify is None:
        raise Conflict(_("办理规则里没有整改时限，不能退回整改。"))
    file.writer.insert(
        CallBack(
            case=case,
            at=file.at,
            officer=officer,
            spoke_with=spoke_with,
            facts=facts,
            is_resolved=is_resolved,
            is_sent_back=is_sent_back,
        )
    )
    file.record(
        CalledBack(
            case_id=case.pk,
            officer_id=officer.pk,
            facts=facts,
            is_resolved=is_resolved,
            is_sent_back=is_sent_back,
        ),
        Audience.STAFF,
    )
    if not is_sent_back:
        close(file, how="called_back")
        return
    assert rectify is not None, "asked for above"
    assert case.lead is not None, "an answered request has a lead"
    stopped = file.stop_clock(Purpose.EVALUATE)
    assert stopped is not None, "a request called back has an open evaluate clock"
    file.set(answered_at=None, review_level=None, review_resolved=None)
    file.open_clock(Purpose.RESOLVE, rectify, stopped.calendar)
    if not back_to_its_officer(file):
        assert answering is not None, "the caller names who answers for the lead"
        allowance = limits.allowance(Purpose.SIGN, case.level, case.category)
        file.open_clock(Purpose.SIGN, allowance, stopped.calendar)
        file.add_task(TaskKind.LEAD, case.lead, state=TaskState.READY, is_named=True)
        file.set(state=CaseState.DISPATCHED)
        file.hold(answering, case.lead, CaseHolding.Work.SIGN)
    file.settle()


def back_to_its_officer(file: CaseFile) -> bool:
    """Give the request back to whoever led it last, if he is still there to do so."""
    led = [task for task in file.tasks if task.kind == TaskKind.LEAD and task.officer is not None]
    # what a unit returned or was relieved of without having taken it up isn't its any more
    last = led[-1] if led and led[-1].department_id == file.case.lead_id else None
    officer = last.officer if last is not None else None
    if last is None or officer is None:
        return False
    if (
        not officer.is_active
        or officer.department_id != last.department_id
        or is_barred(officer, file.bars)
    ):
        return False
    file.add_task(
        TaskKind.LEAD,
        last.department,
        officer=officer,
        state=TaskState.ACTIVE,
        started_at=file.at,
        is_named=last.is_named,
    )
    file.set(state=CaseState.IN_PROGRESS)
    file.hold(officer, last.department, CaseHolding.Work.HANDLE)
    return True
