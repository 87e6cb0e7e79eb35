"""Monthly indicators: the table, a month, stating, confirming, sending back."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import NotVisible
from yuanqi.foundation.files import Upload

from .. import figures, forms, operations
from ..indicators import MEASURES, month_of, month_read, months_before
from ..models import Enterprise, IndicatorSource
from ..page import head_of
from ..queries import enterprise_visible
from ..rights import Part, may_confirm, parts_of, require
from ._editing import edit, press

FIRST_SHOWN = "revenue"


@login_required
@require_GET
def indicators(request: HttpRequest, enterprise_id: int) -> HttpResponse:
    """Thirteen months of every measure, and a chart of one."""
    actor: Actor = request.actor
    found = enterprise_visible(enterprise_id, actor)
    newest = month_of(timezone.localdate())
    months = figures.months_of(found, newest)
    code = request.GET.get("measure", "")
    if code not in MEASURES:
        code = FIRST_SHOWN
    # this month isn't over: the one before is due first
    due = next((one for one in months[1:2] if one.state is figures.State.MISSING), None)
    context = head_of(found, actor, "indicators") | {
        "months": months,
        "measures": list(MEASURES.values()),
        "shown": MEASURES[code],
        "chart": figures.chart_of(months, code),
        "due": due or next((one for one in months if one.state is figures.State.RETURNED), None),
        "waiting": [one for one in months if one.is_waiting],
        "may_confirm": may_confirm(actor),
        "is_empty": all(one.state is figures.State.MISSING for one in months),
    }
    return render(request, "registry/indicators.html", context)


def _month(text: str) -> date:
    found = month_read(text)
    today = timezone.localdate()
    if found is None or not months_before(month_of(today), 240) <= found <= today:
        raise NotVisible(text)
    return found


def _stated(enterprise: Enterprise, month: date, actor: Actor) -> Mapping[str, Decimal]:
    """What the actor's side has said of the month before."""
    source = operations.source_of(actor)
    rows = enterprise.indicators.filter(month=month, source=source)
    return {row.code: row.value for row in rows}


@login_required
@require_http_methods(["GET", "POST"])
def month(request: HttpRequest, enterprise_id: int, code: str) -> HttpResponse:
    """One month: the form for whoever states it, what each source said, and a department's word."""
    actor: Actor = request.actor
    found = enterprise_visible(enterprise_id, actor)
    first = _month(code)
    if request.method == "POST":
        require(Part.INDICATORS, found, actor)
    told = figures.month_of(found, first)
    before = figures.month_of(found, months_before(first, 1))
    own = operations.source_of(actor)
    mine = next((one for one in told.sources if one.source == own), None)
    back_url = reverse("registry:indicators", args=[found.pk])
    may_state = Part.INDICATORS in parts_of(found.pk, actor)
    is_fixed = mine is not None and mine.state is figures.State.CONFIRMED
    more: dict[str, Any] = {
        "enterprise": found,
        "month": told,
        "before": before,
        "may_state": may_state and not is_fixed,
        "is_fixed": is_fixed,
        "may_confirm": may_confirm(actor),
        "mine": mine,
        "return_form": forms.ReturnForm(auto_id="return_%s"),
        "measures": list(MEASURES.values()),
        "columns": list(zip(MEASURES.values(), before.cells, strict=True)),
    }

    def act(form: forms.FiguresForm, _upload: Upload | None, at: datetime) -> str:
        operations.indicators_state(
            enterprise_id=found.pk, month=first, figures=form.figures, seen=form.was_seen,
            actor=actor, at=at,
        )  # fmt: skip
        return back_url

    return edit(
        request,
        shown=lambda: forms.FiguresForm(stated=_stated(found, first, actor)),
        bound=forms.FiguresForm,
        act=act,
        title=_("%(month)s 指标") % {"month": told.label},
        back_url=back_url,
        button=_("提交"),
        said=_("已提交，等部门确认。"),
        more=more,
        template="registry/month.html",
    )


def _source(text: str) -> str:
    if text not in IndicatorSource.values:
        raise NotVisible(text)
    return text


@login_required
@require_POST
def confirm(request: HttpRequest, enterprise_id: int, code: str, source: str) -> HttpResponse:
    actor: Actor = request.actor
    first = _month(code)
    return press(
        request,
        act=lambda at: operations.indicators_confirm(
            enterprise_id=enterprise_id, month=first, source=_source(source), actor=actor, at=at
        ),
        back_url=reverse("registry:month", args=[enterprise_id, code]),
        said=_("已确认。"),
    )


@login_required
@require_POST
def send_back(request: HttpRequest, enterprise_id: int, code: str, source: str) -> HttpResponse:
    actor: Actor = request.actor
    first = _month(code)
    return press(
        request,
        act=lambda at: operations.indicators_return(
            enterprise_id=enterprise_id, month=first, source=_source(source),
            reason=request.POST.get("reason", "")[:200], actor=actor, at=at,
        ),
        back_url=reverse("registry:month", args=[enterprise_id, code]),
        said=_("已退回，企业会看到原因。"),
    )  # fmt: skip


@login_required
@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """The months that wait for a department's word, the oldest first."""
    if not may_confirm(request.actor):
        raise NotVisible
    context = {
        "page_title": _("等确认的月度指标"),
        "back_url": reverse("registry:enterprises"),
        "rows": figures.waiting_months(),
    }
    return render(request, "registry/waiting.html", context)
