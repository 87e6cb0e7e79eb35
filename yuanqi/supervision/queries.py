"""What supervision looks at: flags beside the light, the register, the lists for leaders."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache

from django.db import models
from django.db.models import Count, Exists, Expression, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from yuanqi.casework.definition import SupervisionRules
from yuanqi.casework.models import Case, CaseState, MechanismVersion
from yuanqi.casework.queries import Act, cases_visible_to
from yuanqi.casework.rulebook import definition_in
from yuanqi.domain.worktime import WorkCalendar
from yuanqi.foundation.actors import Actor, Role, Side
from yuanqi.foundation.standing import RULES, Kept
from yuanqi.organisation.calendars import work_calendar
from yuanqi.organisation.models import CalendarVersion, Department
from yuanqi.organisation.queries import current_calendar

from .models import PassedLimit, Reminder, Supervision

TALK_FROM = 3  # requests of one department that turned red within a month: a talk (约谈)

# the states in which somebody of the park must act, or waits on a recorded ground
AT_WORK = (
    CaseState.SUBMITTED,
    CaseState.DISPATCHED,
    CaseState.IN_PROGRESS,
    CaseState.CALL_BACK,
)
at_work = Q(state__in=AT_WORK)


# --- flags ---------------------------------------------------------------------------------------


class Flag(models.TextChoices):
    """What stands beside the light: the light is the clock's alone."""

    SUPERVISED = "supervised", _("督办中")
    ESCALATED = "escalated", _("已升级")
    SECOND_RETURN = "second-return", _("两次退单")
    TWICE_UNSATISFIED = "twice-unsatisfied", _("两次差评")
    IDLE = "idle", _("多日未动")


supervised = Q(is_supervised=True)
escalated = Q(escalation__gte=1)
second_return = Q(returns__gte=2)
twice_unsatisfied = Q(bad_reviews__gte=2)


def rules() -> SupervisionRules:
    """What the park goes by: as its definition published last says; the defaults without any."""
    version = _NEWEST.known()
    return definition_in(version).supervision if version is not None else SupervisionRules()


_NEWEST = Kept(lambda: MechanismVersion.objects.order_by("published_at", "id").last(), RULES)


def days_before(now: datetime, days: int) -> datetime:
    """The instant such that of all that was before it, `days` whole working days have passed.

    Days are counted as limits are: the day itself doesn't count (Civil Code art. 201), and the
    last working day must have closed.
    """
    return _days_before(work_calendar(current_calendar()), now, days)


@lru_cache(maxsize=16)  # a page asks it several times of one instant
def _days_before(calendar: WorkCalendar, now: datetime, days: int) -> datetime:
    day = calendar.local_day(now)
    while calendar.add_days(calendar.first_close(day), days) >= now:
        day -= timedelta(days=1)
    return calendar.midnight_after(day)


def idle_before(now: datetime) -> datetime:
    """What was last touched before this instant has lain too long."""
    return days_before(now, rules().idle_working_days)


def idle(lain_before: datetime | Expression) -> Q:
    """The park's move, no ground to wait, and nobody has done anything for two working days."""
    return at_work & Q(is_paused=False, acted_at__lt=lain_before)


def flags(lain_before: datetime | Expression) -> Mapping[Flag, Q]:
    """The condition of each flag, to filter and to count cases by; `lain_before` is
    `idle_before(now)`, or a gap for it."""
    return {
        Flag.SUPERVISED: supervised,
        Flag.ESCALATED: escalated,
        Flag.SECOND_RETURN: second_return,
        Flag.TWICE_UNSATISFIED: twice_unsatisfied,
        Flag.IDLE: idle(lain_before),
    }


def flags_of(case: Case, lain_before: datetime) -> list[Flag]:
    """The flags of one case, by its own columns; `lain_before` is `idle_before(now)`, asked once
    a page. The same as `flags`, said in Python."""
    is_idle = case.state in AT_WORK and not case.is_paused and case.acted_at < lain_before
    shown = {
        Flag.SUPERVISED: case.is_supervised,
        Flag.ESCALATED: case.escalation >= 1,
        Flag.SECOND_RETURN: case.returns >= 2,
        Flag.TWICE_UNSATISFIED: case.bad_reviews >= 2,
        Flag.IDLE: is_idle,
    }
    return [flag for flag, is_shown in shown.items() if is_shown]


# --- who may -------------------------------------------------------------------------------------


