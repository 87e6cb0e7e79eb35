"""Contacts and links."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from yuanqi.foundation import journal
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Conflict, Invalid, NotVisible
from yuanqi.foundation.models import Account
from yuanqi.foundation.writer import DIRECT, conflict_if_taken
from yuanqi.organisation.models import Officer

from .. import acts
from ..models import ContactPerson, Enterprise, Link, LinkRole
from ..queries import enterprise_visible
from ..rights import Part, require_register
from ..seen import require_unchanged
from .enterprises import locked


@transaction.atomic
def contact_add(
    *,
    enterprise_id: int,
    name: str,
    phone: str,
    title: str = "",
    is_main: bool = False,
    account: Account | None = None,
    actor: Actor,
    at: datetime,
) -> ContactPerson:
    """Add a person at the enterprise: by itself, its linked officer or the service centre.

    Raises NotVisible, NotAllowed; Conflict if there is a main contact already.
    """
    enterprise = locked(enterprise_id, Part.CONTACTS, actor)
    with conflict_if_taken(_("已经有一位主要联系人，请先改原来那位。")):
        return acts.contact(
            DIRECT,
            enterprise=enterprise,
            account=account,
            name=name,
            phone=phone,
            title=title,
            is_main=is_main,
            actor=actor,
            at=at,
        )


def _contact(enterprise: Enterprise, contact_id: int) -> ContactPerson:
    found = ContactPerson.objects.filter(pk=contact_id, enterprise=enterprise).first()
    if found is None:
        raise NotVisible(contact_id)
    if not found.is_active:
        raise Conflict(_("这位联系人已经停用。"))
    return found


@transaction.atomic
def contact_change(
    *,
    enterprise_id: int,
    contact_id: int,
    values: Mapping[str, Any],
    seen: Mapping[str, str] | None = None,
    actor: Actor,
    at: datetime,
) -> ContactPerson:
    """Change name, title or number. Raises NotVisible, NotAllowed, Conflict."""
    row = _contact(locked(enterprise_id, Part.CONTACTS, actor), contact_id)
    require_unchanged(row, seen)
    acts.contact_change(DIRECT, row, actor=actor, at=at, **values)
    return row


@transaction.atomic
def contact_make_main(
    *, enterprise_id: int, contact_id: int, actor: Actor, at: datetime
) -> ContactPerson:
    """The one whom the park calls first, instead of who was it. Raises NotVisible, NotAllowed."""
    enterprise = locked(enterprise_id, Part.CONTACTS, actor)
    row = _contact(enterprise, contact_id)
    others = ContactPerson.objects.filter(enterprise=enterprise, is_main=True, is_active=True)
    for other in others.exclude(pk=row.pk):
        acts.contact_change(DIRECT, other, is_main=False, actor=actor, at=at)
    acts.contact_change(DIRECT, row, is_main=True, actor=actor, at=at)
    return row


@transaction.atomic
def contact_retire(*, enterprise_id: int, contact_id: int, actor: Actor, at: datetime) -> None:
    """The person speaks for the enterprise no longer.

    Raises NotVisible, NotAllowed; Conflict for the main contact, whose place another takes first,
    and for oneself.
    """
    row = _contact(locked(enterprise_id, Part.CONTACTS, actor), contact_id)
    if row.is_main:
        raise Conflict(_("主要联系人不能直接停用，请先把另一位设为主要联系人。"))
    if row.pk == actor.contact_id:
        raise Conflict(_("不能停用自己，请让同事或服务中心办理。"))
    acts.contact_retire(DIRECT, row, actor=actor, at=at)


@transaction.atomic
def link_begin(
    *,
    enterprise_id: int,
    officer: Officer,
    from_on: date,
    role: int = LinkRole.LEAD,
    actor: Actor,
    at: datetime,
) -> Link:
    """Begin a link (挂钩). Raises NotAllowed; Conflict if the role is held by another then."""
    require_register(actor)
    enterprise = locked(enterprise_id, Part.LINKS, actor)
    return _begun(enterprise, officer, role, from_on, actor, at)


def _begun(
    enterprise: Enterprise, officer: Officer, role: int, from_on: date, actor: Actor, at: datetime
) -> Link:
    if not officer.is_active:
        raise Conflict(_("%(name)s已经不在岗，请选另一位干部。") % {"name": officer.name})
    with conflict_if_taken(_("这段时间已有挂钩干部，请先结束原来的挂钩。")):
        return acts.link(
            DIRECT,
            enterprise=enterprise,
            officer=officer,
            from_on=from_on,
            role=role,
            actor=actor,
            at=at,
        )


def _link(link_id: int, actor: Actor) -> Link:
    """Return the link, its enterprise's stream locked."""
    require_register(actor)
    found = Link.objects.filter(pk=link_id).first()
    if found is None:
        raise NotVisible(link_id)
    enterprise = enterprise_visible(found.enterprise_id, actor)
    journal.lock(enterprise.stream)
    found.refresh_from_db()
    return found


def _end(row: Link, until_on: date, actor: Actor, at: datetime) -> None:
    if row.until_on is not None or row.from_on >= until_on:
        raise Conflict(_("这条挂钩关系已经结束，或结束日早于开始日。"))
    acts.link_end(DIRECT, row, until_on=until_on, actor=actor, at=at)


@transaction.atomic
def link_end(*, link_id: int, until_on: date, actor: Actor, at: datetime) -> None:
    """End a link on a day. Raises NotAllowed; Conflict if it has ended or not begun by then."""
    _end(_link(link_id, actor), until_on, actor, at)


@transaction.atomic
def link_hand_over(
    *, link_id: int, officer: Officer, from_on: date, actor: Actor, at: datetime
) -> Link:
    """Another officer takes the link over from a day: one ends as the other begins.

    Raises NotVisible, NotAllowed, Invalid for the same officer, Conflict.
    """
    row = _link(link_id, actor)
    if officer.pk == row.officer_id:
        raise Invalid(_("接手的就是原来这位干部，请选另一位。"), "officer")
    _end(row, from_on, actor, at)
    return _begun(row.enterprise, officer, row.role, from_on, actor, at)
