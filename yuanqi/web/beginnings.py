"""A new installation: calendar, rules, categories, and the three administrators (三员分立)."""

from collections.abc import Iterator
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.access import passwords
from yuanqi.access.acts import open_account
from yuanqi.casework import loading as mechanisms
from yuanqi.foundation import journal
from yuanqi.foundation.actors import ROLE_LABELS, SYSTEM, Role
from yuanqi.foundation.errors import Conflict
from yuanqi.foundation.models import Account
from yuanqi.foundation.writer import DIRECT
from yuanqi.organisation.publishing import publish_chinese_calendar
from yuanqi.servicedesk import loading as categories
from yuanqi.signin import acts as signin

ADMINISTRATORS = {
    "sysadmin": Role.SYSTEM_ADMIN,
    "secadmin": Role.SECURITY_ADMIN,
    "audadmin": Role.AUDIT_ADMIN,
}


def prepare(*, at: datetime) -> Iterator[str]:
    """Prepare an empty platform; yields what the one who installs it must read.

    Passwords are shown this once and kept nowhere. Raises Conflict if there are accounts.
    """
    shown = _prepared(at)
    yield _("工作日历、办理规则和诉求类别已发布。")
    yield _("三个管理员账号，密码只显示这一次，首次登录要改。请分别交给三个人：")
    for username, password in shown.items():
        role = ROLE_LABELS[ADMINISTRATORS[username]]
        yield f"  {username:<10} {password:<20} {role}"


@transaction.atomic
def _prepared(at: datetime) -> dict[str, str]:
    # two who prepare at once come one after the other
    journal.lock("calendar")
    if Account.objects.exists():
        raise Conflict(_("已经有账号，平台准备过了；什么都没有改。"))
    publish_chinese_calendar(at=at)
    mechanisms.publish_all(actor=SYSTEM, at=at, valid_from=timezone.localtime(at).date())
    categories.load_categories(actor=SYSTEM, at=at)
    shown = {username: passwords.draw() for username in ADMINISTRATORS}
    for username, password in shown.items():
        account = open_account(
            DIRECT,
            username=username,
            password=make_password(password),
            roles=[ADMINISTRATORS[username]],
            actor=SYSTEM,
            at=at,
        )
        signin.require_new_password(account_id=account.pk, actor=SYSTEM, at=at)
    return shown
