"""Every read of requests starts here, from what the actor may see."""

from collections.abc import Callable, Mapping
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from yuanqi.casework.duty import is_barred
from yuanqi.casework.models import (
    UNANSWERED,
    Case,
    CaseBar,
    CaseState,
    ClockPause,
    Extension,
    Outcome,
    Purpose,
    Task,
    TaskKind,
    TaskState,
)
from yuanqi.casework.queries import (
    Act,
    acts_allowed,
    cases_visible_to,
    co_handling_of,
    extensions_reviewed_by,
)
from yuanqi.casework.rulebook import Limits, definition_in
from yuanqi.domain.clock import Limit
from yuanqi.foundation.actors import Actor, Role, Side
from yuanqi.foundation.errors import NotAllowed, NotVisible
from yuanqi.foundation.standing import ORGANISATION, RULES, Kept
from yuanqi.organisation.models import Officer
from yuanqi.organisation.queries import current_calendar
from yuanqi.registry.models import Enterprise
from yuanqi.registry.queries import enterprises_visible_to

from .models import Category, ServiceRequest
from .windows import reopens_until


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
    Act.REMOVE_FILE: frozenset(CaseState),
    Act.TALK: frozenset(set(CaseState) - {CaseState.CLOSED}),
    Act.NOTE: frozenset(set(CaseState) - {CaseState.CLOSED}),
}


def acts_open(case: Case, actor: Actor, at: datetime | None = None) -> frozenset[Act]:
    """What the actor may do now: the buttons that his page shows.

    With the time, also without what is too late for. The act itself decides in the end, under
    the case's lock.
    """
    acts = {act for act in acts_allowed(case, actor) if case.state in FITTING.get(act, frozenset())}
    if case.is_paused:
        acts -= {Act.PAUSE, Act.PARK, Act.EXTEND, Act.REDISPATCH}
    else:
        acts -= {Act.RESUME, Act.SUPPLY}
    # each asked only of those whom it may concern
    return frozenset(act for act in acts if act not in _OFFERED or _OFFERED[act](case, actor, at))


def _returns(case: Case, _actor: Actor, _at: datetime | None) -> bool:
    """Whom the centre has named may not return it."""
    return not case.tasks.filter(kind=TaskKind.LEAD, state=TaskState.READY, is_named=True).exists()


def _starts(case: Case, actor: Actor, _at: datetime | None) -> bool:
    return any(task.state == TaskState.READY for task in own_tasks(case, actor))


def _finishes(case: Case, actor: Actor, _at: datetime | None) -> bool:
    return any(task.state == TaskState.ACTIVE for task in own_tasks(case, actor))


def _hands_over(case: Case, actor: Actor, _at: datetime | None) -> bool:
    return bool(tasks_to_hand_over(case, actor))


def _plans(case: Case, _actor: Actor, _at: datetime | None) -> bool:
    return case.clocks.filter(purpose=Purpose.PLAN, stopped_at__isnull=True).exists()


def _supplies(case: Case, _actor: Actor, _at: datetime | None) -> bool:
    pause = open_pause(case)
    grounds = definition_in(case.mechanism_version).pause_grounds
    return pause is not None and grounds[pause.ground].ends_with_supply


def _parks(case: Case, _actor: Actor, at: datetime | None) -> bool:
    return definition_in(case.mechanism_version).parking is not None and not _is_late(case, at)


def _extends(case: Case, _actor: Actor, at: datetime | None) -> bool:
    if _is_late(case, at):
        return False
    standing = Q(decided_at__isnull=True) | Q(is_granted=True)
    return not case.extensions.filter(standing).exists() and extension_most(case) is not None


def _decides(case: Case, actor: Actor, _at: datetime | None) -> bool:
    return extensions_reviewed_by(case, actor).filter(decided_at__isnull=True).exists()


def _is_late(case: Case, at: datetime | None) -> bool:
    return at is not None and case.due_at is not None and at > case.due_at


def _refuses(case: Case, _actor: Actor, _at: datetime | None) -> bool:
    return bool(definition_in(case.mechanism_version).refusal_grounds)


