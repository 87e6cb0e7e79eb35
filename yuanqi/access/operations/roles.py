"""What two persons do: roles proposed by one, confirmed by another (双人授权)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from yuanqi.foundation import journal
from yuanqi.foundation.actors import ROLE_LABELS, Actor, Role
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible
from yuanqi.foundation.models import Account, RoleGrant
from yuanqi.foundation.writer import DIRECT, conflict_if_taken

from .. import acts, bearers, rules
from ..events import (
    PasswordReset,
    ProposalExpired,
    ProposalRefused,
    ProposalWithdrawn,
    RoleGranted,
    RoleProposed,
    RoleRevoked,
)
from ..models import Act, Proposal, ProposalState
from ..policy import lapses_at
from ..queries import holders_left, roles_of
from .accounts import give_password


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What a confirmation did; a reset shows its one-time password to the one who confirmed."""

    proposal: Proposal
    password: str = ""


@transaction.atomic
def role_propose(
    *, account_id: int, role: str, reason: str, actor: Actor, at: datetime
) -> Proposal:
    """Propose that an account be granted a role; it takes effect when a second person confirms.

    Raises NotVisible, NotAllowed (not the security administrator, or for himself), Invalid;
    Conflict if the role excludes what the account has, or waits for its second person already.
    """
    rules.require_security(actor)
    _require_known(role)
    account = _locked(account_id)
    if account.pk == actor.account_id:
        raise NotAllowed(_("不能给自己授权，请另一位安全管理员提出。"))
    if not account.is_active:
        raise Conflict(_("账号已经停用，不能授予角色。"))
    rules.require_compatible(role, roles_of(account.pk), bearers.of_one(account.pk))
    return _propose(account, Act.GRANT, role, reason, actor=actor, at=at)


@transaction.atomic
def role_revoke(
    *, account_id: int, role: str, reason: str, actor: Actor, at: datetime
) -> Proposal | None:
    """Take a role away: a business role at once; an administrator's once a second person confirms.

    The security administrator may; an administrator may give up his own. The last one of a kind
    can't be removed. Returns the proposal that waits, or None if it is done. Raises NotVisible,
    NotAllowed, Invalid, Conflict.
    """
    rules.require_manager(actor)
    _require_known(role)
    own = account_id == actor.account_id and actor.has(Role(role))
    if not own:
        rules.require_security(actor)
    account = _locked(account_id)
    if role not in roles_of(account.pk):
        raise Conflict(_("这个账号已经不是%(role)s。") % {"role": ROLE_LABELS[Role(role)]})
    if rules.is_administrators(role):
        _require_another(account, role)
        return _propose(account, Act.REVOKE, role, reason, actor=actor, at=at)
    acts.take_roles(DIRECT, account_id=account.pk, roles=[role], reason=reason, actor=actor, at=at)
    return None


@transaction.atomic
def reset_propose(*, account_id: int, reason: str, actor: Actor, at: datetime) -> Proposal:
    """Propose a new password for an administrator's account (the system administrator).

    Whoever confirms it sees the password, whoever proposed it doesn't: so neither can take the
    account over alone. Raises NotVisible, NotAllowed, Conflict.
    """
    rules.require_system(actor)
    account = _locked(account_id)
    if account.pk == actor.account_id:
        raise NotAllowed(_("自己的密码请在右上角“修改密码”里改。"))
    if not rules.administrators_among(roles_of(account.pk)):
        raise Conflict(_("这不是管理员账号，可以直接重置密码。"))
    return _propose(account, Act.RESET, "", reason, actor=actor, at=at)


@transaction.atomic
def role_confirm(*, proposal_id: int, actor: Actor, at: datetime) -> Confirmed:
    """Confirm what another proposed, as the second person; it takes effect at once.

    Everything is checked again: the account, the exclusions, the last holder. Raises NotVisible,
    NotAllowed, Conflict.
    """
    proposal = _decidable(proposal_id, actor, at)
    rules.require_second(proposal, actor)
    account = Account.objects.get(pk=proposal.account_id)
    password = ""
    match proposal.act:
        case Act.GRANT:
            _grant(account, proposal, actor=actor, at=at)
        case Act.REVOKE:
            _revoke(account, proposal, actor=actor, at=at)
        case Act.RESET:
            password = give_password(account, actor=actor, at=at)
            event = PasswordReset(account_id=account.pk, proposal_id=proposal.pk)
            acts.told(DIRECT, event, account.pk, actor=actor, at=at)
    _decide(proposal, ProposalState.CONFIRMED, actor=actor, at=at)
    return Confirmed(proposal, password)


@transaction.atomic
def role_refuse(*, proposal_id: int, reason: str, actor: Actor, at: datetime) -> Proposal:
    """Refuse what another proposed, with a reason, as the second person.

    Raises NotVisible, NotAllowed, Conflict.
    """
    proposal = _decidable(proposal_id, actor, at)
    rules.require_second(proposal, actor)
    _decide(proposal, ProposalState.REFUSED, reason, actor=actor, at=at)
    _tell(ProposalRefused, proposal, actor=actor, at=at, reason=reason)
    return proposal


