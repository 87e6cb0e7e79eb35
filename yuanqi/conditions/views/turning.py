"""What is decided on a version: published, sent back, withdrawn, taken back."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from yuanqi.foundation.errors import Conflict, Invalid

from .. import operations
from ..forms import DecisionForm
from .editing import to
from .reading import version_page


@login_required
@require_POST
def publish(request: HttpRequest, condition_id: int, number: int) -> HttpResponse:
    said = request.POST.get("revision", "")
    revision = int(said) if said.isascii() and said.isdecimal() and len(said) < 10 else 0
    return _pressed(
        request,
        condition_id,
        number,
        lambda: operations.version_publish(
            condition_id=condition_id,
            number=number,
            revision=revision,
            actor=request.actor,
            at=timezone.now(),
        ),
        _("已发布，从选定的那天起执行。"),
    )


@login_required
@require_POST
def take_back(request: HttpRequest, condition_id: int, number: int) -> HttpResponse:
    return _pressed(
        request,
        condition_id,
        number,
        lambda: operations.version_take_back(
            condition_id=condition_id, number=number, actor=request.actor, at=timezone.now()
        ),
        _("已收回，可以接着改。"),
        reverse("conditions:draft", args=[condition_id]),
    )


@login_required
@require_POST
def send_back(request: HttpRequest, condition_id: int, number: int) -> HttpResponse:
    form = DecisionForm(request.POST)
    return _reasoned(
        request,
        condition_id,
        number,
        form,
        "send_back_form",
        lambda: operations.version_send_back(
            condition_id=condition_id,
            number=number,
            revision=form.cleaned_data["revision"] or 0,
            reason=form.cleaned_data["reason"],
            actor=request.actor,
            at=timezone.now(),
        ),
        _("已退回起草人。"),
    )


@login_required
@require_POST
def withdraw(request: HttpRequest, condition_id: int, number: int) -> HttpResponse:
    form = DecisionForm(request.POST)
    return _reasoned(
        request,
        condition_id,
        number,
        form,
        "withdraw_form",
        lambda: operations.version_withdraw(
            condition_id=condition_id,
            number=number,
            reason=form.cleaned_data["reason"],
            actor=request.actor,
            at=timezone.now(),
        ),
        _("已撤回。"),
    )


def _pressed(
    request: HttpRequest,
    condition_id: int,
    number: int,
    act: Callable[[], None],
    said: str,
    location: str = "",
) -> HttpResponse:
    """Carry it out and lead on; a refusal is told on the version's page, with its status."""
    try:
        act()
    except Conflict as refusal:
        messages.error(request, refusal.message)
        return version_page(request, condition_id, number, status=409)
    messages.success(request, said)
    return to(location or reverse("conditions:condition", args=[condition_id]))


def _reasoned(
    request: HttpRequest,
    condition_id: int,
    number: int,
    form: DecisionForm,
    name: str,
    act: Callable[[], None],
    said: str,
) -> HttpResponse:
    """As above, with a reason; a form that is wrong comes back open."""
    status = 422
    if form.is_valid():
        try:
            act()
        except Conflict as refusal:
            form.add_error(None, refusal.message)
            status = 409
        except Invalid as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(request, said)
            return to(reverse("conditions:condition", args=[condition_id]))
    return version_page(
        request, condition_id, number, status=status, **{name: form, "is_open": name}
    )
