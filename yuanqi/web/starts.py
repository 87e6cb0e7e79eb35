"""Where an enterprise's day begins, and a linked officer's."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from yuanqi.casework.models import CaseState, ClockPause
from yuanqi.casework.queries import open_cases
from yuanqi.domain.clock import Light
from yuanqi.foundation import formats, pages
from yuanqi.foundation.actors import Actor, Role, Side
from yuanqi.foundation.errors import NotVisible
from yuanqi.meetings.queries import invitations_to
from yuanqi.monitoring.models import Filing
from yuanqi.monitoring.queries import filing_due
from yuanqi.organisation.models import Absence, Officer
from yuanqi.organisation.queries import acting_for
from yuanqi.registry.models import ContactPerson, Enterprise
from yuanqi.registry.queries import enterprise_visible, enterprises_visible_to, linked_officer
from yuanqi.servicedesk.ledger import URGENT, at_work, requests_listed
from yuanqi.servicedesk.plain import plain_words
from yuanqi.servicedesk.rows import Row, rows_of, with_row_parts
from yuanqi.visiting.day import day_of
from yuanqi.visiting.plans import VisitPlan
from yuanqi.visiting.portal import coming_to

SHOWN = 20  # requests on a start page; the ledger has them all


# --- the enterprise ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ToDo:
    """The one thing that the enterprise should do first; `until` is when waiting for it ends."""

    row: Row
    is_supply: bool
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Serving:
    """The enterprise's linked officer, and who answers for him while he is away."""

    officer: Officer
    acting: Officer
    absence: Absence | None


@login_required
@require_GET
def portal(request: HttpRequest) -> HttpResponse:
    """The enterprise's start page: what it must do, how its requests stand, whom it may call."""
    actor: Actor = request.actor
    if actor.side is not Side.ENTERPRISE or actor.enterprise_id is None:
        raise NotVisible
    enterprise = enterprise_visible(actor.enterprise_id, actor)
    now = timezone.now()
    listed = requests_listed(actor).filter(enterprise=enterprise)
    cases = with_row_parts(open_cases(listed))
    rows = rows_of(list(cases.order_by(*(key.ordering for key in URGENT))), actor, now, names={})
    # what the park works at, then what only waits for the enterprise's judgement
    rows.sort(key=lambda row: row.case.state == CaseState.ANSWERED)
    todos = _todos(rows)
    filing = filing_due(enterprise.pk, actor)
    context = {
        "page_title": _("首页"),
        "phone_title": enterprise.label,
        "desk_title": False,
        "todo": todos[0] if todos else None,
        "todo_count": len(todos) + (filing is not None),
        "filing": filing,
        "filing_days_late": _days_late(filing, timezone.localdate(now)),
        "items": [plain_words(row, now) for row in rows[:SHOWN]],
        "at_work": sum(row.case.state != CaseState.ANSWERED for row in rows),
        "count": pages.count_of(listed),
        "serving": _serving(enterprise, now),
        "coming": coming_to(enterprise, now),
        "invitations": list(invitations_to(enterprise, actor, now)),
        "zone_phone": settings.ZONE_PHONE,
    }
    return render(request, "web/start_portal.html", context)


def _days_late(filing: Filing | None, today: date) -> int:
    """By how many days a return is late; nought while it is in time, or was sent."""
    if filing is None or not filing.is_late(today):
        return 0
    return (today - filing.round.due_on).days


def _todos(rows: Sequence[Row]) -> list[ToDo]:
    """What the enterprise should do: papers awaited, the soonest first, then judgements."""
    awaited = [row for row in rows if row.awaits_enterprise]
    until = dict(
        ClockPause.objects.filter(
            clock__in=[row.case.clock_id for row in awaited], end_at__isnull=True
        ).values_list("clock", "until_at")
    )
    supplies = [ToDo(row, True, until.get(row.case.clock_id)) for row in awaited]
    supplies.sort(key=lambda todo: (todo.until is None, todo.until, todo.row.case.pk))
    answered = [row for row in rows if row.case.state == CaseState.ANSWERED]
    return supplies + [ToDo(row, False, row.case.due_at) for row in answered]


def _serving(enterprise: Enterprise, now: datetime) -> Serving | None:
    officer = linked_officer(enterprise, timezone.localdate(now))
    if officer is None:
        return None
    acting = acting_for(officer, now)
    absence = None
    if acting != officer:
        absence = officer.absences.filter(start_at__lte=now, end_at__gt=now).first()
    return Serving(officer, acting, absence)


# --- the linked officer --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Served:
    """An enterprise that the officer serves today."""

    enterprise: Enterprise
    contact: ContactPerson | None
    at_work: int
    plan: VisitPlan | None = None


@login_required
@require_GET
def day(request: HttpRequest) -> HttpResponse:
    """A linked officer's day: the most urgent thing first, then what his enterprises wait for."""
    actor: Actor = request.actor
    if actor.officer_id is None:
        raise NotVisible
    now = timezone.now()
    linked = actor.linked_enterprise_ids
    cases = with_row_parts(requests_listed(actor).filter(at_work, enterprise__in=linked))
    cases = cases.select_related("request__contact").order_by(*(key.ordering for key in URGENT))
    rows = rows_of(list(cases), actor, now, names={})
    served = _served(actor, rows)
    plan = day_of(actor, [one.enterprise for one in served], now)
    stop = plan.next.stop.enterprise.pk if plan.next else None
    context = {
        "page_title": _("我的一天"),
        "phone_title": formats.day_long(now, now=now, tz=timezone.get_default_timezone()),
        "phone_sub": _("%(name)s，挂钩 %(count)s 家企业")
        % {"name": actor.name, "count": len(linked)},
        "late": next((row for row in rows if row.light is Light.RED), None),
        "late_count": sum(row.light is Light.RED for row in rows),
        "reminder": next((row for row in rows if row.awaits_enterprise), None),
        "rows": rows[:SHOWN],
        "count": len(rows),
        "all_url": _all_url(actor),
        "day": plan,
        "late_there": sum(
            row.light is Light.RED and row.case.enterprise_id == stop for row in rows
        ),
        "served": [replace(one, plan=plan.plans.get(one.enterprise.pk)) for one in served],
        "may_raise": bool(linked) or actor.has(Role.CENTRE),
    }
    return render(request, "web/start_day.html", context)


def _all_url(actor: Actor) -> str:
    """The queue of the ledger that holds the same requests; empty where there is none."""
    if actor.sees_every_case:
        return ""
    queue = "linked" if actor.has(Role.HANDLER, Role.HEAD) else "open"
    return f"{reverse('servicedesk:ledger')}?queue={queue}"


def _served(actor: Actor, rows: Sequence[Row]) -> list[Served]:
    found = enterprises_visible_to(actor).filter(pk__in=actor.linked_enterprise_ids)
    contacts = {
        person.enterprise_id: person
        for person in ContactPerson.objects.filter(
            enterprise__in=actor.linked_enterprise_ids, is_main=True, is_active=True
        )
    }
    counts: dict[int, int] = {}
    for row in rows:
        counts[row.case.enterprise_id] = counts.get(row.case.enterprise_id, 0) + 1
    return [
        Served(one, contacts.get(one.pk), counts.get(one.pk, 0))
        for one in found.order_by("short_name", "id")
    ]
