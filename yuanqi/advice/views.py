"""Advice: an enterprise's own, what a department answers, what the centre assigns, the figures."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yuanqi.domain.clock import Light
from yuanqi.domain.worktime import WorkCalendar
from yuanqi.foundation import pages
from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible
from yuanqi.foundation.once import once
from yuanqi.organisation.calendars import calendar_version, work_calendar
from yuanqi.registry.models import Enterprise
from yuanqi.registry.queries import people_of
from yuanqi.registry.search import first_found

from . import operations, queries
from .filters import ANSWERED, LATE, Filters, counts
from .forms import AnswerForm, AssignForm, ChangeForm, GiveForm, SendBackForm
from .models import Advice, Source, State, Verdict

MOST_MATCHES = 20


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the list, with its light and what is left of its time."""

    advice: Advice
    light: Light
    left: timedelta | None
    day: timedelta


def day_of(calendar: WorkCalendar) -> timedelta:
    """How long a working day is."""
    return sum(
        (
            timedelta(hours=close.hour - start.hour, minutes=close.minute - start.minute)
            for start, close in calendar.spans
        ),
        timedelta(),
    )


def line_of(row: Advice, now: datetime) -> Line:
    calendar = work_calendar(calendar_version(row.calendar_id))
    left = row.left(now, calendar) if row.is_open else None
    return Line(row, row.light(now), left, day_of(calendar))


@login_required
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """The list: an enterprise its own, officers by queues and filters."""
    actor: Actor = request.actor
    if not queries.may_read_lists(actor):
        raise NotVisible
    now = timezone.now()
    if actor.side is Side.ENTERPRISE:
        return _own(request, actor, now)
    filters = Filters.read(request.GET)
    narrowed = filters.narrowed(actor, now)
    numbers = counts(narrowed, now)
    page = pages.keyset_page(
        filters.queued(narrowed, now), filters.keys, request.GET.get(pages.AFTER, "")
    )
    foot = pages.foot(request, page)
    if foot["text"]:
        foot["text"] = _("第 1–%(last)s 条，共 %(count)s 条") % {
            "last": len(page.rows), "count": f"{numbers[filters.queue]:,}",
        }  # fmt: skip
    here = reverse("advice:list")
    sees_all = actor.sees_every_case
    context = {
        "page_title": _("听建议"),
        "filters": filters,
        "tabs": _tabs(request, filters, numbers),
        "clear_url": f"{here}?queue={filters.queue}" if filters.queue else here,
        "lines": [line_of(row, now) for row in page.rows],
        "page": page,
        "foot": foot,
        "topics": queries.topics(is_active=None),
        "departments": queries.answering_departments() if sees_all else [],
        "verdicts": [("answered", _("已答复")), ("taken", _("采纳或部分采纳")), *Verdict.choices],
        "sources": Source.choices,
        "may_count": queries.may_count(actor),
        "may_assign": queries.may_assign(actor),
        "may_give": queries.may_assign(actor) or bool(actor.linked_enterprise_ids),
    }
    return render(request, "advice/list.html", context)


def _tabs(request: HttpRequest, filters: Filters, numbers: dict[str, int]) -> list[dict[str, Any]]:
    named = [
        (LATE, _("超时没答复"), "is-red"),
        (State.GIVEN.value, _("待分派"), "is-amber"),
        (State.ASSIGNED.value, _("待答复"), ""),
        (ANSWERED, _("已答复"), ""),
        (State.CHANGED.value, _("已见效"), ""),
        ("", _("全部"), ""),
    ]
    return [
        {
            "label": label,
            "count": numbers[queue],
            "tone": tone if numbers[queue] else "",
            "url": pages.address(request, queue=queue or None, **{pages.AFTER: None}),
            "is_current": filters.queue == queue,
            "is_apart": queue in (ANSWERED, ""),
        }
        for queue, label, tone in named
    ]


def _own(request: HttpRequest, actor: Actor, now: datetime) -> HttpResponse:
    found = queries.advice_visible_to(actor)
    keys = (pages.Key("given_at", descending=True), pages.Key("id", descending=True))
    page = pages.keyset_page(found, keys, request.GET.get(pages.AFTER, ""))
    foot = pages.foot(request, page)
    foot["text"] = ""
    context = {
        "page_title": _("我的建议"),
        "lines": [line_of(row, now) for row in page.rows],
        "page": page,
        "foot": foot,
    }
    return render(request, "advice/own.html", context)


