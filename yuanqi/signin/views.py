"""The pages at the door and of one's own account: each shows and changes one's own."""

from typing import Any

from allauth.account.stages import LoginStageController
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yuanqi.foundation.actors import Actor, Side, actor_for
from yuanqi.foundation.errors import Invalid

from . import entering, operations, policy, queries, sessions, totp
from .adapter import METHODS
from .city import city_label, next_of
from .forms import CodeForm, ConfirmForm, EnrolForm, PasswordForm
from .gate import DEMAND, confirm, freshly_confirmed
from .passwords import rules
from .places import address_of, device_of
from .stages import SecondFactorStage

_SECRET = "signin_new_secret"  # in the session: an app being enrolled  # noqa: S105
both = require_http_methods(["GET", "POST"])


def shell(request: HttpRequest, title: str, back_url: str) -> dict[str, Any]:
    """The shell of the reader's side; none while something is demanded of him first."""
    actor: Actor = request.actor
    is_demanded = bool(request.session.get(DEMAND))
    is_outside = actor.side is Side.ENTERPRISE and not actor.roles
    base = "web/portal.html" if is_outside else "web/desk.html"
    return {
        "base": "web/plain.html" if is_demanded else base,
        "main_class": "yq-phone-main" if is_outside and not is_demanded else "",
        "is_demanded": is_demanded,
        "page_title": title,
        "back_url": back_url,
    }


def _see(url: str) -> HttpResponse:
    return HttpResponseRedirect(url, status=303)


def _where(request: HttpRequest) -> dict[str, Any]:
    return {
        "address": address_of(request),
        "device": device_of(request),
        "at": timezone.now(),
    }


# --- at the door -------------------------------------------------------------------------------


@never_cache
@both
def code(request: HttpRequest) -> HttpResponse:
    """After the password: a code of the app, or a recovery code."""
    stage = LoginStageController.enter(request, SecondFactorStage.key)
    if stage is None or stage.login.user is None:
        return HttpResponseRedirect(reverse("account_login"))
    if "give_up" in request.POST:
        return stage.abort()
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            method = entering.factor_check(
                account=stage.login.user, code=form.cleaned_data["code"], **_where(request)
            )
        except entering.TooMany as error:
            form.add_error("code", error.message)
            return render(request, "signin/code.html", {"form": form}, status=429)
        if method is not None:
            request.session[METHODS] = [*request.session.get(METHODS, []), method]
            return stage.exit()
        form.add_error(
            "code", _("验证码不对或已经用过。等手机上换了新的再填；手机不在身边就填恢复码。")
        )
    status = 422 if form.errors else 200
    return render(request, "signin/code.html", {"form": form}, status=status)


# --- the password ------------------------------------------------------------------------------


