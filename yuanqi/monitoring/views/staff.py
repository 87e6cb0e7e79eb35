"""The staff's board of a month: who has returned, late, odd; accepting, asking back, reminding."""

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from yuanqi.foundation import pages, sheets
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible
from yuanqi.foundation.once import once
from yuanqi.registry import figures as register
from yuanqi.registry.indicators import month_read
from yuanqi.registry.queries import linked_officer
from yuanqi.registry.rights import may_confirm

from .. import board as desk
from .. import exports, operations, words
from ..filters import LATE, Filters
from ..forms import QuestionForm
from ..known import KnownFigure, known_of
from ..models import SENT, Filing, FilingState, Round
from ..oddities import Oddity
from ..queries import (
    filing_visible,
    may_fill,
    may_remind,
    queue_counts,
    require_watcher,
    round_of,
    rounds,
)
from .sending import SeeOther, press

MOST_REMINDED = 500
REFUSED_SHOWN = 5
MONTHS_OFFERED = 24


@login_required
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """Who has returned what of a month; the newest round if none is named."""
    actor: Actor = request.actor
    require_watcher(actor)
    now = timezone.now()
    filters = Filters.read(request.GET)
    round_ = round_of(month_read(filters.month))
    if round_ is None:
        return render(request, "monitoring/board_empty.html", {"page_title": _("填报情况")})
    if request.GET.get("export") == "xlsx":
        return _sheet(request, round_, filters, actor, now)
    return render(request, "monitoring/board.html", _board(request, round_, filters, actor, now))


def _board(
    request: HttpRequest, round_: Round, filters: Filters, actor: Actor, now: datetime
) -> dict[str, Any]:
    today = timezone.localdate(now)
    narrowed = filters.narrowed(round_, actor)
    counts = queue_counts(narrowed, round_, today)
    listed = filters.queued(narrowed, round_, today)
    measure = desk.measure_of(round_, filters.measure)
    page = pages.keyset_page(listed, desk.ORDER, request.GET.get(pages.AFTER, ""))
    count = counts[filters.queue or "all"]
    foot = pages.foot(request, page)
    if foot["text"]:
        foot["text"] = _("第 1–%(last)s 家，共 %(count)s 家") % {
            "last": len(page.rows), "count": f"{count:,}",
        }  # fmt: skip
    lines = desk.lines_of(page.rows, round_, measure, today)
    back = pages.address(request)
    here = reverse("monitoring:board")
    remindable = {
        line.filing.pk
        for line in lines
        if line.filing.is_open and may_remind(line.filing.enterprise_id, actor)
    }
    return {
        "page_title": _("%(month)s填报情况") % {"month": round_.label},
        "round": round_,
        "is_past_due": today > round_.due_on,
        "filters": filters,
        "tabs": _tabs(here, filters, counts),
        "measure": measure,
        "measures": desk.measures_of(round_),
        "months": rounds()[:MONTHS_OFFERED],
        "areas": filters.areas,
        "industries": filters.industries,
        "may_be_mine": bool(actor.linked_enterprise_ids),
        "clear_url": f"{here}?{Filters(month=filters.month, queue=filters.queue).query}",
        "lines": lines,
        "remindable": remindable,
        "page": page,
        "foot": foot,
        "count": count,
        "back": back,
        "export_url": pages.address(request, export="xlsx", **{pages.AFTER: None}),
        "zone_url": f"{reverse('monitoring:zone')}?month={round_.code}",
    }


def _tabs(here: str, filters: Filters, counts: dict[str, int]) -> list[dict[str, Any]]:
    """The queues: what deserves a look first, then the rest, then all."""
    named = [
        (LATE, _("过期没填"), "is-red"),
        (FilingState.ODD, _("异常待核"), "is-amber"),
        (FilingState.WAITING, _("还没填"), ""),
        (FilingState.ASKED, _("已问回"), ""),
        (FilingState.SENT, _("等确认"), ""),
        (FilingState.ACCEPTED, _("已确认"), ""),
        ("", _("全部"), ""),
    ]
    return [
        {
            "label": label,
            "count": counts[str(queue) or "all"],
            "tone": tone if counts[str(queue) or "all"] else "",
            "url": f"{here}?{filters.address(queue=str(queue))}",
            "is_current": filters.queue == queue,
            "is_apart": queue in (FilingState.WAITING, ""),
        }
        for queue, label, tone in named
    ]


def _sheet(
    request: HttpRequest, round_: Round, filters: Filters, actor: Actor, now: datetime
) -> HttpResponse:
    file = sheets.temporary()
    try:
        exports.board_export(file, round_=round_, filters=filters, actor=actor, at=now)
    except Conflict as error:
        messages.warning(request, error.message)
        return SeeOther(pages.address(request, export=None))
    name = _("指标填报")
    return sheets.download(file, f"{name}-{round_.code}.xlsx")


