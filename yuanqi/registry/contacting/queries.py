"""Every read of the register of contacts, from what the actor may see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Max, QuerySet
from django.utils import timezone

from yuanqi.foundation.actors import Actor, Role, Side
from yuanqi.foundation.errors import NotVisible

from ..indicators import month_of, months_before
from ..models import Contact, ContactKind
from ..queries import enterprises_visible_to
from .budgets import budgets_of


def may_contact(actor: Actor) -> bool:
    """Whether the actor comes to enterprises for the park: any officer."""
    return actor.side is Side.PARK and actor.officer_id is not None


def require_officer(actor: Actor) -> None:
    """Raises NotVisible."""
    if not may_contact(actor):
        raise NotVisible


def watches(actor: Actor) -> bool:
    """Whether the actor looks at contacts over all departments: the service centre, leaders."""
    return may_contact(actor) and actor.has(Role.CENTRE, Role.LEADER)


def require_watcher(actor: Actor) -> None:
    """Raises NotVisible."""
    if not watches(actor):
        raise NotVisible


def contacts_visible_to(actor: Actor) -> QuerySet[Contact]:
    """Officers see whom the park has come to; an enterprise what it was asked, and by whom."""
    found = Contact.objects.select_related("department", "officer", "merged_into")
    if actor.side is Side.SYSTEM or may_contact(actor):
        return found
    return found.filter(enterprise__in=enterprises_visible_to(actor))


def contacts_of(
    actor: Actor, enterprise_id: int, since: datetime | None = None
) -> QuerySet[Contact]:
    """The contacts of one enterprise, the newest first."""
    found = contacts_visible_to(actor).filter(enterprise=enterprise_id)
    return found if since is None else found.filter(at__gte=since)


def month_begin(day: date) -> datetime:
    """The instant at which the month of a day begins."""
    first = month_of(day)
    return datetime(first.year, first.month, 1, tzinfo=timezone.get_default_timezone())


@dataclass(frozen=True, slots=True)
class Use:
    """What of a month's budget is used."""

    used: int
    budget: int

    @property
    def left(self) -> int:
        return max(0, self.budget - self.used)

    @property
    def is_used_up(self) -> bool:
        return self.used >= self.budget


def counted(enterprise_ids: Sequence[int], on: date) -> Mapping[int, int]:
    """How often each was come to in the month of a day; what was merged isn't counted."""
    begin, end = month_begin(on), month_begin(months_before(month_of(on), -1))
    return dict(
        Contact.objects.filter(
            enterprise__in=enterprise_ids, at__gte=begin, at__lt=end, merged_into=None
        )
        .values_list("enterprise")
        .annotate(Count("pk"))
        .order_by()
    )


def uses_of(enterprise_ids: Sequence[int], on: date) -> Mapping[int, Use]:
    """Each enterprise's month: how much is used, how much there is."""
    used, budgets = counted(enterprise_ids, on), budgets_of(enterprise_ids, on)
    return {pk: Use(used.get(pk, 0), budgets[pk]) for pk in enterprise_ids}


def use_of(enterprise_id: int, on: date) -> Use:
    return uses_of([enterprise_id], on)[enterprise_id]


def visited_at(enterprise_ids: Sequence[int]) -> Mapping[int, datetime]:
    """When each was last visited."""
    return dict(
        Contact.objects.filter(enterprise__in=enterprise_ids, kind=ContactKind.VISIT)
        .values_list("enterprise")
        .annotate(Max("at"))
        .order_by()
    )


@dataclass(frozen=True, slots=True)
class Month:
    """A month over all departments: who was come to most, and which departments came how often."""

    contacted: int  # enterprises
    times: int
    merged: int  # contacts that were spared
    often: Sequence[tuple[int, int]]  # enterprise, times; the most first
    by_department: Sequence[tuple[int | None, int]]


MOST_SHOWN = 50


def month_of_all(on: date) -> Month:
    """The month of a day, counted as it is read."""
    begin, end = month_begin(on), month_begin(months_before(month_of(on), -1))
    rows = Contact.objects.filter(at__gte=begin, at__lt=end)
    counting = rows.filter(merged_into=None)
    by_enterprise = counting.values_list("enterprise").annotate(times=Count("pk")).order_by()
    total = counting.aggregate(times=Count("pk"), firms=Count("enterprise", distinct=True))
    return Month(
        contacted=total["firms"],
        times=total["times"],
        merged=rows.exclude(merged_into=None).count(),
        often=list(by_enterprise.order_by("-times", "enterprise")[:MOST_SHOWN]),
        by_department=list(
            rows.values_list("department").annotate(times=Count("pk")).order_by("-times")
        ),
    )
