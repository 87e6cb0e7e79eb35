"""The step between the password and the session."""

from typing import Any

from allauth.account.stages import LoginStage
from django.http import HttpResponseRedirect
from django.urls import reverse

from . import entering


class SecondFactorStage(LoginStage):
    """Whoever has an authenticator app shows a code of it, however he began."""

    key = "second_factor"
    urlname = "account_code"

    def handle(self) -> tuple[Any, bool]:
        if self.login.user is None or not entering.is_enrolled(self.login.user.pk):
            return None, True
        return HttpResponseRedirect(reverse(self.urlname)), True
