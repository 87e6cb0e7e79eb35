"""What the system administrator does: accounts opened, bound, closed; passwords given anew."""

import re
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext as _

from yuanqi.foundation import journal
from yuanqi.foundation.actors import Actor, Role
from yuanqi.foundation.errors import Conflict, Invalid, NotVisible
from yuanqi.foundation.models import Account
from yuanqi.foundation.writer import DIRECT, Writer, conflict_if_taken
from yuanqi.signin import acts as signin

from .. import acts, bearers, passwords, rules
from ..bearers import Bearer
from ..events import AccountBound, AccountReopened, AccountUnbound, PasswordReset
from ..models import Holder
from ..queries import roles_of

# allauth compares usernames without regard to case: only small letters are given
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,31}\Z")
CONTACT = "contact"


@transaction.atomic
def account_open(
    *, username: str, actor: Actor, at: datetime, holder: str = "", writer: Writer = DIRECT
) -> tuple[Account, str]:
    """Open an account without any right; returns it with its one-time password.

    The password is kept nowhere but hashed, and must be changed at the first sign-in. Raises
    NotVisible, NotAllowed; Invalid for a username that can't be; Conflict if it is taken.
    """
    rules.require_system(actor)
    return _open(username, holder=holder, actor=actor, at=at, writer=writer)


@transaction.atomic
def account_open_for(
    *, kind: str, bearer_id: int, username: str, actor: Actor, at: datetime
) -> tuple[Account, str]:
    """Open an account for an officer or a contact, bound to him.

    The service centre may open those of contacts, too: an enterprise asks there. Raises as
    `account_open` does; Conflict if he has one, or has left.
    """
    if not (kind == CONTACT and actor.has(Role.CENTRE)):
        rules.require_system(actor)
    bearer = _bearer(kind, bearer_id)
    _require_free(bearer)
    account, password = _open(username, holder="", actor=actor, at=at, writer=DIRECT)
    _bind(account, bearer, actor=actor, at=at)
    return account, password


def _open(
    username: str, *, holder: str, actor: Actor, at: datetime, writer: Writer
) -> tuple[Account, str]:
    username = username.strip().lower()
    if not _USERNAME.match(username):
        raise Invalid(_("用户名用 3–32 个小写字母、数字、点或横线，以字母或数字开头。"), "username")
    password = passwords.draw()
    with conflict_if_taken(_("用户名 %(name)s 已经有人用，请换一个。") % {"name": username}):
        account = acts.open_account(
            writer,
            username=username,
            password=make_password(password),
            holder=holder.strip(),
            actor=actor,
            at=at,
        )
    signin.require_new_password(writer, account_id=account.pk, actor=actor, at=at)
    return account, password


@transaction.atomic
def holder_name(*, account_id: int, name: str, actor: Actor, at: datetime) -> None:
    """Write down who bears an administrator's account, or another of no officer and no contact.

    Raises NotVisible, NotAllowed; Conflict for an account that has its person already.
    """
    account = _locked(account_id, actor)
    bearer = bearers.of_one(account.pk)
    if bearer is not None:
        raise Conflict(_("这个账号是%(name)s的，不用另写持有人。") % {"name": bearer.name})
    Holder.objects.filter(account=account).delete()
    acts.name_holder(DIRECT, account=account, name=name, actor=actor, at=at)


@transaction.atomic
def account_bind(*, account_id: int, kind: str, bearer_id: int, actor: Actor, at: datetime) -> None:
    """Say whose account it is: an officer's, or a contact person's.

    Rights are granted to a person: an account that has any isn't given to another, or the system
    administrator would grant by binding. Raises NotVisible, NotAllowed, Conflict.
    """
    account = _locked(account_id, actor)
    if not account.is_active:
        raise Conflict(_("账号已经停用，先重新启用再绑定。"))
    _require_no_roles(account)
    known = bearers.of_one(account.pk)
    if known is not None:
        raise Conflict(_("这个账号已经绑定%(name)s。") % {"name": known.name})
    bearer = _bearer(kind, bearer_id)
    _require_free(bearer)
    _bind(account, bearer, actor=actor, at=at)


def _bind(account: Account, bearer: Bearer, *, actor: Actor, at: datetime) -> None:
    with conflict_if_taken(_("%(name)s刚刚已经有了账号。") % {"name": bearer.name}):
        bearers.set_account(DIRECT, bearer, account, actor=actor, at=at)
    event = AccountBound(account_id=account.pk, bearer=bearer.key)
    acts.told(DIRECT, event, account.pk, actor=actor, at=at)


