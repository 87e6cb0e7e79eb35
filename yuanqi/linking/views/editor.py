"""A round's page: its pairs, what the rules say, one pair by hand, publication."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods

from yuanqi.foundation import pages, sheets
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Conflict
from yuanqi.foundation.pages import Key

from .. import exports, operations, queries
from ..drafts import Draft, draft_of, said_of
from ..forms import PairForm, RevisionForm
from ..models import Round, RoundLink, VariantState
from ..reading import (
    ALL,
    BROKEN,
    BY_HAND,
    MOVED,
    NEW,
    Filters,
    choices_of,
    lines_of,
    loads_of,
    queued,
    rules_of,
)
from ..scoping import scopes_of
from ..solving import LABELS
from .sending import SeeOther, carry_out, renew

ORDER = (Key("enterprise_id"),)
_LOADS = 10  # officers in the rail; the seats' page has them all
_OFFICERS = ("lead", "second", "lead_before", "second_before")


@login_required
@require_GET
def round_page(request: HttpRequest, round_id: int) -> HttpResponse:
    """A round: its enterprises with their officers, and which rules they break."""
    actor: Actor = request.actor
    round_ = queries.round_visible(round_id, actor)
    draft = draft_of(round_)
    filters = Filters.read(request.GET)
    listed = filters.applied(draft, actor)
    if request.GET.get("export") == "xlsx":
        return _workbook(request, round_, listed, actor)
    page = pages.keyset_page(
        listed.select_related("enterprise", *(f"{name}__department" for name in _OFFICERS[:2]),
                              *_OFFICERS[2:]),
        ORDER, request.GET.get(pages.AFTER, ""),
    )  # fmt: skip
    hard, soft = rules_of(draft)
    variants = queries.variants_of(round_)
    foot = pages.foot(request, page)
    count = pages.count_of(listed)
    if foot["text"]:
        foot["text"] = _("第 1–%(last)s 家，共 %(count)s 家") % {
            "last": len(page.rows), "count": count,
        }  # fmt: skip
    here = reverse("linking:round", args=[round_id])
    may_edit = round_.is_draft and queries.may_keep(actor)
    context = {
        "page_title": round_.name,
        "back_url": reverse("linking:rounds"),
        "round": round_,
        "scopes": scopes_of(round_),
        "tabs": _tabs(here, filters, draft),
        "filters": filters,
        "lines": lines_of(page.rows, draft),
        "page": page,
        "foot": foot,
        "count": count,
        "hard": hard,
        "soft": soft,
        "is_sound": draft.is_sound,
        "led": len(draft.pairs) - len(draft.findings["uncovered"]),
        "firms": len(draft.pairs),
        "loads": loads_of(draft, _LOADS),
        "capacity": sum(place.capacity for place in draft.places.values()),
        "may_edit": may_edit,
        "may_change": not round_.is_draft and queries.may_keep(actor)
        and _is_latest(round_),
        "variants": variants,
        "is_waiting": any(one.state == VariantState.WAITING for one in variants.values()),
        "taken": LABELS.get(round_.taken, ""),
        "discard_form": RevisionForm(initial={"revision": round_.revision}),
        "clear_url": f"{here}?{filters.address(rule='', officer='', q='')}",
        "export_url": pages.address(request, export="xlsx", **{pages.AFTER: None}),
    }  # fmt: skip
    return render(request, "linking/round.html", context)


def _is_latest(round_: Round) -> bool:
    newest = queries.newest_round()
    return newest is not None and newest.pk == round_.pk


def _tabs(here: str, filters: Filters, draft: Draft) -> list[dict[str, Any]]:
    named = (
        (BROKEN, _("不合规则"), "is-red"),
        (MOVED, _("换人"), ""),
        (NEW, pgettext("enterprises", "新增"), ""),
        (BY_HAND, _("人工调整"), ""),
        (ALL, _("全部"), ""),
    )
    return [
        {
            "label": label,
            "count": count,
            "tone": tone if count else "",
            "url": f"{here}?{filters.address(queue=queue)}",
            "is_current": filters.queue == queue,
            "is_apart": queue == ALL,
        }
        for queue, label, tone in named
        for count in [len(filters.ids(draft, queue)) if filters.is_narrowed
                      else len(queued(draft, queue))]
    ]  # fmt: skip


def _workbook(request: HttpRequest, round_: Round, listed: Any, actor: Actor) -> HttpResponse:
    file = sheets.temporary()
    try:
        exports.round_export(
            file, round_=round_, listed=listed, query=request.GET.urlencode(), actor=actor,
            at=timezone.now(),
        )  # fmt: skip
    except Conflict as error:
        messages.warning(request, error.message)
        return SeeOther(pages.address(request, export=None))
    return sheets.download(file, f"{round_.name}.xlsx")


# one pair ----------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "POST"])
def pair(request: HttpRequest, round_id: int, enterprise_id: int) -> HttpResponse:
    """Set who serves an enterprise in a draft; with ?lead=&second= what would follow."""
    actor: Actor = request.actor
    queries.require_keeper(actor)
    round_ = queries.round_visible(round_id, actor)
    draft = draft_of(round_)
    row = _row(round_, enterprise_id)
    choices = choices_of(draft)
    back = reverse("linking:round", args=[round_id])
    status = 200
    if request.method == "POST":
        form = PairForm(request.POST, choices=choices)

        def act(at: Any) -> None:
            cleaned = form.cleaned_data
            operations.round_edit(
                round_id=round_id, enterprise_id=enterprise_id, lead_id=cleaned["lead"],
                second_id=cleaned["second"], seen_lead_id=cleaned["seen_lead"],
                seen_second_id=cleaned["seen_second"],
                is_by_hand=request.POST.get("do") != "release", actor=actor, at=at,
            )  # fmt: skip

        status = carry_out(request, form, act, back)
        if status == 303:
            _tell_others(request, round_id, form, actor)
            return SeeOther(f"{back}?queue={request.GET.get('queue', '')}#firm-{enterprise_id}")
        if status == 409:
            round_ = queries.round_visible(round_id, actor)
            draft, row = draft_of(round_), _row(round_, enterprise_id)
            renew(form, seen_lead=row.lead_id, seen_second=row.second_id,
                  seen_revision=round_.revision)  # fmt: skip
    else:
        form = PairForm(choices=choices, initial=_initial(request, row, round_))
    context = {
        "page_title": row.enterprise.label,
        "back_url": back,
        "round": round_,
        "row": row,
        "form": form,
        "others": _others(draft, row),
    } | _looked(draft, row, form, request)
    return render(request, "linking/pair.html", context, status=status)


@login_required
@require_GET
def check(request: HttpRequest, round_id: int, enterprise_id: int) -> HttpResponse:
    """What the rules would say of a pair, as it is being chosen."""
    actor: Actor = request.actor
    queries.require_keeper(actor)
    round_ = queries.round_visible(round_id, actor)
    draft = draft_of(round_)
    row = _row(round_, enterprise_id)
    form = PairForm(request.GET, choices=choices_of(draft))
    return render(request, "linking/_checked.html", _looked(draft, row, form, request))


def _row(round_: Round, enterprise_id: int) -> RoundLink:
    return get_object_or_404(
        RoundLink.objects.select_related(
            "enterprise__area", *(f"{name}__department" for name in _OFFICERS)
        ),
        round=round_, enterprise=enterprise_id,
    )  # fmt: skip


def _initial(request: HttpRequest, row: RoundLink, round_: Round) -> dict[str, Any]:
    return {
        "lead": request.GET.get("lead", row.lead_id or ""),
        "second": request.GET.get("second", row.second_id or ""),
        "seen_lead": row.lead_id,
        "seen_second": row.second_id,
        "seen_revision": round_.revision,
    }


def _looked(draft: Draft, row: RoundLink, form: PairForm, request: HttpRequest) -> dict[str, Any]:
    """What each rule says of the pair in the form, or of the one that stands."""
    lead, second = row.lead_id, row.second_id
    said = form.data if form.is_bound else form.initial
    if form.is_bound or "lead" in request.GET:
        lead, second = _number(said.get("lead")), _number(said.get("second"))
    tried = draft.with_pair(row.enterprise_id, lead, None if second == lead else second)
    named = {lead, second, row.lead_before_id} | draft.wishes.get(row.enterprise_id, set())
    return {
        "said": said_of(tried, row.enterprise_id, queries.names_of(named)),
        "is_same": lead is not None and lead == second,
    }


def _number(value: Any) -> int | None:
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _others(draft: Draft, row: RoundLink) -> dict[str, Any]:
    """How many the officer serves in this draft besides."""
    return {"load": draft.load(row.lead_id) if row.lead_id else 0}


def _tell_others(request: HttpRequest, round_id: int, form: PairForm, actor: Actor) -> None:
    """Saved; and if somebody else edits the same round, that is said too."""
    messages.success(request, _("已保存。"))
    seen = form.cleaned_data["seen_revision"]
    now = queries.round_visible(round_id, actor).revision
    if seen is not None and now - seen > 1:
        messages.info(
            request,
            _("您打开这一页以后，别人还改了这份方案 %(count)s 次，都在里面。")
            % {"count": now - seen - 1},
        )


# publication -------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "POST"])
def publication(request: HttpRequest, round_id: int) -> HttpResponse:
    """What publishing will change, and the button that does it."""
    actor: Actor = request.actor
    queries.require_keeper(actor)
    round_ = queries.round_visible(round_id, actor)
    back = reverse("linking:round", args=[round_id])
    status = 200
    form = RevisionForm(initial={"revision": round_.revision})
    if request.method == "POST":
        form = RevisionForm(request.POST)

        def act(at: Any) -> None:
            operations.round_publish(
                round_id=round_id, revision=form.cleaned_data["revision"], actor=actor, at=at
            )

        status = carry_out(request, form, act, back)
        if status == 303:
            messages.success(request, _("已发布，企业和干部会收到通知。"))
            return SeeOther(back)
        round_ = queries.round_visible(round_id, actor)
        renew(form, revision=round_.revision)
    draft = draft_of(round_)
    hard, _soft = rules_of(draft)
    pairs = draft.pairs.values()
    context = {
        "page_title": _("发布 %(name)s") % {"name": round_.name},
        "back_url": back,
        "round": round_,
        "form": form,
        "hard": [one for one in hard if one["count"]],
        "is_sound": draft.is_sound,
        "kept": sum(one.lead is not None and one.lead == one.lead_before for one in pairs),
        "moved": len(draft.findings["moved"]),
        "new": sum(one.lead_before is None and one.lead is not None for one in pairs),
        "seconds": sum(one.second is not None for one in pairs),
        "officers": len({one.lead for one in pairs if one.lead}),
        "is_past": round_.from_on < timezone.localdate(),
    }
    return render(request, "linking/publication.html", context, status=status)
