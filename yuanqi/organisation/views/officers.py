"""Officers: the list, a new one, one with his move and his leave, for the system administrator."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yuanqi.foundation import pages
from yuanqi.foundation.errors import NotVisible

from .. import officers as operations
from ..forms import LeaveForm, MoveForm, OfficerForm, OnceForm
from ..lists import OfficerFilters
from ..merging import Work
from ..models import Absence, Officer
from ..queries import departments
from ._forms import carry_out
from .departments import require_keeper

IN_ORDER = (
    pages.Key("department__position"),
    pages.Key("department_id"),
    pages.Key("id"),
)


@login_required
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """All officers, department by department."""
    require_keeper(request.actor)
    units = list(departments())
    filters = OfficerFilters.read(request.GET, units)
    found = filters.applied()
    page = pages.keyset_page(found, IN_ORDER, request.GET.get(pages.AFTER, ""))
    foot = pages.foot(request, page)
    count = pages.count_of(found)
    foot["text"] = _("共 %(count)s 人") % {"count": count}
    context = {
        "page_title": _("人员"),
        "officers": page.rows,
        "units": units,
        "q": filters.q,
        "unit": filters.unit,
        "state": filters.state,
        "is_filtered": filters.is_narrowed,
        "page": page,
        "count": count,
        "foot": foot,
    }
    return render(request, "organisation/officers.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Add an officer; his account comes next."""
    require_keeper(request.actor)
    form = OfficerForm(
        request.POST or None,
        units=list(departments()),
        initial={"department": request.GET.get("department", "")},
    )
    status = 200
    if request.method == "POST":

        def act() -> str:
            values = dict(form.cleaned_data)
            values.pop("once")
            made = operations.officer_add(
                department_id=values.pop("department"),
                actor=request.actor,
                at=timezone.now(),
                **values,
            )
            return reverse("organisation:officer", args=[made.pk])

        status, location = carry_out(request, form, act)
        if status == 303:
            messages.success(request, _("人员已建。需要登录的，接着开通账号。"))
            return HttpResponseRedirect(location, status=303)
    context = {
        "page_title": _("新建人员"),
        "back_url": reverse("organisation:officers"),
        "form": form,
        "button": _("新建人员"),
    }
    return render(request, "organisation/form.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, officer_id: int) -> HttpResponse:
    """One officer: who he is, his account, what he holds, how he moves or leaves."""
    require_keeper(request.actor)
    officer = _found(officer_id)
    if request.method == "GET":
        return _page(request, officer, status=200)
    form = OfficerForm(request.POST)

    def act() -> str:
        values = dict(form.cleaned_data)
        values.pop("once")
        operations.officer_change(
            officer_id=officer_id, actor=request.actor, at=timezone.now(), **values
        )
        return reverse("organisation:officer", args=[officer_id])

    return _answer(request, officer, form, act, "form", _("已保存。"))


@login_required
@require_POST
def move(request: HttpRequest, officer_id: int) -> HttpResponse:
    require_keeper(request.actor)
    officer = _found(officer_id)
    form = _move_form(officer, request.POST)

    def act() -> str:
        operations.officer_move(
            officer_id=officer_id,
            department_id=form.cleaned_data["department"],
            to_id=form.cleaned_data["to"],
            reason=form.cleaned_data["reason"],
            actor=request.actor,
            at=timezone.now(),
        )
        return reverse("organisation:officer", args=[officer_id])

    said = _("已调动。原来的角色收回了，请安全管理员按新岗位授予。")
    return _answer(request, officer, form, act, "move_form", said)


@login_required
@require_POST
def leave(request: HttpRequest, officer_id: int) -> HttpResponse:
    require_keeper(request.actor)
    officer = _found(officer_id)
    form = _leave_form(officer, operations.work_of(officer, timezone.now()), request.POST)

    def act() -> str:
        operations.officer_leave(
            officer_id=officer_id,
            to_id=form.cleaned_data["to"],
            reason=form.cleaned_data["reason"],
            actor=request.actor,
            at=timezone.now(),
        )
        return reverse("organisation:officer", args=[officer_id])

    said = _("已离岗，账号同时停用。")
    return _answer(request, officer, form, act, "leave_form", said)


@login_required
@require_POST
def come_back(request: HttpRequest, officer_id: int) -> HttpResponse:
    require_keeper(request.actor)
    officer = _found(officer_id)
    form = OnceForm(request.POST)

    def act() -> str:
        operations.officer_return(officer_id=officer_id, actor=request.actor, at=timezone.now())
        return reverse("organisation:officer", args=[officer_id])

    said = _("已回岗。账号要另外重新启用。")
    return _answer(request, officer, form, act, "return_form", said)


def _answer(
    request: HttpRequest, officer: Officer, form: Any, act: Any, name: str, said: str
) -> HttpResponse:
    status, location = carry_out(request, form, act)
    if status == 303:
        messages.success(request, said)
        return HttpResponseRedirect(location, status=303)
    return _page(request, officer, status=status, **{name: form})


def _found(officer_id: int) -> Officer:
    found = Officer.objects.select_related("department", "account").filter(pk=officer_id).first()
    if found is None:
        raise NotVisible(officer_id)
    return found


def _colleagues(officer: Officer) -> list[Officer]:
    found = Officer.objects.filter(department=officer.department_id, is_active=True)
    return list(found.exclude(pk=officer.pk).order_by("id"))


def _move_form(officer: Officer, data: Any = None) -> MoveForm:
    units = [unit for unit in departments() if unit.pk != officer.department_id]
    return MoveForm(data, units=units, colleagues=_colleagues(officer), auto_id="move_%s")


def _leave_form(officer: Officer, works: Sequence[Work], data: Any = None) -> LeaveForm:
    colleagues = _colleagues(officer)
    return LeaveForm(data, colleagues=colleagues, holds=bool(works), auto_id="leave_%s")


def _page(request: HttpRequest, officer: Officer, *, status: int, **more: Any) -> HttpResponse:
    now = timezone.now()
    initial = {name: getattr(officer, name) for name in operations.FIELDS}
    works = operations.work_of(officer, now)
    absences = Absence.objects.select_related("acting").filter(officer=officer, end_at__gt=now)
    context = {
        "page_title": officer.name,
        "back_url": reverse("organisation:officers"),
        "officer": officer,
        "works": works,
        "absences": list(absences.order_by("start_at")),
        "is_head": officer.department.head_id == officer.pk,
        "form": OfficerForm(initial=initial),
        "move_form": _move_form(officer),
        "leave_form": _leave_form(officer, works),
        "return_form": OnceForm(),
        **more,
    }
    return render(request, "organisation/officer.html", context, status=status)
