"""Who is covered today: enterprises that the round in force names, officers with their load.

Figures are counted by the database, from the very lists that stand behind them: a zone of a hundred
thousand enterprises costs a few counts, not a reading of all of them.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from yuanqi.organisation.models import Officer
from yuanqi.registry.contacting.queries import month_begin
from yuanqi.registry.models import Contact, ContactKind, Enterprise, Link, LinkRole
from yuanqi.registry.queries import links_on

from .models import Handover, Round, Seat
from .queries import waiting_on
from .scoping import LINKED, named, named_in, present

GAPS, INHERITED, COVERED, UNVISITED = "gaps", "inherited", "covered", "unvisited"


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many enterprises are to be covered on a day, and how many are."""

    covered: int  # by a lead of their own
    inherited: int  # by that of their group's head
    gaps: int
    visited: int  # of the covered, since the month began

    @property
    def total(self) -> int:
        return self.reached + self.gaps

    @property
    def reached(self) -> int:
        return self.covered + self.inherited

    @property
    def unvisited(self) -> int:
        return self.covered - self.visited


def coverage_on(day: date, round_: Round | None) -> Coverage:
    """Count the coverage of a day: the scopes of the round that holds, as they read now.

    An enterprise that has come into scope since is a gap until a change of the round covers it.
    Without a round everybody who is in the park and has an officer counts. Four counts.
    """
    covered, unvisited, inherited, gaps = (
        listed_on(day, round_, show).count() for show in (COVERED, UNVISITED, INHERITED, GAPS)
    )
    return Coverage(covered, inherited, gaps, covered - unvisited)


def listed_on(day: date, round_: Round | None, show: str) -> QuerySet[Enterprise]:
    """The enterprises behind a figure of the board."""
    led = Exists(_leads_on(day).filter(enterprise=OuterRef("pk")))
    if show in (GAPS, INHERITED):
        waiting = named_in(round_).filter(~led) if round_ is not None else present().none()
        by_head = Exists(_leads_on(day).filter(enterprise=OuterRef("group__head")))
        return waiting.filter(by_head if show == INHERITED else ~by_head)
    listed = present().filter(led)
    return listed.filter(~_visited(day)) if show == UNVISITED else listed


def scopes_on(round_: Round | None, enterprises: Sequence[Enterprise]) -> dict[int, list[str]]:
    """Why each of these is covered: the scopes that name it, else that it has an officer."""
    ids = [one.pk for one in enterprises]
    found = named(round_, ids) if round_ is not None else {}
    return {pk: found.get(pk, [LINKED]) for pk in ids}


def _leads_on(day: date) -> QuerySet[Link]:
    return links_on(day).filter(role=LinkRole.LEAD)


def _visited(day: date, enterprise: str = "pk") -> Exists:
    """Whether the enterprise was visited since the month of a day began, by whomever."""
    visits = Contact.objects.filter(kind=ContactKind.VISIT, at__gte=month_begin(day))
    return Exists(visits.filter(enterprise=OuterRef(enterprise)))


# officers ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Load:
    """How many an officer serves today against his capacity."""

    officer_id: int
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


def loads_on(day: date, round_: Round | None) -> list[Load]:
    """The loads of all who serve or have a seat, those first who need somebody's eye.

    Five sums by officer, of however many enterprises.
    """
    links, seats = links_on(day), Seat.objects.filter(round=round_, capacity__gt=0)
    waiting = Handover.objects.filter(waiting_on(day), from_on__lte=day)
    leads = _by(links.filter(role=LinkRole.LEAD), "officer")
    seconds = _by(links.filter(role=LinkRole.SECOND), "officer")
    visited = _by(links.filter(_visited(day, "enterprise"), role=LinkRole.LEAD), "officer")
    unconfirmed = _by(waiting, "to_officer")
    capacities = dict(seats.values_list("officer", "capacity")) if round_ is not None else {}
    made = [
        Load(pk, leads[pk], seconds[pk], capacities.get(pk), unconfirmed[pk], visited[pk])
        for pk in {*leads, *seconds, *capacities}
    ]
    return sorted(
        made,
        key=lambda one: (one.over == 0, one.unconfirmed == 0, -one.percent, one.officer_id),
    )


def _by(rows: QuerySet[Any], officer: str) -> Counter[int]:
    return Counter(dict(rows.order_by().values_list(officer).annotate(Count("pk"))))


def bearing(day: date, round_: Round | None) -> QuerySet[Officer]:
    """The officers who serve somebody today, or have a seat in the round in force."""
    serving = Exists(links_on(day).filter(officer=OuterRef("pk")))
    seated = Exists(Seat.objects.filter(round=round_, capacity__gt=0, officer=OuterRef("pk")))
    return Officer.objects.filter(Q(serving) | Q(seated) if round_ is not None else Q(serving))


def rows_of(enterprises: Sequence[Enterprise], day: date) -> list[tuple[Enterprise, Any, Any]]:
    """Each enterprise with its links of a day, lead and second."""
    found: dict[tuple[int, int], Link] = {}
    ids = [one.pk for one in enterprises]
    for link in links_on(day).filter(enterprise__in=ids).select_related("officer__department"):
        found[link.enterprise_id, link.role] = link
    return [
        (one, found.get((one.pk, LinkRole.LEAD)), found.get((one.pk, LinkRole.SECOND)))
        for one in enterprises
    ]
