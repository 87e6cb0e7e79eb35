"""Every read of advice starts here, from what the actor may see."""

from collections.abc import Sequence
from datetime import date, datetime, time

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from yuanqi.casework.queries import departments_worked_for
from yuanqi.foundation.actors import Actor, Role, Side
from yuanqi.foundation.errors import NotAllowed, NotVisible
from yuanqi.organisation.models import Department
from yuanqi.organisation.queries import departments
from yuanqi.parameters import parameters
from yuanqi.registry.models import Enterprise
from yuanqi.registry.queries import enterprise_visible, enterprises_listed

from .models import OPEN, Advice, Source, State, Topic, Verdict
from .parameters_defined import ANSWER_DAYS


def advice_visible_to(actor: Actor) -> QuerySet[Advice]:
    """The enterprise's own; all for the centre and leaders; else what one's department answers,
    what linked enterprises said, what one wrote down oneself."""
    found = Advice.objects.select_related("enterprise", "topic", "department")
    if actor.sees_every_case:
        return found
    if actor.side is Side.ENTERPRISE:
        return found.filter(enterprise=actor.enterprise_id) if actor.enterprise_id else found.none()
    if actor.officer_id is None:
        return found.none()
    return found.filter(
        Q(department__in=_units(actor))
        | Q(enterprise__in=actor.linked_enterprise_ids)
        | Q(officer=actor.officer_id)
    )


def _units(actor: Actor) -> frozenset[int]:
    own = frozenset() if actor.department_id is None else frozenset({actor.department_id})
    return own | departments_worked_for(actor)


def advice_visible(advice_id: int, actor: Actor) -> Advice:
    """Return the advice if the actor may see it. Raises NotVisible."""
    found = advice_visible_to(actor).filter(pk=advice_id)
    row = found.select_related(
        "enterprise", "topic", "department", "contact", "officer__department", "answered_by",
        "changed_by", "calendar",
    ).first()  # fmt: skip
    if row is None:
        raise NotVisible(advice_id)
    return row


def may_read_lists(actor: Actor) -> bool:
    """Officers have a list of advice, enterprises their own; administrators have none."""
    return actor.officer_id is not None or actor.enterprise_id is not None


def sources_of(enterprise_id: int, actor: Actor) -> tuple[Source, ...]:
    """From where the actor gives advice of this enterprise; empty if it isn't his to give.

    The enterprise itself from the portal. What was said at a visit or a meeting is written down
    by its linked officer, by the centre, by a department that was there.
    """
    if actor.side is Side.ENTERPRISE:
        return (Source.PORTAL,) if actor.enterprise_id == enterprise_id else ()
    wrote = actor.side is Side.SYSTEM or (
        actor.officer_id is not None
        and (
            enterprise_id in actor.linked_enterprise_ids
            or actor.has(Role.CENTRE, Role.HANDLER, Role.HEAD, Role.LEADER)
        )
    )
    return (Source.VISIT, Source.MEETING) if wrote else ()


def may_assign(actor: Actor) -> bool:
    return actor.side is Side.SYSTEM or (actor.side is Side.PARK and actor.has(Role.CENTRE))


def may_answer(row: Advice, actor: Actor) -> bool:
    """The people of the department that it was assigned to, and who acts for them."""
    if row.department is None or actor.side is not Side.PARK:
        return False
    if row.department_id in departments_worked_for(actor):
        return True
    is_centre = row.department.kind == Department.Kind.CENTRE
    return is_centre and actor.has(Role.CENTRE)


def may_count(actor: Actor) -> bool:
    """The figures are the centre's and the leaders'."""
    return actor.side is Side.PARK and actor.has(Role.CENTRE, Role.LEADER)


def require_assigner(actor: Actor, message: str) -> None:
    if not may_assign(actor):
        raise NotAllowed(message)


def answering_departments() -> QuerySet[Department]:
    """To whom advice may be assigned: bureaus, partners, the centre itself."""
    kinds = Department.Kind
    return departments().filter(kind__in=[kinds.BUREAU, kinds.PARTNER, kinds.CENTRE])


def topics(*, is_active: bool | None = True) -> QuerySet[Topic]:
    found = Topic.objects.order_by("position", "id")
    return found if is_active is None else found.filter(is_active=is_active)


def latest_of(enterprise: Enterprise, actor: Actor, most: int) -> Sequence[Advice]:
    """An enterprise's latest advice, as far as the actor sees it."""
    found = advice_visible_to(actor).filter(enterprise=enterprise)
    return list(found.order_by("-given_at", "-id")[:most])


def subject(enterprise_id: int, actor: Actor) -> Enterprise:
    """The enterprise that is meant. Raises NotVisible."""
    return enterprise_visible(enterprise_id, actor)


def enterprises_of(actor: Actor) -> list[Enterprise]:
    """The enterprises that the actor serves, to choose from."""
    found = enterprises_listed(actor).filter(pk__in=actor.linked_enterprise_ids)
    return list(found.order_by("short_name", "pk"))


def unsaid(at: datetime) -> Q:
    """Of what the sweep has something to say by now, once each."""
    late = Q(due_at__lt=at, late_told_at__isnull=True)
    soon = Q(due_at__gte=at, warn_at__lte=at, warned_at__isnull=True)
    return Q(state__in=OPEN) & (late | soon)


def late_by(now: datetime) -> Q:
    """Answered late, or still open and past its day."""
    return Q(answered_at__gt=F("due_at")) | Q(state__in=OPEN, due_at__lt=now)


def counts_by_topic(
    listed: QuerySet[Advice], first: date, after: date, now: datetime
) -> dict[int, dict[str, int]]:
    """How much was given of each topic in a span of days, and what became of it: one query.

    `first` and `after` are the zone's days, the last not included.
    """
    rows = (
        listed.filter(given_at__gte=opening(first), given_at__lt=opening(after))
        .select_related(None)
        .order_by()
        .values("topic")
        .annotate(
            given=Count("pk"),
            answered=Count("pk", filter=~Q(verdict="")),
            adopted=Count("pk", filter=Q(verdict=Verdict.ADOPTED)),
            partly=Count("pk", filter=Q(verdict=Verdict.PARTLY)),
            refused=Count("pk", filter=Q(verdict=Verdict.NOT)),
            late=Count("pk", filter=late_by(now)),
            changed=Count("pk", filter=Q(state=State.CHANGED)),
        )
    )
    return {row.pop("topic"): row for row in rows}


def opening(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def answer_days(on: date) -> int:
    """Within how many working days advice of that day is answered."""
    days: int = parameters.value(ANSWER_DAYS, on)
    return days
