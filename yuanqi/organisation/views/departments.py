"""Departments: the list, one with its head and its end, for the system administrator."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yuanqi.foundation import sheets
from yuanqi.foundation.actors import Actor, Role
from yuanqi.foundation.errors import NotVisible

from .. import departments as operations
from .. import lines, merging
from ..forms import CloseForm, DepartmentForm, LineForm, OnceForm
from ..models import Department, LineChange, Officer
from ..queries import departments
from ..roster import in_reporting_order
from ._forms import carry_out


def require_keeper(actor: Actor) -> None:
    """These pages are the system administrator's; others have the directory."""
    if not actor.has(Role.SYSTEM_ADMIN):
        raise NotVisible


@login_required
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """The standing departments in reporting order; below, those that were closed."""
    require_keeper(request.actor)
    people = Count("officers", filter=Q(officers__is_active=True))
    units = in_reporting_order(list(departments().annotate(people=people)))
    if request.GET.get("export") == "xlsx":
        return _workbook(request, units)
    closed = Department.objects.exclude(closed_at=None).select_related("merged_into")
    context = {
        "page_title": pgettext("several", "部门"),
        "units": units,
        "closed": list(closed.order_by("-closed_at", "id")[:100]),
    }
    return render(request, "organisation/departments.html", context)


