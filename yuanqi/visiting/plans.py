"""When each enterprise is to be visited: worked out as it is asked, never counted by night.

By the park's default, or by the service plan of a list on which it stands; the shortest counts.
Of several who serve an enterprise, anybody's visit counts.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Max
from django.utils import timezone

from yuanqi.organisation.calendars import work_calendar
from yuanqi.organisation.queries import current_calendar
from yuanqi.parameters import parameters
from yuanqi.registry.contacting.queries import visited_at
from yuanqi.registry.models import Contact, Enterprise
from yuanqi.registry.queries import links_on
from yuanqi.steering.lists import DECLINE
from yuanqi.steering.models import Entry, Move
from yuanqi.steering.queries import newest_month, plans_on

from .models import State, Visit, Wish
from .parameters_defined import (
    APART_DAYS,
    BUDGETS,
    DECLINE_DAYS,
    EVERY_DAYS,
    SILENT_DAYS,
    SOON_DAYS,
    budget_of,
)


class Standing(StrEnum):
    OVERDUE = "overdue"
    DUE = "due"
    SILENT = "silent"
    FINE = "fine"


@dataclass(frozen=True, slots=True)
class VisitPlan:
    """When an enterprise is to be visited, and why then.

    `because` is the code of the list whose plan asks for it, empty for the park's default;
    `contact_on` the last day on which the park came to it in any way.
    """

    enterprise_id: int
    every_days: int
    because: str
    last_on: date | None
    contact_on: date | None
    due_on: date
    standing: Standing
    silent_days: int | None  # how long nobody has come to it, where that is long
    planned: Visit | None = None

    def days_late(self, today: date) -> int:
        return max(0, (today - self.due_on).days)


@dataclass(frozen=True, slots=True)
class _Listed:
    code: str
    every: int | None
    entered_at: datetime | None  # on the list of declines in its running month


def plans_of(enterprise_ids: Sequence[int], today: date) -> Mapping[int, VisitPlan]:
    """Return when each of these is to be visited. Six queries, however many they are."""
    ids = list(dict.fromkeys(enterprise_ids))
    default = parameters.value(EVERY_DAYS, today)
    soon = timedelta(days=parameters.value(SOON_DAYS, today))
    silence = parameters.value(SILENT_DAYS, today)
    listed = _listed(ids, today)
    last = {pk: timezone.localdate(one) for pk, one in visited_at(ids).items()}
    came = {pk: timezone.localdate(one) for pk, one in _came(ids).items()}
    begun = _begun(ids, today)
    visits = _planned(ids)
    found = {}
    for pk in ids:
        every, because = default, ""
        for one in listed.get(pk, ()):
            if one.every is not None and one.every < every:
                every, because = one.every, one.code
        since = last.get(pk) or begun.get(pk, today)
        due = since + timedelta(days=every)
        for one in listed.get(pk, ()):
            must = _must(one, last.get(pk), today)
            if must is not None and must < due:
                due, because = must, one.code
        quiet = came.get(pk) or begun.get(pk, today)
        silent = (today - quiet).days
        standing = Standing.FINE
        if due < today:
            standing = Standing.OVERDUE
        elif due <= today + soon:
            standing = Standing.DUE
        elif silent >= silence:
            standing = Standing.SILENT
        found[pk] = VisitPlan(
            pk, every, because, last.get(pk), came.get(pk), due, standing,
            silent if silent >= silence else None, visits.get(pk),
        )  # fmt: skip
    return found


def plan_of(enterprise: Enterprise, today: date) -> VisitPlan:
    return plans_of([enterprise.pk], today)[enterprise.pk]


def _must(one: _Listed, last: date | None, today: date) -> date | None:
    """Newly on the list of declines, an enterprise is visited within some working days."""
    if one.entered_at is None:
        return None
    if last is not None and last >= timezone.localdate(one.entered_at):
        return None
    days = parameters.value(DECLINE_DAYS, today)
    calendar = work_calendar(current_calendar())
    return timezone.localdate(calendar.add_days(one.entered_at, days))


def _listed(ids: Sequence[int], today: date) -> Mapping[int, list[_Listed]]:
    plans = {pk: one.visit_days for pk, one in plans_on(today).items()}
    rows: Any = Entry.objects.filter(
        enterprise__in=ids, is_on=True, sheet__month=newest_month()
    ).values_list("enterprise", "sheet__condition", "sheet__condition__code", "move",
                  "sheet__made_at")  # fmt: skip
    found: dict[int, list[_Listed]] = {}
    for pk, condition, code, move, made_at in rows.order_by("sheet__condition"):
        is_new = code == DECLINE and move == Move.ENTERED
        listed = _Listed(code, plans.get(condition), made_at if is_new else None)
        found.setdefault(pk, []).append(listed)
    return found


def _came(ids: Sequence[int]) -> Mapping[int, datetime]:
    """When the park last came to each, in any way."""
    found = Contact.objects.filter(enterprise__in=ids).values_list("enterprise")
    return dict(found.annotate(Max("at")).order_by())


def _begun(ids: Sequence[int], today: date) -> Mapping[int, date]:
    """Since when each is served by who serves it now."""
    found = links_on(today).filter(enterprise__in=ids).values_list("enterprise", "from_on")
    begun: dict[int, date] = {}
    for pk, from_on in found:
        begun[pk] = max(from_on, begun.get(pk, from_on))
    return begun


def _planned(ids: Sequence[int]) -> Mapping[int, Visit]:
    rows = Visit.objects.filter(enterprise__in=ids, state=State.PLANNED).select_related(
        "officer__department"
    )
    return {row.enterprise_id: row for row in rows.order_by("-planned_on", "-planned_time", "-pk")}


def budgets(enterprise_ids: Sequence[int], on: date) -> Mapping[int, int]:
    """How often a month those on a list may be come to: the largest of their lists."""
    rows = Entry.objects.filter(
        enterprise__in=enterprise_ids, is_on=True, sheet__month=newest_month(),
        sheet__condition__code__in=BUDGETS,
    ).values_list("enterprise", "sheet__condition__code")  # fmt: skip
    found: dict[int, int] = {}
    for pk, code in rows:
        found[pk] = max(found.get(pk, 0), parameters.value(budget_of(code), on))
    return found


# several on one day ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bundle:
    """Several departments want to see one enterprise: one visit, on a day that suits all.

    `wishes` wait for somebody who goes, `visits` others have planned there by themselves.
    `on` is the day by which it must be; `nearby` are enterprises nearby that are due as well.
    """

    enterprise: Enterprise
    plan: VisitPlan
    wishes: tuple[Wish, ...]
    on: date
    nearby: tuple[Enterprise, ...] = ()
    visits: tuple[Visit, ...] = ()
    own: Visit | None = None  # what the actor has planned there himself

    @property
    def departments(self) -> int:
        wishing = {wish.department_id for wish in self.wishes}
        return len(wishing | {one.officer.department_id for one in self.visits})


def bundles(
    enterprises: Sequence[Enterprise],
    plans: Mapping[int, VisitPlan],
    wishes: Sequence[Wish],
    today: date,
    *,
    visits: Sequence[Visit] = (),
    officer_ids: Collection[int] = (),
) -> list[Bundle]:
    """Propose one visit where departments want one, or have planned several, the nearest first.

    `visits` are those planned at these enterprises; `officer_ids` says which are the actor's own.
    The day is the earliest of what the plan and the departments ask, tomorrow at the earliest.
    """
    wished: dict[int, list[Wish]] = {}
    for wish in wishes:
        wished.setdefault(wish.enterprise_id, []).append(wish)
    own: dict[int, Visit] = {}
    others: dict[int, list[Visit]] = {}
    for visit in visits:
        if visit.officer_id in officer_ids:
            own.setdefault(visit.enterprise_id, visit)
        else:
            others.setdefault(visit.enterprise_id, []).append(visit)
    apart = timedelta(days=parameters.value(APART_DAYS, today)) if others else timedelta()
    near = (Standing.OVERDUE, Standing.DUE)
    made = []
    for one in enterprises:
        plan, mine = plans[one.pk], own.get(one.pk)
        wanted = wished.get(one.pk, [])
        along = _along(others.get(one.pk, ()), mine, today, apart)
        goes = mine is not None or plan.standing in near
        units = {visit.officer.department_id for visit in along}
        if not wanted and (not along or not (goes or len(units) > 1)):
            continue
        days = [wish.until_on for wish in wanted]
        days += [day for visit in along if (day := visit.planned_on) is not None]
        if plan.standing in near and not along:  # a day that others have fixed is kept
            days.append(plan.due_on)
        nearby = tuple(
            other
            for other in enterprises
            if other.pk != one.pk
            and one.area_id is not None
            and other.area_id == one.area_id
            and plans[other.pk].standing in near
            and plans[other.pk].planned is None
        )
        on = max(min(days), today + timedelta(days=1))
        made.append(Bundle(one, plan, tuple(wanted), on, nearby[:3], tuple(along), mine))
    return sorted(made, key=lambda one: (one.on, one.enterprise.pk))


def _along(
    others: Sequence[Visit], mine: Visit | None, today: date, apart: timedelta
) -> list[Visit]:
    """What others have planned so near to one day that it can be one visit; today's is too late."""
    ahead = [(one.planned_on, one) for one in others if one.planned_on and one.planned_on > today]
    if not ahead:
        return []
    first = min(day for day, _one in ahead)
    around = mine.planned_on if mine is not None and mine.planned_on is not None else first
    return [one for day, one in ahead if abs(day - around) <= apart]
