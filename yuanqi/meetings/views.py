"""The page of a meeting, and everything that is done there; its minutes as Word."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yuanqi.domain.clock import Light
from yuanqi.foundation import files
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Conflict, Invalid, NotVisible, OutOfSpace
from yuanqi.foundation.files import Upload
from yuanqi.organisation.models import Department
from yuanqi.organisation.queries import departments as standing

from . import operations, queries
from .forms import AnswerForm, AttendanceForm, CloseForm, EndForm, OffForm, UnitsForm
from .locking import item_in
from .minutes import WORD, minutes_of, name_of
from .models import Answer, Invitation, Item, ItemState, Meeting
from .pressing import page_of, press, require_staff

_MARKS = (ItemState.REFUSED, ItemState.REQUEST, ItemState.ADVICE)


@dataclass(frozen=True, slots=True)
class Line:
    """An item with its light, and what the reader does with it."""

    item: Item
    light: Light
    days: int  # until its day; below nought when late
    sees_case: bool
    form: EndForm | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A department that was asked, and the form in which the reader answers for it."""

    row: Invitation
    form: AnswerForm | None


@login_required
@require_GET
def meeting(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """When and where it is, who comes, what is talked over and what was decided."""
    return _page(request, meeting_id)


def _page(
    request: HttpRequest,
    meeting_id: int,
    name: str = "",
    sent: forms.Form | None = None,
    *,
    key: int | None = None,
    status: int = 200,
) -> HttpResponse:
    actor: Actor = request.actor
    require_staff(actor)
    row = queries.meeting_visible(meeting_id, actor)
    now = timezone.now()
    runs = queries.may_run(row, actor)
    keeps = runs and row.is_open
    begun = row.has_begun(now)
    items = list(queries.items_of(row))
    lines = _lines(items, row, actor, sent if name == "end" else None, key)
    invited = list(row.invitations.select_related("department", "officer", "meeting"))
    firms = list(row.guests.select_related("enterprise"))
    is_left = any(one.state == ItemState.OPEN for one in items)
    context: dict[str, Any] = {
        "page_title": row.title,
        "phone_title": row.get_kind_display(),
        "back_url": reverse("meetings:meetings"),
        "row": row,
        "open_lines": [one for one in lines if one.item.state == ItemState.OPEN],
        "task_lines": [one for one in lines if one.item.is_task],
        "done_lines": [
            one for one in lines if one.item.state in (ItemState.DONE, ItemState.DROPPED)
        ],
        "other_lines": [one for one in lines if one.item.state in _MARKS],
        "asked": [
            _asked(one, row, actor, sent if name == "answer" and key == one.department_id else None)
            for one in invited
        ],
        "guests": firms,
        "runs": runs,
        "keeps": keeps,
        "has_begun": begun,
        "is_over": now >= row.ends_at,
        "units_form": UnitsForm(units=_units(invited)) if keeps else None,
        "came_form": _came(invited, firms) if keeps and begun and (invited or firms) else None,
        "close_form": CloseForm() if keeps and begun and not is_left else None,
        "off_form": OffForm()
        if keeps and all(one.state == ItemState.OPEN for one in items) else None,
        "sent_back": name,
        "key": key,
    }  # fmt: skip
    if sent is not None and context.get(name) is not None:
        context[name] = sent
    return render(request, "meetings/meeting.html", context, status=status)


def _lines(
    items: list[Item], row: Meeting, actor: Actor, sent: forms.Form | None, key: int | None
) -> list[Line]:
    today = timezone.localdate()
    seen = queries.case_ids_seen(items, actor)
    found = []
    runs = queries.may_run(row, actor)
    for one in items:
        form = None
        if one.is_task and (runs or one.owner_id in actor.officer_ids):
            is_sent = sent is not None and one.pk == key
            form = sent if is_sent else EndForm(auto_id=f"end_{one.pk}_%s")
        days = (one.due_on - today).days if one.due_on else 0
        found.append(Line(one, one.light(today), days, one.case_id in seen, form))
    return found


def _asked(
    one: Invitation, row: Meeting, actor: Actor, sent: forms.Form | None
) -> Asked:  # fmt: skip
    if not row.is_open or not queries.may_answer(one, actor):
        return Asked(one, None)
    return Asked(
        one, sent if isinstance(sent, AnswerForm) else _answer_form(one.department_id, one)
    )


def _answer_form(
    department_id: int, one: Invitation | None = None, data: Any = None
) -> AnswerForm:  # fmt: skip
    people = queries.officers().filter(department=department_id)
    initial = {}
    if one is not None and one.answer != Answer.WAITING:
        initial = {"officer": one.officer_id, "note": one.note}
    return AnswerForm(
        data, people=list(people), initial=initial, auto_id=f"answer_{department_id}_%s"
    )


def _units(invited: list[Invitation]) -> list[Department]:
    known = {one.department_id for one in invited}
    return [unit for unit in standing() if unit.pk not in known]


def _came(invited: list[Any], firms: list[Any], data: Any = None) -> AttendanceForm:
    initial = {
        "departments": [one.department_id for one in invited if one.came],
        "enterprises": [one.enterprise_id for one in firms if one.came],
    }
    if all(one.came is None for one in (*invited, *firms)):
        initial["departments"] = [one.department_id for one in invited if one.officer_id]
    return AttendanceForm(
        data, initial=initial,
        units=[(one.department_id, one.department.label) for one in invited],
        firms=[(one.enterprise_id, one.enterprise.label) for one in firms],
    )  # fmt: skip


@login_required
@require_POST
def departments(request: HttpRequest, meeting_id: int) -> HttpResponse:
    row = _visible(request, meeting_id)
    form = UnitsForm(request.POST, units=_units(list(row.invitations.all())))

    def act() -> str:
        operations.departments_invite(
            meeting_id=meeting_id, department_ids=form.cleaned_data["departments"],
            actor=request.actor, at=timezone.now(),
        )  # fmt: skip
        return page_of(meeting_id)

    return _pressed(request, meeting_id, "units_form", form, act, _("通知发出了。"))


@login_required
@require_POST
def answer(request: HttpRequest, meeting_id: int, department_id: int) -> HttpResponse:
    _visible(request, meeting_id)
    form = _answer_form(department_id, data=request.POST)

    def act() -> str:
        operations.invitation_answer(
            meeting_id=meeting_id, department_id=department_id,
            officer_id=form.cleaned_data["officer"], note=form.cleaned_data["note"],
            actor=request.actor, at=timezone.now(),
        )  # fmt: skip
        return page_of(meeting_id)

    return _pressed(request, meeting_id, "answer", form, act, _("记下了。"), department_id)


@login_required
@require_POST
def attendance(request: HttpRequest, meeting_id: int) -> HttpResponse:
    row = _visible(request, meeting_id)
    form = _came(
        list(row.invitations.select_related("department")),
        list(row.guests.select_related("enterprise")), request.POST,
    )  # fmt: skip

    def act() -> str:
        operations.attendance_take(
            meeting_id=meeting_id, department_ids=form.cleaned_data.get("departments", []),
            enterprise_ids=form.cleaned_data.get("enterprises", []), actor=request.actor,
            at=timezone.now(),
        )  # fmt: skip
        return page_of(meeting_id)

    return _pressed(request, meeting_id, "came_form", form, act, _("到会情况记下了。"))


@login_required
@require_POST
def remove(request: HttpRequest, meeting_id: int, item_id: int) -> HttpResponse:
    _visible(request, meeting_id)
    try:
        operations.item_remove(
            meeting_id=meeting_id, item_id=item_id, actor=request.actor, at=timezone.now()
        )
    except Conflict as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("撤下了。"))
    return HttpResponseRedirect(page_of(meeting_id), status=303)


