"""Every write to a case that all kinds of case share."""

import logging
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.foundation import files
from yuanqi.foundation.actors import SYSTEM, Actor
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible
from yuanqi.foundation.files import Upload
from yuanqi.foundation.spells import GoesOn, always
from yuanqi.organisation.models import Officer

from . import acts
from .casefile import CaseFile, Enclosed
from .definition import MechanismDefinition
from .duty import DATABASE, centre_at, intake, is_barred, reviewer_of
from .models import Case, CaseState, ClockPause, Message, Satisfaction, Task
from .queries import Act, case_for, co_handling_of
from .rulebook import Limits, definition_in, limits_on, published
from .texts import required

log = logging.getLogger(__name__)


opened = case_for  # an operation begins by taking the case's file in hand


def definition_of(case: Case) -> MechanismDefinition:
    return definition_in(published(case.mechanism_version_id))


def limits_of(case: Case) -> Limits:
    """The limits in force on the day the case was raised: later rules leave old cases alone."""
    mechanism_id = published(case.mechanism_version_id).mechanism_id
    return limits_on(mechanism_id, timezone.localdate(case.opened_at))


def enclosed(uploads: Sequence[Upload], at: datetime) -> list[Enclosed]:
    """Keep uploads. Their rows are written in order of hash: two who enclose the same files in
    another order would otherwise wait for each other."""
    kept = {
        upload.sha256: files.keep(upload, at)
        for upload in sorted(uploads, key=lambda upload: upload.sha256)
    }
    return [Enclosed(kept[upload.sha256], upload.name) for upload in uploads]


@transaction.atomic
def clock_pause(*, case_id: int, ground: str, awaited: str, actor: Actor, at: datetime) -> None:
    """Stop the case's resolve clock on a ground that its mechanism allows (暂停计时).

    Raises NotVisible, NotAllowed; Conflict if the clock isn't running or has run out.
    """
    file = opened(case_id, actor, Act.PAUSE, at)
    acts.pause(file, ground=ground, awaited=awaited, definition=definition_of(file.case))


@transaction.atomic
def clock_resume(*, case_id: int, actor: Actor, at: datetime) -> None:
    """Let a paused resolve clock go on. Raises NotVisible, NotAllowed; Conflict if it runs."""
    acts.resume(opened(case_id, actor, Act.RESUME, at), by="officer")


@transaction.atomic
def material_supply(
    *, case_id: int, body: str, uploads: Sequence[Upload] = (), actor: Actor, at: datetime
) -> None:
    """Hand in what the pause waits for; the clock goes on.

    Raises NotVisible, NotAllowed; Conflict if nothing is awaited of the enterprise.
    """
    file = opened(case_id, actor, Act.SUPPLY, at)
    acts.supply(
        file, body=body, enclosed=enclosed(uploads, at), definition=definition_of(file.case)
    )


@transaction.atomic
def case_park(*, case_id: int, explanation: str, until: date, actor: Actor, at: datetime) -> None:
    """Set a case aside until a day of review (挂起), with an explanation to the enterprise.

    By the service centre or the lead's head. Raises NotVisible, NotAllowed, Invalid; Conflict if
    the clock isn't running or has run out.
    """
    explanation = required(explanation, "explanation", _("请向企业说明为什么挂起。"), at_most=200)
    file = opened(case_id, actor, Act.PARK, at)
    acts.park(
        file,
        explanation=explanation,
        until=until,
        officer=Officer.objects.get(pk=actor.officer_id),
        definition=definition_of(file.case),
    )


@transaction.atomic
def extension_ask(
    *, case_id: int, amount: Decimal | int, reason: str, actor: Actor, at: datetime
) -> int:
    """Ask for more time to resolve a case (申请延期), in its limit's base; returns its id.

    The lead's head decides; if he asks himself, the next head up the reporting line. Raises
    NotVisible, NotAllowed, Invalid; Conflict while paused, after the limit, or asked already.
    """
    reason = required(reason, "reason", _("请写明为什么要延期。"))
    file = opened(case_id, actor, Act.EXTEND, at)
    case = file.case
    asker = Officer.objects.get(pk=actor.officer_id)
    if case.lead is None:
        raise Conflict(_("只有办理中的诉求可以申请延期。"))
    try:
        reviewer = reviewer_of(DATABASE, case.lead, file.at, asker=asker, bars=file.bars)
    except LookupError:
        raise Conflict(_("还没有能审批延期的负责人，请先请系统管理员登记部门负责人。"))
    extension = acts.extension_ask(
        file,
        officer=asker,
        reviewer=reviewer,
        amount=Decimal(amount),
        reason=reason,
        most=limits_of(case).find("extension", case.level, case.category),
    )
    return extension.pk


@transaction.atomic
def extension_decide(
    *, case_id: int, is_granted: bool, decision: str, actor: Actor, at: datetime
) -> None:
    """Grant or refuse the extension that is asked for (审批延期), with a reason.

    Raises NotVisible, NotAllowed, Invalid; Conflict if none is asked for, or it is decided.
    """
    decision = required(decision, "decision", _("请写明审批意见。"))
    file = opened(case_id, actor, Act.DECIDE_EXTENSION, at)
    extension = file.open_extension
    if extension is not None and extension.reviewer_id not in actor.officer_ids:
        raise NotAllowed(_("这项延期由%(name)s审批。") % {"name": extension.reviewer.name})
    acts.extension_decide(
        file,
        officer=Officer.objects.get(pk=actor.officer_id),
        is_granted=is_granted,
        decision=decision,
    )


