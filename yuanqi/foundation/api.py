"""What the slices' parts of the API share: scopes, endpoints, pages, repeats, files, texts.

A slice declares its endpoints with `Endpoints.read` and `Endpoints.act`; who calls is found at
the root (`config.api`), which puts `request.actor` and `request.scopes`.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from enum import StrEnum
from functools import wraps
from typing import Annotated, Any, Generic, TypeVar

from django.core import signing
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import Field, Router, Schema
from ninja.responses import NinjaJSONEncoder
from pydantic import StringConstraints

from .errors import Invalid
from .files import Upload
from .idempotency import Answer, carried_out_in_parts, carried_out_once
from .pages import KeysetPage
from .problems import Problem
from .standing import looked_up_once

T = TypeVar("T")

LARGEST_ID = 2**53 - 1  # what every JSON reader keeps exactly
MOST_FILES = 10
FILE_HANDLE_SECONDS = 24 * 3600
_KEY = re.compile(r"[\x21-\x7e]{1,200}")


class Scope(StrEnum):
    """What a token may be used for; its account's own rights hold all the same."""

    ENTERPRISES_READ = "enterprises:read"
    REQUESTS_READ = "requests:read"
    REQUESTS_WRITE = "requests:write"
    REQUESTS_HANDLE = "requests:handle"
    REQUESTS_DISPATCH = "requests:dispatch"


SCOPE_LABELS = {
    Scope.ENTERPRISES_READ: gettext_lazy("读企业档案"),
    Scope.REQUESTS_READ: gettext_lazy("读诉求、附件和时间线"),
    Scope.REQUESTS_WRITE: gettext_lazy("提诉求、沟通、补材料、评价、撤回"),
    Scope.REQUESTS_HANDLE: gettext_lazy("签收、退单、办理、暂停、延期、答复"),
    Scope.REQUESTS_DISPATCH: gettext_lazy("派单、并案、不予受理、回访、催办、督办"),
}

# --- texts and numbers as the database can hold them -------------------------------------------

Id = Annotated[int, Field(ge=1, le=LARGEST_ID)]


def text(most: int, *, least: int = 1, description: str = "") -> Any:
    """A text of at most so many characters, without its outer blanks; never only blanks.

    The database has no text with a null character.
    """
    inner = r"^[^\x00]*$" if least == 0 else r"^[^\x00]*[^\s\x00][^\x00]*$"
    return Annotated[
        str,
        StringConstraints(strip_whitespace=True, max_length=most, pattern=inner),
        Field(description=description) if description else Field(),
    ]


# --- what comes out ----------------------------------------------------------------------------


class FieldError(Schema):
    field: str
    detail: str


class ProblemOut(Schema):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[FieldError] = []


class Page(Schema, Generic[T]):
    """Some rows in order. `next_cursor` is null on the last page."""

    items: list[T]
    next_cursor: str | None


def page_of(page: KeysetPage[Any], items: Iterable[Any]) -> dict[str, Any]:
    """Say one page. Raises Problem (400) if its cursor could not be read."""
    if page.was_lost:
        raise Problem("lost-cursor")
    return {"items": list(items), "next_cursor": page.next_cursor}


# --- endpoints ---------------------------------------------------------------------------------

_REFUSED = dict.fromkeys((400, 401, 403, 404, 422, 429, 503), ProblemOut)
_REFUSED_ACT = _REFUSED | dict.fromkeys((409, 413, 507), ProblemOut)
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A key of your own for this call (a UUID, say). Sent again with the same body"
    " it does nothing twice and gets the first answer, for 48 hours.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
}

View = Callable[..., Any]


class Endpoints(Router):
    """A slice's router: each endpoint names its scopes, of which one is enough."""

    def read(
        self, path: str, *scopes: Scope, response: Any, name: str, summary: str, content: str = ""
    ) -> Callable[[View], View]:
        """A GET that answers 200. `content` is the type of an answer that isn't JSON."""
        extra: dict[str, Any] = {"x-scopes": list(scopes)}
        if content:
            binary = {"schema": {"type": "string", "format": "binary"}}
            extra["responses"] = {200: {"content": {content: binary}}}

        def register(view: View) -> View:
            return self.get(
                path,
                response={200: response, **_REFUSED},
                operation_id=name,
                summary=summary,
                openapi_extra=extra,
            )(_within(scopes, view))

        return register

    def act(
        self,
        path: str,
        *scopes: Scope,
        response: Any,
        name: str,
        summary: str,
        act: str = "",
        in_parts: bool = False,
    ) -> Callable[[View], View]:
        """A POST that answers 201 with what `response` says; it may be repeated under a key.

        `act` names the act in a request's list of open acts. `in_parts`: it opens many
        transactions of its own, so its key can't stand in one of them.
        """
        extra: dict[str, Any] = {"x-scopes": list(scopes), "parameters": [_IDEMPOTENCY_KEY]}
        if act:
            extra["x-act"] = act

        def register(view: View) -> View:
            return self.post(
                path,
                response={201: response, **_REFUSED_ACT},
                operation_id=name,
                summary=summary,
                openapi_extra=extra,
            )(_within(scopes, _repeatable(view, in_parts=in_parts)))

        return register


