"""Accounts: opened with a password shown once, bound to a person, closed at once."""

from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.evidence import every_row
from yuanqi.access import bearers, operations
from yuanqi.access.tests.three import NOW, Three, administrator, roles_of, said
from yuanqi.access.tests.three import three as three
from yuanqi.foundation.actors import Actor, Role, Side, actor_for
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible, YuanqiError
from yuanqi.foundation.models import Account, JournalEvent
from yuanqi.organisation import operations as organisation
from yuanqi.organisation.models import Officer, Rank
from yuanqi.registry.queries import enterprises_visible_to
from yuanqi.signin.models import AccountSecurity, Session

pytestmark = pytest.mark.django_db


def opened(three: Three, username: str = "wangmin", **more: str) -> tuple[Account, str]:
    return operations.account_open(username=username, actor=three.actor("system"), at=NOW, **more)


def newcomer(three: Three) -> Officer:
    return organisation.officer_create(
        name="王敏",
        department=three.zone.safety,
        title="科员",
        rank=Rank.CLERK,
        phone="",
        actor=three.actor("system"),
        at=NOW,
    )


def signed_in(account: Account) -> None:
    Session.objects.create(
        key=f"key-{account.pk}",
        data="",
        account=account,
        started_at=NOW,
        seen_at=NOW,
        expires_at=NOW,
    )


# --- opening -----------------------------------------------------------------------------------


def test_a_new_account_has_a_one_time_password_and_no_rights(three: Three):
    account, password = opened(three, " WangMin ")

    assert account.username == "wangmin"
    assert account.check_password(password)
    assert [len(part) for part in password.split("-")] == [4, 4, 4, 4]
    assert AccountSecurity.objects.get(account=account).must_change_password
    assert roles_of(account) == []
    actor = actor_for(account, NOW)
    assert (actor.side, actor.officer_id, actor.enterprise_id) == (Side.ENTERPRISE, None, None)
    stream = JournalEvent.objects.filter(stream=f"account:{account.pk}")
    assert stream.filter(kind="access.account_opened", audience="audit").count() == 1
    assert not [event for event in stream if password in str(event.payload)]


@pytest.mark.parametrize("username", ["", "ab", "王敏", "a b c", "-abc", "a" * 33, "x\n"])
def test_a_username_that_cant_be_typed_is_refused(three: Three, username: str):
    before = every_row()

    with pytest.raises(Invalid) as refusal:
        opened(three, username)

    assert refusal.value.field == "username"
    assert every_row() == before


def test_a_username_is_given_once(three: Three):
    before = every_row()

    with pytest.raises(Conflict):
        opened(three, "Handler")

    assert every_row() == before


def test_an_officers_account_is_his_from_the_first_moment(three: Three):
    officer = newcomer(three)

    account, _password = operations.account_open_for(
        kind="officer",
        bearer_id=officer.pk,
        username="wangmin",
        actor=three.actor("system"),
        at=NOW,
    )

    actor = actor_for(account, NOW)
    assert (actor.officer_id, actor.name, actor.roles) == (officer.pk, "王敏", frozenset())
    with pytest.raises(Conflict):
        operations.account_open_for(
            kind="officer",
            bearer_id=officer.pk,
            username="wangmin2",
            actor=three.actor("system"),
            at=NOW,
        )


def test_the_service_centre_opens_accounts_of_contacts_and_of_nobody_else(three: Three):
    centre = three.zone.actor(three.zone.clerk, NOW)
    three.zone.contact.account = None
    three.zone.contact.save(update_fields=["account"])
    officer = newcomer(three)
    before = every_row()

    with pytest.raises(NotVisible):
        operations.account_open(username="wangmin", actor=centre, at=NOW)
    with pytest.raises(NotVisible):
        operations.account_open_for(
            kind="officer", bearer_id=officer.pk, username="wangmin", actor=centre, at=NOW
        )
    assert every_row() == before

    account, _password = operations.account_open_for(
        kind="contact",
        bearer_id=three.zone.contact.pk,
        username="xuruonan",
        actor=centre,
        at=NOW,
    )
    assert actor_for(account, NOW).enterprise_id == three.zone.enterprise.pk


# --- whose it is -------------------------------------------------------------------------------


def test_who_has_rights_isnt_rebound(three: Three):
    handler = three.zone.safety_handler.account
    before = every_row()

    with pytest.raises(Conflict) as refusal:
        operations.account_unbind(account_id=handler.pk, actor=three.actor("system"), at=NOW)

    assert "部门经办" in said(refusal)
    assert every_row() == before


