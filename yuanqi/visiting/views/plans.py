"""Whom to visit, when, and who comes along."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yuanqi.domain.clock import Light
from yuanqi.foundation import pages
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Conflict
from yuanqi.registry.contacting.queries import use_of, watches
from yuanqi.registry.models import Enterprise
from yuanqi.registry.queries import enterprise_visible, enterprises_listed

from .. import operations, queries
from ..forms import CancelForm, PlanForm, WishForm, plan_initial
from ..models import Visit, Wish
from ..plans import Standing, VisitPlan, bundles, plan_of, plans_of
from ..wording import standing_light, standing_words
from .sending import SeeOther, carry_out

QUEUES = ("waiting", "planned", "all")
MOST = 20  # of one's own plans and wishes elsewhere
BUNDLES = 3  # that stand above the list; the others come when these are settled
BY_DAY = (pages.Key("visit_on"), pages.Key("pk"))


@login_required
@require_GET
def visits(request: HttpRequest) -> HttpResponse:
    """The actor's enterprises by when they are to be visited; what departments wish of them."""
    actor: Actor = request.actor
    queries.require_officer(actor)
    today = timezone.localdate()
    queue = request.GET.get("queue", "")
    queue = queue if queue in QUEUES else QUEUES[0]
    served = list(
        enterprises_listed(actor)
        .filter(pk__in=actor.linked_enterprise_ids)
        .select_related("area")
        .order_by("pk")
    )
    ids = [one.pk for one in served]
    plans = plans_of(ids, today)
    proposed = bundles(
        served, plans, list(queries.open_wishes(ids)), today,
        visits=list(queries.planned(enterprise_ids=ids)), officer_ids=actor.officer_ids,
    )  # fmt: skip
    page = page_of(served, plans, queue, request.GET.get(pages.AFTER, ""))
    counts = {name: sum(_is_in(one, name) for one in plans.values()) for name in QUEUES}
    labels = {"waiting": _("要走访"), "planned": _("已约"), "all": _("全部")}
    here = reverse("visiting:visits")
    context = {
        "page_title": _("走访安排"),
        "back_url": reverse("web:day") if served else "",
        "tabs": [
            (labels[name], counts[name], f"{here}?queue={name}", name == queue) for name in QUEUES
        ],
        "queue": queue,
        "lines": [_line(firm, plans[firm.pk], actor, today) for firm in page.rows],
        "page": page,
        "foot": pages.foot(request, page),
        "bundles": proposed[:BUNDLES] if page.is_first else [],
        "more_bundles": max(0, len(proposed) - BUNDLES),
        "own_wishes": _own_wishes(actor) if page.is_first else [],
        "elsewhere": _elsewhere(actor, ids) if page.is_first else [],
        "serves": bool(served),
        "watches": watches(actor),
    }
    return render(request, "visiting/visits.html", context)


@dataclass(frozen=True, slots=True)
class Line:
    """An enterprise with when it is to be visited; `is_own`: who looks has planned it himself."""

    enterprise: Enterprise
    plan: VisitPlan
    light: Light
    words: str
    is_own: bool


def _line(firm: Enterprise, plan: VisitPlan, actor: Actor, today: date) -> Line:
    is_own = plan.planned is not None and queries.may_change(plan.planned, actor)
    return Line(firm, plan, standing_light(plan), standing_words(plan, today), is_own)


def page_of(
    served: Sequence[Enterprise], plans: Mapping[int, VisitPlan], queue: str, cursor: str
) -> pages.KeysetPage[Enterprise]:
    """A page of those in a queue: their days are worked out, so no index has the order."""
    firms = {one.pk: one for one in served if _is_in(plans[one.pk], queue)}
    for pk, firm in firms.items():
        firm.visit_on = _day(plans[pk], queue)
    order = sorted((firm.visit_on, pk) for pk, firm in firms.items())

    def find(after: Sequence[Any] | None, limit: int) -> list[int]:
        ahead = order if after is None else [one for one in order if one > (after[0], after[1])]
        return [pk for _on, pk in ahead[:limit]]

    return pages.keyset_page(
        Enterprise.objects.none(), BY_DAY, cursor, find=find,
        read=lambda found: [firms[pk] for pk in found],
    )  # fmt: skip


def _is_in(plan: VisitPlan, queue: str) -> bool:
    if queue == "planned":
        return plan.planned is not None
    if queue == "waiting":
        return plan.planned is None and plan.standing is not Standing.FINE
    return True


def _day(plan: VisitPlan, queue: str) -> date:
    if queue == "planned" and plan.planned is not None and plan.planned.planned_on is not None:
        return plan.planned.planned_on
    return plan.due_on


def _own_wishes(actor: Actor) -> list[Wish]:
    """What the actor's own department still wishes, and what was taken along."""
    found = Wish.objects.filter(department=actor.department_id, ended_at=None).exclude(
        visit__state="done"
    )
    return list(found.select_related("enterprise", "visit__officer").order_by("until_on")[:MOST])


def _elsewhere(actor: Actor, served: Sequence[int]) -> list[Visit]:
    """What the actor has planned at enterprises that he doesn't serve."""
    found = queries.planned(officer_ids=actor.officer_ids).exclude(enterprise__in=served)
    return list(found[:MOST])


