"""The ledger of requests for the park's side; an enterprise sees its own in plain words."""

from collections.abc import Mapping
from contextlib import nullcontext
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from yuanqi.foundation import pages, sheets
from yuanqi.foundation.actors import Actor, Role, Side
from yuanqi.foundation.errors import Conflict, NotAllowed
from yuanqi.organisation.roster import standing
from yuanqi.parameters import parameters
from yuanqi.supervision.queries import idle_before

from .. import exports, forms
from .. import ledger as desk
from ..batch import offered
from ..ledger import Filters
from ..ledger_filters import LONGEST_SEARCH, firms_named, handlers
from ..ledger_saved import views_shown
from ..parameters_defined import BATCH_MOST
from ..plain import plain_words
from ..queries import category_names
from ..rows import facts_of, rows_from, rows_of
from ..search import TooBroad, in_time
from . import ledger_parts as parts
from .sending import SeeOther

EXPORT = "export"  # the parameter of the address; its only value is "xlsx"


@login_required
@require_GET
def ledger(request: HttpRequest) -> HttpResponse:
    actor: Actor = request.actor
    wants_sheet = request.GET.get(EXPORT) == "xlsx"
    if actor.side is Side.ENTERPRISE:
        if actor.enterprise_id is None:
            raise NotAllowed(_("这个账号还没有对应的人员或企业，请联系服务中心登记。"))
        return _own_sheet(request, actor) if wants_sheet else _own(request, actor)
    now = timezone.now()
    if wants_sheet:
        return _sheet(request, actor, now)
    try:
        with in_time() if request.GET.get("q") else nullcontext():
            context = _context(request, actor, now)
    except TooBroad:
        return _too_broad(request)
    return render(request, "servicedesk/ledger.html", context)


def _too_broad(request: HttpRequest) -> HttpResponse:
    """The list without the words that stand in too many requests to be looked for."""
    messages.warning(
        request,
        _("“%(text)s”太常见，一时查不完。请多写几个字，或先选类别、日期。")
        % {"text": _searched(request.GET)},
    )
    return SeeOther(pages.address(request, q=None, **{pages.AFTER: None}))


def _context(request: HttpRequest, actor: Actor, now: datetime) -> dict[str, Any]:
    names, queues = category_names(), desk.queues_shown(actor)
    filters = Filters.read(request.GET, queues, names)
    at_hand = desk.standing(actor)
    cursor = request.GET.get(pages.AFTER, "")
    page, counted = desk.page_of(filters, actor, now, at_hand, cursor)
    roster = standing(now)
    facts, officers = facts_of(page.rows, actor, now, names), handlers(actor, roster)
    views = views_shown(actor)
    with desk.counting(actor, now, at_hand) as come:
        # meanwhile what nothing more has to be read for
        rows = rows_from(facts, actor, now, idle_before(now))
        units = list(roster.units.values())
        choices = parts.choices(filters, names, units)
        more = parts.more_choices(filters, officers, actor)
        days = parts.days_asked(filters)
        heads = parts.heads(request.path, request.GET, filters)
        counts = come()
    count = counts[filters.queue] if counted is None else counted
    chips = parts.chips(request.path, request.GET, filters, units, more, actor)
    seen = [choice.name for choice in (*choices, *more)]
    seen += [f"{span.name}_{end}" for span in days for end in ("from", "until")]
    here = reverse("servicedesk:ledger")
    back = pages.address(request)
    return {
        "page_title": _("诉求台账") if actor.sees_every_case else _("诉求"),
        "tabs": parts.tabs(queues, counts, filters, count),
        "filters": filters,
        "choices": choices,
        "more": more,
        "days": days,
        "more_is_set": bool(filters.firm)
        or any(choice.chosen for choice in more)
        or any(span.first or span.last for span in days),
        "chips": chips,
        "kept": parts.kept(filters, seen),
        "clear_url": f"{here}?queue={filters.queue}",
        "heads": heads,
        "rows": rows,
        "page": page,
        "foot": pages.foot(request, page, count),
        "count": count,
        "is_done": filters.queue == "closed",
        "is_every": filters.queue == desk.EVERY,
        "empty": parts.empty(filters, queues, counts, [*choices], chips),
        "raise_label": _raise_label(actor),
        "export_url": pages.address(request, **{EXPORT: "xlsx", pages.AFTER: None}),
        "views": [(view, f"{here}?{view.query}", view.query == filters.query) for view in views],
        "view_form": forms.SaveViewForm(initial={"query": filters.query}),
        "back": back,
        "back_query": urlencode({"back": back}),
        "offered": [] if filters.queue == "closed" else offered(actor),
        "batch_form": forms.BatchForm(initial={"back": back}),
        "most_at_once": parameters.value(BATCH_MOST),
        "may_dispatch": actor.has(Role.CENTRE),
    }


