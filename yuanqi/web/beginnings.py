"""A new installation: calendar, rules, categories, and the three administrators (三员分立)."""

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.casework import loading as mechanisms
from yuanqi.foundation import journal
from yuanqi.foundation.actors import ROLE_LABELS, SYSTEM, Actor, Role
from yuanqi.foundation.errors import Conflict
from yuanqi.foundation.journal import Audience, Event, Personal
from yuanqi.foundation.models import Account, RoleGrant
from yuanqi.foundation.writer import DIRECT, Writer
from yuanqi.organisation.publishing import publish_chinese_calendar
from yuanqi.servicedesk import loading as categories

ADMINISTRATORS = {
    "sysadmin": Role.SYSTEM_ADMIN,
    "secadmin": Role.SECURITY_ADMIN,
    "audadmin": Role.AUDIT_ADMIN,
}
_PASSWORD_BYTES = 12  # 96 bits of chance


@dataclass(frozen=True)
class AccountOpened(Event):
    kind: ClassVar[str] = "web.account_opened"
    account_id: int
    username: Personal
    roles: list[str]


def open_account(
    writer: Writer,
    *,
    username: str,
    password: str,
    roles: Iterable[Role],
    actor: Actor,
    at: datetime,
) -> Account:
    """Open an account with its roles; `password` comes hashed."""
    account = writer.insert(Account(username=username, password=password))
    granted = [str(role) for role in roles]
    for role in granted:
        writer.insert(RoleGrant(account=account, role=role))
    writer.record(
        AccountOpened(account_id=account.pk, username=Personal(username), roles=granted),
        stream=f"account:{account.pk}",
        audience=Audience.AUDIT,
        actor=actor,
        at=at,
    )
    return account


def prepare(*, at: datetime) -> Iterator[str]:
    """Prepare an empty platform; yields what the one who installs it must read.

    Passwords are shown this once and kept nowhere. Raises Conflict if there are accounts.
    """
    passwords = _prepared(at)
    yield _("工作日历、办理规则和诉求类别已发布。")
    yield _("三个管理员账号，密码只显示这一次，请分别交给三个人：")
    for username, password in passwords.items():
        role = ROLE_LABELS[ADMINISTRATORS[username]]
        yield f"  {username:<10} {password:<18} {role}"


@transaction.atomic
def _prepared(at: datetime) -> dict[str, str]:
    # two who prepare at once come one after the other
    journal.lock("calendar")
    if Account.objects.exists():
        raise Conflict(_("已经有账号，平台准备过了；什么都没有改。"))
    publish_chinese_calendar(at=at)
    mechanisms.publish_all(actor=SYSTEM, at=at, valid_from=timezone.localtime(at).date())
    categories.load_categories(actor=SYSTEM, at=at)
    passwords = {username: secrets.token_urlsafe(_PASSWORD_BYTES) for username in ADMINISTRATORS}
    for username, password in passwords.items():
        open_account(
            DIRECT,
            username=username,
            password=make_password(password),
            roles=[ADMINISTRATORS[username]],
            actor=SYSTEM,
            at=at,
        )
    return passwords
