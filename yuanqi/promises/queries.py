"""Every read of promises, from what the actor may see."""

from collections.abc import Collection
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from yuanqi.foundation.actors import Actor, Role, Side
from yuanqi.foundation.errors import NotVisible
from yuanqi.organisation.models import Officer
from yuanqi.registry.models import Link, LinkRole
from yuanqi.registry.queries import enterprises_visible_to

from .models import Occasion, Promise, State


def is_officer(actor: Actor) -> bool:
    return actor.side is Side.PARK and actor.officer_id is not None


def watches(actor: Actor) -> bool:
    """Whether the actor looks at all promises: the service centre, leaders."""
    return is_officer(actor) and actor.has(Role.CENTRE, Role.LEADER)


def promises_visible_to(actor: Actor) -> QuerySet[Promise]:
    """Officers see what the park has promised; an enterprise what it was promised."""
    found = Promise.objects.select_related("enterprise", "officer", "department", "made_by")
    if actor.side is Side.SYSTEM or is_officer(actor):
        return found
    return found.filter(enterprise__in=enterprises_visible_to(actor))


def promise_visible(promise_id: int, actor: Actor) -> Promise:
    """Raises NotVisible."""
    found = promises_visible_to(actor).filter(pk=promise_id).first()
    if found is None:
        raise NotVisible(promise_id)
    return found


def answers_for(promise: Promise, actor: Actor) -> bool:
    """Whether it is this actor's to keep: the owner, who acts for him, his department's head."""
    if actor.side is Side.SYSTEM:
        return True
    if not is_officer(actor):
        return False
    return promise.officer_id in actor.officer_ids or (
        actor.has(Role.HEAD) and promise.department_id == actor.department_id
    )


def may_judge(promise: Promise, actor: Actor) -> bool:
    """Whether the actor says that it wasn't kept, or hands it over: also the centre."""
    return answers_for(promise, actor) or (is_officer(actor) and actor.has(Role.CENTRE))


def may_withdraw(promise: Promise, actor: Actor) -> bool:
    """Whether the actor takes it back: the centre, or the enterprise that no longer needs it.

    Never its owner: else whoever doesn't keep his word would take it back.
    """
    if actor.side is Side.ENTERPRISE:
        return actor.enterprise_id == promise.enterprise_id
    return is_officer(actor) and actor.has(Role.CENTRE) and not answers_for(promise, actor)


def open_promises(
    *, enterprise_ids: Collection[int] | None = None, officer_ids: Collection[int] | None = None
) -> QuerySet[Promise]:
    """What is promised and neither kept nor given up, the nearest day first."""
    found = Promise.objects.filter(state=State.OPEN).select_related(
        "enterprise", "officer", "department", "made_by"
    )
    if enterprise_ids is not None:
        found = found.filter(enterprise__in=enterprise_ids)
    if officer_ids is not None:
        found = found.filter(officer__in=officer_ids)
    return found.order_by("due_on", "id")


def own_promises(actor: Actor) -> QuerySet[Promise]:
    """What the actor answers for himself, and for those for whom he acts."""
    return open_promises(officer_ids=actor.officer_ids)


def left_behind(today: date) -> QuerySet[Promise]:
    """What a linked officer promised on a visit before another came in his place."""
    links = Link.objects.filter(enterprise=OuterRef("enterprise"), role=LinkRole.LEAD)
    over = links.filter(officer=OuterRef("officer"), until_on__lte=today)
    serves = Q(until_on__isnull=True) | Q(until_on__gt=today)
    now = links.filter(serves, from_on__lte=today)
    return open_promises().filter(
        Exists(over),
        Exists(now),
        ~Exists(now.filter(officer=OuterRef("officer"))),
        occasion=Occasion.VISIT,
    )


def late(promises: QuerySet[Promise], today: date) -> QuerySet[Promise]:
    return promises.filter(state=State.OPEN, due_on__lt=today)


def of_enterprise(enterprise_id: int, actor: Actor) -> QuerySet[Promise]:
    """All that one enterprise was promised, open ones first by their day."""
    return promises_visible_to(actor).filter(enterprise=enterprise_id)


def takers(actor: Actor) -> QuerySet[Officer]:
    """Who may be given a promise: officers in service, by department."""
    if not is_officer(actor):
        return Officer.objects.none()
    found = Officer.objects.filter(is_active=True).select_related("department")
    return found.order_by("department__position", "department_id", "id")


def listed(actor: Actor, *, queue: str, today: date, words: str = "") -> QuerySet[Promise]:
    """A queue of the list: own, late, open, kept, broken, withdrawn."""
    found = promises_visible_to(actor)
    if queue == "own":
        found = found.filter(state=State.OPEN, officer__in=actor.officer_ids)
    elif queue == "late":
        found = late(found, today)
    elif queue in State.values:
        found = found.filter(state=queue)
    if words:
        found = found.filter(
            Q(text__icontains=words)
            | Q(enterprise__name__icontains=words)
            | Q(enterprise__short_name__icontains=words)
            | Q(officer__name=words)
        )
    return found
