"""What the machines' keepers see of each request: its id, its line in the log, its figures.

The outermost middleware. A request's id comes from the proxy (`X-Request-ID`) or is made here; it
stands in every line logged meanwhile, in the answer, and on the page of a failure. Figures are
Prometheus's; they name views and statuses, never people, addresses or what was asked.
"""

import logging
import re
import secrets
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from prometheus_client import Counter, Histogram

from . import health, logs

log = logging.getLogger(__name__)

_GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}")
_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)  # seconds
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

REQUESTS = Counter("yuanqi_requests_total", "Requests answered.", ["method", "view", "status"])
SECONDS = Histogram(
    "yuanqi_request_seconds", "Seconds from the edge to the answer.", ["view"], buckets=_BUCKETS
)

GetResponse = Callable[[HttpRequest], HttpResponse]


class Telemetry:
    """Names a request, measures it, logs its line (level INFO); answers the watchers' addresses.

    `/healthz` and `/metrics` are asked under any host name and without TLS, so they are answered
    here, before hosts and redirects are looked at.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        watched = health.ANSWERS.get(request.path_info)
        if watched is not None:
            return watched(request)
        began = time.perf_counter()
        given = request.headers.get("X-Request-ID", "")
        name = given if _GIVEN.fullmatch(given) else secrets.token_hex(8)
        token = logs.current.set(name)
        try:
            response = self.get_response(request)
            seconds = time.perf_counter() - began
            view = _view_of(request)
            method = request.method if request.method in _METHODS else "other"
            REQUESTS.labels(method, view, str(response.status_code)).inc()
            SECONDS.labels(view).observe(seconds)
            response["X-Request-ID"] = name
            if log.isEnabledFor(logging.INFO):
                _tell(request, response, seconds)
            return response
        finally:
            logs.current.reset(token)


def _view_of(request: HttpRequest) -> str:
    match = request.resolver_match
    return (match.view_name or "unnamed") if match else "none"


def _tell(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    log.info(
        "%s %s %s",
        request.method,
        request.path,  # never the query: people search for people
        response.status_code,
        extra={
            "said": {
                "method": request.method,
                "path": request.path,
                "status": response.status_code,
                "milliseconds": round(seconds * 1000, 1),
                "account": getattr(getattr(request, "user", None), "pk", None),
            }
        },
    )