def test_an_administrators_account_is_bound_to_nobody(three: Three):
    officer = newcomer(three)
    before = every_row()

    for account in (three.system, three.security, three.audit):
        with pytest.raises(Conflict):
            operations.account_bind(
                account_id=account.pk,
                kind="officer",
                bearer_id=officer.pk,
                actor=three.actor("system"),
                at=NOW,
            )

    assert every_row() == before


def test_an_account_is_bound_and_unbound_while_it_has_no_rights(three: Three):
    officer = newcomer(three)
    account, _password = opened(three)
    told = {"account_id": account.pk, "actor": three.actor("system"), "at": NOW}
    signed_in(account)

    operations.account_bind(kind="officer", bearer_id=officer.pk, **told)
    assert bearers.of_one(account.pk).name == "王敏"
    operations.account_unbind(**told)

    assert bearers.of_one(account.pk) is None
    assert not Session.objects.filter(account=account).exists()


def test_the_holder_of_an_administrators_account_is_written_down(three: Three):
    operations.holder_name(
        account_id=three.audit.pk, name="范以宁", actor=three.actor("system"), at=NOW
    )
    operations.holder_name(
        account_id=three.audit.pk, name="潘志成", actor=three.actor("system"), at=NOW
    )

    three.audit.refresh_from_db()
    assert three.audit.holder.name == "潘志成"
    events = JournalEvent.objects.filter(kind="access.holder_named")
    assert events.count() == 2
    assert "范以宁" not in str([event.payload for event in events])


# --- closing -----------------------------------------------------------------------------------


def test_a_closed_account_is_out_at_once_without_roles(three: Three):
    handler = three.zone.safety_handler.account
    signed_in(handler)

    operations.account_close(
        account_id=handler.pk, reason="长期病假", actor=three.actor("system"), at=NOW
    )

    handler.refresh_from_db()
    assert not handler.is_active
    assert roles_of(handler) == []
    assert not Session.objects.filter(account=handler).exists()
    told = JournalEvent.objects.get(kind="access.account_closed")
    assert (told.payload["reason"], told.payload["roles"]) == ("长期病假", ["handler"])
    with pytest.raises(Conflict):
        operations.account_close(
            account_id=handler.pk, reason="x", actor=three.actor("system"), at=NOW
        )


def test_a_reopened_account_has_a_new_password_and_no_roles(three: Three):
    handler = three.zone.safety_handler.account
    told = {"account_id": handler.pk, "reason": "x", "actor": three.actor("system"), "at": NOW}
    operations.account_close(**told)

    password = operations.account_reopen(**told)

    handler.refresh_from_db()
    assert handler.is_active
    assert handler.check_password(password)
    assert AccountSecurity.objects.get(account=handler).must_change_password
    assert roles_of(handler) == []


def test_an_administrators_account_isnt_closed_nor_reset_by_one(three: Three):
    before = every_row()

    for account in (three.security, three.audit):
        with pytest.raises(Conflict):
            operations.account_close(
                account_id=account.pk, reason="x", actor=three.actor("system"), at=NOW
            )
        with pytest.raises(Conflict):
            operations.password_reset(account_id=account.pk, actor=three.actor("system"), at=NOW)
    for act in (operations.account_close, operations.reset_propose):
        with pytest.raises(YuanqiError):
            act(account_id=three.system.pk, reason="x", actor=three.actor("system"), at=NOW)

    assert every_row() == before


# --- passwords ---------------------------------------------------------------------------------


def test_a_reset_password_works_once_shown_and_ends_what_is_signed_in(three: Three):
    handler = three.zone.safety_handler.account
    signed_in(handler)

    password = operations.password_reset(account_id=handler.pk, actor=three.actor("system"), at=NOW)

    handler.refresh_from_db()
    assert handler.check_password(password)
    assert AccountSecurity.objects.get(account=handler).must_change_password
    assert not Session.objects.filter(account=handler).exists()
    assert JournalEvent.objects.filter(kind="access.password_reset").count() == 1


def test_an_administrators_password_is_reset_by_two_and_seen_by_the_second(three: Three):
    proposal = operations.reset_propose(
        account_id=three.audit.pk, reason="忘记密码", actor=three.actor("system"), at=NOW
    )
    before = every_row()
    with pytest.raises(NotAllowed):
        operations.role_confirm(proposal_id=proposal.pk, actor=three.actor("system"), at=NOW)
    assert every_row() == before

    done = operations.role_confirm(proposal_id=proposal.pk, actor=three.actor("security"), at=NOW)

    three.audit.refresh_from_db()
    assert three.audit.check_password(done.password)
    told = JournalEvent.objects.get(kind="access.password_reset")
    assert told.payload["proposal_id"] == proposal.pk
    assert done.password not in str(told.payload)


