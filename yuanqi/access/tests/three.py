"""The three administrators of the tests, a second security administrator, and whom they rule."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction

from tests.people import BEFORE, PASSWORD, Zone, at
from yuanqi.access.acts import open_account
from yuanqi.foundation.actors import SYSTEM, Actor, Role, actor_for
from yuanqi.foundation.models import Account, RoleGrant
from yuanqi.foundation.writer import DIRECT

NOW = at("11-05 10:00")


@dataclass
class Three:
    zone: Zone
    system: Account
    security: Account
    audit: Account
    second: Account  # another security administrator

    def actor(self, who: str | Account) -> Actor:
        account = getattr(self, who) if isinstance(who, str) else who
        return actor_for(account, NOW)


@transaction.atomic
def administrator(username: str, role: Role) -> Account:
    account = open_account(
        DIRECT, username=username, password="", roles=[role], actor=SYSTEM, at=BEFORE
    )
    account.set_password(PASSWORD)
    account.save()
    return account


def build_three(zone: Zone) -> Three:
    return Three(
        zone,
        administrator("sysadmin", Role.SYSTEM_ADMIN),
        administrator("secadmin", Role.SECURITY_ADMIN),
        administrator("audadmin", Role.AUDIT_ADMIN),
        administrator("secadmin2", Role.SECURITY_ADMIN),
    )


@pytest.fixture
def three(zone: Zone) -> Three:
    return build_three(zone)


def roles_of(account: Account) -> list[str]:
    return sorted(RoleGrant.objects.filter(account=account).values_list("role", flat=True))


def said(refusal: Any) -> str:
    return str(refusal.value.message)
