"""One entry with its reasons; an enterprise's standing on the lists, for staff and for itself."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yuanqi.conditions.words import name_of
from yuanqi.foundation import pages
from yuanqi.foundation.actors import Actor, Side
from yuanqi.registry.queries import enterprise_visible, linked_officer
from yuanqi.taskforces.queries import forces_visible_to, open_force_of, opening_url

from .. import operations, queries
from ..forms import RulingForm
from ..models import Entry
from ..wording import KIND_NAMES, PROMISES, deciding, explained, why
from .sending import SeeOther, carry_out, press


@login_required
@require_GET
def entry(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Why an enterprise is on a list or off it, what was decided, and its months."""
    queries.require_watcher(request.actor)
    return _entry(request, queries.entry_visible(entry_id, request.actor), None)


def _entry(
    request: HttpRequest, found: Entry, form: RulingForm | None, status: int = 200
) -> HttpResponse:
    actor: Actor = request.actor
    condition, firm = found.sheet.condition, found.enterprise
    force = open_force_of(firm)
    rules = queries.may_rule(actor) and found.sheet.month == queries.newest_month()
    context = {
        "page_title": firm.label,
        "back_url": f"{reverse('steering:list', args=[condition.code])}?month={found.sheet.code}",
        "entry": found,
        "enterprise": firm,
        "condition": condition,
        "lines": explained(found),
        "why": why(found),
        "ruled_by": name_of(found.ruled_by, found.ruled_at) if found.ruled_at else "",
        "history": queries.history_of(firm.pk, condition.pk, actor),
        "plan": queries.plan_on(condition, timezone.localdate()),
        "care": queries.cares_of([firm.pk]).get(firm.pk),
        "officer": linked_officer(firm, timezone.localdate()),
        "may_confirm": rules and found.is_on and not found.ruling,
        "may_overrule": rules,
        "form": form or RulingForm(revision=found.revision, is_on=not found.is_on),
        "is_open": form is not None,
        "force": force if force and forces_visible_to(actor).filter(pk=force.pk) else None,
        "force_url": ""
        if force
        else opening_url(
            actor, enterprise_id=firm.pk, ground=f"{condition.label} {found.sheet.label}"
        ),
    }
    return render(request, "steering/entry.html", context, status=status)


@login_required
@require_POST
def confirm(request: HttpRequest, entry_id: int) -> HttpResponse:
    actor: Actor = request.actor
    queries.require_watcher(actor)
    found = queries.entry_visible(entry_id, actor)
    text = request.POST.get("revision", "")
    revision = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1
    here = reverse("steering:list", args=[found.sheet.condition.code])
    back = request.POST.get("back", "")
    return press(
        request,
        act=lambda at: operations.entry_confirm(
            entry_id=entry_id, revision=revision, actor=actor, at=at
        ),
        back_url=pages.own_address(back, here)
        if back
        else reverse("steering:entry", args=[entry_id]),
        said=_("已确认 %(firm)s。") % {"firm": found.enterprise.label},
    )


@login_required
@require_POST
def overrule(request: HttpRequest, code: str, enterprise_id: int) -> HttpResponse:
    actor: Actor = request.actor
    queries.require_watcher(actor)
    form = RulingForm(request.POST)
    here = reverse("steering:standing", args=[enterprise_id])

    def act(at: Any) -> None:
        cleaned = form.cleaned_data
        operations.entry_overrule(
            enterprise_id=enterprise_id, code=code, revision=cleaned["revision"],
            is_on=cleaned["is_on"], reason=cleaned["reason"], until=cleaned["until"],
            actor=actor, at=at,
        )  # fmt: skip

    status = carry_out(request, form, act, here)
    if status == 303:
        messages.success(request, _("已记下，企业能看到理由。"))
        return SeeOther(here)
    found = next(
        (
            one
            for one in queries.standing_of(enterprise_id, actor)
            if one.sheet.condition.code == code
        ),
        None,
    )
    if found is not None:
        return _entry(request, found, form, status)
    return _standing(request, enterprise_id, (code, form), status)


@login_required
@require_GET
def standing(request: HttpRequest, enterprise_id: int) -> HttpResponse:
    """Where an enterprise stands: for staff with what they may do, for itself kindly worded."""
    return _standing(request, enterprise_id, None)


def _standing(
    request: HttpRequest,
    enterprise_id: int,
    open_form: tuple[str, RulingForm] | None,
    status: int = 200,
) -> HttpResponse:
    actor: Actor = request.actor
    firm = enterprise_visible(enterprise_id, actor)
    found = queries.standing_of(enterprise_id, actor)
    is_own = actor.side is Side.ENTERPRISE
    context = {
        "enterprise": firm,
        "is_own": is_own,
        "page_title": _("园区服务名单") if is_own else firm.label,
        "back_url": reverse("web:portal")
        if is_own
        else reverse("registry:enterprise", args=[firm.pk]),
        "told": told(found, is_own=is_own),
        "care": queries.cares_of([firm.pk]).get(firm.pk),
        "officer": linked_officer(firm, timezone.localdate()),
        "facts_url": reverse("registry:facts", args=[firm.pk]),
    }
    if not is_own and queries.may_rule(actor):
        context["absent"] = _absent(found, open_form)
    name = "steering/own.html" if is_own else "steering/standing.html"
    return render(request, name, context, status=status)


def told(entries: Sequence[Entry], *, is_own: bool) -> list[dict[str, Any]]:
    """Each entry as its page says it: name, reasons, what changed it, the plan that holds."""
    plans = queries.plans_on(timezone.localdate())
    return [
        {
            "entry": one,
            "name": KIND_NAMES[one.sheet.condition.code] if is_own else one.sheet.condition.label,
            "promise": PROMISES[one.sheet.condition.code],
            "because": deciding(one) if one.verdict else [],
            "lines": explained(one),
            "why": why(one),
            "plan": plans.get(one.sheet.condition_id) if one.is_on else None,
        }
        for one in entries
    ]


def _absent(
    found: Sequence[Entry], open_form: tuple[str, RulingForm] | None
) -> list[dict[str, Any]]:
    """The lists of which nothing is kept of it this month: staff may put it on."""
    have = {one.sheet.condition.code for one in found}
    made = queries.sheets_of(queries.newest_month())
    return [
        {
            "condition": one,
            "form": open_form[1]
            if open_form and open_form[0] == one.code
            else RulingForm(revision=-1, is_on=True),
            "is_open": bool(open_form and open_form[0] == one.code),
        }
        for one in queries.conditions()
        if one.code not in have and one.code in made
    ]
