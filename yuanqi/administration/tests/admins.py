"""The three administrators of a zone, as actors and signed in."""

from django.test import Client

from tests.people import MONDAY_9AM, PASSWORD
from yuanqi.foundation.actors import Actor, Role, actor_for
from yuanqi.foundation.models import Account, RoleGrant


def administrator(role: Role, username: str = "") -> Account:
    """Return the account of an administrator, made if it isn't there."""
    username = username or role.value
    account = Account.objects.filter(username=username).first()
    if account is None:
        account = Account(username=username)
        account.set_password(PASSWORD)
        account.save()
        RoleGrant.objects.create(account=account, role=role.value)
    return account


def actor_of(role: Role) -> Actor:
    return actor_for(administrator(role), MONDAY_9AM)


def client_of(role: Role) -> Client:
    client = Client()
    client.force_login(administrator(role))
    return client
