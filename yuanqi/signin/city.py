"""The pages of the city's identity: coming in by it, binding it, taking it away."""

import logging

from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from . import entering, oidc, operations
from .adapter import METHODS
from .gate import freshly_confirmed

log = logging.getLogger(__name__)


def next_of(request: HttpRequest, otherwise: str) -> str:
    """Where to go on, if it is one of our own pages."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return target
    return otherwise


@never_cache
@require_GET
def city(request: HttpRequest) -> HttpResponse:
    """Go to the city's identity provider to come in."""
    if request.user.is_authenticated:
        return HttpResponseRedirect(next_of(request, "/"))
    return _to_city(request, oidc.SIGN_IN, next_of(request, "/"))


@never_cache
@login_required
@require_GET
@freshly_confirmed
def city_bind(request: HttpRequest) -> HttpResponse:
    """Go to the city's identity provider to bind who one is there to one's account."""
    return _to_city(request, oidc.BIND, reverse("signin:own"))


def _to_city(request: HttpRequest, purpose: str, next_url: str) -> HttpResponse:
    if not oidc.is_set_up():
        return _city_failed(request, _("这个园区没有接入城市统一身份。"), 404)
    try:
        place = oidc.begin(
            request.session,
            redirect_uri=_return_uri(request),
            purpose=purpose,
            next_url=next_url,
            account_id=request.user.pk,
        )
    except oidc.Refused as error:
        log.warning("the city's identity provider can't be reached: %s", error)
        return _city_failed(
            request, _("城市统一身份平台现在连不上。请用用户名和密码登录，或稍后再试。"), 503
        )
    return HttpResponseRedirect(place)


def _return_uri(request: HttpRequest) -> str:
    path = reverse("signin:city-return")
    return settings.ORIGIN + path if settings.ORIGIN else request.build_absolute_uri(path)


@never_cache
@require_GET
def city_return(request: HttpRequest) -> HttpResponse:
    """Back from the city's identity provider, with its answer."""
    if not oidc.is_set_up():
        return _city_failed(request, _("这个园区没有接入城市统一身份。"), 404)
    try:
        proved = oidc.finish(
            request.session,
            state=request.GET.get("state", ""),
            code=request.GET.get("code", ""),
            issuer=request.GET.get("iss", ""),
            redirect_uri=_return_uri(request),
        )
    except oidc.Refused as error:
        log.warning("a sign-in by the city's identity was refused: %s", error)
        return _city_failed(
            request, _("城市统一身份没有确认成功，什么也没有改。请从登录页重新开始。"), 403
        )
    if proved.purpose == oidc.BIND:
        return _bound(request, proved)
    if request.user.is_authenticated:
        return HttpResponseRedirect(proved.next_url)
    found = entering.city_check(issuer=proved.issuer, subject=proved.subject, at=timezone.now())
    if found is None:
        log.info("somebody of the city's identity has no account bound")
        return _city_failed(
            request,
            _("您的城市身份还没有绑定这里的账号。先用用户名和密码登录，再到“账号安全”里绑定。"),
            403,
        )
    request.session[METHODS] = [entering.CITY]
    return perform_login(request, found, redirect_url=proved.next_url)


def _bound(request: HttpRequest, proved: oidc.Proved) -> HttpResponse:
    if request.user.pk is None or request.user.pk != proved.account_id:
        return _city_failed(
            request, _("开始绑定的是另一个账号，什么也没有改。请登录后重新绑定。"), 403
        )
    operations.identity_bind(
        issuer=proved.issuer, subject=proved.subject, actor=request.actor, at=timezone.now()
    )
    messages.success(request, _("城市统一身份已经绑定，下次可以用它登录。"))
    return HttpResponseRedirect(proved.next_url, status=303)


def _city_failed(request: HttpRequest, sentence: str, status: int) -> HttpResponse:
    context = {"sentence": sentence, "status": status}
    return render(request, "signin/city_failed.html", context, status=status)


def city_label() -> str:
    """How the provider is called on the sign-in page; blank where there is none."""
    return settings.OIDC_LABEL[get_language() or "zh-hans"] if oidc.is_set_up() else ""


@login_required
@require_POST
@freshly_confirmed
def city_unbind(request: HttpRequest) -> HttpResponse:
    operations.identity_unbind(actor=request.actor, at=timezone.now())
    messages.success(request, _("城市统一身份已解除绑定。"))
    return HttpResponseRedirect(reverse("signin:own"), status=303)
