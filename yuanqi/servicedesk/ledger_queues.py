"""The queues of the ledger: which piles of requests each role works off, and how many there are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Count, Model, Q, QuerySet
from django.utils.translation import gettext as _

from yuanqi.casework.models import (
    OPEN_TASKS,
    Case,
    CaseState,
    ClockPause,
    Extension,
    Task,
    TaskKind,
)
from yuanqi.casework.queries import cases_visible_to, open_cases
from yuanqi.casework.rulebook import definition_in, published, version_ids
from yuanqi.casework.sight import cases_in_order, cases_led_by, cases_worked_by, seen_among
from yuanqi.domain.clock import Light
from yuanqi.foundation import pages
from yuanqi.foundation.actors import Actor, Role
from yuanqi.foundation.prepared import one_of
from yuanqi.supervision.queries import AT_WORK, Flag, at_work, escalated, flags, supervised

from .models import MECHANISM


def requests_listed(actor: Actor) -> QuerySet[Case]:
    """The cases that are requests, of those the actor may see.

    Said by their mechanism: to ask for the request itself would join it to every case counted.
    """
    return _requests(cases_visible_to(actor))


def every_request(actor: Actor) -> QuerySet[Case]:
    """The same for a list of whatever state, which is long."""
    return _requests(cases_in_order(actor))


def _requests(cases: QuerySet[Case]) -> QuerySet[Case]:
    return cases.filter(mechanism_version__in=version_ids(MECHANISM))


_ANY = Q()
_NONE = Q(pk__in=())


def _among(found: QuerySet[Model]) -> Q:
    """The cases that these rows are of: read once, where a test for each case would cost dear."""
    return Q(pk__in=found.values("case"))


def lights(now: datetime) -> dict[str, Q]:
    """The cases that show each light at `now`, from their stored instants.

    The same as `Case.light`, said in SQL, for cases in which the park is at work: while the
    enterprise is asked to evaluate, no clock of the park runs.
    """
    return {light.value: at_work & condition for light, condition in _lit(now).items()}


def _lit(now: datetime) -> dict[Light, Q]:
    return {
        Light.RED: Q(due_at__lt=now),
        Light.YELLOW: Q(due_at__gte=now, warn_at__lte=now),
        Light.GREEN: Q(due_at__gte=now) & (Q(warn_at__gt=now) | Q(warn_at__isnull=True)),
        Light.PAUSED: Q(due_at__isnull=True),
    }


@dataclass(frozen=True, slots=True)
class Queue:
    """A pile of requests with a count: what its rows have in common, how it is shown.

    Its rows stand in one of `states`, and for them `ours` (whose they are) and `rest` hold. Counts
    are taken by state, and of queues that share one `ours` together.
    """

    code: str
    label: str
    states: tuple[CaseState, ...]
    rest: Q = _ANY
    ours: Q = _ANY
    light: str = ""
    is_apart: bool = False  # behind the line: not a pile to work off
    is_aside: bool = False  # in the line below, and only when something stands in it
    is_done: bool = False

    @property
    def condition(self) -> Q:
        return Q(state__in=self.states) & self.ours & self.rest


def queues_of(actor: Actor, now: datetime) -> list[Queue]:
    """The queues of the actor's desk: the centre's and leader's, a department's, an officer's."""
    if actor.sees_every_case:
        return _queues_of_centre(actor, now)
    if _is_department(actor):
        return _queues_of_department(actor, now)
    linked = _linked(actor) if actor.linked_enterprise_ids else _ANY
    return [
        *_late(linked, now),
        *_rest(_("全部在办"), linked, linked, linked),
        *_aside(linked, actor, now),
    ]


def _linked(actor: Actor) -> Q:
    return Q(enterprise__in=actor.linked_enterprise_ids)


def _late(ours: Q, now: datetime) -> list[Queue]:
    lit = _lit(now)
    return [
        Queue("warning", _("即将超时"), AT_WORK, lit[Light.YELLOW], ours, light="yellow"),
        Queue("overdue", _("已超时"), AT_WORK, lit[Light.RED], ours, light="red"),
        # what somebody demands an account of, and what has gone up the reporting line by itself
        Queue("supervised", _("督办"), AT_WORK, supervised | escalated, ours),
    ]


def _rest(label: str, open_: Q, answered: Q, closed: Q) -> list[Queue]:
    rated, ended = (CaseState.ANSWERED,), (CaseState.CLOSED,)
    return [
        Queue("open", label, AT_WORK, ours=open_, is_apart=True),
        Queue("answered", _("等企业评价"), rated, answered, is_apart=True),
        Queue("closed", _("已办结"), ended, ours=closed, is_apart=True, is_done=True),
    ]


def _aside(ours: Q, actor: Actor, now: datetime) -> list[Queue]:
    """What deserves a look beside the lights: the flags, what is set aside, what came back."""
    flagged = flags(now)
    return [
        *(
            Queue(flag.value, str(flag.label), AT_WORK, flagged[flag], ours, is_aside=True)
            for flag in (Flag.SECOND_RETURN, Flag.TWICE_UNSATISFIED, Flag.IDLE)
        ),
        Queue("reopened", _("重新办理"), AT_WORK, Q(reopened__gte=1), ours, is_aside=True),
        Queue("parked", _("挂起"), AT_WORK, _parked(), ours, is_aside=True),
        Queue("extensions", _("延期待批"), AT_WORK, _among(_asked_of(actor)), is_aside=True),
    ]


