"""The ledger of requests (问题台账): queues, filters, order; what each role's inbox holds."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, time
from functools import reduce
from operator import and_
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.casework.models import OPEN_TASKS, Case, CaseState, Task, TaskKind, TaskState
from yuanqi.casework.queries import cases_visible_to, open_cases
from yuanqi.domain.clock import Light
from yuanqi.foundation import pages
from yuanqi.foundation.actors import Actor, Role
from yuanqi.foundation.pages import Key, KeysetPage

from .models import Level, Return
from .rows import AT_WORK, with_outcome, with_row_parts

SATISFIED_FROM = 3  # 基本满意 and above; the two lowest levels are bad (好差评)
LONGEST_SEARCH = 100

at_work = Q(state__in=AT_WORK)
URGENT = (Key("due_at", nulls="last"), Key("id"))
NEWEST = (Key("opened_at", descending=True), Key("id", descending=True))
LATEST_CLOSED = (Key("closed_at", descending=True), Key("id", descending=True))
OWN = (Key("closed_at", descending=True, nulls="first"), *NEWEST)


def requests_listed(actor: Actor) -> QuerySet[Case]:
    """The cases that are requests, of those the actor may see."""
    return cases_visible_to(actor).filter(request__isnull=False)


def lights(now: datetime) -> dict[str, Q]:
    """The cases that show each light at `now`, from their stored instants.

    The same as `Case.light`, said in SQL, for cases in which the park is at work: while the
    enterprise is asked to evaluate, no clock of the park runs.
    """
    return {
        Light.RED.value: at_work & Q(due_at__lt=now),
        Light.YELLOW.value: at_work & Q(due_at__gte=now, warn_at__lte=now),
        Light.GREEN.value: at_work
        & Q(due_at__gte=now)
        & (Q(warn_at__gt=now) | Q(warn_at__isnull=True)),
        Light.PAUSED.value: at_work & Q(due_at__isnull=True),
    }


# --- queues --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Queue:
    """A pile of requests with a count: what its rows have in common, how it is shown."""

    code: str
    label: str
    condition: Q
    light: str = ""
    is_apart: bool = False  # behind the line: not a pile to work off
    is_done: bool = False


def queues_of(actor: Actor, now: datetime) -> list[Queue]:
    """The queues of the actor's desk: the centre's and leader's, a department's, an officer's."""
    if actor.sees_every_case:
        return _queues_of_centre(now)
    if actor.has(Role.HANDLER, Role.HEAD):
        return _queues_of_department(actor, now)
    linked = Q(enterprise__in=actor.linked_enterprise_ids) if actor.linked_enterprise_ids else Q()
    return [*_late(linked, now), *_rest(linked, linked, linked, _("全部在办"))]


def _late(ours: Q, now: datetime) -> list[Queue]:
    lit = lights(now)
    return [
        Queue("warning", _("即将超时"), ours & lit["yellow"], light="yellow"),
        Queue("overdue", _("已超时"), ours & lit["red"], light="red"),
    ]


def _rest(open_: Q, answered: Q, closed: Q, label: str) -> list[Queue]:
    rated = answered & Q(state=CaseState.ANSWERED)
    ended = closed & Q(state=CaseState.CLOSED)
    return [
        Queue("open", label, open_ & at_work, is_apart=True),
        Queue("answered", _("等企业评价"), rated, is_apart=True),
        Queue("closed", _("已办结"), ended, is_apart=True, is_done=True),
    ]


def _queues_of_centre(now: datetime) -> list[Queue]:
    every = Q()
    submitted = Q(state=CaseState.SUBMITTED)
    return [
        Queue("undispatched", _("待派单"), submitted),
        *_late(every, now),
        Queue("returned", _("退单，待重新派"), submitted & Q(returns__gte=1)),
        Queue("call-back", _("差评回访"), Q(state=CaseState.CALL_BACK)),
        *_rest(every, every, every, _("全部在办")),
    ]


