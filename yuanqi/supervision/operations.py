"""Every write of supervision: the sweep's, and what the centre, leaders and heads do by hand."""

import logging
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.casework.casefile import Allowance, CaseFile
from yuanqi.casework.models import CaseState, ClockRecord, Purpose
from yuanqi.casework.operations import definition_of, limits_of, opened
from yuanqi.casework.queries import Act
from yuanqi.foundation.actors import SYSTEM, Actor
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed
from yuanqi.foundation.formats import moment_long
from yuanqi.foundation.prepared import Given, Read
from yuanqi.foundation.spells import GoesOn, always, is_alone
from yuanqi.foundation.standing import looked_up_once
from yuanqi.organisation.models import Officer
from yuanqi.organisation.queries import current_calendar

from . import acts
from .baskets import in_basket
from .due import to_remind, to_watch
from .line import demanded, first_asked, held, is_late, is_overdue, next_asked, unit_of
from .models import DEMANDED, Basket, Ground, Inspection, Supervision
from .queries import (
    AT_WORK,
    is_demand,
    may_end,
    owed,
    owed_by,
    remindable_from,
    supervision_acts,
)

log = logging.getLogger(__name__)

_SWEEP = "supervision-sweep"


# --- the sweep -----------------------------------------------------------------------------------


def sweep(*, at: datetime) -> int:
    """Say which limits are near and which have passed, and go up the reporting line.

    Returns of how many cases something was said. Safe to run late, twice, and by two workers at
    once: each thing is said once. A case that fails holds up no other; the next sweep tries again.
    """
    return sweep_on(at=at).said


@dataclass(frozen=True, slots=True)
class Swept:
    """Of how many cases something was said; and if others still wait, the last looked at."""

    said: int
    reached: int | None = None


def sweep_on(*, at: datetime, after: int = 0, goes_on: GoesOn = always) -> Swept:
    """Sweep the cases with a higher id than `after`, a transaction each, as long as it `goes_on`.

    Of two sweeps at the same time one leaves the rest to the other.
    """
    said = 0
    for case_id in to_watch(at):
        if case_id <= after:
            continue
        if not goes_on():
            return Swept(said, after)
        try:
            with looked_up_once(), transaction.atomic():
                if not is_alone(_SWEEP):
                    break
                said += case_watch(case_id=case_id, at=at)
        except Exception:
            log.exception("case %d could not be supervised; the next sweep tries again", case_id)
        after = case_id
    return Swept(said)


@transaction.atomic
def case_watch(*, case_id: int, at: datetime) -> bool:
    """Say of one case what is to be said by now; returns whether there was anything.

    Whatever the sweep saw is looked at anew under the case's lock. One rung at most is climbed:
    who is asked has his full limit from the moment he is told.
    """
    file = opened(case_id, SYSTEM, Act.SUPERVISE, at)
    rows = _STANDING.all(case=file.case.pk)
    prefetch_related_objects(rows, "passed_limits__clock")
    # accounts first: what begins now is looked at by the next sweep
    said = [_watch_account(file, row) for row in rows]
    said += [_watch_clock(file, record, rows) for record in list(file.clocks)]
    pauses = to_remind(file.at, file.case) if file.case.is_paused else []
    for pause in pauses:
        acts.remind_of_supply(file, pause)
    file.settle()
    return any(said) or bool(pauses)


_STANDING = Read(
    lambda: Supervision.objects.filter(case=Given("case"), ended_at__isnull=True).select_related(
        "department", "calendar"
    )
)


def _watch_clock(file: CaseFile, record: ClockRecord, rows: list[Supervision]) -> bool:
    if not record.is_open or record.due_at is None:
        return False
    if record.purpose == Purpose.EVALUATE and file.case.state != CaseState.CALL_BACK:
        # the enterprise's time to evaluate: nobody of the park is near his limit
        return False
    if is_late(record, file.case, file.at):
        if record.escalated_at is not None:
            return False
        _escalate(file, record, rows)
        return True
    if _is_near(file, record):
        acts.limit_near(file, record, held(file, record))
        return True
    return False


def _escalate(file: CaseFile, record: ClockRecord, rows: list[Supervision]) -> None:
    holder = held(file, record)
    waiting = next(
        (
            row
            for row in rows
            if row.is_waiting and not row.is_demand and row.unit_id == holder.department.pk
        ),
        None,
    )
    asked = None
    if waiting is None:
        asked = first_asked(file.case, holder.department, file.at)
        if asked is None:
            log.warning("case %d: nobody of the line may be told of its delay", file.case.pk)
    row = acts.limit_passed(file, record, holder, waiting, asked, _allowance(file))
    if row is not None and row is not waiting:
        rows.append(row)


