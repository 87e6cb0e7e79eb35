"""延期: asked before the limit ends, decided by somebody else, granted once.

Rule: Anyang Government Service Regulation (2021) art. 50 (once, by the unit's head); how much at
most is the park's table.
"""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from yuanqi.domain.clock import Limit, Pause
from yuanqi.foundation.errors import Conflict, Invalid
from yuanqi.foundation.journal import Audience
from yuanqi.organisation.calendars import work_calendar
from yuanqi.organisation.models import Officer

from ..casefile import Allowance, CaseFile
from ..events import ExtensionAsked, ExtensionDecided
from ..models import CaseState, ClockRecord, Extension, Purpose


def extension_ask(
    file: CaseFile,
    *,
    officer: Officer,
    reviewer: Officer,
    amount: Decimal,
    reason: str,
    most: Allowance | None,
) -> Extension:
    """Ask for more time, in the base of the limit. Nothing moves until it is decided.

    Not while the clock is paused: no limit runs out then, and what will be missing shows when it
    goes on. One granted extension a case; what was refused may be asked again with a better
    reason, before the limit ends.
    """
    if file.case.state != CaseState.IN_PROGRESS:
        raise Conflict(_("只有办理中的诉求可以申请延期。"))
    record = file.clock(Purpose.RESOLVE)
    assert record is not None, "a case in progress has an open resolve clock"
    file.follow_calendar(record)
    if most is None or most.limit.base != record.limit_base:
        raise Conflict(_("这个时限按办理规则不能延期。"))
    standing = next((e for e in file.extensions if e.decided_at is None or e.is_granted), None)
    if standing is not None:
        raise Conflict(
            _("已经批准过一次延期，不能再延。")
            if standing.is_granted
            else _("延期申请正等%(name)s审批，不用再提。") % {"name": standing.reviewer.name}
        )
    if record.due_at is None:
        raise Conflict(_("计时还在暂停。恢复计时以后，时间不够再申请延期。"))
    if file.at > record.due_at:
        raise Conflict(_("办结时限已过，不能再申请延期。请尽快答复。"))
    if amount > most.limit.amount:
        raise Invalid(_("最多可以延 %(most)s。") % {"most": most.limit.amount}, "amount")
    extension = Extension(
        case=file.case,
        clock=record,
        asked_at=file.at,
        asked_by=officer,
        reason=reason,
        amount=amount,
        reviewer=reviewer,
        due_before=record.due_at,
        due_after=_due_with(file, record, amount),
    )
    file.extensions.append(file.writer.insert(extension))
    file.grant(f"o{reviewer.pk}")
    file.record(
        ExtensionAsked(
            case_id=file.case.pk,
            extension_id=extension.pk,
            officer_id=officer.pk,
            reviewer_id=reviewer.pk,
            amount=amount,
            base=record.limit_base,
            reason=reason,
            due_before=extension.due_before,
            due_after=extension.due_after,
        ),
        Audience.STAFF,
    )
    file.settle()
    return extension


def extension_decide(file: CaseFile, *, officer: Officer, is_granted: bool, decision: str) -> None:
    """Grant or refuse what was asked, once, with a reason; the enterprise is told a new limit.

    Granted late it still counts from the limit: red stays red for as long as it was undecided.
    """
    extension = file.open_extension
    if extension is None:
        last = file.extensions[-1] if file.extensions else None
        raise Conflict(
            _("没有等审批的延期申请。")
            if last is None or last.is_taken_back
            else _("这项延期申请已由%(name)s审批。")
            % {"name": last.decided_by.name if last.decided_by else ""}
        )
    record = file.clock(Purpose.RESOLVE)
    assert record is not None and record.pk == extension.clock_id, "taken back with its clock"
    due_after = extension.due_after
    if is_granted:
        file.follow_calendar(record)
        due_after = _due_with(file, record, extension.amount)
        if due_after <= file.at:
            raise Conflict(_("照申请的天数，延长后的期限也已经过了，请不予批准并督促答复。"))
    file.writer.update(
        extension,
        decided_at=file.at,
        decided_by=officer,
        is_granted=is_granted,
        decision=decision,
        due_after=due_after,
    )
    if is_granted:
        # that the old limit was near has been said: the new one will be near again
        file.writer.update(record, extension_amount=extension.amount, warned_at=None)
        file.derive(record)
    _decided(file, extension, record, by="reviewer")
    file.settle()


def extension_take_back(file: CaseFile, *, why: str) -> None:
    """What was asked and not decided has no object any more: it counts as its asker's own."""
    extension = file.open_extension
    if extension is not None:
        file.writer.update(
            extension, decided_at=file.at, decided_by=extension.asked_by, decision=why
        )
        _decided(file, extension, extension.clock, by="asker")


def _decided(file: CaseFile, extension: Extension, record: ClockRecord, *, by: str) -> None:
    told = Audience.ENTERPRISE if extension.is_granted else Audience.STAFF
    file.record(
        ExtensionDecided(
            case_id=file.case.pk,
            extension_id=extension.pk,
            officer_id=extension.decided_by_id or 0,
            asked_by_id=extension.asked_by_id,
            by=by,
            is_granted=extension.is_granted,
            decision=extension.decision,
            reason=extension.reason,
            amount=extension.amount,
            base=record.limit_base,
            due_before=extension.due_before,
            due_after=extension.due_after if extension.is_granted else None,
        ),
        told,
    )


def _due_with(file: CaseFile, record: ClockRecord, amount: Decimal) -> datetime:
    """When the limit would run out with so much more; an open pause counted up to now."""
    try:
        more = Limit(amount, record.limit_base)
    except ValueError:
        raise Invalid(_("延多久要按时限的单位填：工作日可以有半天，其余填整数。"), "amount")
    clock = replace(record.clock(file.pauses.get(record.pk, [])), extension=more)
    pauses = tuple(
        pause if pause.end is not None else Pause(pause.start, file.at, pause.ground)
        for pause in clock.pauses
    )
    due = replace(clock, pauses=pauses).due_at(work_calendar(record.calendar))
    assert due is not None, "no pause is open in it"
    return due
