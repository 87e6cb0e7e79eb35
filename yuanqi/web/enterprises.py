"""The register of enterprises, and one enterprise with its people, officers and requests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count, F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from yuanqi.audit import reading
from yuanqi.casework.models import OPEN_TASKS, Case, Task
from yuanqi.foundation import pages
from yuanqi.foundation.actors import Actor, Role, Side
from yuanqi.foundation.errors import NotVisible
from yuanqi.organisation.models import Officer
from yuanqi.registry import inserts
from yuanqi.registry.filters import Filters
from yuanqi.registry.models import ContactPerson, Enterprise, Link, LinkRole
from yuanqi.registry.page import EXPIRY_DAYS, head_of
from yuanqi.registry.queries import Service, enterprise_visible, people_of, services_of
from yuanqi.registry.rights import keeps_register
from yuanqi.registry.timeline import happenings_of
from yuanqi.servicedesk.ledger import at_work, requests_listed
from yuanqi.servicedesk.plain import plain_words
from yuanqi.servicedesk.rows import rows_of, with_row_parts
from yuanqi.signin.places import address_of

REQUESTS = 20  # on an enterprise's page; the ledger has them all
HAPPENINGS = 12
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Line:
    """An enterprise in the list; `at_work` counts what of its requests the actor may see."""

    enterprise: Enterprise
    service: Service | None
    contact: ContactPerson | None
    at_work: int

    @property
    def officer(self) -> Officer | None:
        return self.service.officer if self.service else None


@dataclass(frozen=True, slots=True)
class Term:
    """One officer's link to the enterprise: from a day to a day, both included."""

    link_id: int
    officer: Officer
    role: str
    is_lead: bool
    from_on: date
    last_on: date | None
    is_current: bool


@login_required
@require_GET
def enterprises(request: HttpRequest) -> HttpResponse:
    """List the enterprises of the zone; only the park's side has the register."""
    actor: Actor = request.actor
    if actor.side is not Side.PARK:
        raise NotVisible
    filters = Filters.read(request.GET)
    listed = filters.applied(actor)
    page = pages.keyset_page(listed, (pages.Key("id"),), request.GET.get(pages.AFTER, ""))
    foot = pages.foot(request, page)
    if foot["text"]:
        foot["text"] = _("第 1–%(last)s 家") % {"last": len(page.rows)}
    context = {
        "page_title": pgettext("several", "企业"),
        "q": filters.q,
        "filters": filters,
        "lines": lines_of(page.rows, actor, timezone.localdate()),
        "page": page,
        "foot": foot,
        "count": pages.count_of(listed),
        "keeps_register": keeps_register(actor),
        "may_export": bool(page.rows) and actor.officer_id is not None,
    }
    return render(request, "web/enterprises.html", context)


def lines_of(found: Sequence[Enterprise], actor: Actor, day: date) -> list[Line]:
    """Read what a list says of these enterprises: three queries for all of them.

    Two more where some are served by their group's officer.
    """
    ids = [enterprise.pk for enterprise in found]
    services = services_of(found, day)
    contacts = {
        person.enterprise_id: person
        for person in ContactPerson.objects.filter(enterprise__in=ids, is_main=True, is_active=True)
    }
    counts = at_work_counts(ids, actor)
    return [
        Line(one, services.get(one.pk), contacts.get(one.pk), counts.get(one.pk, 0))
        for one in found
    ]


def at_work_counts(enterprises: Sequence[int], actor: Actor) -> Mapping[int, int]:
    """How many requests of each enterprise the park is at work on, of those the actor sees."""
    return dict(
        requests_listed(actor)
        .filter(at_work, enterprise__in=enterprises)
        .order_by()
        .values_list("enterprise")
        .annotate(Count("pk"))
    )


