"""The sign-in page; on a demo park it offers the demo's accounts."""

from typing import Any

from allauth.account.views import LoginView as AllauthLoginView
from django.conf import settings

from yuanqi.demo.accounts import demo_accounts
from yuanqi.signin.city import city_label


class LoginView(AllauthLoginView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = super().get_context_data(**kwargs)
        found["city_label"] = city_label()
        found["has_lapsed"] = self.request.session.lapsed_account_id is not None
        found["demo_accounts"] = demo_accounts() if settings.DEMO else []
        return found
