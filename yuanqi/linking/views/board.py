"""The coverage board; an officer's own enterprises; an enterprise's view of its officers."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from yuanqi.foundation import pages, sheets
from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.errors import Conflict
from yuanqi.foundation.pages import Key
from yuanqi.organisation.models import Officer
from yuanqi.organisation.queries import acting_for
from yuanqi.registry.models import Enterprise, Link, LinkRole
from yuanqi.registry.queries import enterprise_visible, links_on, services_of
from yuanqi.registry.search import enterprises_found
from yuanqi.servicedesk.ledger import at_work, requests_listed

from .. import exports, queries
from ..coverage import (
    COVERED,
    GAPS,
    INHERITED,
    UNVISITED,
    Coverage,
    Load,
    bearing,
    coverage_on,
    listed_on,
    loads_on,
    rows_of,
    scopes_on,
)
from ..forms import OtherForm
from ..models import Handover, Round, WishKind
from ..scoping import list_labels, scope_label, scopes_of
from .sending import SeeOther

ORDER = (Key("id"),)
BY_UNIT = (Key("department__position"), Key("department_id"), Key("id"))
OWN = (Key("role"), Key("enterprise__short_name"), Key("id"))
_LONGEST = 60
_DAY = timedelta(days=1)
_OFFICERS = 25  # on the board, those first who need somebody's eye; all on request
_PAST = 6  # officers of an enterprise before, shown on its page
_AHEAD = 20  # enterprises that an officer will serve, shown by name


@login_required
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """Who is covered, who isn't, and what each officer bears against his capacity."""
    actor: Actor = request.actor
    queries.require_watcher(actor)
    today = timezone.localdate()
    round_ = queries.round_on(today)
    loads = loads_on(today, round_)
    over = [one for one in loads if one.over]
    late = queries.handovers_visible_to(actor).filter(queries.waiting_on(today), from_on__lte=today)
    context = {
        "page_title": _("挂钩覆盖"),
        "coverage": coverage_on(today, round_),
        "round": round_,
        "scopes": scopes_of(round_) if round_ else [],
        "capacity": sum(one.capacity or 0 for one in loads),
        "load": sum(one.load for one in loads),
        "serving": sum(one.load > 0 for one in loads),
        "over": over,
        "fullest": _named(over[:1]),
        "people": len(loads),
        "late": late.count(),
        "sees_all": queries.sees_drafts(actor),
        "may_keep": queries.may_keep(actor),
        "is_mine": bool(actor.linked_enterprise_ids),
    } | _officers(request, today, round_, loads)
    return render(request, "linking/board.html", context)


def _officers(
    request: HttpRequest, today: date, round_: Round | None, loads: list[Load]
) -> dict[str, Any]:
    """Those first who need somebody's eye; all of them, by department, a page at a time."""
    if request.GET.get("officers") != "all":
        return {"officers": _named(loads[:_OFFICERS]), "is_cut": len(loads) > _OFFICERS}
    listed = bearing(today, round_).select_related("department")
    page = pages.keyset_page(listed, BY_UNIT, request.GET.get(pages.AFTER, ""))
    told = {one.officer_id: one for one in loads}
    foot = pages.foot(request, page)
    if foot["text"]:
        foot["text"] = _("第 1–%(last)s 位，共 %(count)s 位") % {
            "last": len(page.rows), "count": len(loads),
        }  # fmt: skip
    return {
        "officers": [(one, told[one.pk]) for one in page.rows if one.pk in told],
        "is_whole": True,
        "page": page,
        "foot": foot,
    }


def _named(loads: list[Load]) -> list[tuple[Officer, Load]]:
    ids = [one.officer_id for one in loads]
    officers = Officer.objects.select_related("department").in_bulk(ids)
    return [(officers[one.officer_id], one) for one in loads if one.officer_id in officers]


