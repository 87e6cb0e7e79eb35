"""Merging an enterprise that stands twice in the register."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yuanqi.foundation.actors import Actor, Role
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed
from yuanqi.registry import merging
from yuanqi.registry.models import Enterprise
from yuanqi.registry.queries import enterprise_visible, enterprises_visible_to

from .forms import MergeForm


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest, enterprise_id: int) -> HttpResponse:
    """Say into which enterprise this one goes; see what would move; confirm."""
    actor: Actor = request.actor
    old = enterprise_visible(enterprise_id, actor)
    if not actor.has(Role.CENTRE):
        raise NotAllowed(_("重复的企业由服务中心合并。"))
    is_sent = request.method == "POST"
    asked = request.POST if is_sent else request.GET
    form = MergeForm(asked) if "into" in asked else MergeForm()
    plan = None
    status = 200
    if form.is_bound and form.is_valid():
        try:
            into = _named(form.cleaned_data["into"], actor)
            if is_sent:
                merging.enterprises_merge(
                    old_id=old.pk, into_id=into.pk, actor=actor, at=timezone.now()
                )
                messages.success(request, _("已并入 %(name)s。") % {"name": into.name})
                address = reverse("registry:enterprise", args=[into.pk])
                return HttpResponseRedirect(address, status=303)
            plan = merging.plan(old.pk, into.pk, actor)
        except Invalid as error:
            form.add_error("into", error.message)
            status = 422
        except Conflict as error:
            form.add_error(None, error.message)
            status = 409
    context = {
        "page_title": _("合并重复的企业"),
        "back_url": reverse("registry:enterprise", args=[old.pk]),
        "enterprise": old,
        "form": form,
        "plan": plan,
    }
    return render(request, "importing/merge.html", context, status=status)


def _named(text: str, actor: Actor) -> Enterprise:
    """The enterprise with this code or name. Raises Invalid."""
    asked = text.strip()
    listed = enterprises_visible_to(actor).filter(merged_into__isnull=True)
    found = list(listed.filter(uscc=asked.upper())[:1]) or list(listed.filter(name=asked)[:2])
    if len(found) != 1:
        raise Invalid(_("名录里找不到这家企业，请填它的统一社会信用代码。"), "into")
    return found[0]