def _parked() -> Q:
    """Set aside with an explanation: paused on a ground that the mechanism calls such."""
    open_pauses = ClockPause.objects.filter(end_at__isnull=True)
    found = _NONE
    for version_id in version_ids(MECHANISM):
        parking = definition_in(published(version_id)).parking
        if parking is not None:
            pauses = open_pauses.filter(ground=parking[0])
            found |= Q(mechanism_version=version_id, clock__in=pauses.values("clock"))
    return Q(is_paused=True) & found


def _asked_of(actor: Actor) -> QuerySet[Extension]:
    """The extensions that wait for this actor's decision."""
    return Extension.objects.filter(decided_at__isnull=True, reviewer__in=actor.officer_ids)


def _queues_of_centre(actor: Actor, now: datetime) -> list[Queue]:
    submitted = (CaseState.SUBMITTED,)
    return [
        Queue("undispatched", _("待派单"), submitted),
        *_late(_ANY, now),
        Queue("returned", _("退单，待重新派"), submitted, Q(returns__gte=1)),
        Queue("call-back", _("差评回访"), (CaseState.CALL_BACK,)),
        *_rest(_("全部在办"), _ANY, _ANY, _ANY),
        *_aside(_ANY, actor, now),
    ]


def _queues_of_department(actor: Actor, now: datetime) -> list[Queue]:
    tasks = Task.objects.filter(department=actor.department_id)
    helping = _among(tasks.filter(state__in=OPEN_TASKS, kind=TaskKind.CO_HANDLE))
    # and what has come to the officer himself, for somebody of another department who is away
    his = Q(responsible__in=actor.officer_ids)
    ours = _among(tasks.filter(state__in=OPEN_TASKS)) | his
    led = Q(lead=actor.department_id)
    served = Queue("linked", _("挂钩企业在办"), AT_WORK, _linked(actor), is_apart=True)
    aside = _aside(ours, actor, now)
    decided = []
    if actor.has(Role.HEAD):
        # whoever decides sees at once that something waits for him, or that nothing does
        decided = [replace(queue, is_aside=False) for queue in aside if queue.code == "extensions"]
        aside = [queue for queue in aside if queue.code != "extensions"]
    return [
        Queue("to-sign", _("待签收"), (CaseState.DISPATCHED,), led | his),
        Queue("co-handling", _("待办协办"), AT_WORK, helping),
        *decided,
        *_late(ours, now),
        *_rest(_("本部门在办"), ours, led, _ANY),
        *([served] if actor.linked_enterprise_ids else ()),
        *aside,
    ]


def queue_counts(
    queues: Iterable[Queue], actor: Actor, cases: QuerySet[Case]
) -> dict[str, pages.Count]:
    """How many requests stand in each queue: open ones all (of `standing`), closed ones up to a
    thousand."""
    piles = {queue.code: queue for queue in queues}
    at_hand = [queue for queue in piles.values() if not queue.is_done]
    numbers: dict[str, int] = {}
    for ours in {id(queue.ours): queue.ours for queue in at_hand}.values():
        alike = [queue for queue in at_hand if queue.ours is ours]
        numbers |= _counted(alike, cases.filter(ours))
    return {
        code: _closed(queue, actor) if queue.is_done else pages.Count(numbers[code])
        for code, queue in piles.items()
    }


def _counted(queues: Sequence[Queue], cases: QuerySet[Case]) -> dict[str, int]:
    """Count queues by one pass over these cases, by state.

    So each row is looked at only for what a queue asks beyond the state.
    """
    names = {
        queue.code: f"n{place}" if queue.rest else "every" for place, queue in enumerate(queues)
    }
    counts = {names[queue.code]: Count("pk", filter=queue.rest or None) for queue in queues}
    found = list(cases.order_by().values("state").annotate(**counts))
    return {
        queue.code: sum(one[names[queue.code]] for one in found if one["state"] in queue.states)
        for queue in queues
    }


def _closed(queue: Queue, actor: Actor) -> pages.Count:
    if _is_department(actor):
        # one range of an index; with "or" the database reads the closed ones of the whole zone
        count = pages.count_of(_requests(cases_led_by(actor)).filter(queue.condition))
        if count.is_more:
            return count
    return pages.count_of(ended(actor).filter(queue.condition))


def _is_department(actor: Actor) -> bool:
    return not actor.sees_every_case and actor.has(Role.HANDLER, Role.HEAD)


def ended(actor: Actor) -> QuerySet[Case]:
    """The requests that can stand in the actor's queue of closed ones: a department's are those
    that it led or helped with."""
    return _requests(cases_worked_by(actor)) if _is_department(actor) else requests_listed(actor)


def standing(actor: Actor) -> QuerySet[Case]:
    """The open requests that can stand in one of the actor's queues.

    A department's and an officer's are found first, each kind by its own index: who may see a
    request is then asked of these few, not of the hundred thousand that he ever had to do with.
    """
    if not _is_department(actor) and (actor.sees_every_case or not actor.linked_enterprise_ids):
        return open_cases(requests_listed(actor))
    his = open_cases(Case.objects.order_by())
    found = [
        his.filter(responsible__in=actor.officer_ids).values_list("pk"),
        his.filter(enterprise__in=actor.linked_enterprise_ids).values_list("pk"),
        _asked_of(actor).values_list("case").order_by(),
    ]
    if _is_department(actor):
        tasks = Task.objects.filter(department=actor.department_id, state__in=OPEN_TASKS)
        found.append(his.filter(lead=actor.department_id).values_list("pk"))
        found.append(tasks.values_list("case").order_by())
    keys = [pk for (pk,) in found[0].union(*found[1:])]
    return _requests(open_cases(Case.objects.filter(one_of("id", seen_among(keys, actor)))))