def _watch_account(file: CaseFile, row: Supervision) -> bool:
    stops = [passed.clock.stopped_at for passed in row.passed_limits.all()]
    if stops and None not in stops:
        acts.end(file, row, how="limit", at=max(stops))
        return True
    if file.case.closed_at is not None:
        acts.end(file, row, how="closed", at=file.case.closed_at)
        return True
    if row.replied_at is not None or row.due_at is None or row.passed_at is not None:
        return False
    if file.at > row.due_at:
        asked = next_asked(file.case, row.department, row.officer_id, file.at)
        acts.account_missing(file, row, asked, _allowance(file))
        return True
    if _is_near(file, row):
        acts.account_near(file, row)
        return True
    return False


def _is_near(file: CaseFile, limit: ClockRecord | Supervision) -> bool:
    """Whether it is to be said now: not again unless the limit has moved since."""
    if limit.warn_at is None or file.at < limit.warn_at:
        return False
    return limit.warned_at is None or limit.warned_at < limit.warn_at


def _allowance(file: CaseFile) -> Allowance | None:
    return limits_of(file.case).find(Purpose.SUPERVISE)


# --- by hand -------------------------------------------------------------------------------------


@transaction.atomic
def remind(*, case_id: int, words: str = "", actor: Actor, at: datetime) -> None:
    """Ask whoever has the case in hand to get on with it (催办).

    By the centre, a leader, the head of the lead's department, a linked officer. Raises
    NotVisible, NotAllowed; Conflict when it isn't the park's move, and within the grace after the
    last reminder (three working days): a nudge isn't nagging.
    """
    file = _opened(case_id, actor, Act.REMIND, at)
    case = file.case
    if case.state not in AT_WORK:
        raise Conflict(_("%(number)s 现在不等园区办，不用催办。") % {"number": case.number})
    if case.is_paused:
        raise Conflict(_("%(number)s 已暂停计时，在等别人，催办没有用。") % {"number": case.number})
    if case.responsible_id in actor.officer_ids:
        raise Conflict(_("%(number)s 就在您手里，不用催办。") % {"number": case.number})
    days = definition_of(case).supervision.remind_grace_working_days
    last, until = remindable_from(case, days, current_calendar())
    if last is not None and until is not None and file.at < until:
        assert last.by is not None, "a reminder to the park has an author"
        raise Conflict(
            _("%(name)s %(at)s 刚催过 %(number)s，%(until)s 起才能再催。")
            % {
                "name": last.by.name,
                "number": case.number,
                "at": _when(last.at, file.at),
                "until": _when(until, file.at),
            }
        )
    acts.remind(file, words=words.strip(), by=_self(actor))


@transaction.atomic
def supervise(*, case_id: int, demand: str, ground: str = "", actor: Actor, at: datetime) -> int:
    """Demand an account from the head of whoever has the case (督办); returns the demand's id.

    By the centre or a leader, on a ground that the law names (Weifang 12345 Regulation, 2021,
    art. 26); without one it is that the case is overdue. Raises NotVisible, NotAllowed, Invalid;
    Conflict while another demand stands, and where nobody can be asked.
    """
    file = _opened(case_id, actor, Act.SUPERVISE, at)
    case = file.case
    ground = ground or Ground.OVERDUE
    if ground not in DEMANDED:
        raise Invalid(_("请从列出的情形中选督办的理由。"), "ground")
    demand = demand.strip()
    if not demand:
        raise Invalid(_("请写明要求做到什么。"), "demand")
    if not case.is_open:
        raise Conflict(_("这件已经办结，不能再督办；问题没解决的，请重新办理。"))
    standing = Supervision.objects.filter(is_demand, case=case, ended_at__isnull=True)
    before = standing.select_related("by").first()
    if before is not None:
        assert before.by is not None, "a demand has an author"
        raise Conflict(
            _("%(name)s %(at)s 已经督办，还没有结束，不用再督办一次。")
            % {"name": before.by.name, "at": _when(before.began_at, file.at)}
        )
    if ground == Ground.OVERDUE and not is_overdue(file):
        raise Conflict(_("这件没有超时，请另选督办的理由。"))
    allowance = _allowance(file)
    if allowance is None:
        raise Conflict(_("办理规则里没有督办答复的时限，不能督办。"))
    unit = unit_of(case)
    asked = demanded(case, unit, actor.officer_ids, file.at)
    if asked is None:
        raise Conflict(
            _("%(unit)s和它的上级还没有登记负责人，没有人可以督办。") % {"unit": unit.label}
        )
    return acts.demand(
        file,
        ground=Ground(ground),
        words=demand,
        by=_self(actor),
        unit=unit,
        asked=asked,
        allowance=allowance,
        calendar=current_calendar(),
    ).pk


