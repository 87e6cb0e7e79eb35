"""The zone's directory, and going away with somebody acting."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from yuanqi.audit import reading
from yuanqi.foundation.actors import Actor, Role
from yuanqi.foundation.errors import Conflict, Invalid, NotVisible
from yuanqi.signin.places import address_of

from .. import operations
from ..forms import AbsenceForm
from ..models import Absence, Department, Officer
from ..roster import Roster

_AHEAD = timedelta(days=14)  # how far the directory looks for coming absences


@dataclass(frozen=True, slots=True)
class Line:
    """An officer as the directory shows him."""

    officer: Officer
    is_head: bool
    absence: Absence | None  # now
    coming: Absence | None
    acting: Officer | None  # who answers now or will


@dataclass(frozen=True, slots=True)
class Unit:
    """A department as the directory shows it."""

    department: Department
    on_duty: Officer | None
    lines: list[Line]


@login_required
@require_GET
def directory(request: HttpRequest) -> HttpResponse:
    """Departments in reporting order, who answers now, and everybody's number. Staff only."""
    _require_officer(request.actor)
    now = timezone.now()
    roster = Roster.over(now, now + _AHEAD)
    units = [_unit(roster, department, now) for department in roster.in_reporting_order()]
    numbers = sum(bool(line.officer.phone) for unit in units for line in unit.lines)
    reading.note(
        actor=request.actor, at=now, subject="directory", what="officer_phone", count=numbers,
        address=address_of(request),
    )  # fmt: skip
    context = {
        "page_title": _("通讯录"),
        "keeps_roster": request.actor.has(Role.HEAD),
        "units": units,
        "centre": next(
            (unit for unit in units if unit.department.kind == Department.Kind.CENTRE), None
        ),
    }
    return render(request, "organisation/directory.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def absence(request: HttpRequest) -> HttpResponse:
    """Record an absence and who acts meanwhile: one's own, or a head those of his people."""
    actor: Actor = request.actor
    _require_officer(actor)
    people = list(
        Officer.objects.filter(is_active=True)
        .select_related("department")
        .order_by("department__position", "department_id", "id")
    )
    own = [person for person in people if person.pk == actor.officer_id]
    if actor.has(Role.HEAD):
        own += [
            person
            for person in people
            if person.department_id == actor.department_id and person.pk != actor.officer_id
        ]
    others = [person for person in people if own != [person]]
    form = AbsenceForm(request.POST or None, own=own, others=others)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            status = _record(form, actor)
            if status == 303:
                acting = next(p for p in people if p.pk == form.cleaned_data["acting"])
                messages.success(
                    request,
                    _("已登记外出。这段时间由%(unit)s%(name)s代理。")
                    % {"unit": acting.department.label, "name": acting.name},
                )
                return HttpResponseRedirect(reverse("organisation:directory"), status=303)
    context = {
        "page_title": _("登记外出"),
        "back_url": reverse("organisation:directory"),
        "form": form,
    }
    return render(request, "organisation/absence.html", context, status=status)


def _record(form: AbsenceForm, actor: Actor) -> int:
    """Carry it out; what stands in the way is said at the field where it can be mended."""
    values = form.cleaned_data
    try:
        operations.absence_record(
            officer_id=values["officer"],
            acting_id=values["acting"],
            start_at=values["start_at"],
            end_at=values["end_at"],
            reason=values["reason"],
            actor=actor,
            at=timezone.now(),
        )
    except Conflict as refusal:
        form.add_error("start_at", refusal.message)
        return 409
    except Invalid as refusal:
        form.add_error(refusal.field, refusal.message)
        return 422
    return 303


def _require_officer(actor: Actor) -> None:
    """The directory is the park's: an enterprise calls its linked officer."""
    if actor.officer_id is None:
        raise NotVisible


def _unit(roster: Roster, department: Department, now: datetime) -> Unit:
    lines = []
    for officer in roster.people_of(department):
        absence = roster.absence(officer.pk, now)
        coming = None if absence else roster.coming_absence(officer.pk, now)
        acting = None
        if absence:
            acting = roster.acting_for(officer.pk, now)
        elif coming:
            acting = roster.officers[coming.acting_id]
        lines.append(Line(officer, officer.pk == department.head_id, absence, coming, acting))
    lines.sort(key=lambda line: (not line.is_head, -line.officer.rank, line.officer.pk))
    return Unit(department, roster.on_duty(department, now), lines)
