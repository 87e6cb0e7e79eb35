"""What the address asks of the ledger, and the conditions that follow from it."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from yuanqi.casework.models import WITHOUT_ANSWER, Case, CaseState, Outcome
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.prepared import Read, one_of
from yuanqi.organisation.models import Officer
from yuanqi.organisation.roster import Roster
from yuanqi.registry.models import Enterprise
from yuanqi.registry.search import enterprises_found
from yuanqi.supervision.queries import Flag, flags, idle_before

from .ledger_queues import Queue, lights
from .models import Channel, Level, Reopening, Return, ServiceRequest
from .search import matching

SATISFIED_FROM = 3  # 基本满意 and above; the two lowest levels are bad (好差评)
LONGEST_SEARCH = 100
LIGHTS = ("red", "yellow", "green", "paused")
UNDISPATCHED = "none"  # as a lead: nobody yet
ANSWERS = ("any", "on-time", "late", "none")
REVIEWS = ("satisfied", "dissatisfied", "any", "none")
YES_NO = ("yes", "no")
SORTS = ("due", "newest", "oldest", "closed", "closed-first")
EVERY = "all"  # the queue of whatever state, which figures over a time lead to
_SPANS = ("opened", "closed", "returned", "reopened")
_APART = ("queue", "sort")  # where one is and in which order: not what narrows the list


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks of the ledger. Days are of the zone; `until` is not included.

    What it doesn't know it leaves out: an old or a mistyped address still shows a list.
    """

    queue: str = "open"
    q: str = ""
    category: str = ""
    level: str = ""
    lead: str = ""  # a department's id, or "none"
    light: str = ""
    flag: str = ""
    sort: str = ""
    state: str = ""
    outcome: str = ""
    handler: int | None = None  # the officer responsible
    channel: str = ""
    complaint: str = ""
    firm: str = ""  # a part of an enterprise's name, or of its code
    enterprise: int | None = None
    opened_from: date | None = None
    opened_until: date | None = None
    closed_from: date | None = None
    closed_until: date | None = None
    returned_from: date | None = None
    returned_until: date | None = None
    returned_by: int | None = None
    reopened_from: date | None = None  # reopened since, after an end on these days
    reopened_until: date | None = None
    answer: str = ""  # whether the formal answer came before the resolve clock ran out
    review: str = ""
    resolved: str = ""

    @classmethod
    def read(
        cls, query: Mapping[str, str], queues: Iterable[Queue], categories: Container[str]
    ) -> "Filters":
        known: dict[str, Container[str]] = {
            "queue": [*(queue.code for queue in queues), EVERY],
            "category": categories,
            "level": Level.values,
            "light": LIGHTS,
            "flag": Flag.values,
            "sort": SORTS,
            "state": CaseState.values,
            "outcome": Outcome.values,
            "channel": Channel.values,
            "complaint": YES_NO,
            "answer": ANSWERS,
            "review": REVIEWS,
            "resolved": YES_NO,
        }
        found: dict[str, Any] = {}
        for name, values in known.items():
            value = query.get(name)
            if value and value in values:
                found[name] = value
        for name in ("enterprise", "returned_by", "handler"):
            found[name] = _id(query.get(name, ""))
        for name in _SPANS:
            found[f"{name}_from"] = _day(query.get(f"{name}_from", ""))
            found[f"{name}_until"] = _until(query, name)
        lead = query.get("lead", "")
        if lead == UNDISPATCHED or _id(lead) is not None:
            found["lead"] = lead
        found["q"] = _text(query.get("q", ""))
        found["firm"] = _text(query.get("firm", ""))
        return cls(**found)

    @property
    def narrowing(self) -> dict[str, str]:
        """The filters that are set, as the address says them; queue and order apart."""
        found = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name not in _APART and value not in ("", None):
                found[field.name] = str(value)
        return found

    @property
    def query(self) -> str:
        """The whole address after its question mark: what the list shows, said one way only."""
        order = {"sort": self.sort} if self.sort else {}
        return urlencode({"queue": self.queue, **self.narrowing, **order})


def _text(text: str) -> str:
    # the database has no text with a null character
    return text.replace("\x00", "").strip()[:LONGEST_SEARCH]