# --- the matrix --------------------------------------------------------------------------------

SYSTEMS = ("open", "open-for", "bind", "unbind", "close", "reopen", "reset", "reset-by-two", "name")
SECURITYS = ("propose", "revoke")
SECONDS = ("confirm", "refuse")


def prepared(three: Three, name: str) -> Callable[[Actor], object]:
    """Make what one of the administrators' acts needs; return the act."""
    handler = three.zone.safety_handler.account_id
    linked = three.zone.linked_officer.account_id
    second = three.second.pk
    match name:
        case "open":
            return _doing(operations.account_open, username="neu")
        case "open-for":
            person = newcomer(three)
            open_for = operations.account_open_for
            return _doing(open_for, kind="officer", bearer_id=person.pk, username="neu")
        case "bind":
            account, person = opened(three)[0], newcomer(three)
            who = {"kind": "officer", "bearer_id": person.pk}
            return _doing(operations.account_bind, account_id=account.pk, **who)
        case "unbind":
            return _doing(operations.account_unbind, account_id=linked)
        case "close":
            return _doing(operations.account_close, account_id=handler, reason="x")
        case "reopen":
            account, _password = opened(three)
            _doing(operations.account_close, account_id=account.pk, reason="x")(
                three.actor("system")
            )
            return _doing(operations.account_reopen, account_id=account.pk, reason="x")
        case "reset":
            return _doing(operations.password_reset, account_id=handler)
        case "reset-by-two":
            return _doing(operations.reset_propose, account_id=second, reason="x")
        case "name":
            return _doing(operations.holder_name, account_id=second, name="x")
        case "propose":
            return _doing(operations.role_propose, account_id=handler, role=Role.HEAD, reason="x")
        case "revoke":
            return _doing(operations.role_revoke, account_id=handler, role=Role.HANDLER, reason="x")
    proposal = operations.role_propose(
        account_id=handler, role=Role.HEAD, reason="x", actor=three.actor("security"), at=NOW
    )
    if name == "confirm":
        return _doing(operations.role_confirm, proposal_id=proposal.pk)
    return _doing(operations.role_refuse, proposal_id=proposal.pk, reason="x")


def _doing(operation: Callable[..., object], **values: object) -> Callable[[Actor], object]:
    return lambda actor: operation(actor=actor, at=NOW, **values)


@pytest.mark.parametrize("name", [*SYSTEMS, *SECURITYS, *SECONDS])
@pytest.mark.parametrize("who", ["system", "second", "audit", "leader", "centre", "contact"])
def test_each_act_is_its_administrators_alone(three: Three, name: str, who: str):
    people = {
        "leader": three.zone.leader, "centre": three.zone.clerk, "contact": three.zone.contact,
    }  # fmt: skip
    actor = three.zone.actor(people[who], NOW) if who in people else three.actor(who)
    act = prepared(three, name)

    if name in {"system": SYSTEMS + SECONDS, "second": SECURITYS + SECONDS}.get(who, ()):
        act(actor)
        return
    before = every_row()
    with pytest.raises(NotAllowed if who in ("system", "second") else NotVisible):
        act(actor)
    assert every_row() == before


@pytest.mark.parametrize("who", ["system", "security", "audit"])
def test_no_administrator_sees_any_business(three: Three, who: str):
    actor = three.actor(who)

    assert not enterprises_visible_to(actor).exists()
    assert not actor.sees_every_case
    assert actor.grantees == ()


def test_an_administrator_without_the_role_any_more_is_nobody(three: Three):
    third = administrator("spare", Role.SYSTEM_ADMIN)
    proposal = operations.role_revoke(
        account_id=third.pk,
        role=Role.SYSTEM_ADMIN,
        reason="轮岗",
        actor=three.actor("security"),
        at=NOW,
    )
    operations.role_confirm(proposal_id=proposal.pk, actor=three.actor("second"), at=NOW)

    with pytest.raises(NotVisible):
        operations.account_open(username="neu", actor=actor_for(third, NOW), at=NOW)


def test_the_machines_owner_helps_an_administrator_whom_nobody_else_can(three: Three):
    said_aloud = StringIO()

    call_command("administrator_password", "audadmin", stdout=said_aloud)

    username, password = said_aloud.getvalue().split()
    three.audit.refresh_from_db()
    assert username == "audadmin"
    assert three.audit.check_password(password)
    told = JournalEvent.objects.get(kind="access.password_reset")
    assert (told.actor, told.stream) == ("system", f"account:{three.audit.pk}")
    for username in ("handler", "nobody"):
        with pytest.raises(CommandError):
            call_command("administrator_password", username)