@transaction.atomic
def supervision_answer(*, case_id: int, reply: str, actor: Actor, at: datetime) -> None:
    """Account for all that the actor is asked on this case: why, and until when it is done.

    The line is climbed no further; the limits themselves go on. Raises NotVisible, NotAllowed,
    Invalid; Conflict if nothing is asked of him (any more).
    """
    file = _opened(case_id, actor, Act.REPORT, at)
    reply = reply.strip()
    if not reply:
        raise Invalid(_("请写明原因和下一步，什么时候办好。"), "reply")
    rows = owed_by(file.case, actor)
    if not rows:
        other = owed(file.case).first()
        if other is not None:
            raise NotAllowed(_("这件督办由%(name)s答复。") % {"name": other.officer.name})
        raise Conflict(_("这件现在没有等您答复的督办。"))
    acts.reply(file, rows, words=reply, by=_self(actor))


@transaction.atomic
def supervision_end(*, case_id: int, words: str = "", actor: Actor, at: datetime) -> None:
    """End the demand that stands on this case: by who made it, or the centre.

    Raises NotVisible, NotAllowed; Conflict if none stands.
    """
    file = _opened(case_id, actor, Act.SUPERVISE, at)
    row = (
        Supervision.objects.select_related("by")
        .filter(is_demand, case=file.case, ended_at__isnull=True)
        .first()
    )
    if row is None:
        raise Conflict(_("这件没有未结束的督办。"))
    if not may_end(row, actor):
        raise NotAllowed(_("督办由提出的人或服务中心结束。"))
    acts.end(file, row, how="officer", at=file.at, by=_self(actor), words=words.strip())
    file.settle(acted=False)


@transaction.atomic
def inspect(
    *, case_id: int, basket: str, finding: str, note: str = "", actor: Actor, at: datetime
) -> int:
    """Write down what a closed case looks like on a second look; returns the inspection's id.

    By the centre; `finding` is "ok" or "not-ok", which says what is wrong. Raises NotVisible,
    NotAllowed, Invalid; Conflict if it has left the basket: somebody looked, or it is open again.
    """
    file = _opened(case_id, actor, Act.INSPECT, at)
    if basket not in Basket.values:
        raise Invalid(_("请从列出的抽查里选一种。"), "basket")
    if finding not in ("ok", "not-ok"):
        raise Invalid(_("请选择抽查的结果。"), "finding")
    note = note.strip()
    if finding == "not-ok" and not note:
        raise Invalid(_("请写明哪里没办好。"), "note")
    if not in_basket(basket, actor, file.at).filter(pk=case_id).exists():
        seen = Inspection.objects.select_related("by").filter(case=file.case).last()
        if seen is not None and (file.case.closed_at or file.at) <= seen.at:
            raise Conflict(
                _("%(name)s %(at)s 已经看过这件。")
                % {"name": seen.by.name, "at": _when(seen.at, file.at)}
            )
        raise Conflict(_("这件已经不在这种抽查里：可能又在办理中。"))
    return acts.inspect(file, basket=basket, is_ok=finding == "ok", note=note, by=_self(actor)).pk


def _opened(case_id: int, actor: Actor, act: Act, at: datetime) -> CaseFile:
    """Lock the case and take its file in hand. Who sees it may write notes; supervision says
    itself who may do `act`."""
    file = opened(case_id, actor, Act.NOTE, at)
    if act not in supervision_acts(file.case, actor):
        raise NotAllowed(
            _("催办由服务中心、领导、主办部门负责人和挂钩干部发起；督办由服务中心和领导发起。")
        )
    return file


def _self(actor: Actor) -> Officer:
    return Officer.objects.select_related("department").get(pk=actor.officer_id)


def _when(at: datetime, now: datetime) -> str:
    return moment_long(at, now=now, tz=timezone.get_default_timezone())