@login_required
@require_POST
def end(request: HttpRequest, meeting_id: int, item_id: int) -> HttpResponse:
    _visible(request, meeting_id)
    form = EndForm(request.POST, request.FILES, auto_id=f"end_{item_id}_%s")
    kept: Upload | None = None
    if form.is_valid() and form.cleaned_data["upload"]:
        try:
            # stored before the transaction: a slow disk holds no lock
            kept = files.check([form.cleaned_data["upload"]])[0]
        except (Invalid, OutOfSpace) as refusal:
            form.add_error("upload", refusal.message)

    def act() -> str:
        operations.task_end(
            meeting_id=meeting_id, item_id=item_id, state=request.POST.get("state", ""),
            outcome=form.cleaned_data["outcome"], upload=kept, actor=request.actor,
            at=timezone.now(),
        )  # fmt: skip
        return page_of(meeting_id)

    return _pressed(request, meeting_id, "end", form, act, _("记下了。"), item_id)


@login_required
@require_POST
def close(request: HttpRequest, meeting_id: int) -> HttpResponse:
    form = CloseForm(request.POST)

    def act() -> str:
        operations.meeting_close(
            meeting_id=meeting_id, summary=form.cleaned_data["summary"], actor=request.actor,
            at=timezone.now(),
        )  # fmt: skip
        return page_of(meeting_id)

    return _pressed(request, meeting_id, "close_form", form, act, _("纪要定稿了，可以下载。"))


@login_required
@require_POST
def call_off(request: HttpRequest, meeting_id: int) -> HttpResponse:
    form = OffForm(request.POST)

    def act() -> str:
        operations.meeting_call_off(
            meeting_id=meeting_id, reason=form.cleaned_data["reason"], actor=request.actor,
            at=timezone.now(),
        )  # fmt: skip
        return page_of(meeting_id)

    return _pressed(request, meeting_id, "off_form", form, act, _("会议取消了，已通知参会的人。"))


@login_required
@require_GET
def minutes(request: HttpRequest, meeting_id: int) -> FileResponse:
    """The minutes as Word; a draft until they are settled."""
    row = _visible(request, meeting_id)
    if not row.has_begun(timezone.now()) or row.called_off_at is not None:
        raise NotVisible(meeting_id)
    return files.as_attachment(io.BytesIO(minutes_of(row)), name_of(row), WORD)


@login_required
@require_GET
def file(request: HttpRequest, meeting_id: int, item_id: int) -> FileResponse:
    """The evidence of a task, as an attachment."""
    one = item_in(_visible(request, meeting_id), item_id)
    if one.file is None:
        raise NotVisible(item_id)
    try:
        return files.serve(one.file, one.file_name)
    except FileNotFoundError as error:
        raise NotVisible(item_id) from error


def _visible(request: HttpRequest, meeting_id: int) -> Meeting:
    require_staff(request.actor)
    return queries.meeting_visible(meeting_id, request.actor)


def _pressed(
    request: HttpRequest,
    meeting_id: int,
    name: str,
    form: forms.Form,
    act: Callable[[], str],
    said: str,
    key: int | None = None,
) -> HttpResponse:
    _visible(request, meeting_id)
    found = press(request, form, act, said)
    if not isinstance(found, int):
        return found
    if found == 409:
        messages.error(request, "".join(form.non_field_errors()))
    return _page(request, meeting_id, name, form, key=key, status=found)
