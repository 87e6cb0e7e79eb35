"""Every read of requests starts here, from what the actor may see."""

from collections.abc import Mapping

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from yuanqi.casework.models import (
    UNANSWERED,
    Case,
    CaseState,
    ClockPause,
    Purpose,
    Task,
    TaskState,
)
from yuanqi.casework.queries import Act, acts_allowed, cases_visible_to, co_handling_of
from yuanqi.foundation.actors import Actor, Role, Side
from yuanqi.foundation.errors import NotAllowed, NotVisible
from yuanqi.registry.models import Enterprise
from yuanqi.registry.queries import enterprises_visible_to

from .models import Category, Notice, ServiceRequest


def requests_visible_to(actor: Actor) -> QuerySet[ServiceRequest]:
    """Own enterprise's; linked enterprises'; own department's; all for the centre and leaders."""
    return ServiceRequest.objects.filter(case__in=cases_visible_to(actor))


def request_visible(case_id: int, actor: Actor) -> ServiceRequest:
    """Return the request with its case if the actor may see it. Raises NotVisible."""
    found = (
        requests_visible_to(actor)
        .select_related(
            "case__enterprise",
            "case__lead__head",
            "case__responsible__department",
            "case__clock__calendar",
            "case__mechanism_version",
            "contact",
            "proposed_lead",
            "raised_by",
        )
        .filter(case_id=case_id)
        .first()
    )
    if found is None:
        raise NotVisible(case_id)
    return found


# in which states of the case an act fits; permission is `casework.queries.acts_allowed`
FITTING: Mapping[Act, frozenset[str]] = {
    Act.DISPATCH: frozenset({CaseState.SUBMITTED}),
    Act.ACCEPT: frozenset({CaseState.DISPATCHED}),
    Act.RETURN: frozenset({CaseState.DISPATCHED}),
    Act.TASK_START: frozenset({CaseState.IN_PROGRESS}),
    Act.TASK_FINISH: frozenset({CaseState.IN_PROGRESS}),
    Act.PLAN: frozenset({CaseState.IN_PROGRESS}),
    Act.PAUSE: frozenset({CaseState.IN_PROGRESS}),
    Act.RESUME: frozenset({CaseState.IN_PROGRESS}),
    Act.SUPPLY: frozenset({CaseState.IN_PROGRESS}),
    Act.ANSWER: frozenset({CaseState.IN_PROGRESS}),
    Act.EVALUATE: frozenset({CaseState.ANSWERED}),
    Act.CALL_BACK: frozenset({CaseState.CALL_BACK}),
    Act.EXTEND: frozenset({CaseState.IN_PROGRESS}),
    Act.DECIDE_EXTENSION: frozenset({CaseState.IN_PROGRESS}),
    Act.HAND_OVER: frozenset({CaseState.IN_PROGRESS}),
    Act.PARK: frozenset({CaseState.IN_PROGRESS}),
    Act.REDISPATCH: frozenset({CaseState.DISPATCHED, CaseState.IN_PROGRESS}),
    Act.REFUSE: frozenset({CaseState.SUBMITTED}),
    Act.MERGE: frozenset(UNANSWERED),
    Act.WITHDRAW: frozenset(UNANSWERED),
    Act.REOPEN: frozenset({CaseState.CLOSED}),
    Act.REMIND: frozenset({*UNANSWERED, CaseState.CALL_BACK}),
    Act.SUPERVISE: frozenset(UNANSWERED),
    Act.REPORT: frozenset(UNANSWERED),
    Act.INSPECT: frozenset(CaseState),
    Act.REMOVE_FILE: frozenset(CaseState),
    Act.TALK: frozenset(set(CaseState) - {CaseState.CLOSED}),
    Act.NOTE: frozenset(set(CaseState) - {CaseState.CLOSED}),
}


def acts_open(case: Case, actor: Actor) -> frozenset[Act]:
    """What the actor may do now: the buttons that his page shows.

    The act itself decides in the end, under the case's lock.
    """
    acts = {act for act in acts_allowed(case, actor) if case.state in FITTING[act]}
    acts -= {Act.PAUSE} if case.is_paused else {Act.RESUME, Act.SUPPLY}
    if Act.PLAN in acts and not _plan_is_due(case):
        acts.discard(Act.PLAN)
    mine = own_tasks(case, actor)
    if not any(task.state == TaskState.READY for task in mine):
        acts.discard(Act.TASK_START)
    if not any(task.state == TaskState.ACTIVE for task in mine):
        acts.discard(Act.TASK_FINISH)
    return frozenset(acts)


def _plan_is_due(case: Case) -> bool:
    return case.clocks.filter(purpose=Purpose.PLAN, stopped_at__isnull=True).exists()


def own_tasks(case: Case, actor: Actor) -> list[Task]:
    """The actor's department's open co-handling tasks, and those of whom he acts for."""
    return [task for task in co_handling_of(case, actor) if task.is_open]


def own_task(case: Case, task_id: int, actor: Actor) -> Task:
    """Return one of the actor's co-handling tasks, also a finished one. Raises NotVisible."""
    for task in co_handling_of(case, actor):
        if task.pk == task_id:
            return task
    raise NotVisible(task_id)


def open_pause(case: Case) -> ClockPause | None:
    """The pause that the request stands in, if any."""
    return (
        ClockPause.objects.filter(clock__case=case, clock__stopped_at=None, end_at=None)
        .select_related("by")
        .first()
    )


def categories() -> list[Category]:
    """All categories, in the order of the table."""
    return list(Category.objects.select_related("lead"))


def unread_notices(actor: Actor) -> int:
    """How many messages the actor has not read."""
    return Notice.objects.filter(account=actor.account_id, read_at__isnull=True).count()


LEVEL_HINTS = {
    "P1": _("已经停产"),
    "P2": _("有影响"),
    "P3": _("不影响"),
    "P4": _("只是咨询"),
}


def enterprises_served(actor: Actor) -> QuerySet[Enterprise]:
    """For whom the actor may raise a request: itself, its linked ones, any for the centre."""
    seen = enterprises_visible_to(actor)
    if actor.side is Side.ENTERPRISE or actor.has(Role.CENTRE):
        return seen
    return seen.filter(pk__in=actor.linked_enterprise_ids)


def request_for(case_id: int, actor: Actor, act: Act) -> ServiceRequest:
    """Return the request if the actor may ever do `act` to it; the act itself asks again, locked.

    Raises NotVisible, NotAllowed.
    """
    found = request_visible(case_id, actor)
    if act not in acts_allowed(found.case, actor):
        raise NotAllowed(_("这一步不由您办，由承办部门或服务中心办理。"))
    return found


def likely_repeat(enterprise: Enterprise, category: str, actor: Actor) -> ServiceRequest | None:
    """The enterprise's newest unanswered request of the same category: perhaps the same thing."""
    return (
        requests_visible_to(actor)
        .filter(case__enterprise=enterprise, case__category=category, case__state__in=UNANSWERED)
        .select_related("case__lead")
        .order_by("-case__opened_at", "-case_id")
        .first()
    )
