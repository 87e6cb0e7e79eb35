"""The enterprise's pages: a month's return on one page, and what it sees after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms.boundfield import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible
from yuanqi.foundation.once import once, result_of
from yuanqi.registry import figures as register
from yuanqi.registry.indicators import MEASURES, Measure, month_read, months_before
from yuanqi.registry.models import Enterprise
from yuanqi.registry.queries import enterprise_visible

from .. import operations, words
from ..asking import last_month, terms
from ..board import figure_text, measures_of
from ..forms import WHY, FilingForm
from ..known import Known, KnownFigure, known_of
from ..models import Filing, Forecast, Span
from ..operations import ExplainFirst
from ..queries import filing_due, filing_of, may_fill, own_filings, targets_of
from ..targets import reached
from .sending import SeeOther

SHOWN = 13  # months in the list


def _month(code: str) -> date:
    found = month_read(code)
    if found is None:
        raise NotVisible(code)
    return found


@dataclass(frozen=True, slots=True)
class Row:
    """A figure of the form: its field, what stood there before, and what is asked about it."""

    field: BoundField
    why: BoundField
    measure: Measure
    hint: str
    asks: str  # what is odd about it, in words; empty where nothing is


@login_required
@require_http_methods(["GET", "POST"])
def fill(request: HttpRequest, enterprise_id: int, code: str) -> HttpResponse:
    """A month's return: shown with what is known, kept as a draft, sent in one tap."""
    actor: Actor = request.actor
    filing = filing_of(enterprise_id, _month(code), actor)
    here = reverse("monitoring:fill", args=[enterprise_id, code])
    after = reverse("monitoring:filings_of", args=[enterprise_id])
    if not may_fill(enterprise_id, actor):
        if actor.side is not Side.PARK:
            raise NotAllowed(_("月度指标由企业自己、挂钩干部或服务中心填报。"))
        return SeeOther(reverse("monitoring:filing", args=[filing.pk]))
    if request.method == "POST":
        repeated = result_of(account_id=request.user.pk, key=request.POST.get("once", ""))
        if repeated:
            messages.info(request, _("刚才已经提交成功，没有重复办理。"))
            return SeeOther(repeated)
        return _posted(request, filing, here, f"{after}?sent={code}")
    if not filing.is_open:
        if actor.side is Side.PARK:
            return SeeOther(reverse("monitoring:filing", args=[filing.pk]))
        return SeeOther(after)
    known = known_of(filing)
    return _shown(request, filing, known, FilingForm(filing, known))


def _posted(request: HttpRequest, filing: Filing, here: str, after: str) -> HttpResponse:
    actor: Actor = request.actor
    now = timezone.now()
    known = known_of(filing)
    form = FilingForm(filing, known, request.POST)
    saves = request.POST.get("do") == "save"
    form.is_valid()  # a draft is kept as it was typed, right or wrong
    version = form.cleaned_data.get("version")
    told = {
        "enterprise_id": filing.enterprise_id,
        "month": filing.round.month,
        "version": version,
        "actor": actor,
        "at": now,
    }
    oddities: Sequence[Any] = ()
    status = 422
    try:
        if saves:
            once(
                account_id=request.user.pk, key=request.POST.get("once", ""), at=now,
                act=lambda: _and_lead(
                    lambda: operations.filing_save(typed=form.typed, **told), here
                ),
            )  # fmt: skip
            messages.success(request, _("草稿已存，还没有交。"))
            return SeeOther(here)
        if form.is_valid():
            location = once(
                account_id=request.user.pk, key=request.POST.get("once", ""), at=now,
                act=lambda: _and_lead(
                    lambda: operations.filing_send(
                        figures=form.figures, forecasts=form.forecasts, reasons=form.reasons, **told
                    ),
                    after,
                ),
            )  # fmt: skip
            return SeeOther(location)
    except ExplainFirst as asked:
        form.ask_about(asked.oddities)
        oddities = asked.oddities
    except Conflict as refusal:
        status = 409
        form.add_error(None, refusal.message)
        form = _again(form, filing, actor)
    except Invalid as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    return _shown(request, form.filing, form.known, form, oddities, status)


def _and_lead(act: Any, location: str) -> str:
    act()
    return location


def _again(form: FilingForm, filing: Filing, actor: Actor) -> FilingForm:
    """The form over what now stands, with what was typed: sent once more, it is meant."""
    now = filing_of(filing.enterprise_id, filing.round.month, actor)
    data = form.data.copy()
    data["version"], data["once"] = str(now.version), form.initial["once"]
    said = form.non_field_errors()
    found = FilingForm(now, known_of(now), data)
    found.is_valid()
    for one in said:
        found.add_error(None, one)
    return found