@sensitive_post_parameters()
@never_cache
@login_required
@both
def password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; the old one is asked for."""
    form = PasswordForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            if _changed(request, form):
                return _see(next_of(request, "/"))
        except entering.TooMany as error:
            form.add_error("oldpassword", error.message)
            status = 429
    context = {
        **shell(request, _("修改密码"), reverse("signin:own")),
        "form": form,
        "next": next_of(request, ""),
        "rules": rules(),
        "life": policy.password_life(),
    }
    if form.errors and status == 200:
        status = 422
    return render(request, "account/password_change.html", context, status=status)


def _changed(request: HttpRequest, form: PasswordForm) -> bool:
    where = _where(request)
    old, new = form.cleaned_data["oldpassword"], form.cleaned_data["password1"]
    if not entering.password_confirm(account=request.user, password=old, **where):
        form.add_error("oldpassword", _("现在的密码不对，请再输一次。"))
        return False
    try:
        account = operations.password_change(
            password=new,
            actor=request.actor,
            at=where["at"],
            keep=request.session.session_key,
        )
    except Invalid as error:
        form.add_error(error.field, error.message)
        return False
    keep_signed_in(request, account)
    actor = actor_for(account, where["at"])
    _go_on(request, entering.factor_demand(account, actor))
    messages.success(request, _("密码已改，其他设备上的登录都已退出。"))
    return True


def keep_signed_in(request: HttpRequest, account: Any) -> None:
    """Give this browser a new session under the new password."""
    request.session.cycle_key()
    request.session["_auth_user_hash"] = account.get_session_auth_hash()
    confirm(request.session, timezone.now())


def _go_on(request: HttpRequest, demand: str) -> None:
    if demand:
        request.session[DEMAND] = demand
    else:
        request.session.pop(DEMAND, None)


@sensitive_post_parameters()
@never_cache
@login_required
@both
def confirmation(request: HttpRequest) -> HttpResponse:
    """Ask for the password again before something that a thief of the session must not do."""
    form = ConfirmForm(request.POST or None)
    target = next_of(request, reverse("signin:own"))
    status = 200
    if request.method == "POST" and form.is_valid():
        where = _where(request)
        try:
            if entering.password_confirm(
                account=request.user, password=form.cleaned_data["password"], **where
            ):
                confirm(request.session, where["at"])
                return _see(target)
            form.add_error("password", _("密码不对，请再输一次。"))
        except entering.TooMany as error:
            form.add_error("password", error.message)
            status = 429
    if form.errors and status == 200:
        status = 422
    context = {
        **shell(request, _("再输一次密码"), reverse("signin:own")),
        "form": form,
        "next": target,
    }
    return render(request, "signin/confirm.html", context, status=status)


# --- one's own account -------------------------------------------------------------------------


@never_cache
@login_required
@require_GET
def own(request: HttpRequest) -> HttpResponse:
    """How one comes in, and where one is signed in."""
    at = timezone.now()
    actor: Actor = request.actor
    is_staff = actor.side is Side.PARK or bool(actor.roles)
    context = {
        **shell(request, _("账号安全"), reverse("web:home")),
        "standing": queries.standing(request.user.pk, at),
        "sessions": sessions.of(request.user, at=at, this=request.session.session_key),
        "idle": policy.idle_time(is_staff=is_staff),
        "longest": policy.session_time(is_staff=is_staff),
        "is_factor_required": policy.is_factor_required(roles=actor.roles, is_staff=is_staff),
        "city_label": city_label(),
    }
    return render(request, "signin/own.html", context)


@never_cache
@require_GET
def here(request: HttpRequest) -> HttpResponse:
    """Say how many seconds the session has left; asked as a person, it begins anew."""
    at = timezone.now()
    session = request.session
    if not request.user.is_authenticated:
        return JsonResponse({"left": 0})
    if "X-Live" not in request.headers and session.is_unseen(at):
        session.seen(at)
    return JsonResponse({"left": session.left_seconds})


@login_required
@require_POST
def session_end(request: HttpRequest) -> HttpResponse:
    operations.session_end(
        handle=request.POST.get("session", ""), actor=request.actor, at=timezone.now()
    )
    messages.success(request, _("那台设备已经退出登录。"))
    return _see(reverse("signin:own"))


@login_required
@require_POST
def sessions_end(request: HttpRequest) -> HttpResponse:
    """End all one's sessions but this."""
    count = operations.sessions_end_all(
        account_id=request.user.pk,
        actor=request.actor,
        at=timezone.now(),
        keep=request.session.session_key,
    )
    if count:
        messages.success(request, _("其他 %(count)d 处登录都已退出。") % {"count": count})
    else:
        messages.info(request, _("没有别处的登录。"))
    return _see(reverse("signin:own"))


# --- the second factor -------------------------------------------------------------------------


@sensitive_post_parameters()
@never_cache
@login_required
@both
@freshly_confirmed
def enrol(request: HttpRequest) -> HttpResponse:
    """Bind an authenticator app: its picture, then a first code, then the recovery codes."""
    if entering.is_enrolled(request.user.pk):
        _go_on(request, "")
        return _see(reverse("signin:own"))
    form = EnrolForm(request.POST or None)
    if request.method == "POST" and _SECRET in request.session:
        if form.is_valid():
            try:
                codes = operations.factor_enrol(
                    secret=request.session[_SECRET],
                    code=form.cleaned_data["code"],
                    actor=request.actor,
                    at=timezone.now(),
                )
            except Invalid as error:
                form.add_error(error.field, error.message)
            else:
                del request.session[_SECRET]
                _go_on(request, "")
                return _show_codes(request, codes)
    else:
        request.session[_SECRET] = totp.draw()
    secret = request.session[_SECRET]
    issuer = settings.ZONE_NAME["en" if (get_language() or "").startswith("en") else "zh-hans"]
    address = totp.address(secret, username=request.user.username, issuer=issuer)
    context = {
        **shell(request, _("绑定验证器"), reverse("signin:own")),
        "form": form,
        "picture": totp.picture(address),
        "secret": totp.grouped(secret),
        "otpauth": address,
        "next": next_of(request, ""),
    }
    return render(request, "signin/enrol.html", context, status=422 if form.errors else 200)


def _show_codes(request: HttpRequest, codes: Any) -> HttpResponse:
    context = {
        **shell(request, _("请现在抄下恢复码"), ""),
        "codes": codes,
        "next_url": next_of(request, reverse("signin:own")),
    }
    return render(request, "signin/codes.html", context, status=201)


@never_cache
@login_required
@require_POST
@freshly_confirmed
def codes_renew(request: HttpRequest) -> HttpResponse:
    codes = operations.recovery_codes_renew(actor=request.actor, at=timezone.now())
    return _show_codes(request, codes)


@login_required
@require_POST
@freshly_confirmed
def factor_remove(request: HttpRequest) -> HttpResponse:
    operations.factor_remove(actor=request.actor, at=timezone.now())
    messages.success(request, _("验证器已解除，恢复码也作废了。"))
    return _see(reverse("signin:own"))
