"""The cockpit: figures that lead to their rows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from yuanqi.foundation import formats
from yuanqi.servicedesk.ledger import EVERY, UNDISPATCHED

from . import queries
from .queries import Cockpit, Line, Week


@dataclass(frozen=True, slots=True)
class Figure:
    """A number and the address of the rows that make it up; none where there are none."""

    number: int
    url: str
    light: str = ""


@dataclass(frozen=True, slots=True)
class DepartmentRow:
    label: str
    open: Figure
    lights: tuple[Figure, ...]
    closed: Figure
    on_time: Figure
    days: str
    returned: Figure | None


@login_required
@require_GET
def cockpit(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    board = queries.cockpit(request.actor, now)
    rows = Rows(board)
    context = {
        "page_title": _("今天，%(day)s") % {"day": formats.day_long(now, **_here(now))},
        "as_of": timezone.localtime(now).strftime("%H:%M"),
        "board": board,
        "rows": rows,
        "lines": [rows.line(line) for line in board.lines],
        "total": rows.total(),
        "weeks": [
            (_week_label(week, now), Figure(week.raised, rows.raised(week)), rows.closed_in(week))
            for week in board.weeks
        ],
        "chart": _chart(board, rows),
        "sentence": _sentence(board.weeks),
        "chart_label": _("近 %(weeks)s 周每周提出与办结件数") % {"weeks": len(board.weeks)},
    }
    return render(request, "insight/cockpit.html", context)


class Rows:
    """The figures of a cockpit with the ledger's addresses of their rows."""

    def __init__(self, board: Cockpit) -> None:
        self.board = board
        self.here = reverse("servicedesk:ledger")

    def url(self, **query: Any) -> str:
        said = {name: value for name, value in query.items() if value not in (None, "")}
        return f"{self.here}?{urlencode(said)}"

    def open(self, number: int, light: str = "", lead: str = "") -> Figure:
        return Figure(number, self.url(queue="open", light=light, lead=lead), light)

    def closed(self, number: int, **query: str) -> Figure:
        """Of the requests closed in this month."""
        return Figure(number, self.url(queue="closed", closed_from=self.board.month, **query))

    def returned_by(self, number: int, unit: int | None = None) -> Figure:
        since = self.board.month
        return Figure(number, self.url(queue=EVERY, returned_from=since, returned_by=unit))

    def raised(self, week: Week) -> str:
        return self.url(queue=EVERY, opened_from=week.start, opened_until=week.until)

    def closed_in(self, week: Week) -> Figure:
        url = self.url(queue="closed", closed_from=week.start, closed_until=week.until)
        return Figure(week.closed, url)

    @property
    def figures(self) -> dict[str, Figure]:
        """The figures of the month, by name."""
        standing, done = self.board.standing, self.board.done
        return {
            "open": self.open(standing.open),
            "red": self.open(standing.red, "red"),
            "yellow": self.open(standing.yellow, "yellow"),
            "paused": self.open(standing.paused, "paused"),
            "answered": Figure(standing.answered, self.url(queue="answered")),
            "closed": self.closed(done.closed),
            "on_time": self.closed(done.on_time, answer="on-time"),
            "rated": self.closed(done.rated, review="any"),
            "unrated": self.closed(done.unrated, review="none"),
            "resolved": self.closed(done.resolved, resolved="yes"),
            "satisfied": self.closed(done.satisfied, review="satisfied"),
            "returned": self.returned_by(self.board.returned),
            "raised": Figure(
                self.board.raised, self.url(queue=EVERY, opened_from=self.board.month)
            ),
        }

    def line(self, line: Line) -> DepartmentRow:
        unit = line.department
        lead = UNDISPATCHED if unit is None else str(unit.pk)
        return DepartmentRow(
            label=_("还没派单") if unit is None else unit.full_label,
            open=self.open(line.standing.open, lead=lead),
            lights=tuple(
                self.open(getattr(line.standing, light), light, lead)
                for light in ("red", "yellow", "green", "paused")
            ),
            closed=self.closed(line.done.closed, lead=lead),
            on_time=self.closed(line.done.on_time, lead=lead, answer="on-time"),
            days=_days(line.median_days),
            returned=None if unit is None else self.returned_by(line.returned, unit.pk),
        )

    def total(self) -> DepartmentRow:
        standing, done = self.board.standing, self.board.done
        return DepartmentRow(
            label=_("全园区"),
            open=self.open(standing.open),
            lights=tuple(
                self.open(getattr(standing, light), light)
                for light in ("red", "yellow", "green", "paused")
            ),
            closed=self.closed(done.closed),
            on_time=self.closed(done.on_time, answer="on-time"),
            days=_days(self.board.median_days),
            returned=self.returned_by(self.board.returned),
        )


def _here(now: datetime) -> dict[str, Any]:
    return {"now": now, "tz": timezone.get_default_timezone()}


def _days(amount: float | None) -> str:
    return formats.average(
        None if amount is None else timedelta(days=amount), day=timedelta(days=1)
    )


def _week_label(week: Week, now: datetime) -> str:
    return formats.day(week.start, **_here(now))


def _chart(board: Cockpit, rows: Rows) -> dict[str, Any]:
    """What the script draws: the series, their words, and where each mark leads."""
    labels = [f"{week.start:%m-%d}" for week in board.weeks]
    return {
        "weeks": [*labels[:-1], _("本周")],
        "words": {"raised": _("提出"), "closed": _("办结")},
        "raised": [week.raised for week in board.weeks],
        "closed": [week.closed for week in board.weeks],
        "raised_urls": [rows.raised(week) for week in board.weeks],
        "closed_urls": [rows.closed_in(week).url for week in board.weeks],
    }


def _sentence(weeks: list[Week]) -> str:
    """What to see in the chart."""
    *past, running = weeks
    last = past[-1]
    said = _("本周到今天提出 %(raised)s 件，办结 %(closed)s 件。") % {
        "raised": running.raised,
        "closed": running.closed,
    }
    others = [week.raised for week in past[:-1]]
    most = {"raised": last.raised, "weeks": len(weeks)}
    if last.raised > max(*others, running.raised):
        return said + _("上周提出 %(raised)s 件，是 %(weeks)s 周来最多。") % most
    mean = {"raised": last.raised, "mean": f"{sum(others) / len(others):.1f}"}
    return said + _("上周提出 %(raised)s 件，此前平均每周 %(mean)s 件。") % mean
