"""Erasures of persons: the service centre asks, the security administrator decides."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yuanqi.foundation.actors import Role
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible
from yuanqi.foundation.once import once
from yuanqi.foundation.pages import AFTER, foot, keyset_page

from .. import erasing, operations, queries
from ..forms import ErasureForm, RefusalForm
from ..models import Erasure


@login_required
@require_GET
def erasures(request: HttpRequest) -> HttpResponse:
    """What was asked for, the newest first."""
    if not request.actor.has(Role.CENTRE, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN):
        raise NotVisible("erasures")
    found = queries.erasures_visible_to(request.actor)
    page = keyset_page(found, queries.BY_NUMBER, request.GET.get(AFTER, ""))
    context = {
        "page_title": _("个人信息删除"),
        "rows": [{"erasure": row, "person": _shown(row)} for row in page.rows],
        "page": page,
        "foot": foot(request, page),
        "may_ask": request.actor.has(Role.CENTRE),
    }
    return render(request, "audit/erasures.html", context)


def _shown(row: Erasure) -> str:
    person = erasing.find(row.kind, row.person_id)
    return person.shown if person else f"{row.kind}:{row.person_id}"


@login_required
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, kind: str, person_id: int) -> HttpResponse:
    """Ask that a person's data be erased; says first what goes, what stays, what is in the way."""
    if not request.actor.has(Role.CENTRE):
        raise NotAllowed()
    person = erasing.find(kind, person_id)
    if person is None:
        raise Http404
    form = ErasureForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            at = timezone.now()

            def act() -> str:
                row = operations.erasure_ask(
                    kind=kind, person_id=person_id, reason=form.cleaned_data["reason"],
                    actor=request.actor, at=at,
                )  # fmt: skip
                return reverse("audit:erasure", args=[row.pk])

            try:
                where = _once(request, form.cleaned_data["once_key"], act)
            except Invalid as refused:
                form.add_error(refused.field, refused.message)
            except Conflict as refused:
                form.add_error(None, refused.message)
                status = 409
            else:
                messages.success(request, _("已经申请，等安全管理员确认。"))
                return HttpResponseRedirect(where, status=303)
    context = {
        "page_title": _("申请删除个人信息"),
        "back_url": reverse("audit:erasures"),
        "person": person,
        "form": form,
        "in_the_way": [] if person.is_erased else erasing.objections(person),
    }
    return render(request, "audit/erasure_ask.html", context, status=status)


def _once(request: HttpRequest, key: str, act: Callable[[], str]) -> str:
    return once(account_id=request.actor.account_id, key=key, at=timezone.now(), act=act)


@login_required
@require_GET
def erasure(request: HttpRequest, erasure_id: int) -> HttpResponse:
    return _page(request, queries.erasure_for(erasure_id, request.actor))


def _said(one: Mapping[str, Any]) -> dict[str, Any]:
    label = one["label"]
    return {**one, "label": _(label)}


def _page(
    request: HttpRequest, row: Erasure, *, refusal: RefusalForm | None = None, status: int = 200
) -> HttpResponse:
    person = erasing.find(row.kind, row.person_id)
    is_open = row.state == Erasure.State.ASKED
    is_own = row.asked_by_id == request.actor.account_id
    context: dict[str, Any] = {
        "page_title": _("删除个人信息：%(who)s") % {"who": _shown(row)},
        "phone_title": _("删除个人信息"),
        "back_url": reverse("audit:erasures"),
        "row": row,
        "person": person,
        "removed": [_said(one) for one in row.removed if not one["left"]],
        "left": [_said(one) for one in row.removed if one["left"]],
        "may_decide": is_open and not is_own and request.actor.has(Role.SECURITY_ADMIN),
        "may_withdraw": is_open and is_own,
        "in_the_way": erasing.objections(person) if person and is_open else [],
        "form": refusal or RefusalForm(),
    }
    return render(request, "audit/erasure.html", context, status=status)


@login_required
@require_POST
def confirm(request: HttpRequest, erasure_id: int) -> HttpResponse:
    """Erase, for good."""
    at = timezone.now()

    def act() -> str:
        operations.person_erase(erasure_id=erasure_id, actor=request.actor, at=at)
        return reverse("audit:erasure", args=[erasure_id])

    where = _once(request, request.POST.get("once_key", ""), act)
    messages.success(request, _("已经删除，删了哪些写在下面。"))
    return HttpResponseRedirect(where, status=303)


@login_required
@require_POST
def refuse(request: HttpRequest, erasure_id: int) -> HttpResponse:
    form = RefusalForm(request.POST)
    if not form.is_valid():
        row = queries.erasure_for(erasure_id, request.actor)
        return _page(request, row, refusal=form, status=422)
    at = timezone.now()

    def act() -> str:
        operations.erasure_refuse(
            erasure_id=erasure_id, note=form.cleaned_data["note"], actor=request.actor, at=at
        )
        return reverse("audit:erasure", args=[erasure_id])

    where = _once(request, form.cleaned_data["once_key"], act)
    messages.success(request, _("已经告诉申请人：不同意。"))
    return HttpResponseRedirect(where, status=303)


@login_required
@require_POST
def withdraw(request: HttpRequest, erasure_id: int) -> HttpResponse:
    operations.erasure_withdraw(erasure_id=erasure_id, actor=request.actor, at=timezone.now())
    messages.success(request, _("申请已撤回，什么也没有删。"))
    return HttpResponseRedirect(reverse("audit:erasure", args=[erasure_id]), status=303)
