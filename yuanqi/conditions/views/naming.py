"""What a rule is called, and whose it is."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yuanqi.foundation.errors import Invalid, NotAllowed
from yuanqi.foundation.once import once
from yuanqi.registry.seen import ChangedMeanwhile

from .. import operations, queries
from ..forms import RenameForm
from ..models import Condition
from .editing import to


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def rename(request: HttpRequest, condition_id: int) -> HttpResponse:
    """The form, and its sending; who is refused keeps what he typed."""
    condition = queries.condition_visible(condition_id, request.actor)
    kind = queries.kind_of(condition)
    if not (kind.drafts(request.actor) or kind.confirms(request.actor)):
        raise NotAllowed(_("这一类规则由%(who)s起草。") % {"who": kind.drafters})
    if request.method != "POST":
        return _page(request, condition, RenameForm.of(condition, kind=kind))
    form = RenameForm(request.POST, kind=kind)
    status: int = 422
    more: dict[str, Any] = {}
    if form.is_valid():
        try:
            location = once(
                account_id=request.user.pk, key=form.key, at=timezone.now(),
                act=lambda: _renamed(request, condition, form),
            )  # fmt: skip
        except ChangedMeanwhile as refusal:
            form, told = form.merged(refusal.fields, kind=kind)
            more = {"meanwhile": told, "meanwhile_says": refusal.message}
            status = 409
        except NotAllowed as refusal:
            form.add_error("owner", refusal.message)
            status = 403
        except Invalid as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(request, _("已保存。"))
            return to(location)
    return _page(request, condition, form, status=status, **more)


def _renamed(request: HttpRequest, condition: Condition, form: RenameForm) -> str:
    owner = form.cleaned_data.get("owner")
    operations.condition_rename(
        condition_id=condition.pk, name=form.cleaned_data["name"],
        name_en=form.cleaned_data["name_en"], owner_id=owner.pk if owner else None,
        seen=form.was_seen, actor=request.actor, at=timezone.now(),
    )  # fmt: skip
    return reverse("conditions:condition", args=[condition.pk])


def _page(
    request: HttpRequest,
    condition: Condition,
    form: RenameForm,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context = {
        "page_title": _("名称和部门") if "owner" in form.fields else _("名称"),
        "back_url": reverse("conditions:condition", args=[condition.pk]),
        "condition": condition,
        "form": form,
        **more,
    }
    return render(request, "conditions/rename.html", context, status=status)
