"""Supervision of requests, and what is done to many of them at once."""

from typing import Annotated, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Schema

from yuanqi.casework.queries import Act
from yuanqi.foundation.api import Id, text
from yuanqi.supervision import operations as supervision
from yuanqi.supervision.models import DEMANDED, Basket

from .. import batch
from ..batch import Do
from .acting import REQUEST
from .endpoints import DISPATCH, END_SUPERVISION, HANDLE, Body, does, router

Ground = Literal[*("", *(str(ground.value) for ground in DEMANDED))]
BasketCode = Literal[*(str(basket.value) for basket in Basket)]


class ReminderIn(Body):
    words: text(500, least=0) = ""


@does(
    f"{REQUEST}/reminders",
    Act.REMIND,
    *DISPATCH,
    *HANDLE,
    name="remindRequest",
    summary="Ask whoever has a request in hand to get on with it",
)
def remind(request: HttpRequest, case_id: Id, body: ReminderIn) -> None:
    """Refused within three working days of the last reminder: a nudge isn't nagging."""
    supervision.remind(case_id=case_id, words=body.words, actor=request.actor, at=timezone.now())


class DemandIn(Body):
    demand: text(500)
    ground: Annotated[Ground, Field(description="Empty: the request is overdue.")] = ""


@does(
    f"{REQUEST}/demands",
    Act.SUPERVISE,
    *DISPATCH,
    name="superviseRequest",
    summary="Demand an account from the head of whoever has a request",
)
def supervise(request: HttpRequest, case_id: Id, body: DemandIn) -> int:
    return supervision.supervise(
        case_id=case_id, **body.model_dump(), actor=request.actor, at=timezone.now()
    )


class ReplyIn(Body):
    reply: text(1000)


@does(
    f"{REQUEST}/demand-replies",
    Act.REPORT,
    *HANDLE,
    *DISPATCH,
    name="answerSupervision",
    summary="Account for a delay: why, and until when it is done",
)
def answer(request: HttpRequest, case_id: Id, body: ReplyIn) -> None:
    supervision.supervision_answer(
        case_id=case_id, reply=body.reply, actor=request.actor, at=timezone.now()
    )


class EndIn(Body):
    words: text(500, least=0) = ""


@does(
    f"{REQUEST}/demand-ends",
    END_SUPERVISION,
    *DISPATCH,
    name="endSupervision",
    summary="End the demand that stands on a request",
)
def end(request: HttpRequest, case_id: Id, body: EndIn) -> None:
    supervision.supervision_end(
        case_id=case_id, words=body.words, actor=request.actor, at=timezone.now()
    )


class InspectionIn(Body):
    basket: BasketCode
    finding: Literal["ok", "not-ok"]
    note: text(500, least=0) = ""


@does(
    f"{REQUEST}/inspections",
    Act.INSPECT,
    *DISPATCH,
    name="inspectRequest",
    summary="Write down what a closed request looks like on a second look",
)
def inspect(request: HttpRequest, case_id: Id, body: InspectionIn) -> int:
    return supervision.inspect(
        case_id=case_id, **body.model_dump(), actor=request.actor, at=timezone.now()
    )


# --- many at once ------------------------------------------------------------------------------


class Refused(Schema):
    case_id: int
    detail: str


class BatchOut(Schema):
    """Each request in its own transaction: what was done, and what was refused with its reason."""

    done: list[int]
    refused: list[Refused]


class BatchIn(Body):
    case_ids: Annotated[list[Id], Field(min_length=1, max_length=batch.MOST)]


def _run(body: BatchIn, do: Do) -> BatchOut:
    report = batch.run(body.case_ids, do)
    return BatchOut(
        done=list(report.done),
        refused=[Refused(case_id=case_id, detail=said) for case_id, said in report.refused],
    )


@router.act(
    "/batches/dispatches",
    *DISPATCH,
    response=BatchOut,
    name="dispatchRequestsAsProposed",
    summary="Give each of these requests to the lead that its category proposes",
    in_parts=True,
)
def dispatch_many(request: HttpRequest, body: BatchIn) -> BatchOut:
    return _run(body, batch.dispatch_as_proposed(actor=request.actor, at=timezone.now()))


@router.act(
    "/batches/reminders",
    *DISPATCH,
    *HANDLE,
    response=BatchOut,
    name="remindRequests",
    summary="Remind whoever has these requests in hand",
    in_parts=True,
)
def remind_many(request: HttpRequest, body: BatchIn) -> BatchOut:
    return _run(body, batch.remind(actor=request.actor, at=timezone.now()))


class MergeManyIn(BatchIn):
    into_id: Id
    explanation: text(1000, least=0) = ""


@router.act(
    "/batches/mergers",
    *DISPATCH,
    response=BatchOut,
    name="mergeRequests",
    summary="Merge these requests into one of the same enterprise",
    in_parts=True,
)
def merge_many(request: HttpRequest, body: MergeManyIn) -> BatchOut:
    do = batch.merge_into(
        body.into_id, explanation=body.explanation, actor=request.actor, at=timezone.now()
    )
    return _run(body, do)
