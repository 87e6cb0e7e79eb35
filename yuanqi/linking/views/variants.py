"""Variants side by side: asked for, compared, one taken."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from yuanqi.foundation.actors import Actor
from yuanqi.registry.models import Enterprise

from .. import operations, queries
from ..drafts import Draft, draft_of
from ..forms import RevisionForm
from ..models import Round, Variant, VariantState
from ..relaxing import Relaxed, relaxed
from ..solving import CODES, HINTS, LABELS
from ..telling import reason_said, shortage_said
from .sending import press

LEFT = gettext_lazy("用到的干部已离岗，请重算")
_UNPLACED = 8  # enterprises without a lead, shown by name


@login_required
@require_GET
def variants(request: HttpRequest, round_id: int) -> HttpResponse:
    """The variants of a round: moves, load, wishes, who isn't placed and what is missing."""
    actor: Actor = request.actor
    round_ = queries.round_visible(round_id, actor)
    context = {
        "page_title": _("比较方案"),
        "back_url": reverse("linking:round", args=[round_id]),
        "round": round_,
        "may_edit": round_.is_draft and queries.may_keep(actor),
        "by_hand": round_.pairs.filter(is_by_hand=True).count(),
    } | compared(round_)
    return render(request, "linking/variants.html", context)


@login_required
@require_GET
def progress(request: HttpRequest, round_id: int) -> HttpResponse:
    """The table by itself, fetched again while the job is at work."""
    actor: Actor = request.actor
    round_ = queries.round_visible(round_id, actor)
    context = {
        "round": round_,
        "may_edit": round_.is_draft and queries.may_keep(actor),
    } | compared(round_)
    return render(request, "linking/_variants.html", context)


def compared(round_: Round) -> dict[str, Any]:
    """The columns of the comparison; the best figure of each line is marked."""
    there = {one.code: one for one in Variant.objects.filter(round=round_).defer("reasons")}
    done = [one for one in there.values() if one.state in (VariantState.DONE, VariantState.STALE)
            and one.made_at]  # fmt: skip
    best = {
        name: min((getattr(one, name) for one in done), default=None)
        for name in ("moves", "spread", "wishes")
    }
    firms = Enterprise.objects.in_bulk(
        {int(pk) for one in done for pk in list(one.unplaced)[:_UNPLACED]}
    )
    # read only where something is missing
    gone = queries.with_gone(done) if round_.is_draft else set()
    draft = draft_of(round_) if any(one.shortage for one in done) else None
    columns = []
    for code in CODES:
        one = there.get(code)
        told = {"code": code, "label": LABELS[code], "hint": HINTS[code], "variant": one}
        if one is not None and one in done:
            told |= {
                "spread": f"{100 * one.spread:.1f}%",
                "best": {name: getattr(one, name) == value for name, value in best.items()},
                "unplaced_count": len(one.unplaced),
                "unplaced": [
                    (firms[int(pk)], reason_said(why))
                    for pk, why in list(one.unplaced.items())[:_UNPLACED]
                    if int(pk) in firms
                ],
                "shortage": shortage_said(one.shortage),
                "relaxed": _relaxed(round_, draft, one),
                "is_taken": round_.taken == code,
                "may_take": one.state == VariantState.DONE and one.pk not in gone,
                "state": LEFT if one.pk in gone else one.get_state_display(),
                "form": RevisionForm(
                    initial={"revision": round_.revision}, auto_id=f"id_{code}_%s"
                ),
            }
        columns.append(told)
    return {
        "columns": columns,
        "is_waiting": any(one.state == VariantState.WAITING for one in there.values()),
        "is_empty": not there,
        "has_done": bool(done),
    }


def _relaxed(round_: Round, draft: Draft | None, one: Variant) -> list[tuple[list[str], Relaxed]]:
    """Whose capacity `capacity_relax` would let grow, by name; together those who get alike."""
    if draft is None or not round_.is_draft or one.state != VariantState.DONE:
        return []
    found = relaxed(draft, one.shortage)
    names = queries.names_of(each.officer_id for each in found)
    alike: dict[tuple[int, int], tuple[list[str], Relaxed]] = {}
    for each in found:
        told, _first = alike.setdefault((each.before, each.capacity), ([], each))
        told.append(names.get(each.officer_id, ""))
    return list(alike.values())


@login_required
@require_POST
def ask(request: HttpRequest, round_id: int) -> HttpResponse:
    """Have the variants worked out."""
    actor: Actor = request.actor
    return press(
        request,
        act=lambda at: operations.variants_ask(round_id=round_id, actor=actor, at=at),
        back_url=reverse("linking:variants", args=[round_id]),
        said=_("正在计算，一般几秒钟就好。"),
    )


@login_required
@require_POST
def relax(request: HttpRequest, round_id: int, code: str) -> HttpResponse:
    """Give the capacity that a variant lacks, and have the variants worked out again."""
    actor: Actor = request.actor
    form = RevisionForm(request.POST)
    revision = form.cleaned_data["revision"] if form.is_valid() else -1
    return press(
        request,
        act=lambda at: operations.capacity_relax(
            round_id=round_id, code=code, revision=revision, actor=actor, at=at
        ),
        back_url=reverse("linking:variants", args=[round_id]),
        said=_("名额已加，正在重新计算。"),
    )


@login_required
@require_POST
def take(request: HttpRequest, round_id: int, code: str) -> HttpResponse:
    """Take a variant's pairs into the draft."""
    actor: Actor = request.actor
    form = RevisionForm(request.POST)
    revision = form.cleaned_data["revision"] if form.is_valid() else -1
    return press(
        request,
        act=lambda at: operations.variant_take(
            round_id=round_id, code=code, revision=revision, actor=actor, at=at
        ),
        back_url=reverse("linking:round", args=[round_id]),
        said=_("已采用“%(name)s”，还可以逐家调整。") % {"name": LABELS.get(code, code)},
    )
