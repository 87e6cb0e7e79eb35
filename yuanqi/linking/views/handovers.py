"""Hand-overs: those that wait, one with what goes over, its note and its confirmation."""

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yuanqi.foundation import pages
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.pages import Key
from yuanqi.registry.handing import parts_of

from .. import operations, queries
from ..forms import NoteForm
from ..models import Handover
from .sending import SeeOther, carry_out, press

OPEN, DONE = "", "done"
ORDER = (Key("from_on", descending=True), Key("id", descending=True))


@login_required
@require_GET
def handovers(request: HttpRequest) -> HttpResponse:
    """Those that wait for the successor, the latest begun first; then those confirmed."""
    actor: Actor = request.actor
    queries.require_watcher(actor)
    visible = queries.handovers_visible_to(actor)
    queue = DONE if request.GET.get("queue") == DONE else OPEN
    today = timezone.localdate()
    listed = _queued(visible, queue, today)
    page = pages.keyset_page(listed, ORDER, request.GET.get(pages.AFTER, ""))
    here = reverse("linking:handovers")
    foot = pages.foot(request, page)
    foot["text"] = ""
    context = {
        "page_title": _("挂钩交接"),
        "sees_all": queries.sees_drafts(actor),
        "tabs": [
            {
                "label": label,
                "count": str(pages.count_of(_queued(visible, code, today))),
                "tone": tone,
                "url": f"{here}?queue={code}" if code else here,
                "is_current": queue == code,
            }
            for code, label, tone in ((OPEN, _("待确认"), "is-amber"), (DONE, _("已确认"), ""))
        ],
        "lines": [
            {
                "handover": one,
                "is_late": one.is_late(today),
                "days": (today - one.from_on).days,
                "is_mine": one.to_officer_id in actor.officer_ids,
            }
            for one in page.rows
        ],
        "page": page,
        "foot": foot,
        "queue": queue,
    }
    return render(request, "linking/handovers.html", context)


def _queued(visible: QuerySet[Handover], queue: str, today: date) -> QuerySet[Handover]:
    if queue == OPEN:
        return visible.filter(queries.waiting_on(today))
    return visible.filter(confirmed_at__isnull=False)


@login_required
@require_http_methods(["GET", "POST"])
def handover(request: HttpRequest, handover_id: int) -> HttpResponse:
    """What goes over, what the predecessor says; POST keeps his note."""
    actor: Actor = request.actor
    found = queries.handover_visible(handover_id, actor)
    here = reverse("linking:handover", args=[handover_id])
    form = NoteForm(initial={"note": found.note})
    status = 200
    if request.method == "POST":
        form = NoteForm(request.POST)

        def act(at: Any) -> None:
            operations.handover_note(
                handover_id=handover_id, note=form.cleaned_data["note"], actor=actor, at=at
            )

        status = carry_out(request, form, act, here)
        if status == 303:
            messages.success(request, _("交接说明已保存，接手的干部看得到。"))
            return SeeOther(here)
        found = queries.handover_visible(handover_id, actor)
    return _shown(request, found, form, actor, timezone.now(), status)


def _shown(
    request: HttpRequest, found: Handover, form: NoteForm, actor: Actor, now: datetime, status: int
) -> HttpResponse:
    today = timezone.localdate(now)
    mine = found.to_officer_id in actor.officer_ids
    begun = found.from_on <= today
    until_on = found.link.until_on
    is_passed_on = found.confirmed_at is None and until_on is not None and until_on <= today
    # before his first day the successor doesn't see the enterprise's requests yet
    sees = queries.sees_drafts(actor) or begun == mine
    context = {
        "page_title": _("交接：%(firm)s") % {"firm": found.enterprise.label},
        "back_url": reverse("linking:handovers"),
        "handover": found,
        "parts": parts_of(found.link, actor, now) if sees else [],
        "sees_parts": sees,
        "begun": begun,
        "is_late": found.is_late(today),
        "is_passed_on": is_passed_on,
        "days": (today - found.from_on).days,
        "may_note": found.confirmed_at is None
        and not is_passed_on
        and (found.from_officer_id in actor.officer_ids or queries.may_keep(actor)),
        "may_confirm": mine and found.confirmed_at is None and not is_passed_on,
        "form": form,
        "is_open": status != 200 or not found.note,
    }
    return render(request, "linking/handover.html", context, status=status)


@login_required
@require_POST
def confirm(request: HttpRequest, handover_id: int) -> HttpResponse:
    actor: Actor = request.actor
    found = queries.handover_visible(handover_id, actor)
    firm = {"firm": found.enterprise.label}
    following = _next(actor, handover_id)
    return press(
        request,
        act=lambda at: operations.handover_confirm(handover_id=handover_id, actor=actor, at=at),
        back_url=reverse("linking:handover", args=[following or handover_id]),
        said=(_("%(firm)s已由您接手。下面是下一家。") if following else _("%(firm)s已由您接手。"))
        % firm,
    )


def _next(actor: Actor, handover_id: int) -> int | None:
    """Another that waits for the same person and has begun, the oldest first."""
    today = timezone.localdate()
    waiting = Handover.objects.filter(
        queries.waiting_on(today), to_officer__in=actor.officer_ids, from_on__lte=today
    )
    found = waiting.exclude(pk=handover_id).order_by("from_on", "pk")
    return found.values_list("pk", flat=True).first()
