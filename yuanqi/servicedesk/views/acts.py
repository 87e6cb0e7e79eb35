"""What is done to a request: each view takes one form, calls one operation, says what follows."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from yuanqi.casework import operations as cases
from yuanqi.casework.models import Case, CaseState, Message, Task
from yuanqi.casework.queries import Act, acts_allowed
from yuanqi.foundation.actors import Side

from .. import forms
from .. import operations as desk
from ..queries import open_pause, own_task, request_for
from .acting import carry_out, when
from .sending import an_act


@an_act
def dispatch(request: HttpRequest, case_id: int) -> HttpResponse:
    case = request_for(case_id, request.actor, Act.DISPATCH).case
    form = forms.DispatchForm(case, request.POST)
    return carry_out(
        request,
        case,
        form,
        lambda at: desk.request_dispatch(
            case_id=case_id,
            lead_id=form.cleaned_data["lead"],
            co_handlers=form.cleaned_data["co_handlers"],
            actor=request.actor,
            at=at,
        ),
        lambda done: (
            _("已派给%(unit)s，%(due)s 前签收。")
            % {"unit": done.lead.full_label if done.lead else "", "due": when(done.due_at)}
        ),
    )


@an_act
def accept(request: HttpRequest, case_id: int) -> HttpResponse:
    case = request_for(case_id, request.actor, Act.ACCEPT).case
    return carry_out(
        request,
        case,
        forms.AcceptForm(request.POST),
        lambda at: desk.request_accept(case_id=case_id, actor=request.actor, at=at),
        lambda done: (
            _("已签收，由您主办，%(due)s 前答复。请先联系企业，再给出办理计划。")
            % {"due": when(done.due_at)}
        ),
    )


@an_act
def return_(request: HttpRequest, case_id: int) -> HttpResponse:
    case = request_for(case_id, request.actor, Act.RETURN).case
    form = forms.ReturnForm(case, request.POST)
    return carry_out(
        request,
        case,
        form,
        lambda at: desk.request_return(
            case_id=case_id,
            reason=form.cleaned_data["reason"],
            basis=form.cleaned_data["basis"],
            actor=request.actor,
            at=at,
        ),
        lambda done: (
            _("已退回服务中心，由%(name)s在 %(due)s 前改派。")
            % {"name": done.responsible, "due": when(done.due_at)}
        ),
    )


@an_act
def task_start(request: HttpRequest, case_id: int, task_id: int) -> HttpResponse:
    case = request_for(case_id, request.actor, Act.TASK_START).case
    task = own_task(case, task_id, request.actor)
    return carry_out(
        request,
        case,
        forms.TaskStartForm(task, request.POST),
        lambda at: cases.task_start(case_id=case_id, task_id=task_id, actor=request.actor, at=at),
        lambda done: (
            _("已签收这项协办，请在 %(due)s 前给出意见。") % {"due": when(_work_due(task))}
        ),
    )


@an_act
def task_finish(request: HttpRequest, case_id: int, task_id: int) -> HttpResponse:
    case = request_for(case_id, request.actor, Act.TASK_FINISH).case
    form = forms.TaskFinishForm(own_task(case, task_id, request.actor), request.POST)
    return carry_out(
        request,
        case,
        form,
        lambda at: cases.task_finish(
            case_id=case_id,
            task_id=task_id,
            opinion=form.cleaned_data["opinion"],
            actor=request.actor,
            at=at,
        ),
        lambda done: (
            _("协办意见已交给%(unit)s。") % {"unit": done.lead.full_label if done.lead else ""}
        ),
    )


@an_act
def message(request: HttpRequest, case_id: int) -> HttpResponse:
    act = Act.NOTE if request.POST.get("kind") == Message.Kind.NOTE else Act.TALK
    case = request_for(case_id, request.actor, act).case
    allowed = acts_allowed(case, request.actor)
    form = forms.MessageForm(case, request.actor, allowed, request.POST, request.FILES)
    return carry_out(
        request,
        case,
        form,
        lambda at: cases.message_send(
            case_id=case_id,
            body=form.cleaned_data["body"],
            kind=form.cleaned_data["kind"],
            uploads=form.uploads,
            actor=request.actor,
            at=at,
        ),
        lambda done: _message_said(request, form.cleaned_data["kind"], done),
    )


@an_act
def pause(request: HttpRequest, case_id: int) -> HttpResponse:
    case = request_for(case_id, request.actor, Act.PAUSE).case
    form = forms.PauseForm(case, request.POST)
    return carry_out(
        request,
        case,
        form,
        lambda at: cases.clock_pause(
            case_id=case_id,
            ground=form.cleaned_data["ground"],
            awaited=form.cleaned_data["awaited"],
            actor=request.actor,
            at=at,
        ),
        lambda done: (
            _("计时已暂停，企业会看到在等什么；最迟 %(until)s 自动恢复。") % {"until": _until(done)}
        ),
    )


@an_act
def resume(request: HttpRequest, case_id: int) -> HttpResponse:
    case = request_for(case_id, request.actor, Act.RESUME).case
    return carry_out(
        request,
        case,
        forms.ResumeForm(case, request.POST),
        lambda at: cases.clock_resume(case_id=case_id, actor=request.actor, at=at),
        lambda done: _("计时已恢复，%(due)s 前答复。") % {"due": when(done.due_at)},
    )


@an_act
def supply(request: HttpRequest, case_id: int) -> HttpResponse:
    case = request_for(case_id, request.actor, Act.SUPPLY).case
    form = forms.SupplyForm(case, request.POST, request.FILES)
    return carry_out(
        request,
        case,
        form,
        lambda at: cases.material_supply(
            case_id=case_id,
            body=form.cleaned_data["body"],
            uploads=form.uploads,
            actor=request.actor,
            at=at,
        ),
        lambda done: (
            _("收到了，计时已恢复，%(unit)s%(name)s在 %(due)s 前给您答复。")
            % {
                "unit": done.lead.full_label if done.lead else "",
                "name": done.responsible,
                "due": when(done.due_at),
            }
        ),
    )


@an_act
def answer(request: HttpRequest, case_id: int) -> HttpResponse:
    case = request_for(case_id, request.actor, Act.ANSWER).case
    form = forms.AnswerForm(case, request.POST, request.FILES)
    return carry_out(
        request,
        case,
        form,
        lambda at: desk.request_answer(
            case_id=case_id,
            body=form.cleaned_data["body"],
            uploads=form.uploads,
            actor=request.actor,
            at=at,
        ),
        lambda done: (
            _("已答复企业，请它在 %(due)s 前评价；到期未评价就办结。") % {"due": when(done.due_at)}
        ),
    )


@an_act
def evaluate(request: HttpRequest, case_id: int) -> HttpResponse:
    case = request_for(case_id, request.actor, Act.EVALUATE).case
    form = forms.EvaluateForm(case, request.POST)
    return carry_out(
        request,
        case,
        form,
        lambda at: cases.case_evaluate(
            case_id=case_id,
            level=form.cleaned_data["level"],
            is_resolved=form.cleaned_data["is_resolved"],
            was_contacted=form.cleaned_data["was_contacted"],
            praise=form.cleaned_data.get("praise", ""),
            complaint=form.cleaned_data["complaint"],
            actor=request.actor,
            at=at,
        ),
        lambda done: (
            _("谢谢您的评价，这件已办结。")
            if done.state == CaseState.CLOSED
            else _("谢谢您如实评价。服务中心%(name)s会在 %(due)s 前给您回电。")
            % {"name": done.responsible, "due": when(done.due_at)}
        ),
    )


@an_act
def call_back(request: HttpRequest, case_id: int) -> HttpResponse:
    case = request_for(case_id, request.actor, Act.CALL_BACK).case
    form = forms.CallBackForm(case, request.POST)
    return carry_out(
        request,
        case,
        form,
        lambda at: desk.request_call_back(
            case_id=case_id,
            spoke_with=form.cleaned_data["spoke_with"],
            facts=form.cleaned_data["facts"],
            is_resolved=form.cleaned_data["is_resolved"],
            is_sent_back=form.cleaned_data["is_sent_back"],
            actor=request.actor,
            at=at,
        ),
        lambda done: (
            _("回访已记下，这件已办结。")
            if done.state == CaseState.CLOSED
            else _("回访已记下，已退回%(unit)s整改，%(due)s 前重新答复。")
            % {"unit": done.lead.label if done.lead else "", "due": when(done.due_at)}
        ),
    )


def _work_due(task: Task) -> datetime | None:
    clock = task.clocks.filter(stopped_at=None).first()
    return clock.due_at if clock else None


def _until(case: Case) -> str:
    standing = open_pause(case)
    return when(standing.until_at if standing else None)


def _message_said(request: HttpRequest, kind: str, case: Case) -> str:
    if kind == Message.Kind.NOTE:
        return _("内部备注已记下，企业看不到。")
    if kind == Message.Kind.PLAN:
        return _("办理计划已发给企业。")
    if request.actor.side is Side.ENTERPRISE:
        return _("已发给%(name)s。") % {"name": case.responsible}
    return _("已发给企业。")