@login_required
@require_GET
def enterprise(request: HttpRequest, enterprise_id: int) -> HttpResponse:
    """One enterprise, as the actor may see it: an enterprise only itself."""
    actor: Actor = request.actor
    found = enterprise_visible(enterprise_id, actor)
    if found.merged_into_id is not None and actor.side is not Side.ENTERPRISE:
        return redirect("registry:enterprise", found.merged_into_id)
    now = timezone.now()
    today = timezone.localdate(now)
    is_own = actor.side is Side.ENTERPRISE
    listed = requests_listed(actor).filter(enterprise=found)
    rows = rows_of(_latest(listed), actor, now, names={})
    ledger = reverse("servicedesk:ledger")
    context = head_of(found, actor, "enterprise") | {
        **people_context(request, found, actor, now),
        "rows": rows,
        "items": [plain_words(row, now) for row in rows] if is_own else [],
        "count": pages.count_of(listed),
        "requests_url": ledger if is_own else f"{ledger}?queue=all&enterprise={found.pk}",
        "raise_url": raise_url(found, actor),
        "happenings": happenings_of(found, actor, now, HAPPENINGS),
        "ending": _ending(found, today),
        "inserts": inserts.of("overview", found, actor, today),
    }
    return render(request, "web/enterprise.html", context)


def people_context(
    request: HttpRequest, found: Enterprise, actor: Actor, now: datetime
) -> dict[str, Any]:
    """Whom to call there and who serves it; who reads numbers in full is noted."""
    people = list(people_of(found, actor))
    in_full = may_call(found, actor)
    if in_full and people:
        reading.note(
            actor=actor, at=now, subject=found.stream, what="phone", count=len(people),
            address=address_of(request),
            of=[f"contact:{person.pk}" for person in people],
        )  # fmt: skip
    today = timezone.localdate(now)
    terms = _terms(found, today)
    led = any(term.is_current and term.is_lead for term in terms)
    return {
        "people": people,
        "may_call": in_full,
        "terms": terms,
        "inherited": None if led else services_of([found], today).get(found.pk),
    }


def _ending(enterprise: Enterprise, today: date) -> int:
    """How many of its titles and certificates end within sixty days."""
    near = {"valid_until__range": (today, today + timedelta(days=EXPIRY_DAYS))}
    return enterprise.titles.filter(**near).count() + enterprise.certificates.filter(**near).count()


def _latest(listed: QuerySet[Case]) -> list[Case]:
    """Open ones first, then the latest closed."""
    ordered = with_row_parts(listed).order_by(
        F("closed_at").desc(nulls_first=True), "-opened_at", "-id"
    )
    return list(ordered[:REQUESTS])


def may_call(enterprise: Enterprise, actor: Actor) -> bool:
    """Whether the actor reads the contacts' numbers in full: he who has to do with them.

    The enterprise itself, its linked officer, the service centre, and whoever has an open task
    on one of its requests. Others see enough to recognise a number, not to call it.
    """
    if actor.enterprise_id == enterprise.pk or enterprise.pk in actor.linked_enterprise_ids:
        return True
    if actor.has(Role.CENTRE):
        return True
    mine = Q(officer__in=actor.officer_ids)
    if actor.has(Role.HANDLER, Role.HEAD):
        mine |= Q(department=actor.department_id)
    return Task.objects.filter(mine, case__enterprise=enterprise, state__in=OPEN_TASKS).exists()


def _terms(enterprise: Enterprise, today: date) -> list[Term]:
    """Who has served the enterprise, those of today first."""
    links = Link.objects.filter(enterprise=enterprise).select_related("officer__department")
    terms = [
        Term(
            link_id=link.pk,
            officer=link.officer,
            role=str(LinkRole(link.role).label),
            is_lead=link.role == LinkRole.LEAD,
            from_on=link.from_on,
            last_on=link.until_on - _DAY if link.until_on else None,
            is_current=link.from_on <= today and (link.until_on is None or today < link.until_on),
        )
        for link in links.order_by("-from_on", "role", "-id")
    ]
    return sorted(terms, key=lambda term: not term.is_current)


def raise_url(enterprise: Enterprise, actor: Actor) -> str:
    """Where a request is raised for this enterprise; empty if it isn't this actor's to do."""
    here = reverse("servicedesk:raise")
    if actor.enterprise_id == enterprise.pk:
        return here
    if actor.has(Role.CENTRE) or enterprise.pk in actor.linked_enterprise_ids:
        return f"{here}?enterprise={enterprise.pk}"
    return ""
