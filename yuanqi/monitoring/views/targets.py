"""Targets: a year and its months, of the zone or of an enterprise, beside what was reached."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yuanqi.foundation import pages
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Conflict, Invalid, NotVisible
from yuanqi.foundation.once import once, result_of
from yuanqi.registry.indicators import MEASURES
from yuanqi.registry.models import Enterprise
from yuanqi.registry.queries import enterprises_listed
from yuanqi.registry.search import enterprises_found
from yuanqi.registry.seen import ChangedMeanwhile

from .. import operations
from .. import targets as park
from ..acts import field_of
from ..board import figure_text
from ..forms import TargetsForm
from ..models import Span
from ..queries import may_set_targets, require_watcher, subject, targets_of
from .sending import SeeOther

YEARS_BACK, YEARS_AHEAD = 3, 1
FOUND = 8


@login_required
@require_http_methods(["GET", "POST"])
def targets(request: HttpRequest) -> HttpResponse:
    actor: Actor = request.actor
    require_watcher(actor)
    today = timezone.localdate()
    asked = request.POST if request.method == "POST" else request.GET
    code = asked.get("measure", "")
    code = code if code in MEASURES else "output"
    year = year_of(asked.get("year", ""), today)
    enterprise = _enterprise(asked.get("enterprise", ""), actor)
    rows = {(row.span, row.starts_on): row for row in targets_of(_pk(enterprise), code, year)}
    standing = {period: row.value for period, row in rows.items()}
    here = _address(code, year, enterprise)
    status = 200
    form = TargetsForm(code, year, standing)
    if request.method == "POST":
        repeated = result_of(account_id=request.user.pk, key=request.POST.get("once", ""))
        if repeated:
            messages.info(request, _("刚才已经提交成功，没有重复办理。"))
            return SeeOther(repeated)
        form = TargetsForm(code, year, standing, request.POST)
        status = _carry_out(request, form, enterprise, code, year, here)
        if status == 303:
            return SeeOther(here)
    listed = park.firms_with_targets(actor, code, year)
    page = pages.keyset_page(listed, park.ORDER, request.GET.get(pages.AFTER, ""))
    foot = pages.foot(request, page)
    foot["text"] = ""
    text = request.GET.get("q", "").replace("\0", "").strip()[:60]
    told = park.reached(enterprise, code, year)
    context = {
        "page_title": _("%(year)s 年目标") % {"year": year},
        "back_url": reverse("monitoring:zone"),
        "form": form,
        "enterprise": enterprise,
        "measure": MEASURES[code],
        "measures": [(one, _address(one.code, year, enterprise)) for one in MEASURES.values()],
        "year": year,
        "years": [
            (number, _address(code, number, enterprise))
            for number in range(today.year - YEARS_BACK, today.year + YEARS_AHEAD + 1)
        ],
        "zone_url": _address(code, year, None),
        "rows": _rows(form, told, rows, today),
        "summary": _summary(standing, year),
        "may_set": may_set_targets(actor),
        "lines": [
            (line, _address(code, year, line.enterprise))
            for line in park.lines_of(page.rows, code, year)
        ],
        "page": page,
        "foot": foot,
        "q": text,
        "found": [
            (one, _address(code, year, one)) for one in enterprises_found(text, actor)[:FOUND]
        ]
        if text
        else [],
    }
    return render(request, "monitoring/targets.html", context, status=status)


def _carry_out(
    request: HttpRequest,
    form: TargetsForm,
    enterprise: Enterprise | None,
    code: str,
    year: int,
    here: str,
) -> int:
    """Set the targets; 303 when they stand, else the status of the form that is shown again."""
    if not form.is_valid():
        return 422
    now = timezone.now()
    actor: Actor = request.actor

    def act() -> str:
        operations.targets_set(
            enterprise_id=_pk(enterprise), code=code, year=year, values=form.values,
            seen=form.was_seen, actor=actor, at=now,
        )  # fmt: skip
        return here

    try:
        once(account_id=request.user.pk, key=form.cleaned_data["once"], at=now, act=act)
    except ChangedMeanwhile as refusal:
        fields = _("、").join(str(form.fields[name].label) for name in refusal.fields)
        form.add_error(None, refusal.message)
        form.add_error(None, _("别人改过：%(fields)s。") % {"fields": fields})
        # sent once more, it is meant
        rows = targets_of(_pk(enterprise), code, year)
        now_set = {(row.span, row.starts_on): row.value for row in rows}
        fresh = TargetsForm(code, year, now_set)
        data = form.data.copy()
        data["seen"], data["once"] = fresh.initial["seen"], fresh.initial["once"]
        form.data = data
        return 409
    except Conflict as refusal:
        form.add_error(None, refusal.message)
        return 409
    except Invalid as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return 422
    messages.success(request, _("目标已存。"))
    return 303


def year_of(text: str, today: date) -> int:
    known = range(today.year - YEARS_BACK, today.year + YEARS_AHEAD + 1)
    return int(text) if text.isascii() and text.isdigit() and int(text) in known else today.year


def _enterprise(text: str, actor: Actor) -> Enterprise | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise NotVisible(text)
    found = subject(int(text), actor)
    if found is not None and not enterprises_listed(actor).filter(pk=found.pk).exists():
        raise NotVisible(text)
    return found


def _pk(enterprise: Enterprise | None) -> int | None:
    return enterprise.pk if enterprise else None


def _address(code: str, year: int, enterprise: Enterprise | None) -> str:
    said = {"year": year, "measure": code}
    if enterprise is not None:
        said["enterprise"] = enterprise.pk
    return f"{reverse('monitoring:targets')}?{urlencode(said)}"


def _rows(form: TargetsForm, told: Any, rows: Any, today: date) -> list[dict[str, Any]]:
    """The form's fields, the year first, each with what was reached and who set it."""
    found = []
    for name, period in form.periods.items():
        span, starts_on = period
        done = told.year if span == Span.YEAR else told.months.get(starts_on)
        ahead = None if span == Span.YEAR else told.forecasts.get(starts_on)
        row = rows.get(period)
        target = row.value if row else None
        found.append(
            {
                "field": form[name],
                "is_year": span == Span.YEAR,
                "done": figure_text(done),
                "expected": figure_text(ahead) if ahead is not None else "",
                "reached": f"{done * 100 / target:.1f}%" if done is not None and target else "",
                "set_at": row.set_at if row else None,
                "is_ahead": starts_on > today,
                "name": field_of(period),
            }
        )
    return found


def _summary(standing: dict[Any, Decimal], year: int) -> str:
    """Whether the months make the year: empty where not all of them are set."""
    whole = standing.get((Span.YEAR, date(year, 1, 1)))
    months = [value for (span, _day), value in standing.items() if span == Span.MONTH]
    if whole is None or len(months) < 12:
        return ""
    made = sum(months, Decimal(0))
    if made == whole:
        return _("12 个月合计正好是全年目标。")
    said = {"made": figure_text(made), "gap": figure_text(abs(whole - made))}
    if made < whole:
        return _("12 个月合计 %(made)s，比全年目标少 %(gap)s。") % said
    return _("12 个月合计 %(made)s，比全年目标多 %(gap)s。") % said
