"""Who may change which part of an enterprise's profile, and who confirms its figures.

The service centre keeps the whole register. The linked officer and the enterprise itself keep what
they know best: whom to call, where it sits, its papers and figures.
"""

from enum import StrEnum

from django.utils.translation import gettext as _

from yuanqi.foundation.actors import Actor, Role, Side
from yuanqi.foundation.errors import NotAllowed, NotVisible

from .facts.fields import FactField, fields
from .models import Enterprise, FactSource


class Part(StrEnum):
    """A part of the profile that is changed as one."""

    BASICS = "basics"  # names, industry, standing, credit, capital, scope, area
    WEBSITE = "website"
    CONTACTS = "contacts"
    LINKS = "links"
    GROUP = "group"
    TITLES = "titles"
    INVESTORS = "investors"
    ADDRESSES = "addresses"
    CERTIFICATES = "certificates"
    INDICATORS = "indicators"
    PROJECTS = "projects"


EVERYTHING = frozenset(Part)
OF_LINKED_OFFICER = frozenset({Part.CONTACTS, Part.ADDRESSES, Part.INDICATORS})
OF_ENTERPRISE = frozenset(
    {Part.CONTACTS, Part.WEBSITE, Part.ADDRESSES, Part.CERTIFICATES, Part.INDICATORS}
)


def keeps_register(actor: Actor) -> bool:
    """Whether the whole register is this actor's to keep: the service centre's."""
    return actor.side is Side.SYSTEM or (actor.side is Side.PARK and actor.has(Role.CENTRE))


def parts_of(enterprise_id: int, actor: Actor) -> frozenset[Part]:
    """Return what the actor may change in an enterprise's profile."""
    if keeps_register(actor):
        return EVERYTHING
    if actor.side is Side.ENTERPRISE:
        return OF_ENTERPRISE if actor.enterprise_id == enterprise_id else frozenset()
    return OF_LINKED_OFFICER if enterprise_id in actor.linked_enterprise_ids else frozenset()


def may_waive_gates(actor: Actor) -> bool:
    """Whether the actor lets a project on without what its next stage takes: a zone leader."""
    return actor.side is Side.SYSTEM or (actor.side is Side.PARK and actor.has(Role.LEADER))


def moves_stages(enterprise: Enterprise, actor: Actor) -> None:
    """Who keeps the projects moves their stages, and a zone leader. Raises NotAllowed."""
    if not may_waive_gates(actor):
        require(Part.PROJECTS, enterprise, actor)


def may_confirm(actor: Actor) -> bool:
    """Whether the actor confirms figures: any bureau's handler or head, and the centre."""
    return actor.side is Side.PARK and actor.has(Role.HANDLER, Role.HEAD, Role.CENTRE)


def states_facts(enterprise_id: int, actor: Actor) -> bool:
    """Whether the actor states facts of this enterprise: itself, who serves it, any bureau."""
    if actor.side is Side.ENTERPRISE:
        return actor.enterprise_id == enterprise_id
    return may_confirm(actor) or keeps_register(actor) or (
        enterprise_id in actor.linked_enterprise_ids
    )  # fmt: skip


def fact_source_of(actor: Actor) -> FactSource:
    """From whom a fact comes when this actor states it."""
    return FactSource.ENTERPRISE if actor.side is Side.ENTERPRISE else FactSource.DEPARTMENT


def stateable(name: str, actor: Actor) -> FactField:
    """Return the field of facts if this actor's side states it. Raises NotVisible, NotAllowed."""
    known = fields().get(name)
    if known is None:
        raise NotVisible(name)
    if fact_source_of(actor) not in known.stated_by:
        raise NotAllowed(_("这一项不用填报：园区从别处读取或计算。"))
    return known


def require_register(actor: Actor) -> None:
    if not keeps_register(actor):
        raise NotAllowed(_("企业名录和挂钩关系由服务中心维护。"))


def require(part: Part, enterprise: Enterprise, actor: Actor) -> None:
    """Raise NotAllowed unless the part is this actor's to change."""
    if part not in parts_of(enterprise.pk, actor):
        raise NotAllowed(_("这一部分由服务中心维护，您可以联系服务中心更正。"))
