"""The page of a task force, and everything that is done there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yuanqi.casework.queries import case_visible
from yuanqi.domain.clock import Light
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Conflict, NotVisible

from . import operations, queries
from .forms import EndForm, NoteForm, PersonForm, ReportForm, TaskForm
from .models import ForceTask, TaskForce
from .pressing import page_of, press, require_staff

NOTES = 30


@dataclass(frozen=True, slots=True)
class Line:
    """A task with its light, and whether the reader says that it is done, or drops it."""

    task: ForceTask
    light: Light
    days: int  # until its day; below nought when late
    may_end: bool
    form: EndForm | None


@login_required
@require_GET
def force(request: HttpRequest, force_id: int) -> HttpResponse:
    """What it is for, who is in it, what is to be done, how it gets on."""
    return _page(request, force_id)


def _page(
    request: HttpRequest,
    force_id: int,
    name: str = "",
    sent: forms.Form | None = None,
    *,
    task_id: int | None = None,
    status: int = 200,
) -> HttpResponse:
    actor: Actor = request.actor
    require_staff(actor)
    row = queries.force_visible(force_id, actor)
    today = timezone.localdate()
    manages = row.is_open and queries.may_manage(row, actor)
    members = list(queries.members_of(row))
    people = list(queries.officers()) if manages else []
    inside = {one.officer_id for one in members}
    tasks = list(row.tasks.select_related("force", "owner", "department", "ended_by"))
    lines = [_line(one, actor, row, today, sent if one.pk == task_id else None) for one in tasks]
    writes = row.is_open and actor.officer_id is not None and queries.takes_part(row, actor)
    left = sum(one.is_open for one in tasks)
    context: dict[str, Any] = {
        "page_title": row.name,
        "phone_title": _("专班"),
        "back_url": reverse("taskforces:forces"),
        "row": row,
        "members": members,
        "open_lines": [one for one in lines if one.task.is_open],
        "ended": [one for one in lines if not one.task.is_open],
        "notes": row.notes.select_related("officer__department")[:NOTES],
        "manages": manages,
        "sees_case": row.case_id is not None and _sees(row.case_id, actor),
        "task_form": TaskForm(members=members) if manages else None,
        "join_form": PersonForm(
            people=[one for one in people if one.pk not in inside], auto_id="join_%s"
        ) if manages else None,
        "lead_form": PersonForm(
            people=[one for one in people if one.pk != row.lead_id], auto_id="lead_%s"
        ) if manages else None,
        "note_form": NoteForm() if writes else None,
        "report_form": ReportForm() if manages and not left else None,
        "sent_back": name,
        "task_id": task_id,
    }  # fmt: skip
    if sent is not None and name in context and context[name] is not None:
        context[name] = sent
    return render(request, "taskforces/force.html", context, status=status)


def _line(
    task: ForceTask, actor: Actor, row: TaskForce, today: date, sent: forms.Form | None
) -> Line:
    may = row.is_open and task.is_open and queries.may_end(task, actor)
    form = None
    if may:
        form = sent if isinstance(sent, EndForm) else EndForm(auto_id=f"end_{task.pk}_%s")
    return Line(task, task.light(today), (task.due_on - today).days, may, form)


def _sees(case_id: int, actor: Actor) -> bool:
    try:
        case_visible(case_id, actor)
    except NotVisible:
        return False
    return True


@login_required
@require_POST
def join(request: HttpRequest, force_id: int) -> HttpResponse:
    form = PersonForm(request.POST, people=list(queries.officers()), auto_id="join_%s")

    def act() -> str:
        operations.member_join(
            force_id=force_id, officer_id=form.cleaned_data["officer"], actor=request.actor,
            at=timezone.now(),
        )  # fmt: skip
        return page_of(force_id)

    return _pressed(request, force_id, "join_form", form, act, _("加进专班了，已通知本人。"))


@login_required
@require_POST
def leave(request: HttpRequest, force_id: int, officer_id: int) -> HttpResponse:
    _visible(request, force_id)
    try:
        operations.member_leave(
            force_id=force_id, officer_id=officer_id, actor=request.actor, at=timezone.now()
        )
    except Conflict as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("已退出专班。"))
    return HttpResponseRedirect(page_of(force_id), status=303)


@login_required
@require_POST
def lead(request: HttpRequest, force_id: int) -> HttpResponse:
    form = PersonForm(request.POST, people=list(queries.officers()), auto_id="lead_%s")

    def act() -> str:
        operations.lead_change(
            force_id=force_id, officer_id=form.cleaned_data["officer"], actor=request.actor,
            at=timezone.now(),
        )  # fmt: skip
        return page_of(force_id)

    return _pressed(request, force_id, "lead_form", form, act, _("负责人换好了。"))


@login_required
@require_POST
def task(request: HttpRequest, force_id: int) -> HttpResponse:
    row = _visible(request, force_id)
    form = TaskForm(request.POST, members=list(queries.members_of(row)))

    def act() -> str:
        sent = form.cleaned_data
        operations.task_set(
            force_id=force_id, text=sent["text"], owner_id=sent["owner"], due_on=sent["due_on"],
            actor=request.actor, at=timezone.now(),
        )  # fmt: skip
        return page_of(force_id)

    return _pressed(request, force_id, "task_form", form, act, _("任务布置好了，已通知本人。"))


@login_required
@require_POST
def end(request: HttpRequest, force_id: int, task_id: int) -> HttpResponse:
    form = EndForm(request.POST, auto_id=f"end_{task_id}_%s")

    def act() -> str:
        operations.task_end(
            force_id=force_id, task_id=task_id, state=request.POST.get("state", ""),
            outcome=form.cleaned_data["outcome"], actor=request.actor, at=timezone.now(),
        )  # fmt: skip
        return page_of(force_id)

    return _pressed(request, force_id, "end", form, act, _("记下了。"), task_id=task_id)


@login_required
@require_POST
def note(request: HttpRequest, force_id: int) -> HttpResponse:
    form = NoteForm(request.POST)

    def act() -> str:
        sent = form.cleaned_data
        operations.note_write(
            force_id=force_id, kind=sent["kind"], text=sent["text"], held_on=sent["held_on"],
            actor=request.actor, at=timezone.now(),
        )  # fmt: skip
        return page_of(force_id)

    return _pressed(request, force_id, "note_form", form, act, _("写好了。"))


@login_required
@require_POST
def close(request: HttpRequest, force_id: int) -> HttpResponse:
    form = ReportForm(request.POST)

    def act() -> str:
        operations.force_close(
            force_id=force_id, report=form.cleaned_data["report"], actor=request.actor,
            at=timezone.now(),
        )  # fmt: skip
        return page_of(force_id)

    return _pressed(request, force_id, "report_form", form, act, _("专班办结了。"))


def _visible(request: HttpRequest, force_id: int) -> TaskForce:
    return queries.force_visible(force_id, request.actor)


def _pressed(
    request: HttpRequest,
    force_id: int,
    name: str,
    form: forms.Form,
    act: Callable[[], str],
    said: str,
    task_id: int | None = None,
) -> HttpResponse:
    _visible(request, force_id)
    try:
        found = press(request, form, act, said)
    except Conflict as refusal:
        form.add_error(None, refusal.message)
        messages.error(request, refusal.message)
        return _page(request, force_id, name, form, task_id=task_id, status=409)
    return found or _page(request, force_id, name, form, task_id=task_id, status=422)
