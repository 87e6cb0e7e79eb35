"""One visit, planned or done, with what was born on it; an enterprise's visits; photos."""

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yuanqi.advice.queries import advice_visible_to
from yuanqi.casework.queries import cases_visible_to
from yuanqi.foundation import files, pages
from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.errors import NotVisible
from yuanqi.registry.queries import enterprise_visible

from .. import operations, queries
from ..forms import ConfirmForm
from ..models import State, Topic, Visit
from ..wording import shared_words
from .sending import SeeOther, carry_out

NEWEST = (pages.Key("happened_at", descending=True), pages.Key("id", descending=True))


@login_required
@require_GET
def visit(request: HttpRequest, visit_id: int) -> HttpResponse:
    """A visit as both sides read it."""
    return _visit(request, queries.visit_visible(visit_id, request.actor), ConfirmForm())


def _visit(request: HttpRequest, row: Visit, form: ConfirmForm, status: int = 200) -> HttpResponse:
    actor: Actor = request.actor
    is_own = actor.side is Side.ENTERPRISE
    items = list(row.items.select_related("case", "promise__officer", "advice__topic"))
    seen = set(
        cases_visible_to(actor)
        .filter(pk__in=[one.case_id for one in items if one.case_id])
        .values_list("pk", flat=True)
    )
    heard = (
        advice_visible_to(actor)
        .filter(pk__in=[one.advice_id for one in items if one.advice_id])
        .values_list("pk", flat=True)
    )
    trends = [
        (label, value)
        for label, value in (
            (_("订单"), row.get_orders_display()), (_("生产"), row.get_production_display()),
            (_("用工"), row.get_staff_display()), (_("投资"), row.get_investment_display()),
        )
        if value
    ]  # fmt: skip
    wishes = [
        one for one in queries.wishes_of([row]).get(row.pk, [])
        if one.department_id != row.officer.department_id
    ]  # fmt: skip
    context = {
        "page_title": _("走访"),
        "phone_title": row.enterprise.label,
        "back_url": reverse("visiting:visits_of", args=[row.enterprise_id]),
        "visit": row,
        "enterprise": row.enterprise,
        "is_own": is_own,
        "is_done": row.state == State.DONE,
        "trends": trends,
        "policies": [str(Topic(code).label) for code in row.policies if code in Topic.values],
        "items": [one for one in items if one.case_id is None or one.case_id in seen],
        "heard": set(heard),
        "photos": list(row.photos.all()),
        "wishes": wishes,
        "departments": len(queries.units_of(row, wishes)),
        "may_confirm": is_own and row.state == State.DONE and row.confirmed_at is None,
        "may_note": queries.may_change(row, actor) and row.state == State.PLANNED,
        "form": form,
        "is_open": status != 200,
    }
    return render(request, "visiting/visit.html", context, status=status)


@login_required
@require_POST
def confirm(request: HttpRequest, visit_id: int) -> HttpResponse:
    """The enterprise says that the report is right, or what is wrong."""
    actor: Actor = request.actor
    row = queries.visit_visible(visit_id, actor)
    form = ConfirmForm(request.POST)
    is_right = "wrong" not in request.POST

    def act(at: datetime) -> str:
        operations.visit_confirm(
            visit_id=row.pk, is_right=is_right, remark=form.cleaned_data["remark"], actor=actor,
            at=at,
        )  # fmt: skip
        return reverse("visiting:visit", args=[row.pk])

    answer = carry_out(request, form, act)
    if isinstance(answer, SeeOther):
        messages.success(request, _("已确认，谢谢。") if is_right else _("已转告挂钩干部。"))
        return answer
    return _visit(request, queries.visit_visible(row.pk, actor), form, answer)


@login_required
@require_GET
def visits_of(request: HttpRequest, enterprise_id: int) -> HttpResponse:
    """An enterprise's visits: those ahead, those done, each with how many departments it was."""
    actor: Actor = request.actor
    firm = enterprise_visible(enterprise_id, actor)
    is_own = actor.side is Side.ENTERPRISE
    listed = queries.visits_of(firm.pk, actor)
    page = pages.keyset_page(listed, NEWEST, request.GET.get(pages.AFTER, ""))
    planned = list(queries.planned(enterprise_ids=[firm.pk])) if page.is_first else []
    rows = [*planned, *page.rows]
    wishes = queries.wishes_of(rows)
    context = {
        "page_title": _("园区来访") if is_own else _("走访记录"),
        "back_url": reverse("web:portal")
        if is_own
        else reverse("registry:enterprise", args=[firm.pk]),
        "enterprise": firm,
        "is_own": is_own,
        "lines": [
            (row, shared_words(queries.units_of(row, wishes.get(row.pk, ())))) for row in rows
        ],
        "page": page,
        "foot": pages.foot(request, page),
        "may_note": queries.is_officer(actor),
    }
    return render(request, "visiting/visits_of.html", context)


@login_required
@require_GET
def photo(request: HttpRequest, photo_id: int) -> HttpResponse:
    """A photo, small to be shown in a page; with `?whole` the picture itself."""
    row = queries.photo_visible(photo_id, request.actor)
    try:
        if "whole" in request.GET:
            return files.serve(row.file, row.name)
        return files.serve_preview(row.file, "screen")
    except FileNotFoundError as error:
        raise NotVisible(photo_id) from error
