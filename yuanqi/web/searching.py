"""One field for everything: requests, enterprises, answers of the knowledge base."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from yuanqi.foundation import pages
from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.errors import NotAllowed
from yuanqi.foundation.search import LONGEST_QUERY, Query, highlight, marked
from yuanqi.knowledge.models import Entry
from yuanqi.knowledge.queries import entries_found
from yuanqi.registry.models import Enterprise
from yuanqi.registry.search import first_found
from yuanqi.servicedesk.rows import with_row_parts
from yuanqi.servicedesk.search import TooBroad, search_requests
from yuanqi.servicedesk.search_hits import hits_of

REQUESTS = 20  # a page
ENTERPRISES = 6
ENTRIES = 5
_SNIPPET = 90


@dataclass(frozen=True, slots=True)
class FoundEnterprise:
    enterprise: Enterprise
    name: SafeString
    code: SafeString


@dataclass(frozen=True, slots=True)
class FoundEntry:
    entry: Entry
    question: SafeString
    snippet: SafeString | None


@login_required
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """What the actor may see and was asked for, in groups; only the requests go on by pages."""
    actor: Actor = request.actor
    if actor.officer_id is None and actor.enterprise_id is None:
        raise NotAllowed(_("这个账号还没有对应的人员或企业，请联系服务中心登记。"))
    text = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST_QUERY]
    is_staff = actor.side is Side.PARK
    context: dict[str, Any] = {
        "page_title": _("搜索"),
        "back_url": "/",
        "q": text,
        "search_q": text,  # stands in the bar's field too
        "asks_nothing": bool(text) and Query.of(text) is None,
        "is_staff": is_staff,
    }
    if Query.of(text) is not None:
        context |= _found(request, text, actor, is_staff=is_staff)
    name = "search.html" if is_staff else "search_enterprise.html"
    return render(request, f"web/{name}", context)


def _found(request: HttpRequest, text: str, actor: Actor, *, is_staff: bool) -> dict[str, Any]:
    now = timezone.now()
    query = Query.of(text)
    cursor = request.GET.get(pages.AFTER, "")
    found: dict[str, Any] = {}
    try:
        page = search_requests(text, actor, cursor=cursor, size=REQUESTS, prepare=with_row_parts)
    except TooBroad:
        found["is_too_broad"] = True
    else:
        foot = pages.foot(request, page)
        found |= {
            "hits": hits_of(page.rows, text, actor, now),
            "page": page,
            "foot": {**foot, "text": ""},
        }
    if cursor:
        return found
    if is_staff:
        found["enterprises"] = [
            FoundEnterprise(one, marked(one.full_label, query), marked(one.uscc, query))
            for one in first_found(text, actor, ENTERPRISES + 1)
        ]
        found["more_enterprises"] = len(found["enterprises"]) > ENTERPRISES
        found["enterprises"] = found["enterprises"][:ENTERPRISES]
    entries = entries_found(text, actor, timezone.localdate(now))[: ENTRIES + 1]
    found["entries"] = [
        FoundEntry(one, marked(one.question, query), highlight(one.answer, query, _SNIPPET))
        for one in entries
    ]
    found["more_entries"] = len(found["entries"]) > ENTRIES
    found["entries"] = found["entries"][:ENTRIES]
    asked = urlencode({"q": text})
    found["entries_url"] = f"{reverse('knowledge:entries')}?{asked}"
    found["ledger_url"] = f"{reverse('servicedesk:ledger')}?queue=all&{asked}"
    if is_staff:
        found["enterprises_url"] = f"{reverse('registry:enterprises')}?{asked}"
    return found
