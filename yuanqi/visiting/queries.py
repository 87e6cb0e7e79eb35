"""Every read of visits, from what the actor may see."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.foundation.actors import Actor, Role, Side
from yuanqi.foundation.errors import NotAllowed, NotVisible
from yuanqi.organisation.models import Department
from yuanqi.parameters import parameters
from yuanqi.registry.contacting.queries import month_begin
from yuanqi.registry.indicators import months_before
from yuanqi.registry.models import Enterprise
from yuanqi.registry.queries import enterprises_visible_to

from .models import Item, Photo, State, Visit, Wish
from .parameters_defined import APART_DAYS


def is_officer(actor: Actor) -> bool:
    return actor.side is Side.PARK and actor.officer_id is not None


def require_officer(actor: Actor) -> None:
    """Raises NotVisible."""
    if not is_officer(actor):
        raise NotVisible


def may_import(actor: Actor) -> bool:
    """The service centre brings visits in from a sheet, whoever made them."""
    return is_officer(actor) and actor.has(Role.CENTRE)


def require_importer(actor: Actor) -> None:
    """Raises NotVisible, NotAllowed."""
    require_officer(actor)
    if not may_import(actor):
        raise NotAllowed(_("走访记录由服务中心导入。"))


class OnDay(Protocol):
    """An officer's visit to an enterprise on a day."""

    @property
    def enterprise_id(self) -> int: ...
    @property
    def officer_id(self) -> int: ...
    @property
    def on(self) -> date: ...


def done_by(rows: Iterable[OnDay]) -> set[tuple[int, int, date]]:
    """Which of these visits were taken down already, as (enterprise, officer, day): one query."""
    wanted = list(rows)
    if not wanted:
        return set()
    days = [row.on for row in wanted]
    found = Visit.objects.filter(
        state=State.DONE, enterprise__in={row.enterprise_id for row in wanted},
        officer__in={row.officer_id for row in wanted},
        happened_at__date__gte=min(days), happened_at__date__lte=max(days),
    )  # fmt: skip
    return {
        (firm, officer, timezone.localdate(at))
        for firm, officer, at in found.values_list("enterprise", "officer", "happened_at")
        if at is not None
    }


def serves(enterprise_id: int, actor: Actor) -> bool:
    """Whether the actor is linked with the enterprise today, or acts for who is."""
    return enterprise_id in actor.linked_enterprise_ids


def visits_visible_to(actor: Actor) -> QuerySet[Visit]:
    """Officers see all visits; an enterprise those to itself."""
    found = Visit.objects.select_related("enterprise", "officer__department", "contact")
    if actor.side is Side.SYSTEM or is_officer(actor):
        return found
    return found.filter(enterprise__in=enterprises_visible_to(actor))


def visit_visible(visit_id: int, actor: Actor) -> Visit:
    """Raises NotVisible."""
    found = visits_visible_to(actor).filter(pk=visit_id).first()
    if found is None:
        raise NotVisible(visit_id)
    return found


def photo_visible(photo_id: int, actor: Actor) -> Photo:
    """Raises NotVisible."""
    found = Photo.objects.select_related("file").filter(
        pk=photo_id, visit__in=visits_visible_to(actor)
    )
    photo = found.first()
    if photo is None:
        raise NotVisible(photo_id)
    return photo


def may_change(visit: Visit, actor: Actor) -> bool:
    """Whether a planned visit is this actor's: his own, or that of whom he acts for."""
    return actor.side is Side.SYSTEM or (
        is_officer(actor) and visit.officer_id in actor.officer_ids
    )


def require_own(visit: Visit, actor: Actor, message: str) -> None:
    """Raises NotAllowed."""
    if not may_change(visit, actor):
        raise NotAllowed(message)


def visits_of(enterprise_id: int, actor: Actor) -> QuerySet[Visit]:
    """The visits to one enterprise that were done, the newest first."""
    return (
        visits_visible_to(actor)
        .filter(enterprise=enterprise_id, state=State.DONE)
        .order_by("-happened_at", "-id")
    )


