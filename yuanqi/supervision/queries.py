"""What supervision looks at: flags beside the light, the register, the lists for leaders."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yuanqi.casework.models import Case, CaseState
from yuanqi.organisation.calendars import work_calendar
from yuanqi.organisation.queries import current_calendar

IDLE_WORKING_DAYS = 2

# the states in which somebody of the park must act, or waits on a recorded ground
AT_WORK = (
    CaseState.SUBMITTED,
    CaseState.DISPATCHED,
    CaseState.IN_PROGRESS,
    CaseState.CALL_BACK,
)
at_work = Q(state__in=AT_WORK)


class Flag(models.TextChoices):
    """What stands beside the light: the light is the clock's alone."""

    SUPERVISED = "supervised", _("督办中")
    ESCALATED = "escalated", _("已升级")
    SECOND_RETURN = "second-return", _("两次退单")
    TWICE_UNSATISFIED = "twice-unsatisfied", _("两次差评")
    IDLE = "idle", _("两天未动")


supervised = Q(is_supervised=True)
escalated = Q(escalation__gte=1)
second_return = Q(returns__gte=2)
twice_unsatisfied = Q(bad_reviews__gte=2)


def idle_before(now: datetime) -> datetime:
    """The instant such that what was last touched before it has lain for two working days.

    Days are counted as limits are: the day of the act doesn't count (Civil Code art. 201), and
    the second working day after it must have closed.
    """
    calendar = work_calendar(current_calendar())
    day = calendar.local_day(now)
    while calendar.add_days(calendar.first_close(day), IDLE_WORKING_DAYS) >= now:
        day -= timedelta(days=1)
    return calendar.midnight_after(day)


def idle(now: datetime) -> Q:
    """The park's move, no ground to wait, and nobody has done anything for two working days."""
    return at_work & Q(is_paused=False, acted_at__lt=idle_before(now))


def flags(now: datetime) -> Mapping[Flag, Q]:
    """The condition of each flag at `now`, to filter and to count cases by."""
    return {
        Flag.SUPERVISED: supervised,
        Flag.ESCALATED: escalated,
        Flag.SECOND_RETURN: second_return,
        Flag.TWICE_UNSATISFIED: twice_unsatisfied,
        Flag.IDLE: idle(now),
    }


def flags_of(case: Case, lain_before: datetime) -> list[Flag]:
    """The flags of one case, by its own columns; `lain_before` is `idle_before(now)`, asked once
    a page. The same as `flags`, said in Python."""
    is_idle = (
        case.state in AT_WORK and not case.is_paused and case.acted_at < lain_before
    )  # fmt: skip
    shown = {
        Flag.SUPERVISED: case.is_supervised,
        Flag.ESCALATED: case.escalation >= 1,
        Flag.SECOND_RETURN: case.returns >= 2,
        Flag.TWICE_UNSATISFIED: case.bad_reviews >= 2,
        Flag.IDLE: is_idle,
    }
    return [flag for flag, is_shown in shown.items() if is_shown]
