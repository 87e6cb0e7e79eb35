"""The queues of the ledger: which piles of requests each role works off, and how many there are."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import (
    CharField,
    Count,
    Exists,
    F,
    Func,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.utils.translation import gettext as _

from yuanqi.casework.models import (
    OPEN_TASKS,
    Case,
    CaseState,
    ClockPause,
    Extension,
    Task,
    TaskKind,
    TaskState,
)
from yuanqi.casework.queries import cases_visible_to, open_cases
from yuanqi.domain.clock import Light
from yuanqi.foundation import pages
from yuanqi.foundation.actors import Actor, Role
from yuanqi.supervision.queries import Flag, at_work, escalated, flags, supervised


def requests_listed(actor: Actor) -> QuerySet[Case]:
    """The cases that are requests, of those the actor may see."""
    return cases_visible_to(actor).filter(request__isnull=False)


def _among(found: QuerySet[Model]) -> Q:
    """The cases that these rows are of: read once, where a test for each case would cost dear."""
    return Q(pk__in=found.values("case"))


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


@dataclass(frozen=True, slots=True)
class Queue:
    """A pile of requests with a count: what its rows have in common, how it is shown."""

    code: str
    label: str
    condition: Q
    light: str = ""
    is_apart: bool = False  # behind the line: not a pile to work off
    is_aside: bool = False  # in the line below, and only when something stands in it
    is_done: bool = False
    # of what fills a closed pile by itself, mostly: counted first, and then nothing else
    mostly: Q | None = None


def queues_of(actor: Actor, now: datetime) -> list[Queue]:
    """The queues of the actor's desk: the centre's and leader's, a department's, an officer's."""
    if actor.sees_every_case:
        return _queues_of_centre(actor, now)
    if actor.has(Role.HANDLER, Role.HEAD):
        return _queues_of_department(actor, now)
    linked = Q(enterprise__in=actor.linked_enterprise_ids) if actor.linked_enterprise_ids else Q()
    return [
        *_late(linked, now),
        *_rest(linked, linked, linked, _("全部在办")),
        *_aside(linked, actor, now),
    ]


def _late(ours: Q, now: datetime) -> list[Queue]:
    lit = lights(now)
    return [
        Queue("warning", _("即将超时"), ours & lit["yellow"], light="yellow"),
        Queue("overdue", _("已超时"), ours & lit["red"], light="red"),
        # what somebody demands an account of, and what has gone up the reporting line by itself
        Queue("supervised", _("督办"), ours & at_work & (supervised | escalated)),
    ]


def _rest(open_: Q, answered: Q, closed: Q, label: str, mostly: Q | None = None) -> list[Queue]:
    rated = answered & Q(state=CaseState.ANSWERED)
    ended = closed & Q(state=CaseState.CLOSED)
    return [
        Queue("open", label, open_ & at_work, is_apart=True),
        Queue("answered", _("等企业评价"), rated, is_apart=True),
        Queue("closed", _("已办结"), ended, is_apart=True, is_done=True, mostly=mostly),
    ]


def _aside(ours: Q, actor: Actor, now: datetime) -> list[Queue]:
    """What deserves a look beside the lights: the flags, what is set aside, what came back."""
    flagged = flags(now)
    return [
        *(
            Queue(flag.value, str(flag.label), ours & at_work & flagged[flag], is_aside=True)
            for flag in (Flag.SECOND_RETURN, Flag.TWICE_UNSATISFIED, Flag.IDLE)
        ),
        Queue("reopened", _("重新办理"), ours & at_work & Q(reopened__gte=1), is_aside=True),
        Queue("parked", _("挂起"), ours & at_work & _parked(), is_aside=True),
        _extensions(actor, is_aside=True),
    ]


def _parked() -> Q:
    """Set aside with an explanation: paused on a ground that the mechanism calls such."""
    parks = Func(
        F("clock__case__mechanism_version__definition"),
        Value("pause_grounds"),
        F("ground"),
        Value("parks"),
        function="jsonb_extract_path_text",
        output_field=CharField(),
    )
    pauses = ClockPause.objects.annotate(parks=parks).filter(
        clock=OuterRef("clock"), end_at__isnull=True, parks="true"
    )
    return Q(is_paused=True) & Q(Exists(pauses))


