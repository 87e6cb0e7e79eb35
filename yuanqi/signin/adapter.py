"""How django-allauth comes to our door: it shows the forms and walks the steps, we judge.

Accounts are made by the system administrator; nobody signs up.
"""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth import login as django_login
from django.contrib.auth import logout as django_logout
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.foundation.models import Account

from . import entering, operations
from .gate import DEMAND, confirm
from .places import address_of, device_of
from .store import forget_lapse

METHODS = "signin_methods"  # in the session: how far somebody has come, and by what


class Adapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing after signing in or out: the page shows it."""

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Account | None:
        try:
            account = entering.password_check(
                username=credentials.get("username") or "",
                password=credentials.get("password") or "",
                address=address_of(request),
                device=device_of(request),
                at=timezone.now(),
            )
        except entering.TooMany as error:
            raise ValidationError(error.message, code="too_many")
        if account is not None:
            request.session[METHODS] = [entering.PASSWORD]
        return account

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        if code == "username_password_mismatch":
            return ValidationError(
                _("用户名或密码不对。请看大小写和输入法；忘了密码请找系统管理员重设。"), code=code
            )
        return super().validation_error(code, *args)

    def get_login_stages(self) -> list[str]:
        return ["yuanqi.signin.stages.SecondFactorStage"]

    def login(self, request: HttpRequest, user: Account) -> None:
        """Let somebody in who has taken every step: a new session, and what is demanded first.

        The forms that the same person had open when the last session ran out stay good: their
        token isn't changed. Everybody else gets another.
        """
        session, at = request.session, timezone.now()
        methods = session.pop(METHODS, [])
        kept = None
        if session.lapsed_account_id == user.pk:
            kept = request.META.get("CSRF_COOKIE")
        session.address, session.device = address_of(request), device_of(request)
        django_login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
        if kept:
            request.META["CSRF_COOKIE"] = kept
        forget_lapse(session)
        demand = entering.signed_in(
            account=user, methods=methods, address=session.address, device=session.device, at=at
        )
        if demand:
            session[DEMAND] = demand
        confirm(session, at)

    def logout(self, request: HttpRequest) -> None:
        if request.user.is_authenticated:
            operations.signed_out(actor=request.actor, at=timezone.now())
        django_logout(request)
