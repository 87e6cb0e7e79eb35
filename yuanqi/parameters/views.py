"""The pages of the park's settings, for whoever of the administrators may set them."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yuanqi.foundation.errors import Conflict, Invalid, NotVisible
from yuanqi.foundation.once import once

from . import operations, queries
from .forms import OnceForm, ReasonForm, ValueForm
from .models import ParameterValue


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """All settings that the actor may change. Raises NotVisible for everybody else."""
    groups = queries.groups(request.actor, timezone.localdate())
    if not groups:
        raise NotVisible
    context = {
        "page_title": _("设置"),
        "groups": groups,
        "park_default": _("园区默认，可改"),  # said of most: then it says nothing
    }
    return render(request, "parameters/home.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def value(request: HttpRequest, key: str) -> HttpResponse:
    """One setting: what holds, what comes, what was; and the form that sets another value."""
    now = timezone.now()
    today = timezone.localdate(now)
    line = queries.line(key, request.actor, today)
    form = ValueForm(request.POST or None, parameter=line.parameter, today=today)
    status = 200
    if request.method == "POST":

        def act() -> str:
            operations.parameter_set(
                key=key,
                value=form.cleaned_data["value"],
                valid_from=form.cleaned_data["valid_from"],
                reason=form.cleaned_data["reason"],
                document_no=form.cleaned_data["document_no"],
                actor=request.actor,
                at=now,
            )
            return _address(key)

        location, status = carried_out(request, form, act)
        if location:
            messages.success(request, _("已经设好，从选的那天起生效。"))
            return HttpResponseRedirect(location, status=303)
    return _page(request, key, form=form, status=status)


@login_required
@require_POST
def withdraw(request: HttpRequest, value_id: int) -> HttpResponse:
    """Take back a value whose day hasn't come."""
    row = ParameterValue.objects.filter(pk=value_id).first()
    if row is None:
        raise NotVisible(value_id)
    queries.line(row.key, request.actor, timezone.localdate())  # NotVisible if it is another's
    form = ReasonForm(request.POST)

    def act() -> str:
        operations.parameter_withdraw(
            value_id=value_id,
            reason=form.cleaned_data["reason"],
            actor=request.actor,
            at=timezone.now(),
        )
        return _address(row.key)

    location, status = carried_out(request, form, act)
    if location:
        messages.success(request, _("已经撤回。"))
        return HttpResponseRedirect(location, status=303)
    return _page(request, row.key, refused=(value_id, form), status=status)


def carried_out(
    request: HttpRequest, form: OnceForm, act: Callable[[], str]
) -> tuple[str | None, int]:
    """Carry a form out once; where its result is shown, or None and the status of its refusal.

    What stands in the way is said at the field where it can be mended.
    """
    if not form.is_valid():
        return None, 422
    try:
        at = timezone.now()
        return once(account_id=request.user.pk, key=form.key, at=at, act=act), 303
    except Conflict as refusal:
        form.add_error(None, refusal.message)
        return None, 409
    except Invalid as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return None, 422


def _address(key: str) -> str:
    return reverse("parameters:value", args=[key])


def _page(
    request: HttpRequest,
    key: str,
    *,
    form: ValueForm | None = None,
    refused: tuple[int, ReasonForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    today = timezone.localdate(now)
    line = queries.line(key, request.actor, today)
    coming = [
        (said, refused[1] if refused and said.row and refused[0] == said.row.pk else ReasonForm())
        for said in line.coming
    ]
    context = {
        "page_title": str(line.parameter.label),
        "back_url": reverse("parameters:home"),
        "line": line,
        "coming": coming,
        "history": queries.history(line.parameter, now),
        "form": form or ValueForm(parameter=line.parameter, today=today),
        "today": today,
    }
    return render(request, "parameters/value.html", context, status=status)