def queue_tabs(address: str, actor: Actor, now: datetime) -> list[parts.Tab]:
    """The queues with their counts as they now are, for the list at this address."""
    query = QueryDict(address.partition("?")[2])
    queues = desk.queues_shown(actor)
    filters = Filters.read(query, queues, ())
    return parts.tabs(queues, desk.queue_counts(actor, now, desk.standing(actor)), filters)


def _sheet(request: HttpRequest, actor: Actor, now: datetime) -> HttpResponse:
    """The list as a workbook, from its first row to its last."""
    names = category_names()
    queues = desk.queues_of(actor, now)
    filters = Filters.read(request.GET, queues, names)
    file = sheets.temporary()
    try:
        exports.ledger_export(
            file, filters=filters, queues=queues, names=names, actor=actor, at=now
        )
    except Conflict as error:
        messages.warning(request, error.message)
        return SeeOther(pages.address(request, **{EXPORT: None}))
    return sheets.download(file, _filename(_("诉求台账"), now))


def _own_sheet(request: HttpRequest, actor: Actor) -> HttpResponse:
    now = timezone.now()
    file = sheets.temporary()
    try:
        exports.own_export(file, text=_searched(request.GET), actor=actor, at=now)
    except Conflict as error:
        messages.warning(request, error.message)
        return SeeOther(pages.address(request, **{EXPORT: None}))
    return sheets.download(file, _filename(_("我的诉求"), now))


def _filename(title: str, now: datetime) -> str:
    return f"{title}-{timezone.localtime(now):%Y%m%d-%H%M}.xlsx"


def _own(request: HttpRequest, actor: Actor) -> HttpResponse:
    now = timezone.now()
    text = _searched(request.GET)
    try:
        with in_time() if text else nullcontext():
            page = desk.own_requests(actor, request.GET.get(pages.AFTER, ""), text)
    except TooBroad:
        return _too_broad(request)
    rows = rows_of(page.rows, actor, now, names={})
    context = {
        "page_title": _("我的诉求"),
        "open_items": [plain_words(row, now) for row in rows if row.case.is_open],
        "closed_items": [plain_words(row, now) for row in rows if not row.case.is_open],
        "page": page,
        "foot": pages.foot(request, page),
        "searched": text,
        "clear_url": reverse("servicedesk:ledger"),
        "export_url": pages.address(request, **{EXPORT: "xlsx", pages.AFTER: None}),
    }
    return render(request, "servicedesk/requests_enterprise.html", context)


def _searched(query: Mapping[str, str]) -> str:
    return query.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH]


def _raise_label(actor: Actor) -> str:
    if actor.has(Role.CENTRE):
        return _("登记诉求")
    return _("代企业提诉求") if actor.linked_enterprise_ids else ""


@login_required
@require_GET
def firms(request: HttpRequest) -> HttpResponse:
    """The enterprises whose name goes on from what has been typed: options of the name field."""
    text = _searched({"q": request.GET.get("firm", "")})
    found = firms_named(text, request.actor)[:8] if text else []
    return render(request, "servicedesk/_ledger_firms.html", {"firms": found})
