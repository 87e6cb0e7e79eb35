"""An officer's day: the next stop, today's visits, what he promised."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.foundation.actors import Actor
from yuanqi.promises.models import Promise
from yuanqi.promises.queries import own_promises
from yuanqi.registry.models import ContactPerson, Enterprise

from . import queries
from .models import State, Visit
from .plans import Standing, VisitPlan, plans_of
from .wording import why

PROMISES = 5


@dataclass(frozen=True, slots=True)
class Stop:
    """A visit of today: planned for a time or not, done, or due and not planned."""

    enterprise: Enterprise
    plan: VisitPlan | None
    visit: Visit | None
    why: str
    at: datetime | None = None
    is_done: bool = False

    @property
    def when(self) -> str:
        if self.visit is not None and self.is_done and self.visit.happened_at:
            return f"{timezone.localtime(self.visit.happened_at):%H:%M}"
        if self.visit is not None and self.visit.planned_time is not None:
            return f"{self.visit.planned_time:%H:%M}"
        return _("今天")


@dataclass(frozen=True, slots=True)
class Next:
    """The next stop, with whom to see there and how long there is still."""

    stop: Stop
    contact: ContactPerson | None
    left: timedelta | None


@dataclass(frozen=True, slots=True)
class Day:
    stops: Sequence[Stop]
    next: Next | None
    promises: Sequence[tuple[Promise, str]]  # with the tone of its day: red, amber, green
    promise_count: int
    waiting: int  # enterprises whose visit is due or overdue, today's not among them
    plans: Mapping[int, VisitPlan]


def day_of(actor: Actor, enterprises: Sequence[Enterprise], now: datetime) -> Day:
    """Return an officer's day; `enterprises` are those that he serves."""
    today = timezone.localdate(now)
    plans = plans_of([one.pk for one in enterprises], today)
    done = list(queries.done_on(today, actor.officer_ids))
    planned = [
        one for one in queries.planned(officer_ids=actor.officer_ids)
        if one.planned_on and one.planned_on <= today
    ]  # fmt: skip
    stops = [_stop(one, plans, today) for one in [*done, *planned]]
    there = {one.enterprise.pk for one in stops}
    must = [
        one
        for one in enterprises
        if one.pk not in there and plans[one.pk].planned is None and plans[one.pk].due_on == today
    ]
    stops += [Stop(one, plans[one.pk], None, why(plans[one.pk], today)) for one in must]
    there |= {one.pk for one in must}
    near = (Standing.DUE, Standing.OVERDUE)
    waiting = sum(
        one.standing in near and one.planned is None and pk not in there
        for pk, one in plans.items()
    )
    promises = list(own_promises(actor)[: PROMISES + 1])
    return Day(
        stops=sorted(stops, key=lambda one: (not one.is_done, one.at is None, one.at or now)),
        next=_next(stops, now),
        promises=[(one, one.tone(today)) for one in promises[:PROMISES]],
        promise_count=own_promises(actor).count() if len(promises) > PROMISES else len(promises),
        waiting=waiting,
        plans=plans,
    )


def _stop(visit: Visit, plans: Mapping[int, VisitPlan], today: date) -> Stop:
    plan = plans.get(visit.enterprise_id)
    is_done = visit.state == State.DONE
    at = visit.happened_at
    if not is_done and visit.planned_on and visit.planned_time:
        at = datetime.combine(visit.planned_on, visit.planned_time, timezone.get_default_timezone())
    said = visit.purpose or (why(plan, today) if plan else "")
    return Stop(visit.enterprise, plan, visit, said, at, is_done)


def _next(stops: Sequence[Stop], now: datetime) -> Next | None:
    """The first that isn't done; what has a time comes before what has none."""
    ahead = [one for one in stops if not one.is_done]
    if not ahead:
        return None
    first = min(ahead, key=lambda one: (one.at is None, one.at or now))
    contact = ContactPerson.objects.filter(
        enterprise=first.enterprise, is_main=True, is_active=True
    ).first()
    left = first.at - now if first.at is not None and first.at > now else None
    return Next(first, contact, left)
