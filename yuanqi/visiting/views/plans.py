"""Whom to visit, when, and who comes along."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yuanqi.foundation import pages
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Conflict
from yuanqi.registry.queries import enterprise_visible, enterprises_listed

from .. import operations, queries
from ..forms import CancelForm, PlanForm, WishForm, plan_initial
from ..models import Wish
from ..plans import Standing, VisitPlan, bundles, plan_of, plans_of
from ..wording import standing_light, standing_words
from .sending import SeeOther, carry_out

QUEUES = ("waiting", "planned", "all")


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
    plans = plans_of([one.pk for one in served], today)
    wishes = list(queries.open_wishes([one.pk for one in served]))
    lines = [(one, plans[one.pk]) for one in served if _is_in(plans[one.pk], queue)]
    lines.sort(key=lambda line: _order(line[1], queue))
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
        "lines": [
            (firm, plan, standing_light(plan), standing_words(plan, today)) for firm, plan in lines
        ],
        "bundles": bundles(served, plans, wishes, today),
        "own_wishes": _own_wishes(actor),
        "serves": bool(served),
    }
    return render(request, "visiting/visits.html", context)


def _is_in(plan: VisitPlan, queue: str) -> bool:
    if queue == "planned":
        return plan.planned is not None
    if queue == "waiting":
        return plan.planned is None and plan.standing is not Standing.FINE
    return True


def _order(plan: VisitPlan, queue: str) -> tuple[Any, ...]:
    if queue == "planned" and plan.planned is not None:
        return (plan.planned.planned_on, plan.enterprise_id)
    return (plan.due_on, plan.enterprise_id)


def _own_wishes(actor: Actor) -> list[Wish]:
    """What the actor's own department still wishes, and what was taken along."""
    found = Wish.objects.filter(department=actor.department_id, ended_at=None).exclude(
        visit__state="done"
    )
    return list(found.select_related("enterprise", "visit__officer").order_by("until_on")[:20])


@login_required
@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest, enterprise_id: int) -> HttpResponse:
    """Fix the day of a visit to an enterprise, or move the one that is planned."""
    actor: Actor = request.actor
    firm = enterprise_visible(enterprise_id, actor)
    queries.require_officer(actor)
    today = timezone.localdate()
    planned = queries.planned(enterprise_ids=[firm.pk], officer_ids=actor.officer_ids).first()
    wishes = list(queries.open_wishes([firm.pk])) if queries.serves(firm.pk, actor) else []
    standing = plan_of(firm, today)
    here = reverse("visiting:visits") + "?queue=planned"
    status = 200
    if request.method == "POST":
        form = PlanForm(request.POST, wishes=wishes)

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
            wishes=wishes,
            initial={
                "planned_on": planned.planned_on, "planned_time": planned.planned_time,
                "purpose": planned.purpose, "wish_ids": [one.pk for one in wishes],
            },
        )  # fmt: skip
    else:
        found = bundles([firm], {firm.pk: standing}, wishes, today)
        form = PlanForm(
            wishes=wishes, initial=plan_initial(found[0] if found else None, standing.due_on, today)
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
        "may_wish": not queries.serves(firm.pk, actor),
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
    joins = [
        (
            one.pk,
            _("%(day)s 和%(name)s一起去")
            % {"day": f"{one.planned_on:%m-%d}", "name": one.officer.name},
        )
        for one in queries.planned(enterprise_ids=[firm.pk])
    ]
    status = 200
    form = WishForm(joins=joins, initial={"visit": joins[0][0] if joins else ""})
    if request.method == "POST":
        form = WishForm(request.POST, joins=joins)

        def act(at: datetime) -> str:
            given = form.cleaned_data
            operations.wish_make(
                enterprise_id=firm.pk, subject=given["subject"], until_on=given["until_on"],
                visit_id=given.get("visit"), actor=actor, at=at,
            )  # fmt: skip
            return reverse("visiting:visits")

        answer = carry_out(request, form, act)
        if isinstance(answer, SeeOther):
            messages.success(request, _("已记下，挂钩干部会看到，能合并就一起去。"))
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
