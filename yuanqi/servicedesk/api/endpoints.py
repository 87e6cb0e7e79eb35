"""How an act on a request is called: one POST, one operation, the request as it stands after."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Schema
from pydantic import ConfigDict

from yuanqi.casework.at_hand import kept_at_hand
from yuanqi.casework.casefile import CaseFile
from yuanqi.casework.models import Case
from yuanqi.casework.queries import Act, VisibleCase, is_seen_by
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.api import Endpoints, Scope, may
from yuanqi.foundation.errors import Invalid

from ..queries import category_names
from ..rows import with_row_parts
from .rendering import request_outs
from .schemas import RequestOut

router = Endpoints(tags=["requests"])

WRITE = (Scope.REQUESTS_WRITE,)
HANDLE = (Scope.REQUESTS_HANDLE,)
DISPATCH = (Scope.REQUESTS_DISPATCH,)

# ends a demand of supervision: whoever may demand may end, so it is no act of its own there
END_SUPERVISION = "end_supervision"

# which operation does an act, and what a token needs for it
OPERATIONS: dict[str, tuple[str, tuple[Scope, ...]]] = {}


class Body(Schema):
    """What a call sends. A field that nobody knows is refused: it may be a mistyped one."""

    model_config = ConfigDict(extra="forbid")


class Empty(Body):
    """Nothing is asked."""


class Done(Schema):
    """The request as it stands now; null where the caller doesn't see it any more."""

    request: RequestOut | None


class DoneWithId(Done):
    id: int


def does(
    path: str, acts: str | Sequence[Act], *scopes: Scope, name: str, summary: str
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a view that does something to the request `case_id` and returns None, or an id."""
    told = (acts,) if isinstance(acts, str) else tuple(acts)
    for act in told:
        OPERATIONS[act] = (name, scopes)

    def register(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def run(request: HttpRequest, **values: Any) -> Done:
            now = timezone.now()
            with kept_at_hand() as files:
                try:
                    made = view(request, **values)
                except Invalid as error:
                    raise _as_sent(error, values.get("body")) from error
            case_id = values["case_id"]
            row = row_now(case_id, request.actor, now, files.get(case_id))
            return Done(request=row) if made is None else DoneWithId(request=row, id=made)

        return router.act(
            path,
            *scopes,
            response=DoneWithId if view.__annotations__.get("return") is int else Done,
            name=name,
            summary=summary,
            act=",".join(told),
        )(run)

    return register


def _as_sent(error: Invalid, body: Schema | None) -> Invalid:
    """Forms call a chosen row by its noun, the API by its id."""
    named = f"{error.field}_id"
    if body is not None and named in type(body).model_fields:
        return Invalid(error.message, named)
    return error


def row_now(
    case_id: int, actor: Actor, now: datetime, file: CaseFile | None = None
) -> RequestOut | None:
    """One request as it stands; None if the actor doesn't see it (any more).

    It is read, unless whoever has just written it left its `file` (`casework.at_hand`).
    """
    found = _ROW.to(actor, case_id) if file is None else _in_hand(file, actor)
    if found is None:
        return None
    labels = category_names()
    return request_outs([found], actor, max(now, timezone.now()), names=labels)[0]


def _in_hand(file: CaseFile, actor: Actor) -> Case | None:
    if not is_seen_by(file, actor):
        return None
    case = file.case
    case.clock = next((record for record in file.clocks if record.pk == case.clock_id), None)
    return case


# of one request all is read at once
_ROW = VisibleCase(
    lambda cases: with_row_parts(cases.filter(request__isnull=False)).select_related(
        "enterprise", "clock"
    )
)


def acts_named(acts: Collection[str], request: HttpRequest) -> list[dict[str, str]]:
    """The acts open to the caller, each with its operation, as far as its token reaches."""
    return [
        {"act": str(act), "operation_id": OPERATIONS[act][0]}
        for act in sorted(acts)
        if act in OPERATIONS and may(request, *OPERATIONS[act][1])
    ]