@login_required
@require_GET
def covered(request: HttpRequest) -> HttpResponse:
    """The enterprises behind the board's figures, or those of one officer."""
    actor: Actor = request.actor
    queries.require_watcher(actor)
    today = timezone.localdate()
    round_ = queries.round_on(today)
    show = request.GET.get("show", COVERED)
    show = show if show in (COVERED, GAPS, INHERITED, UNVISITED) else COVERED
    q = request.GET.get("q", "").replace("\x00", "").strip()[:_LONGEST]
    officer = _officer(request)
    listed = listed_on(today, round_, show)
    if officer is not None:
        own = links_on(today).filter(officer=officer)
        listed = Enterprise.objects.filter(pk__in=own.values("enterprise"))
    listed = listed.select_related("area")
    if q:
        listed = listed.filter(pk__in=enterprises_found(q, actor).values("pk"))
    if request.GET.get("export") == "xlsx":
        return _workbook(request, listed, actor)
    page = pages.keyset_page(listed, ORDER, request.GET.get(pages.AFTER, ""))
    lists = list_labels()
    services = services_of(page.rows, today)
    scopes = scopes_on(round_, page.rows)
    foot = pages.foot(request, page)
    count = pages.count_of(listed)
    if foot["text"]:
        foot["text"] = _("第 1–%(last)s 家，共 %(count)s 家") % {
            "last": len(page.rows), "count": count,
        }  # fmt: skip
    here = reverse("linking:covered")
    context = {
        "page_title": officer.name if officer else _("企业和干部"),
        "back_url": reverse("linking:board"),
        "officer": officer,
        "tabs": [] if officer else _tabs(here, coverage_on(today, round_), show),
        "show": show,
        "q": q,
        "lines": [
            {
                "enterprise": one,
                "lead": lead,
                "second": second,
                "service": services.get(one.pk),
                "scopes": [scope_label(code, lists) for code in scopes[one.pk]],
            }
            for one, lead, second in rows_of(page.rows, today)
        ],
        "page": page,
        "foot": foot,
        "count": count,
        "may_keep": queries.may_keep(actor),
        "round": round_,
        "export_url": pages.address(request, export="xlsx", **{pages.AFTER: None}),
        "clear_url": pages.address(request, q=None, **{pages.AFTER: None}),
    }
    return render(request, "linking/covered.html", context)