def planned(
    *, officer_ids: Collection[int] | None = None, enterprise_ids: Collection[int] | None = None
) -> QuerySet[Visit]:
    """What is planned and neither done nor cancelled, in order of time."""
    found = Visit.objects.filter(state=State.PLANNED).select_related(
        "enterprise", "officer__department"
    )
    if officer_ids is not None:
        found = found.filter(officer__in=officer_ids)
    if enterprise_ids is not None:
        found = found.filter(enterprise__in=enterprise_ids)
    return found.order_by("planned_on", "planned_time", "id")


def done_on(day: date, officer_ids: Collection[int]) -> QuerySet[Visit]:
    """What these officers have done on a day, in order of time."""
    found = Visit.objects.filter(
        state=State.DONE, officer__in=officer_ids, happened_at__date=day
    ).select_related("enterprise")
    return found.order_by("happened_at", "id")


def open_wishes(enterprise_ids: Collection[int]) -> QuerySet[Wish]:
    """What departments wish of these enterprises and no visit takes along, the nearest first."""
    return Wish.objects.filter(
        enterprise__in=enterprise_ids, visit=None, ended_at=None
    ).select_related("department", "officer", "enterprise")


def wish_visible(wish_id: int, actor: Actor) -> Wish:
    """Raises NotVisible."""
    require_officer(actor)
    found = Wish.objects.select_related("enterprise", "department").filter(pk=wish_id).first()
    if found is None:
        raise NotVisible(wish_id)
    return found


def wishes_of(visits: Sequence[Visit]) -> dict[int, list[Wish]]:
    """Which departments' visits each of these is as well."""
    found: dict[int, list[Wish]] = {}
    for wish in Wish.objects.filter(visit__in=visits).select_related("department", "officer"):
        found.setdefault(wish.visit_id or 0, []).append(wish)
    return found


def units_of(visit: Visit, wishes: Sequence[Wish]) -> list[Department]:
    """Whose visit it is: the officer's department first, then those that come along, each once."""
    found = [visit.officer.department, *(one.department for one in wishes)]
    return list({one.pk: one for one in found}.values())


def lately(enterprise: Enterprise, today: date) -> Visit | None:
    """The last visit, if it is so lately that somebody else need not go again."""
    apart = timedelta(days=parameters.value(APART_DAYS, today))
    last = (
        Visit.objects.filter(enterprise=enterprise, state=State.DONE)
        .select_related("officer__department")
        .order_by("-happened_at")
        .first()
    )
    if last is None or last.happened_at is None:
        return None
    return last if timezone.localdate(last.happened_at) > today - apart else None


def own_recent(actor: Actor, most: int = 20) -> list[Visit]:
    """What the actor has noted last."""
    mine = Q(officer__in=actor.officer_ids)
    found = Visit.objects.filter(mine, state=State.DONE).select_related("enterprise")
    return list(found.order_by("-happened_at", "-id")[:most])


def records(actor: Actor, *, month: date | None = None, words: str = "") -> QuerySet[Visit]:
    """All visits that were done, of a month, by an officer's or an enterprise's name."""
    found = visits_visible_to(actor).filter(state=State.DONE)
    if month is not None:
        after = months_before(month, -1)
        found = found.filter(
            happened_at__gte=month_begin(month), happened_at__lt=month_begin(after)
        )
    if words:
        found = found.filter(
            Q(officer__name=words)
            | Q(enterprise__short_name__icontains=words)
            | Q(enterprise__name__icontains=words)
        )
    return found


@dataclass(frozen=True, slots=True)
class Born:
    """How much was born on a visit, and for how many other departments it was made."""

    requests: int = 0
    promises: int = 0
    advice: int = 0
    merged: int = 0


def born_of(visits: Sequence[Visit]) -> dict[int, Born]:
    """What was born on each of these: two queries for all."""
    items = {
        pk: rest
        for pk, *rest in Item.objects.filter(visit__in=visits)
        .values_list("visit")
        .annotate(Count("case"), Count("promise"), Count("advice"))
        .order_by()
    }
    merged = dict(
        Wish.objects.filter(visit__in=visits)
        .exclude(department=F("visit__officer__department"))
        .values_list("visit")
        .annotate(Count("department", distinct=True))
        .order_by()
    )
    return {one.pk: Born(*items.get(one.pk, (0, 0, 0)), merged.get(one.pk, 0)) for one in visits}
