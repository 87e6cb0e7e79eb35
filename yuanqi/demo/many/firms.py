"""The other enterprises: as many as wanted, each with its main contact, account and officer.

One of each sort is written by the acts of the registers into memory; the others repeat its rows
and events with names of their own.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from hashlib import sha256
from typing import Any, TypeVar

from django.db.models import Model
from django.db.models.expressions import DatabaseDefault

from yuanqi.access.acts import open_account
from yuanqi.foundation import journal, search
from yuanqi.foundation.actors import SYSTEM, Actor
from yuanqi.foundation.journal import GENESIS, Audience, Event, Personal
from yuanqi.foundation.models import JournalEvent, JournalPersonal, JournalStream
from yuanqi.organisation.models import Officer
from yuanqi.registry import acts
from yuanqi.registry import search as registry_search
from yuanqi.registry.models import ContactPerson, Enterprise, EnterpriseSearch

from ..crowd.words import drawing
from .forms import EVENT_COLUMNS
from .names import Firm
from .texts import (
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

M = TypeVar("M", bound=Model)
_KEY = 9_000_000_000  # and above: places of keys in rows that are only a pattern
_TOLD = ("username", "name", "short_name", "name_en", "uscc", "industry", "address", "person",
         "title", "phone", "registered_on", "officer")  # fmt: skip


@dataclass
class Firms:
    """Who asks: of each enterprise what a telling says of it, and since when it has been there."""

    # enterprise, contact, account, contact's name, enterprise's label, its officer's account
    values: list[tuple[int, int, int, str, str, int]]
    names: list[str]
    lexemes: list[str]
    since: list[int]  # ordinals


# --- written once -------------------------------------------------------------------------------


@dataclass
class _Captured:
    """A writer that keeps what is written: keys are places, values may be marks."""

    rows: list[Model]
    events: list[tuple[Event, str, Audience, Actor, datetime, int | None]]

    def insert(self, row: M) -> M:
        row.pk = _KEY + len(self.rows)
        self.rows.append(row)
        return row

    def update(self, row: Model, **values: Any) -> None:
        for name, value in values.items():
            setattr(row, name, value)

    def record(
        self,
        event: Event,
        *,
        stream: str,
        audience: Audience,
        actor: Actor,
        at: datetime,
        enterprise_id: int | None = None,
    ) -> None:
        self.events.append((event, stream, audience, actor, at, enterprise_id))


@dataclass(frozen=True, slots=True)
class _EventForm:
    stream: int  # which of the firm's streams
    before: Filler
    after: Filler
    row: Filler
    personal: tuple[tuple[str, Filler], ...]  # by key: the value beside the chain


@dataclass(frozen=True)
class Pattern:
    """One firm of a sort, as the acts write it, with gaps for what differs."""

    rows: tuple[tuple[str, Filler], ...]
    events: tuple[_EventForm, ...]
    streams: tuple[Filler, ...]
    keys: tuple[str, ...]  # the table of each row, in order
    copies: dict[str, str]

    @property
    def personal(self) -> int:
        return sum(len(event.personal) for event in self.events)


def pattern(*, is_industrial: bool, password: str, at: datetime, linked_on: date) -> Pattern:
    """Let the acts write one firm of this sort, linked from a day or from its own first one on."""
    writer = _Captured([], [])
    # behind the keys of its rows, of which there are four
    told = {name: mark(_PLACE[name]) for name in _TOLD}
    who: dict[str, Any] = {"actor": SYSTEM, "at": at}
    account = open_account(
        writer, username=told["username"], password=password, roles=(), **who
    )  # fmt: skip
    firm = acts.enterprise(
        writer,
        **{name: told[name] for name in ("uscc", "name", "short_name", "name_en", "industry")},
        address=told["address"],
        is_industrial=is_industrial,
        registered_on=date.min,
        **who,
    )
    acts.contact(
        writer, enterprise=firm, account=account, name=told["person"], phone=told["phone"],
        title=told["title"], is_main=True, **who,
    )  # fmt: skip
    officer = Officer(pk=_KEY + _PLACE["officer"])
    acts.link(writer, enterprise=firm, officer=officer, from_on=linked_on, **who)
    return _pattern(writer, at)


_ROWS = 4
_PLACE = {name: _ROWS + place for place, name in enumerate(_TOLD)}
_FIRST_EVENT = _ROWS + len(_TOLD)


def _pattern(writer: _Captured, at: datetime) -> Pattern:
    assert len(writer.rows) == _ROWS, "a firm is an account, an enterprise, a contact and a link"
    rows = []
    copies: dict[str, str] = {}
    for row in writer.rows:
        model = type(row)
        given = [
            f for f in columns(model) if not isinstance(getattr(row, f.attname), DatabaseDefault)
        ]
        copies[model._meta.db_table] = copy_of(model, [str(f.column) for f in given])
        parts: list[Part] = []
        for column in given:
            value = getattr(row, column.attname)
            if getattr(column, "auto_now_add", False):
                value = at
            parts += [*_value(column, value), "\t"]
        rows.append((model._meta.db_table, Text.of([*parts[:-1], "\n"]).filler()))
    streams = sorted({stream for _event, stream, *_rest in writer.events})
    count = len(writer.events)
    seqs: dict[str, int] = defaultdict(int)
    events = []
    salts = _FIRST_EVENT + count  # salt and hash of each personal value, in order
    for number, one in enumerate(writer.events):
        seqs[one[1]] += 1
        event = _event(one, number, seqs[one[1]], streams.index(one[1]), salts)
        salts += 2 * len(event.personal)
        events.append(event)
    return Pattern(
        tuple(rows),
        tuple(events),
        tuple(Text.of(_keyed(stream)).filler() for stream in streams),
        tuple(type(row)._meta.db_table for row in writer.rows),
        copies,
    )


def _value(column: Any, value: Any) -> list[Part]:
    if isinstance(value, int) and value >= _KEY:
        return [value - _KEY]
    if value == date.min:
        return [_PLACE["registered_on"]]
    if isinstance(value, str):
        return escaped_parts(parts_of(value))
    return [plain(column, value)]


def _keyed(text: str) -> list[Part]:
    """A stream's name, which ends with a key."""
    kind, _colon, key = text.partition(":")
    return [f"{kind}:", int(key) - _KEY]


