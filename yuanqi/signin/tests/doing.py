"""What the tests of sign-in do again and again."""

from datetime import date, datetime

from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from tests.people import PASSWORD, at
from yuanqi.foundation.actors import Role, actor_for
from yuanqi.foundation.models import Account, JournalEvent, RoleGrant
from yuanqi.parameters import operations as parameters
from yuanqi.signin import operations, totp

NOW = at("11-05 10:00")
GOOD = "zither-lantern-47-Maple"


def account(username: str, *roles: Role, password: str = PASSWORD) -> Account:
    found = Account(username=username)
    found.set_password(password)
    found.save()
    for role in roles:
        RoleGrant.objects.create(account=found, role=role.value)
    return found


def security_admin(username: str = "secadmin"):
    return actor_for(account(username, Role.SECURITY_ADMIN), NOW)


def put(key: str, value: object, *, when: datetime = NOW, valid_from: date | None = None) -> None:
    """Set one of the park's parameters, as its security administrator."""
    found = Account.objects.filter(username="parameters").first()
    actor = actor_for(found or account("parameters", Role.SECURITY_ADMIN), when)
    parameters.parameter_set(
        key=f"signin.{key}",
        value=value,
        valid_from=valid_from or timezone.localdate(when),
        reason="测试",
        actor=actor,
        at=when,
    )


def sign_in(client: Client, username: str, password: str = PASSWORD, **more: str) -> HttpResponse:
    return client.post("/account/login/", {"login": username, "password": password, **more})


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def kinds(account_id: int) -> list[str]:
    """What the account's own stream tells, in order."""
    return list(
        JournalEvent.objects.filter(stream=f"account:{account_id}", kind__startswith="signin.")
        .order_by("id")
        .values_list("kind", flat=True)
    )


def enrol(found: Account, when: datetime) -> tuple[str, list[str]]:
    """Bind an app to an account; return its secret and the recovery codes."""
    secret = totp.draw()
    codes = operations.factor_enrol(
        secret=secret,
        code=totp.code(secret, totp.counter_at(when)),
        actor=actor_for(found, when),
        at=when,
    )
    return secret, list(codes)
