"""Reading requests: the ledger with all its filters, one request, its timeline, the choices."""

from collections.abc import Container
from dataclasses import fields
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from ninja import Field, Query, Schema

from yuanqi.audit import reading
from yuanqi.casework.models import Case
from yuanqi.casework.queries import Act
from yuanqi.casework.rulebook import current_mechanism, definition_in
from yuanqi.foundation import pages
from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.api import Id, Page, Scope, page_of, refuse_unknown
from yuanqi.foundation.errors import Invalid, NotAllowed, NotVisible
from yuanqi.foundation.models import JournalEvent
from yuanqi.organisation.models import Department, Officer
from yuanqi.organisation.queries import departments
from yuanqi.signin.places import address_of

from .. import ledger as desk
from .. import timeline
from ..ledger import Filters, Queue
from ..models import MECHANISM
from ..queries import acts_open, categories_offered, category_names, request_visible
from ..rows import cases_of_page
from ..story_sheet import names_of, sheet_of
from ..supervising import supervision_of
from ..timeline import Happened
from .endpoints import END_SUPERVISION, acts_named, router, row_now
from .rendering import detail, request_outs, unit
from .schemas import (
    CategoryOut,
    DepartmentOut,
    GroundsOut,
    HappenedOut,
    QueueOut,
    RequestDetailOut,
    RequestOut,
)

READ = Scope.REQUESTS_READ
LARGEST_PAGE = 200

Word = Annotated[str, Field(max_length=40)]
Search = Annotated[str, Field(max_length=desk.LONGEST_SEARCH)]


class RequestsAsked(Schema):
    """The ledger's filters. Days are of the zone; `…_until` is not included."""

    queue: Annotated[
        Word, Field(description="A code from listQueues, or `all` for whatever state.")
    ] = "open"
    q: Search = ""
    category: Annotated[Word, Field(description="A code from listCategories.")] = ""
    level: Literal["", "P1", "P2", "P3", "P4"] = ""
    lead: Annotated[Word, Field(description="A department's id; `none`: not dispatched yet.")] = ""
    light: Literal["", "red", "yellow", "green", "paused"] = ""
    flag: Word = ""
    sort: Word = ""
    state: Word = ""
    outcome: Word = ""
    handler: Id | None = None
    channel: Word = ""
    complaint: Literal["", "yes", "no"] = ""
    firm: Search = ""
    enterprise: Id | None = None
    opened_from: date | None = None
    opened_until: date | None = None
    closed_from: date | None = None
    closed_until: date | None = None
    returned_from: date | None = None
    returned_until: date | None = None
    returned_by: Id | None = None
    reopened_from: date | None = None
    reopened_until: date | None = None
    answer: Word = ""
    review: Word = ""
    resolved: Literal["", "yes", "no"] = ""
    limit: Annotated[int, Field(ge=1, le=LARGEST_PAGE)] = pages.SIZE
    cursor: Annotated[str, Field(max_length=1000)] = ""


@router.read(
    "/requests",
    READ,
    response=Page[RequestOut],
    name="listRequests",
    summary="The ledger: requests that the caller may see, a page at a time",
)
def list_requests(request: HttpRequest, asked: Query[RequestsAsked]) -> dict[str, Any]:
    """Open ones by themselves, the most urgent first. A cursor belongs to one order of one list."""
    refuse_unknown(request.GET, RequestsAsked.model_fields)
    actor: Actor = request.actor
    now = timezone.now()
    queues = desk.queues_of(actor, now)
    names = category_names()
    filters = _filters(request, queues, names)
    listed = desk.asked_for(filters, queues, actor, now)
    page = pages.keyset_page(
        listed, desk.order_of(filters), asked.cursor, size=asked.limit, read=cases_of_page
    )
    return page_of(page, request_outs(page.rows, actor, now, names=names))


def _filters(
    request: HttpRequest, queues: list[Queue], categories_known: Container[str]
) -> Filters:
    """Read the filters as the pages do, but refuse what they leave out: a page shows what it
    understood, a program would take the longer list for the one it asked for."""
    filters = Filters.read(request.GET, queues, categories_known)
    for field in fields(filters):
        given = request.GET.get(field.name, "").strip()
        if given and getattr(filters, field.name) in ("", None):
            raise Invalid(
                _("“%(name)s”没有“%(value)s”这个值。") % {"name": field.name, "value": given[:40]},
                field.name,
            )
    queue = request.GET.get("queue", "")
    if queue and queue != filters.queue:
        raise Invalid(_("您没有“%(value)s”这个队列。") % {"value": queue[:40]}, "queue")
    return filters


@router.read(
    "/requests/{case_id}",
    READ,
    response=RequestDetailOut,
    name="getRequest",
    summary="One request whole: clocks, tasks, talk, files, and what the caller may do now",
)
def get_request(request: HttpRequest, case_id: Id) -> dict[str, Any]:
    actor: Actor = request.actor
    now = timezone.now()
    sheet = sheet_of(case_id, actor, now)
    line = row_now(case_id, actor, now)
    if line is None:
        raise NotVisible(case_id)
    acts = acts_open(sheet.request.case, actor, now)
    if Act.TALK in acts and actor.side is not Side.ENTERPRISE:
        reading.note(
            actor=actor, at=now, subject=f"enterprise:{sheet.request.case.enterprise_id}",
            what="phone", address=address_of(request),
            of=[f"contact:{sheet.request.contact_id}"],
        )  # fmt: skip
    return {
        **line.model_dump(),
        **detail(sheet, actor, now, acts),
        "acts": acts_named(acts | _of_supervision(sheet.request.case, actor, now), request),
    }


