"""A life as prepared text: its rows and events with gaps for what differs from telling to telling.

The values of one telling stand in one tuple, in the order of `Layout`: the days, the keys of its
rows table by table, then its numbers, its enterprise and its words.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import Field, Model

from yuanqi.casework.models import (
    Attachment,
    Case,
    CaseAccess,
    Extension,
    Message,
    Task,
)
from yuanqi.foundation import journal, search
from yuanqi.foundation.models import Account, JournalEvent, JournalStream
from yuanqi.insight.facts import shares_of
from yuanqi.insight.models import RequestFact
from yuanqi.registry.models import ContactPerson, Enterprise
from yuanqi.servicedesk.models import CallBack, Channel, SearchText, ServiceRequest

from .lives import TABLES, Told
from .texts import (
    NULL,
    Filler,
    Part,
    Text,
    columns,
    copy_of,
    escaped,
    escaped_parts,
    key_mark,
    mark,
    parts_of,
    plain,
)

# what a payload calls the keys of the case's own rows, and the keys of the park's
_OWN: dict[str, type[Model]] = {
    "case_id": Case, "into_id": Case, "from_id": Case, "earlier_id": Case, "task_id": Task,
    "message_id": Message, "extension_id": Extension, "attachment_id": Attachment,
}  # fmt: skip
_PARKS = frozenset({
    "officer_id", "reviewer_id", "asked_by_id", "department_id", "lead_id", "from_lead_id",
    "from_officer_id", "to_officer_id",
})  # fmt: skip
_NUMBERS = frozenset({"number", "into_number", "from_number"})
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d\.\d{6}Z)?\Z")

EVENT_COLUMNS = (
    "id", "stream", "seq", "at", "kind", "version", "payload", "audience", "enterprise_id",
    "actor", "prev", "hash",
)  # fmt: skip
COPIES: dict[str, str] = {
    **{model._meta.db_table: copy_of(model) for model in TABLES},
    "request_search": copy_of(SearchText, ("case_id", "opened_at", "words", "inside")),
    "journal_stream": copy_of(JournalStream),
    "journal_event": copy_of(JournalEvent, EVENT_COLUMNS),
}
# tables whose rows have keys of their own
KEYED = (*(model for model in TABLES if not model._meta.pk.is_relation), JournalEvent)


class Foreign(Exception):
    """The life reaches beyond its own rows and those of the park: it can't be told again."""


@dataclass(frozen=True, slots=True)
class EventForm:
    """One event: what is hashed, before and after the hash of the one before it; and its row."""

    before: Filler
    after: Filler
    row: Filler


@dataclass(frozen=True, slots=True)
class CaseForm:
    """What of one request is not said by gaps alone: its text, its stream, how it is found."""

    text: str
    is_complaint: bool
    stream: Filler
    events: tuple[EventForm, ...]
    grantees: tuple[str, ...]  # of the park: who may see it beside the enterprise
    search: tuple[Filler, str, str]  # key and time; the words that stay, those inside


@dataclass(frozen=True, slots=True)
class Form:
    """A life as it is told again and again."""

    days: tuple[int, ...]  # ordinals
    keys: tuple[tuple[str, int], ...]  # how many of each table, in the order of `KEYED`
    opened: tuple[int, ...]  # the ordinal of the day (of the zone) on which each was raised
    rows: tuple[tuple[str, Filler], ...]
    cases: tuple[CaseForm, ...]
    shares: tuple[tuple[int, int | None, str, str], ...]  # ordinal, department, category, counted
    raiser: bool  # raised by the linked officer


