"""The resolve clock: stopped on a ground, set aside until a day, going on."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from yuanqi.foundation.errors import Conflict, Invalid
from yuanqi.organisation.calendars import work_calendar
from yuanqi.organisation.models import Officer

from ..casefile import CaseFile, Enclosed
from ..definition import MechanismDefinition
from ..events import CaseParked, ClockPaused, ClockResumed
from ..models import CaseState, ClockRecord, Message, Purpose
from .talk import say


def pause(file: CaseFile, *, ground: str, awaited: str, definition: MechanismDefinition) -> None:
    """Stop the resolve clock on a ground that the mechanism allows (暂停计时)."""
    if file.case.state != CaseState.IN_PROGRESS:
        raise Conflict(_("只有办理中的诉求可以暂停计时。"))
    allowed = definition.handlers_grounds.get(ground)
    if allowed is None:
        raise Conflict(_("办理规则里没有这个暂停理由，请从列出的理由中选择。"))
    record = _running(file)
    officer = _own_officer(file)
    until_at = work_calendar(record.calendar).add_days(file.at, allowed.at_most_working_days)
    file.add_pause(
        record, until_at=until_at, ground=ground, awaited=awaited, basis=allowed.basis, by=officer
    )
    file.record(
        ClockPaused(
            case_id=file.case.pk,
            ground=ground,
            awaited=awaited,
            basis=allowed.basis,
            until_at=until_at,
        )
    )
    file.settle()


def park(
    file: CaseFile,
    *,
    explanation: str,
    until: date,
    officer: Officer,
    definition: MechanismDefinition,
) -> None:
    """Set the case aside until a day of review (挂起): what can't be done now isn't refused.

    The enterprise reads why. The clock goes on by itself at the close of that day, or of the
    next working day. Raises Invalid for a day that has passed or lies beyond the longest.
    """
    if file.case.state != CaseState.IN_PROGRESS:
        raise Conflict(_("只有办理中的诉求可以挂起。"))
    if definition.parking is None:
        raise Conflict(_("这类办件的办理规则里没有挂起。"))
    ground, allowed = definition.parking
    record = _running(file)
    days = work_calendar(record.calendar)
    longest = days.local_day(days.add_days(file.at, allowed.at_most_working_days))
    if not days.local_day(file.at) < until <= longest:
        raise Invalid(
            _("复核日期要在今天以后，最晚 %(day)s。") % {"day": longest.isoformat()}, "until"
        )
    day = until if days.is_working(until) else next(days.working_days_after(until))
    until_at = days.last_close(day)
    file.add_pause(
        record,
        until_at=until_at,
        ground=ground,
        awaited=explanation,
        basis=allowed.basis,
        by=officer,
    )
    file.record(
        CaseParked(
            case_id=file.case.pk, explanation=explanation, basis=allowed.basis, until_at=until_at
        )
    )
    file.settle()


def _running(file: CaseFile) -> ClockRecord:
    record = file.clock(Purpose.RESOLVE)
    if record is None or file.open_pause() is not None:
        raise Conflict(_("计时已经暂停，不用再暂停一次。"))
    if record.due_at is not None and file.at >= record.due_at:
        raise Conflict(_("办结时限已过，暂停不再改变期限。请先答复，或请服务中心督办。"))
    return record


def resume(file: CaseFile, *, by: str) -> None:
    """Let the resolve clock go on (恢复计时).

    A pause past its longest ended then, whoever is the first to notice.
    """
    open_pause = file.open_pause()
    if open_pause is None:
        raise Conflict(_("计时没有暂停，已经在走。"))
    record = file.clock(Purpose.RESOLVE)
    assert record is not None, "an open pause stands on the open resolve clock"
    if file.at >= open_pause.until_at:
        by = "limit"
    file.end_pause(record, open_pause)
    file.record(
        ClockResumed(case_id=file.case.pk, ground=open_pause.ground, by=by, due_at=record.due_at)
    )
    file.settle()


def supply(
    file: CaseFile, *, body: str, enclosed: Sequence[Enclosed], definition: MechanismDefinition
) -> None:
    """The enterprise hands in what was awaited: the clock goes on by itself."""
    open_pause = file.open_pause()
    if open_pause is None or not definition.pause_grounds[open_pause.ground].ends_with_supply:
        raise Conflict(_("现在没有等您补交的材料。有话请在沟通里说，照样会收到。"))
    say(
        file,
        body,
        Message.Kind.SUPPLY,
        Message.Audience.ENTERPRISE,
        enclosed,
    )
    resume(file, by="enterprise")


def _own_officer(file: CaseFile) -> Officer:
    lead = file.lead_task
    if lead is None or lead.officer is None:
        raise Conflict(_("签收之后才能暂停计时。"))
    return lead.officer