def may(request: HttpRequest, *scopes: Scope) -> bool:
    """Whether the caller's token has one of these scopes; a session has all."""
    held: frozenset[str] | None = request.scopes
    return held is None or not held.isdisjoint(scopes)


def _within(scopes: Sequence[Scope], view: View) -> View:
    @wraps(view)
    def run(request: HttpRequest, *args: Any, **values: Any) -> Any:
        if not may(request, *scopes):
            wanted = " / ".join(scopes)
            raise Problem(
                "scope",
                _("这项操作需要的权限：%(scopes)s") % {"scopes": wanted},
                headers={
                    "WWW-Authenticate": 'Bearer error="insufficient_scope",'
                    f' scope="{" ".join(scopes)}"'
                },
            )
        return view(request, *args, **values)

    return run


def _repeatable(view: View, *, in_parts: bool) -> View:
    @wraps(view)
    def run(request: HttpRequest, *args: Any, **values: Any) -> HttpResponse:
        def act() -> Answer:
            result: Schema = view(request, *args, **values)
            body = json.dumps(result.model_dump(), cls=NinjaJSONEncoder, ensure_ascii=False)
            return Answer(201, body, getattr(request, "made_at", ""))

        key = request.headers.get("Idempotency-Key")
        if key is None:
            return _said(act())
        if not _KEY.fullmatch(key):
            raise Invalid(_("Idempotency-Key 要 1 到 200 个可见的 ASCII 字符。"), "Idempotency-Key")
        once = carried_out_in_parts if in_parts else carried_out_once
        return _said(
            once(
                account_id=request.actor.account_id,
                key=key,
                digest=_digest(request),
                at=timezone.now(),
                act=act,
            )
        )

    @wraps(view)
    def run_at_once(request: HttpRequest, *args: Any, **values: Any) -> HttpResponse:
        # an act on a request changes no register
        with looked_up_once(request.standing):
            return run(request, *args, **values)

    return run if in_parts else run_at_once


def _said(answer: Answer) -> HttpResponse:
    response = HttpResponse(answer.body, status=answer.status, content_type="application/json")
    if answer.location:
        response["Location"] = answer.location
    if answer.is_repeat:
        response["Idempotency-Replayed"] = "true"
    return response


def _digest(request: HttpRequest) -> str:
    """What the call asks: method, address, and body; of files their bytes, not the envelope's."""
    found = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if request.FILES:
        for field, uploads in sorted(request.FILES.lists()):
            for upload in uploads:
                found.update(f"{field} {upload.name} {upload.size}\n".encode())
                upload.seek(0)
                for chunk in upload.chunks():
                    found.update(chunk)
                upload.seek(0)
    else:
        found.update(request.body)
    return found.hexdigest()


# --- filters -----------------------------------------------------------------------------------


def refuse_unknown(query: QueryDict, known: Iterable[str]) -> None:
    """Raise Invalid for a filter that nobody knows: leaving it out would list too much."""
    for name in query:
        if name not in set(known):
            raise Invalid(_("没有“%(name)s”这个筛选条件。") % {"name": name[:40]}, name[:40])


# --- files: uploaded first, then named in the call that encloses them ---------------------------


class FileOut(Schema):
    """A file that was received. `handle` names it in a call that encloses it, for a day."""

    handle: str
    name: str
    size: int
    content_type: str


Handles = Annotated[
    list[Annotated[str, StringConstraints(max_length=2000)]],
    Field(max_length=MOST_FILES, description="Handles from uploadFiles."),
]


def file_out(upload: Upload, account_id: int) -> FileOut:
    """Say a received file to the account that sent it."""
    handle = signing.dumps([account_id, asdict(upload)], salt="yuanqi.api.file", compress=True)
    return FileOut(
        handle=handle, name=upload.name, size=upload.size, content_type=upload.content_type
    )


def uploads_of(handles: Sequence[str], account_id: int) -> list[Upload]:
    """Return the files that these handles name. Raises Invalid for another's or an old one."""
    found = []
    for place, handle in enumerate(handles):
        try:
            owner, values = signing.loads(
                handle, salt="yuanqi.api.file", max_age=FILE_HANDLE_SECONDS
            )
        except signing.BadSignature:
            owner = None
        if owner != account_id:
            raise Invalid(_("这个文件标记无效，或者已经过了一天。请重新上传。"), f"files.{place}")
        found.append(Upload(**values))
    return found