@dataclass
class Layout:
    """Where each value of a telling stands."""

    told: Told
    days: dict[int, int] = field(default_factory=dict)
    keys: dict[type[Model], dict[int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ordinals = {at.date().toordinal() for at in self.told.instants()}
        for fact in self.told.rows[RequestFact]:
            ordinals |= {day.toordinal() for day in (fact.raised_on, fact.ended_on) if day}
        for events in self.told.events.values():
            for event in events:
                ordinals.add(event.at.astimezone(UTC).toordinal())
                ordinals |= set(_ordinals_in(event.payload))
        self.days = {ordinal: place for place, ordinal in enumerate(sorted(ordinals))}
        place = len(self.days)
        for model in KEYED:
            self.keys[model] = {}
            for row in self.rows(model):
                self.keys[model][row.pk] = place
                place += 1
        self.numbers = {case.number: place + n for n, case in enumerate(self.told.cases)}
        place += len(self.numbers)
        (
            self.enterprise, self.contact, self.account, self.name, self.unit, self.raiser,
        ) = range(place, place + 6)  # fmt: skip
        place += 6
        # of each request: what is added to its text, and the hash of the whole
        self.tails = {case.pk: place + 2 * n for n, case in enumerate(self.told.cases)}

    def rows(self, model: type[Model]) -> Sequence[Any]:
        if model is JournalEvent:
            return [e for case in self.told.cases for e in self.told.events[case.pk]]
        return self.told.rows[model]

    def key(self, model: type[Model], value: int) -> int:
        try:
            return self.keys[model][value]
        except KeyError:
            raise Foreign(f"{model.__name__} {value}") from None

    def day(self, day: date) -> int:
        return self.days[day.toordinal()]


def form_of(told: Told) -> Form:
    """Prepare a life. Raises Foreign, and ValueError for a payload that it can't read."""
    layout = Layout(told)
    requests = told.requests
    rows = []
    for model in TABLES:
        text = [part for row in told.rows[model] for part in _row(row, layout)]
        if text:
            rows.append((model._meta.db_table, Text.of(text).filler()))
    shares = tuple(
        (cell.day.toordinal(), cell.department, cell.category, name)
        for fact in told.rows[RequestFact]
        for cell, name in shares_of(fact)
    )
    return Form(
        days=tuple(layout.days),
        keys=tuple((model._meta.db_table, len(layout.keys[model])) for model in KEYED),
        opened=tuple(fact.raised_on.toordinal() for fact in told.rows[RequestFact]),
        rows=tuple(rows),
        cases=tuple(_case(case, requests[case.pk], layout) for case in told.cases),
        shares=shares,
        raiser=any(row.channel == Channel.OFFICER for row in requests.values()),
    )


def _case(case: Case, request: ServiceRequest, layout: Layout) -> CaseForm:
    said = layout.told.said[case.pk]
    words = search.lexemes(case.title, request.text, *said.openly)
    inside = words | search.lexemes(*said.inside)
    key = layout.key(Case, case.pk)
    head: list[Part] = [key, "\t", *_instant(case.opened_at, layout), "\t"]
    return CaseForm(
        text=request.text,
        is_complaint=request.is_complaint,
        stream=Text.of(["case:", key]).filler(),
        events=tuple(_event(e, request, layout) for e in layout.told.events[case.pk]),
        grantees=tuple(name for name in said.grantees if not name.startswith("e")),
        search=(
            Text.of(head).filler(),
            escaped(search.vector(words)),
            escaped(search.vector(inside)),
        ),
    )


# --- rows ----------------------------------------------------------------------------------------


def _row(row: Model, layout: Layout) -> Iterable[Part]:
    parts: list[Part] = []
    for column in columns(type(row)):
        parts += [*_value(row, column, layout), "\t"]
    parts[-1] = "\n"
    return parts


def _value(row: Model, column: "Field[Any, Any]", layout: Layout) -> Sequence[Part]:
    value = getattr(row, column.attname)
    if value is None:
        return [NULL]
    related = column.related_model
    if related is not None:
        return [_related(row, column.name, related, value, layout)]
    if column.primary_key:
        return [layout.key(type(row), value)]
    if isinstance(value, datetime):
        return _instant(value, layout)
    if isinstance(value, date):
        return [layout.day(value)]
    said = (type(row), column.name)
    if said == (Case, "number"):
        return [layout.numbers[value]]
    if said == (CaseAccess, "grantee") and value == f"e{layout.told.enterprise.pk}":
        return ["e", layout.enterprise]
    if said == (CallBack, "spoke_with") and value == layout.told.contact.name:
        return [layout.name]
    if isinstance(row, Message) and row.from_enterprise:
        if column.name == "author_name":
            return [layout.name]
        if column.name == "author_unit":
            return [layout.unit]
    if isinstance(row, ServiceRequest) and column.name == "text" and not row.is_complaint:
        return [escaped(value), layout.tails[row.case_id]]
    return [plain(column, value)]


def _related(row: Model, name: str, related: type[Model], value: int, layout: Layout) -> Part:
    if related in TABLES:
        return layout.key(related, value)
    if related is Enterprise:
        if value != layout.told.enterprise.pk:
            raise Foreign(f"enterprise {value}")
        return layout.enterprise
    if related is ContactPerson:
        return layout.contact
    if related is Account:
        request = layout.told.requests.get(getattr(row, "case_id", 0))
        raises = name == "raised_by" or (
            isinstance(row, Attachment) and row.at == row.case.opened_at
        )
        return _account(value, raises, request, layout)
    return str(value)


def _account(value: int, raises: bool, request: ServiceRequest | None, layout: Layout) -> Part:
    if value == layout.told.contact.account_id:
        return layout.account
    if raises and request is not None and request.channel == Channel.OFFICER:
        return layout.raiser
    return str(value)


def _instant(at: datetime, layout: Layout) -> list[Part]:
    told = at.astimezone(UTC)
    return [layout.day(told.date()), f"T{told.time().isoformat()}+00:00"]


# --- events --------------------------------------------------------------------------------------


def _event(event: JournalEvent, request: ServiceRequest, layout: Layout) -> EventForm:
    case, first = request.case_id, event.seq == 1
    payload = {
        name: _told(name, value, case, layout) for name, value in dict(event.payload).items()
    }
    if first and not request.is_complaint:
        payload["text_sha256"] = mark(layout.tails[case] + 1)
    actor: list[Part] = [event.actor]
    if event.actor.startswith("account:"):
        account = int(event.actor.partition(":")[2])
        actor = ["account:", _account(account, first, request, layout)]
    at = event.at.astimezone(UTC)
    instant = f"{mark(layout.day(at.date()))}{journal.instant(at)[10:]}"
    stream: list[Part] = ["case:", layout.key(Case, case)]
    body = {
        "stream": "case:" + mark(layout.key(Case, case)),
        "seq": event.seq,
        "at": instant,
        "kind": event.kind,
        "version": event.version,
        "payload": payload,
        "audience": event.audience,
        "enterprise": key_mark(layout.enterprise),
        "actor": "".join(part if isinstance(part, str) else mark(part) for part in actor),
        "prev": "\ue003",
    }
    before, after = journal.canonical(body).decode().split("\ue003")
    row: list[Part] = [
        layout.key(JournalEvent, event.pk), "\t", *stream, f"\t{event.seq}\t",
        *_instant(event.at, layout), f"\t{event.kind}\t{event.version}\t",
        *escaped_parts(parts_of(journal.canonical(payload).decode())), f"\t{event.audience}\t",
        layout.enterprise, "\t", *actor, "\t\\\\x",
    ]  # fmt: skip
    return EventForm(
        Text.of(parts_of(before)).filler(), Text.of(parts_of(after)).filler(), Text.of(row).filler()
    )


def _told(name: str, value: Any, case: int, layout: Layout) -> Any:
    """A value of a payload, with marks where it differs from telling to telling."""
    if value is None or isinstance(value, bool):
        return value
    if name in _OWN:
        return key_mark(layout.key(_OWN[name], value))
    if name == "contact_id":
        return key_mark(layout.contact)
    if name.endswith("_id") and name not in _PARKS:
        raise ValueError(f"whose key is {name} in a payload?")
    if name in _NUMBERS:
        return mark(layout.numbers[value])
    if isinstance(value, str) and _INSTANT.match(value):
        return mark(layout.day(date.fromisoformat(value[:10]))) + value[10:]
    return value


def _ordinals_in(payload: dict[str, Any]) -> Iterable[int]:
    for value in payload.values():
        if isinstance(value, str) and _INSTANT.match(value):
            yield date.fromisoformat(value[:10]).toordinal()
