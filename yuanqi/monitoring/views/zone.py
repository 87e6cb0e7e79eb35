"""The zone's key indicators of a month: sums against targets, last year, by industry and area."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import dateformat, timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from yuanqi.foundation import pages
from yuanqi.foundation.actors import Actor
from yuanqi.registry.indicators import MEASURES, Measure, month_read

from .. import zone as park
from ..board import change_text, figure_text, measure_of, measures_of
from ..filters import Filters
from ..models import FilingState, Round
from ..queries import filings_visible_to, may_set_targets, queue_counts, require_watcher, round_of
from ..zone import MonthLine, Part

_YI = Decimal(10_000)
_WAN = MEASURES["output"].unit
SHARES = 10  # parts drawn; the table has them all


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure of the zone as it is shown, with the addresses of its rows."""

    measure: Measure
    value: str
    unit: str
    firms: int
    url: str
    waiting: str
    waiting_firms: int
    waiting_url: str
    target: str
    reached: str
    change: str
    so_far: str
    year_target: str
    year_reached: str


@login_required
@require_GET
def zone(request: HttpRequest) -> HttpResponse:
    actor: Actor = request.actor
    require_watcher(actor)
    round_ = round_of(month_read(request.GET.get("month", "")))
    if round_ is None:
        return render(request, "monitoring/board_empty.html", {"page_title": _("重点指标")})
    today = timezone.localdate()
    by: park.By = "area" if request.GET.get("by") == "area" else "industry"
    measure = measure_of(round_, request.GET.get("measure", ""))
    ahead = round_.forecast_months if round_.forecast == measure.code else 0
    counts = queue_counts(filings_visible_to(actor).filter(round=round_), round_, today)
    months = park.months_of(round_, measure.code, ahead)
    parts = park.parts_of(round_, measure.code, by)
    links = Links(round_)
    context = {
        "page_title": _("%(month)s重点指标") % {"month": round_.label},
        "round": round_,
        "counts": counts,
        "sent": counts["all"] - counts[FilingState.WAITING] - counts[FilingState.ASKED],
        "queues": {name: links.board(queue=name) for name in ("late", *FilingState.values)},
        "board_url": links.board(),
        "figures": [_shown(one, links) for one in park.figures(round_)],
        "measure": measure,
        "measures": [
            (one, pages.address(request, measure=one.code)) for one in measures_of(round_)
        ],
        "months": [_month(line, links, round_, measure) for line in months],
        "chart": _chart(
            months, links, round_, measure, is_partial=counts["all"] > counts[FilingState.ACCEPTED]
        ),
        "sentence": _sentence(months, round_, measure),
        "by": by,
        "bys": [
            (_("按行业"), pages.address(request, by=None), by == "industry"),
            (_("按片区"), pages.address(request, by="area"), by == "area"),
        ],
        "parts": [_part(one, parts, links, by, measure) for one in parts],
        "parts_chart": _parts_chart(parts, links, by, measure),
        "before_url": _neighbour(request, round_, -1),
        "after_url": _neighbour(request, round_, 1),
        "may_set": may_set_targets(actor),
        "targets_url": f"{reverse('monitoring:targets')}?year={round_.month.year}"
        f"&measure={measure.code}",
    }
    return render(request, "monitoring/zone.html", context)


class Links:
    """Addresses of the rows behind each figure."""

    def __init__(self, round_: Round) -> None:
        self.round = round_
        self.here = reverse("monitoring:board")

    def board(self, **query: str) -> str:
        said = {"month": self.round.code, **query}
        return f"{self.here}?{Filters(**said).query}"

    def part(self, key: str, by: park.By, **query: str) -> str:
        """The board of an industry or area; empty where the board can't name it."""
        if not key:
            return ""
        return self.board(**{by: key}, **query)


def _neighbour(request: HttpRequest, round_: Round, step: int) -> str:
    found = Round.objects.order_by("month" if step > 0 else "-month")
    side = {"month__gt" if step > 0 else "month__lt": round_.month}
    other = found.filter(**side).first()
    return pages.address(request, month=other.code) if other else ""


def _large(value: Decimal | None, measure: Measure) -> tuple[str, str]:
    """A sum and its unit as people say it: ten thousand 万元 are one 亿元."""
    if value is None or str(measure.unit) != str(_WAN) or abs(value) < _YI:
        return figure_text(value), str(measure.unit)
    return f"{value / _YI:,.2f}", _("亿元")


def _said(value: Decimal | None, measure: Measure) -> str:
    text, unit = _large(value, measure)
    return f"{text} {unit}"


def _share(part: Decimal | None, whole: Decimal | None) -> str:
    """What part of the whole, in per cent; empty where it can't be said."""
    if part is None or not whole:
        return ""
    return f"{part * 100 / whole:.1f}%"


