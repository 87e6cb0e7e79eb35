"""The duty roster by months, and who is away: a head's own people, all for the keeper."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yuanqi.foundation.actors import Actor, Role
from yuanqi.foundation.errors import NotVisible

from .. import duty as operations
from ..forms import OnceForm, ShiftForm
from ..models import Absence, Department, DutyShift, Officer
from ..operations import duty_assign
from ..queries import departments
from ._forms import carry_out

_FAR = 240  # months either way: no calendar of ours goes farther
_MOST = 200  # absences on the page


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the month with its shifts; without any, the head answers."""

    day: date
    shifts: list[DutyShift]
    is_today: bool
    starting: frozenset[int]  # those that begin here, or before the month: one button a shift


@login_required
@require_http_methods(["GET", "POST"])
def duty(request: HttpRequest) -> HttpResponse:
    """One department's month: who answers when, and the form that puts somebody in."""
    unit, units = _chosen(request)
    if unit is None:
        context = {"page_title": _("值班"), "unit": None}
        return render(request, "organisation/duty.html", context)
    people = list(Officer.objects.filter(department=unit, is_active=True).order_by("id"))
    month = _month(request)
    form = ShiftForm(request.POST or None, people=people, initial=_next(unit))
    status = 200
    if request.method == "POST":

        def act() -> str:
            officer = next(p for p in people if p.pk == form.cleaned_data["officer"])
            shift = duty_assign(
                department=unit,
                officer=officer,
                start_at=form.cleaned_data["start_at"],
                end_at=form.cleaned_data["end_at"],
                actor=request.actor,
                at=timezone.now(),
            )
            return _address(unit, timezone.localdate(shift.start_at))

        status, location = carry_out(request, form, act)
        if status == 303:
            messages.success(request, _("已排班。"))
            return HttpResponseRedirect(location, status=303)
    context = {
        "page_title": _("值班"),
        "unit": unit,
        "units": units,
        "month": month,
        "days": _days(unit, month),
        "before": _address(unit, month - timedelta(days=1)),
        "after": _address(unit, _end(month)),
        "form": form,
        "now": timezone.now(),
    }
    return render(request, "organisation/duty.html", context, status=status)


@login_required
@require_POST
def duty_cancel(request: HttpRequest, shift_id: int) -> HttpResponse:
    """Take a shift out, and show the month again."""
    found = DutyShift.objects.select_related("department").filter(pk=shift_id).first()
    if found is None or not _may_keep(request.actor, found.department_id):
        raise NotVisible(shift_id)
    day, unit = timezone.localdate(found.start_at), found.department
    operations.duty_cancel(shift_id=shift_id, actor=request.actor, at=timezone.now())
    messages.success(request, _("已取消这一班。"))
    return HttpResponseRedirect(_address(unit, day), status=303)


@login_required
@require_GET
def absences(request: HttpRequest) -> HttpResponse:
    """Who is away or will be: one's own, a head's people, everybody for the keeper."""
    actor: Actor = request.actor
    if not actor.has(Role.SYSTEM_ADMIN) and actor.officer_id is None:
        raise NotVisible
    now = timezone.now()
    found = Absence.objects.select_related("officer__department", "acting__department")
    found = found.filter(end_at__gt=now)
    if not actor.has(Role.SYSTEM_ADMIN):
        if actor.has(Role.HEAD):
            found = found.filter(officer__department=actor.department_id)
        else:
            found = found.filter(officer=actor.officer_id)
    context = {
        "page_title": _("外出"),
        "absences": list(found.order_by("start_at", "id")[:_MOST]),
        "may_record": actor.officer_id is not None,
        "now": now,
        "once_form": OnceForm(),
    }
    return render(request, "organisation/absences.html", context)


@login_required
@require_POST
def absence_cancel(request: HttpRequest, absence_id: int) -> HttpResponse:
    operations.absence_cancel(absence_id=absence_id, actor=request.actor, at=timezone.now())
    messages.success(request, _("已取消，从现在起由本人接着办。"))
    return HttpResponseRedirect(reverse("organisation:absences"), status=303)


def _may_keep(actor: Actor, department_id: int) -> bool:
    own = actor.has(Role.HEAD) and actor.department_id == department_id
    return own or actor.has(Role.SYSTEM_ADMIN)


def _chosen(request: HttpRequest) -> tuple[Department | None, list[Department]]:
    """The department of the address, of those whose roster the actor keeps; else the first."""
    actor: Actor = request.actor
    if not actor.has(Role.SYSTEM_ADMIN, Role.HEAD):
        raise NotVisible
    units = [unit for unit in departments() if _may_keep(actor, unit.pk)]
    said = request.GET.get("department", "")
    if said:
        unit = next((unit for unit in units if str(unit.pk) == said), None)
        if unit is None:
            raise NotVisible(said)
        return unit, units
    centres = [unit for unit in units if unit.kind == Department.Kind.CENTRE]
    return next(iter(centres or units), None), units


def _month(request: HttpRequest) -> date:
    """The first day of the month that the address names, else of this one."""
    today = timezone.localdate()
    try:
        found = date.fromisoformat(f"{request.GET.get('month', '')}-01")
    except ValueError:
        return today.replace(day=1)
    far = abs((found.year - today.year) * 12 + found.month - today.month)
    return found if far <= _FAR else today.replace(day=1)


def _end(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def _address(unit: Department, day: date) -> str:
    return f"{reverse('organisation:duty')}?department={unit.pk}&month={day:%Y-%m}"


def _days(unit: Department, month: date) -> list[Day]:
    start, end = _midnight(month), _midnight(_end(month))
    shifts = list(
        DutyShift.objects.select_related("officer")
        .filter(department=unit, start_at__lt=end, end_at__gt=start)
        .order_by("start_at")
    )
    today = timezone.localdate()
    days = []
    for number in range((_end(month) - month).days):
        day = month + timedelta(days=number)
        opens, closes = _midnight(day), _midnight(day + timedelta(days=1))
        touching = [s for s in shifts if s.start_at < closes and s.end_at > opens]
        # a shift stands on the day it begins, and on later days only where nothing begins
        begun = [s for s in touching if s.start_at >= opens]
        first = frozenset(s.pk for s in (touching if day == month else begun))
        days.append(Day(day, touching if day == month else begun or touching, day == today, first))
    return days


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _next(unit: Department) -> dict[str, Any]:
    """The next shift begins where the last one ends, and is as long."""
    last = DutyShift.objects.filter(department=unit).order_by("-end_at").first()
    if last is None:
        return {}
    start = timezone.localtime(last.end_at)
    return {"start_at": start, "end_at": start + (last.end_at - last.start_at)}
