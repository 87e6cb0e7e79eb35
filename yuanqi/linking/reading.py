"""A round's pairs as its page lists them: what narrows them, what each line says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from yuanqi.foundation.actors import Actor
from yuanqi.organisation.models import Officer
from yuanqi.registry.search import enterprises_found

from .drafts import HARD, HELD, LABELS, SOFT, Draft
from .models import RoundLink, SeatRole
from .scoping import list_labels, scope_label

BROKEN, MOVED, NEW, BY_HAND, ALL = "broken", "moved", "new", "hand", ""
QUEUES = (BROKEN, MOVED, NEW, BY_HAND, ALL)
LONGEST_SEARCH = 60


@dataclass(frozen=True)
class Filters:
    """Each is empty where it doesn't narrow; what an address says wrongly is left out."""

    queue: str = ""
    rule: str = ""
    officer: str = ""
    q: str = ""

    @classmethod
    def read(cls, query: Mapping[str, Any]) -> "Filters":
        def text(name: str) -> str:
            return str(query.get(name, "")).replace("\x00", "").strip()

        officer = text("officer")
        return cls(
            queue=text("queue") if text("queue") in QUEUES else "",
            rule=text("rule") if text("rule") in (*HARD, *SOFT) else "",
            officer=officer
            if officer.isascii() and officer.isdigit() and len(officer) < 19
            else "",
            q=text("q")[:LONGEST_SEARCH],
        )

    @property
    def is_narrowed(self) -> bool:
        return bool(self.rule or self.officer or self.q)

    def address(self, **changes: str) -> str:
        """The query of the same list with something changed; an empty value leaves it out."""
        said = {one.name: getattr(self, one.name) for one in fields(self)} | changes
        return urlencode({name: value for name, value in said.items() if value})

    def ids(self, draft: Draft, queue: str) -> set[int]:
        """The enterprises of the draft in a queue, narrowed by rule and officer."""
        found = set(queued(draft, queue))
        if self.rule:
            found &= set(draft.findings[self.rule])
        if self.officer:
            own = int(self.officer)
            found &= {
                pair.enterprise
                for pair in draft.pairs.values()
                if own in (pair.lead, pair.second, pair.lead_before)
            }
        return found

    def applied(self, draft: Draft, actor: Actor) -> QuerySet[RoundLink]:
        """The pairs that are meant."""
        listed = RoundLink.objects.filter(round=draft.round)
        if self.queue != ALL or self.rule or self.officer:
            listed = listed.filter(enterprise__in=self.ids(draft, self.queue))
        if self.q:
            listed = listed.filter(enterprise__in=enterprises_found(self.q, actor))
        return listed


def queued(draft: Draft, queue: str) -> list[int]:
    """The enterprises of a queue."""
    if queue == BROKEN:
        return sorted({pk for rule in HARD for pk in draft.findings[rule]})
    if queue == MOVED:
        return draft.findings["moved"]
    if queue == NEW:
        return [one.enterprise for one in draft.pairs.values() if one.lead_before is None]
    if queue == BY_HAND:
        return list(
            RoundLink.objects.filter(round=draft.round, is_by_hand=True).values_list(
                "enterprise", flat=True
            )
        )
    return list(draft.pairs)


@dataclass(frozen=True, slots=True)
class Line:
    """An enterprise of a round as its page says it."""

    pair: RoundLink
    scopes: tuple[str, ...]
    broken: tuple[str, ...]  # labels of hard rules that it breaks
    weak: tuple[str, ...]  # labels of soft ones


def lines_of(rows: Sequence[RoundLink], draft: Draft) -> list[Line]:
    """The lines of a page; one query where lists are among the scopes."""
    lists = list_labels() if any("list:" in code for row in rows for code in row.scopes) else {}
    made = []
    for row in rows:
        rules = dict.fromkeys(draft.broken(draft.pairs[row.enterprise_id]))
        made.append(
            Line(
                row,
                tuple(scope_label(code, lists) for code in row.scopes),
                tuple(str(LABELS[rule]) for rule in rules if rule in HARD),
                tuple(str(LABELS[rule]) for rule in rules if rule in SOFT),
            )
        )
    return made


def rules_of(draft: Draft) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The hard rules and the soft ones, each with how many pairs break it."""

    def told(rules: Sequence[str]) -> list[dict[str, Any]]:
        return [
            {
                "code": rule,
                "label": LABELS[rule],
                "held": HELD.get(rule, ""),
                "count": len(draft.findings[rule]),
            }
            for rule in rules
        ]

    return told(HARD), told(SOFT)


def loads_of(draft: Draft, most: int) -> list[dict[str, Any]]:
    """The officers who are fullest, those over their capacity first."""
    order = sorted(
        draft.places.values(),
        key=lambda one: (draft.room(one.officer) >= 0, -draft.load(one.officer) / one.capacity,
                         one.officer),
    )[:most]  # fmt: skip
    officers = Officer.objects.select_related("department").in_bulk([one.officer for one in order])
    return [load_said(draft, officers[one.officer]) for one in order if one.officer in officers]


def load_said(draft: Draft, officer: Officer) -> dict[str, Any]:
    """An officer's load against his capacity, for a line with a bar of a hundred."""
    place = draft.places.get(officer.pk)
    capacity = place.capacity if place else 0
    load = draft.load(officer.pk)
    return {
        "officer": officer,
        "load": load,
        "capacity": capacity,
        "over": max(0, load - capacity),
        "percent": min(100, round(100 * load / capacity)) if capacity else 100 * bool(load),
    }


def choices_of(draft: Draft) -> list[tuple[str, list[tuple[int, str]]]]:
    """Officers to choose from, by role, each with his load against his capacity."""
    officers = Officer.objects.select_related("department").filter(
        pk__in=draft.places, is_active=True
    )
    by_role: dict[str, list[tuple[int, str]]] = {role.value: [] for role in SeatRole}
    for one in officers.order_by("department__position", "pk"):
        place = draft.places[one.pk]
        by_role[place.role].append(
            (
                one.pk,
                _("%(name)s（%(unit)s，%(load)s/%(capacity)s）")
                % {
                    "name": one.name, "unit": one.department.label,
                    "load": draft.load(one.pk), "capacity": place.capacity,
                },
            )
        )  # fmt: skip
    return [(str(SeatRole(role).label), found) for role, found in by_role.items() if found]
