"""Every read of requests starts here, from what the actor may see."""

from collections.abc import Mapping

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from yuanqi.casework.models import Case, CaseState, Purpose, Task, TaskKind, TaskState
from yuanqi.casework.queries import Act, acts_allowed, cases_visible_to
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import NotVisible

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
    return [
        task
        for task in case.tasks.select_related("department", "officer")
        if task.kind == TaskKind.CO_HANDLE
        and task.is_open
        and (task.department_id == actor.department_id or task.officer_id in actor.officer_ids)
    ]


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