def _workbook(request: HttpRequest, units: Sequence[Department]) -> HttpResponse:
    """The list as it is shown, with each one's code and English name."""
    now = timezone.now()
    target = sheets.temporary()
    count = sheets.write(
        target,
        title=pgettext("several", "部门"),
        columns=[
            sheets.Column(_("代码"), 20),
            sheets.Column(_("部门"), 26),
            sheets.Column(_("简称"), 14),
            sheets.Column(_("英文名"), 26),
            sheets.Column(_("性质"), 12),
            sheets.Column(_("报告给"), 20),
            sheets.Column(_("负责人"), 12),
            sheets.Column(_("电话"), 16),
            sheets.Column(_("在岗"), 8, "number"),
        ],
        rows=[
            (
                unit.code,
                unit.name,
                unit.short_name,
                unit.name_en,
                unit.get_kind_display(),
                unit.reports_to.label if unit.reports_to else "",
                unit.head.name if unit.head else "",
                unit.phone,
                unit.people,
            )
            for unit in units
        ],
        tz=timezone.get_default_timezone(),
    )
    operations.departments_export(rows=count, actor=request.actor, at=now)
    day = timezone.localdate(now)
    return sheets.download(target, f"{pgettext('several', '部门')}-{day:%Y%m%d}.xlsx")


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Add a department."""
    require_keeper(request.actor)
    units = list(departments())
    last = max((unit.position for unit in units), default=0)
    form = DepartmentForm(request.POST or None, units=units, initial={"position": last + 1})
    status = 200
    if request.method == "POST":

        def act() -> str:
            values = dict(form.cleaned_data)
            values.pop("once")
            made = operations.department_add(
                reports_to_id=values.pop("reports_to"),
                actor=request.actor,
                at=timezone.now(),
                **values,
            )
            return reverse("organisation:department", args=[made.pk])

        status, location = carry_out(request, form, act)
        if status == 303:
            messages.success(request, _("部门已建。接着建人员，再定负责人。"))
            return HttpResponseRedirect(location, status=303)
    context = {
        "page_title": _("新建部门"),
        "back_url": reverse("organisation:departments"),
        "form": form,
        "button": _("新建部门"),
    }
    return render(request, "organisation/form.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, department_id: int) -> HttpResponse:
    """One department: what it is called, to whom it reports, who heads it, how it ends."""
    require_keeper(request.actor)
    department = _found(department_id)
    form = _form(request, department)
    status = 200
    if request.method == "POST":

        def act() -> str:
            values = dict(form.cleaned_data)
            values.pop("once")
            told = {"actor": request.actor, "at": timezone.now()}
            head = values.pop("head")
            operations.department_change(
                department_id=department_id,
                reports_to_id=values.pop("reports_to"),
                **values,
                **told,
            )
            operations.head_set(department_id=department_id, officer_id=head, **told)
            return reverse("organisation:departments")

        status, location = carry_out(request, form, act)
        if status == 303:
            messages.success(request, _("已保存。"))
            return HttpResponseRedirect(location, status=303)
    return _page(request, department, status=status, form=form)


@login_required
@require_POST
def close(request: HttpRequest, department_id: int) -> HttpResponse:
    """Close it, into another where there is something to go over."""
    require_keeper(request.actor)
    department = _found(department_id)
    form = CloseForm(request.POST, units=_others(department), auto_id="close_%s")

    def act() -> str:
        operations.department_close(
            department_id=department_id,
            into_id=form.cleaned_data["into"],
            reason=form.cleaned_data["reason"],
            actor=request.actor,
            at=timezone.now(),
        )
        return reverse("organisation:departments")

    said = _("%(unit)s已撤并。") % {"unit": department.name}
    return _answered(request, department, form, act, said=said, shown_as="close_form")


@login_required
@require_POST
def line_plan(request: HttpRequest, department_id: int) -> HttpResponse:
    """Let it report to another from a day on."""
    require_keeper(request.actor)
    department = _found(department_id)
    form = LineForm(request.POST, units=_others(department), auto_id="line_%s")

    def act() -> str:
        values = form.cleaned_data
        lines.line_plan(
            department_id=department_id,
            reports_to_id=values["reports_to"],
            valid_from=values["valid_from"],
            reason=values["reason"],
            actor=request.actor,
            at=timezone.now(),
        )
        return reverse("organisation:department", args=[department_id])

    said = _("已定，到那天自动生效。")
    return _answered(request, department, form, act, said=said, shown_as="line_form")


@login_required
@require_POST
def line_withdraw(request: HttpRequest, department_id: int) -> HttpResponse:
    """Take back what was decided for a day to come."""
    require_keeper(request.actor)
    department = _found(department_id)
    form = OnceForm(request.POST)

    def act() -> str:
        lines.line_withdraw(department_id=department_id, actor=request.actor, at=timezone.now())
        return reverse("organisation:department", args=[department_id])

    said = _("已撤回。")
    return _answered(request, department, form, act, said=said, shown_as="withdraw_form")


def _answered(
    request: HttpRequest,
    department: Department,
    form: OnceForm,
    act: Callable[[], str],
    *,
    said: str,
    shown_as: str,
) -> HttpResponse:
    """Carry out a form of the department's page: on to where it leads, or the page with what is
    wrong."""
    status, location = carry_out(request, form, act)
    if status == 303:
        messages.success(request, said)
        return HttpResponseRedirect(location, status=303)
    return _page(request, department, status=status, **{shown_as: form})


def _found(department_id: int) -> Department:
    found = departments().filter(pk=department_id).first()
    if found is None:
        raise NotVisible(department_id)
    return found


def _others(department: Department) -> list[Department]:
    return [unit for unit in departments() if unit.pk != department.pk]


def _people(department: Department) -> list[Officer]:
    return list(Officer.objects.filter(department=department, is_active=True).order_by("id"))


def _form(request: HttpRequest, department: Department) -> DepartmentForm:
    initial = {name: getattr(department, name) for name in operations.FIELDS}
    initial |= {"reports_to": department.reports_to_id, "head": department.head_id}
    return DepartmentForm(
        request.POST if request.method == "POST" else None,
        units=_others(department),
        people=_people(department),
        initial=initial,
    )


def _page(
    request: HttpRequest, department: Department, *, status: int, **more: Any
) -> HttpResponse:
    now = timezone.now()
    initial = {name: getattr(department, name) for name in operations.FIELDS}
    initial |= {"reports_to": department.reports_to_id, "head": department.head_id}
    others, people = _others(department), _people(department)
    context = {
        "page_title": department.full_label,
        "back_url": reverse("organisation:departments"),
        "department": department,
        "people": people,
        "works": merging.work_of_department(department, now),
        "is_centre": department.kind == Department.Kind.CENTRE,
        "form": DepartmentForm(units=others, people=people, initial=initial),
        "close_form": CloseForm(units=others, auto_id="close_%s"),
        "line": LineChange.objects.select_related("reports_to", "set_by")
        .filter(department=department, ended_at=None)
        .first(),
        "line_form": LineForm(
            units=others, auto_id="line_%s", initial={"reports_to": department.reports_to_id}
        ),
        "withdraw_form": OnceForm(),
        **more,
    }
    return render(request, "organisation/department.html", context, status=status)