def _event(one: Any, number: int, seq: int, stream: int, salts: int) -> _EventForm:
    event, name, audience, actor, at, enterprise_id = one
    personal = []
    payload: dict[str, Any] = {}
    for field in fields(event):
        value = getattr(event, field.name)
        if isinstance(value, Personal):
            place = salts + 2 * len(personal) + 1
            personal.append((field.name, Text.of(parts_of(value.value)).filler()))
            payload[field.name] = {"personal": mark(place)}
        elif isinstance(value, bool) or not isinstance(value, int):
            payload[field.name] = value.isoformat() if isinstance(value, date) else value
        else:
            payload[field.name] = key_mark(value - _KEY) if value >= _KEY else value
    body = {
        "stream": "".join(p if isinstance(p, str) else mark(p) for p in _keyed(name)),
        "seq": seq,
        "at": journal.instant(at),
        "kind": event.kind,
        "version": event.version,
        "payload": payload,
        "audience": audience.value,
        "enterprise": None if enterprise_id is None else key_mark(enterprise_id - _KEY),
        "actor": actor.label,
        "prev": "\ue003",
    }
    before, after = journal.canonical(body).decode().split("\ue003")
    row: list[Part] = [
        _FIRST_EVENT + number, "\t", *_keyed(name), f"\t{seq}\t{plain(None, at)}\t{event.kind}\t",
        f"{event.version}\t", *escaped_parts(parts_of(journal.canonical(payload).decode())),
        f"\t{audience.value}\t", "\\N" if enterprise_id is None else enterprise_id - _KEY,
        f"\t{actor.label}\t\\\\x",
    ]  # fmt: skip
    return _EventForm(
        stream,
        Text.of(parts_of(before)).filler(),
        Text.of(parts_of(after)).filler(),
        Text.of(row).filler(),
        tuple(personal),
    )