def _id(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _until(query: Mapping[str, str], name: str) -> date | None:
    """The first day that is no longer meant; a form names the last that is (`opened_to`)."""
    last = _day(query.get(f"{name}_to", ""))
    if last is None:
        return _day(query.get(f"{name}_until", ""))
    return None if last == date.max else last + timedelta(days=1)


def midnight(day: date) -> datetime:
    """The instant at which a day of the zone begins."""
    return datetime.combine(day, time(), timezone.get_default_timezone())


# --- conditions ----------------------------------------------------------------------------------


# what ended otherwise has no formal answer, though an earlier round of it may have had one
_answered = Q(answered_at__isnull=False) & ~Q(outcome__in=WITHOUT_ANSWER)

_OUTCOMES: Mapping[tuple[str, str], Q] = {
    ("answer", "any"): _answered,
    ("answer", "on-time"): _answered & Q(answered_at__lte=F("resolve_due_at")),
    ("answer", "late"): _answered & Q(answered_at__gt=F("resolve_due_at")),
    ("answer", "none"): Q(outcome__in=WITHOUT_ANSWER),
    ("review", "satisfied"): Q(review_level__gte=SATISFIED_FROM),
    ("review", "dissatisfied"): Q(review_level__lt=SATISFIED_FROM),
    ("review", "any"): Q(review_level__isnull=False),
    ("review", "none"): Q(review_level__isnull=True),
    ("resolved", "yes"): Q(review_resolved=True),
    ("resolved", "no"): Q(review_resolved=False),
}


def conditions(filters: Filters, actor: Actor, now: datetime) -> list[Q]:
    """What the set filters ask of a case."""
    found: list[Q] = []
    for name in ("category", "level", "state", "outcome"):
        if value := getattr(filters, name):
            found.append(Q((name, value)))
    if filters.lead:
        none = filters.lead == UNDISPATCHED
        found.append(Q(lead__isnull=True) if none else Q(lead=int(filters.lead)))
    if filters.handler is not None:
        found.append(Q(responsible=filters.handler))
    if filters.enterprise is not None:
        found.append(Q(enterprise=filters.enterprise))
    if filters.firm:
        # looked up first: with the ids at hand the database reads the cases by an index
        firms = firms_named(filters.firm, actor).values_list("pk", flat=True)[:_FIRMS]
        found.append(Q(enterprise__in=list(firms)))
    if filters.light:
        found.append(lights(now)[filters.light])
    if filters.flag:
        found.append(flags(idle_before(now))[Flag(filters.flag)])
    if filters.channel:
        found.append(Q(request__channel=filters.channel))
    if filters.complaint:
        # few of all requests: looked up first, like firms
        complaints = ServiceRequest.objects.filter(
            Q(accused_department__isnull=False) | Q(accused_officer__isnull=False)
        ).values_list("case", flat=True)
        if filters.complaint == "yes":
            found.append(Q(one_of("id", list(complaints))))
        else:
            found.append(~Q(pk__in=complaints))
    if filters.q:
        found.append(matching(filters.q, actor))
    for name in ("opened", "closed"):
        if span := _span(filters, name, f"{name}_at"):
            found.append(span)
    returned = _span(filters, "returned", "at")
    if filters.returned_by:
        returned &= Q(department=filters.returned_by)
    if returned:
        found.append(Q(Exists(Return.objects.filter(returned, case=OuterRef("pk")))))
    if reopened := _span(filters, "reopened", "closed_before"):
        found.append(Q(Exists(Reopening.objects.filter(reopened, case=OuterRef("pk")))))
    found += [
        condition
        for (name, value), condition in _OUTCOMES.items()
        if getattr(filters, name) == value
    ]
    return found


def _span(filters: Filters, name: str, column: str) -> Q:
    """The days of one filter as a range of an instant; an empty condition without any."""
    found = Q()
    if day := getattr(filters, f"{name}_from"):
        found &= Q((f"{column}__gte", midnight(day)))
    if day := getattr(filters, f"{name}_until"):
        found &= Q((f"{column}__lt", midnight(day)))
    return found


_FIRMS = 500  # enterprises whose name has the part that was written: more are no choice any more


def firms_named(text: str, actor: Actor) -> QuerySet[Enterprise]:
    """The enterprises whose name or code has this part, of those the actor may know."""
    return enterprises_found(text, actor).order_by("short_name", "id")


def handlers(actor: Actor, roster: Roster) -> list[Officer]:
    """Whose cases the list can be narrowed to: everybody's who ever held one, else those of one's
    own unit."""
    held = {pk for (pk,) in _HELD.all()}
    units = {pk: place for place, pk in enumerate(roster.units)}
    officers = [
        officer
        for officer in roster.officers.values()
        if officer.is_active
        and officer.pk in held
        and (actor.sees_every_case or officer.department_id == actor.department_id)
    ]
    return sorted(officers, key=lambda officer: (units[officer.department_id], officer.pk))


_HELD = Read(
    lambda: Officer.objects.filter(
        Exists(Case.objects.filter(responsible=OuterRef("pk")))
    ).values_list("pk")
)
