"""Every read of meetings starts here, from what the actor may see."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from yuanqi.casework.models import Case, CaseBar, CaseState
from yuanqi.casework.queries import cases_visible_to
from yuanqi.foundation.actors import Actor, Role, Side
from yuanqi.foundation.errors import NotAllowed, NotVisible
from yuanqi.organisation.models import Department, Officer
from yuanqi.registry.models import Enterprise
from yuanqi.registry.queries import enterprises_visible_to

from .models import Guest, Invitation, Item, ItemState, Meeting

UPCOMING, UNWRITTEN, LATE, ALL = "upcoming", "unwritten", "late", "all"
MOST_PROPOSED = 100


def is_staff(actor: Actor) -> bool:
    return actor.side is Side.SYSTEM or (actor.side is Side.PARK and actor.officer_id is not None)


def meetings_visible_to(actor: Actor) -> QuerySet[Meeting]:
    """All for the centre and leaders; else those that one's department holds or is asked to,
    where one has a task, or where an enterprise that one serves is talked of."""
    found = Meeting.objects.select_related("department", "host", "area")
    if actor.sees_every_case:
        return found
    if not is_staff(actor):
        return found.none()
    asked = Invitation.objects.filter(meeting=OuterRef("pk"), department=actor.department_id)
    talked = Item.objects.filter(meeting=OuterRef("pk")).filter(
        Q(owner__in=actor.officer_ids) | Q(enterprise__in=actor.linked_enterprise_ids)
    )
    return found.filter(
        Q(department=actor.department_id)
        | Q(host__in=actor.officer_ids)
        | Exists(asked)
        | Exists(talked)
    )


def meeting_visible(meeting_id: int, actor: Actor) -> Meeting:
    """Return the meeting if the actor may see it. Raises NotVisible."""
    found = meetings_visible_to(actor).filter(pk=meeting_id).first()
    if found is None:
        raise NotVisible(meeting_id)
    return found


def may_call(actor: Actor) -> bool:
    """The service centre and the heads of departments hold meetings."""
    return actor.side is Side.SYSTEM or (
        is_staff(actor) and (actor.has(Role.CENTRE, Role.HEAD) or _heads(actor))
    )


def _heads(actor: Actor) -> bool:
    return Department.objects.filter(head__in=actor.officer_ids, closed_at=None).exists()


def holding_departments(actor: Actor) -> QuerySet[Department]:
    """For which departments the actor calls meetings: the centre for all, a head for his own."""
    found = Department.objects.filter(closed_at=None).order_by("position", "id")
    if actor.side is Side.SYSTEM or actor.has(Role.CENTRE):
        return found
    own = Q(pk=actor.department_id) if actor.has(Role.HEAD) else Q(pk__in=())
    return found.filter(own | Q(head__in=actor.officer_ids))


def may_run(row: Meeting, actor: Actor) -> bool:
    """Who keeps its agenda and its minutes: the centre, its host, the head of its department."""
    return (
        actor.side is Side.SYSTEM
        or (is_staff(actor) and actor.has(Role.CENTRE))
        or row.host_id in actor.officer_ids
        or row.department_id in holding_departments(actor).values_list("pk", flat=True)
    )


def require_running(row: Meeting, actor: Actor, message: str) -> None:
    """Raises NotAllowed."""
    if not may_run(row, actor):
        raise NotAllowed(message)


def may_answer(one: Invitation, actor: Actor) -> bool:
    """Somebody of the department that is asked says who comes; the centre for it."""
    return actor.side is Side.SYSTEM or (
        is_staff(actor)
        and (actor.has(Role.CENTRE) or actor.department_id == one.department_id)
    )  # fmt: skip


def may_end(item: Item, row: Meeting, actor: Actor) -> bool:
    """Its owner (or who acts for him) says that a task is done, or whoever runs the meeting."""
    return item.owner_id in actor.officer_ids or may_run(row, actor)


def may_raise(enterprise_id: int | None, actor: Actor) -> bool:
    """Whether the actor raises a request for an enterprise: the centre, its linked officer."""
    return enterprise_id is not None and (
        actor.side is Side.SYSTEM
        or actor.has(Role.CENTRE)
        or enterprise_id in actor.linked_enterprise_ids
    )


def officers() -> QuerySet[Officer]:
    """Who may host or take a task: all officers at work, by department."""
    found = Officer.objects.filter(is_active=True, department__closed_at=None)
    return found.select_related("department").order_by("department__position", "rank", "id")


def proposed(
    row: Meeting, actor: Actor, *, area_id: int | None, trade: str, category: str
) -> QuerySet[Case]:
    """Open requests that could be talked over, the most urgent first, none twice.

    Complaints never: those whom they accuse may sit at the table.
    """
    found = (
        cases_visible_to(actor)
        .exclude(state__in=(CaseState.CLOSED, CaseState.ANSWERED, CaseState.CALL_BACK))
        .filter(~Exists(CaseBar.objects.filter(case=OuterRef("pk"))))
        .filter(~Exists(Item.objects.filter(meeting=row.pk, case=OuterRef("pk"))))
        .select_related("enterprise", "lead")
    )
    if area_id is not None:
        found = found.filter(enterprise__area=area_id)
    if trade:
        found = found.filter(enterprise__industry=trade)
    if category:
        found = found.filter(category=category)
    return found.order_by("level", "opened_at", "id")


def trades() -> list[str]:
    """What enterprises call their trades, by name."""
    found = Enterprise.objects.filter(merged_into=None).exclude(industry="")
    return list(found.order_by("industry").values_list("industry", flat=True).distinct()[:200])


def queued(listed: QuerySet[Meeting], queue: str, now: datetime, today: date) -> QuerySet[Meeting]:
    """To come; held, but without minutes; with late tasks; all."""
    if queue == UPCOMING:
        return listed.filter(ends_at__gt=now, closed_at=None, called_off_at=None)
    if queue == UNWRITTEN:
        return listed.filter(ends_at__lte=now, closed_at=None, called_off_at=None)
    if queue == LATE:
        late = Item.objects.filter(state=ItemState.TASK, due_on__lt=today)
        return listed.filter(pk__in=late.values("meeting"))
    return listed


def with_counts(listed: QuerySet[Meeting], today: date) -> QuerySet[Meeting]:
    """With how many items each has, how many tasks are open and how many of these late."""
    still = Q(items__state=ItemState.TASK)
    return listed.annotate(
        all_items=Count("items"),
        open_tasks=Count("items", filter=still),
        late_tasks=Count("items", filter=still & Q(items__due_on__lt=today)),
    )


def items_of(row: Meeting) -> QuerySet[Item]:
    return row.items.select_related(
        "enterprise", "case", "owner", "department", "decided_owner__department", "file", "promise"
    )


def case_ids_seen(items: Sequence[Item], actor: Actor) -> set[int]:
    """Which of the items' requests the actor may open."""
    wanted = [item.case_id for item in items if item.case_id is not None]
    return set(cases_visible_to(actor).filter(pk__in=wanted).values_list("pk", flat=True))


def items_for(enterprise: Enterprise, actor: Actor) -> QuerySet[Item]:
    """What was talked over for an enterprise: the enterprise's own, else of meetings one sees."""
    found = Item.objects.filter(enterprise=enterprise, meeting__called_off_at=None)
    if actor.side is Side.ENTERPRISE:
        found = found.filter(enterprise__in=enterprises_visible_to(actor))
    else:
        found = found.filter(meeting__in=meetings_visible_to(actor).values("pk"))
    return found.select_related("meeting", "owner", "department").order_by("-meeting__starts_at")


def invitations_to(enterprise: Enterprise, actor: Actor, now: datetime) -> QuerySet[Guest]:
    """Meetings to come to which an enterprise is asked."""
    found = Guest.objects.filter(
        enterprise=enterprise, meeting__ends_at__gt=now, meeting__called_off_at=None
    )
    if actor.side is Side.ENTERPRISE:
        found = found.filter(enterprise__in=enterprises_visible_to(actor))
    elif not is_staff(actor):
        found = found.none()
    return found.select_related("meeting__department").order_by("meeting__starts_at")
