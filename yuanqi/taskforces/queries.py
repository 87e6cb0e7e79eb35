"""Every read of task forces starts here, from what the actor may see."""

from datetime import date
from urllib.parse import urlencode

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from yuanqi.casework.models import Case
from yuanqi.foundation.actors import Actor, Role, Side
from yuanqi.foundation.errors import NotVisible
from yuanqi.organisation.models import Officer
from yuanqi.registry.models import Enterprise

from .models import ForceTask, Kind, Member, TaskForce, TaskState

GRAVE = ("P1", "P2")  # the levels of requests that may ask for several departments at once


def is_staff(actor: Actor) -> bool:
    return actor.side is Side.SYSTEM or (actor.side is Side.PARK and actor.officer_id is not None)


def forces_visible_to(actor: Actor) -> QuerySet[TaskForce]:
    """All for the centre and leaders; else those one leads or is in, those of linked enterprises,
    and those of industries, which every officer may see. What was opened for a complaint never
    is: it can't be."""
    found = TaskForce.objects.select_related("lead__department", "enterprise", "project")
    if actor.sees_every_case:
        return found
    if not is_staff(actor):
        return found.none()
    mine = Member.objects.filter(
        force=OuterRef("pk"), officer__in=actor.officer_ids, left_on__isnull=True
    )
    return found.filter(
        Q(kind=Kind.INDUSTRY)
        | Q(lead__in=actor.officer_ids)
        | Q(enterprise__in=actor.linked_enterprise_ids)
        | Exists(mine)
    )


def force_visible(force_id: int, actor: Actor) -> TaskForce:
    """Return the task force if the actor may see it. Raises NotVisible."""
    found = forces_visible_to(actor).filter(pk=force_id).select_related("case").first()
    if found is None:
        raise NotVisible(force_id)
    return found


def may_open(actor: Actor) -> bool:
    """The centre and leaders open task forces."""
    return actor.side is Side.SYSTEM or (
        actor.side is Side.PARK and actor.has(Role.CENTRE, Role.LEADER)
    )


def may_manage(row: TaskForce, actor: Actor) -> bool:
    """Its lead (or who acts for him), the centre, leaders: people, tasks, the closing report."""
    return may_open(actor) or row.lead_id in actor.officer_ids


def takes_part(row: TaskForce, actor: Actor) -> bool:
    """Who writes in it: its people, and whoever manages it."""
    if may_manage(row, actor):
        return True
    return row.members.filter(officer__in=actor.officer_ids, left_on__isnull=True).exists()


def may_end(task: ForceTask, actor: Actor) -> bool:
    """Its owner says that a task is done, or whoever manages the task force."""
    return task.owner_id in actor.officer_ids or may_manage(task.force, actor)


def members_of(row: TaskForce) -> QuerySet[Member]:
    """Who is in it now."""
    found = row.members.filter(left_on__isnull=True)
    return found.select_related("officer__department", "department")


def officers() -> QuerySet[Officer]:
    """Who may lead a task force or be in one: all officers at work, by department."""
    found = Officer.objects.filter(is_active=True, department__closed_at=None)
    return found.select_related("department").order_by("department__position", "rank", "id")


def with_counts(listed: QuerySet[TaskForce], today: date) -> QuerySet[TaskForce]:
    """With how many people are in each, how many tasks it has, how many of these are late."""
    still = Q(tasks__state=TaskState.OPEN)
    return listed.annotate(
        people=Count("members", filter=Q(members__left_on__isnull=True), distinct=True),
        all_tasks=Count(
            "tasks", filter=~Q(tasks__state=TaskState.DROPPED), distinct=True
        ),
        open_tasks=Count("tasks", filter=still, distinct=True),
        late_tasks=Count("tasks", filter=still & Q(tasks__due_on__lt=today), distinct=True),
    )  # fmt: skip


def open_force_of(enterprise: Enterprise) -> TaskForce | None:
    """The newest task force at work for an enterprise itself."""
    found = TaskForce.objects.filter(
        enterprise=enterprise, kind=Kind.ENTERPRISE, closed_at__isnull=True
    )
    return found.select_related("lead__department").order_by("-opened_at").first()


def force_of_case(case: Case, actor: Actor) -> TaskForce | None:
    """The task force at work on a grave request, if the actor may see it."""
    if case.level not in GRAVE or not is_staff(actor):
        return None
    return forces_visible_to(actor).filter(case=case, closed_at__isnull=True).first()


def force_url(case: Case, actor: Actor) -> str:
    """Where one is opened for a grave request, P1 or P2, that is open; empty if it can't be."""
    if case.level not in GRAVE or case.closed_at is not None:
        return ""
    return opening_url(actor, enterprise_id=case.enterprise_id, case=case)


def opening_url(
    actor: Actor, *, enterprise_id: int, case: Case | None = None, ground: str = ""
) -> str:
    """Where a task force is opened for an enterprise, prefilled; empty if it isn't the actor's to.

    Of a complaint none is opened: its people would read what is kept from those accused.
    """
    if not may_open(actor) or (case is not None and case.bars.exists()):
        return ""
    told = {"enterprise": enterprise_id, "ground": ground}
    if case is not None:
        told["case"] = case.pk
    return f"{reverse('taskforces:open')}?{urlencode({k: v for k, v in told.items() if v})}"
