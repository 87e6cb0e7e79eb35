"""The four lists side by side, and one of them."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from yuanqi.foundation import pages, sheets
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Conflict
from yuanqi.foundation.pages import Key
from yuanqi.registry.indicators import month_read
from yuanqi.registry.queries import services_of

from .. import exports, operations, queries
from ..filters import ENTERED, LEFT, OVERRULED, QUEUES, UNCONFIRMED, Filters
from ..lists import DECLINE
from ..models import Entry, Sheet
from ..wording import deciding, rule_of
from .sending import SeeOther, press

ORDER = (Key("enterprise_id"),)


@login_required
@require_GET
def lists(request: HttpRequest) -> HttpResponse:
    """The four side by side: how many, who came, who left, what nobody has confirmed yet."""
    actor: Actor = request.actor
    queries.require_watcher(actor)
    today = timezone.localdate()
    newest = queries.newest_month()
    month = month_read(request.GET.get("month", "")) or newest
    found = queries.sheets_of(month)
    waiting = queries.unconfirmed(list(found.values()))
    plans = queries.plans_on(today)
    columns = [
        {
            "condition": one,
            "sheet": found.get(one.code),
            "waiting": waiting.get(found[one.code].pk, 0) if one.code in found else 0,
            "plan": plans.get(one.pk),
            "url": reverse("steering:list", args=[one.code]),
        }
        for one in queries.conditions()
    ]
    months = queries.months_of(columns[0]["condition"]) if columns else []
    context = {
        "page_title": _("四张清单"),
        "columns": columns,
        "months": months,
        "month": next((one for one in months if one.month == month), None),
        "is_newest": month == newest,
        "month_query": f"?month={month:%Y-%m}" if month and month != newest else "",
        "may_make": queries.may_plan(actor),
    }
    return render(request, "steering/lists.html", context)


@login_required
@require_POST
def remake(request: HttpRequest) -> HttpResponse:
    """Make this month's lists from what is known now."""
    actor: Actor = request.actor
    queries.require_watcher(actor)
    month = timezone.localdate().replace(day=1)
    return press(
        request,
        act=lambda at: operations.lists_make(month=month, actor=actor, at=at, cause="asked"),
        back_url=reverse("steering:lists"),
        said=_("已按现在的数据重算。"),
    )


@login_required
@require_GET
def one_list(request: HttpRequest, code: str) -> HttpResponse:
    """One list of a month: who is on it and why, who came and left."""
    actor: Actor = request.actor
    queries.require_watcher(actor)
    condition = queries.condition_of(code)
    filters = Filters.read(request.GET)
    history = queries.months_of(condition)
    wanted = month_read(filters.month)
    sheet = next((one for one in history if wanted in (None, one.month)), None)
    now = timezone.now()
    context = {
        "page_title": condition.label,
        "back_url": reverse("steering:lists"),
        "condition": condition,
        "condition_url": reverse("conditions:condition", args=[condition.pk]),
        "history": history,
        "sheet": sheet,
        "plan": queries.plan_on(condition, timezone.localdate(now)),
        "filters": filters,
    }
    if sheet is not None:
        listed = filters.narrowed(sheet, actor).filter(QUEUES[filters.queue])
        if request.GET.get("export") == "xlsx":
            return _workbook(request, sheet, listed, actor, now)
        context |= _listed(request, sheet, listed, filters, actor, now)
    return render(request, "steering/list.html", context)


def _listed(
    request: HttpRequest, sheet: Sheet, listed: Any, filters: Filters, actor: Actor, now: datetime
) -> dict[str, Any]:
    page = pages.keyset_page(listed, ORDER, request.GET.get(pages.AFTER, ""))
    firms = [one.enterprise for one in page.rows]
    services = services_of(firms, timezone.localdate(now))
    cares = queries.cares_of([one.pk for one in firms]) if sheet.condition.code == DECLINE else {}
    rule = rule_of(page.rows[0]) if page.rows else None
    may_rule = queries.may_rule(actor) and sheet.month == queries.newest_month()
    here = reverse("steering:list", args=[sheet.condition.code])
    foot = pages.foot(request, page)
    count = pages.count_of(listed)
    if foot["text"]:
        foot["text"] = _("第 1–%(last)s 家，共 %(count)s 家") % {
            "last": len(page.rows), "count": count,
        }  # fmt: skip
    return {
        "tabs": _tabs(here, filters, sheet),
        "lines": [
            {
                "entry": one,
                "because": deciding(one, rule),
                "officer": services.get(one.enterprise_id),
                "care": cares.get(one.enterprise_id),
                "may_confirm": may_rule and one.is_on and not one.ruling,
            }
            for one in page.rows
        ],
        "page": page,
        "foot": foot,
        "count": count,
        "areas": filters.areas,
        "industries": filters.industries,
        "may_be_mine": bool(actor.linked_enterprise_ids),
        "back": pages.address(request),
        "clear_url": f"{here}?{Filters(month=filters.month, queue=filters.queue).address()}",
        "export_url": pages.address(request, export="xlsx", **{pages.AFTER: None}),
    }


def _tabs(here: str, filters: Filters, sheet: Sheet) -> list[dict[str, Any]]:
    waiting = queries.unconfirmed([sheet]).get(sheet.pk, 0)
    overruled = Entry.objects.filter(QUEUES[OVERRULED], sheet=sheet).count()
    named = [
        (UNCONFIRMED, _("待确认"), waiting, "is-amber"),
        (ENTERED, pgettext("list", "新进入"), sheet.entered, ""),
        (LEFT, pgettext("list", "离开"), sheet.left, ""),
        (OVERRULED, _("人工决定"), overruled, ""),
        ("", pgettext("list", "在列"), sheet.listed, ""),
    ]
    return [
        {
            "label": label,
            "count": count,
            "tone": tone if count else "",
            "url": f"{here}?{filters.address(queue=queue)}",
            "is_current": filters.queue == queue,
            "is_apart": queue == "",
        }
        for queue, label, count, tone in named
    ]


def _workbook(
    request: HttpRequest, sheet: Sheet, listed: Any, actor: Actor, now: datetime
) -> HttpResponse:
    file = sheets.temporary()
    try:
        exports.list_export(
            file, sheet=sheet, listed=listed, query=request.GET.urlencode(), actor=actor, at=now
        )
    except Conflict as error:
        messages.warning(request, error.message)
        return SeeOther(pages.address(request, export=None))
    return sheets.download(file, f"{sheet.condition.label}-{sheet.code}.xlsx")
