"""The queues of the ledger: which piles of requests each role works off."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Expression, Model, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yuanqi.casework.models import (
    OPEN_TASKS,
    Case,
    CaseState,
    ClockPause,
    Extension,
    Task,
    TaskKind,
)
from yuanqi.casework.queries import cases_visible_to
from yuanqi.casework.rulebook import definition_in, published, version_ids
from yuanqi.casework.sight import cases_in_order, cases_worked_by
from yuanqi.domain.clock import Light
from yuanqi.foundation.actors import Actor, Role
from yuanqi.supervision.queries import (
    AT_WORK,
    Flag,
    at_work,
    escalated,
    flags,
    idle_before,
    supervised,
)

from .models import MECHANISM


def requests_listed(actor: Actor) -> QuerySet[Case]:
    """The cases that are requests, of those the actor may see.

    Said by their mechanism: to ask for the request itself would join it to every case counted.
    """
    return requests(cases_visible_to(actor))


def every_request(actor: Actor) -> QuerySet[Case]:
    """The same for a list of whatever state, which is long."""
    return requests(cases_in_order(actor))


def requests(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Of these cases the requests."""
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


def _lit(now: datetime | Expression) -> dict[Light, Q]:
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
    label: str | Promise  # in whichever language it is shown
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


@dataclass(frozen=True, slots=True)
class Now:
    """The instants that queues go by, or gaps for them: now, and before when a case lies idle."""

    at: datetime | Expression
    lain_before: datetime | Expression


def queues_of(actor: Actor, now: datetime) -> list[Queue]:
    """The queues of the actor's desk: the centre's and leader's, a department's, an officer's."""
    return queues_at(actor, Now(now, idle_before(now)))


def queues_at(actor: Actor, now: Now) -> list[Queue]:
    if actor.sees_every_case:
        return _queues_of_centre(actor, now)
    if is_department(actor):
        return _queues_of_department(actor, now)
    linked = _linked(actor) if actor.linked_enterprise_ids else _ANY
    return [
        *_late(linked, now),
        *_rest(_("全部在办"), linked, linked, linked),
        *_aside(linked, actor, now),
    ]


def _linked(actor: Actor) -> Q:
    return Q(enterprise__in=actor.linked_enterprise_ids)


def _late(ours: Q, now: Now) -> list[Queue]:
    lit = _lit(now.at)
    return [
        Queue("warning", _("即将超时"), AT_WORK, lit[Light.YELLOW], ours, light="yellow"),
        Queue("overdue", _("已超时"), AT_WORK, lit[Light.RED], ours, light="red"),
        # what somebody demands an account of, and what has gone up the reporting line by itself
        Queue("supervised", _("督办"), AT_WORK, supervised | escalated, ours),
    ]


def _rest(label: Promise, open_: Q, answered: Q, closed: Q) -> list[Queue]:
    rated, ended = (CaseState.ANSWERED,), (CaseState.CLOSED,)
    return [
        Queue("open", label, AT_WORK, ours=open_, is_apart=True),
        Queue("answered", _("等企业评价"), rated, answered, is_apart=True),
        Queue("closed", _("已办结"), ended, ours=closed, is_apart=True, is_done=True),
    ]


def _aside(ours: Q, actor: Actor, now: Now) -> list[Queue]:
    """What deserves a look beside the lights: the flags, what is set aside, what came back."""
    flagged = flags(now.lain_before)
    return [
        *(
            Queue(flag.value, flag.label, AT_WORK, flagged[flag], ours, is_aside=True)
            for flag in (Flag.SECOND_RETURN, Flag.TWICE_UNSATISFIED, Flag.IDLE)
        ),
        Queue("reopened", _("重新办理"), AT_WORK, Q(reopened__gte=1), ours, is_aside=True),
        Queue("parked", _("挂起"), AT_WORK, _parked(), ours, is_aside=True),
        Queue("extensions", _("延期待批"), AT_WORK, _among(asked_of(actor)), is_aside=True),
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


def asked_of(actor: Actor) -> QuerySet[Extension]:
    """The extensions that wait for this actor's decision."""
    return Extension.objects.filter(decided_at__isnull=True, reviewer__in=actor.officer_ids)


def _queues_of_centre(actor: Actor, now: Now) -> list[Queue]:
    submitted = (CaseState.SUBMITTED,)
    return [
        Queue("undispatched", _("待派单"), submitted),
        *_late(_ANY, now),
        Queue("returned", _("退单，待重新派"), submitted, Q(returns__gte=1)),
        Queue("call-back", _("差评回访"), (CaseState.CALL_BACK,)),
        *_rest(_("全部在办"), _ANY, _ANY, _ANY),
        *_aside(_ANY, actor, now),
    ]


def _queues_of_department(actor: Actor, now: Now) -> list[Queue]:
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


def is_department(actor: Actor) -> bool:
    """Whether his desk is his department's: the queues of a unit that answers."""
    return not actor.sees_every_case and actor.has(Role.HANDLER, Role.HEAD)


def ended(actor: Actor) -> QuerySet[Case]:
    """The requests that can stand in the actor's queue of closed ones: a department's are those
    that it led or helped with."""
    return requests(cases_worked_by(actor)) if is_department(actor) else requests_listed(actor)
