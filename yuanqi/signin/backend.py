"""Whose session it is, read on every page by a statement that is planned once."""

from allauth.account.auth_backends import AuthenticationBackend

from yuanqi.foundation.models import Account
from yuanqi.foundation.prepared import Given, Read

_ACCOUNT = Read(lambda: Account.objects.filter(pk=Given("pk")))


class Backend(AuthenticationBackend):
    def get_user(self, user_id: int) -> Account | None:
        account = _ACCOUNT.first(pk=user_id)
        return account if account and self.user_can_authenticate(account) else None