# giving ------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def give(request: HttpRequest) -> HttpResponse:
    """Give advice: the enterprise its own, an officer what he was told, for the named one."""
    actor: Actor = request.actor
    if not queries.may_read_lists(actor):
        raise NotVisible
    enterprise = _enterprise(request)
    if enterprise is None:
        return _choose(request)
    is_own = actor.side is Side.ENTERPRISE
    given: dict[str, Any] = {
        "topics": list(queries.topics()),
        "sources": queries.sources_of(enterprise.pk, actor),
        "people": [] if is_own else list(people_of(enterprise, actor)),
        "is_own": is_own,
    }
    if request.method != "POST":
        return _give_page(request, enterprise, GiveForm(**given), is_own=is_own)
    form = GiveForm(request.POST, **given)

    def act() -> str:
        sent = form.cleaned_data
        made = operations.advice_give(
            enterprise=enterprise,
            text=sent["text"],
            topic=sent["topic"],
            source=Source.PORTAL if is_own else sent["source"],
            contact_id=None if is_own else sent.get("contact"),
            actor=actor,
            at=timezone.now(),
        )
        return reverse("advice:advice", args=[made.pk])

    said = _("收到了，谢谢您。答复了就告诉您。") if is_own else _("记下了。")
    answer = _press(request, form, act, said)
    return answer or _give_page(request, enterprise, form, is_own=is_own, status=422)


def _give_page(
    request: HttpRequest, enterprise: Enterprise, form: GiveForm, *, is_own: bool, status: int = 200
) -> HttpResponse:
    context = {
        "page_title": _("提建议") if is_own else _("记一条建议"),
        "back_url": reverse("advice:list"),
        "form": form,
        "enterprise": enterprise,
        "is_own": is_own,
        "days": queries.answer_days(timezone.localdate()),
    }
    return render(request, "advice/give.html", context, status=status)


def _enterprise(request: HttpRequest) -> Enterprise | None:
    """For whom it is given; None while an officer hasn't said. Raises NotVisible, NotAllowed."""
    actor: Actor = request.actor
    if actor.side is Side.ENTERPRISE:
        return queries.subject(actor.enterprise_id or 0, actor)
    wanted = request.GET.get("enterprise", "")
    if not (wanted.isascii() and wanted.isdigit()):
        return None
    found = queries.subject(int(wanted[:18]), actor)
    if not queries.sources_of(found.pk, actor):
        raise NotAllowed(_("这家企业的建议，由企业自己、挂钩干部、部门或服务中心来记。"))
    return found


def _choose(request: HttpRequest) -> HttpResponse:
    actor: Actor = request.actor
    query = request.GET.get("q", "").replace("\x00", "").strip()[:60]
    may_search = bool(queries.sources_of(0, actor))
    matches = first_found(query, actor, MOST_MATCHES + 1) if query and may_search else []
    own = queries.enterprises_of(actor)
    context = {
        "page_title": _("记一条建议"),
        "back_url": reverse("advice:list"),
        "may_search": may_search,
        "query": query,
        "matches": matches[:MOST_MATCHES],
        "has_more": len(matches) > MOST_MATCHES,
        "linked": own,
    }
    return render(request, "advice/choose.html", context)


# one piece ---------------------------------------------------------------------------------------


@login_required
@require_GET
def advice(request: HttpRequest, advice_id: int) -> HttpResponse:
    """One piece of advice, with what the reader may do to it."""
    return _page(request, advice_id)


