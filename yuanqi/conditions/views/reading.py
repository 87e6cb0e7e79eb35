"""What there is to read of rules: the list, one rule, a version, two of them side by side."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_GET

from yuanqi.domain.rules import Rule, RuleError
from yuanqi.foundation import pages
from yuanqi.foundation.errors import NotAllowed

from .. import comparing, judging, kinds, listing, queries, words
from ..forms import DecisionForm
from ..judging import Checked
from ..kinds import Kind
from ..models import Condition, ConditionVersion, State

TITLES = {
    "enters": gettext_lazy("进入"),
    "leaves": gettext_lazy("离开"),
    "fits": gettext_lazy("符合"),
    "unknown": gettext_lazy("无法判断"),
}


@login_required
@require_GET
def conditions(request: HttpRequest) -> HttpResponse:
    """Every rule by its kind, with what holds and what waits; what waits for the reader first."""
    if not kinds.is_staff(request.actor):
        raise NotAllowed(_("规则由园区人员维护。"))
    groups = listing.groups_of(request.actor, timezone.localdate())
    context = {
        "page_title": pgettext("several", "规则"),
        "groups": groups,
        "mine": [line for group in groups for line in group.lines if line.waits_for_reader],
    }
    return render(request, "conditions/conditions.html", context)


@login_required
@require_GET
def condition(request: HttpRequest, condition_id: int) -> HttpResponse:
    """One rule: what it says now, what waits, everything that it ever said."""
    found = queries.condition_visible(condition_id, request.actor)
    kind = queries.kind_of(found)
    today = timezone.localdate()
    history = queries.history_of(found)
    holds = next((row for row in history if row.holds_on(today)), None)
    waits = next((row for row in history if row.state in listing.OPEN), None)
    context = {
        "page_title": found.label,
        "back_url": reverse("conditions:conditions"),
        "condition": found,
        "kind": kind,
        "holds": holds,
        "waits": waits,
        "coming": [row for row in history if listing.is_coming(row, today)],
        "checked": _checked(request, kind, holds, None) if holds else None,
        "history": listing.told(history, today),
        "may_draft": kind.drafts(request.actor),
        "may_rename": kind.drafts(request.actor) or kind.confirms(request.actor),
        "waits_for_reader": bool(
            waits and waits.state == State.SUBMITTED and queries.may_confirm(waits, request.actor)
        ),
        "address": kind.address(found.code) if kind.address else "",
    }
    return render(request, "conditions/condition.html", context)


@login_required
@require_GET
def version(request: HttpRequest, condition_id: int, number: int) -> HttpResponse:
    """A version: what it changes, whom it touches, its cases, and what may be done with it."""
    return version_page(request, condition_id, number)


def version_page(
    request: HttpRequest, condition_id: int, number: int, *, status: int = 200, **more: Any
) -> HttpResponse:
    found = queries.condition_visible(condition_id, request.actor)
    kind = queries.kind_of(found)
    row = queries.version_numbered(found, number)
    before = queries.version_before(row)
    actor, today = request.actor, timezone.localdate()
    is_submitted = row.state == State.SUBMITTED
    is_ahead = row.state == State.PUBLISHED and row.valid_from > today
    confirms, drafts = kind.confirms(actor), kind.drafts(actor)
    context = {
        "page_title": _("%(name)s 第 %(number)s 版") % {"name": found.label, "number": number},
        "back_url": reverse("conditions:condition", args=[found.pk]),
        "condition": found,
        "kind": kind,
        "version": row,
        "told": listing.told([row], today)[0],
        "before": before,
        "checked": _checked(request, kind, row, before),
        "pieces": comparing.pieces(before.text, row.text) if before else [],
        "list_url": _list_url(found, before, row),
        "may_decide": is_submitted and queries.may_confirm(row, actor),
        "is_own": is_submitted and confirms and not queries.may_confirm(row, actor),
        "may_take_back": is_submitted and drafts,
        "may_write": drafts and row.state in (State.DRAFT, State.SENT_BACK),
        "may_withdraw": (is_ahead and confirms) or (drafts and row.state in listing.OPEN),
        "send_back_form": DecisionForm(initial={"revision": row.revision}),
        "withdraw_form": DecisionForm(),
        **more,
    }
    return render(request, "conditions/version.html", context, status=status)


@login_required
@require_GET
def comparison(request: HttpRequest, condition_id: int) -> HttpResponse:
    """Any two versions side by side: their words, and who comes and goes between them."""
    found = queries.condition_visible(condition_id, request.actor)
    kind = queries.kind_of(found)
    history = queries.history_of(found)
    old, new = _two(request, history)
    context = {
        "page_title": _("对比版本：%(name)s") % {"name": found.label},
        "back_url": reverse("conditions:condition", args=[found.pk]),
        "condition": found,
        "kind": kind,
        "versions": history,
        "before": old,
        "version": new,
        "pieces": comparing.pieces(old.text, new.text) if old and new else [],
        "list_url": _list_url(found, old, new) if new else "",
        "checked": _checked(request, kind, new, old) if new else None,
    }
    return render(request, "conditions/comparison.html", context)


@login_required
@require_GET
def enterprises(request: HttpRequest, condition_id: int) -> HttpResponse:
    """Who comes or goes between two versions, fits the new one, or can't be judged."""
    found = queries.condition_visible(condition_id, request.actor)
    kind = queries.kind_of(found)
    old, new = _two(request, queries.history_of(found))
    way = request.GET.get("way", "enters" if old else "fits")
    way = way if way in comparing.WAYS else "enters"
    context: dict[str, Any] = {
        "page_title": _("名单变化：%(name)s") % {"name": found.label},
        "back_url": reverse("conditions:condition", args=[found.pk]),
        "condition": found,
        "kind": kind,
        "version": new,
        "before": old,
        "way": way,
    }
    try:
        schema = kind.schema()
        rule = Rule.parse(new.text, schema) if new else None
    except RuleError as error:
        context["wrong"] = words.said(error, new.text)
        rule = None
    if rule is not None:
        before = judging.rule_of(old.text, schema) if old else None
        made = comparing.listed(
            kind, rule, before, way=way, after=_after(request), actor=request.actor
        )
        context |= _listed(request, made, way)
    return render(request, "conditions/enterprises.html", context)