def _of_supervision(case: Case, actor: Actor, now: datetime) -> frozenset[str]:
    """What the actor may do now about the supervision of a request."""
    found = supervision_of(case, actor, now)
    if found is None:
        return frozenset()
    offered = {
        Act.REMIND: found.remind,
        Act.SUPERVISE: found.supervise,
        Act.REPORT: found.report,
        END_SUPERVISION: found.end,
    }
    return frozenset(act for act, form in offered.items() if form is not None)


@router.read(
    "/requests/{case_id}/events",
    READ,
    response=Page[HappenedOut],
    name="listRequestEvents",
    summary="The timeline of a request, the oldest first, as far as the caller may read it",
)
def list_events(
    request: HttpRequest,
    case_id: Id,
    cursor: Annotated[str, Query(max_length=1000)] = "",
) -> dict[str, Any]:
    actor: Actor = request.actor
    case = request_visible(case_id, actor).case
    outside = actor.side is Side.ENTERPRISE
    read = timeline.ENTERPRISE_READS if outside else timeline.STAFF_READS
    events = JournalEvent.objects.filter(stream=case.stream, audience__in=read)
    page = pages.keyset_page(events, (pages.Key("seq"),), cursor)
    names = names_of(sheet_of(case_id, actor, timezone.now()))
    return page_of(
        page,
        (
            {
                "seq": event.seq,
                "kind": event.kind,
                "at": event.at,
                "actor": names.people.get(event.actor, ""),
                "text": timeline.sentence(
                    Happened(event.kind, event.at, event.actor, event.payload),
                    names,
                    to_enterprise=outside,
                )
                or "",
            }
            for event in page.rows
        ),
    )


# --- choices -----------------------------------------------------------------------------------


@router.read(
    "/categories",
    READ,
    response=list[CategoryOut],
    name="listCategories",
    summary="What a request may be about, and who usually leads",
)
def list_categories(request: HttpRequest) -> list[dict[str, Any]]:
    return [
        {
            "code": category.code,
            "name": category.label,
            "default_level": category.default_level,
            "lead": unit(category.lead),
        }
        for category in categories_offered(timezone.localdate())
    ]


@router.read(
    "/departments",
    READ,
    response=list[DepartmentOut],
    name="listDepartments",
    summary="Departments with their officers (the park's side only)",
)
def list_departments(request: HttpRequest) -> list[dict[str, Any]]:
    if request.actor.officer_id is None:
        raise NotAllowed(_("通讯录只供园区使用。"))
    officers: dict[int, list[dict[str, Any]]] = {}
    for officer in Officer.objects.filter(is_active=True):
        officers.setdefault(officer.department_id, []).append(
            {"id": officer.pk, "name": officer.name, "title": officer.title}
        )
    return [
        {
            "id": department.pk,
            "code": department.code,
            "name": department.full_label,
            "short_name": department.label,
            "kind": department.kind,
            "takes_requests": department.kind in _TAKES_REQUESTS,
            "officers": officers.get(department.pk, []),
        }
        for department in departments()
    ]


_TAKES_REQUESTS = (Department.Kind.BUREAU, Department.Kind.PARTNER)


@router.read(
    "/queues",
    READ,
    response=list[QueueOut],
    name="listQueues",
    summary="The caller's queues with counts, exact up to a thousand",
)
def list_queues(request: HttpRequest) -> list[dict[str, Any]]:
    now = timezone.now()
    queues = desk.queues_of(request.actor, now)
    counts = desk.queue_counts(request.actor, now, desk.standing(request.actor))
    return [
        {
            "code": queue.code,
            "name": str(queue.label),
            "count": counts[queue.code].number,
            "is_more": counts[queue.code].is_more,
        }
        for queue in queues
    ]


@router.read(
    "/grounds",
    READ,
    response=GroundsOut,
    name="listGrounds",
    summary="The grounds for a pause and for not accepting a request",
)
def list_grounds(request: HttpRequest) -> dict[str, Any]:
    definition = definition_in(current_mechanism(MECHANISM))
    language = "en" if get_language() == "en" else "zh"
    return {
        "pauses": [
            {
                "code": code,
                "name": getattr(ground.label, language),
                "ends_with_supply": ground.ends_with_supply,
                "at_most_working_days": ground.at_most_working_days,
            }
            for code, ground in definition.pause_grounds.items()
            if not ground.parks
        ],
        "refusals": [
            {
                "code": code,
                "name": getattr(ground.label, language),
                "where_to": getattr(ground.where_to, language),
                "needs_earlier": ground.needs_earlier,
            }
            for code, ground in definition.refusal_grounds.items()
        ],
    }