def _merges(case: Case, actor: Actor, _at: datetime | None) -> bool:
    return cases_to_merge_into(case, actor).exists()


def _reopens(case: Case, _actor: Actor, at: datetime | None) -> bool:
    if case.outcome == Outcome.MERGED:
        return False
    until = reopens_until(case, definition_in(case.mechanism_version), current_calendar())
    return until is not None and (at is None or at <= until)


_OFFERED: Mapping[Act, Callable[[Case, Actor, datetime | None], bool]] = {
    Act.RETURN: _returns,
    Act.TASK_START: _starts,
    Act.TASK_FINISH: _finishes,
    Act.HAND_OVER: _hands_over,
    Act.PLAN: _plans,
    Act.SUPPLY: _supplies,
    Act.PARK: _parks,
    Act.EXTEND: _extends,
    Act.DECIDE_EXTENSION: _decides,
    Act.REFUSE: _refuses,
    Act.MERGE: _merges,
    Act.REOPEN: _reopens,
}


def tasks_to_hand_over(case: Case, actor: Actor) -> list[Task]:
    """Active tasks that the actor has in hand, or whose unit he heads (himself or for another)."""
    tasks = case.tasks.filter(state=TaskState.ACTIVE).select_related("department", "officer")
    mine = Q(officer__in=actor.officer_ids) | Q(department__head__in=actor.officer_ids)
    return list(tasks.filter(mine))


def colleagues(task: Task) -> list[Officer]:
    """To whom a task may be handed over: the active officers of its unit but the present one."""
    found = Officer.objects.filter(department=task.department_id, is_active=True)
    names = CaseBar.objects.filter(case=task.case_id).values_list("grantee", flat=True)
    barred = set(names)
    return [
        officer for officer in found.exclude(pk=task.officer_id) if not is_barred(officer, barred)
    ]


def cases_to_merge_into(case: Case, actor: Actor) -> QuerySet[Case]:
    """The enterprise's other unanswered requests that the actor may see."""
    return (
        cases_visible_to(actor)
        .filter(enterprise=case.enterprise_id, state__in=UNANSWERED, request__isnull=False)
        .exclude(pk=case.pk)
        .order_by("-opened_at", "-pk")
    )


def cases_settled_before(case: Case, actor: Actor) -> QuerySet[Case]:
    """The enterprise's answered requests that the actor may see: what may have settled a matter.

    Whoever reads this case reads the name of the other: none that is kept from one of them.
    """
    kept = CaseBar.objects.exclude(grantee__in=CaseBar.objects.filter(case=case).values("grantee"))
    return (
        cases_visible_to(actor)
        .filter(enterprise=case.enterprise_id, answered_at__isnull=False, request__isnull=False)
        .exclude(pk=case.pk)
        .exclude(pk__in=kept.values("case"))
        .order_by("-opened_at", "-pk")
    )


def open_extension(case: Case) -> Extension | None:
    """The extension that waits for a decision, if any."""
    people = ("asked_by", "reviewer")
    return case.extensions.filter(decided_at__isnull=True).select_related(*people).first()


def extension_most(case: Case) -> Limit | None:
    """How much a request's limit may be extended at most; None if it may not be."""
    record = case.clocks.filter(purpose=Purpose.RESOLVE, stopped_at__isnull=True).first()
    day = timezone.localdate(case.opened_at)
    limits = Limits.on(case.mechanism_version.mechanism, day)
    allowance = limits.find("extension", case.level, case.category)
    if record is None or allowance is None or allowance.limit.base != record.limit_base:
        return None
    return allowance.limit


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


def categories_offered(day: date) -> list[Category]:
    """Those of which a request may be raised on that day."""
    return [category for category in categories() if category.is_offered(day)]


_CATEGORIES = Kept(
    lambda: {category.code: category for category in categories()}, RULES, ORGANISATION
)


def categories_standing() -> Mapping[str, Category]:
    """All categories by their codes, kept in memory and shared."""
    return _CATEGORIES.known()


def category_names() -> dict[str, str]:
    """What they are called, in the reader's language."""
    language = get_language()
    return {code: category.label_in(language) for code, category in categories_standing().items()}


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
