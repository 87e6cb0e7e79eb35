"""What else may happen to a request: extension, other hands, an end without an answer, again."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field

from yuanqi.casework import operations as cases
from yuanqi.casework.queries import Act
from yuanqi.foundation.api import Id, text

from .. import operations as desk
from .acting import REQUEST, CoHandlers, asked_of
from .endpoints import DISPATCH, HANDLE, WRITE, Body, does


class ExtensionIn(Body):
    amount: Annotated[
        Decimal, Field(gt=0, le=250, decimal_places=1, description="In the base of the limit.")
    ]
    reason: text(500)


@does(
    f"{REQUEST}/extensions",
    Act.EXTEND,
    *HANDLE,
    name="askExtension",
    summary="Ask for the one extension of the limit",
)
def ask_extension(request: HttpRequest, case_id: Id, body: ExtensionIn) -> int:
    return cases.extension_ask(
        case_id=case_id, **body.model_dump(), actor=request.actor, at=timezone.now()
    )


class DecisionIn(Body):
    is_granted: bool
    decision: text(500, description="Why so.")


@does(
    f"{REQUEST}/extension-decisions",
    Act.DECIDE_EXTENSION,
    *HANDLE,
    name="decideExtension",
    summary="Grant or refuse the extension asked for",
)
def decide_extension(request: HttpRequest, case_id: Id, body: DecisionIn) -> None:
    cases.extension_decide(
        case_id=case_id, **body.model_dump(), actor=request.actor, at=timezone.now()
    )


class HandOverIn(Body):
    to_officer_id: Id
    reason: text(500)


@does(
    REQUEST + "/tasks/{task_id}/hand-overs",
    Act.HAND_OVER,
    *HANDLE,
    name="handOverTask",
    summary="Hand a task to a colleague of the same department",
)
def hand_over(request: HttpRequest, case_id: Id, task_id: Id, body: HandOverIn) -> None:
    cases.task_hand_over(
        case_id=case_id,
        task_id=task_id,
        **body.model_dump(),
        actor=request.actor,
        at=timezone.now(),
    )


class ParkIn(Body):
    explanation: text(500, description="As the enterprise reads it.")
    until: Annotated[date, Field(description="The day of review.")]


@does(
    f"{REQUEST}/parkings",
    Act.PARK,
    *HANDLE,
    *DISPATCH,
    name="parkRequest",
    summary="Set a request aside until a day, with an explanation",
)
def park(request: HttpRequest, case_id: Id, body: ParkIn) -> None:
    cases.case_park(case_id=case_id, **body.model_dump(), actor=request.actor, at=timezone.now())


class RedispatchIn(Body):
    lead_id: Id
    co_handlers: CoHandlers = []
    reason: text(500)


@does(
    f"{REQUEST}/redispatches",
    Act.REDISPATCH,
    *DISPATCH,
    name="redispatchRequest",
    summary="Take a request from its lead and give it to another",
)
def redispatch(request: HttpRequest, case_id: Id, body: RedispatchIn) -> None:
    desk.request_redispatch(
        case_id=case_id,
        lead_id=body.lead_id,
        co_handlers=asked_of(body.co_handlers),
        reason=body.reason,
        actor=request.actor,
        at=timezone.now(),
    )


class RefusalIn(Body):
    ground: Annotated[str, Field(max_length=40, description="A code from listGrounds.")]
    explanation: text(1000)
    where_to: text(200, least=0, description="To whom the enterprise can turn.") = ""
    earlier_id: Annotated[Id | None, Field(description="The request that settled the matter.")] = (
        None
    )


@does(
    f"{REQUEST}/refusals",
    Act.REFUSE,
    *DISPATCH,
    name="refuseRequest",
    summary="Do not accept a request, with ground and where to go",
)
def refuse(request: HttpRequest, case_id: Id, body: RefusalIn) -> None:
    desk.request_refuse(
        case_id=case_id, **body.model_dump(), actor=request.actor, at=timezone.now()
    )


class MergeIn(Body):
    into_id: Id
    explanation: text(1000, least=0) = ""


@does(
    f"{REQUEST}/mergers",
    Act.MERGE,
    *DISPATCH,
    name="mergeRequest",
    summary="Merge a request into another of the same enterprise",
)
def merge(request: HttpRequest, case_id: Id, body: MergeIn) -> None:
    desk.request_merge(case_id=case_id, **body.model_dump(), actor=request.actor, at=timezone.now())


class ReasonIn(Body):
    reason: text(500)


@does(
    f"{REQUEST}/withdrawals",
    Act.WITHDRAW,
    *WRITE,
    name="withdrawRequest",
    summary="Withdraw one's request",
)
def withdraw(request: HttpRequest, case_id: Id, body: ReasonIn) -> None:
    desk.request_withdraw(
        case_id=case_id, **body.model_dump(), actor=request.actor, at=timezone.now()
    )


@does(
    f"{REQUEST}/reopenings",
    Act.REOPEN,
    *WRITE,
    *DISPATCH,
    name="reopenRequest",
    summary="Open a closed request again, within the window",
)
def reopen(request: HttpRequest, case_id: Id, body: ReasonIn) -> None:
    desk.request_reopen(
        case_id=case_id, **body.model_dump(), actor=request.actor, at=timezone.now()
    )