def _officer(request: HttpRequest) -> Officer | None:
    text = request.GET.get("officer", "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        return None
    return Officer.objects.select_related("department").filter(pk=int(text)).first()


def _tabs(here: str, found: Coverage, show: str) -> list[dict[str, Any]]:
    named = (
        (GAPS, _("没有挂钩干部"), found.gaps, "is-red"),
        (INHERITED, _("随集团"), found.inherited, ""),
        (UNVISITED, _("本月没走访"), found.unvisited, ""),
        (COVERED, _("有挂钩干部"), found.covered, ""),
    )
    return [
        {
            "label": label,
            "count": count,
            "tone": tone if count else "",
            "url": f"{here}?show={code}",
            "is_current": show == code,
        }
        for code, label, count, tone in named
    ]


def _workbook(request: HttpRequest, listed: QuerySet[Enterprise], actor: Actor) -> HttpResponse:
    file = sheets.temporary()
    now = timezone.now()
    try:
        exports.coverage_export(
            file, listed=listed, day=timezone.localdate(now), query=request.GET.urlencode(),
            actor=actor, at=now,
        )  # fmt: skip
    except Conflict as error:
        messages.warning(request, error.message)
        return SeeOther(pages.address(request, export=None))
    return sheets.download(file, f"{_('挂钩名单')}.xlsx")


# one's own ---------------------------------------------------------------------------------------


@login_required
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """An officer's enterprises: since when, in which role, what waits for him."""
    actor: Actor = request.actor
    queries.require_watcher(actor)
    today = timezone.localdate()
    own = actor.officer_ids
    served = links_on(today).filter(officer__in=own)
    page = pages.keyset_page(
        served.select_related("enterprise__area", "officer"), OWN,
        request.GET.get(pages.AFTER, ""),
    )  # fmt: skip
    firms = [one.enterprise_id for one in page.rows]
    waits = Handover.objects.filter(queries.waiting_on(today), to_officer__in=own)
    waiting = {one.link_id: one for one in waits.filter(link__in=[one.pk for one in page.rows])}
    counts = dict(
        requests_listed(actor)
        .filter(at_work, enterprise__in=firms)
        .order_by()
        .values_list("enterprise")
        .annotate(Count("pk"))
    )
    ahead = Link.objects.filter(officer__in=own, from_on__gt=today).select_related("enterprise")
    stated = queries.wishes_open(actor).filter(officer__in=own, enterprise__in=firms)
    wishes = {
        (one.enterprise_id, one.officer_id): one for one in stated.filter(kind=WishKind.OFFICER)
    }
    foot = pages.foot(request, page)
    if foot["text"]:
        foot["text"] = _("第 1–%(last)s 家，共 %(count)s 家") % {
            "last": len(page.rows), "count": pages.count_of(served),
        }  # fmt: skip
    context = {
        "page_title": _("我的企业"),
        "lines": [
            {
                "link": one,
                "enterprise": one.enterprise,
                "acts_for": one.officer if one.officer_id != actor.officer_id else None,
                "is_second": one.role == LinkRole.SECOND,
                "at_work": counts.get(one.enterprise_id, 0),
                "handover": waiting.get(one.pk),
                "wish": wishes.get((one.enterprise_id, one.officer_id)),
            }
            for one in page.rows
        ],
        "page": page,
        "foot": foot,
        "ahead": list(ahead.order_by("from_on", "pk")[:_AHEAD]),
        "ahead_count": ahead.count(),
        "open": waits.count(),
        "to_hand": queries.handovers_visible_to(actor).filter(
            queries.waiting_on(today), from_officer__in=own, note=""
        ).count(),
    }  # fmt: skip
    return render(request, "linking/mine.html", context)


@login_required
@require_GET
def serving(request: HttpRequest, enterprise_id: int) -> HttpResponse:
    """An enterprise's view of its officers: who, in which role, since when, how to reach them."""
    actor: Actor = request.actor
    found = enterprise_visible(enterprise_id, actor)
    if actor.side is not Side.ENTERPRISE:
        return SeeOther(reverse("registry:people", args=[enterprise_id]))
    now = timezone.now()
    today = timezone.localdate(now)
    links = list(
        links_on(today)
        .filter(enterprise=found)
        .select_related("officer__department")
        .order_by("role", "pk")
    )
    told = [_served(one.officer, one.role, one.from_on, now) for one in links]
    service = services_of([found], today).get(found.pk)
    if service is not None and service.group is not None:
        told.insert(0, _served(service.officer, LinkRole.LEAD, service.from_on, now)
                    | {"group": service.group})  # fmt: skip
    past = Link.objects.filter(enterprise=found, until_on__lte=today).select_related("officer")
    ahead = Link.objects.filter(enterprise=found, from_on__gt=today).select_related(
        "officer__department"
    )
    lead = told[0]["officer"] if told and told[0]["role"] == LinkRole.LEAD else None
    wish = queries.wishes_open(actor).filter(officer=lead).first()
    context = {
        "page_title": _("为您服务的干部"),
        "back_url": reverse("web:portal"),
        "enterprise": found,
        "told": told,
        "ahead": list(ahead.order_by("from_on", "pk")),
        "past": [(one, one.until_on - _DAY) for one in past.order_by("-until_on", "pk")[:_PAST]],
        "wish": wish,
        "wishes_other": wish is not None and wish.kind == WishKind.OTHER,
        "form": OtherForm(),
        "may_wish": lead is not None,
        "lead": lead,
    }
    return render(request, "linking/serving.html", context)


def _served(officer: Officer, role: int, from_on: Any, now: Any) -> dict[str, Any]:
    acting = acting_for(officer, now)
    absence = None
    if acting != officer:
        absence = officer.absences.filter(start_at__lte=now, end_at__gt=now).first()
    return {
        "officer": officer,
        "role": role,
        "role_label": LinkRole(role).label,
        "from_on": from_on,
        "acting": acting,
        "absence": absence,
    }
