"""What operations on promises do once they are allowed. One event each."""

from datetime import date, datetime

from django.utils import timezone

from yuanqi.foundation.actors import Actor
from yuanqi.foundation.digests import sha256_of
from yuanqi.foundation.journal import Audience, Event
from yuanqi.foundation.models import StoredFile
from yuanqi.foundation.writer import Writer
from yuanqi.organisation.models import Officer
from yuanqi.registry.models import Enterprise

from . import events
from .models import Promise, State


def tell(
    writer: Writer,
    event: Event,
    promise: Promise,
    *,
    actor: Actor,
    at: datetime,
    audience: Audience = Audience.ENTERPRISE,
) -> None:
    writer.record(
        event, stream=promise.stream, audience=audience, actor=actor, at=at,
        enterprise_id=promise.enterprise_id,
    )  # fmt: skip


def promise(
    writer: Writer,
    *,
    enterprise: Enterprise,
    text: str,
    officer: Officer,
    made_by: Officer,
    due_on: date,
    occasion: str,
    actor: Actor,
    at: datetime,
) -> Promise:
    """Give the park's word to an enterprise; `officer` answers for it."""
    row = writer.insert(
        Promise(
            enterprise=enterprise, text=text, occasion=occasion, made_on=timezone.localdate(at),
            made_by=made_by, officer=officer, department_id=officer.department_id, due_on=due_on,
        )
    )  # fmt: skip
    event = events.PromiseMade(
        promise_id=row.pk, enterprise_id=enterprise.pk, officer_id=officer.pk,
        department_id=officer.department_id, occasion=occasion, due_on=due_on,
        text_sha256=sha256_of(text),
    )  # fmt: skip
    tell(writer, event, row, actor=actor, at=at)
    return row


def promise_keep(
    writer: Writer,
    row: Promise,
    *,
    outcome: str,
    file: StoredFile | None = None,
    file_name: str = "",
    actor: Actor,
    at: datetime,
) -> None:
    """It is kept: `outcome` says how, the file shows it."""
    _close(writer, row, State.KEPT, outcome, actor, at)
    if file is not None:
        writer.update(row, file=file, file_name=file_name)
    event = events.PromiseKept(
        promise_id=row.pk, enterprise_id=row.enterprise_id, outcome_sha256=sha256_of(outcome),
        file_sha256=file.sha256 if file else "",
    )  # fmt: skip
    tell(writer, event, row, actor=actor, at=at)


def promise_break(writer: Writer, row: Promise, *, reason: str, actor: Actor, at: datetime) -> None:
    """It wasn't and won't be kept, and why."""
    _close(writer, row, State.BROKEN, reason, actor, at)
    event = events.PromiseBroken(
        promise_id=row.pk, enterprise_id=row.enterprise_id, outcome_sha256=sha256_of(reason)
    )
    tell(writer, event, row, actor=actor, at=at)


def promise_withdraw(
    writer: Writer, row: Promise, *, reason: str, actor: Actor, at: datetime
) -> None:
    """Nobody needs it any more, and why."""
    _close(writer, row, State.WITHDRAWN, reason, actor, at)
    event = events.PromiseWithdrawn(
        promise_id=row.pk, enterprise_id=row.enterprise_id, outcome_sha256=sha256_of(reason)
    )
    tell(writer, event, row, actor=actor, at=at)


def promise_hand_over(
    writer: Writer, row: Promise, *, officer: Officer, actor: Actor, at: datetime
) -> None:
    """Somebody else answers for it from now on; its day stays, he is reminded afresh."""
    before = row.officer_id
    writer.update(
        row, officer=officer, department_id=officer.department_id,
        handed_on=timezone.localdate(at), told_step=0,
    )  # fmt: skip
    event = events.PromiseHandedOver(
        promise_id=row.pk, enterprise_id=row.enterprise_id, before_id=before,
        officer_id=officer.pk, department_id=officer.department_id,
    )  # fmt: skip
    tell(writer, event, row, actor=actor, at=at)


def _close(
    writer: Writer, row: Promise, state: State, outcome: str, actor: Actor, at: datetime
) -> None:
    writer.update(
        row, state=state, outcome=outcome, closed_at=at, closed_by_id=actor.account_id
    )  # fmt: skip