@login_required
@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest, enterprise_id: int) -> HttpResponse:
    """Fix the day of a visit to an enterprise, or move the one that is planned."""
    actor: Actor = request.actor
    firm = enterprise_visible(enterprise_id, actor)
    queries.require_officer(actor)
    today = timezone.localdate()
    serves = queries.serves(firm.pk, actor)
    ahead = list(queries.planned(enterprise_ids=[firm.pk]))
    planned = next((one for one in ahead if one.officer_id in actor.officer_ids), None)
    others = [one for one in ahead if one.officer_id not in actor.officer_ids]
    wishes = list(queries.open_wishes([firm.pk])) if serves else []
    joins = others if serves else []
    standing = plan_of(firm, today)
    found = bundles(
        [firm], {firm.pk: standing}, wishes, today, visits=ahead, officer_ids=actor.officer_ids
    )
    bundle = found[0] if found else None
    here = reverse("visiting:visits") + "?queue=planned"
    status = 200
    if request.method == "POST":
        form = PlanForm(request.POST, wishes=wishes, joins=joins)

        def act(at: datetime) -> str:
            given = {key: value for key, value in form.cleaned_data.items() if key != "once"}
            operations.visit_plan(
                enterprise_id=firm.pk, visit_id=planned.pk if planned else None, actor=actor,
                at=at, **given,
            )  # fmt: skip
            return here

        answer = carry_out(request, form, act)
        if isinstance(answer, SeeOther):
            messages.success(request, _("已约好，企业会收到通知。"))
            return answer
        status = answer
    elif planned is not None:
        form = PlanForm(
            wishes=wishes, joins=joins,
            initial=plan_initial(bundle, standing.due_on, today) | {
                "planned_on": planned.planned_on, "planned_time": planned.planned_time,
                "purpose": planned.purpose,
            },
        )  # fmt: skip
    else:
        form = PlanForm(
            wishes=wishes, joins=joins, initial=plan_initial(bundle, standing.due_on, today)
        )
    context = {
        "page_title": _("改约走访") if planned else _("约走访"),
        "back_url": reverse("visiting:visits"),
        "enterprise": firm,
        "planned": planned,
        "light": standing_light(standing),
        "words": standing_words(standing, today),
        "form": form,
        "cancel_form": CancelForm(auto_id="cancel_%s"),
        "may_wish": not serves,
        "others": [] if serves else others,
        "use": use_of(firm.pk, today),
    }
    return render(request, "visiting/plan.html", context, status=status)


@login_required
@require_POST
def cancel(request: HttpRequest, visit_id: int) -> HttpResponse:
    actor: Actor = request.actor
    row = queries.visit_visible(visit_id, actor)
    form = CancelForm(request.POST)

    def act(at: datetime) -> str:
        operations.visit_cancel(
            visit_id=row.pk, reason=form.cleaned_data["reason"], actor=actor, at=at
        )
        return reverse("visiting:visits")

    answer = carry_out(request, form, act)
    if isinstance(answer, SeeOther):
        messages.success(request, _("已取消，企业能看到原因。"))
        return answer
    for error in form.errors.values():
        messages.error(request, " ".join(map(str, error)))
    return SeeOther(reverse("visiting:plan", args=[row.enterprise_id]))


@login_required
@require_http_methods(["GET", "POST"])
def wish(request: HttpRequest, enterprise_id: int) -> HttpResponse:
    """A department wants to visit an enterprise: with somebody who goes anyway, if it can."""
    actor: Actor = request.actor
    firm = enterprise_visible(enterprise_id, actor)
    queries.require_officer(actor)
    today = timezone.localdate()
    ahead = [
        one for one in queries.planned(enterprise_ids=[firm.pk])
        if one.officer_id not in actor.officer_ids
    ]  # fmt: skip
    joins = [
        (
            one.pk,
            _("%(day)s 和%(unit)s %(name)s一起去")
            % {
                "day": f"{one.planned_on:%m-%d}", "unit": one.officer.department.label,
                "name": one.officer.name,
            },
        )
        for one in ahead
    ]  # fmt: skip
    days = {one.pk: one.planned_on for one in ahead}
    status = 200
    form = WishForm(joins=joins, initial={"visit": joins[0][0] if joins else ""})
    if request.method == "POST":
        form = WishForm(request.POST, joins=joins)

        def act(at: datetime) -> str:
            given = form.cleaned_data
            operations.wish_make(
                enterprise_id=firm.pk, subject=given["subject"],
                until_on=given["until_on"] or days[given["visit"]],
                visit_id=given.get("visit"), actor=actor, at=at,
            )  # fmt: skip
            return reverse("visiting:visits")

        answer = carry_out(request, form, act)
        if isinstance(answer, SeeOther):
            said = _("已记下，挂钩干部会看到，能合并就一起去。")
            if form.cleaned_data.get("visit"):
                said = _("说好了一起去，约的人会收到通知。")
            messages.success(request, said)
            return answer
        status = answer
    last = queries.lately(firm, today)
    context = {
        "page_title": _("想去走访"),
        "back_url": reverse("registry:enterprise", args=[firm.pk]),
        "enterprise": firm,
        "form": form,
        "last": last,
    }
    return render(request, "visiting/wish.html", context, status=status)


@login_required
@require_POST
def wish_end(request: HttpRequest, wish_id: int) -> HttpResponse:
    try:
        operations.wish_end(wish_id=wish_id, actor=request.actor, at=timezone.now())
    except Conflict as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("已撤回。"))
    return SeeOther(pages.own_address(request.POST.get("back", ""), reverse("visiting:visits")))
