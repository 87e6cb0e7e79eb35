"""All visits that were done, by month and name, and the same as a workbook."""

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from yuanqi.foundation import pages, sheets
from yuanqi.foundation.errors import Conflict
from yuanqi.registry.contacting.queries import watches
from yuanqi.registry.indicators import month_of, month_read, months_before

from .. import exports, queries
from ..models import Visit
from .sending import SeeOther

NEWEST = (pages.Key("happened_at", descending=True), pages.Key("id", descending=True))
MONTHS = 12


@login_required
@require_GET
def records(request: HttpRequest) -> HttpResponse:
    """The notes of all officers: who was where, what was born of it, what the enterprise says."""
    queries.require_officer(request.actor)
    now = timezone.now()
    month = month_read(request.GET.get("month", ""))
    words = request.GET.get("q", "").strip()[:60]
    listed = queries.records(request.actor, month=month, words=words)
    if request.GET.get("export") == "xlsx":
        return _workbook(request, listed, now)
    page = pages.keyset_page(listed, NEWEST, request.GET.get(pages.AFTER, ""))
    born = queries.born_of(page.rows)
    this = month_of(timezone.localdate(now))
    context = {
        "page_title": _("走访记录"),
        "back_url": reverse("visiting:visits"),
        "month": month,
        "months": [months_before(this, back) for back in range(MONTHS)],
        "q": words,
        "lines": [(row, born[row.pk]) for row in page.rows],
        "page": page,
        "foot": pages.foot(request, page),
        "count": pages.count_of(listed),
        "export_url": _export_url(request),
        "may_import": queries.may_import(request.actor),
        "watches": watches(request.actor),
    }
    return render(request, "visiting/records.html", context)


def _export_url(request: HttpRequest) -> str:
    asked = request.GET.copy()
    asked.pop(pages.AFTER, None)
    asked["export"] = "xlsx"
    return f"?{asked.urlencode()}"


def _workbook(request: HttpRequest, listed: QuerySet[Visit], now: datetime) -> HttpResponse:
    file = sheets.temporary()
    try:
        exports.visits_export(
            file, listed=listed, query=request.GET.urlencode(), actor=request.actor, at=now
        )
    except Conflict as refusal:
        messages.warning(request, refusal.message)
        return SeeOther(reverse("visiting:records"))
    return sheets.download(file, f"{_('走访记录')}-{timezone.localdate(now)}.xlsx")