def supervision_acts(case: Case, actor: Actor) -> frozenset[Act]:
    """What this officer may ever do about the supervision of a case that he sees.

    Who owes an account is in the register itself: `owed_by`.
    """
    if actor.side is Side.SYSTEM:
        return frozenset({Act.REMIND, Act.SUPERVISE, Act.REPORT, Act.INSPECT})
    if actor.side is not Side.PARK or actor.officer_id is None:
        return frozenset()
    acts = {Act.REPORT}
    if actor.has(Role.CENTRE):
        acts |= {Act.REMIND, Act.SUPERVISE, Act.INSPECT}
    if actor.has(Role.LEADER):
        acts |= {Act.REMIND, Act.SUPERVISE}
    if case.enterprise_id in actor.linked_enterprise_ids or heads(case.lead, actor):
        acts |= {Act.REMIND}
    return frozenset(acts)


def heads(unit: Department | None, actor: Actor) -> bool:
    """Whether the actor heads this department, or acts for its head."""
    return unit is not None and (
        (unit.head_id is not None and unit.head_id in actor.officer_ids)
        or (actor.has(Role.HEAD) and actor.department_id == unit.pk)
    )


# --- the register --------------------------------------------------------------------------------

# the clocks of an escalation may have stopped a moment ago: it is over, though unwritten yet
running = Exists(
    PassedLimit.objects.filter(supervision=OuterRef("pk"), clock__stopped_at__isnull=True)
)
is_demand = Q(by__isnull=False)
standing = Q(ended_at__isnull=True) & ((is_demand & Q(case__closed_at__isnull=True)) | running)


def register(actor: Actor) -> QuerySet[Supervision]:
    """The register as the actor may see it: all for the centre and leaders; for a head what is
    his department's delay, and what he must account for himself. Empty for anybody else."""
    rows = Supervision.objects.filter(case__in=cases_visible_to(actor))
    if actor.sees_every_case:
        return rows
    if actor.officer_id is None:
        return rows.none()
    own = Q(officer__in=actor.officer_ids) | Q(department__head__in=actor.officer_ids)
    own |= Q(unit__head__in=actor.officer_ids)
    if actor.has(Role.HEAD):
        own |= Q(unit=actor.department_id) | Q(department=actor.department_id)
    return rows.filter(own)


def reads_register(actor: Actor) -> bool:
    """Whether the register is any of his business: the centre's, a leader's, a head's."""
    if actor.side is not Side.PARK or actor.officer_id is None:
        return False
    if actor.sees_every_case or actor.has(Role.HEAD):
        return True
    return Department.objects.filter(head__in=actor.officer_ids).exists()


def owed(case: Case) -> QuerySet[Supervision]:
    """The accounts that are owed on this case, in the order in which they were first asked for."""
    return (
        Supervision.objects.select_related("department", "officer")
        .filter(standing, case=case, replied_at__isnull=True)
        .order_by("began_at", "id")
    )


def owed_by(case: Case, actor: Actor) -> list[Supervision]:
    """What this actor must account for on this case, and hasn't: one account answers it all.

    Whoever was asked, or the head of the department that was, or whoever acts for them; on a
    demand also the officer who has the case in hand.
    """
    own = Q(officer__in=actor.officer_ids) | Q(department__head__in=actor.officer_ids)
    if actor.has(Role.HEAD):
        own |= Q(department=actor.department_id)
    if case.responsible_id in actor.officer_ids:
        own |= is_demand
    return list(owed(case).filter(own))


def may_end(row: Supervision, actor: Actor) -> bool:
    """Whether this actor may end the demand: he made it, or he is of the centre."""
    return actor.has(Role.CENTRE) or row.by_id in actor.officer_ids


def long_red(now: datetime) -> Q:
    """Red for more than five working days: on the leadership list (挂牌)."""
    return at_work & Q(due_at__lt=days_before(now, rules().leadership_after_working_days))


def talks(actor: Actor, start: datetime, end: datetime) -> list[tuple[Department, int]]:
    """The departments to be talked to (约谈), the most often late first: those of which three
    requests or more passed a limit from `start` to before `end`, and how many."""
    counted = (
        register(actor)
        .filter(~is_demand, began_at__gte=start, began_at__lt=end)
        .values("unit")
        .annotate(late=Count("case", distinct=True))
        .filter(late__gte=TALK_FROM)
    )
    late = {row["unit"]: row["late"] for row in counted}
    units = Department.objects.select_related("head").filter(pk__in=late).order_by("position", "id")
    return sorted(((unit, late[unit.pk]) for unit in units), key=lambda pair: -pair[1])


# --- reminders ---------------------------------------------------------------------------------


def last_reminder(case: Case) -> Reminder | None:
    """The last time that the park's holder was reminded."""
    return (
        Reminder.objects.select_related("by")
        .filter(case=case, pause__isnull=True)
        .order_by("at", "id")
        .last()
    )


def remindable_from(
    case: Case, days: int, calendar: CalendarVersion
) -> tuple[Reminder | None, datetime | None]:
    """The last reminder, and from when on the next is possible: `days` working days after it."""
    last = last_reminder(case)
    if last is None or not days:
        return last, None
    return last, work_calendar(calendar).add_days(last.at, days)