def _list_url(condition: Condition, old: ConditionVersion | None, new: ConditionVersion) -> str:
    """Where those who come and go stand in full; the way is written behind it."""
    place = reverse("conditions:enterprises", args=[condition.pk])
    return f"{place}?new={new.number}&old={old.number if old else ''}&way="


def _listed(request: HttpRequest, made: comparing.Listed | None, way: str) -> dict[str, Any]:
    if made is None:
        return {"listed": None}
    tabs = [
        (title, pages.address(request, way=each, after=None), made.counts[each], each == way)
        for each, title in TITLES.items()
    ]
    after = str(made.next_after) if made.next_after else ""
    return {
        "listed": made,
        "tabs": tabs,
        "foot": {
            "text": _("共 %(count)s 家") % {"count": f"{made.counts[way]:,}"},
            "next_url": pages.address(request, after=after) if after else None,
            "first_url": pages.address(request, after=None) if _after(request) else None,
        },
    }


def _after(request: HttpRequest) -> int:
    said = request.GET.get("after", "")
    return int(said) if said.isascii() and said.isdecimal() and len(said) <= 18 else 0


def _two(
    request: HttpRequest, history: list[ConditionVersion]
) -> tuple[ConditionVersion | None, ConditionVersion | None]:
    """The versions that the address names; without, the one that holds and the latest."""
    by_number = {str(row.number): row for row in history}
    new = by_number.get(request.GET.get("new", "")) or (history[0] if history else None)
    if "old" in request.GET:
        return by_number.get(request.GET["old"]), new
    return queries.version_before(new) if new else None, new


def _checked(
    request: HttpRequest, kind: Kind, row: ConditionVersion, before: ConditionVersion | None
) -> Checked:
    return judging.checked(
        kind,
        row.text,
        cases=row.cases,
        before=before.text if before else None,
        actor=request.actor,
    )
