"""Enterprises in the API: the register as the caller may see it."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Schema

from yuanqi.audit import reading
from yuanqi.foundation import formats, pages
from yuanqi.foundation.actors import Actor, Role
from yuanqi.foundation.api import Endpoints, Id, Page, Scope, page_of, refuse_unknown, text
from yuanqi.organisation.models import Officer
from yuanqi.signin.places import address_of

from .models import ContactPerson, Enterprise
from .queries import enterprise_visible, enterprises_listed, linked_officer, people_of
from .search import enterprises_found

router = Endpoints(tags=["enterprises"])

LONGEST_SEARCH = 60


class EnterpriseOut(Schema):
    id: int
    uscc: Annotated[str, Field(description="Unified social credit code, GB 32100.")]
    name: str
    short_name: str
    name_en: str
    industry: str
    is_industrial: bool
    address: str
    registered_on: date | None


class ContactOut(Schema):
    """`phone` is masked for whoever has nothing to do with the enterprise."""

    id: int
    name: str
    title: str
    phone: str
    is_main: bool


class LinkedOfficerOut(Schema):
    id: int
    name: str
    title: str
    department_id: int
    department: str
    phone: str


class EnterpriseDetailOut(EnterpriseOut):
    contacts: list[ContactOut]
    linked_officer: LinkedOfficerOut | None


class EnterprisesAsked(Schema):
    q: text(LONGEST_SEARCH, least=0, description="Words of a name, pinyin initials, the code.") = ""
    linked: Annotated[
        bool, Field(description="Only those that the caller serves as a linked officer.")
    ] = False
    cursor: Annotated[str, Field(max_length=1000)] = ""


@router.read(
    "/enterprises",
    Scope.ENTERPRISES_READ,
    response=Page[EnterpriseOut],
    name="listEnterprises",
    summary="Enterprises of the zone, a page at a time, in order of id",
)
def list_enterprises(request: HttpRequest, asked: Query[EnterprisesAsked]) -> dict[str, Any]:
    """Staff see the register; an enterprise sees itself."""
    refuse_unknown(request.GET, EnterprisesAsked.model_fields)
    actor: Actor = request.actor
    listed = enterprises_found(asked.q, actor) if asked.q else enterprises_listed(actor)
    if asked.linked:
        listed = listed.filter(pk__in=actor.linked_enterprise_ids)
    page = pages.keyset_page(listed, (pages.Key("id"),), asked.cursor)
    return page_of(page, page.rows)


@router.read(
    "/enterprises/{enterprise_id}",
    Scope.ENTERPRISES_READ,
    response=EnterpriseDetailOut,
    name="getEnterprise",
    summary="One enterprise with its contacts and its linked officer",
)
def get_enterprise(request: HttpRequest, enterprise_id: Id) -> dict[str, Any]:
    actor: Actor = request.actor
    found = enterprise_visible(enterprise_id, actor)
    in_full = _may_call(found, actor)
    people = list(people_of(found, actor))
    if in_full:
        reading.note(
            actor=actor, at=timezone.now(), subject=found.stream, what="phone",
            count=len(people), address=address_of(request),
            of=[f"contact:{person.pk}" for person in people],
        )  # fmt: skip
    return {
        **{name: getattr(found, name) for name in EnterpriseOut.model_fields},
        "contacts": [_contact(person, in_full=in_full) for person in people],
        "linked_officer": _officer(linked_officer(found, timezone.localdate(timezone.now()))),
    }


def _may_call(enterprise: Enterprise, actor: Actor) -> bool:
    """Numbers in full: for the enterprise itself, its linked officer and the service centre."""
    return (
        actor.enterprise_id == enterprise.pk
        or enterprise.pk in actor.linked_enterprise_ids
        or actor.has(Role.CENTRE)
    )


def _contact(person: ContactPerson, *, in_full: bool) -> dict[str, Any]:
    return {
        "id": person.pk,
        "name": person.name,
        "title": person.title,
        "phone": person.phone if in_full else formats.phone_masked(person.phone),
        "is_main": person.is_main,
    }


def _officer(officer: Officer | None) -> dict[str, Any] | None:
    if officer is None:
        return None
    return {
        "id": officer.pk,
        "name": officer.name,
        "title": officer.title,
        "department_id": officer.department_id,
        "department": officer.department.label,
        "phone": officer.phone,
    }
