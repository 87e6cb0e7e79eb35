"""Saved views: kept from the list itself, renamed and deleted on a page of their own."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from yuanqi.foundation.actors import Side
from yuanqi.foundation.errors import Conflict, Invalid, NotVisible
from yuanqi.foundation.once import once

from .. import forms, ledger_saved
from .. import ledger as desk
from ..ledger import Filters
from ..queries import category_names
from .sending import SeeOther


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def views(request: HttpRequest) -> HttpResponse:
    """GET: one's views, to rename and delete; POST: keep the list that one comes from."""
    if request.actor.side is Side.ENTERPRISE:
        raise NotVisible
    return _save(request) if request.method == "POST" else _page(request)


def _page(request: HttpRequest, *, refused: tuple[int, str] = (0, ""), status: int = 200):
    here = reverse("servicedesk:ledger")
    context = {
        "page_title": _("我的视图"),
        "back_url": here,
        "views": [
            (view, f"{here}?{view.query}", refused[1] if view.pk == refused[0] else "")
            for view in ledger_saved.views_of(request.actor)
        ],
        "most": ledger_saved.most_views(),
    }
    return render(request, "servicedesk/ledger_views.html", context, status=status)


def _save(request: HttpRequest) -> HttpResponse:
    form = forms.SaveViewForm(request.POST)
    now = timezone.now()
    # what is kept is what the list understood, not what an address happened to say
    known = category_names()
    queues = desk.queues_of(request.actor, now)
    query = Filters.read(form.query, queues, known).query
    back = f"{reverse('servicedesk:ledger')}?{query}"
    if not form.is_valid():
        messages.warning(
            request, " ".join(str(line) for lines in form.errors.values() for line in lines)
        )
        return SeeOther(back)
    name = form.cleaned_data["title"]

    def act() -> str:
        ledger_saved.view_save(name=name, query=query, actor=request.actor, at=now)
        messages.success(request, _("已存为视图“%(name)s”。") % {"name": name})
        return reverse("servicedesk:views")

    try:
        once(account_id=request.user.pk, key=form.key, at=now, act=act)
    except (Conflict, Invalid) as error:
        messages.warning(request, error.message)
    return SeeOther(back)


@login_required
@require_POST
def rename(request: HttpRequest, view_id: int) -> HttpResponse:
    form = forms.RenameViewForm(request.POST)
    if not form.is_valid():
        words = " ".join(form.errors.get("title", ()))
        return _page(request, refused=(view_id, words), status=422)
    name = form.cleaned_data["title"]
    try:
        ledger_saved.view_rename(view_id=view_id, name=name, actor=request.actor, at=timezone.now())
    except Conflict as error:
        return _page(request, refused=(view_id, error.message), status=409)
    messages.success(request, _("已改名为“%(name)s”。") % {"name": name})
    return SeeOther(reverse("servicedesk:views"))


@login_required
@require_POST
def delete(request: HttpRequest, view_id: int) -> HttpResponse:
    name = ledger_saved.view_delete(view_id=view_id, actor=request.actor, at=timezone.now())
    messages.success(request, _("已删除视图“%(name)s”。") % {"name": name})
    return SeeOther(reverse("servicedesk:views"))