def _queues_of_department(actor: Actor, now: datetime) -> list[Queue]:
    tasks = Task.objects.filter(case=OuterRef("pk"), department=actor.department_id)
    asked = Q(Exists(tasks.filter(state__in=OPEN_TASKS)))
    helping = Q(Exists(tasks.filter(state__in=OPEN_TASKS, kind=TaskKind.CO_HANDLE)))
    helped = Q(Exists(tasks.filter(state=TaskState.DONE, kind=TaskKind.CO_HANDLE)))
    # and what has come to the officer himself, for somebody of another department who is away
    his = Q(responsible__in=actor.officer_ids)
    led = Q(lead=actor.department_id)
    linked = Q(enterprise__in=actor.linked_enterprise_ids)
    served = [Queue("linked", _("挂钩企业在办"), at_work & linked, is_apart=True)]
    return [
        Queue("to-sign", _("待签收"), Q(state=CaseState.DISPATCHED) & (led | his)),
        Queue("co-handling", _("待办协办"), at_work & helping),
        *_late(asked | his, now),
        *_rest(asked | his, led, led | helped, _("本部门在办")),
        *(served if actor.linked_enterprise_ids else ()),
    ]


def queue_counts(queues: Iterable[Queue], actor: Actor) -> dict[str, pages.Count]:
    """How many requests stand in each queue: open ones by one query, closed up to a thousand."""
    listed = requests_listed(actor)
    piles = {queue.code: queue for queue in queues}
    found = open_cases(listed).aggregate(
        **{
            code.replace("-", "_"): Count("pk", filter=queue.condition)
            for code, queue in piles.items()
            if not queue.is_done
        }
    )
    return {
        code: pages.count_of(listed.filter(queue.condition))
        if queue.is_done
        else pages.Count(found[code.replace("-", "_")])
        for code, queue in piles.items()
    }


# --- filters -------------------------------------------------------------------------------------

