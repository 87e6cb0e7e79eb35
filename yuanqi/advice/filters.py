"""What narrows a list of advice, all of it in the address."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet

from yuanqi.foundation.actors import Actor
from yuanqi.foundation.pages import Key
from yuanqi.registry.search import enterprises_found

from .models import OPEN, TAKEN_UP, Advice, Source, State, Verdict
from .queries import advice_visible_to, late_by, opening

LATE, ANSWERED, TAKEN = "late", "answered", "taken"
QUEUES = (LATE, State.GIVEN.value, State.ASSIGNED.value, ANSWERED, State.CHANGED.value)
NEWEST = (Key("given_at", descending=True), Key("id", descending=True))
BY_DUE = (Key("due_at"), Key("id"))
YEARS = range(2000, 2100)


@dataclass(frozen=True)
class Filters:
    """Each is empty where it doesn't narrow; what an address says wrongly is left out."""

    queue: str = ""
    q: str = ""
    topic: str = ""
    department: str = ""
    verdict: str = ""  # or "taken": adopted or partly; or "answered": any
    source: str = ""
    year: str = ""  # of the giving
    late: str = ""  # answered late, or late now

    @classmethod
    def read(cls, query: Mapping[str, Any]) -> "Filters":
        def text(name: str) -> str:
            return str(query.get(name, "")).replace("\x00", "").strip()[:60]

        def one_of(name: str, known: Any) -> str:
            return text(name) if text(name) in known else ""

        year, unit = text("year"), text("department")
        return cls(
            queue=one_of("queue", QUEUES),
            q=text("q"),
            topic=text("topic")[:20],
            department=unit if unit.isascii() and unit.isdigit() and len(unit) < 19 else "",
            verdict=one_of("verdict", (TAKEN, ANSWERED, *Verdict.values)),
            source=one_of("source", Source.values),
            year=year if year.isascii() and year.isdigit() and int(year) in YEARS else "",
            late=one_of("late", ("1",)),
        )

    @property
    def is_narrowed(self) -> bool:
        return replace(self, queue="") != Filters()

    @property
    def query(self) -> str:
        """The whole address, said one way."""
        said = {one.name: value for one in fields(self) if (value := getattr(self, one.name))}
        return urlencode(said)

    def narrowed(self, actor: Actor, now: datetime) -> QuerySet[Advice]:
        """What is meant, in whatever queue, of what the actor may see."""
        listed = advice_visible_to(actor)
        if self.q:
            listed = listed.filter(enterprise__in=enterprises_found(self.q, actor))
        if self.topic:
            listed = listed.filter(topic__code=self.topic)
        if self.department:
            listed = listed.filter(department=int(self.department))
        if self.verdict == TAKEN:
            listed = listed.filter(verdict__in=TAKEN_UP)
        elif self.verdict == ANSWERED:
            listed = listed.exclude(verdict="")
        elif self.verdict:
            listed = listed.filter(verdict=self.verdict)
        if self.source:
            listed = listed.filter(source=self.source)
        if self.year:
            year = int(self.year)
            first, after = opening(date(year, 1, 1)), opening(date(year + 1, 1, 1))
            listed = listed.filter(given_at__gte=first, given_at__lt=after)
        return listed.filter(late_by(now)) if self.late else listed

    def queued(self, listed: QuerySet[Advice], now: datetime) -> QuerySet[Advice]:
        """Those of the chosen queue."""
        return listed.filter(_QUEUES[self.queue](now)) if self.queue else listed

    @property
    def keys(self) -> tuple[Key, ...]:
        """What is open stands by its day, the rest by when it came."""
        return BY_DUE if self.queue in (LATE, *OPEN) else NEWEST


_QUEUES = {
    LATE: lambda now: Q(state__in=OPEN, due_at__lt=now),
    State.GIVEN.value: lambda now: Q(state=State.GIVEN),
    State.ASSIGNED.value: lambda now: Q(state=State.ASSIGNED),
    ANSWERED: lambda now: Q(state=State.ANSWERED),
    State.CHANGED.value: lambda now: Q(state=State.CHANGED),
}


def counts(listed: QuerySet[Advice], now: datetime) -> dict[str, int]:
    """How much stands in each queue, and in all ("")."""
    asked = {f"n_{name}": Count("pk", filter=one(now)) for name, one in _QUEUES.items()}
    found = listed.select_related(None).order_by().aggregate(n_=Count("pk"), **asked)
    return {name.removeprefix("n_"): number for name, number in found.items()}
