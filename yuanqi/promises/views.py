"""Promises: the list, one of them with what may be done, a new one."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yuanqi.foundation import files, pages
from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.errors import Conflict, Invalid, NotVisible, OutOfSpace
from yuanqi.foundation.files import Upload
from yuanqi.foundation.once import once
from yuanqi.registry.queries import enterprise_visible

from . import operations, queries
from .forms import HandForm, KeepForm, MakeForm, ReasonForm
from .models import Promise, State

BY_DUE = (pages.Key("due_on"), pages.Key("id"))
BY_CLOSED = (pages.Key("closed_at", descending=True), pages.Key("id", descending=True))
Act = Callable[[dict[str, Any], Upload | None, datetime], str]


class SeeOther(HttpResponseRedirect):
    status_code = 303


def _carry_out(request: HttpRequest, form: forms.Form, act: Act) -> SeeOther | int:
    """Carry out a valid form once; the way on, or the status to show the form again with."""
    if not form.is_valid():
        return 422
    now = timezone.now()
    given = {
        key: value for key, value in form.cleaned_data.items() if key not in ("once", "upload")
    }
    upload = form.cleaned_data.get("upload")
    try:
        # stored before the transaction: a slow disk holds no lock
        kept = files.check([upload])[0] if upload else None
        where = once(
            account_id=request.user.pk, key=form.cleaned_data["once"], at=now,
            act=lambda: act(given, kept, now),
        )  # fmt: skip
    except Conflict as refusal:
        form.add_error(None, refusal.message)
        return 409
    except OutOfSpace as refusal:
        form.add_error(None, refusal.message)
        return 507
    except Invalid as refusal:
        field = "upload" if refusal.field == "files" else refusal.field
        form.add_error(field if field in form.fields else None, refusal.message)
        return 422
    return SeeOther(where)


@login_required
@require_GET
def promises(request: HttpRequest) -> HttpResponse:
    """What is promised: one's own, late ones, all; an enterprise's own."""
    actor: Actor = request.actor
    is_own = actor.side is Side.ENTERPRISE
    if not queries.is_officer(actor) and actor.enterprise_id is None:
        raise NotVisible
    today = timezone.localdate()
    queue = request.GET.get("queue", "")
    names = _queues(actor)
    if queue not in dict(names):
        queue = names[0][0]
    words = request.GET.get("q", "").strip()[:60]
    found = queries.listed(actor, queue=queue, today=today, words=words)
    keys = BY_DUE if queue in ("own", "late", State.OPEN) else BY_CLOSED
    page = pages.keyset_page(found, keys, request.GET.get(pages.AFTER, ""))
    here = reverse("promises:promises")
    context = {
        "page_title": _("园区答应的事") if is_own else _("承诺"),
        "back_url": reverse("web:portal") if is_own else "",
        "is_own": is_own,
        "queue": queue,
        "q": words,
        "tabs": [(label, f"{here}?queue={code}", code == queue) for code, label in names],
        "lines": [(row, row.tone(today)) for row in page.rows],
        "page": page,
        "foot": pages.foot(request, page),
        "count": pages.count_of(found),
    }
    return render(request, "promises/promises.html", context)


def _queues(actor: Actor) -> list[tuple[str, str]]:
    after = [
        (State.OPEN.value, _("待兑现")), (State.KEPT.value, _("已兑现")),
        (State.BROKEN.value, _("没有兑现")), (State.WITHDRAWN.value, _("已撤回")),
    ]  # fmt: skip
    if actor.side is Side.ENTERPRISE:
        return after
    first = [("own", _("要我兑现的")), ("late", _("过期没兑现"))]
    return (first[::-1] if queries.watches(actor) else first) + after


@login_required
@require_GET
def promise(request: HttpRequest, promise_id: int) -> HttpResponse:
    """One promise: who, until when, what became of it, what may be done."""
    return _promise(request, queries.promise_visible(promise_id, request.actor))


def _promise(
    request: HttpRequest,
    row: Promise,
    which: str = "",
    form: forms.Form | None = None,
    status: int = 200,
) -> HttpResponse:
    actor: Actor = request.actor
    may = {
        "keep": row.is_open and queries.answers_for(row, actor),
        "break": row.is_open and queries.may_judge(row, actor),
        "hand_over": row.is_open and queries.may_judge(row, actor),
        "withdraw": row.is_open and queries.may_withdraw(row, actor),
    }
    made: dict[str, forms.Form] = {
        "keep": KeepForm(auto_id="keep_%s"), "break": ReasonForm(auto_id="break_%s"),
        "withdraw": ReasonForm(auto_id="withdraw_%s"),
    }  # fmt: skip
    if may["hand_over"]:
        made["hand_over"] = HandForm(actor=actor, auto_id="hand_%s")
    if form is not None:
        made[which] = form
    is_own = actor.side is Side.ENTERPRISE
    context = {
        "page_title": _("承诺"),
        "back_url": reverse("promises:promises"),
        "promise": row,
        "is_late": row.is_late(timezone.localdate()),
        "is_own": is_own,
        "acts": [
            (name, label, opens, made[name], button)
            for name, label, opens, button in (
                ("keep", _("已经兑现"), "act-keep", _("记下兑现情况")),
                ("hand_over", _("移交"), "act-hand", _("移交承诺")),
                ("break", _("没能兑现"), "act-break", _("说明原因")),
                ("withdraw", _("不需要了"), "act-withdraw", _("撤回承诺")),
            )
            if may[name]
        ],
        "which": which,
    }
    return render(request, "promises/promise.html", context, status=status)


def _act(
    request: HttpRequest, promise_id: int, which: str, form: forms.Form, act: Act, said: str
) -> HttpResponse:
    row = queries.promise_visible(promise_id, request.actor)
    answer = _carry_out(request, form, act)
    if isinstance(answer, SeeOther):
        messages.success(request, said)
        return answer
    return _promise(request, queries.promise_visible(row.pk, request.actor), which, form, answer)


@login_required
@require_POST
def keep(request: HttpRequest, promise_id: int) -> HttpResponse:
    def act(given: dict[str, Any], upload: Upload | None, at: datetime) -> str:
        operations.promise_keep(
            promise_id=promise_id, upload=upload, actor=request.actor, at=at, **given
        )
        return reverse("promises:promise", args=[promise_id])

    form = KeepForm(request.POST, request.FILES, auto_id="keep_%s")
    return _act(request, promise_id, "keep", form, act, _("已记下，企业会收到通知。"))


@login_required
@require_POST
def break_(request: HttpRequest, promise_id: int) -> HttpResponse:
    def act(given: dict[str, Any], _upload: Upload | None, at: datetime) -> str:
        operations.promise_break(promise_id=promise_id, actor=request.actor, at=at, **given)
        return reverse("promises:promise", args=[promise_id])

    form = ReasonForm(request.POST, auto_id="break_%s")
    return _act(request, promise_id, "break", form, act, _("已记下，企业会收到通知。"))


@login_required
@require_POST
def withdraw(request: HttpRequest, promise_id: int) -> HttpResponse:
    def act(given: dict[str, Any], _upload: Upload | None, at: datetime) -> str:
        operations.promise_withdraw(promise_id=promise_id, actor=request.actor, at=at, **given)
        return reverse("promises:promise", args=[promise_id])

    form = ReasonForm(request.POST, auto_id="withdraw_%s")
    return _act(request, promise_id, "withdraw", form, act, _("已撤回。"))


@login_required
@require_POST
def hand_over(request: HttpRequest, promise_id: int) -> HttpResponse:
    def act(given: dict[str, Any], _upload: Upload | None, at: datetime) -> str:
        operations.promise_hand_over(
            promise_id=promise_id, officer_id=given["officer"].pk, actor=request.actor, at=at
        )
        return reverse("promises:promise", args=[promise_id])

    form = HandForm(request.POST, actor=request.actor, auto_id="hand_%s")
    return _act(request, promise_id, "hand_over", form, act, _("已移交，新的承诺人会收到通知。"))


@login_required
@require_http_methods(["GET", "POST"])
def make(request: HttpRequest, enterprise_id: int) -> HttpResponse:
    """Promise an enterprise something."""
    actor: Actor = request.actor
    firm = enterprise_visible(enterprise_id, actor)
    if not queries.is_officer(actor):
        raise NotVisible
    may_name = queries.watches(actor)
    status = 200
    form = MakeForm(actor=actor, may_name=may_name)
    if request.method == "POST":
        form = MakeForm(request.POST, actor=actor, may_name=may_name)

        def act(given: dict[str, Any], _upload: Upload | None, at: datetime) -> str:
            officer = given.pop("officer", None)
            row = operations.promise_make(
                enterprise_id=firm.pk, officer_id=officer.pk if officer else None, actor=actor,
                at=at, **given,
            )  # fmt: skip
            return reverse("promises:promise", args=[row.pk])

        answer = _carry_out(request, form, act)
        if isinstance(answer, SeeOther):
            messages.success(request, _("已记下，到期前会提醒。"))
            return answer
        status = answer
    context = {
        "page_title": _("记一件承诺"),
        "back_url": reverse("registry:enterprise", args=[firm.pk]),
        "enterprise": firm,
        "form": form,
    }
    return render(request, "promises/make.html", context, status=status)


@login_required
@require_GET
def file(request: HttpRequest, promise_id: int) -> FileResponse:
    """The evidence, as an attachment."""
    row = queries.promise_visible(promise_id, request.actor)
    if row.file is None:
        raise NotVisible(promise_id)
    try:
        return files.serve(row.file, row.file_name)
    except FileNotFoundError as error:
        raise NotVisible(promise_id) from error
