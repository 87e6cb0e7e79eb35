"""Who acts. There is always an actor: "no user" never means "no check".

The actor is a value: built once a request from registered providers (a slice above adds what it
knows of the account), passed to every query and operation. Jobs pass `SYSTEM`.
"""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from django.utils.translation import gettext_lazy as _

from . import prepared
from .models import Account


class Role(StrEnum):
    """What an account may be granted. The three administrators exclude each other (三员分立)."""

    HANDLER = "handler"
    HEAD = "head"
    CENTRE = "centre"
    LEADER = "leader"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"


ROLE_LABELS = {
    Role.HANDLER: _("部门经办"),
    Role.HEAD: _("部门负责人"),
    Role.CENTRE: _("服务中心"),
    Role.LEADER: _("分管领导"),
    Role.SYSTEM_ADMIN: _("系统管理员"),
    Role.SECURITY_ADMIN: _("安全管理员"),
    Role.AUDIT_ADMIN: _("审计管理员"),
}


class Side(StrEnum):
    """On whose side of the desk the actor sits."""

    PARK = "park"
    ENTERPRISE = "enterprise"
    SYSTEM = "system"


@dataclass(frozen=True)  # without slots: names are worked out once
class Actor:
    side: Side
    account_id: int | None = None
    name: str = ""
    unit: str = ""  # department or enterprise, as shown beside the name
    roles: frozenset[str] = frozenset()
    officer_id: int | None = None
    department_id: int | None = None
    acts_for: frozenset[int] = frozenset()  # officers whose work falls to this one today
    enterprise_id: int | None = None
    contact_id: int | None = None
    linked_enterprise_ids: Set[int] = frozenset()

    def has(self, *roles: Role) -> bool:
        return any(role.value in self.roles for role in roles)

    @property
    def sees_every_case(self) -> bool:
        """The service centre supervises all; leaders look at all; jobs act on all."""
        return self.side is Side.SYSTEM or (
            self.side is Side.PARK and self.has(Role.CENTRE, Role.LEADER)
        )

    @cached_property
    def grantees(self) -> tuple[str, ...]:
        """Under which names `case_access` may let this actor in."""
        if self.side is Side.ENTERPRISE:
            return (f"e{self.enterprise_id}",) if self.enterprise_id else ()
        names = [f"e{pk}" for pk in sorted(self.linked_enterprise_ids)]
        if self.department_id:
            names.append(f"d{self.department_id}")
        names += [f"o{pk}" for pk in sorted(self.officer_ids)]
        return tuple(names)

    @property
    def officer_ids(self) -> frozenset[int]:
        """The officer himself and those for whom he acts."""
        own = frozenset() if self.officer_id is None else frozenset({self.officer_id})
        return own | self.acts_for

    def without_links(self) -> "Actor":
        """The same, as far as it doesn't matter whom he serves."""
        return replace(self, linked_enterprise_ids=frozenset())

    @property
    def label(self) -> str:
        """How the journal names the actor: no personal value stands in the chain."""
        return "system" if self.account_id is None else f"account:{self.account_id}"


SYSTEM = Actor(side=Side.SYSTEM, name="系统")
NOBODY = Actor(side=Side.ENTERPRISE)  # signed in, but neither officer nor contact: sees nothing

# what a slice knows of an account at an instant, given what is known of the actor so far
Provider = Callable[[Account, datetime, Actor], Mapping[str, Any] | None]
_providers: list[Provider] = []


def register_provider(provider: Provider) -> None:
    """Let a slice say what it knows of an account (from its `apps.py`)."""
    if provider not in _providers:
        _providers.append(provider)


def actor_for(account: Account, at: datetime, roles: frozenset[str] | None = None) -> Actor:
    """Return the actor that `account` is at that instant; its roles if they were just read."""
    if roles is None:
        found = prepared.rows("SELECT role FROM account_role WHERE account_id = %s", account.pk)
        roles = frozenset(role for (role,) in found)
    actor = replace(NOBODY, account_id=account.pk, name=account.username, roles=roles)
    for provider in _providers:
        known = provider(account, at, actor)
        if known:
            actor = replace(actor, **known)
    return actor
