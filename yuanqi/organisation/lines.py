"""Reporting lines that change on a day to come: decided beforehand, put into force by the sweep.

What was escalated by then stays with whom it went to; what passes its limit from that day on climbs
the new line.
"""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.foundation import journal
from yuanqi.foundation.actors import SYSTEM, Actor
from yuanqi.foundation.errors import Conflict, Invalid
from yuanqi.foundation.writer import DIRECT, conflict_if_taken

from .departments import all_locked, is_above, open_one, report_to, require_no_ring, tell
from .events import LineChangeDropped, LineChangePlanned
from .models import Department, LineChange
from .operations import require_system

_AHEAD = timedelta(days=3 * 366)


@transaction.atomic
def line_plan(
    *,
    department_id: int,
    reports_to_id: int | None,
    valid_from: date,
    reason: str,
    actor: Actor,
    at: datetime,
) -> LineChange:
    """Let a department report to another from a day on, tomorrow at the earliest.

    Raises NotAllowed, NotVisible; Invalid for a ring, a day that isn't to come, no reason; Conflict
    if nothing would change, or a change waits already.
    """
    require_system(actor)
    department = open_one(department_id)
    above = open_one(reports_to_id) if reports_to_id else None
    today = timezone.localdate(at)
    if valid_from <= today:
        raise Invalid(_("请选明天或以后的一天；今天就改的，在部门的“报告给”里改。"), "valid_from")
    if valid_from > today + _AHEAD:
        raise Invalid(_("生效日期最远三年以后，请核对年份。"), "valid_from")
    if not reason.strip():
        raise Invalid(_("请写明为什么改。"), "reason")
    journal.lock(department.stream)
    require_no_ring(department, above, all_locked())
    department.refresh_from_db()
    if department.reports_to_id == reports_to_id:
        raise Conflict(_("没有改动：现在就是这样报告。"))
    with conflict_if_taken(_("已经定了一次改动，先撤回它再定。")):
        change = DIRECT.insert(
            LineChange(
                department=department,
                reports_to=above,
                valid_from=valid_from,
                reason=reason.strip(),
                set_by_id=actor.account_id,
                set_at=at,
            )
        )
    event = LineChangePlanned(
        department_id=department.pk,
        reports_to_id=reports_to_id,
        valid_from=valid_from,
        reason=change.reason,
    )
    tell(event, department, actor=actor, at=at)
    return change


@transaction.atomic
def line_withdraw(*, department_id: int, actor: Actor, at: datetime) -> None:
    """Take back what was decided and isn't in force yet.

    Raises NotAllowed, NotVisible; Conflict if nothing waits.
    """
    require_system(actor)
    department = open_one(department_id)
    journal.lock(department.stream)
    change = LineChange.objects.filter(department=department, ended_at=None).first()
    if change is None:
        raise Conflict(_("没有等着生效的改动：可能刚刚已经生效或撤回。"))
    _drop(change, department, by="officer", actor=actor, at=at)


@transaction.atomic
def lines_apply(*, at: datetime) -> int:
    """Put changes whose day has come into force; returns how many. Late or twice does no harm.

    One whose department is closed by then, or that would run in a ring, is dropped and told; of a
    unit that was merged the other one takes the place.
    """
    today = timezone.localdate(at)
    waiting = LineChange.objects.filter(ended_at=None, valid_from__lte=today)
    streams = [f"department:{pk}" for pk in waiting.values_list("department_id", flat=True)]
    if not streams:
        return 0
    journal.lock(*streams)
    done = 0
    for change in waiting.order_by("valid_from", "id"):
        found = all_locked()
        department = found[change.department_id]
        above = _standing(found, change.reports_to_id)
        ring = above is not None and (above == department or is_above(department, above, found))
        if department.closed_at or ring or (above is None and change.reports_to_id):
            _drop(change, department, by="impossible", actor=SYSTEM, at=at)
            continue
        if department.reports_to_id != (above.pk if above else None):
            report_to(department, above, actor=SYSTEM, at=at)
        DIRECT.update(change, ended_at=at, is_applied=True)
        done += 1
    return done


def _standing(found: dict[int, Department], department_id: int | None) -> Department | None:
    """The department, or whichever it was merged into; None if it has no successor."""
    step = found[department_id] if department_id else None
    while step is not None and step.closed_at:
        step = found[step.merged_into_id] if step.merged_into_id else None
    return step


def _drop(
    change: LineChange, department: Department, *, by: str, actor: Actor, at: datetime
) -> None:
    DIRECT.update(change, ended_at=at)
    event = LineChangeDropped(
        department_id=department.pk, valid_from=change.valid_from, by=by, reason=change.reason
    )
    tell(event, department, actor=actor, at=at)
