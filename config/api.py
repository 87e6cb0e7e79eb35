"""The root of the API: who calls, what a refusal looks like, the OpenAPI document."""

import copy
from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Router, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.renderers import JSONRenderer
from ninja.utils import check_csrf

from yuanqi.foundation import problems
from yuanqi.foundation.actors import actor_for
from yuanqi.foundation.api import SCOPE_LABELS
from yuanqi.foundation.errors import YuanqiError
from yuanqi.foundation.problems import KINDS, Problem
from yuanqi.integration import tokens
from yuanqi.registry.api import router as registry
from yuanqi.servicedesk.api import routers as servicedesk

PREFIX = "/api/"
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="yuanqi"'}
_WRONG_TOKEN = {"WWW-Authenticate": 'Bearer realm="yuanqi", error="invalid_token"'}

DESCRIPTION = """\
Enterprises and requests of an industrial park: the same operations as the pages.

Times are RFC 3339 with a zone, durations are seconds, ids are integers. Lists come in pages:
give `next_cursor` back as `cursor`. Refusals are problem details (RFC 9457). Calls that write take
an `Idempotency-Key`. A request's `acts` name what the caller may do to it now, and the operations
that do it. A token may call 600 times a minute unless the park says otherwise; bodies are at most
1 MB, files 20 MB each.
"""


def authenticate(request: HttpRequest) -> bool:
    """Find who calls: by a bearer token, else by the session of a signed-in browser.

    A call with an Authorization header never falls back to the session. A session needs the CSRF
    token for whatever writes. Raises Problem.
    """
    given = request.headers.get("Authorization")
    if given is not None:
        _by_token(request, given)
        return True
    if not request.user.is_authenticated:
        raise Problem("unauthorized", headers=_CHALLENGE)
    if check_csrf(request) is not None:
        raise Problem("csrf")
    request.scopes = None
    request.standing = None
    return True


def _by_token(request: HttpRequest, given: str) -> None:
    scheme, _blank, token = given.partition(" ")
    now = timezone.now()
    admitted = None
    if scheme.lower() == "bearer":
        admitted = tokens.admit(token.strip(), at=now)
    if admitted is None:
        raise Problem("unauthorized", _("令牌不对、已过期或已撤销。"), headers=_WRONG_TOKEN)
    account = admitted.account
    request.user = account
    request.actor = SimpleLazyObject(lambda: actor_for(account, now, admitted.roles))
    request.scopes = admitted.scopes
    request.standing = admitted.versions
    request.call_limit = {
        "RateLimit-Limit": str(admitted.limit),
        "RateLimit-Remaining": str(max(0, admitted.left)),
        "RateLimit-Reset": str(admitted.reset_seconds),
    }
    # a program speaks its account's language; the middleware puts the old one back
    translation.activate(account.language)
    request.LANGUAGE_CODE = translation.get_language()
    if admitted.is_too_many:
        raise Problem(
            "too-many",
            _("每分钟最多 %(limit)d 次，请 %(seconds)d 秒后再试。")
            % {"limit": admitted.limit, "seconds": admitted.reset_seconds},
            headers={"Retry-After": str(admitted.reset_seconds)},
        )


class Api(NinjaAPI):
    """The API with problem details, scopes and both ways in written into its document."""

    @cached_property
    def document(self) -> dict[str, Any]:
        found = copy.deepcopy(dict(super().get_openapi_schema()))
        for path in found["paths"].values():
            for operation in path.values():
                _complete(operation)
        found["components"]["securitySchemes"] = _WAYS_IN
        return found

    def get_openapi_schema(self, **_asked: Any) -> Any:
        return self.document


_WAYS_IN = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "A token made on the page /integration/. Scopes: "
        + "; ".join(f"`{scope}`" for scope in SCOPE_LABELS),
    },
    "session": {"type": "apiKey", "in": "cookie", "name": "sessionid"},
    "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRFToken"},
}


