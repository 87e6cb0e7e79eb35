"""Two who decide about the same rights at the same instant."""

from tests.people import build_zone
from tests.together import at_once
from yuanqi.access import operations
from yuanqi.access.models import Proposal, ProposalState
from yuanqi.access.tests.three import NOW, Three, administrator, build_three, roles_of
from yuanqi.foundation.actors import Role
from yuanqi.foundation.errors import Conflict
from yuanqi.foundation.models import Account, JournalEvent, RoleGrant


def propose(three: Three, account: Account) -> Proposal:
    return operations.role_propose(
        account_id=account.pk,
        role=Role.HEAD,
        reason="任局长",
        actor=three.actor("security"),
        at=NOW,
    )


def confirm(three: Three, proposal: Proposal, by: str | Account) -> None:
    operations.role_confirm(proposal_id=proposal.pk, actor=three.actor(by), at=NOW)


def _three_committed() -> Three:
    return build_three(build_zone())


def test_two_who_confirm_at_once_grant_once(committed):
    three = _three_committed()
    handler = three.zone.safety_handler.account
    proposal = propose(three, handler)

    answers = at_once(
        lambda: confirm(three, proposal, "system"), lambda: confirm(three, proposal, "second")
    )

    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict", "NoneType"]
    assert roles_of(handler) == ["handler", "head"]
    assert JournalEvent.objects.filter(kind="access.role_granted").count() == 1


def test_a_confirmation_and_a_withdrawal_at_once_do_one_of_both(committed):
    three = _three_committed()
    handler = three.zone.safety_handler.account
    proposal = propose(three, handler)

    answers = at_once(
        lambda: confirm(three, proposal, "system"),
        lambda: operations.role_withdraw(
            proposal_id=proposal.pk, reason="写错了人", actor=three.actor("security"), at=NOW
        ),
    )

    assert sum(isinstance(answer, Conflict) for answer in answers) == 1
    proposal.refresh_from_db()
    is_granted = roles_of(handler) == ["handler", "head"]
    assert is_granted == (proposal.state == ProposalState.CONFIRMED)
    assert isinstance(answers[0], Conflict) != is_granted


def test_the_last_two_of_a_kind_cant_both_go_at_once(committed):
    three = _three_committed()
    third = administrator("spare", Role.SYSTEM_ADMIN)

    def going(account: Account, by: Account) -> Proposal:
        return operations.role_revoke(
            account_id=account.pk,
            role=Role.SECURITY_ADMIN,
            reason="x",
            actor=three.actor(by),
            at=NOW,
        )

    one = going(three.security, three.second)
    other = going(three.second, three.security)

    answers = at_once(lambda: confirm(three, one, "system"), lambda: confirm(three, other, third))

    assert sum(isinstance(answer, Conflict) for answer in answers) == 1
    assert RoleGrant.objects.filter(role=Role.SECURITY_ADMIN.value).count() == 1
