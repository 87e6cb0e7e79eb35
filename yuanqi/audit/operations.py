"""Every write of this slice: verifications, exports, erasures, retention."""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import IO

from django.db import connection, transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from yuanqi.foundation import journal, sheets, verify
from yuanqi.foundation.actors import SYSTEM, Actor, Role
from yuanqi.foundation.digests import sha256_of
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible
from yuanqi.foundation.journal import Audience, Event
from yuanqi.foundation.writer import conflict_if_taken

from . import erasing, queries, retention
from .erasing import Person, Removed
from .events import (
    ErasureAsked,
    ErasureRefused,
    ErasureWithdrawn,
    Exported,
    JournalVerified,
    PersonErased,
    RetentionRan,
    SealsTaken,
)
from .models import Erasure, RetentionRun, Verification

log = logging.getLogger(__name__)

STREAM = "audit"
VERIFY = "audit.verify"  # the job's name
RETENTION = "retention"
_LONGEST_REASON = 200
_TURN = "SELECT pg_advisory_xact_lock(hashtextextended('retention', 0))"


def _record(event: Event, stream: str, actor: Actor, at: datetime, **more: int | None) -> None:
    journal.record(event, stream=stream, audience=Audience.AUDIT, actor=actor, at=at, **more)


# seals and verifications ------------------------------------------------------------------------


@transaction.atomic
def verification_ask(*, whole: bool, actor: Actor, at: datetime) -> Verification:
    """Ask for a verification of the journal; a worker carries it out.

    Raises NotVisible; Conflict while another one is running.
    """
    queries.require_auditor(actor)
    journal.lock(STREAM)
    if Verification.objects.filter(finished_at__isnull=True).exists():
        raise Conflict(_("已经有一次核对在进行，请等它做完。"))
    asked = Verification.objects.create(asked_by_id=actor.account_id, asked_at=at, whole=whole)
    app.configure_task(VERIFY).defer(verification_id=asked.pk)
    return asked


def verification_run(*, verification_id: int, clock: Callable[[], datetime]) -> None:
    """Verify, and write down the result; a repeat after a killed worker verifies again."""
    asked = Verification.objects.filter(pk=verification_id, finished_at__isnull=True).first()
    if asked is None:
        return
    begun = time.perf_counter()
    report = verify.run(whole=asked.whole)
    taken = time.perf_counter() - begun
    at = clock()
    with transaction.atomic():
        done = Verification.objects.filter(pk=asked.pk, finished_at__isnull=True).update(
            finished_at=at,
            events=report.events,
            streams=report.streams,
            seals=report.seals,
            first_break=report.first_break,
            seconds=round(taken, 3),
        )
        if done:
            event = JournalVerified(asked.pk, asked.whole, report.intact, report.events)
            _record(event, STREAM, SYSTEM, at)


@transaction.atomic
def seals_take(*, actor: Actor, at: datetime) -> None:
    """Note that the file of seals was taken. Raises NotVisible."""
    queries.require_auditor(actor)
    _record(SealsTaken(), STREAM, actor, at)


@transaction.atomic
def export(
    *,
    target: IO[bytes],
    what: str,
    title: str,
    columns: Sequence[sheets.Column],
    rows: Iterable[Sequence[object]],
    actor: Actor,
    at: datetime,
) -> int:
    """Write a list of the audit administrator's as a workbook; the export is itself an event."""
    queries.require_auditor(actor)
    count = sheets.write(target, title=title, columns=columns, rows=rows, tz=queries.zone())
    _record(Exported(what, count), STREAM, actor, at)
    return count


# erasures ---------------------------------------------------------------------------------------


@transaction.atomic
def erasure_ask(*, kind: str, person_id: int, reason: str, actor: Actor, at: datetime) -> Erasure:
    """Ask that a person's data be erased: the service centre, who knows that he has left.

    Raises NotVisible for a person that there is not; NotAllowed; Invalid without a reason;
    Conflict if something stands in the way (PIPL art. 47: as long as the purpose needs them, data
    may stay), he is erased already, or it has been asked for.
    """
    if not actor.has(Role.CENTRE):
        raise NotAllowed()
    person = _person(kind, person_id)
    reason = _said(reason, "reason", _("请写明为什么删除，例如本人已离职并提出要求。"))
    _refuse_if_in_the_way(person)
    with conflict_if_taken(_("已经有人申请删除他的信息，等安全管理员确认。")):
        row = Erasure.objects.create(
            kind=kind, person_id=person_id, reason=reason, asked_by_id=actor.account_id, asked_at=at
        )
    event = ErasureAsked(row.pk, person.stream, sha256_of(reason))
    _record(event, row.stream, actor, at, enterprise_id=person.enterprise_id)
    return row


@transaction.atomic
def erasure_withdraw(*, erasure_id: int, actor: Actor, at: datetime) -> None:
    """Take back what one has asked for. Raises NotVisible, NotAllowed, Conflict."""
    row = _open(erasure_id, actor)
    if row.asked_by_id != actor.account_id:
        raise NotAllowed(_("只有申请人自己能撤回。"))
    _decide(row, Erasure.State.WITHDRAWN, actor, at)
    _record(ErasureWithdrawn(row.pk, _stream(row)), row.stream, actor, at)