@transaction.atomic
def role_withdraw(*, proposal_id: int, reason: str, actor: Actor, at: datetime) -> Proposal:
    """Take back what one proposed oneself, with a reason.

    Raises NotVisible, NotAllowed, Conflict.
    """
    proposal = _decidable(proposal_id, actor, at)
    if proposal.proposed_by_id != actor.account_id:
        raise NotAllowed(_("只有提出人能撤回；不同意请驳回。"))
    _decide(proposal, ProposalState.WITHDRAWN, reason, actor=actor, at=at)
    _tell(ProposalWithdrawn, proposal, actor=actor, at=at, reason=reason)
    return proposal


def _grant(account: Account, proposal: Proposal, *, actor: Actor, at: datetime) -> None:
    if not account.is_active:
        raise Conflict(_("账号已经停用，不能授予角色。"))
    rules.require_compatible(proposal.role, roles_of(account.pk), bearers.of_one(account.pk))
    # the database holds the exclusions, too
    with conflict_if_taken(_("这个账号的角色刚刚变了，请刷新再看。")):
        RoleGrant.objects.create(account=account, role=proposal.role)
    event = RoleGranted(
        account_id=account.pk,
        proposal_id=proposal.pk,
        role=proposal.role,
        proposed_by=proposal.proposed_by_id,
    )
    acts.told(DIRECT, event, account.pk, actor=actor, at=at)


def _revoke(account: Account, proposal: Proposal, *, actor: Actor, at: datetime) -> None:
    role = proposal.role
    if role not in roles_of(account.pk):
        raise Conflict(_("这个账号已经不是%(role)s。") % {"role": ROLE_LABELS[Role(role)]})
    _require_another(account, role)
    RoleGrant.objects.filter(account=account, role=role).delete()
    event = RoleRevoked(
        account_id=account.pk, proposal_id=proposal.pk, role=role, reason=proposal.reason
    )
    acts.told(DIRECT, event, account.pk, actor=actor, at=at)


def _require_known(role: str) -> None:
    if role not in list(Role):
        raise Invalid(_("没有这个角色。"), "role")


def _require_another(account: Account, role: str) -> None:
    """Without its last administrator of a kind nobody could do that work, nor appoint another."""
    if account.is_active and not holders_left(role, without=account.pk):
        raise Conflict(
            _("这是最后一位%(role)s，不能撤销。先授予另一个人。")
            % {"role": ROLE_LABELS[Role(role)]}
        )


def _propose(
    account: Account, act: Act, role: str, reason: str, *, actor: Actor, at: datetime
) -> Proposal:
    earlier = Proposal.objects.filter(
        account=account, act=act, role=role, state=ProposalState.OPEN
    ).first()
    if earlier is not None:
        if earlier.is_open(at):
            raise Conflict(_("同样的申请已经在等第二人确认，不用重复提出。"))
        DIRECT.update(earlier, state=ProposalState.EXPIRED)
        _tell(ProposalExpired, earlier, actor=actor, at=at)
    proposal = DIRECT.insert(
        Proposal(
            account=account,
            act=act,
            role=role,
            reason=reason,
            proposed_by_id=actor.account_id,
            proposed_at=at,
            expires_at=lapses_at(at),
        )
    )
    _tell(RoleProposed, proposal, actor=actor, at=at, reason=reason)
    return proposal


def _tell(kind: type[Any], proposal: Proposal, *, actor: Actor, at: datetime, **more: str) -> None:
    event = kind(
        account_id=proposal.account_id,
        proposal_id=proposal.pk,
        act=proposal.act,
        role=proposal.role,
        **more,
    )
    acts.told(DIRECT, event, proposal.account_id, actor=actor, at=at)


def _decide(
    proposal: Proposal, state: ProposalState, reason: str = "", *, actor: Actor, at: datetime
) -> None:
    DIRECT.update(
        proposal, state=state, decided_by_id=actor.account_id, decided_at=at, decision=reason
    )


def _decidable(proposal_id: int, actor: Actor, at: datetime) -> Proposal:
    """The proposal under its account's lock, if it still waits for the second person."""
    rules.require_manager(actor)
    found = Proposal.objects.filter(pk=proposal_id).first()
    if found is None:
        raise NotVisible(proposal_id)
    journal.lock(found.stream)
    proposal = Proposal.objects.select_related("account").get(pk=proposal_id)
    if proposal.state != ProposalState.OPEN:
        raise Conflict(_("这项申请%(state)s，不用再办。") % {"state": proposal.get_state_display()})
    if not proposal.is_open(at):
        raise Conflict(_("这项申请没有人按时确认，已经过期。需要的话请重新提出。"))
    return proposal


def _locked(account_id: int) -> Account:
    if not Account.objects.filter(pk=account_id).exists():
        raise NotVisible(account_id)
    journal.lock(f"account:{account_id}")
    return Account.objects.get(pk=account_id)
