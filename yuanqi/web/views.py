"""Where somebody lands, and in which language."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from yuanqi.foundation.actors import Role, Side

from . import shell


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Send each role to its own start page."""
    actor = request.actor
    if actor.side is Side.ENTERPRISE and actor.enterprise_id:
        return redirect("web:portal")
    if actor.has(Role.LEADER):
        return redirect("insight:cockpit")
    if actor.has(Role.CENTRE, Role.HANDLER, Role.HEAD):
        return redirect("servicedesk:ledger")
    if actor.linked_enterprise_ids:
        return redirect("web:day")
    if actor.officer_id:
        return redirect("servicedesk:ledger")
    own = shell.navigation(actor)
    if own:
        return redirect(own[0][1])
    return render(request, "web/nobody.html", {"zone_phone": settings.ZONE_PHONE})


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Change the language of the pages, and of the account if one is signed in."""
    code = request.POST.get("language", "")
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        target = "/"
    response = redirect(target)
    if code in {known for known, _name in settings.LANGUAGES}:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            code,
            max_age=365 * 86400,
            samesite="Lax",
            secure=settings.HTTPS,
            httponly=True,
        )
        if request.user.is_authenticated:
            request.user.language = code
            request.user.save(update_fields=["language"])
    return response