@login_required
@require_POST
def remind(request: HttpRequest) -> HttpResponse:
    """Remind the ticked enterprises, a transaction each; say whom not, and why."""
    actor: Actor = request.actor
    require_watcher(actor)
    here = reverse("monitoring:board")
    back = pages.own_address(request.POST.get("back", ""), here)
    ids = [
        int(text)
        for text in dict.fromkeys(request.POST.getlist("filing"))
        if text.isascii() and text.isdigit() and len(text) < 19
    ]
    if not ids:
        messages.warning(request, _("请先勾选要提醒的企业。"))
        return SeeOther(back)
    if len(ids) > MOST_REMINDED:
        messages.error(
            request, _("一次最多提醒 %(most)d 家，请分批选择。") % {"most": MOST_REMINDED}
        )
        return SeeOther(back)
    now = timezone.now()
    done, refused = 0, []
    for filing_id in ids:
        try:
            operations.filing_remind(filing_id=filing_id, actor=actor, at=now)
        except NotVisible:
            refused.append(_("有一家不在名单里了。"))
        except (NotAllowed, Conflict) as error:
            refused.append(error.message)
        else:
            done += 1
    if done:
        messages.success(
            request, ngettext("提醒了 %(done)d 家。", "提醒了 %(done)d 家。", done) % {"done": done}
        )
    if refused:
        more = len(refused) - REFUSED_SHOWN
        said = " ".join(refused[:REFUSED_SHOWN])
        if more > 0:
            said += " " + _("另有 %(more)d 家也没有提醒。") % {"more": more}
        messages.warning(request, said)
    return SeeOther(back)


# one filing --------------------------------------------------------------------------------------


@login_required
@require_GET
def filing(request: HttpRequest, filing_id: int) -> HttpResponse:
    """One return as staff see it: the figures, what is odd with the reason, accept or ask back."""
    actor: Actor = request.actor
    require_watcher(actor)
    return _filing(request, filing_visible(filing_id, actor), QuestionForm())


def _filing(
    request: HttpRequest, found: Filing, form: QuestionForm, status: int = 200
) -> HttpResponse:
    actor: Actor = request.actor
    today: date = timezone.localdate()
    known = known_of(found)
    oddities = {told["field"]: Oddity.read(told) for told in found.oddities}
    confirms = may_confirm(actor)
    firm = found.enterprise
    months = register.months_of(firm, found.round.month)
    shown = next(iter(known.figures.values())).measure
    context = {
        "page_title": firm.label,
        "back_url": f"{reverse('monitoring:board')}?month={found.round.code}",
        "filing": found,
        "enterprise": firm,
        "officer": linked_officer(firm, today),
        "is_late": found.is_late(today),
        "figures": [_figure(one) for one in known.figures.values()],
        "forecasts": [(row.month, desk.figure_text(row.value)) for row in known.forecasts.values()],
        "forecast_unit": shown.unit,
        "oddities": [
            (
                words.measure_of(one.field, found.round).label,
                words.odd(one, found.round),
                one.reason,
            )
            for one in oddities.values()
        ],
        "sent_by": words.account_name(found.sent_by) if found.sent_by else "",
        "may_accept": confirms and found.state in SENT,
        "may_ask": confirms and not found.is_open and bool(found.source),
        "may_fill": found.is_open and may_fill(firm.pk, actor),
        "may_remind": found.is_open and may_remind(firm.pk, actor),
        "question_form": form,
        "chart": register.chart_of(months, shown.code),
        "shown": shown,
    }
    return render(request, "monitoring/filing.html", context, status=status)


def _figure(one: KnownFigure) -> dict[str, Any]:
    row = one.stated or one.sent_back
    last = one.last.value if one.last else None
    year_ago = one.year_ago.value if one.year_ago else None
    value = row.value if row else None
    return {
        "measure": one.measure,
        "value": desk.figure_text(value),
        "source": row.get_source_display() if row else "",
        "state": _("已问回") if row and row.returned_at else _("已确认")
        if one.is_confirmed else _("等确认") if row else "",
        "last": desk.figure_text(last),
        "month_change": desk.change_text(value, last),
        "year_ago": desk.figure_text(year_ago),
        "year_change": desk.change_text(value, year_ago),
    }  # fmt: skip


@login_required
@require_POST
def accept(request: HttpRequest, filing_id: int) -> HttpResponse:
    actor: Actor = request.actor
    require_watcher(actor)
    return press(
        request,
        act=lambda at: operations.filing_accept(filing_id=filing_id, actor=actor, at=at),
        back_url=reverse("monitoring:filing", args=[filing_id]),
        said=_("已确认，这些数计入合计。"),
    )


@login_required
@require_POST
def ask_back(request: HttpRequest, filing_id: int) -> HttpResponse:
    actor: Actor = request.actor
    require_watcher(actor)
    here = reverse("monitoring:filing", args=[filing_id])
    form = QuestionForm(request.POST)
    status = 422
    if form.is_valid():
        now = timezone.now()

        def act() -> str:
            operations.filing_ask_back(
                filing_id=filing_id, question=form.cleaned_data["question"], actor=actor, at=now
            )
            return here

        try:
            once(account_id=request.user.pk, key=form.cleaned_data["once"], at=now, act=act)
        except Conflict as refusal:
            form.add_error(None, refusal.message)
            status = 409
        except Invalid as refusal:
            form.add_error("question", refusal.message)
        else:
            messages.success(request, _("已问回，企业会收到消息，填报表重新打开。"))
            return SeeOther(here)
    return _filing(request, filing_visible(filing_id, actor), form, status)
