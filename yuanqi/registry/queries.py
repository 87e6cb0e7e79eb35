"""Every read of the registers starts here, from what the actor may see."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.errors import NotVisible
from yuanqi.foundation.models import Account
from yuanqi.organisation.models import Officer
from yuanqi.organisation.queries import officers_represented

from .models import ContactPerson, Enterprise, Link, LinkRole


def enterprises_visible_to(actor: Actor) -> QuerySet[Enterprise]:
    """Staff see the register of enterprises; an enterprise sees itself and no other."""
    if actor.side is Side.SYSTEM or (actor.side is Side.PARK and actor.officer_id):
        return Enterprise.objects.all()
    return Enterprise.objects.filter(pk=actor.enterprise_id)


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


def linked_officer(enterprise: Enterprise, day: date) -> Officer | None:
    """Return the officer who leads the link to this enterprise on that day."""
    link = (
        links_on(day)
        .filter(enterprise=enterprise, role=LinkRole.LEAD)
        .select_related("officer__department")
        .first()
    )
    return link.officer if link else None


def people_of(enterprise: Enterprise, actor: Actor) -> QuerySet[ContactPerson]:
    """The enterprise's contacts, the main one first."""
    if not enterprises_visible_to(actor).filter(pk=enterprise.pk).exists():
        return ContactPerson.objects.none()
    return enterprise.people.filter(is_active=True)


def contact_of(account: Account, at: datetime) -> Mapping[str, Any] | None:
    """What the register knows of an account: whose contact it is."""
    person = (
        ContactPerson.objects.select_related("enterprise")
        .filter(account=account, is_active=True)
        .first()
    )
    if person is None:
        return None
    return {
        "side": Side.ENTERPRISE,
        "name": person.name,
        "unit": person.enterprise.label,
        "enterprise_id": person.enterprise_id,
        "contact_id": person.pk,
    }


def links_of(account: Account, at: datetime) -> Mapping[str, Any] | None:
    """What the register knows of an account: the enterprises that its officer serves today.

    Those of an absent officer come to whoever acts for him.
    """
    officer_id = Officer.objects.filter(account=account, is_active=True).values_list("pk").first()
    if officer_id is None:
        return None
    officers = {officer_id[0]} | officers_represented(officer_id[0], at)
    day = timezone.localdate(at)
    found = links_on(day).filter(officer__in=officers).values_list("enterprise_id", flat=True)
    return {"linked_enterprise_ids": frozenset(found)}