@transaction.atomic
def erasure_refuse(*, erasure_id: int, note: str, actor: Actor, at: datetime) -> None:
    """Don't agree, and say why. Raises NotVisible, NotAllowed, Invalid, Conflict."""
    row = _open(erasure_id, actor)
    _require_second(row, actor)
    note = _said(note, "note", _("请写明为什么不同意。"))
    _decide(row, Erasure.State.REFUSED, actor, at, note=note)
    _record(ErasureRefused(row.pk, _stream(row), sha256_of(note)), row.stream, actor, at)


@transaction.atomic
def person_erase(*, erasure_id: int, actor: Actor, at: datetime) -> list[Removed]:
    """Erase a person's data, as asked for: the security administrator, never who asked.

    Every slice removes what it holds; the journal's hashes, the rows and what he did stay. Returns
    what was removed and left, without a value. Raises NotVisible, NotAllowed; Conflict if it was
    decided meanwhile or something stands in the way now.
    """
    row = _open(erasure_id, actor)
    _require_second(row, actor)
    person = _person(row.kind, row.person_id)
    # the streams whose personal values go: nobody writes to them meanwhile
    journal.lock(row.stream, *(stream for stream, _key, _value in person.personal))
    _refuse_if_in_the_way(person)
    removed = erasing.erase(person, at)
    told = [{"label": one.label, "count": one.count, "left": one.is_left} for one in removed]
    _decide(row, Erasure.State.DONE, actor, at, removed=told)
    event = PersonErased(
        erasure_id=row.pk,
        person=person.stream,
        removed=[{"what": one.label, "count": one.count} for one in removed if not one.is_left],
        left=[{"what": one.label, "count": one.count} for one in removed if one.is_left],
    )
    _record(event, row.stream, actor, at, enterprise_id=person.enterprise_id)
    return removed


def _person(kind: str, person_id: int) -> Person:
    person = erasing.find(kind, person_id)
    if person is None:
        raise NotVisible(person_id)
    return person


def _refuse_if_in_the_way(person: Person) -> None:
    if person.is_erased:
        raise Conflict(_("他的信息已经删除过了。"))
    for said in erasing.objections(person):
        raise Conflict(said)


def _open(erasure_id: int, actor: Actor) -> Erasure:
    """The erasure, locked; Conflict if it is decided."""
    row = queries.erasures_visible_to(actor).select_for_update(of=("self",)).filter(pk=erasure_id)
    found = row.first()
    if found is None:
        raise NotVisible(erasure_id)
    if found.state != Erasure.State.ASKED:
        raise Conflict(
            _("这件申请已经有了结果：%(state)s。") % {"state": found.get_state_display()}
        )
    return found


def _require_second(row: Erasure, actor: Actor) -> None:
    if not actor.has(Role.SECURITY_ADMIN):
        raise NotAllowed()
    if row.asked_by_id == actor.account_id:
        raise NotAllowed(_("申请的人自己不能确认，要由另一个人来做。"))


def _decide(row: Erasure, state: str, actor: Actor, at: datetime, **more: object) -> None:
    values = {"state": state, "decided_by_id": actor.account_id, "decided_at": at, **more}
    Erasure.objects.filter(pk=row.pk).update(**values)


def _stream(row: Erasure) -> str:
    return f"{row.kind}:{row.person_id}"


def _said(text: str, field: str, wanted: str) -> str:
    text = text.strip()
    if not text or "\0" in text:
        raise Invalid(wanted, field)
    if len(text) > _LONGEST_REASON:
        raise Invalid(_("最多 %(most)s 个字。") % {"most": _LONGEST_REASON}, field)
    return text


# retention --------------------------------------------------------------------------------------


def retention_run(*, at: datetime, only: str = "") -> list[RetentionRun]:
    """Remove what is older than its kind is kept, in batches; one row and one event a kind.

    A kind that fails doesn't keep the others; its row says so. Two runs at once take turns.
    """
    done = []
    for kind in retention.registered():
        if only and kind.name != only:
            continue
        done.append(_remove(kind, at))
    return done


def _remove(kind: retention.Kind, at: datetime) -> RetentionRun:
    before = kind.before(at)
    removed, failure = 0, ""
    try:
        while True:
            # each batch its own transaction: no long lock, and what is gone stays gone
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute(_TURN)
                count = kind.remove(before)
            removed += count
            if not count:
                break
    except Exception as error:
        log.exception("retention of %s failed", kind.name)
        failure = type(error).__name__
    with transaction.atomic():
        row = RetentionRun.objects.create(
            kind=kind.name, at=at, before=before, removed=removed, failure=failure
        )
        _record(RetentionRan(kind.name, before, removed, bool(failure)), RETENTION, SYSTEM, at)
    return row