def _shown(one: park.Figure, links: Links) -> Shown:
    total = one.total
    text, unit = _large(total.known, one.measure)
    is_flow = not one.measure.is_whole  # staff of twelve months make no sum
    return Shown(
        measure=one.measure,
        value=text,
        unit=unit,
        firms=total.firms,
        url=links.board(queue=FilingState.ACCEPTED.value, measure=one.measure.code),
        waiting=_said(total.waiting, one.measure) if total.waiting_firms else "",
        waiting_firms=total.waiting_firms,
        waiting_url=links.board(measure=one.measure.code),
        target=_said(one.target, one.measure) if one.target is not None else "",
        reached=_share(total.known, one.target),
        change=change_text(total.known_paired, total.ago),
        so_far=_said(one.so_far, one.measure) if is_flow and one.so_far else "",
        year_target=_said(one.year_target, one.measure) if one.year_target is not None else "",
        year_reached=_share(one.so_far, one.year_target) if is_flow else "",
    )


def _month_url(line: MonthLine, links: Links, measure: Measure) -> str:
    """A month's rows: the board of its round; empty where there was none."""
    if not line.has_round:
        return ""
    query = Filters(month=line.code, measure=measure.code).query
    return f"{links.here}?{query}"


def _month(line: MonthLine, links: Links, round_: Round, measure: Measure) -> dict[str, Any]:
    return {
        "label": line.code,
        "url": _month_url(line, links, measure),
        "value": figure_text(line.total.known),
        "firms": line.total.firms,
        "waiting_firms": line.total.waiting_firms,
        "year_ago": figure_text(line.total.ago),
        "change": change_text(line.total.known_paired, line.total.ago),
        "target": figure_text(line.target),
        "reached": _share(line.total.known, line.target),
        "forecast": figure_text(line.forecast),
        "forecast_firms": line.forecast_firms,
        "is_ahead": line.month > round_.month,
    }


def _number(value: Decimal | None) -> float | None:
    return None if value is None else round(float(value), 2)


def _chart(
    months: list[MonthLine], links: Links, round_: Round, measure: Measure, *, is_partial: bool
) -> dict[str, Any]:
    """What the script draws: the month's sums beside last year's; what is expected, apart."""
    return {
        "labels": [line.code[2:] for line in months],
        "words": {"value": _("本期"), "before": _("去年同月"), "ahead": _("企业预计")},
        "unit": str(measure.unit),
        "value": [
            _number(line.forecast if line.month > round_.month else line.total.known)
            for line in months
        ],
        "before": [_number(line.total.ago) for line in months],
        "ahead": [line.month > round_.month for line in months],
        # the month whose returns are still coming in: set apart, or it would read as a fall
        "partial": [line.month == round_.month and is_partial for line in months],
        "urls": [_month_url(line, links, measure) for line in months],
    }


def _sentence(months: list[MonthLine], round_: Round, measure: Measure) -> str:
    """What to see in the chart."""
    line = next(one for one in months if one.month == round_.month)
    said = {
        "month": round_.short,
        "label": measure.label,
        "value": _said(line.total.value, measure),
        "firms": line.total.firms,
        "change": change_text(line.total.known_paired, line.total.ago),
        "reached": _share(line.total.known, line.target),
    }
    if not line.total.firms:
        return _("%(month)s还没有确认过的%(label)s。") % said
    told = _("%(month)s确认了 %(firms)s 家，%(label)s %(value)s") % said
    if said["change"]:
        told += _("，同比 %(change)s") % said
    if said["reached"]:
        told += _("，完成月目标的 %(reached)s") % said
    told += _("。")
    ahead = next((one for one in months if one.month > round_.month and one.forecast), None)
    if ahead is not None:
        told += _("%(month)s %(firms)s 家预计 %(value)s。") % {
            "month": dateformat.format(ahead.month, _("n 月")),
            "firms": ahead.forecast_firms,
            "value": _said(ahead.forecast, measure),
        }
    return told


def _part(
    one: Part, parts: list[Part], links: Links, by: park.By, measure: Measure
) -> dict[str, Any]:
    whole = sum((part.total.value for part in parts), Decimal(0))
    return {
        "label": one.label,
        "url": links.part(one.key, by, measure=measure.code),
        "open_url": links.part(one.key, by, queue=FilingState.WAITING.value),
        "filings": one.filings,
        "open": one.open,
        "value": figure_text(one.total.known),
        "firms": one.total.firms,
        "change": change_text(one.total.known_paired, one.total.ago),
        "share": _share(one.total.known, whole),
    }


def _parts_chart(parts: list[Part], links: Links, by: park.By, measure: Measure) -> dict[str, Any]:
    """The largest parts, the largest first: this year's bar beside last year's."""
    drawn = [one for one in parts if one.total.firms][:SHARES]
    return {
        "labels": [one.label for one in drawn],
        "words": {"value": _("本期"), "before": _("去年同月")},
        "unit": str(measure.unit),
        "value": [_number(one.total.known) for one in drawn],
        "before": [_number(one.total.ago) for one in drawn],
        "urls": [links.part(one.key, by, measure=measure.code) for one in drawn],
    }