@transaction.atomic
def message_send(
    *,
    case_id: int,
    body: str,
    kind: str = Message.Kind.TALK,
    uploads: Sequence[Upload] = (),
    actor: Actor,
    at: datetime,
) -> None:
    """Say something on the case; `note` stays inside the park, `plan` stops the plan clock.

    Raises NotVisible, NotAllowed, Invalid; Conflict once the case is closed.
    """
    # an answer and a supply are acts of their own, never just words that look like one
    act = {"talk": Act.TALK, "note": Act.NOTE, "plan": Act.PLAN}.get(kind)
    if act is None:
        raise Invalid(_("请选择沟通、内部备注或办理计划。"), "kind")
    file = opened(case_id, actor, act, at)
    acts.talk(file, body=body, kind=Message.Kind(kind), enclosed=enclosed(uploads, at))


@transaction.atomic
def task_start(*, case_id: int, task_id: int, actor: Actor, at: datetime) -> None:
    """Take up a co-handling task of one's department. Raises Conflict if somebody has."""
    file = opened(case_id, actor, Act.TASK_START, at)
    task = _own_task(file, task_id, actor)
    acts.task_start(file, task, Officer.objects.get(pk=actor.officer_id))


@transaction.atomic
def task_finish(*, case_id: int, task_id: int, opinion: str, actor: Actor, at: datetime) -> None:
    """Give the co-handler's opinion. Raises Conflict if the task isn't active."""
    file = opened(case_id, actor, Act.TASK_FINISH, at)
    acts.task_finish(file, _own_task(file, task_id, actor), opinion=opinion)


@transaction.atomic
def task_hand_over(
    *, case_id: int, task_id: int, to_officer_id: int, reason: str, actor: Actor, at: datetime
) -> None:
    """Give an active task to a colleague of the same unit (转办): by its officer or its head.

    Raises NotVisible, NotAllowed, Invalid; Conflict if it isn't being worked on.
    """
    reason = required(reason, "reason", _("请写明为什么转办。"))
    file = opened(case_id, actor, Act.HAND_OVER, at)
    task = next((task for task in file.tasks if task.pk == task_id), None)
    if task is None:
        raise NotVisible(task_id)
    if not actor.officer_ids & {task.officer_id, task.department.head_id}:
        raise NotAllowed(_("由经办人自己或部门负责人转办。"))
    to = Officer.objects.filter(
        pk=to_officer_id, department=task.department_id, is_active=True
    ).first()
    if to is None or is_barred(to, file.bars):
        raise Invalid(_("请选一位本部门的同事。"), "to_officer")
    acts.hand_over(file, task, to=to, reason=reason)


def _own_task(file: CaseFile, task_id: int, actor: Actor) -> Task:
    mine = {task.pk for task in co_handling_of(file.case, actor)}
    for task in file.tasks:
        if task.pk == task_id and task.pk in mine:
            return task
    raise NotVisible(task_id)


@transaction.atomic
def case_evaluate(
    *,
    case_id: int,
    level: int,
    is_resolved: bool,
    was_contacted: bool,
    praise: str = "",
    complaint: str = "",
    actor: Actor,
    at: datetime,
) -> None:
    """Judge an answered case (评价): good closes it, the two lowest levels open a call-back.

    Raises NotVisible, NotAllowed, Invalid; Conflict if it isn't waiting for an evaluation.
    """
    if level not in Satisfaction.values:
        raise Invalid(_("请从五个等级中选一个。"), "level")
    file = opened(case_id, actor, Act.EVALUATE, at)
    unit, officer = intake(DATABASE, centre_at(file.at), file.at, file.bars)
    acts.evaluate(
        file,
        level=level,
        is_resolved=is_resolved,
        was_contacted=was_contacted,
        praise=praise,
        complaint=complaint,
        definition=definition_of(file.case),
        call_back=limits_of(file.case).allowance("call_back"),
        on_duty=(officer, unit),
    )


@transaction.atomic
def case_close_unrated(*, case_id: int, at: datetime) -> bool:
    """Close a case whose evaluate limit has passed without a word: counted as not rated.

    Safe to run late or twice: returns False if there is nothing (or nothing any more) to do.
    """
    file = opened(case_id, SYSTEM, Act.EVALUATE, at)
    clock = file.case.clock
    if file.case.state != CaseState.ANSWERED or clock is None or clock.due_at is None:
        return False
    if at <= clock.due_at:
        return False
    acts.close(file, how="unrated")
    return True


@transaction.atomic
def pause_run_out(*, case_id: int, at: datetime) -> bool:
    """End a pause that has reached its longest; it ends at that instant, however late we are."""
    file = opened(case_id, SYSTEM, Act.RESUME, at)
    open_pause = file.open_pause()
    if open_pause is None or at < open_pause.until_at:
        return False
    file.at = open_pause.until_at
    acts.resume(file, by="limit")
    return True


def sweep(*, at: datetime, goes_on: GoesOn = always) -> int:
    """Do what has become due, as long as it `goes_on`: end pauses that ran out, close what nobody
    rated. What is left over is as due for the next sweep.

    Returns how many cases it changed. A case that fails holds up no other: it is logged, and
    tried again by the next sweep.
    """
    ran_out = ClockPause.objects.filter(
        end_at__isnull=True, until_at__lte=at, clock__stopped_at__isnull=True
    ).order_by("until_at")
    unrated = Case.objects.filter(state=CaseState.ANSWERED, due_at__lt=at).order_by("due_at")
    due: list[tuple[Callable[..., bool], int]] = [
        *((pause_run_out, pk) for pk in ran_out.values_list("clock__case_id", flat=True)),
        *((case_close_unrated, pk) for pk in unrated.values_list("pk", flat=True)),
    ]
    done = 0
    for act, case_id in due:
        if not goes_on():
            break
        try:
            done += act(case_id=case_id, at=at)
        except Exception:
            log.exception("case %d could not be swept; the next sweep tries it again", case_id)
    return done