def _extensions(actor: Actor, *, is_aside: bool) -> Queue:
    """The extensions that wait for this actor's decision."""
    asked = Extension.objects.filter(decided_at__isnull=True, reviewer__in=actor.officer_ids)
    return Queue("extensions", _("延期待批"), at_work & _among(asked), is_aside=is_aside)


def _queues_of_centre(actor: Actor, now: datetime) -> list[Queue]:
    every = Q()
    submitted = Q(state=CaseState.SUBMITTED)
    return [
        Queue("undispatched", _("待派单"), submitted),
        *_late(every, now),
        Queue("returned", _("退单，待重新派"), submitted & Q(returns__gte=1)),
        Queue("call-back", _("差评回访"), Q(state=CaseState.CALL_BACK)),
        *_rest(every, every, every, _("全部在办")),
        *_aside(every, actor, now),
    ]


def _queues_of_department(actor: Actor, now: datetime) -> list[Queue]:
    tasks = Task.objects.filter(department=actor.department_id)
    asked = _among(tasks.filter(state__in=OPEN_TASKS))
    helping = _among(tasks.filter(state__in=OPEN_TASKS, kind=TaskKind.CO_HANDLE))
    helped = _among(tasks.filter(state=TaskState.DONE, kind=TaskKind.CO_HANDLE))
    # and what has come to the officer himself, for somebody of another department who is away
    his = Q(responsible__in=actor.officer_ids)
    led = Q(lead=actor.department_id)
    linked = Q(enterprise__in=actor.linked_enterprise_ids)
    served = [Queue("linked", _("挂钩企业在办"), at_work & linked, is_apart=True)]
    aside = _aside(asked | his, actor, now)
    decided = []
    if actor.has(Role.HEAD):
        # whoever decides sees at once that something waits for him, or that nothing does
        decided = [replace(queue, is_aside=False) for queue in aside if queue.code == "extensions"]
        aside = [queue for queue in aside if queue.code != "extensions"]
    return [
        Queue("to-sign", _("待签收"), Q(state=CaseState.DISPATCHED) & (led | his)),
        Queue("co-handling", _("待办协办"), at_work & helping),
        *decided,
        *_late(asked | his, now),
        *_rest(asked | his, led, led | helped, _("本部门在办"), mostly=led),
        *(served if actor.linked_enterprise_ids else ()),
        *aside,
    ]


def queue_counts(queues: Iterable[Queue], actor: Actor) -> dict[str, pages.Count]:
    """How many requests stand in each queue: open ones by one pass, closed up to a thousand."""
    listed = requests_listed(actor)
    piles = {queue.code: queue for queue in queues}
    standing = {code: queue for code, queue in piles.items() if not queue.is_done}
    found = _standing(standing.values(), listed, actor).aggregate(
        **{
            code.replace("-", "_"): Count("pk", filter=queue.condition)
            for code, queue in standing.items()
        }
    )
    return {
        code: _closed(queue, listed)
        if queue.is_done
        else pages.Count(found[code.replace("-", "_")])
        for code, queue in piles.items()
    }


def _closed(queue: Queue, listed: QuerySet[Case]) -> pages.Count:
    pile = listed.filter(queue.condition)
    if queue.mostly is not None:
        # one range of an index; with "or" the database reads the closed ones of the whole zone
        count = pages.count_of(pile.filter(queue.mostly))
        if count.is_more:
            return count
    return pages.count_of(pile)


def _standing(queues: Iterable[Queue], listed: QuerySet[Case], actor: Actor) -> QuerySet[Case]:
    """The open requests that stand in any of these queues.

    Of a department's, which of the zone's open requests those are is read first: who may see a
    request is then asked of these few, not of the department's hundred thousand closed ones.
    """
    is_wide = actor.has(Role.HANDLER, Role.HEAD) or actor.linked_enterprise_ids
    if actor.sees_every_case or not is_wide:
        return open_cases(listed)
    any_of = reduce(or_, (queue.condition for queue in queues))
    keys = open_cases(Case.objects.all()).filter(any_of).values_list("pk", flat=True)
    return listed.filter(pk__in=list(keys))
