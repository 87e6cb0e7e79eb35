"""The cockpit: figures that lead to their rows."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from yuanqi.foundation import formats, pages
from yuanqi.organisation.models import Department
from yuanqi.servicedesk.ledger import EVERY, UNDISPATCHED
from yuanqi.servicedesk.models import Category

from . import queries
from .queries import By, Cockpit, Line, Period, Week


@dataclass(frozen=True, slots=True)
class Figure:
    """A number and the address of the rows that make it up; none where there are none."""

    number: int
    url: str
    light: str = ""


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line of the table as it is shown; `returned` and `reopened` are None where nobody can."""

    label: str
    open: Figure
    lights: tuple[Figure, ...]
    closed: Figure
    on_time: Figure
    median: str
    ninth: str
    returned: Figure | None
    reopened: Figure | None
    ended: int


@login_required
@require_GET
def cockpit(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    by: By = "category" if request.GET.get("by") == "category" else "department"
    board = queries.cockpit(request.actor, now, by=by, month=_month(request.GET.get("month", "")))
    rows = Rows(board)
    context = {
        "page_title": _("今天，%(day)s") % {"day": formats.day_long(now, **_here(now))},
        "as_of": timezone.localtime(now).strftime("%H:%M"),
        "board": board,
        "rows": rows,
        "lines": [rows.line(line) for line in board.lines],
        "total": rows.total(),
        "months": _months(request, board),
        "tabs": [
            (_("按部门"), pages.address(request, by=None), by == "department"),
            (_("按类别"), pages.address(request, by="category"), by == "category"),
        ],
        "weeks": [
            (_week_label(week, now), Figure(week.raised, rows.raised(week)), rows.closed_in(week))
            for week in board.weeks
        ],
        "chart": _chart(board, rows),
        "sentence": _sentence(board.weeks),
        "chart_label": _("近 %(weeks)s 周每周提出与办结件数") % {"weeks": len(board.weeks)},
    }
    return render(request, "insight/cockpit.html", context)


def _month(text: str) -> date | None:
    """A month of the address, as "2026-10"; what can't be read is the running one."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Months:
    """The month that is shown, and the way to its neighbours; the running one has none after."""

    label: str
    before_url: str
    after_url: str


def _months(request: HttpRequest, board: Cockpit) -> Months:
    def url(period: Period) -> str:
        return pages.address(request, month=f"{period.start:%Y-%m}")

    said = date_format(board.period.start, _("Y 年 n 月"))
    if board.is_running:
        said = _("本月到今天")
    after = None if board.is_running else board.period.after
    return Months(said, url(board.period.before), url(after) if after else "")


class Rows:
    """The figures of a cockpit with the ledger's addresses of their rows."""

    def __init__(self, board: Cockpit) -> None:
        self.board = board
        self.here = reverse("servicedesk:ledger")

    def url(self, **query: Any) -> str:
        said = {name: value for name, value in query.items() if value not in (None, "")}
        return f"{self.here}?{urlencode(said)}"

    def within(self, name: str) -> dict[str, Any]:
        """The period as the ledger's filter of this name says it; the running month is open."""
        period = self.board.period
        until = None if self.board.is_running else period.until
        return {f"{name}_from": period.start, f"{name}_until": until}

    def open(self, number: int, light: str = "", **query: Any) -> Figure:
        return Figure(number, self.url(queue="open", light=light, **query), light)

    def answered(self, number: int, answer: str = "any", **query: Any) -> Figure:
        """Of the requests that ended with an answer in the period."""
        url = self.url(queue="closed", answer=answer, **self.within("closed"), **query)
        return Figure(number, url)

    def returned(self, number: int, **query: Any) -> Figure:
        return Figure(number, self.url(queue=EVERY, **self.within("returned"), **query))

    def reopened(self, number: int, **query: Any) -> Figure:
        return Figure(number, self.url(queue=EVERY, **self.within("reopened"), **query))

    def raised(self, week: Week) -> str:
        return self.url(queue=EVERY, opened_from=week.start, opened_until=week.until)

    def closed_in(self, week: Week) -> Figure:
        url = self.url(queue="closed", closed_from=week.start, closed_until=week.until)
        return Figure(week.closed, url)

    @property
    def figures(self) -> dict[str, Figure]:
        """The figures of the zone, by name."""
        standing, done = self.board.standing, self.board.done
        return {
            "open": self.open(standing.open),
            "red": self.open(standing.red, "red"),
            "yellow": self.open(standing.yellow, "yellow"),
            "paused": self.open(standing.paused, "paused"),
            "waiting": Figure(standing.answered, self.url(queue="answered")),
            "answered": self.answered(done.answered),
            "unanswered": self.answered(done.unanswered, "none"),
            "on_time": self.answered(done.on_time, "on-time"),
            "rated": self.answered(done.rated, review="any"),
            "unrated": self.answered(done.unrated, review="none"),
            "resolved": self.answered(done.resolved, resolved="yes"),
            "satisfied": self.answered(done.satisfied, review="satisfied"),
            "reopened": self.reopened(self.board.reopened.reopened),
            "returned": self.returned(self.board.returned),
            "raised": Figure(done.raised, self.url(queue=EVERY, **self.within("opened"))),
        }

    def line(self, line: Line) -> LineRow:
        subject = line.subject
        if isinstance(subject, Category):
            whose = {"category": subject.pk}
            returned = self.returned(line.returned, **whose)
        else:
            whose = {"lead": subject.pk if subject else UNDISPATCHED}
            returned = self.returned(line.returned, returned_by=subject.pk) if subject else None
        return LineRow(
            label=_label(subject),
            open=self.open(line.standing.open, **whose),
            lights=tuple(
                self.open(getattr(line.standing, light), light, **whose) for light in _LIGHTS
            ),
            closed=self.answered(line.done.answered, **whose),
            on_time=self.answered(line.done.on_time, "on-time", **whose),
            median=_days(line.taken and line.taken.median),
            ninth=_days(line.taken and line.taken.ninth),
            returned=returned,
            reopened=self.reopened(line.reopened.reopened, **whose) if subject else None,
            ended=line.reopened.ended,
        )

    def total(self) -> LineRow:
        standing, done, taken = self.board.standing, self.board.done, self.board.taken
        return LineRow(
            label=_("全园区"),
            open=self.open(standing.open),
            lights=tuple(self.open(getattr(standing, light), light) for light in _LIGHTS),
            closed=self.answered(done.answered),
            on_time=self.answered(done.on_time, "on-time"),
            median=_days(taken and taken.median),
            ninth=_days(taken and taken.ninth),
            returned=self.returned(self.board.returned),
            reopened=self.reopened(self.board.reopened.reopened),
            ended=self.board.reopened.ended,
        )


_LIGHTS = ("red", "yellow", "green", "paused")


def _label(subject: Department | Category | None) -> str:
    if subject is None:
        return _("还没派单")
    return subject.label if isinstance(subject, Category) else subject.full_label


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
