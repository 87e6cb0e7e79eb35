"""What is erased of every person: his values beside the journal, and his account."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_noop

from yuanqi.foundation.models import Account, JournalPersonal

from . import erasing
from .erasing import Person, Removed


def define() -> None:
    """Make them known (from `apps.py`)."""
    erasing.register("audit.journal", erase_values)
    erasing.register("audit.account", erase_account)


def erase_values(person: Person, at: datetime) -> Sequence[Removed]:
    """Delete the values and their salts; the hashes stay in the chain and say nothing without."""
    meant = Q(pk__in=())
    for stream, key, value in person.personal:
        of = Q(event__stream=stream)
        if key:
            of &= Q(**{f"event__payload__{key}": value})
        meant |= of
    found = JournalPersonal.objects.filter(
        pk__in=list(JournalPersonal.objects.filter(meant).values_list("pk", flat=True))
    )
    count, _by_table = found.delete()
    return [Removed(gettext_noop("日志里的姓名、电话等原值"), count)]


def erase_account(person: Person, at: datetime) -> Sequence[Removed]:
    """Close the account for ever: no name, no password; the row stays for what it did."""
    account = Account.objects.select_for_update().filter(pk=person.account_id).first()
    if account is None:
        return []
    account.username = f"erased-{account.pk}"
    account.is_active = False
    account.set_unusable_password()
    account.save(update_fields=["username", "is_active", "password"])
    return [Removed(gettext_noop("登录账号（停用，用户名换掉）"), 1)]