LIGHTS = ("red", "yellow", "green", "paused")
UNDISPATCHED = "none"  # as a lead: nobody yet
ANSWERS = ("on-time", "late")
REVIEWS = ("satisfied", "dissatisfied", "any", "none")
RESOLVED = ("yes", "no")
SORTS = ("newest",)
EVERY = "all"  # the queue of whatever state, which figures over a time lead to


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks of the ledger. Days are of the zone; `until` is not included.

    What it doesn't know it leaves out: an old or a mistyped address still shows a list.
    """

    queue: str = "open"
    q: str = ""
    category: str = ""
    level: str = ""
    lead: str = ""  # a department's id, or "none"
    light: str = ""
    sort: str = ""
    enterprise: int | None = None
    opened_from: date | None = None
    opened_until: date | None = None
    closed_from: date | None = None
    closed_until: date | None = None
    returned_from: date | None = None
    returned_by: int | None = None
    answer: str = ""  # whether the formal answer came before the resolve clock ran out
    review: str = ""
    resolved: str = ""

    @classmethod
    def read(
        cls, query: Mapping[str, str], queues: Iterable[Queue], categories: Container[str]
    ) -> "Filters":
        known: dict[str, Container[str]] = {
            "queue": [*(queue.code for queue in queues), EVERY],
            "category": categories,
            "level": Level.values,
            "light": LIGHTS,
            "sort": SORTS,
            "answer": ANSWERS,
            "review": REVIEWS,
            "resolved": RESOLVED,
        }
        found: dict[str, Any] = {}
        for name, values in known.items():
            value = query.get(name)
            if value is not None and value in values:
                found[name] = value
        for name in ("enterprise", "returned_by"):
            found[name] = _id(query.get(name, ""))
        for name in ("opened", "closed", "returned"):
            found[f"{name}_from"] = _day(query.get(f"{name}_from", ""))
        for name in ("opened", "closed"):
            found[f"{name}_until"] = _day(query.get(f"{name}_until", ""))
        lead = query.get("lead", "")
        if lead == UNDISPATCHED or _id(lead) is not None:
            found["lead"] = lead
        # the database has no text with a null character
        found["q"] = query.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH]
        return cls(**found)

    @property
    def narrowing(self) -> dict[str, str]:
        """The filters that are set, as the address says them; queue and order apart."""
        found = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name not in ("queue", "sort") and value not in ("", None):
                found[field.name] = str(value)
        return found


def _id(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def midnight(day: date) -> datetime:
    """The instant at which a day of the zone begins."""
    return datetime.combine(day, time(), timezone.get_default_timezone())


def _conditions(filters: Filters, now: datetime) -> list[Q]:
    found: list[Q] = []
    for name in ("category", "level"):
        if value := getattr(filters, name):
            found.append(Q((name, value)))
    if filters.lead:
        none = filters.lead == UNDISPATCHED
        found.append(Q(lead__isnull=True) if none else Q(lead=int(filters.lead)))
    if filters.enterprise is not None:
        found.append(Q(enterprise=filters.enterprise))
    if filters.light:
        found.append(lights(now)[filters.light])
    if filters.q:
        found.append(
            Q(number__icontains=filters.q)
            | Q(title__icontains=filters.q)
            | Q(enterprise__name__icontains=filters.q)
            | Q(enterprise__short_name__icontains=filters.q)
        )
    for name in ("opened", "closed"):
        if day := getattr(filters, f"{name}_from"):
            found.append(Q((f"{name}_at__gte", midnight(day))))
        if day := getattr(filters, f"{name}_until"):
            found.append(Q((f"{name}_at__lt", midnight(day))))
    if filters.returned_from or filters.returned_by:
        found.append(Q(Exists(_returns(filters))))
    return found


def _returns(filters: Filters) -> QuerySet[Return]:
    returns = Return.objects.filter(case=OuterRef("pk"))
    if filters.returned_from:
        returns = returns.filter(at__gte=midnight(filters.returned_from))
    if filters.returned_by:
        returns = returns.filter(department=filters.returned_by)
    return returns


OUTCOMES: Mapping[tuple[str, str], Q] = {
    ("answer", "on-time"): Q(answered_at__lte=F("resolve_due")),
    ("answer", "late"): Q(answered_at__gt=F("resolve_due")),
    ("review", "satisfied"): Q(review_level__gte=SATISFIED_FROM),
    ("review", "dissatisfied"): Q(review_level__lt=SATISFIED_FROM),
    ("review", "any"): Q(review_level__isnull=False),
    ("review", "none"): Q(review_level__isnull=True),
    ("resolved", "yes"): Q(review_resolved=True),
    ("resolved", "no"): Q(review_resolved=False),
}


def asked_for(
    filters: Filters, queues: Iterable[Queue], actor: Actor, now: datetime
) -> QuerySet[Case]:
    """The requests that the filters ask for, of those the actor may see; in no order."""
    condition = next((queue.condition for queue in queues if queue.code == filters.queue), Q())
    listed = requests_listed(actor).filter(condition, *_conditions(filters, now))
    wanted = [
        outcome
        for (name, value), outcome in OUTCOMES.items()
        if getattr(filters, name) == value
    ]  # fmt: skip
    if wanted:
        listed = with_outcome(listed).filter(reduce(and_, wanted))
    return listed


def order_of(filters: Filters) -> tuple[Key, ...]:
    """The most urgent first: what is overdue longest, what is due next, at last what is paused."""
    if filters.sort == "newest" or filters.queue == EVERY:
        return NEWEST
    return LATEST_CLOSED if filters.queue == "closed" else URGENT


def ledger_page(
    filters: Filters, queues: Iterable[Queue], actor: Actor, now: datetime, cursor: str
) -> KeysetPage[Case]:
    """One page of the ledger, with what its rows show."""
    listed = asked_for(filters, queues, actor, now)
    if filters.queue in ("closed", EVERY):
        listed = with_outcome(listed)
    return pages.keyset_page(with_row_parts(listed), order_of(filters), cursor)


def own_requests(actor: Actor, cursor: str) -> KeysetPage[Case]:
    """An enterprise's own requests: open ones first, then the latest closed."""
    listed = requests_listed(actor).filter(enterprise=actor.enterprise_id)
    return pages.keyset_page(with_row_parts(with_outcome(listed)), OWN, cursor)
