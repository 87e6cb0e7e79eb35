"""The knowledge base: what units keep, what enterprises read."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yuanqi.casework.queries import cases_visible_to
from yuanqi.foundation import pages
from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed
from yuanqi.foundation.once import once
from yuanqi.foundation.search import Query, highlight, marked

from . import operations, queries
from .forms import YEAR, EntryForm, ReviewForm, WithdrawForm
from .labels import categories
from .models import Entry, EntryState
from .queries import Filters

LATEST = (pages.Key("updated_at", descending=True), pages.Key("id", descending=True))
LONGEST_SEARCH = 100


@dataclass(frozen=True, slots=True)
class Line:
    """An entry in a list, with the words marked that were looked for."""

    entry: Entry
    question: SafeString
    snippet: SafeString | str
    category: str
    is_expired: bool
    is_due_soon: bool


@login_required
@require_GET
def entries(request: HttpRequest) -> HttpResponse:
    """The list: for officers with its upkeep, for enterprises to read."""
    actor: Actor = request.actor
    if actor.officer_id is None and actor.enterprise_id is None:
        raise NotAllowed(_("这个账号还没有对应的人员或企业，请联系服务中心登记。"))
    today = timezone.localdate()
    is_staff = actor.side is Side.PARK
    units = queries.units_kept(actor) if is_staff else []
    names = dict(categories())
    filters = _filters(request.GET, names, is_staff=is_staff)
    listed = queries.entries_listed(filters, actor, today)
    page = pages.keyset_page(listed, LATEST, request.GET.get(pages.AFTER, ""))
    foot = pages.foot(request, page)
    if foot["text"]:
        foot["text"] = _("第 1–%(last)s 条") % {"last": len(page.rows)}
    query = Query.of(filters.q)
    context = {
        "page_title": _("知识库") if is_staff else _("常见问题"),
        "filters": filters,
        "is_filtered": filters != Filters(),
        "lines": [_line(row, query, names, today) for row in page.rows],
        "page": page,
        "foot": foot,
        "count": pages.count_of(listed),
        "categories": list(names.items()),
        "departments": queries.departments_with_entries() if is_staff else [],
        "states": EntryState.choices,
        "may_make": bool(units),
        "due": queries.entries_to_review(actor, today).count() if units else 0,
    }
    name = "entries.html" if is_staff else "entries_enterprise.html"
    return render(request, f"knowledge/{name}", context)


def _filters(query: QueryDict, names: Container[str], *, is_staff: bool) -> Filters:
    department = query.get("department", "")
    category, state = query.get("category", ""), query.get("state", "")
    found: dict[str, Any] = {"q": query.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]}
    if category in names:
        found["category"] = category
    if is_staff:
        if department.isascii() and department.isdecimal() and len(department) <= 18:
            found["department"] = int(department)
        if state in EntryState.values:
            found["state"] = state
        if query.get("review") == "own":
            found["review"] = "own"
    return Filters(**found)


def _line(row: Entry, query: Query | None, names: dict[str, str], today: date) -> Line:
    brief = " ".join(row.answer.split())
    return Line(
        entry=row,
        question=marked(row.question, query),
        snippet=highlight(brief, query, 90) or (brief[:90] + "…" if len(brief) > 90 else brief),
        category=names.get(row.category, ""),
        is_expired=row.is_expired(today),
        is_due_soon=row.expires_on < today + queries.SOON,
    )


@login_required
@require_GET
def entry(request: HttpRequest, entry_id: int) -> HttpResponse:
    """One entry; for who keeps it, with what can be done to it."""
    return _page(request, entry_id)


def _page(
    request: HttpRequest, entry_id: int, sent_back: dict[str, forms.Form] | None = None
) -> HttpResponse:
    actor: Actor = request.actor
    today = timezone.localdate()
    found = queries.entry_visible(entry_id, actor, today)
    is_staff = actor.side is Side.PARK
    source = found.source_case if is_staff else None
    if source is not None and not cases_visible_to(actor).filter(pk=source.pk).exists():
        source = None
    context = {
        "page_title": found.question,
        "phone_title": _("知识库") if is_staff else _("常见问题"),
        "back_url": reverse("knowledge:entries"),
        "entry": found,
        "category": dict(categories()).get(found.category, ""),
        "source": source,
        "is_expired": found.is_expired(today),
        "may_keep": is_staff and queries.may_keep(actor, found.department_id),
        "review_form": ReviewForm(today=today),
        "withdraw_form": WithdrawForm(),
        "sent_back": set(sent_back or ()),
        **(sent_back or {}),
    }
    name = "entry.html" if is_staff else "entry_enterprise.html"
    status = 422 if sent_back else 200
    return render(request, f"knowledge/{name}", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def make(request: HttpRequest) -> HttpResponse:
    """Write a new entry; one made from an answer comes prefilled and is sent here too."""
    units = queries.units_kept(request.actor)
    if not units:
        raise NotAllowed(_("知识条目由部门经办和服务中心维护。"))
    if request.method != "POST":
        form = EntryForm(units=units, initial={"expires_on": timezone.localdate() + YEAR})
        return form_page(request, form)
    form = EntryForm(request.POST, units=units)
    is_published = request.POST.get("do") != "draft"
    if not form.is_valid():
        return form_page(request, form, status=422)
    sent = form.cleaned_data

    def act() -> str:
        made = operations.entry_make(
            question=sent["question"],
            answer=sent["answer"],
            category=sent["category"],
            department_id=sent["department"],
            audience=sent["audience"],
            expires_on=sent["expires_on"],
            source_case_id=sent["source_case"],
            is_published=is_published,
            actor=request.actor,
            at=timezone.now(),
        )
        return reverse("knowledge:entry", args=[made])

    try:
        location = once(account_id=request.user.pk, key=sent["once"], at=timezone.now(), act=act)
    except Invalid as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return form_page(request, form, status=422)
    messages.success(
        request, _("已发布。") if is_published else _("已存为草稿，发布前只有本部门看得到。")
    )
    return HttpResponseRedirect(location, status=303)


def form_page(
    request: HttpRequest, form: EntryForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    """The page of the form; `more` may tell from which request the answer comes."""
    context = {
        "page_title": _("新建知识条目"),
        "back_url": reverse("knowledge:entries"),
        "form": form,
        "url": reverse("knowledge:make"),
        **more,
    }
    return render(request, "knowledge/entry_form.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def revise(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Change an entry, as it stood when the form was shown."""
    actor: Actor = request.actor
    found = queries.entry_visible(entry_id, actor, timezone.localdate())
    if not queries.may_keep(actor, found.department_id):
        raise NotAllowed(_("知识条目由本部门或服务中心维护。"))
    keepers = queries.keepers_of(found.department_id)
    here = {
        "page_title": _("修改知识条目"),
        "back_url": reverse("knowledge:entry", args=[entry_id]),
        "url": reverse("knowledge:revise", args=[entry_id]),
        "entry": found,
    }
    if request.method != "POST":
        return form_page(request, EntryForm.of(found, keepers), **here)
    form = EntryForm(request.POST, keepers=keepers)
    if not form.is_valid():
        return form_page(request, form, status=422, **here)
    sent = form.cleaned_data
    try:
        operations.entry_revise(
            entry_id=entry_id,
            version=sent["version"] or 0,
            question=sent["question"],
            answer=sent["answer"],
            category=sent["category"],
            audience=sent["audience"],
            expires_on=sent["expires_on"],
            keeper_id=sent["keeper"],
            actor=actor,
            at=timezone.now(),
        )
    except Invalid as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return form_page(request, form, status=422, **here)
    except Conflict as error:
        form.add_error(None, error.message)
        return form_page(request, form, status=409, **here)
    messages.success(request, _("已修改。"))
    return _to(entry_id)


