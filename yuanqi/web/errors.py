"""Pages for what went wrong before or beside an operation; the words are in `web/error.html`."""

from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template

from yuanqi.foundation.http import refusal


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refusal(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refusal(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refusal(request, 404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return refusal(request, 403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Without context processors: they may be what failed."""
    return HttpResponse(get_template("web/error.html").render({"status": 500}), status=500)
