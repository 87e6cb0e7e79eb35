"""A request's way from its raise to the formal answer, one POST an act."""

from typing import Annotated, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field

from yuanqi.casework import operations as cases
from yuanqi.casework.at_hand import kept_at_hand
from yuanqi.casework.models import Message
from yuanqi.casework.queries import Act
from yuanqi.foundation.api import Handles, Id, text, uploads_of
from yuanqi.foundation.files import Upload

from .. import operations as desk
from ..operations import CoHandler
from .endpoints import (
    DISPATCH,
    HANDLE,
    WRITE,
    Body,
    DoneWithId,
    Empty,
    does,
    router,
    row_now,
)

REQUEST = "/requests/{case_id}"
MOST_CO_HANDLERS = 10

LevelCode = Literal["P1", "P2", "P3", "P4"]


class RaiseIn(Body):
    contact_id: Annotated[Id, Field(description="A contact of the enterprise: getEnterprise.")]
    category: Annotated[str, Field(max_length=8, description="A code from listCategories.")]
    level: Annotated[LevelCode, Field(description="P1 production stopped … P4 only a question.")]
    text: text(5000)
    files: Handles = []
    accused_department_id: Annotated[
        Id | None, Field(description="A complaint: about this department.")
    ] = None
    accused_officer_id: Id | None = None


def _uploads(request: HttpRequest, handles: list[str]) -> list[Upload]:
    return uploads_of(handles, request.actor.account_id)


@router.act(
    "/requests",
    *WRITE,
    response=DoneWithId,
    name="raiseRequest",
    summary="Raise a request for an enterprise",
)
def raise_request(request: HttpRequest, body: RaiseIn) -> DoneWithId:
    """By the enterprise itself, its linked officer or the service centre."""
    now = timezone.now()
    with kept_at_hand() as files:
        case_id = desk.request_raise(
            contact_id=body.contact_id,
            category=body.category,
            level=body.level,
            text=body.text,
            uploads=_uploads(request, body.files),
            accused_department_id=body.accused_department_id,
            accused_officer_id=body.accused_officer_id,
            actor=request.actor,
            at=now,
        )
    request.made_at = f"/api/v1/requests/{case_id}"
    return DoneWithId(request=row_now(case_id, request.actor, now, files.get(case_id)), id=case_id)


class CoHandlerIn(Body):
    department_id: Id
    brief: text(200)


CoHandlers = Annotated[list[CoHandlerIn], Field(max_length=MOST_CO_HANDLERS)]


class DispatchIn(Body):
    lead_id: Annotated[Id, Field(description="A department that takes requests.")]
    co_handlers: CoHandlers = []
    is_named: Annotated[
        bool, Field(description="The unit may not return it; always so after a second return.")
    ] = False


def asked_of(given: list[CoHandlerIn]) -> list[CoHandler]:
    return [CoHandler(one.department_id, one.brief) for one in given]


@does(
    f"{REQUEST}/dispatches",
    Act.DISPATCH,
    *DISPATCH,
    name="dispatchRequest",
    summary="Give a request to a lead and co-handlers",
)
def dispatch(request: HttpRequest, case_id: Id, body: DispatchIn) -> None:
    desk.request_dispatch(
        case_id=case_id,
        lead_id=body.lead_id,
        co_handlers=asked_of(body.co_handlers),
        is_named=body.is_named,
        actor=request.actor,
        at=timezone.now(),
    )


@does(
    f"{REQUEST}/acceptances",
    Act.ACCEPT,
    *HANDLE,
    name="acceptRequest",
    summary="Take up a dispatched request",
)
def accept(request: HttpRequest, case_id: Id, body: Empty) -> None:
    desk.request_accept(case_id=case_id, actor=request.actor, at=timezone.now())


class ReturnIn(Body):
    reason: text(500)
    basis: text(200, description="On what it is founded that another unit is in charge.")


@does(
    f"{REQUEST}/returns",
    Act.RETURN,
    *HANDLE,
    name="returnRequest",
    summary="Give a request back to the service centre",
)
def return_(request: HttpRequest, case_id: Id, body: ReturnIn) -> None:
    desk.request_return(
        case_id=case_id, **body.model_dump(), actor=request.actor, at=timezone.now()
    )


@does(
    REQUEST + "/tasks/{task_id}/starts",
    Act.TASK_START,
    *HANDLE,
    name="startTask",
    summary="Take up a co-handling task",
)
def task_start(request: HttpRequest, case_id: Id, task_id: Id, body: Empty) -> None:
    cases.task_start(case_id=case_id, task_id=task_id, actor=request.actor, at=timezone.now())


