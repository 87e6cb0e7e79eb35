"""The categories of requests: the table, one of them with its history, another one."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods

from yuanqi.casework import limit_rules
from yuanqi.casework.definition import LEVELS
from yuanqi.casework.models import Case, CaseState, Mechanism
from yuanqi.foundation import pages
from yuanqi.foundation.errors import NotVisible
from yuanqi.organisation.models import Department
from yuanqi.parameters.views import carried_out
from yuanqi.servicedesk import category_rules
from yuanqi.servicedesk.models import MECHANISM, Category, CategoryChange, Level
from yuanqi.servicedesk.wording import brief_limit

from ..forms import CategoryForm, RetireForm
from ..queries import require_system
from .limits import limit_url


@dataclass(frozen=True, slots=True)
class Row:
    """A category as the table shows it."""

    category: Category
    co_handlers: str
    limits: str  # how long its requests have, where they have limits of their own
    is_offered: bool
    coming: date | None  # when the next change holds


@login_required
@require_GET
def table(request: HttpRequest) -> HttpResponse:
    """All categories, retired ones last."""
    require_system(request.actor)
    today = timezone.localdate()
    units = _units()
    limits = _limits(today)
    coming: dict[str, date] = {}
    waiting = CategoryChange.objects.filter(applied_at__isnull=True).order_by("-valid_from")
    for change in waiting:
        coming[change.category_id] = change.valid_from
    rows = [
        Row(
            category=one,
            co_handlers=_("、").join(units[pk] for pk in one.co_handlers if pk in units),
            limits=limits.get(one.code, ""),
            is_offered=one.is_offered(today),
            coming=coming.get(one.code),
        )
        for one in Category.objects.select_related("lead")
    ]
    rows.sort(key=lambda row: not row.is_offered)
    context = {"page_title": _("诉求类别"), "rows": rows, "today": today}
    return render(request, "administration/categories.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Another category."""
    require_system(request.actor)
    now = timezone.now()
    form = CategoryForm(request.POST or None, is_new=True, today=timezone.localdate(now))
    status = 200
    if request.method == "POST":

        def act() -> str:
            row = category_rules.category_add(
                **_said(form), code=form.cleaned_data["code"], actor=request.actor, at=now
            )
            return reverse("administration:category", args=[row.code])

        location, status = carried_out(request, form, act)
        if location:
            messages.success(request, _("类别已经加上。"))
            return HttpResponseRedirect(location, status=303)
    context = {
        "page_title": _("新增类别"),
        "back_url": reverse("administration:categories"),
        "form": form,
    }
    return render(request, "administration/category_add.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, code: str) -> HttpResponse:
    """One category: what it is, what becomes of it, the forms that change and retire it."""
    require_system(request.actor)
    category = Category.objects.select_related("lead").filter(pk=code).first()
    if category is None:
        raise NotVisible(code)
    now = timezone.now()
    today = timezone.localdate(now)
    retires = request.method == "POST" and "retire" in request.POST
    changed = request.POST if request.method == "POST" and not retires else None
    form = CategoryForm(changed, is_new=False, today=today, initial=_initial(category))
    retire = RetireForm(request.POST if retires else None, prefix="retire")
    status = 200
    if request.method == "POST":

        def act() -> str:
            if retires:
                category_rules.category_retire(
                    code=code,
                    valid_from=retire.cleaned_data["valid_from"],
                    reason=retire.cleaned_data["reason"],
                    document_no=retire.cleaned_data["document_no"],
                    actor=request.actor,
                    at=now,
                )
            else:
                category_rules.category_change(
                    **_said(form), code=code, actor=request.actor, at=now
                )
            return reverse("administration:category", args=[code])

        location, status = carried_out(request, retire if retires else form, act)
        if location:
            messages.success(request, _("已经定好，从选的那天起生效。"))
            return HttpResponseRedirect(location, status=303)
    units = _units()
    context = {
        "page_title": category.label,
        "back_url": reverse("administration:categories"),
        "category": category,
        "is_offered": category.is_offered(today),
        "co_handlers": _("、").join(units[pk] for pk in category.co_handlers if pk in units),
        "open_count": pages.count_of(
            Case.objects.filter(category=code).exclude(state=CaseState.CLOSED)
        ),
        "changes": [
            (one, _words(one, units))
            for one in category.changes.select_related("set_by").order_by("-id")[:50]
        ],
        "limits": [(level, limit_url(("resolve", level, code))) for level in LEVELS],
        "form": form,
        "retire": retire,
    }
    return render(request, "administration/category.html", context, status=status)


def _said(form: CategoryForm) -> dict[str, Any]:
    values = form.cleaned_data
    return {
        "name": values["name"],
        "name_en": values["name_en"],
        "default_level": values["default_level"],
        "lead_id": values["lead"],
        "co_handlers": values["co_handlers"],
        "valid_from": values["valid_from"],
        "reason": values["reason"],
        "document_no": values["document_no"],
    }


def _initial(category: Category) -> dict[str, Any]:
    return {
        "name": category.name,
        "name_en": category.name_en,
        "default_level": category.default_level,
        "lead": category.lead_id,
        "co_handlers": category.co_handlers,
    }


def _units() -> dict[int, str]:
    return {unit.pk: unit.label for unit in Department.objects.all()}


def _limits(today: date) -> dict[str, str]:
    """How long requests of a category have to be settled, where that is its own: P3, or all."""
    mechanism = Mechanism.objects.filter(code=MECHANISM).first()
    found: dict[str, dict[str, str]] = {}
    if mechanism is not None:
        for standing in limit_rules.rules_of(mechanism, today):
            purpose, level, category = standing.key
            if purpose == "resolve" and category and standing.holds is not None:
                said = brief_limit(standing.holds.limit)
                found.setdefault(category, {})[level] = said
    return {
        code: _("，").join(f"{level} {said}".strip() for level, said in sorted(by.items()))
        if len(set(by.values())) > 1
        else f"{'/'.join(sorted(by))} {next(iter(by.values()))}".strip()
        for code, by in found.items()
    }


def _words(change: CategoryChange, units: dict[int, str]) -> str:
    """What a change says, in words."""
    said = []
    for name, value in change.values.items():
        match name:
            case "name":
                said.append(_("名称：%(value)s") % {"value": value})
            case "name_en":
                said.append(_("英文名称：%(value)s") % {"value": value})
            case "default_level":
                said.append(_("默认等级：%(value)s") % {"value": Level(value).label})
            case "lead_id":
                said.append(_("主办：%(value)s") % {"value": units.get(value) or _("不定")})
            case "co_handlers":
                names = _("、").join(units.get(pk, "") for pk in value)
                said.append(_("协办：%(value)s") % {"value": names or _("不定")})
            case "retired_on":
                said.append(pgettext("category", "停用"))
    return _("；").join(said)