def _shown(
    request: HttpRequest,
    filing: Filing,
    known: Known,
    form: FilingForm,
    oddities: Sequence[Any] = (),
    status: int = 200,
) -> HttpResponse:
    asked = {one.field: words.odd(one, filing.round) for one in oddities}
    actor: Actor = request.actor
    enterprise = filing.enterprise
    is_own = actor.side is Side.ENTERPRISE
    rows = [_row(form, one, asked) for one in known.asked]
    ahead = [
        Row(form[name], form[WHY + name], MEASURES[filing.round.forecast], "", asked.get(name, ""))
        for name in form.months
    ]
    context = {
        "page_title": _("%(month)s指标") % {"month": filing.round.label},
        "phone_title": _("填报 %(month)s指标") % {"month": filing.round.short},
        "phone_sub": enterprise.label,
        "back_url": reverse("monitoring:filings_of", args=[enterprise.pk]),
        "form": form,
        "filing": filing,
        "enterprise": enterprise,
        "rows": rows,
        "ahead": ahead,
        "settled": [(one.measure, figure_text(one.stated.value)) for one in known.settled],
        "is_own": is_own,
        "is_late": filing.is_late(timezone.localdate()),
        "asked_count": len(asked),
        "drafted_by": words.account_name(filing.draft_by) if filing.draft_by else "",
    }
    return render(request, "monitoring/fill.html", context, status=status)


def _row(form: FilingForm, one: KnownFigure, asked: dict[str, str]) -> Row:
    return Row(
        field=form[one.code],
        why=form[WHY + one.code],
        measure=one.measure,
        hint=words.known(one),
        asks=asked.get(one.code, ""),
    )


@login_required
@require_GET
def filings_of(request: HttpRequest, enterprise_id: int) -> HttpResponse:
    """What the enterprise has filed: thanks after sending, its curve, what is asked next, when."""
    actor: Actor = request.actor
    enterprise = enterprise_visible(enterprise_id, actor)
    now = timezone.now()
    today = timezone.localdate(now)
    filings = list(own_filings(enterprise, actor).select_related("round")[:SHOWN])
    due = filing_due(enterprise.pk, actor) if may_fill(enterprise.pk, actor) else None
    sent = request.GET.get("sent", "")
    newest = filings[0].round.month if filings else last_month(today)
    asked = measures_of(filings[0].round) if filings else [MEASURES["output"]]
    chosen = request.GET.get("measure", "")
    shown = next((one for one in asked if one.code == chosen), asked[0])
    months = register.months_of(enterprise, newest)
    context = {
        "page_title": _("月度填报"),
        "back_url": reverse("web:portal")
        if actor.side is Side.ENTERPRISE
        else reverse("registry:indicators", args=[enterprise.pk]),
        "enterprise": enterprise,
        "is_own": actor.side is Side.ENTERPRISE,
        "due": due,
        "is_late": due is not None and due.is_late(today),
        "days_late": (today - due.round.due_on).days if due and due.is_late(today) else 0,
        "sent": next((one for one in filings if one.round.code == sent and not one.is_open), None),
        "next": _next(filings, today),
        "filings": filings,
        "measures": asked,
        "shown": shown,
        "chart": register.chart_of(months, shown.code),
        "targets": _targets(enterprise, shown, newest),
        "forecasts": [
            (row.month, figure_text(row.value))
            for row in Forecast.objects.filter(
                enterprise=enterprise, code=shown.code, month__gte=newest
            ).order_by("month")
        ],
    }
    return render(request, "monitoring/filings.html", context)


@dataclass(frozen=True, slots=True)
class Next:
    """What is asked next, and when."""

    month: date
    opens_on: date
    due_on: date


def _next(filings: Sequence[Filing], today: date) -> Next | None:
    """The round that comes after those asked; None for an enterprise that isn't asked."""
    if not filings:
        return None
    month = months_before(max(filings[0].round.month, last_month(today)), -1)
    wanted = terms(month, today)
    return Next(month, wanted.opens_on, wanted.due_on)


def _targets(enterprise: Enterprise, measure: Measure, month: date) -> list[dict[str, Any]]:
    """The enterprise's own target of the year and the month, where there is one, beside what is
    confirmed of it."""
    rows = list(targets_of(enterprise.pk, measure.code, month.year).order_by("-span"))
    told = reached(enterprise, measure.code, month.year) if rows else None
    found = []
    for row in rows:  # the year first
        if told is None or (row.span != Span.YEAR and row.starts_on != month):
            continue
        done = told.year if row.span == Span.YEAR else told.months.get(month)
        found.append(
            {
                "row": row,
                "value": figure_text(row.value),
                "done": figure_text(done) if done is not None else "",
                "share": f"{done * 100 / row.value:.1f}%" if done is not None and row.value else "",
            }
        )
    return found