# --- told again ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class FirstKeys:
    """The first new key of each table."""

    account: int
    enterprise: int
    contact_person: int
    link: int
    journal_event: int
    journal_personal: int


class FirmTeller:
    """Writes stretches of the other enterprises. Run by several processes at once."""

    def __init__(
        self,
        patterns: dict[bool, Pattern],
        firms: Sequence[Firm],
        officers: Sequence[tuple[int, int]],
        keys: FirstKeys,
    ) -> None:
        self.patterns, self.firms, self.officers, self.keys = patterns, firms, officers, keys
        self.copies = {
            **patterns[True].copies,
            "journal_event": copy_of(JournalEvent, EVENT_COLUMNS),
            "journal_personal": copy_of(JournalPersonal),
            "journal_stream": copy_of(JournalStream),
            "enterprise_search": copy_of(EnterpriseSearch, ("enterprise_id", "words")),
        }

    def tell(self, start: int, end: int) -> tuple[dict[str, bytes], list[str]]:
        """Return the rows of this stretch by table, and by which words each firm is found."""
        tables: dict[str, list[str]] = defaultdict(list)
        found = []
        for place in range(start, end):
            found.append(self._one(place, self.firms[place], tables))
        return {name: "".join(rows).encode() for name, rows in tables.items()}, found

    def _one(self, place: int, firm: Firm, tables: dict[str, list[str]]) -> str:
        form, keys = self.patterns[firm.is_industrial], self.keys
        officer = self.officers[place % len(self.officers)]
        values: list[Any] = [getattr(keys, table) + place for table in form.keys]
        values += [getattr(firm, name) for name in _TOLD[:-1]]
        values.append(officer[0])
        events = keys.journal_event + place * len(form.events)
        values += range(events, events + len(form.events))
        personal = keys.journal_personal + place * form.personal
        rng = drawing("salt", firm.uscc)
        for number, event in enumerate(form.events):
            for key, filler in event.personal:
                value = filler.filled(values)
                salt = rng.randbytes(16)
                values += (salt.hex(), sha256(salt + value.encode()).hexdigest())
                tables["journal_personal"].append(
                    f"{personal}\t{events + number}\t{key}\t\\\\x{salt.hex()}\t{escaped(value)}\n"
                )
                personal += 1
        for table, row in form.rows:
            tables[table].append(row.filled(values))
        heads = [(0, GENESIS.hex()) for _stream in form.streams]
        for event in form.events:
            seq, prev = heads[event.stream]
            text = event.before.filled(values) + prev + event.after.filled(values)
            mine = sha256(text.encode()).hexdigest()
            tables["journal_event"].append(f"{event.row.filled(values)}{prev}\t\\\\x{mine}\n")
            heads[event.stream] = (seq + 1, mine)
        for stream, (seq, head) in zip(form.streams, heads, strict=True):
            tables["journal_stream"].append(f"{stream.filled(values)}\t{seq}\t\\\\x{head}\n")
        lexemes = registry_search.lexemes_of(
            Enterprise(
                name=firm.name, short_name=firm.short_name, name_en=firm.name_en, uscc=firm.uscc
            )
        )
        vector = escaped(search.vector(lexemes))
        tables["enterprise_search"].append(f"{keys.enterprise + place}\t{vector}\n")
        return escaped(search.vector(lexemes | search.lexemes(firm.person)))


def of_register(officers: dict[int, int]) -> Firms:
    """The enterprises that the park has already; `officers` gives their officers' accounts."""
    found = Firms([], [], [], [])
    people = ContactPerson.objects.filter(is_main=True, account__isnull=False)
    for person in people.select_related("enterprise").order_by("enterprise_id"):
        firm = person.enterprise
        account = person.account_id
        assert account is not None, "filtered above"
        found.values.append(
            (firm.pk, person.pk, account, person.name, firm.label, officers.get(firm.pk, account))
        )
        found.names.append(firm.short_name)
        lexemes = registry_search.lexemes_of(firm) | search.lexemes(person.name)
        found.lexemes.append(escaped(search.vector(lexemes)))
        found.since.append((firm.registered_on or date.min).toordinal())
    return found
