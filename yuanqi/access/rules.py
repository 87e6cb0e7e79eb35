"""What keeps rights apart (三员分立): who may hold what beside what, who is the second person.

GB/T 22239-2019, 8.1.4.2 (separation of administrators' rights) and 8.1.10 (the three).
"""

from collections.abc import Collection

from django.utils.translation import gettext as _

from yuanqi.foundation.actors import ROLE_LABELS, Actor, Role, Side
from yuanqi.foundation.errors import Conflict, NotAllowed, NotVisible
from yuanqi.foundation.models import ADMIN_ROLES

from .bearers import Bearer
from .models import Proposal

MANAGERS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)


def said(roles: Collection[str]) -> str:
    """The roles by their labels, in their order."""
    return _("、").join(str(ROLE_LABELS[role]) for role in Role if role in roles)


def is_administrators(role: str) -> bool:
    return role in ADMIN_ROLES


def administrators_among(roles: Collection[str]) -> set[str]:
    return set(roles) & set(ADMIN_ROLES)


def require_manager(actor: Actor) -> None:
    """Accounts are seen by the two who manage them; for everybody else they don't exist."""
    if actor.side is not Side.SYSTEM and not actor.has(*MANAGERS):
        raise NotVisible


def require_system(actor: Actor) -> None:
    require_manager(actor)
    if actor.side is not Side.SYSTEM and not actor.has(Role.SYSTEM_ADMIN):
        raise NotAllowed(_("账号由系统管理员开通和停用，安全管理员只管角色。"))


def require_security(actor: Actor) -> None:
    require_manager(actor)
    if not actor.has(Role.SECURITY_ADMIN):
        raise NotAllowed(_("角色由安全管理员提出，系统管理员不能授权。"))


def may_decide(proposal: Proposal, actor: Actor) -> bool:
    """Whether the actor is the second person: a security or system administrator who has neither
    proposed it nor gains by it. Never the audit administrator, who watches both."""
    return actor.has(*MANAGERS) and actor.account_id not in (
        None,
        proposal.proposed_by_id,
        proposal.account_id,
    )


def require_second(proposal: Proposal, actor: Actor) -> None:
    require_manager(actor)
    if may_decide(proposal, actor):
        return
    if actor.account_id == proposal.account_id:
        raise NotAllowed(_("事关您自己的账号，要由另一位管理员确认。"))
    raise NotAllowed(_("提出人不能自己确认，要由另一位系统管理员或安全管理员确认。"))


def require_compatible(role: str, held: Collection[str], bearer: Bearer | None) -> None:
    """Raise Conflict where this role excludes what the account has, saying what."""
    if role in held:
        raise Conflict(_("这个账号已经是%(role)s。") % {"role": ROLE_LABELS[Role(role)]})
    label = ROLE_LABELS[Role(role)]
    if is_administrators(role):
        if held:
            raise Conflict(
                _("%(role)s不能兼任其他角色，这个账号已有：%(held)s。请另开一个账号。")
                % {"role": label, "held": said(held)}
            )
        if bearer is not None:
            raise Conflict(
                _("%(role)s不接触业务，不能用绑定了%(name)s的账号。请另开一个账号。")
                % {"role": label, "name": bearer.name}
            )
        return
    administrators = administrators_among(held)
    if administrators:
        raise Conflict(
            _("这个账号是%(held)s，不能再有业务角色%(role)s。请用他的业务账号。")
            % {"held": said(administrators), "role": label}
        )
    if bearer is None:
        raise Conflict(_("先请系统管理员把账号绑定到人员，才能授予业务角色。"))
    if not bearer.is_of_park:
        raise Conflict(_("这是企业联系人的账号，不能有园区一方的角色。"))
    if not bearer.is_active:
        raise Conflict(_("%(name)s已经离岗，不能授予角色。") % {"name": bearer.name})
