"""What is done to several requests at once from the list, and what became of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yuanqi.casework.models import Case
from yuanqi.foundation import pages
from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.errors import NotVisible

from .. import batch, forms
from .. import ledger as desk
from ..rows import rows_of, with_row_parts
from .sending import SeeOther

REPORT = "batch_report"  # of the last batch, in the session of whoever sent it
MOST_MERGED = 20


@dataclass(frozen=True, slots=True)
class Refused:
    """A request that a batch left as it was; no number where it is out of sight."""

    case: Case | None
    words: str


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def batches(request: HttpRequest) -> HttpResponse:
    """POST: do one thing to the ticked requests; GET: what the last such batch left undone."""
    if request.actor.side is Side.ENTERPRISE:
        raise NotVisible
    if request.method != "POST":
        return _report(request)
    back = _back(request.POST)
    ids = _ids(request.POST.getlist("case"))
    act = request.POST.get("act", "")
    if not ids:
        messages.warning(request, _("请先勾选要办的诉求，再选怎么办。"))
        return SeeOther(back)
    if act == batch.MERGE:
        chosen = "&".join(f"case={case_id}" for case_id in ids[: MOST_MERGED + 1])
        query = QueryDict(mutable=True)
        query["back"] = back
        return SeeOther(f"{reverse('servicedesk:merges')}?{chosen}&{query.urlencode()}")
    form = forms.BatchForm(request.POST)
    form.is_valid()
    now = timezone.now()
    try:
        do = batch.ACTS[act](actor=request.actor, at=now)
    except KeyError:
        messages.warning(request, _("请选要怎么办：按建议派单、催办或合并。"))
        return SeeOther(back)
    return _carry_out(request, ids, do, key=form.key, at=now, act=act, back=back)


def _carry_out(
    request: HttpRequest,
    ids: Sequence[int],
    do: batch.Do,
    *,
    key: str,
    at: datetime,
    act: str,
    back: str,
    into: str = "",
) -> HttpResponse:
    report = batch.run(ids, batch.once_each(do, account_id=request.user.pk, key=key, at=at))
    said = _said(act, len(report.done), into)
    if not report.refused:
        messages.success(request, said)
        return SeeOther(back)
    request.session[REPORT] = {
        "said": said if report.done else "",
        "done": len(report.done),
        "refused": [list(item) for item in report.refused],
        "back": back,
    }
    return SeeOther(reverse("servicedesk:batches"))


def _said(act: str, count: int, into: str) -> str:
    match act:
        case batch.DISPATCH:
            return _("已按建议派单 %(count)s 件。") % {"count": count}
        case batch.REMIND:
            return _("已催办 %(count)s 件。") % {"count": count}
    return _("已把 %(count)s 件并入 %(number)s。") % {"count": count, "number": into}


def _report(request: HttpRequest) -> HttpResponse:
    kept = request.session.get(REPORT)
    if kept is None:
        return SeeOther(reverse("servicedesk:ledger"))
    ids = [case_id for case_id, _words in kept["refused"]]
    seen = {
        case.pk: case
        for case in desk.requests_listed(request.actor)
        .filter(pk__in=ids)
        .select_related("enterprise")
    }
    context = {
        "page_title": _("批量办理结果"),
        "back_url": kept["back"],
        "said": kept["said"],
        "refused": [Refused(seen.get(case_id), words) for case_id, words in kept["refused"]],
    }
    return render(request, "servicedesk/ledger_report.html", context)


def _back(query: QueryDict) -> str:
    return pages.own_address(query.get("back", ""), reverse("servicedesk:ledger"))


def _ids(values: Iterable[str]) -> list[int]:
    """The ticked rows, each once, in the order of the list; what is no number is left out."""
    found = (int(text) for text in values if text.isascii() and text.isdecimal() and len(text) < 19)
    return list(dict.fromkeys(found))


# --- merging -------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def merges(request: HttpRequest) -> HttpResponse:
    """Choose which of several requests of one enterprise is kept; the others go into it."""
    actor: Actor = request.actor
    if batch.MERGE not in batch.offered(actor):
        raise NotVisible
    asked = request.POST if request.method == "POST" else request.GET
    back = _back(asked)
    ids = _ids(asked.getlist("case"))
    cases = list(
        with_row_parts(desk.requests_listed(actor).filter(pk__in=ids)).order_by("opened_at", "id")
    )
    if request.method == "POST":
        form = forms.MergeForm(cases, request.POST)
        if not _trouble(cases, ids) and form.is_valid():
            return _merge(request, form, cases, back)
        status = 422
    else:
        form = forms.MergeForm(cases)
        status = 200
    context = {
        "page_title": _("合并诉求"),
        "back_url": back,
        "back": back,
        "form": form,
        "rows": rows_of(cases, actor, timezone.now()),
        "trouble": _trouble(cases, ids),
    }
    return render(request, "servicedesk/ledger_merge.html", context, status=status)


def _trouble(cases: Sequence[Case], ids: Sequence[int]) -> str:
    """Why these can't be merged; empty if they can."""
    if len(ids) > MOST_MERGED:
        return _("一次最多合并 %(most)d 件，请少选几件。") % {"most": MOST_MERGED}
    if len(cases) < 2:
        return _("合并要选两件以上。请回到列表，勾选同一家企业的诉求。")
    if len({case.enterprise_id for case in cases}) > 1:
        names = dict.fromkeys(case.enterprise.label for case in cases)
        return _("只能合并同一家企业的诉求，您选了 %(names)s的。") % {"names": _("、").join(names)}
    return ""


def _merge(
    request: HttpRequest, form: forms.MergeForm, cases: Sequence[Case], back: str
) -> HttpResponse:
    now = timezone.now()
    into = form.cleaned_data["into"]
    do = batch.merge_into(
        into, explanation=form.cleaned_data["explanation"], actor=request.actor, at=now
    )
    number = next(case.number for case in cases if case.pk == into)
    others = [case.pk for case in cases if case.pk != into]
    return _carry_out(
        request, others, do, key=form.key, at=now, act=batch.MERGE, back=back, into=number
    )
