"""What sign-in holds of a person: sessions with their addresses, factors, who he is elsewhere."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_noop

from yuanqi.audit import erasing
from yuanqi.audit.erasing import Person, Removed

from .models import CityIdentity, PasswordBefore, RecoveryCode, SecondFactor, Session


def define() -> None:
    """Make it known (from `apps.py`)."""
    erasing.register("signin", erase)


def erase(person: Person, at: datetime) -> Sequence[Removed]:
    """End his sessions and forget them with his factors, old passwords, the city's identity."""
    if person.account_id is None:
        return []
    own = {"account_id": person.account_id}
    count = 0
    for model in (Session, RecoveryCode, SecondFactor, PasswordBefore, CityIdentity):
        count += model.objects.filter(**own).delete()[0]
    return [Removed(gettext_noop("登录记录、动态口令、外部身份"), count)]
