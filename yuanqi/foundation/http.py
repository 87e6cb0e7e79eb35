"""The edge: the actor of a request, the language, security headers, refusals to statuses."""

from collections.abc import Callable
from contextlib import nullcontext

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject

from .actors import NOBODY, Actor, actor_for
from .errors import Conflict, Invalid, NotAllowed, NotVisible, OutOfSpace
from .standing import looked_up_once

GetResponse = Callable[[HttpRequest], HttpResponse]

# everything from our own origin, nothing inline: charts are SVG or drawn from a JSON block
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:;"
    " font-src 'self'; connect-src 'self'%s; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'; manifest-src 'self'"
)


class ContentSecurityPolicy:
    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Content-Security-Policy", POLICY % _listens_at(request))
        response.setdefault("Permissions-Policy", "geolocation=(), microphone=()")
        if request.path.startswith(settings.STATIC_URL):
            return response
        # pages hold personal data: no shared cache, nor the disk, keeps them
        response.setdefault("Cache-Control", "no-store")
        return response


def _listens_at(request: HttpRequest) -> str:
    """Where else a page may connect to: the live process, if it has an origin of its own."""
    place = settings.LIVE_URL
    if place.startswith(":"):
        host, _port = split_domain_port(request.get_host())
        return f" {request.scheme}://{host}{place}"
    return f" {place}" if place.startswith("http") else ""


class Language:
    """The account's language; before sign-in the cookie's; Chinese unless English was chosen.

    The browser's preference is not asked: on office machines it is rarely anybody's choice.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        known = {code for code, _name in settings.LANGUAGES}
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, settings.LANGUAGE_CODE)
        if request.user.is_authenticated:
            chosen = request.user.language
        with translation.override(chosen if chosen in known else settings.LANGUAGE_CODE):
            request.LANGUAGE_CODE = translation.get_language()
            response = self.get_response(request)
        response.setdefault("Content-Language", request.LANGUAGE_CODE)
        return response


class ActorOfRequest:
    """Puts `request.actor`; somebody who is not signed in acts as NOBODY, who sees nothing."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        def build() -> Actor:
            if not request.user.is_authenticated:
                return NOBODY
            return actor_for(request.user, timezone.now())

        request.actor = SimpleLazyObject(build)
        # what only reads changes nothing that stands
        with looked_up_once() if request.method in ("GET", "HEAD") else nullcontext():
            return self.get_response(request)


class Refusals:
    """Shows what an operation refused, with the status that says which kind of refusal it was."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        match error:
            case NotVisible():
                return refusal(request, 404)
            case NotAllowed():
                return refusal(request, 403, error.message)
            case Conflict():
                return refusal(request, 409, error.message)
            case Invalid():
                return refusal(request, 422, error.message)
            case OutOfSpace():
                return refusal(request, 507, error.message)
        return None


def refusal(request: HttpRequest, status: int, message: str = "") -> HttpResponse:
    """The page (or the fragment) that says kindly why not, and what to do."""
    context = {"status": status, "message": message}
    return render(request, "web/error.html", context, status=status)