@transaction.atomic
def account_unbind(*, account_id: int, actor: Actor, at: datetime) -> None:
    """Take an account from its person; he can't act by it any more.

    Raises NotVisible, NotAllowed; Conflict while it has roles, or if it is nobody's.
    """
    account = _locked(account_id, actor)
    bearer = bearers.of_one(account.pk)
    if bearer is None:
        raise Conflict(_("这个账号没有绑定人员。"))
    _require_no_roles(account)
    bearers.set_account(DIRECT, bearer, None, actor=actor, at=at)
    event = AccountUnbound(account_id=account.pk, bearer=bearer.key)
    acts.told(DIRECT, event, account.pk, actor=actor, at=at)
    signin.sessions_end_all(account_id=account.pk, why="roles", actor=actor, at=at)


@transaction.atomic
def account_close(*, account_id: int, reason: str, actor: Actor, at: datetime) -> None:
    """Close an account: it can't sign in any more, what is signed in is out, its roles are gone.

    An administrator's role is taken by two persons, so his account can't be closed before; nor
    can anybody close his own. Raises NotVisible, NotAllowed, Conflict.
    """
    account = _locked(account_id, actor)
    if account.pk == actor.account_id:
        raise Conflict(_("不能停用自己的账号，请另一位系统管理员来做。"))
    if not account.is_active:
        raise Conflict(_("这个账号已经停用。"))
    roles = roles_of(account.pk)
    administrator = rules.administrators_among(roles)
    if administrator:
        raise Conflict(
            _("这是%(role)s的账号：先由两人撤销这个角色，再停用。")
            % {"role": rules.said(administrator)}
        )
    acts.close_account(DIRECT, account=account, reason=reason, actor=actor, at=at)


@transaction.atomic
def account_reopen(*, account_id: int, reason: str, actor: Actor, at: datetime) -> str:
    """Open a closed account again, without roles; returns a new one-time password.

    Raises NotVisible, NotAllowed; Conflict if it is open, or its person has left.
    """
    account = _locked(account_id, actor)
    if account.is_active:
        raise Conflict(_("这个账号没有停用。"))
    bearer = bearers.of_one(account.pk)
    if bearer is not None and not bearer.is_active:
        raise Conflict(_("%(name)s已经离岗，账号不能重新启用。") % {"name": bearer.name})
    DIRECT.update(account, is_active=True)
    event = AccountReopened(account_id=account.pk, reason=reason)
    acts.told(DIRECT, event, account.pk, actor=actor, at=at)
    return give_password(account, actor=actor, at=at)


@transaction.atomic
def password_reset(*, account_id: int, actor: Actor, at: datetime) -> str:
    """Give an account a one-time password; returns it to be shown this once.

    Whoever sees it could sign in with it: so that of an administrator needs two persons
    (`reset_propose`), and a second factor is never reset along. Raises NotVisible, NotAllowed,
    Conflict.
    """
    account = _locked(account_id, actor)
    if account.pk == actor.account_id:
        raise Conflict(_("自己的密码请在右上角“修改密码”里改。"))
    if not account.is_active:
        raise Conflict(_("账号已经停用，重新启用时会给新密码。"))
    if rules.administrators_among(roles_of(account.pk)):
        raise Conflict(_("管理员账号的密码要两人重置：请提出申请，由另一位管理员确认。"))
    password = give_password(account, actor=actor, at=at)
    event = PasswordReset(account_id=account.pk, proposal_id=None)
    acts.told(DIRECT, event, account.pk, actor=actor, at=at)
    return password


def give_password(account: Account, *, actor: Actor, at: datetime) -> str:
    """Set a one-time password under the account's lock; whatever is signed in is out."""
    password = passwords.draw()
    DIRECT.update(account, password=make_password(password))
    signin.require_new_password(account_id=account.pk, actor=actor, at=at)
    return password


def _locked(account_id: int, actor: Actor) -> Account:
    """The account under the lock of its stream, for the system administrator."""
    rules.require_system(actor)
    if not Account.objects.filter(pk=account_id).exists():
        raise NotVisible(account_id)
    journal.lock(f"account:{account_id}")
    return Account.objects.get(pk=account_id)


def _bearer(kind: str, bearer_id: int) -> Bearer:
    bearer = bearers.find(kind, bearer_id)
    if bearer is None:
        raise NotVisible(bearer_id)
    return bearer


def _require_free(bearer: Bearer) -> None:
    if bearer.account_id is not None:
        raise Conflict(_("%(name)s已经有账号。") % {"name": bearer.name})
    if not bearer.is_active:
        raise Conflict(_("%(name)s已经离岗或停用，不能开账号。") % {"name": bearer.name})


def _require_no_roles(account: Account) -> None:
    roles = roles_of(account.pk)
    if rules.administrators_among(roles):
        raise Conflict(_("管理员账号不接触业务，不绑定人员。请给这位同事另开账号。"))
    if roles:
        raise Conflict(
            _("这个账号还有角色：%(roles)s。先请安全管理员撤销，再改绑定。")
            % {"roles": rules.said(roles)}
        )
