"""Every read of the registers starts here, from what the actor may see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.errors import NotVisible
from yuanqi.foundation.models import Account
from yuanqi.foundation.prepared import Given, Read
from yuanqi.organisation.models import Officer

from .models import ContactPerson, Enterprise, EnterpriseGroup, Link, LinkRole, Project


def enterprises_visible_to(actor: Actor) -> QuerySet[Enterprise]:
    """Staff see the register of enterprises; an enterprise sees itself and no other."""
    if actor.side is Side.SYSTEM or (actor.side is Side.PARK and actor.officer_id):
        return Enterprise.objects.all()
    return Enterprise.objects.filter(pk=actor.enterprise_id)


def enterprises_listed(actor: Actor) -> QuerySet[Enterprise]:
    """Those that a list shows: what was merged into another is found there."""
    return enterprises_visible_to(actor).filter(merged_into__isnull=True)


def enterprise_visible(enterprise_id: int, actor: Actor) -> Enterprise:
    """Return the enterprise if the actor may see it. Raises NotVisible."""
    found = enterprises_visible_to(actor).filter(pk=enterprise_id).first()
    if found is None:
        raise NotVisible(enterprise_id)
    return found


def links_on(day: date) -> QuerySet[Link]:
    """The links in force on a day."""
    return Link.objects.filter(from_on__lte=day).filter(
        Q(until_on__isnull=True) | Q(until_on__gt=day)
    )


@dataclass(frozen=True, slots=True)
class Service:
    """Who leads the service of an enterprise; `group` is that from which it is inherited."""

    officer: Officer
    from_on: date
    group: EnterpriseGroup | None = None


def services_of(enterprises: Sequence[Enterprise], day: date) -> dict[int, Service]:
    """Return who leads the service of each enterprise on a day.

    An enterprise without a lead of its own is served by its group's: the lead officer of the
    group's head. One query; two more where some inherit.
    """
    ids = [one.pk for one in enterprises]
    found = {
        link.enterprise_id: Service(link.officer, link.from_on)
        for link in _leads_on(day).filter(enterprise__in=ids)
    }
    inheriting = [one for one in enterprises if one.pk not in found and one.group_id]
    if not inheriting:
        return found
    groups = EnterpriseGroup.objects.in_bulk({one.group_id for one in inheriting})
    heads = {
        link.enterprise_id: link
        for link in _leads_on(day).filter(enterprise__heads_group__in=groups)
    }
    for one in inheriting:
        group = groups[one.group_id]
        link = heads.get(group.head_id)
        if link is not None:
            found[one.pk] = Service(link.officer, link.from_on, group)
    return found


def _leads_on(day: date) -> QuerySet[Link]:
    return links_on(day).filter(role=LinkRole.LEAD).select_related("officer__department")


def linked_officer(enterprise: Enterprise, day: date) -> Officer | None:
    """Return the officer who leads the link to this enterprise on that day, be it its group's."""
    service = services_of([enterprise], day).get(enterprise.pk)
    return service.officer if service else None


def people_of(enterprise: Enterprise, actor: Actor) -> QuerySet[ContactPerson]:
    """The enterprise's contacts, the main one first."""
    if not enterprises_visible_to(actor).filter(pk=enterprise.pk).exists():
        return ContactPerson.objects.none()
    return enterprise.people.filter(is_active=True)


def contact_of(account: Account, _at: datetime, known: Actor) -> Mapping[str, Any] | None:
    """What the register knows of an account: whose contact it is. An officer's is nobody else's."""
    if known.officer_id is not None:
        return None
    person = _CONTACT.first(account=account.pk)
    if person is None:
        return None
    return {
        "side": Side.ENTERPRISE,
        "name": person.name,
        "unit": person.enterprise.label,
        "enterprise_id": person.enterprise_id,
        "contact_id": person.pk,
    }


_CONTACT = Read(
    lambda: (
        ContactPerson.objects.select_related("enterprise")
        .only("name", "enterprise__short_name", "enterprise__name_en")
        .filter(account=Given("account"), is_active=True)
        .order_by("id")
    )
)


def projects_visible_to(actor: Actor) -> QuerySet[Project]:
    """Staff see all projects; an enterprise its own."""
    return Project.objects.filter(enterprise__in=enterprises_visible_to(actor))


def project_visible(project_id: int, actor: Actor) -> Project:
    """Return the project with its enterprise if the actor may see it. Raises NotVisible."""
    found = projects_visible_to(actor).select_related("enterprise", "area").filter(pk=project_id)
    project = found.first()
    if project is None:
        raise NotVisible(project_id)
    return project