class OpinionIn(Body):
    opinion: text(5000)


@does(
    REQUEST + "/tasks/{task_id}/opinions",
    Act.TASK_FINISH,
    *HANDLE,
    name="finishTask",
    summary="Give the co-handler's opinion",
)
def task_finish(request: HttpRequest, case_id: Id, task_id: Id, body: OpinionIn) -> None:
    cases.task_finish(
        case_id=case_id,
        task_id=task_id,
        opinion=body.opinion,
        actor=request.actor,
        at=timezone.now(),
    )


class MessageIn(Body):
    body: text(5000)
    kind: Annotated[
        Literal["talk", "note", "plan"],
        Field(description="A note stays inside the park; a plan stops the plan clock."),
    ] = "talk"
    files: Handles = []


@does(
    f"{REQUEST}/messages",
    (Act.TALK, Act.NOTE, Act.PLAN),
    *WRITE,
    *HANDLE,
    name="sendMessage",
    summary="Say something on a request",
)
def message(request: HttpRequest, case_id: Id, body: MessageIn) -> None:
    cases.message_send(
        case_id=case_id,
        body=body.body,
        kind=Message.Kind(body.kind),
        uploads=_uploads(request, body.files),
        actor=request.actor,
        at=timezone.now(),
    )


class PauseIn(Body):
    ground: Annotated[str, Field(max_length=40, description="A code from listGrounds.")]
    awaited: text(200, description="What is waited for, as the enterprise reads it.")


@does(
    f"{REQUEST}/pauses",
    Act.PAUSE,
    *HANDLE,
    name="pauseClock",
    summary="Stop the clock on a ground that the mechanism allows",
)
def pause(request: HttpRequest, case_id: Id, body: PauseIn) -> None:
    cases.clock_pause(case_id=case_id, **body.model_dump(), actor=request.actor, at=timezone.now())


@does(
    f"{REQUEST}/resumptions",
    Act.RESUME,
    *HANDLE,
    name="resumeClock",
    summary="Let a paused clock go on",
)
def resume(request: HttpRequest, case_id: Id, body: Empty) -> None:
    cases.clock_resume(case_id=case_id, actor=request.actor, at=timezone.now())


class EnclosingIn(Body):
    body: text(5000)
    files: Handles = []


@does(
    f"{REQUEST}/supplies",
    Act.SUPPLY,
    *WRITE,
    name="supplyMaterial",
    summary="Hand in what the pause waits for; the clock goes on",
)
def supply(request: HttpRequest, case_id: Id, body: EnclosingIn) -> None:
    cases.material_supply(
        case_id=case_id,
        body=body.body,
        uploads=_uploads(request, body.files),
        actor=request.actor,
        at=timezone.now(),
    )


@does(
    f"{REQUEST}/answers",
    Act.ANSWER,
    *HANDLE,
    name="answerRequest",
    summary="Give the formal answer",
)
def answer(request: HttpRequest, case_id: Id, body: EnclosingIn) -> None:
    desk.request_answer(
        case_id=case_id,
        body=body.body,
        uploads=_uploads(request, body.files),
        actor=request.actor,
        at=timezone.now(),
    )


class EvaluationIn(Body):
    level: Annotated[int, Field(ge=1, le=5, description="5 very satisfied … 1 very dissatisfied.")]
    is_resolved: bool
    was_contacted: bool
    praise: text(500, least=0) = ""
    complaint: text(500, least=0) = ""


@does(
    f"{REQUEST}/evaluations",
    Act.EVALUATE,
    *WRITE,
    name="evaluateRequest",
    summary="Judge an answered request",
)
def evaluate(request: HttpRequest, case_id: Id, body: EvaluationIn) -> None:
    """The two lowest levels open a call-back; the others close the request."""
    cases.case_evaluate(
        case_id=case_id, **body.model_dump(), actor=request.actor, at=timezone.now()
    )


class CallBackIn(Body):
    spoke_with: text(40)
    facts: text(1000)
    is_resolved: bool
    is_sent_back: Annotated[
        bool, Field(description="The lead has to put it right; the request goes on.")
    ] = False


@does(
    f"{REQUEST}/call-backs",
    Act.CALL_BACK,
    *DISPATCH,
    name="callBackRequest",
    summary="Record the call-back after a bad evaluation",
)
def call_back(request: HttpRequest, case_id: Id, body: CallBackIn) -> None:
    desk.request_call_back(
        case_id=case_id, **body.model_dump(), actor=request.actor, at=timezone.now()
    )
