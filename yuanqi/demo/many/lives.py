"""Lives that may be told again: a request with all its rows and events, read from the database.

Requests that were merged belong to one life together. A life whose texts name its enterprise or
its people is left out: it would not be another's.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import Model
from django.utils import timezone

from yuanqi.casework.models import (
    Attachment,
    Case,
    CaseAccess,
    CaseBar,
    CaseHolding,
    CaseState,
    ClockPause,
    ClockRecord,
    Evaluation,
    Extension,
    Message,
    Task,
)
from yuanqi.domain.clock import Base
from yuanqi.foundation.models import JournalEvent
from yuanqi.insight.facts import facts_of
from yuanqi.insight.models import RequestFact
from yuanqi.registry.models import ContactPerson, Enterprise
from yuanqi.servicedesk import search_index
from yuanqi.servicedesk.models import CallBack, Ending, Reopening, Return, ServiceRequest

# every table of a request's rows, by the way to its case; in the order of writing
TABLES: dict[type[Model], str] = {
    Case: "pk",
    ServiceRequest: "case_id",
    CaseAccess: "case_id",
    CaseBar: "case_id",
    Task: "case_id",
    ClockRecord: "case_id",
    ClockPause: "clock__case_id",
    Extension: "case_id",
    CaseHolding: "case_id",
    Message: "case_id",
    Attachment: "case_id",
    Evaluation: "case_id",
    Return: "case_id",
    CallBack: "case_id",
    Ending: "case_id",
    Reopening: "case_id",
    RequestFact: "case_id",
}
_BATCH = 1000
_HONORIFICS = "经理|总|主任|厂长|工|女士|先生|师傅|助理|老师|董"


@dataclass
class Told:
    """The rows and events of one life, as they stand in the database."""

    cases: list[Case]
    enterprise: Enterprise
    contact: ContactPerson  # signs in, raises and answers
    rows: dict[type[Model], list[Any]] = field(default_factory=lambda: defaultdict(list))
    events: dict[int, list[JournalEvent]] = field(default_factory=dict)  # by case
    said: dict[int, search_index.Said] = field(default_factory=dict)  # by case

    @property
    def is_open(self) -> bool:
        return any(case.state != CaseState.CLOSED for case in self.cases)

    @property
    def has_months(self) -> bool:
        """Whether a limit of it is in months, which have no fixed length."""
        return any(clock.limit_base == Base.MONTHS for clock in self.rows[ClockRecord])

    @property
    def requests(self) -> dict[int, ServiceRequest]:
        return {row.case_id: row for row in self.rows[ServiceRequest]}

    def instants(self) -> Iterator[datetime]:
        """Every instant of its rows, those that lie ahead of its end too."""
        for rows in self.rows.values():
            for row in rows:
                for column in row._meta.concrete_fields:
                    value = getattr(row, column.attname)
                    if isinstance(value, datetime):
                        yield value.astimezone(UTC)

    @property
    def happened(self) -> datetime:
        """When the last thing happened."""
        return max(event.at for events in self.events.values() for event in events)

    @property
    def weight(self) -> int:
        return sum(len(events) for events in self.events.values())


def lives(case_ids: Sequence[int]) -> Iterator[Told]:
    """Read the lives of these requests; those that name somebody are left out."""
    groups = _groups(case_ids)
    for start in range(0, len(groups), _BATCH):
        yield from _read(groups[start : start + _BATCH])


def _groups(case_ids: Sequence[int]) -> list[list[int]]:
    """The requests that belong to one life each: a request, and what was merged into it."""
    wanted = set(case_ids)
    roots = {pk: pk for pk in case_ids}
    merged = Case.objects.filter(merged_into__isnull=False).values_list("pk", "merged_into")
    for pk, into in merged:
        for one in (pk, into):
            roots.setdefault(one, one)
        old, new = roots[pk], roots[into]
        roots = {key: new if root == old else root for key, root in roots.items()}
    found: dict[int, list[int]] = defaultdict(list)
    for pk, root in sorted(roots.items()):
        found[root].append(pk)
    return [group for group in found.values() if wanted.issuperset(group)]


def _read(groups: Iterable[Sequence[int]]) -> Iterator[Told]:
    groups = list(groups)
    ids = [pk for group in groups for pk in group]
    of = {pk: place for place, group in enumerate(groups) for pk in group}
    rows: list[dict[type[Model], list[Any]]] = [defaultdict(list) for _group in groups]
    for model, way in TABLES.items():
        found: Iterable[Any]
        if model is RequestFact:
            found = sorted(facts_of(ids), key=lambda fact: fact.pk)
        else:
            found = model._default_manager.filter(**{f"{way}__in": ids}).order_by("pk")
        clocks = {row.pk: row.case_id for one in rows for row in one[ClockRecord]}
        for row in found:
            case = row.pk if model is Case else getattr(row, "case_id", None)
            rows[of[clocks[row.clock_id] if case is None else case]][model].append(row)
    events: dict[int, list[JournalEvent]] = defaultdict(list)
    streams = [f"case:{pk}" for pk in ids]
    for event in JournalEvent.objects.filter(stream__in=streams).order_by("stream", "seq"):
        events[int(event.stream.partition(":")[2])].append(event)
    said = {case.pk: texts for case, texts in search_index._read(ids)}
    people = ContactPerson.objects.select_related("enterprise").in_bulk(
        {row.contact_id for one in rows for row in one[ServiceRequest]}
    )
    for group, one in zip(groups, rows, strict=True):
        contacts = {row.contact_id for row in one[ServiceRequest]}
        contact = people[contacts.pop()]
        if contacts or contact.account_id is None:
            continue
        told = Told(
            one[Case],
            contact.enterprise,
            contact,
            one,
            {pk: events[pk] for pk in group},
            {pk: said[pk] for pk in group},
        )
        if not _names_somebody(told):
            yield told


def _names_somebody(told: Told) -> bool:
    name = told.contact.name
    known = re.compile(
        f"{re.escape(told.enterprise.short_name)}|{re.escape(name)}|{name[0]}(?:{_HONORIFICS})"
    )
    texts = [text for said in told.said.values() for text in (*said.openly, *said.inside)]
    texts += [row.text for row in told.rows[ServiceRequest]]
    texts += [row.awaited for row in told.rows[ClockPause]]
    return any(known.search(text) for text in texts)


def days_of(told: Told) -> tuple[date, date, date]:
    """The first day, the last that any instant depends on, the last on which something happened."""
    instants = list(told.instants())
    first, last, happened = map(timezone.localdate, (min(instants), max(instants), told.happened))
    return first, last, happened
