"""The editor: a version is written, checked while one writes, saved, handed in."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible
from yuanqi.foundation.once import once, result_of
from yuanqi.registry.seen import ChangedMeanwhile

from .. import editor, kinds, operations, queries, shipping
from ..forms import AddForm, DraftForm
from ..models import Condition, ConditionVersion, State

SAVES = ("save", "list", "submit")


def to(url: str) -> HttpResponse:
    return HttpResponseRedirect(url, status=303)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: HttpRequest, condition_id: int) -> HttpResponse:
    """Write the next version. POST with `do`: check, add (a case), save, list, submit.

    What isn't saved is shown again as it was typed; so is what is refused.
    """
    condition = _to_write(request, condition_id)
    standing = queries.open_version(condition.pk)
    if standing is not None and standing.state == State.SUBMITTED and request.method != "POST":
        messages.info(
            request, _("第 %(number)s 版正在等确认，要改请先收回。") % {"number": standing.number}
        )
        return to(reverse("conditions:version", args=[condition.pk, standing.number]))
    if request.method != "POST":
        return _page(request, condition, _shown(condition, standing))
    do = request.POST.get("do", "check")
    form = _bound(request, condition)
    if do == "submit":
        form.require_whole()
    if do not in SAVES:
        return _page(request, condition, form)
    repeated = result_of(account_id=request.user.pk, key=request.POST.get("once", ""))
    if repeated:
        messages.info(request, _("刚才已经提交成功，没有重复办理。"))
        return to(repeated)
    return _saved(request, condition, form, do)


def _saved(request: HttpRequest, condition: Condition, form: DraftForm, do: str) -> HttpResponse:
    status, more = 422, {}
    if form.is_valid():
        try:
            location = once(
                account_id=request.user.pk,
                key=form.key,
                at=timezone.now(),
                act=lambda: _carried_out(request, condition, form, do),
            )
        except ChangedMeanwhile as refusal:
            form, told = form.merged(refusal.fields)
            standing = queries.open_version(condition.pk)
            form.data["number"] = str(standing.number) if standing else ""
            more = {"meanwhile": told, "meanwhile_says": _who_changed(standing)}
            status = 409
        except Conflict as refusal:
            form = form.anew(_shown(condition, queries.open_version(condition.pk)))
            form.is_valid()
            form.add_error(None, refusal.message)
            status = 409
        except Invalid as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(
                request,
                _("已提交，等%(who)s确认。") % {"who": queries.kind_of(condition).confirmers}
                if do == "submit"
                else _("草稿已存。"),
            )
            return to(location)
    return _page(request, condition, form, status=status, **more)


def _carried_out(request: HttpRequest, condition: Condition, form: DraftForm, do: str) -> str:
    act = operations.draft_submit if do == "submit" else operations.draft_save
    version = act(
        condition_id=condition.pk,
        draft=form.draft,
        number=form.cleaned_data["number"],
        seen=form.was_seen,
        actor=request.actor,
        at=timezone.now(),
    )
    if do == "submit":
        return reverse("conditions:condition", args=[condition.pk])
    if do == "list":
        before = editor.held_against(condition, version.valid_from, timezone.localdate())
        listed = reverse("conditions:enterprises", args=[condition.pk])
        return f"{listed}?new={version.number}&old={before.number if before else ''}"
    return reverse("conditions:draft", args=[condition.pk])


def _who_changed(standing: ConditionVersion | None) -> str:
    if standing is None:
        return _("您打开这一页以后，别人改过这一条。请核对后再保存一次。")
    who = editor.words.who_and_when(standing.drafted_by, standing.drafted_at)
    return _("您打开这一页以后，%(who)s于 %(at)s 改过第 %(number)s 版。请核对后再保存一次。") % {
        **who,
        "number": standing.number,
    }


@login_required
@require_POST
def check(request: HttpRequest, condition_id: int) -> HttpResponse:
    """What the text means now, for the page that is being typed in; nothing is written."""
    condition = _to_write(request, condition_id)
    form = _bound(request, condition)
    context = _context(request, condition, form)
    is_other = request.POST.get("case-fields", "") != context["case_fields"]
    is_asked = request.POST.get("do") == "add" or any(key.endswith("-gone") for key in request.POST)
    context["swaps_cases"] = is_other or is_asked
    return render(request, "conditions/_live.html", context)


def _to_write(request: HttpRequest, condition_id: int) -> Condition:
    """Raises NotVisible, NotAllowed."""
    condition = queries.condition_visible(condition_id, request.actor)
    kind = queries.kind_of(condition)
    if not kind.drafts(request.actor):
        raise NotAllowed(_("这一类规则由%(who)s起草。") % {"who": kind.drafters})
    return condition


def _shown(condition: Condition, standing: ConditionVersion | None) -> DraftForm:
    """The form over the open version; else over what holds, as the beginning of a new one."""
    schema = queries.kind_of(condition).schema()
    if standing is not None:
        return DraftForm.shown(standing, number=standing.number, schema=schema)
    holds = queries.version_on(condition.pk, timezone.localdate())
    start = ConditionVersion(condition=condition)
    if holds is not None:
        start.text, start.source, start.cases = holds.text, holds.source, holds.cases
    return DraftForm.shown(start, number=None, schema=schema)


def _bound(request: HttpRequest, condition: Condition) -> DraftForm:
    data = request.POST.copy()
    if data.get("do") == "add":
        count = data.get("case-count", "0")
        data["case-count"] = str(int(count) + 1 if count.isascii() and count.isdecimal() else 1)
    return DraftForm(data, schema=queries.kind_of(condition).schema())


def _context(request: HttpRequest, condition: Condition, form: DraftForm) -> dict[str, Any]:
    return editor.context_of(
        condition=condition,
        form=form,
        asked=request.POST.get("q", ""),
        actor=request.actor,
        today=timezone.localdate(),
    )


def _page(
    request: HttpRequest, condition: Condition, form: DraftForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    standing = queries.open_version(condition.pk)
    if form.is_bound:
        form.is_valid()  # before the marks of what may be left out change
    form.require_whole()
    context = {
        **_context(request, condition, form),
        "page_title": _("改规则：%(name)s") % {"name": condition.label},
        "back_url": reverse("conditions:condition", args=[condition.pk]),
        "standing": standing,
        "shipped": shipping.shipped(condition.kind, condition.code),
        **more,
    }
    context["completions"] = editor.completions(context["known"])
    return render(request, "conditions/editor.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, kind: str) -> HttpResponse:
    """Begin a rule of the park's own, of a kind that takes them."""
    try:
        found = kinds.find(kind)
    except LookupError:
        raise NotVisible(kind)
    if not kinds.is_staff(request.actor):
        raise NotVisible(kind)
    if not (found.is_open and found.drafts(request.actor)):
        raise NotAllowed(_("这一类规则由%(who)s起草。") % {"who": found.drafters})
    form = AddForm(found, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return to(
                    once(
                        account_id=request.user.pk,
                        key=form.cleaned_data["once"] or str(uuid4()),
                        at=timezone.now(),
                        act=lambda: _added(request, found.code, form),
                    )
                )
            except Conflict as refusal:
                form.add_error("code", refusal.message)
                status = 409
            except Invalid as refusal:
                form.add_error(refusal.field, refusal.message)
    context = {
        "page_title": _("新增规则：%(kind)s") % {"kind": found.name},
        "back_url": reverse("conditions:conditions"),
        "form": form,
        "kind": found,
    }
    return render(request, "conditions/add.html", context, status=status)


def _added(request: HttpRequest, kind: str, form: AddForm) -> str:
    made = operations.condition_add(
        kind=kind,
        code=form.cleaned_data["code"],
        name=form.cleaned_data["name"],
        name_en=form.cleaned_data["name_en"],
        owner_id=getattr(form.cleaned_data.get("owner"), "pk", None),
        actor=request.actor,
        at=timezone.now(),
    )
    return reverse("conditions:draft", args=[made.pk])
