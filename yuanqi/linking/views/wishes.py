"""Wishes of pairs and conflicts of interest: stated, listed, withdrawn."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from yuanqi.foundation import pages
from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.errors import Invalid
from yuanqi.foundation.pages import Key
from yuanqi.organisation.models import Officer, Rank
from yuanqi.registry.models import Enterprise
from yuanqi.registry.queries import enterprise_visible, linked_officer
from yuanqi.registry.search import enterprises_found

from .. import operations, queries
from ..forms import OtherForm, WishForm
from ..models import OF_ENTERPRISE, WishKind
from .sending import SeeOther, carry_out, press

ORDER = (Key("id", descending=True),)


@login_required
@require_http_methods(["GET", "POST"])
def wishes(request: HttpRequest) -> HttpResponse:
    """What stands for the rounds to come, and the form to state more."""
    actor: Actor = request.actor
    queries.require_watcher(actor)
    here = reverse("linking:wishes")
    form = _form(actor, None, request)
    status = 200
    if request.method == "POST":
        form = _form(actor, request.POST, request)

        def act(at: Any) -> None:
            cleaned = form.cleaned_data
            operations.wish_state(
                enterprise_id=_firm(cleaned["enterprise"], actor).pk,
                officer_id=cleaned["officer"], kind=cleaned["kind"], reason=cleaned["reason"],
                actor=actor, at=at,
            )  # fmt: skip

        status = carry_out(request, form, act, here)
        if status == 303:
            messages.success(request, _("已登记，下次计算方案时考虑。"))
            return SeeOther(here)
    listed = queries.wishes_open(actor)
    page = pages.keyset_page(listed, ORDER, request.GET.get(pages.AFTER, ""))
    foot = pages.foot(request, page)
    foot["text"] = ""
    context = {
        "page_title": _("意愿和回避"),
        "lines": [
            {
                "wish": one,
                "may_withdraw": queries.may_keep(actor)
                or (one.officer_id == actor.officer_id and one.kind not in OF_ENTERPRISE),
            }
            for one in page.rows
        ],
        "page": page,
        "foot": foot,
        "sees_all": queries.sees_drafts(actor),
        "form": form,
        "is_open": status != 200 or "enterprise" in request.GET,
        "may_state": queries.may_keep(actor) or actor.officer_id is not None,
    }
    return render(request, "linking/wishes.html", context, status=status)


def _form(actor: Actor, data: Any, request: HttpRequest) -> WishForm:
    """Officers state what concerns themselves; the centre for all of rank."""
    officers = Officer.objects.filter(is_active=True).select_related("department")
    if queries.may_keep(actor):
        officers = officers.exclude(rank__lt=Rank.DEPUTY_SECTION, links=None).distinct()
        kinds: Any = WishKind.choices
    else:
        officers = officers.filter(pk=actor.officer_id)
        kinds = [one for one in WishKind.choices if one[0] not in OF_ENTERPRISE]
    named = [
        (one.pk, _("%(name)s（%(unit)s）") % {"name": one.name, "unit": one.department.label})
        for one in officers.order_by("department__position", "pk")
    ]
    initial = {"enterprise": request.GET.get("enterprise", "")[:100]}
    return WishForm(data, officers=named, kinds=kinds, initial=initial)


def _firm(text: str, actor: Actor) -> Enterprise:
    """The one enterprise that is meant. Raises Invalid for none or several."""
    text = text.strip()
    exact = Enterprise.objects.filter(merged_into=None)
    for field in ("uscc", "name", "short_name"):
        one = list(exact.filter(**{field: text})[:2])
        if len(one) == 1:
            return one[0]
    found = list(enterprises_found(text, actor)[:2])
    if len(found) == 1:
        return found[0]
    raise Invalid(
        _("有好几家名称相近，请写全称或信用代码。") if found else _("没有找到这家企业。"),
        "enterprise",
    )


@login_required
@require_POST
def withdraw(request: HttpRequest, wish_id: int) -> HttpResponse:
    actor: Actor = request.actor
    back = reverse("linking:wishes")
    if actor.side is Side.ENTERPRISE and actor.enterprise_id:
        back = reverse("linking:serving", args=[actor.enterprise_id])
    return press(
        request,
        act=lambda at: operations.wish_withdraw(wish_id=wish_id, actor=actor, at=at),
        back_url=back,
        said=_("已撤回。"),
    )


@login_required
@require_POST
def wish_own(request: HttpRequest, enterprise_id: int) -> HttpResponse:
    """The enterprise wishes to keep the officer who serves it."""
    actor: Actor = request.actor
    enterprise = enterprise_visible(enterprise_id, actor)
    officer = linked_officer(enterprise, timezone.localdate())
    back = reverse("linking:serving", args=[enterprise_id])
    if officer is None:
        return SeeOther(back)
    return press(
        request,
        act=lambda at: operations.wish_state(
            enterprise_id=enterprise_id, officer_id=officer.pk, kind=WishKind.ENTERPRISE.value,
            actor=actor, at=at,
        ),
        back_url=back,
        said=_("记下了，安排下一轮时会考虑。"),
    )  # fmt: skip


@login_required
@require_POST
def wish_other(request: HttpRequest, enterprise_id: int) -> HttpResponse:
    """The enterprise asks for another officer, and says why; the service centre alone sees it."""
    actor: Actor = request.actor
    enterprise = enterprise_visible(enterprise_id, actor)
    officer = linked_officer(enterprise, timezone.localdate())
    back = reverse("linking:serving", args=[enterprise_id])
    form = OtherForm(request.POST)
    if officer is None:
        return SeeOther(back)
    if not form.is_valid():
        messages.error(request, form.errors["reason"][0])
        return SeeOther(back)
    return press(
        request,
        act=lambda at: operations.wish_state(
            enterprise_id=enterprise_id, officer_id=officer.pk, kind=WishKind.OTHER.value,
            reason=form.cleaned_data["reason"], actor=actor, at=at,
        ),
        back_url=back,
        said=_("已告诉服务中心，别人看不到。"),
    )  # fmt: skip