def _page(
    request: HttpRequest, advice_id: int, sent_back: dict[str, forms.Form] | None = None,
    status: int = 422,
) -> HttpResponse:  # fmt: skip
    actor: Actor = request.actor
    now = timezone.now()
    row = queries.advice_visible(advice_id, actor)
    is_own = actor.side is Side.ENTERPRISE
    answers = queries.may_answer(row, actor)
    assigns = queries.may_assign(actor) and row.is_open
    units = list(queries.answering_departments()) if assigns else []
    context: dict[str, Any] = {
        "page_title": _("建议"),
        "back_url": reverse("advice:list"),
        "line": line_of(row, now),
        "row": row,
        "answer_form": AnswerForm(revision=row.revision)
        if answers and row.state == State.ASSIGNED else None,
        "back_form": SendBackForm(revision=row.revision)
        if answers and row.state == State.ASSIGNED else None,
        "change_form": ChangeForm()
        if answers and row.state == State.ANSWERED and row.is_taken_up else None,
        "assign_form": AssignForm(units=units, revision=row.revision) if assigns else None,
        "sent_back": set(sent_back or ()),
    }  # fmt: skip
    for name, form in (sent_back or {}).items():
        # what was typed stays, unless it isn't to be done any more
        if context[name] is not None:
            context[name] = form
    name = "advice_enterprise.html" if is_own else "advice.html"
    return render(request, f"advice/{name}", context, status=status if sent_back else 200)


@login_required
@require_POST
def assign(request: HttpRequest, advice_id: int) -> HttpResponse:
    row = queries.advice_visible(advice_id, request.actor)
    form = AssignForm(request.POST, units=list(queries.answering_departments()))

    def act() -> str:
        operations.advice_assign(
            advice_id=advice_id,
            department_id=form.cleaned_data["department"],
            note=form.cleaned_data["note"],
            revision=form.cleaned_data["revision"],
            actor=request.actor,
            at=timezone.now(),
        )
        return _at(row.pk)

    return _pressed(request, advice_id, "assign_form", form, act, _("分派好了，已通知部门。"))


@login_required
@require_POST
def send_back(request: HttpRequest, advice_id: int) -> HttpResponse:
    form = SendBackForm(request.POST)

    def act() -> str:
        operations.advice_send_back(
            advice_id=advice_id,
            reason=form.cleaned_data["reason"],
            revision=form.cleaned_data["revision"],
            actor=request.actor,
            at=timezone.now(),
        )
        return reverse("advice:list")

    said = _("退回了，服务中心会重新分派。")
    return _pressed(request, advice_id, "back_form", form, act, said)


@login_required
@require_POST
def answer(request: HttpRequest, advice_id: int) -> HttpResponse:
    form = AnswerForm(request.POST)

    def act() -> str:
        operations.advice_answer(
            advice_id=advice_id,
            verdict=form.cleaned_data["verdict"],
            answer=form.cleaned_data["answer"],
            revision=form.cleaned_data["revision"],
            actor=request.actor,
            at=timezone.now(),
        )
        return _at(advice_id)

    return _pressed(request, advice_id, "answer_form", form, act, _("答复好了，已告诉提建议的人。"))


@login_required
@require_POST
def follow_up(request: HttpRequest, advice_id: int) -> HttpResponse:
    form = ChangeForm(request.POST)

    def act() -> str:
        operations.advice_follow_up(
            advice_id=advice_id,
            change=form.cleaned_data["change"],
            actor=request.actor,
            at=timezone.now(),
        )
        return _at(advice_id)

    return _pressed(request, advice_id, "change_form", form, act, _("已告诉提建议的人。"))


def _at(advice_id: int) -> str:
    return reverse("advice:advice", args=[advice_id])


def _pressed(
    request: HttpRequest,
    advice_id: int,
    name: str,
    form: forms.Form,
    act: Callable[[], str],
    said: str,
) -> HttpResponse:
    queries.advice_visible(advice_id, request.actor)
    try:
        found = _press(request, form, act, said)
    except Conflict as refusal:
        form.add_error(None, refusal.message)
        messages.error(request, refusal.message)
        return _page(request, advice_id, {name: form}, status=409)
    return found or _page(request, advice_id, {name: form})


def _press(
    request: HttpRequest, form: forms.Form, act: Callable[[], str], said: str
) -> HttpResponse | None:
    """Carry out what the form asks, once; None if the form comes back. Raises Conflict."""
    if not form.is_valid():
        return None
    key = form.cleaned_data["once"]
    try:
        location = once(account_id=request.user.pk, key=key, at=timezone.now(), act=act)
    except Invalid as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return None
    messages.success(request, said)
    return HttpResponseRedirect(location, status=303)
