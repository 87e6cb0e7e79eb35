"""Roles: proposed by one, confirmed by another; what excludes what; who can't be removed."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from tests.evidence import every_row
from yuanqi.access import operations
from yuanqi.access.models import Proposal, ProposalState
from yuanqi.access.tests.three import NOW, Three, administrator, roles_of, said
from yuanqi.access.tests.three import three as three
from yuanqi.foundation.actors import SYSTEM, Role, actor_for
from yuanqi.foundation.errors import Conflict, NotAllowed, NotVisible
from yuanqi.foundation.models import Account, JournalEvent, RoleGrant

pytestmark = pytest.mark.django_db
HEAD, HANDLER = Role.HEAD, Role.HANDLER


def propose(three: Three, account: Account, role: Role = HEAD, by: str = "security") -> Proposal:
    return operations.role_propose(
        account_id=account.pk, role=role, reason="任局长", actor=three.actor(by), at=NOW
    )


def confirm(three: Three, proposal: Proposal, by: str | Account = "system") -> None:
    operations.role_confirm(proposal_id=proposal.pk, actor=three.actor(by), at=NOW)


def kinds_on(account: Account) -> list[str]:
    stream = f"account:{account.pk}"
    return list(
        JournalEvent.objects.filter(stream=stream).order_by("seq").values_list("kind", flat=True)
    )


# --- two persons -------------------------------------------------------------------------------


def test_a_role_takes_effect_when_the_second_person_confirms(three: Three):
    handler = three.zone.safety_handler.account

    proposal = propose(three, handler)

    assert roles_of(handler) == ["handler"]
    confirm(three, proposal)
    assert roles_of(handler) == ["handler", "head"]
    assert actor_for(handler, NOW).has(HEAD)
    proposal.refresh_from_db()
    assert (proposal.state, proposal.decided_by) == (ProposalState.CONFIRMED, three.system)
    assert kinds_on(handler) == ["access.role_proposed", "access.role_granted"]
    told = JournalEvent.objects.get(kind="access.role_granted")
    assert told.audience == "audit"
    assert told.actor == f"account:{three.system.pk}"
    assert told.payload == {
        "account_id": handler.pk,
        "proposal_id": proposal.pk,
        "role": "head",
        "proposed_by": three.security.pk,
    }


def test_another_security_administrator_is_a_second_person_too(three: Three):
    handler = three.zone.safety_handler.account

    confirm(three, propose(three, handler), by="second")

    assert roles_of(handler) == ["handler", "head"]


@pytest.mark.parametrize(
    ("who", "error"),
    [("security", NotAllowed), ("audit", NotVisible), ("leader", NotVisible)],
)
def test_neither_the_proposer_nor_the_audit_administrator_nor_a_leader_confirms(
    three: Three, who: str, error: type[Exception]
):
    proposal = propose(three, three.zone.safety_handler.account)
    account = three.zone.leader.account if who == "leader" else getattr(three, who)
    before = every_row()

    with pytest.raises(error):
        confirm(three, proposal, by=account)

    assert every_row() == before


def test_nobody_confirms_what_concerns_himself(three: Three):
    other = administrator("spare", Role.SECURITY_ADMIN)
    proposal = operations.role_revoke(
        account_id=three.second.pk,
        role=Role.SECURITY_ADMIN,
        reason="轮岗",
        actor=three.actor("security"),
        at=NOW,
    )
    before = every_row()

    with pytest.raises(NotAllowed):
        confirm(three, proposal, by="second")

    assert every_row() == before
    confirm(three, proposal, by=other)
    assert roles_of(three.second) == []


def test_nobody_grants_to_himself(three: Three):
    before = every_row()

    with pytest.raises(NotAllowed):
        propose(three, three.security, Role.SYSTEM_ADMIN)

    assert every_row() == before


def test_the_second_person_refuses_with_a_reason_and_the_proposer_withdraws(three: Three):
    handler = three.zone.safety_handler.account
    first = propose(three, handler)

    operations.role_refuse(
        proposal_id=first.pk, reason="没有任职文件", actor=three.actor("system"), at=NOW
    )
    second = propose(three, handler)
    operations.role_withdraw(
        proposal_id=second.pk, reason="写错了人", actor=three.actor("security"), at=NOW
    )

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.decision) == (ProposalState.REFUSED, "没有任职文件")
    assert (second.state, second.decision) == (ProposalState.WITHDRAWN, "写错了人")
    assert roles_of(handler) == ["handler"]
    assert kinds_on(handler) == [
        "access.role_proposed",
        "access.proposal_refused",
        "access.role_proposed",
        "access.proposal_withdrawn",
    ]


def test_only_the_proposer_withdraws_and_only_another_refuses(three: Three):
    proposal = propose(three, three.zone.safety_handler.account)
    before = every_row()

    with pytest.raises(NotAllowed):
        operations.role_withdraw(
            proposal_id=proposal.pk, reason="x", actor=three.actor("second"), at=NOW
        )
    with pytest.raises(NotAllowed):
        operations.role_refuse(
            proposal_id=proposal.pk, reason="x", actor=three.actor("security"), at=NOW
        )

    assert every_row() == before


def test_a_proposal_lapses_after_seven_days_and_may_be_made_again(three: Three):
    handler = three.zone.safety_handler.account
    proposal = propose(three, handler)
    late = NOW + timedelta(days=7)
    before = every_row()

    with pytest.raises(Conflict):
        operations.role_confirm(proposal_id=proposal.pk, actor=three.actor("system"), at=late)

    assert every_row() == before
    again = operations.role_propose(
        account_id=handler.pk, role=HEAD, reason="再提", actor=three.actor("security"), at=late
    )
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.EXPIRED
    assert again.is_open(late)
    assert kinds_on(handler)[-2:] == ["access.proposal_expired", "access.role_proposed"]


def test_the_same_proposal_waits_once(three: Three):
    propose(three, three.zone.safety_handler.account)
    before = every_row()

    with pytest.raises(Conflict):
        propose(three, three.zone.safety_handler.account, by="second")

    assert every_row() == before


# --- what excludes what ------------------------------------------------------------------------


def test_nobody_holds_two_of_the_three_and_is_told_which(three: Three):
    before = every_row()

    with pytest.raises(Conflict) as refusal:
        propose(three, three.system, Role.AUDIT_ADMIN)

    assert "系统管理员" in said(refusal)
    assert every_row() == before


def test_an_administrator_has_no_business_role_nor_an_officer_an_administrators(three: Three):
    before = every_row()

    with pytest.raises(Conflict):
        propose(three, three.system, HANDLER)
    with pytest.raises(Conflict):
        propose(three, three.zone.safety_handler.account, Role.SYSTEM_ADMIN)
    # a linked officer without any role would still see the register
    with pytest.raises(Conflict) as refusal:
        propose(three, three.zone.linked_officer.account, Role.SYSTEM_ADMIN)

    assert "沈一帆" in said(refusal)
    assert every_row() == before


def test_an_enterprises_contact_gets_no_role(three: Three):
    before = every_row()

    for role in Role:
        with pytest.raises(Conflict):
            propose(three, three.zone.contact.account, role)

    assert every_row() == before


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (Role.SYSTEM_ADMIN, Role.HANDLER),
        (Role.LEADER, Role.AUDIT_ADMIN),
        (Role.SECURITY_ADMIN, Role.SYSTEM_ADMIN),
    ],
)
def test_the_database_itself_holds_the_roles_apart(db: None, first: Role, then: Role):
    account = Account.objects.create(username="both")
    RoleGrant.objects.create(account=account, role=first.value)

    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.create(account=account, role=then.value)


def test_business_roles_stand_beside_each_other(db: None):
    account = Account.objects.create(username="both")

    for role in (Role.HEAD, Role.HANDLER, Role.CENTRE, Role.LEADER):
        RoleGrant.objects.create(account=account, role=role.value)

    assert roles_of(account) == ["centre", "handler", "head", "leader"]


def test_what_changed_meanwhile_is_looked_at_again_at_the_confirmation(three: Three):
    other = operations.account_open(username="neu", actor=three.actor("system"), at=NOW)[0]
    as_system = propose(three, other, Role.SYSTEM_ADMIN)
    as_audit = propose(three, other, Role.AUDIT_ADMIN)
    confirm(three, as_system)
    before = every_row()

    with pytest.raises(Conflict):
        confirm(three, as_audit)

    assert every_row() == before
    assert roles_of(other) == ["system_admin"]


# --- taking away -------------------------------------------------------------------------------


def test_a_business_role_is_taken_at_once_by_one(three: Three):
    handler = three.zone.safety_handler.account

    waits = operations.role_revoke(
        account_id=handler.pk, role=HANDLER, reason="调岗", actor=three.actor("security"), at=NOW
    )

    assert waits is None
    assert roles_of(handler) == []
    assert not actor_for(handler, NOW).has(HANDLER)
    told = JournalEvent.objects.get(kind="access.role_revoked")
    assert told.payload["reason"] == "调岗"
    assert told.payload["proposal_id"] is None


def test_an_administrators_role_is_taken_by_two(three: Three):
    proposal = operations.role_revoke(
        account_id=three.second.pk,
        role=Role.SECURITY_ADMIN,
        reason="轮岗",
        actor=three.actor("security"),
        at=NOW,
    )

    assert roles_of(three.second) == ["security_admin"]
    confirm(three, proposal)
    assert roles_of(three.second) == []


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN])
def test_the_last_administrator_of_a_kind_stays(three: Three, role: Role):
    account = three.system if role is Role.SYSTEM_ADMIN else three.audit
    before = every_row()

    with pytest.raises(Conflict) as refusal:
        operations.role_revoke(
            account_id=account.pk, role=role, reason="x", actor=three.actor("security"), at=NOW
        )

    assert "最后一位" in said(refusal)
    assert every_row() == before


def test_who_gives_up_his_own_role_needs_a_second_and_a_successor(three: Three):
    def give_up(who: str, role: Role) -> Proposal:
        return operations.role_revoke(
            account_id=getattr(three, who).pk,
            role=role,
            reason="不再担任",
            actor=three.actor(who),
            at=NOW,
        )

    before = every_row()
    with pytest.raises(Conflict):
        give_up("system", Role.SYSTEM_ADMIN)
    assert every_row() == before

    proposal = give_up("security", Role.SECURITY_ADMIN)
    with pytest.raises(NotAllowed):
        confirm(three, proposal, by="security")
    confirm(three, proposal, by="second")
    assert roles_of(three.security) == []
    with pytest.raises(Conflict):
        give_up("second", Role.SECURITY_ADMIN)


def test_a_closed_account_doesnt_count_as_another_holder(three: Three):
    Account.objects.filter(pk=three.second.pk).update(is_active=False)

    with pytest.raises(Conflict):
        operations.role_revoke(
            account_id=three.security.pk,
            role=Role.SECURITY_ADMIN,
            reason="x",
            actor=three.actor("security"),
            at=NOW,
        )


def test_the_system_itself_proposes_nothing(three: Three):
    with pytest.raises(NotAllowed):
        operations.role_propose(
            account_id=three.zone.safety_handler.account_id,
            role=HEAD,
            reason="x",
            actor=SYSTEM,
            at=NOW,
        )
