"""The note of a visit, on a phone; what its script needs: a token, a service worker."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from yuanqi.advice.queries import topics
from yuanqi.domain.clock import Light
from yuanqi.foundation import files, formats
from yuanqi.foundation.actors import Actor, Role
from yuanqi.foundation.errors import Conflict, Invalid, OutOfSpace, YuanqiError
from yuanqi.promises.queries import open_promises
from yuanqi.registry.contacting.queries import use_of
from yuanqi.registry.contacting.within import beyond
from yuanqi.registry.facts import State as FactState
from yuanqi.registry.facts import details_of
from yuanqi.registry.facts.values import shown
from yuanqi.registry.models import ContactPerson, Enterprise
from yuanqi.registry.queries import enterprise_visible
from yuanqi.registry.rights import Part, parts_of
from yuanqi.servicedesk.ledger import URGENT, at_work, requests_listed
from yuanqi.servicedesk.queries import categories_offered
from yuanqi.servicedesk.rows import Row, rows_of, with_row_parts

from .. import operations, queries
from ..forms import NoteForm, now_local
from ..models import Visit
from ..plans import Standing, VisitPlan, plan_of
from .sending import SeeOther

NEAR = timedelta(days=3)  # so much earlier than planned it still is that visit
BY_SCRIPT = "X-Note"  # the page's script sends a kept note, and wants to be told briefly
KNOWN = ("power_month_yoy", "staff_month", "output_month_yoy", "capacity_use", "employees")


@login_required
@require_http_methods(["GET", "POST"])
def note(request: HttpRequest, enterprise_id: int) -> HttpResponse:
    """Note a visit: planned, due, or neither."""
    actor: Actor = request.actor
    firm = enterprise_visible(enterprise_id, actor)
    queries.require_officer(actor)
    now = timezone.now()
    today = timezone.localdate(now)
    planned = _planned(firm, actor, today)
    options: dict[str, Any] = {
        "categories": categories_offered(today),
        "topics": [(one.code, one.label) for one in topics()],
        "today": today,
    }
    if request.method == "GET":
        form = NoteForm(initial={"happened": now_local(now)}, **options)
        return _page(request, firm, planned, form, now)
    form = NoteForm(request.POST, request.FILES, **options)
    status = 422
    if form.is_valid():
        try:
            kept = files.check(form.cleaned_data["files"])
            row = operations.visit_record(
                enterprise_id=firm.pk, key=form.id, happened_at=form.happened_at(now),
                note=form.note, visit_id=planned.pk if planned else None, uploads=kept,
                reason=form.cleaned_data["reason"], actor=actor, at=now,
            )  # fmt: skip
        except Invalid as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        except Conflict as refusal:
            form.add_error(None, refusal.message)
            status = 409
        except OutOfSpace as refusal:
            form.add_error(None, refusal.message)
            status = 507
        except YuanqiError:
            if BY_SCRIPT not in request.headers:
                raise
            return JsonResponse({"said": _("这份记录不能提交：权限有变化。")}, status=403)
        else:
            where = reverse("visiting:visit", args=[row.pk])
            if BY_SCRIPT in request.headers:
                return JsonResponse({"url": where}, status=201)
            messages.success(request, _("走访已记下，企业会收到通知。"))
            return SeeOther(where)
    if BY_SCRIPT in request.headers:
        said = _("；").join(str(one) for errors in form.errors.values() for one in errors)
        return JsonResponse({"said": said}, status=status)
    return _page(request, firm, planned, form, now, status)


def _planned(firm: Enterprise, actor: Actor, today: date) -> Visit | None:
    """The planned visit that this one is: what is planned for later stays planned."""
    ahead = queries.planned(enterprise_ids=[firm.pk], officer_ids=actor.officer_ids)
    return ahead.filter(planned_on__lte=today + NEAR).first()


def _page(
    request: HttpRequest,
    firm: Enterprise,
    planned: Visit | None,
    form: NoteForm,
    now: datetime,
    status: int = 200,
) -> HttpResponse:
    actor: Actor = request.actor
    today = timezone.localdate(now)
    plan = plan_of(firm, today)
    use = use_of(firm.pk, today)
    is_due = queries.serves(firm.pk, actor) and plan.standing in (Standing.DUE, Standing.OVERDUE)
    needs_reason = use.is_used_up and not is_due
    # said where it is shown; a note sent twice isn't refused for want of it
    form.fields["reason"].required = needs_reason
    people = list(ContactPerson.objects.filter(enterprise=firm, is_active=True)[:1])
    context = {
        "page_title": firm.label,
        "phone_title": firm.label,
        "phone_sub": _("走访记录"),
        "desk_title": True,
        "back_url": reverse("web:day") if actor.linked_enterprise_ids else reverse("web:home"),
        "enterprise": firm,
        "planned": planned,
        "form": form,
        "brief": brief_of(firm, plan, actor, now),
        "needs_reason": needs_reason,
        "beyond": beyond(use),
        "may_state_staff": Part.INDICATORS in parts_of(firm.pk, actor),
        "may_raise": bool(people) and may_raise_for(firm.pk, actor),
        "zone": timezone.get_default_timezone_name(),
    }
    return render(request, "visiting/note.html", context, status=status)


def may_raise_for(enterprise_id: int, actor: Actor) -> bool:
    """Whether the actor raises requests in the name of an enterprise."""
    return queries.serves(enterprise_id, actor) or actor.has(Role.CENTRE)


@dataclass(frozen=True, slots=True)
class Point:
    """A thing to know before shaking hands; `light` where a clock runs."""

    says: str
    light: object = None
    word: str = ""
    url: str = ""


def brief_of(firm: Enterprise, plan: VisitPlan, actor: Actor, now: datetime) -> list[Point]:
    """What to know before a visit: late requests, what waits for the firm, what is known."""
    cases = with_row_parts(requests_listed(actor).filter(at_work, enterprise=firm))
    rows = rows_of(
        list(cases.order_by(*(key.ordering for key in URGENT))[:5]), actor, now, names={}
    )
    points = [_of_request(row) for row in rows if row.light is Light.RED or row.awaits_enterprise]
    today = timezone.localdate(now)
    points += [
        Point(
            _("%(who)s答应过“%(text)s”，%(day)s 前。")
            % {"who": one.officer.name, "text": one.text, "day": f"{one.due_on:%m-%d}"},
            Light.RED if one.is_late(today) else None, _("过期") if one.is_late(today) else "",
        )
        for one in open_promises(enterprise_ids=[firm.pk])[:3]
    ]  # fmt: skip
    last = queries.lately(firm, today)
    if last is not None and last.happened_at is not None:
        points.append(
            Point(
                _("%(unit)s%(name)s %(day)s刚来过，先看他的记录。")
                % {
                    "unit": last.officer.department.label, "name": last.officer.name,
                    "day": f"{timezone.localtime(last.happened_at):%m-%d}",
                },
                url=reverse("visiting:visit", args=[last.pk]),
            )
        )  # fmt: skip
    known = [
        f"{one.field.label} {shown(one.field, one.shown)}"
        for one in details_of(firm.pk, today)
        if one.field.name in KNOWN
        and one.shown is not None
        and one.state not in (FactState.STALE, FactState.CONFLICT)
    ]
    if known:
        points.append(Point(_("园区已有，别再问：%(what)s。") % {"what": _("，").join(known)}))
    return points


def _of_request(row: Row) -> Point:
    url = reverse("servicedesk:request", args=[row.case.pk])
    if row.awaits_enterprise:
        says = _("%(title)s：等企业补%(what)s，当面提醒。")
        return Point(
            says % {"title": row.case.title, "what": row.awaited}, row.light, _("等企业"), url
        )
    said = formats.left(row.left, day=row.day) if row.left is not None else ""
    return Point(
        _("%(title)s：%(left)s，轮到%(move)s。")
        % {"title": row.case.title, "left": said, "move": row.move},
        row.light, _("超时"), url,
    )  # fmt: skip


@require_GET
def token(request: HttpRequest) -> JsonResponse:
    """Who is signed in, and the token for a note that was written without a signal."""
    actor: Actor = request.actor
    if not queries.is_officer(actor):
        return JsonResponse({"account": None}, status=401)
    return JsonResponse({"account": actor.account_id, "token": get_token(request)})


@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, at the root so that it may serve the day's pages without a signal."""
    response = HttpResponse(_worker(), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@cache
def _worker() -> str:
    found = finders.find("visiting/sw.js")
    assert isinstance(found, str), "the slice ships its worker"
    with open(found, encoding="utf-8") as file:
        return file.read()
