"""Every read of rounds and hand-overs, from what the actor may see."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from yuanqi.foundation.actors import Actor, Role, Side
from yuanqi.foundation.errors import NotAllowed, NotVisible
from yuanqi.organisation.models import Officer

from .models import OF_ENTERPRISE, Handover, Round, RoundState, Variant, Wish, WishKind


def watches(actor: Actor) -> bool:
    """Officers see who serves whom; the three administrators and enterprises don't see rounds."""
    return actor.side is Side.SYSTEM or (actor.side is Side.PARK and actor.officer_id is not None)


def require_watcher(actor: Actor) -> None:
    """Raises NotVisible."""
    if not watches(actor):
        raise NotVisible


def may_keep(actor: Actor) -> bool:
    """The service centre drafts rounds and publishes them."""
    return actor.side is Side.SYSTEM or (watches(actor) and actor.has(Role.CENTRE))


def require_keeper(actor: Actor) -> None:
    """Raises NotVisible, NotAllowed."""
    require_watcher(actor)
    if not may_keep(actor):
        raise NotAllowed(_("挂钩方案由服务中心拟定和发布。"))


def sees_drafts(actor: Actor) -> bool:
    """Drafts name people who haven't been told yet: the centre and leaders see them."""
    return may_keep(actor) or (watches(actor) and actor.has(Role.LEADER))


def rounds_visible_to(actor: Actor) -> QuerySet[Round]:
    """Published rounds, and drafts for the centre and leaders; nobody else sees any."""
    found = Round.objects.select_related("base", "deputies")
    if not watches(actor):
        return found.none()
    return found if sees_drafts(actor) else found.filter(state=RoundState.PUBLISHED)


def round_visible(round_id: int, actor: Actor) -> Round:
    """Raises NotVisible."""
    found = rounds_visible_to(actor).filter(pk=round_id).first()
    if found is None:
        raise NotVisible(round_id)
    return found


def round_on(day: date) -> Round | None:
    """The published round that holds on a day: the latest that has begun."""
    found = Round.objects.filter(state=RoundState.PUBLISHED, from_on__lte=day)
    return found.order_by("-from_on", "-published_at").first()


def newest_round() -> Round | None:
    """The published round that begins last, be it ahead."""
    found = Round.objects.filter(state=RoundState.PUBLISHED)
    return found.order_by("-from_on", "-published_at").first()


def variants_of(round_: Round) -> dict[str, Variant]:
    """A round's variants by code, without their pairs."""
    found = Variant.objects.filter(round=round_).defer("pairs", "reasons", "unplaced")
    return {one.code: one for one in found}


def with_gone(variants: Iterable[Variant]) -> set[int]:
    """The keys of those variants that count on somebody who has left meanwhile."""
    named = {
        one.pk: {pk for pair in one.pairs.values() for pk in pair if pk is not None}
        for one in variants
    }
    everybody = set().union(*named.values())
    gone = set(
        Officer.objects.filter(pk__in=everybody, is_active=False).values_list("pk", flat=True)
    )
    return {pk for pk, officers in named.items() if officers & gone}


def names_of(officers: Iterable[int | None]) -> dict[int, str]:
    """Officers' names by key."""
    ids = {pk for pk in officers if pk is not None}
    return dict(Officer.objects.filter(pk__in=ids).values_list("pk", "name"))


def wishes_open(actor: Actor) -> QuerySet[Wish]:
    """Wishes and conflicts of interest that stand: all for the centre and leaders, else one's own.

    An enterprise sees its own wishes, never a conflict of interest. That it asks for another
    officer nobody of the park sees but the service centre.
    """
    found = Wish.objects.filter(ended_at=None).select_related("enterprise", "officer__department")
    if may_keep(actor):
        return found
    if sees_drafts(actor):
        return found.exclude(kind=WishKind.OTHER)
    if watches(actor):
        return found.filter(officer__in=actor.officer_ids).exclude(kind=WishKind.OTHER)
    if actor.side is Side.ENTERPRISE and actor.enterprise_id:
        return found.filter(enterprise=actor.enterprise_id, kind__in=OF_ENTERPRISE)
    return found.none()


def handovers_visible_to(actor: Actor) -> QuerySet[Handover]:
    """The centre and leaders see all hand-overs; officers those from them or to them."""
    found = Handover.objects.select_related(
        "enterprise", "from_officer__department", "to_officer__department", "link"
    )
    if sees_drafts(actor):
        return found
    if not watches(actor):
        return found.none()
    own = actor.officer_ids
    return found.filter(Q(from_officer__in=own) | Q(to_officer__in=own))


def waiting_on(day: date) -> Q:
    """The hand-overs that wait for their successor; none waits for him who has passed it on."""
    lasts = Q(link__until_on__isnull=True) | Q(link__until_on__gt=day)
    return Q(confirmed_at__isnull=True) & lasts


def handover_visible(handover_id: int, actor: Actor) -> Handover:
    """Raises NotVisible."""
    found = handovers_visible_to(actor).filter(pk=handover_id).first()
    if found is None:
        raise NotVisible(handover_id)
    return found
