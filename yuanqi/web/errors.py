"""Pages for what went wrong before or beside an operation; the words are in `web/error.html`."""

import errno
import sys

import psycopg
from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from psycopg.errors import DiskFull

from yuanqi.foundation import logs
from yuanqi.foundation.http import refusal

_RETRY_AFTER_SECONDS = 30
# connection lost or refused, shut down, crashed, starting up, too many connections
_AWAY = ("08", "57P01", "57P02", "57P03", "53300")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refusal(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refusal(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refusal(request, 404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return refusal(request, 403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Without context processors: they may be what failed. A full disk is called by its name,
    and a database that restarts is waited for."""
    error, headers = sys.exception(), {}
    if is_out_of_space(error):
        status = 507
    elif is_database_away(error):
        status, headers = 503, {"Retry-After": str(_RETRY_AFTER_SECONDS)}
    else:
        status = 500
    # the log knows what went wrong under this number
    context = {"status": status, "reference": logs.current.get() if status == 500 else ""}
    page = get_template("web/error.html").render(context)
    return HttpResponse(page, status=status, headers=headers)


def is_out_of_space(error: BaseException | None) -> bool:
    """Say whether a disk was full: ours (an upload being received) or the database's."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        if isinstance(error, DiskFull):
            return True
        error = error.__cause__
    return False


def is_database_away(error: BaseException | None) -> bool:
    """Say whether the database is not there: not started yet, restarting, or just killed."""
    while error is not None:
        if isinstance(error, psycopg.InterfaceError):
            return True
        if isinstance(error, psycopg.OperationalError) and (
            error.sqlstate is None or error.sqlstate.startswith(_AWAY)
        ):
            return True
        error = error.__cause__
    return False
