"""Who is covered today: enterprises that the round in force names, officers with their load."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet

from yuanqi.organisation.models import Officer
from yuanqi.registry.contacting.queries import month_begin
from yuanqi.registry.models import Contact, ContactKind, Enterprise, Link, LinkRole
from yuanqi.registry.queries import links_on

from .models import Handover, Round, Seat
from .queries import round_on
from .scoping import LINKED, heads_of_present, named, present

GAPS, INHERITED, COVERED, UNVISITED = "gaps", "inherited", "covered", "unvisited"


@dataclass(frozen=True, slots=True)
class Load:
    """How many an officer serves today against his capacity."""

    officer: Officer
    leads: int
    seconds: int
    capacity: int | None  # none where he has no seat in the round in force
    unconfirmed: int
    visited: int  # of those whom he leads, this month, by whomever

    @property
    def load(self) -> int:
        return self.leads + self.seconds

    @property
    def over(self) -> int:
        return max(0, self.load - self.capacity) if self.capacity is not None else 0

    @property
    def percent(self) -> int:
        if not self.capacity:
            return 100 if self.load else 0
        return min(100, round(100 * self.load / self.capacity))


@dataclass(frozen=True)
class Coverage:
    """Who is to be covered on a day, and who is; keys of enterprises."""

    round: Round | None
    scopes: Mapping[int, list[str]]
    covered: frozenset[int]  # by a lead of their own
    inherited: frozenset[int]  # by that of their group's head
    gaps: frozenset[int]
    visited: frozenset[int]  # of the covered, since the month began
    officers: tuple[Load, ...]

    @property
    def total(self) -> int:
        return len(self.scopes)

    @property
    def over(self) -> list[Load]:
        return [one for one in self.officers if one.over]


def coverage_on(day: date, *, with_officers: bool = True) -> Coverage:
    """The coverage of a day: the scopes of the round that holds, as they read now.

    Without `with_officers` nobody's load is looked up: a list of enterprises doesn't show it.

    An enterprise that has come into scope since is a gap until a change of the round covers it.
    Without a round everybody who is in the park and has an officer counts.
    """
    round_ = round_on(day)
    scopes = named(round_) if round_ is not None else {}
    leads = dict(links_on(day).filter(role=LinkRole.LEAD).values_list("enterprise", "officer"))
    here = {
        pk: head for pk, head in heads_of_present().items() if pk in scopes or pk in leads
    }  # fmt: skip
    for pk in here:
        scopes.setdefault(pk, [LINKED])
    covered = frozenset(pk for pk in scopes if pk in leads)
    visited = frozenset(visits_of(day).order_by().values_list("enterprise", flat=True).distinct())
    inherited = frozenset(
        pk for pk in scopes if pk not in leads and here.get(pk) not in (None, pk)
        and here[pk] in leads
    )  # fmt: skip
    return Coverage(
        round_, scopes, covered, inherited,
        frozenset(scopes) - covered - inherited, covered & visited,
        _loads(round_, day, Counter(leads[pk] for pk in covered & visited))
        if with_officers
        else (),
    )  # fmt: skip


def listed_on(day: date, found: Coverage, show: str) -> QuerySet[Enterprise]:
    """The enterprises behind a figure of the board."""
    if show in (GAPS, INHERITED):
        return Enterprise.objects.filter(pk__in=found.gaps if show == GAPS else found.inherited)
    leads = links_on(day).filter(role=LinkRole.LEAD)
    listed = present().filter(Exists(leads.filter(enterprise=OuterRef("pk"))))
    if show == UNVISITED:
        return listed.exclude(Exists(visits_of(day).filter(enterprise=OuterRef("pk"))))
    return listed


def visits_of(day: date) -> QuerySet[Contact]:
    """The visits since the month of a day began."""
    return Contact.objects.filter(kind=ContactKind.VISIT, at__gte=month_begin(day))


def _loads(round_: Round | None, day: date, visited: Counter[int]) -> tuple[Load, ...]:
    counts: dict[int, Counter[int]] = {}
    for officer, role, count in (
        links_on(day).values_list("officer", "role").annotate(Count("pk")).order_by()
    ):
        counts.setdefault(officer, Counter())[role] = count
    capacities = {}
    if round_ is not None:
        capacities = dict(
            Seat.objects.filter(round=round_, capacity__gt=0).values_list("officer", "capacity")
        )
    waiting = dict(
        Handover.objects.filter(confirmed_at=None, from_on__lte=day)
        .values_list("to_officer")
        .annotate(Count("pk"))
        .order_by()
    )
    officers = Officer.objects.select_related("department").in_bulk({*counts, *capacities})
    none: Counter[int] = Counter()
    made = [
        Load(
            officer, counts.get(pk, none)[LinkRole.LEAD], counts.get(pk, none)[LinkRole.SECOND],
            capacities.get(pk), waiting.get(pk, 0), visited[pk],
        )
        for pk, officer in officers.items()
    ]  # fmt: skip
    return tuple(
        sorted(
            made,
            key=lambda one: (
                one.over == 0,
                one.unconfirmed == 0,
                -one.percent,
                one.officer.department.position,
                one.officer.pk,
            ),
        )
    )


def rows_of(enterprises: list[Enterprise], day: date) -> list[tuple[Enterprise, Any, Any]]:
    """Each enterprise with its links of a day, lead and second."""
    found: dict[tuple[int, int], Link] = {}
    ids = [one.pk for one in enterprises]
    for link in links_on(day).filter(enterprise__in=ids).select_related("officer__department"):
        found[link.enterprise_id, link.role] = link
    return [
        (one, found.get((one.pk, LinkRole.LEAD)), found.get((one.pk, LinkRole.SECOND)))
        for one in enterprises
    ]
