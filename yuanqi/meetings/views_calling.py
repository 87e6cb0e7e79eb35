"""The list of meetings, and calling one."""

from datetime import date, datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from yuanqi.foundation import pages
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import NotAllowed
from yuanqi.registry.models import Area

from . import operations, queries
from .forms import CallForm
from .models import Kind, Meeting
from .pressing import page_of, press, require_staff

_NEWEST = (pages.Key("starts_at", descending=True), pages.Key("id", descending=True))
_NEXT = (pages.Key("starts_at"), pages.Key("id"))
_QUEUES = (queries.UPCOMING, queries.UNWRITTEN, queries.LATE, queries.ALL)


@login_required
@require_GET
def meetings(request: HttpRequest) -> HttpResponse:
    """The meetings that the actor sees: the next first where they are to come, else the last."""
    actor: Actor = request.actor
    require_staff(actor)
    now = timezone.now()
    today = timezone.localdate(now)
    q = request.GET.get("q", "").replace("\x00", "").strip()[:60]
    kind = request.GET.get("kind", "")
    kind = kind if kind in Kind.values else ""
    queue = request.GET.get("queue", "")
    queue = queue if queue in _QUEUES else queries.ALL
    listed = queries.meetings_visible_to(actor)
    if q:
        listed = listed.filter(title__icontains=q)
    if kind:
        listed = listed.filter(kind=kind)
    tabs = _tabs(request, listed, queue, now, today)
    shown = queries.with_counts(queries.queued(listed, queue, now, today), today)
    keys = _NEXT if queue == queries.UPCOMING else _NEWEST
    page = pages.keyset_page(shown, keys, request.GET.get(pages.AFTER, ""))
    foot = pages.foot(request, page)
    foot["text"] = ""
    context = {
        "page_title": _("现场办公"),
        "tabs": tabs,
        "queue": "" if queue == queries.ALL else queue,
        "q": q,
        "kind": kind,
        "kinds": Kind.choices,
        "rows": page.rows,
        "page": page,
        "foot": foot,
        "now": now,
        "may_call": queries.may_call(actor),
    }
    return render(request, "meetings/list.html", context)


def _tabs(
    request: HttpRequest, listed: QuerySet[Meeting], queue: str, now: datetime, today: date
) -> list[dict[str, Any]]:
    named = [
        (queries.LATE, _("有任务过期"), "is-red"),
        (queries.UNWRITTEN, _("开完还没有纪要"), "is-amber"),
        (queries.UPCOMING, _("还没有开"), ""), (queries.ALL, _("全部会议"), ""),
    ]  # fmt: skip
    found = []
    for name, label, tone in named:
        count = queries.queued(listed, name, now, today).order_by().count()
        found.append(
            {
                "label": label, "count": count, "tone": tone if count else "",
                "url": pages.address(
                    request, queue=None if name == queries.ALL else name, **{pages.AFTER: None}
                ),
                "is_current": queue == name, "is_apart": name == queries.UPCOMING,
            }
        )  # fmt: skip
    return found


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def call(request: HttpRequest) -> HttpResponse:
    """Call a meeting."""
    actor: Actor = request.actor
    require_staff(actor)
    if not queries.may_call(actor):
        raise NotAllowed(_("会议由服务中心和部门负责人召集。"))
    units = list(queries.holding_departments(actor))
    given: dict[str, Any] = {
        "areas": list(Area.objects.all()), "trades": queries.trades(), "units": units,
        "people": list(queries.officers()),
    }  # fmt: skip
    if request.method != "POST":
        own = actor.department_id if actor.department_id in {one.pk for one in units} else None
        initial = {"department": own, "host": actor.officer_id}
        return _page(request, CallForm(initial=initial, **given))
    form = CallForm(request.POST, **given)

    def act() -> str:
        sent = form.cleaned_data
        made = operations.meeting_call(
            kind=sent["kind"], title=sent["title"], place=sent["place"],
            starts_at=sent["starts_at"], ends_at=form.ends_at(), area_id=sent["area"],
            trade=sent["trade"], department_id=sent["department"], host_id=sent["host"],
            actor=actor, at=timezone.now(),
        )  # fmt: skip
        return page_of(made.pk)

    answer = press(request, form, act, _("会议建好了，接着收集议题、通知部门。"))
    return _page(request, form, answer) if isinstance(answer, int) else answer


def _page(request: HttpRequest, form: CallForm, status: int = 200) -> HttpResponse:
    context = {
        "page_title": _("召集会议"),
        "back_url": reverse("meetings:meetings"),
        "form": form,
    }
    return render(request, "meetings/call.html", context, status=status)
