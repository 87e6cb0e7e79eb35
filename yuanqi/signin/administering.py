"""The security administrator's pages of sign-in, and the binding that the system administrator
makes beforehand."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yuanqi.foundation import pages
from yuanqi.foundation.actors import Role
from yuanqi.foundation.errors import Conflict, Invalid
from yuanqi.foundation.once import once

from . import oidc, operations, queries, sessions
from .forms import OnceForm, ReasonForm, SubjectForm
from .views import shell

_LOCKED = (pages.Key("locked_until", descending=True), pages.Key("name"))
_TRIED = (pages.Key("at", descending=True), pages.Key("id", descending=True))


@login_required
@require_GET
def lockouts(request: HttpRequest) -> HttpResponse:
    """Who is locked out now, tries of unknown names, and the way to any account."""
    at = timezone.now()
    locked = queries.lockouts(request.actor, at)
    wanted = request.GET.get("q", "").strip()[:64]
    if wanted:
        account = queries.account_named(wanted)
        if account is not None:
            return HttpResponseRedirect(reverse("signin:account", args=[account.pk]))
    page = pages.keyset_page(locked, _LOCKED, request.GET.get(pages.AFTER, ""))
    tried = queries.unknown_attempts(request.actor).order_by("-at", "-id")[:20]
    context = {
        **shell(request, _("登录安全"), reverse("web:home")),
        "page": page,
        "foot": _foot(request, page),
        "tried": list(tried),
        "q": wanted,
        "is_not_found": bool(wanted),
    }
    return render(request, "signin/lockouts.html", context)


def _foot(request: HttpRequest, page: Any) -> dict[str, str]:
    return {
        "text": "",
        "next_url": f"?{pages.AFTER}={page.next_cursor}" if page.next_cursor else "",
        "first_url": "?" if request.GET.get(pages.AFTER) else "",
    }


@login_required
@require_GET
def account(request: HttpRequest, account_id: int) -> HttpResponse:
    """How one account comes in, and what the administrator may do about it."""
    return _account(request, account_id)


def _account(
    request: HttpRequest, account_id: int, *, status: int = 200, **more: Any
) -> HttpResponse:
    actor, at = request.actor, timezone.now()
    found = queries.account_for(account_id, actor, Role.SECURITY_ADMIN, Role.SYSTEM_ADMIN)
    is_security = actor.has(Role.SECURITY_ADMIN)
    is_own = found.pk == actor.account_id
    back = reverse("signin:lockouts") if is_security else reverse("web:home")
    context = {
        **shell(request, _("账号 %(name)s 的登录") % {"name": found.username}, back),
        "account": found,
        "is_own": is_own,
        "is_security": is_security,
        "is_system": actor.has(Role.SYSTEM_ADMIN),
        "has_city": oidc.is_set_up(),
        "standing": queries.standing(found.pk, at),
        "sessions": sessions.of(found, at=at) if is_security else (),
        "lift_form": ReasonForm(prefix="lift"),
        "end_form": ReasonForm(prefix="end"),
        "factor_form": ReasonForm(prefix="factor"),
        "city_form": ReasonForm(prefix="city"),
        "subject_form": SubjectForm(prefix="subject"),
        **more,
    }
    return render(request, "signin/account.html", context, status=status)


def _act(
    request: HttpRequest,
    account_id: int,
    name: str,
    form: OnceForm,
    do: Callable[[Any], object],
    said: str,
) -> HttpResponse:
    """Carry a form out once; what is refused is shown in it, with what was written."""
    here = reverse("signin:account", args=[account_id])
    if not form.is_valid():
        return _account(request, account_id, status=422, **{name: form})

    def act() -> str:
        do(form.cleaned_data)
        return here

    key = request.POST.get(form.add_prefix("once"), "")
    try:
        once(account_id=request.user.pk, key=key, at=timezone.now(), act=act)
    except Invalid as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return _account(request, account_id, status=422, **{name: form})
    except Conflict as error:
        return _account(request, account_id, status=409, conflict=error.message, **{name: form})
    messages.success(request, said)
    return HttpResponseRedirect(here, status=303)


@login_required
@require_POST
def lift(request: HttpRequest, account_id: int) -> HttpResponse:
    def do(given: dict[str, Any]) -> None:
        operations.lockout_lift(
            account_id=account_id, reason=given["reason"], actor=request.actor, at=timezone.now()
        )

    form = ReasonForm(request.POST, prefix="lift")
    return _act(request, account_id, "lift_form", form, do, _("锁定已解除。"))


@login_required
@require_POST
def end(request: HttpRequest, account_id: int) -> HttpResponse:
    """End all sessions of the account, or the one that is named."""
    handle = request.POST.get("session", "")

    def do(given: dict[str, Any]) -> None:
        common = {"reason": given["reason"], "actor": request.actor, "at": timezone.now()}
        if handle:
            operations.session_end(handle=handle, account_id=account_id, **common)
        else:
            operations.sessions_end_all(account_id=account_id, **common)

    form = ReasonForm(request.POST, prefix="end")
    return _act(request, account_id, "end_form", form, do, _("登录已结束。"))


@login_required
@require_POST
def factor(request: HttpRequest, account_id: int) -> HttpResponse:
    def do(given: dict[str, Any]) -> None:
        operations.factor_remove_lost(
            account_id=account_id, reason=given["reason"], actor=request.actor, at=timezone.now()
        )

    form = ReasonForm(request.POST, prefix="factor")
    return _act(request, account_id, "factor_form", form, do, _("验证器已解除，登录已结束。"))


@login_required
@require_POST
def new_password(request: HttpRequest, account_id: int) -> HttpResponse:
    """Demand that the account change its password at the next sign-in."""
    operations.require_new_password(account_id=account_id, actor=request.actor, at=timezone.now())
    messages.success(request, _("已要求改密码：下次登录先改，再做别的。"))
    return HttpResponseRedirect(reverse("signin:account", args=[account_id]), status=303)


@login_required
@require_POST
def bind(request: HttpRequest, account_id: int) -> HttpResponse:
    def do(given: dict[str, Any]) -> None:
        operations.identity_bind_for(
            account_id=account_id,
            issuer=settings.OIDC_URL,
            subject=given["subject"],
            actor=request.actor,
            at=timezone.now(),
        )

    form = SubjectForm(request.POST, prefix="subject")
    return _act(request, account_id, "subject_form", form, do, _("城市统一身份已绑定。"))


@login_required
@require_POST
def unbind(request: HttpRequest, account_id: int) -> HttpResponse:
    def do(given: dict[str, Any]) -> None:
        operations.identity_unbind(
            account_id=account_id, reason=given["reason"], actor=request.actor, at=timezone.now()
        )

    form = ReasonForm(request.POST, prefix="city")
    return _act(request, account_id, "city_form", form, do, _("城市统一身份已解除绑定。"))
