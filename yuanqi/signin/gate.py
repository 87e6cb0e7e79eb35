"""Between the session and the pages: who must first do something else, and who was here.

No query of its own in the common case: all it asks stands in the session, which is read anyway.
Once a minute it writes that somebody is there. What a page fetches by itself (news) counts as
nobody's presence, else an open page would never end.
"""

import re
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from .entering import NEW_FACTOR, NEW_PASSWORD

DEMAND = "signin_demand"
_CONFIRMED = "signin_confirmed_at"
CONFIRMED_SECONDS = 10 * 60
_ALWAYS = frozenset(
    {"account_login", "account_logout", "account_confirm", "set_language", "signin:here"}
)
_LEADS = {NEW_PASSWORD: "account_change_password", NEW_FACTOR: "signin:enrol"}
_PASSIVE = "/news/"
_API = "/api/"
# fields that nobody wrote in words, or that must not be shown again
_HIDDEN = re.compile(r"csrf|once|password|code|secret|token|cursor|next", re.IGNORECASE)
_WRITTEN = re.compile(r"\s|[^\x00-\x7f]|.{30}", re.DOTALL)


class Gate:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        session = request.session
        if session.accessed and response.status_code < 500 and not _is_passive(request):
            at = timezone.now()
            if session.is_unseen(at):
                session.seen(at)
        return response

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return None
        match = request.resolver_match
        name = match.view_name if match else ""
        if name in _ALWAYS:
            return None
        demand = request.session.get(DEMAND)
        if demand and request.user.is_authenticated:
            return None if name == _LEADS[demand] else _led(request, demand)
        if (
            request.method == "POST"
            and request.session.lapsed_account_id is not None
            and not request.user.is_authenticated
            and not name.startswith("account_")
            and not request.path.startswith(_API)
        ):
            return _lapsed(request)
        return None


def _is_passive(request: HttpRequest) -> bool:
    return request.path.startswith(_PASSIVE) or "X-Live" in request.headers


def _led(request: HttpRequest, demand: str) -> HttpResponse:
    """Lead to what must be done first; a program or a fragment is refused instead."""
    target = reverse(_LEADS[demand])
    if request.path.startswith(_API) or _is_passive(request):
        return HttpResponse(status=403)
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    if request.method == "GET" and request.path != "/":
        target += "?" + urlencode({"next": request.get_full_path()})
    return HttpResponseRedirect(target)


def _lapsed(request: HttpRequest) -> HttpResponse:
    """The session ran out while something was written: nothing is done, nothing is lost."""
    sign_in = reverse("account_login") + "?" + urlencode({"next": _from(request)})
    context = {"sign_in_url": sign_in}
    if request.headers.get("HX-Request"):
        answer = render(request, "signin/_lapsed.html", context, status=403)
        answer["HX-Retarget"] = "#messages"
        answer["HX-Reswap"] = "innerHTML"
        return answer
    context["written"] = [
        value
        for field, values in request.POST.lists()
        for value in values
        if not _HIDDEN.search(field) and _WRITTEN.search(value)
    ]
    context["has_files"] = bool(request.FILES)
    return render(request, "signin/lapsed.html", context, status=403)


def _from(request: HttpRequest) -> str:
    """The page that the form stood on: a form's own address often can't be opened."""
    came = urlsplit(request.headers.get("Referer", ""))
    if came.netloc != request.get_host():
        return "/"
    return came.path + (f"?{came.query}" if came.query else "")


def confirm(session: SessionBase, at: datetime) -> None:
    """Remember that it has just been shown who sits here."""
    session[_CONFIRMED] = int(at.timestamp())


def is_confirmed(session: SessionBase, at: datetime) -> bool:
    return 0 <= at.timestamp() - session.get(_CONFIRMED, 0) < CONFIRMED_SECONDS


def freshly_confirmed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a view run only within ten minutes of the password; else it is asked for again.

    For what a thief of an open session must not do. What was posted is not kept: the form is
    shown again afterwards.
    """

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if is_confirmed(request.session, timezone.now()):
            return view(request, *args, **kwargs)
        back = request.get_full_path() if request.method == "GET" else _from(request)
        return HttpResponseRedirect(reverse("account_confirm") + "?" + urlencode({"next": back}))

    return asked