def _complete(operation: dict[str, Any]) -> None:
    """Say in an operation what its refusals are written as, and who may call it."""
    for status, response in operation["responses"].items():
        if int(status) >= 400:
            content = response.get("content", {})
            if "application/json" in content:
                content[problems.MEDIA_TYPE] = content.pop("application/json")
    scopes = operation.pop("x-scopes", None)
    if scopes is None:
        operation["security"] = []
        return
    writes = 201 in operation["responses"]
    session = {"session": [], "csrf": []} if writes else {"session": []}
    operation["security"] = [*({"token": [scope]} for scope in scopes), session]
    operation["description"] = "\n\n".join(
        filter(None, [operation.get("description"), f"Scope: {' or '.join(scopes)}."])
    )


class Plainly(JSONRenderer):
    """Chinese as it is read, not as escapes."""

    json_dumps_params = {"ensure_ascii": False}


api = Api(
    title="Yuanqi",
    renderer=Plainly(),
    version="1",
    description=DESCRIPTION,
    docs_url=None,
    urls_namespace="api",
    auth=authenticate,
    servers=[{"url": "/"}],
)

about = Router(tags=["about"])


class ProblemKind(Schema):
    type: str
    status: int
    title: str
    way_out: str


@about.get(
    "/problems/{name}",
    auth=None,
    response={200: ProblemKind},
    operation_id="getProblem",
    summary="What a problem's type means",
    include_in_schema=False,
)
def problem(request: HttpRequest, name: str) -> dict[str, Any]:
    kind = KINDS.get(name)
    if kind is None:
        raise Problem("not-found")
    return {
        "type": problems.BASE + kind.name,
        "status": kind.status,
        "title": str(kind.title),
        "way_out": str(kind.way_out),
    }


api.add_router("", about)
api.add_router("", registry)
for router in servicedesk:
    api.add_router("", router)


# --- refusals ----------------------------------------------------------------------------------


@api.exception_handler(YuanqiError)
def _refused(request: HttpRequest, error: YuanqiError) -> HttpResponse:
    return problems.of_error(request, error)


@api.exception_handler(ValidationError)
def _malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """What each field must be, in the caller's language where the rule is a common one."""
    said = [
        {
            # body, query or path, then the argument's name, then the field
            "field": ".".join(str(part) for part in one["loc"][1:] if part not in _ARGUMENTS)
            or str(one["loc"][0]),
            "detail": problems.field_words(one["type"], one.get("ctx", {})) or str(one["msg"]),
        }
        for one in error.errors
    ]
    return problems.answer(request, KINDS["invalid"], errors=said)


_ARGUMENTS = {"body", "asked"}


@api.exception_handler(AuthenticationError)
def _unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return problems.answer(request, KINDS["unauthorized"], headers=_CHALLENGE)


@api.exception_handler(HttpError)
def _unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problems.of_status(request, error.status_code)


@api.exception_handler(Http404)
def _missing(request: HttpRequest, error: Http404) -> HttpResponse:
    return problems.answer(request, KINDS["not-found"])


@api.exception_handler(RequestDataTooBig)
@api.exception_handler(TooManyFilesSent)
@api.exception_handler(TooManyFieldsSent)
def _too_big(request: HttpRequest, error: Exception) -> HttpResponse:
    return problems.answer(request, KINDS["too-large"])


@api.exception_handler(MultiPartParserError)
def _torn(request: HttpRequest, error: Exception) -> HttpResponse:
    return problems.answer(request, KINDS["bad-request"])


def unknown_address(request: HttpRequest) -> HttpResponse:
    """Nothing stands here; a program is told so in its own way."""
    return problems.answer(request, KINDS["not-found"])


class Answers:
    """Middleware: every failure under /api/ is a problem, and each answer says what is left."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path.startswith(PREFIX):
            return response
        if response.status_code >= 400 and not _is_problem(response):
            kept = ("Allow", "Retry-After")
            response = problems.of_status(
                request,
                response.status_code,
                headers={name: response[name] for name in kept if name in response},
            )
        for name, value in getattr(request, "call_limit", {}).items():
            response.setdefault(name, value)
        return response


def _is_problem(response: HttpResponse) -> bool:
    return response.get("Content-Type", "").startswith(problems.MEDIA_TYPE)