@login_required
@require_POST
def publish(request: HttpRequest, entry_id: int) -> HttpResponse:
    operations.entry_publish(entry_id=entry_id, actor=request.actor, at=timezone.now())
    messages.success(request, _("已发布。"))
    return _to(entry_id)


@login_required
@require_POST
def withdraw(request: HttpRequest, entry_id: int) -> HttpResponse:
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        return _page(request, entry_id, {"withdraw_form": form})
    operations.entry_withdraw(
        entry_id=entry_id,
        reason=form.cleaned_data["reason"],
        actor=request.actor,
        at=timezone.now(),
    )
    messages.success(request, _("已撤下，不再提供给任何人。"))
    return _to(entry_id)


@login_required
@require_POST
def review(request: HttpRequest, entry_id: int) -> HttpResponse:
    form = ReviewForm(request.POST)
    if form.is_valid():
        try:
            operations.entry_review(
                entry_id=entry_id,
                expires_on=form.cleaned_data["expires_on"],
                actor=request.actor,
                at=timezone.now(),
            )
        except Invalid as error:
            form.add_error("expires_on", error.message)
        else:
            messages.success(request, _("已复核。"))
            return _to(entry_id)
    return _page(request, entry_id, {"review_form": form})


@login_required
@require_POST
def help_(request: HttpRequest, entry_id: int) -> HttpResponse:
    """It answered what somebody was about to ask: counted once, and back to the start page."""

    def act() -> str:
        operations.entry_help(entry_id=entry_id, actor=request.actor, at=timezone.now())
        return "/"

    location = once(
        account_id=request.user.pk,
        key=request.POST.get("helped", ""),
        at=timezone.now(),
        act=act,
    )
    messages.success(request, _("太好了，这件事不用再提。以后有新情况，随时来提。"))
    return HttpResponseRedirect(location, status=303)


def _to(entry_id: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("knowledge:entry", args=[entry_id]), status=303)
