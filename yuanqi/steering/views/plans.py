"""The service plan of a list: what holds, what held, and a new one."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yuanqi.conditions.words import name_of
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import NotAllowed

from .. import operations, queries
from ..forms import PlanForm
from ..models import Plan
from .sending import SeeOther, carry_out


@login_required
@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest, code: str) -> HttpResponse:
    actor: Actor = request.actor
    queries.require_watcher(actor)
    condition = queries.condition_of(code)
    here = reverse("steering:plan", args=[code])
    kept = queries.plans_of(condition)
    today = timezone.localdate()
    open_ = next((one for one in kept if one.valid_to is None), None)
    status = 200
    form = PlanForm(initial=_initial(open_))
    if request.method == "POST":
        if not queries.may_plan(actor):
            raise NotAllowed(_("服务方案由服务中心维护。"))
        form = PlanForm(request.POST)

        def act(at: Any) -> None:
            cleaned = {key: value for key, value in form.cleaned_data.items() if key != "once"}
            operations.plan_set(code=code, actor=actor, at=at, **cleaned)

        status = carry_out(request, form, act, here)
        if status == 303:
            messages.success(request, _("方案已定。"))
            return SeeOther(here)
    context = {
        "page_title": _("%(list)s的服务方案") % {"list": condition.label},
        "back_url": reverse("steering:list", args=[code]),
        "condition": condition,
        "plans": [
            {
                "plan": one,
                "holds": one.holds_on(today),
                "is_ahead": one.valid_from > today,
                "by": name_of(one.set_by, one.set_at),
            }
            for one in kept
        ],
        "may_plan": queries.may_plan(actor),
        "form": form,
        "is_open": status != 200 or not kept,
    }
    return render(request, "steering/plan.html", context, status=status)


def _initial(open_: Plan | None) -> dict[str, Any]:
    made: dict[str, Any] = {"once": str(uuid4()), "valid_from": timezone.localdate()}
    if open_ is not None:
        made |= {
            "seen": open_.pk, "visit_days": open_.visit_days, "parts": open_.parts,
            "measures": open_.measures,
        }  # fmt: skip
    return made
