"""Pages for what went wrong before or beside an operation; the words are in `web/error.html`."""

import errno
import sys

from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from psycopg.errors import DiskFull

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
    """Without context processors: they may be what failed. A full disk is called by its name."""
    status = 507 if is_out_of_space(sys.exception()) else 500
    return HttpResponse(get_template("web/error.html").render({"status": status}), status=status)


def is_out_of_space(error: BaseException | None) -> bool:
    """Say whether a disk was full: ours (an upload being received) or the database's."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        if isinstance(error, DiskFull):
            return True
        error = error.__cause__
    return False
