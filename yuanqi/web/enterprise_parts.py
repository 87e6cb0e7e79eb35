"""Sections of an enterprise's page that join the register with its requests."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from yuanqi.casework.models import Case, Task
from yuanqi.casework.rulebook import definition_in
from yuanqi.foundation import pages
from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.models import JournalEvent
from yuanqi.organisation.models import Department, Officer
from yuanqi.registry import timeline as register
from yuanqi.registry.models import ContactPerson, Enterprise
from yuanqi.registry.page import head_of
from yuanqi.registry.queries import enterprise_visible
from yuanqi.servicedesk import timeline as requests
from yuanqi.servicedesk.ledger import requests_listed
from yuanqi.servicedesk.plain import plain_words
from yuanqi.servicedesk.rows import rows_of, with_row_parts
from yuanqi.servicedesk.timeline_names import Happened, Names

from .enterprises import people_context, raise_url

PAGE = 50
_KEYS = (pages.Key("at", descending=True), pages.Key("id", descending=True))
_MOST_READ = 10  # pages of events read to fill one, where most are not the actor's to see


@login_required
@require_GET
def people(request: HttpRequest, enterprise_id: int) -> HttpResponse:
    """Whom to call there, and who serves it, with what may be changed."""
    actor: Actor = request.actor
    found = enterprise_visible(enterprise_id, actor)
    context = head_of(found, actor, "people") | people_context(
        request, found, actor, timezone.now()
    )
    return render(request, "web/enterprise_people.html", context)


@login_required
@require_GET
def requests_of(request: HttpRequest, enterprise_id: int) -> HttpResponse:
    """All requests of the enterprise that the actor sees, the newest first."""
    actor: Actor = request.actor
    found = enterprise_visible(enterprise_id, actor)
    now = timezone.now()
    listed = requests_listed(actor).filter(enterprise=found)
    page = pages.keyset_page(
        with_row_parts(listed),
        (pages.Key("opened_at", descending=True), pages.Key("id", descending=True)),
        request.GET.get(pages.AFTER, ""),
    )
    rows = rows_of(page.rows, actor, now, names={})
    is_own = actor.side is Side.ENTERPRISE
    context = head_of(found, actor, "requests_of") | {
        "rows": rows,
        "items": [plain_words(row, now) for row in rows] if is_own else [],
        "page": page,
        "foot": pages.foot(request, page),
        "count": pages.count_of(listed),
        "raise_url": raise_url(found, actor),
    }
    return render(request, "web/enterprise_requests.html", context)


# everything that happened ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Told:
    """One event: of a request with its number, else of the register."""

    at: datetime
    text: str
    number: str = ""
    title: str = ""
    url: str = ""


@login_required
@require_GET
def timeline(request: HttpRequest, enterprise_id: int) -> HttpResponse:
    """What happened: the register, requests and their supervision, as far as the actor sees."""
    actor: Actor = request.actor
    found = enterprise_visible(enterprise_id, actor)
    told, page = _told(found, actor, request.GET.get(pages.AFTER, ""), timezone.now())
    foot = pages.foot(request, page)
    foot["text"] = ""
    context = head_of(found, actor, "timeline") | {"told": told, "page": page, "foot": foot}
    return render(request, "web/enterprise_timeline.html", context)


def _told(
    enterprise: Enterprise, actor: Actor, cursor: str, now: datetime
) -> tuple[list[Told], pages.KeysetPage[JournalEvent]]:
    """Read on until a page is full: events of cases that the actor doesn't see say nothing."""
    listed = JournalEvent.objects.filter(
        enterprise_id=enterprise.pk, audience__in=register.audiences_of(actor)
    )
    told: list[Told] = []
    first: pages.KeysetPage[JournalEvent] | None = None
    for _turn in range(_MOST_READ):
        page = pages.keyset_page(listed, _KEYS, cursor, size=PAGE)
        first = first or page
        told += _sentences(page.rows, actor, now)
        cursor = page.next_cursor or ""
        if len(told) >= PAGE or not cursor:
            break
    return told, pages.KeysetPage(
        rows=[], next_cursor=cursor or None, is_first=first.is_first, was_lost=first.was_lost
    )


def _sentences(events: Sequence[JournalEvent], actor: Actor, now: datetime) -> Iterator[Told]:
    cases = _cases_of(events, actor)
    names = _names_of(events, cases)
    own = register.Telling([one for one in events if one.kind in register.KINDS], now)
    to_enterprise = actor.side is Side.ENTERPRISE
    for event in events:
        if event.kind in register.KINDS:
            text, case = own.say(event), None
        else:
            case = cases.get(event.stream)
            if case is None:
                continue
            happened = Happened(event.kind, event.at, event.actor, event.payload)
            text = requests.sentence(happened, names, to_enterprise=to_enterprise)
        if not text:
            continue
        if case is None:
            yield Told(event.at, text)
        else:
            url = reverse("servicedesk:request", args=[case.pk])
            yield Told(event.at, text, case.number, case.title, url)


def _cases_of(events: Sequence[JournalEvent], actor: Actor) -> dict[str, Case]:
    """The cases that the actor sees, by their streams."""
    ids = {
        int(event.stream.removeprefix("case:"))
        for event in events
        if event.stream.startswith("case:")
    }
    found = requests_listed(actor).filter(pk__in=ids).select_related("mechanism_version")
    return {case.stream: case for case in found} if ids else {}


def _names_of(events: Sequence[JournalEvent], cases: dict[str, Case]) -> Names:
    """Everybody whom the events of requests name."""
    if not cases:
        return Names()
    accounts = {
        int(event.actor.removeprefix("account:"))
        for event in events
        if event.actor.startswith("account:")
    }
    units = {unit.pk: unit.label for unit in Department.objects.all()}
    named = {event.payload.get("officer_id") for event in events} - {None}
    officers = list(
        Officer.objects.filter(account__in=accounts) | Officer.objects.filter(pk__in=named)
    )
    contacts = ContactPerson.objects.filter(account__in=accounts)
    people = {f"account:{one.account_id}": one.name for one in (*officers, *contacts)}
    versions = {case.mechanism_version_id: case.mechanism_version for case in cases.values()}
    definitions = [definition_in(version) for version in versions.values()]
    language = "en" if get_language() == "en" else "zh"
    grounds = {code: ground for one in definitions for code, ground in one.pause_grounds.items()}
    return Names(
        units=units,
        people=people,
        their_units={
            f"account:{one.account_id}": units.get(one.department_id, "") for one in officers
        },
        officers={one.pk: one.name for one in officers},
        opinions=dict(
            Task.objects.filter(case__in=[case.pk for case in cases.values()]).values_list(
                "pk", "opinion"
            )
        ),
        grounds={code: getattr(ground.label, language) for code, ground in grounds.items()},
        supplied=frozenset(code for code, one in grounds.items() if one.ends_with_supply),
        refusals={
            code: getattr(ground.label, language)
            for one in definitions
            for code, ground in one.refusal_grounds.items()
        },
    )
