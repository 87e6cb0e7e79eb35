"""The journal, one of its events, its seals and verifications."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from yuanqi.foundation import sheets
from yuanqi.foundation.models import JournalEvent
from yuanqi.foundation.once import once
from yuanqi.foundation.pages import AFTER, address, count_of, foot, keyset_page
from yuanqi.foundation.sheets import Column

from .. import kinds, operations, queries, reading, seals_file, subjects
from ..forms import ADMINISTRATORS, AUDIENCES, JournalFilters

XLSX = "xlsx"


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    queries.require_auditor(request.actor)
    return redirect("audit:journal")


@login_required
@require_GET
def journal(request: HttpRequest) -> HttpResponse:
    """All events, the newest first, narrowed by what the address says; or as a workbook."""
    queries.require_auditor(request.actor)
    filters = JournalFilters.read(request.GET)
    found = queries.journal_visible_to(request.actor).filter(filters.condition)
    if request.GET.get("export") == XLSX:
        return _export(request, found)
    page = keyset_page(found.defer("payload", "prev"), queries.NEWEST_FIRST, _after(request))
    context = {
        "page_title": _("管理员操作") if filters.by else _("操作日志"),
        "filters": filters,
        "kinds": kinds.known(),
        "audiences": AUDIENCES,
        "rows": _rows(_with_payload(page.rows)),
        "page": page,
        "foot": foot(request, page, count_of(found)),
        "all_url": reverse("audit:journal"),
        "administrators_url": f"{reverse('audit:journal')}?by={ADMINISTRATORS}",
        "clear_url": address(request, stream=None, kind=None, who=None, audience=None,
                             **{"from": None, "to": None, AFTER: None}),
        "export_url": address(request, export=XLSX, **{AFTER: None}),
    }  # fmt: skip
    return render(request, "audit/journal.html", context)


def _after(request: HttpRequest) -> str:
    return request.GET.get(AFTER, "")


def _with_payload(events: Sequence[JournalEvent]) -> Sequence[JournalEvent]:
    """Payloads are read for the page's rows alone: a list narrows by columns of an index."""
    payloads = dict(
        JournalEvent.objects.filter(pk__in=[event.pk for event in events]).values_list(
            "pk", "payload"
        )
    )
    for event in events:
        event.payload = payloads[event.pk]
    return events


def _rows(events: Sequence[JournalEvent]) -> list[dict[str, Any]]:
    people = queries.people_of({event.actor for event in events})
    names = subjects.names_of(event.stream for event in events)
    return [
        {
            "event": event,
            "sentence": kinds.listed(event.kind, event.payload),
            "who": _("系统") if event.actor == "system" else people.get(event.actor, event.actor),
            "subject": names[event.stream],
        }
        for event in events
    ]


def _export(request: HttpRequest, found: QuerySet[JournalEvent]) -> HttpResponse:
    at = timezone.now()
    sheets.refuse_too_many(sheets.size_of(found))
    columns = [
        Column(_("时间"), 18, "at"), Column(_("谁"), 18), Column(_("做了什么"), 40),
        Column(_("种类"), 32), Column(_("对象"), 18), Column(_("名称"), 24),
        Column(_("序号"), 8, "number"), Column(_("散列值"), 68),
    ]  # fmt: skip
    target = sheets.temporary()
    count = operations.export(
        target=target, what="journal", title=_("操作日志"), columns=columns,
        rows=_told(found), actor=request.actor, at=at,
    )  # fmt: skip
    reading.note(
        actor=request.actor, at=at, subject="journal", what="journal", count=count,
        address=request.META.get("REMOTE_ADDR", ""),
    )  # fmt: skip
    return sheets.download(target, f"journal-{timezone.localdate(at):%Y%m%d}.xlsx")


def _told(found: QuerySet[JournalEvent]) -> Iterator[tuple[Any, ...]]:
    ordered = found.order_by(*(key.ordering for key in queries.NEWEST_FIRST))
    for some in queries.in_parts(ordered):
        for row in _rows(some):
            event = row["event"]
            yield (
                event.at, row["who"], row["sentence"], event.kind, event.stream, row["subject"],
                event.seq, bytes(event.hash).hex(),
            )  # fmt: skip


@login_required
@require_GET
def event(request: HttpRequest, event_id: int) -> HttpResponse:
    """One event: what it says without anybody's words, and its place in the chain, checked."""
    found = queries.journal_visible_to(request.actor).filter(pk=event_id).first()
    if found is None:
        raise Http404
    context = {
        "page_title": _("日志第 %(number)s 条") % {"number": found.pk},
        "back_url": reverse("audit:journal"),
        "event": found,
        "sentence": kinds.listed(found.kind, found.payload),
        "who": _("系统")
        if found.actor == "system"
        else queries.who_is(found.actor, timezone.now()),
        "subject": subjects.names_of([found.stream])[found.stream],
        "audience": dict(AUDIENCES).get(found.audience, found.audience),
        "payload": queries.payload_shown(found),
        "proof": queries.proof_of(found),
    }
    return render(request, "audit/event.html", context)


# seals ------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "POST"])
def seals(request: HttpRequest) -> HttpResponse:
    """The seals and the latest verifications; a POST asks for one more."""
    queries.require_auditor(request.actor)
    if request.method == "POST":
        return _verify(request)
    found = queries.seals_visible_to(request.actor)
    page = keyset_page(found, queries.BY_NUMBER, _after(request))
    outside, is_readable = seals_file.read()
    context = {
        "page_title": _("封存与核对"),
        "rows": [
            {
                "seal": seal,
                "is_mac_right": queries.is_mac_right(seal),
                "outside": outside.get(seal.pk),
                "is_same": outside.get(seal.pk) == bytes(seal.mac),
            }
            for seal in page.rows
        ],
        "is_readable": is_readable,
        "has_file": bool(outside),
        "page": page,
        "foot": foot(request, page),
        "verifications": queries.verifications(request.actor),
        "unsealed": queries.unsealed(request.actor),
        "once_key": uuid4(),
        "once_key_whole": uuid4(),
    }
    return render(request, "audit/seals.html", context)


def _verify(request: HttpRequest) -> HttpResponse:
    at = timezone.now()

    def act() -> str:
        operations.verification_ask(
            whole=request.POST.get("whole") == "1", actor=request.actor, at=at
        )
        return reverse("audit:seals")

    where = once(
        account_id=request.actor.account_id, key=request.POST.get("once_key", ""), at=at, act=act
    )
    messages.success(request, _("已经开始核对，做完以后结果在下面。"))
    return HttpResponseRedirect(where, status=303)


@login_required
@require_GET
def seals_download(request: HttpRequest) -> HttpResponse:
    """The file of seals as it stands outside the database."""
    queries.require_auditor(request.actor)
    path = Path(settings.VAR) / "seals" / "seals.jsonl"
    if not path.exists():
        raise Http404
    operations.seals_take(actor=request.actor, at=timezone.now())
    return FileResponse(path.open("rb"), as_attachment=True, filename="seals.jsonl")
