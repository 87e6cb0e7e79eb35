"""The working calendar: a year at a glance, a draft, its effect, its publication."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yuanqi.casework import calendar_moves
from yuanqi.casework.calendar_moves import Move
from yuanqi.casework.models import Purpose
from yuanqi.foundation import pages, sheets
from yuanqi.foundation.errors import Conflict, Invalid
from yuanqi.foundation.sheets import Column
from yuanqi.organisation.calendars import work_calendar
from yuanqi.organisation.models import CalendarVersion
from yuanqi.organisation.publishing import packaged_year
from yuanqi.organisation.queries import current_calendar
from yuanqi.parameters.forms import OnceForm
from yuanqi.parameters.views import carried_out

from .. import calendar_lines, operations
from ..forms import CalendarForm
from ..models import CalendarDraft
from ..queries import Effect, effect_of_draft, require_system
from ..year import changes, hours_said, year_of

_AT_ONCE = 5  # batches of moved clocks that the one who publishes waits for
_PAGE = 50


@login_required
@require_GET
def calendar(request: HttpRequest) -> HttpResponse:
    """A year of the calendar in force, the documents it comes from, how far clocks followed."""
    require_system(request.actor)
    now = timezone.now()
    standing = current_calendar()
    days = work_calendar(standing)
    named = [day.year for day in days.days]
    first, last = min(named), max(named)
    number = _year(request.GET.get("year", ""), timezone.localdate(now).year, first, last + 1)
    walk = calendar_moves.following()
    context = {
        "page_title": _("工作日历"),
        "year": year_of(days, number),
        "before": number - 1 if number > first else None,
        "after": number + 1 if number <= last else None,
        "next_year": last + 1,
        "standing": standing,
        "hours": hours_said(days.spans),
        "versions": CalendarVersion.objects.order_by("-published_at", "-id")[:20],
        "walk": walk,
        "is_walking": walk is not None and walk.rests_until is None,
        "draft": CalendarDraft.objects.first(),
    }
    return render(request, "administration/calendar.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def draft(request: HttpRequest) -> HttpResponse:
    """Draw up a year: by hand, pasted, uploaded, or from the package."""
    require_system(request.actor)
    now = timezone.now()
    status = 200
    if request.method == "POST":
        form = CalendarForm(request.POST, request.FILES)

        def act() -> str:
            values = form.cleaned_data
            operations.calendar_draft(
                year=values["year"],
                days=values["lines_read"],
                spans=values["spans_read"],
                document_no=values["document_no"],
                source=values["source"],
                actor=request.actor,
                at=now,
            )
            return reverse("administration:calendar-effect")

        location, status = carried_out(request, form, act)
        if location:
            return HttpResponseRedirect(location, status=303)
    else:
        form = CalendarForm(initial=_initial(request))
    context = {
        "page_title": _("起草工作日历"),
        "back_url": reverse("administration:calendar"),
        "form": form,
        "packaged": _packaged(),
    }
    return render(request, "administration/calendar_draft.html", context, status=status)


@login_required
@require_GET
def effect(request: HttpRequest) -> HttpResponse | FileResponse:
    """What the draft would change: days, hours, and exactly which open clocks move."""
    require_system(request.actor)
    if request.GET.get("export") == "xlsx":
        return _export()
    return _effect(request)


@login_required
@require_POST
def publish(request: HttpRequest) -> HttpResponse:
    """Publish the draft against the version that its effect was shown for."""
    require_system(request.actor)
    form = OnceForm(request.POST)

    def act() -> str:
        operations.calendar_draft_publish(
            replaces=request.POST.get("replaces", ""), actor=request.actor, at=timezone.now()
        )
        return f"{reverse('administration:calendar')}?year={_drafted_year(request)}"

    location, status = carried_out(request, form, act)
    if not location:
        return _effect(request, form=form, status=status)
    # a few at once, so that whoever publishes sees them; the worker goes on with the rest
    moved = calendar_moves.follow(at=timezone.now(), batches=_AT_ONCE)
    messages.success(
        request, _("已经发布。新的计时按它算，已改 %(count)s 个在办的时限。") % {"count": moved}
    )
    return HttpResponseRedirect(location, status=303)


@login_required
@require_POST
def drop(request: HttpRequest) -> HttpResponse:
    """Forget the draft."""
    require_system(request.actor)
    form = OnceForm(request.POST)

    def act() -> str:
        operations.calendar_draft_drop(actor=request.actor, at=timezone.now())
        return reverse("administration:calendar")

    location, status = carried_out(request, form, act)
    if not location:
        return _effect(request, form=form, status=status)
    messages.success(request, _("草案已经放弃，日历没有变。"))
    return HttpResponseRedirect(location, status=303)


def _effect(
    request: HttpRequest, *, form: OnceForm | None = None, status: int = 200
) -> HttpResponse:
    trouble = ""
    found: Effect | None = None
    try:
        found = effect_of_draft()
    except (Conflict, Invalid) as error:
        trouble = error.message
    context: dict[str, Any] = {
        "page_title": _("核对影响"),
        "back_url": reverse("administration:calendar"),
        "form": form or OnceForm(),
        "trouble": trouble,
        "effect": found,
    }
    if found is not None:
        after = _number(request.GET.get(pages.AFTER, ""))
        rows = [move for move in found.moves if move.clock.pk > after][: _PAGE + 1]
        more = rows[_PAGE - 1].clock.pk if len(rows) > _PAGE else None
        context |= {
            "year": year_of(found.after, found.draft.year, found.days),
            "changes": changes(found.before, found.after, found.days),
            "hours_before": hours_said(found.before.spans),
            "hours_after": hours_said(found.after.spans),
            "moves": [(move, Purpose(move.clock.purpose).label) for move in rows[:_PAGE]],
            "foot": {
                "text": _("共 %(count)s 个") % {"count": len(found.moves)},
                "next_url": pages.address(request, **{pages.AFTER: str(more)}) if more else None,
                "first_url": pages.address(request, **{pages.AFTER: None}) if after else None,
            },
        }
    return render(request, "administration/calendar_effect.html", context, status=status)


def _export() -> FileResponse:
    """The clocks that the draft would move, as a workbook."""
    found = effect_of_draft()
    if found is None:
        raise Conflict(_("没有草案：可能刚刚已经发布或放弃。"))
    target = sheets.temporary()
    sheets.write(
        target,
        title=_("时限变动"),
        columns=[
            Column(_("编号"), 14),
            Column(_("时限"), 16),
            Column(_("现在到期"), 18, "at"),
            Column(_("改到"), 18, "at"),
        ],
        rows=[_cells(move) for move in found.moves[: sheets.MOST_ROWS]],
        tz=timezone.get_default_timezone(),
    )
    return sheets.download(target, f"{_('时限变动')}-{found.draft.year}.xlsx")


def _cells(move: Move) -> list[Any]:
    clock = move.clock
    return [
        clock.case.number,
        str(Purpose(clock.purpose).label),
        move.due_before,
        move.due_after,
    ]


def _initial(request: HttpRequest) -> dict[str, Any]:
    """What the form begins with: the draft, a year of the package, or a year in force."""
    standing = current_calendar()
    days = work_calendar(standing)
    last = max(day.year for day in days.days)
    kept = CalendarDraft.objects.first()
    spans = calendar_lines.write_spans(days.spans)
    asked = _number(request.GET.get("year", ""))
    if kept is not None and asked in (0, kept.year) and "from" not in request.GET:
        named = {date.fromisoformat(day): works for day, works in kept.days.items()}
        return {
            "year": kept.year,
            "lines": calendar_lines.write_days(named),
            "spans": _("，").join("-".join(span) for span in kept.spans),
            "document_no": kept.document_no,
            "source": kept.source,
        }
    year = asked or last + 1
    if request.GET.get("from") == "package":
        named = packaged_year(year)
    else:
        named = {
            day: works
            for day, works in days.days.items()
            if day.year == year and works != (day.weekday() < 5)
        }
    return {
        "year": year,
        "lines": calendar_lines.write_days(named),
        "spans": spans,
        "source": _("国务院办公厅关于 %(year)s 年部分节假日安排的通知") % {"year": year},
    }


def _packaged() -> list[int]:
    """The years of the package that the park hasn't published yet."""
    published = {day.year for day in work_calendar(current_calendar()).days}
    following = max(published) + 1
    return [following] if packaged_year(following) else []


def _drafted_year(request: HttpRequest) -> int:
    return _number(request.POST.get("year", "")) or timezone.localdate().year


def _year(said: str, usual: int, first: int, last: int) -> int:
    return min(max(_number(said) or usual, first), last)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0
