"""The turns of a request's life: each view takes one form, calls one operation."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from yuanqi.casework import operations as cases
from yuanqi.casework.models import Case, Task
from yuanqi.casework.queries import Act
from yuanqi.foundation.errors import NotVisible
from yuanqi.organisation.models import Officer

from .. import forms
from .. import operations as desk
from ..queries import request_for, tasks_to_hand_over
from .acting import carry_out, when
from .sending import an_act


@an_act
def extend(request: HttpRequest, case_id: int) -> HttpResponse:
    case = request_for(case_id, request.actor, Act.EXTEND).case
    form = forms.ExtensionAskForm(case, request.POST)
    return carry_out(
        request,
        case,
        form,
        lambda at: cases.extension_ask(
            case_id=case_id,
            amount=form.cleaned_data["amount"],
            reason=form.cleaned_data["reason"],
            actor=request.actor,
            at=at,
        ),
        lambda done: _("已请%(name)s批延期；批之前时限照走。") % {"name": _reviewer(done)},
    )


def _reviewer(case: Case) -> Officer | str:
    standing = case.extensions.select_related("reviewer").last()
    return standing.reviewer if standing else ""


@an_act
def decide_extension(request: HttpRequest, case_id: int) -> HttpResponse:
    case = request_for(case_id, request.actor, Act.DECIDE_EXTENSION).case
    form = forms.ExtensionDecideForm(case, request.POST)
    return carry_out(
        request,
        case,
        form,
        lambda at: cases.extension_decide(
            case_id=case_id,
            is_granted=form.cleaned_data["is_granted"],
            decision=form.cleaned_data["decision"],
            actor=request.actor,
            at=at,
        ),
        lambda done: (
            _("已同意延期，%(due)s 前答复；已告诉企业。") % {"due": when(done.due_at)}
            if form.cleaned_data["is_granted"]
            else _("没有同意延期，%(due)s 前答复。") % {"due": when(done.due_at)}
        ),
    )


@an_act
def redispatch(request: HttpRequest, case_id: int) -> HttpResponse:
    case = request_for(case_id, request.actor, Act.REDISPATCH).case
    form = forms.RedispatchForm(case, request.POST)
    return carry_out(
        request,
        case,
        form,
        lambda at: desk.request_redispatch(
            case_id=case_id,
            lead_id=form.cleaned_data["lead"],
            co_handlers=form.cleaned_data["co_handlers"],
            reason=form.cleaned_data["reason"],
            actor=request.actor,
            at=at,
        ),
        lambda done: (
            _("已改派给%(unit)s，%(due)s 前签收；办结期限不变。")
            % {"unit": done.lead.full_label if done.lead else "", "due": when(done.due_at)}
        ),
    )


@an_act
def hand_over(request: HttpRequest, case_id: int, task_id: int) -> HttpResponse:
    case = request_for(case_id, request.actor, Act.HAND_OVER).case
    task = _own(case, task_id, request)
    form = forms.HandOverForm(task, request.POST)
    return carry_out(
        request,
        case,
        form,
        lambda at: cases.task_hand_over(
            case_id=case_id,
            task_id=task_id,
            to_officer_id=form.cleaned_data["to_officer"],
            reason=form.cleaned_data["reason"],
            actor=request.actor,
            at=at,
        ),
        lambda done: (
            _("已转给%(name)s。")
            % {"name": Officer.objects.get(pk=form.cleaned_data["to_officer"])}
        ),
    )


def _own(case: Case, task_id: int, request: HttpRequest) -> Task:
    for task in tasks_to_hand_over(case, request.actor):
        if task.pk == task_id:
            return task
    raise NotVisible(task_id)


@an_act
def refuse(request: HttpRequest, case_id: int) -> HttpResponse:
    case = request_for(case_id, request.actor, Act.REFUSE).case
    form = forms.RefuseForm(case, request.actor, request.POST)
    return carry_out(
        request,
        case,
        form,
        lambda at: desk.request_refuse(
            case_id=case_id,
            ground=form.cleaned_data["ground"],
            explanation=form.cleaned_data["explanation"],
            where_to=form.cleaned_data["where_to"],
            earlier_id=form.cleaned_data["earlier"],
            actor=request.actor,
            at=at,
        ),
        lambda done: _("已告诉企业不予受理的理由和去处。"),
    )


@an_act
def merge(request: HttpRequest, case_id: int) -> HttpResponse:
    case = request_for(case_id, request.actor, Act.MERGE).case
    form = forms.MergeIntoForm(case, request.actor, request.POST)
    return carry_out(
        request,
        case,
        form,
        lambda at: desk.request_merge(
            case_id=case_id,
            into_id=form.cleaned_data["into"],
            explanation=form.cleaned_data["explanation"],
            actor=request.actor,
            at=at,
        ),
        lambda done: (
            _("已并入 %(number)s，一并答复企业。")
            % {"number": done.merged_into.number if done.merged_into else ""}
        ),
    )


@an_act
def withdraw(request: HttpRequest, case_id: int) -> HttpResponse:
    case = request_for(case_id, request.actor, Act.WITHDRAW).case
    form = forms.WithdrawForm(request.POST)
    return carry_out(
        request,
        case,
        form,
        lambda at: desk.request_withdraw(
            case_id=case_id, reason=form.cleaned_data["reason"], actor=request.actor, at=at
        ),
        lambda done: _("已撤回，园区不再办这件。以后有需要，随时再提。"),
    )


@an_act
def reopen(request: HttpRequest, case_id: int) -> HttpResponse:
    case = request_for(case_id, request.actor, Act.REOPEN).case
    form = forms.ReopenForm(request.POST)
    return carry_out(
        request,
        case,
        form,
        lambda at: desk.request_reopen(
            case_id=case_id, reason=form.cleaned_data["reason"], actor=request.actor, at=at
        ),
        lambda done: (
            _("已重新办理，由%(unit)s%(name)s接手。")
            % {"unit": done.responsible.department.label, "name": done.responsible}
            if done.responsible
            else ""
        ),
    )


@an_act
def park(request: HttpRequest, case_id: int) -> HttpResponse:
    case = request_for(case_id, request.actor, Act.PARK).case
    form = forms.ParkForm(case, request.POST)
    return carry_out(
        request,
        case,
        form,
        lambda at: cases.case_park(
            case_id=case_id,
            explanation=form.cleaned_data["explanation"],
            until=form.cleaned_data["until"],
            actor=request.actor,
            at=at,
        ),
        lambda done: (
            _("已挂起，企业会看到为什么；%(until)s 复核。") % {"until": form.cleaned_data["until"]}
        ),
    )
