"""Rows, clocks and hashes in bulk: the acts of the operations, written by COPY.

`Bulk` is a writer: it gives keys from the tables' own sequences, keeps rows and events in memory,
and at `flush` chains the events and copies everything in. It opens no transaction of its own.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Field, JSONField, Model
from django.db.models.expressions import DatabaseDefault
from psycopg.types.json import Jsonb

from . import journal
from .actors import Actor
from .journal import Audience, Entry, Event
from .models import JournalEvent, JournalPersonal

M = TypeVar("M", bound=Model)
_EVENT = (
    "id", "stream", "seq", "at", "kind", "version", "payload", "audience", "enterprise_id",
    "actor", "prev", "hash",
)  # fmt: skip
_FIRST_BLOCK, _LARGEST_BLOCK = 16, 4096  # keys taken at a time: few are left over, or wanting


@dataclass(frozen=True, slots=True)
class _Told:
    """An event not chained yet: the streams' heads are read and locked all at once, by `flush`."""

    event: Event
    stream: str
    audience: Audience
    actor: Actor
    at: datetime
    enterprise_id: int | None


@dataclass
class Bulk:
    """Collects rows and events; `flush` writes them in the running transaction."""

    _rows: dict[type[Model], list[Model]] = field(default_factory=lambda: defaultdict(list))
    _waiting: set[int] = field(default_factory=set)  # id() of rows kept alive by `_rows`
    _keys: dict[type[Model], list[int]] = field(default_factory=dict)
    _blocks: dict[type[Model], int] = field(default_factory=dict)
    _told: list[_Told] = field(default_factory=list)

    def insert(self, row: M) -> M:
        model = type(row)
        if row.pk is None:
            row.pk = self._next_key(model)
        row._state.adding = False
        self._rows[model].append(row)
        self._waiting.add(id(row))
        return row

    def update(self, row: Model, **values: Any) -> None:
        for name, value in values.items():
            setattr(row, name, value)
        # a row that still waits is copied as it stands at `flush`; any other is written now
        if id(row) not in self._waiting:
            row.save(update_fields=list(values))

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
        self._told.append(_Told(event, stream, audience, actor, at, enterprise_id))

    def flush(self) -> int:
        """Copy everything in; return the number of rows. The writer is empty afterwards."""
        written = self._copy_events(self._chained())
        for model, rows in self._rows.items():
            copy_rows(model, rows)
            written += len(rows)
        self._rows.clear()
        self._waiting.clear()
        # keys left over would come before those that others take meanwhile
        self._keys.clear()
        self._blocks.clear()
        return written

    def _chained(self) -> list[Entry]:
        """Chain the events to their streams and move the heads.

        The entries come in order of time, each stream's in its own order: subscribers read by
        id, and what they read should follow the clock.
        """
        if not self._told:
            return []
        heads = _locked_heads({told.stream for told in self._told})
        latest: dict[str, datetime] = {}
        placed: list[tuple[datetime, Entry]] = []
        for told in self._told:
            seq, prev = heads[told.stream]
            entry = journal.prepare(
                told.event,
                stream=told.stream,
                seq=seq + 1,
                prev=prev,
                audience=told.audience,
                actor=told.actor,
                at=told.at,
                enterprise_id=told.enterprise_id,
            )
            heads[told.stream] = (entry.seq, entry.hash)
            after = max(entry.at, latest.get(told.stream, entry.at))
            latest[told.stream] = after
            placed.append((after, entry))
        self._told.clear()
        _move_heads(heads)
        return [entry for _after, entry in sorted(placed, key=lambda item: item[0])]

    def _copy_events(self, entries: Sequence[Entry]) -> int:
        """Copy events past the model: half of a load's rows are events, all of one form."""
        if not entries:
            return 0
        keys = [self._next_key(JournalEvent) for _entry in entries]
        sql = f"COPY journal_event ({', '.join(_EVENT)}) FROM STDIN"
        with (
            connection.cursor() as cursor,
            connection.wrap_database_errors,
            cursor.cursor.copy(sql) as copy,
        ):
            for entry, pk in zip(entries, keys, strict=True):
                copy.write_row(
                    (
                        pk, entry.stream, entry.seq, entry.at, entry.kind, entry.version,
                        journal.canonical(entry.payload).decode(), entry.audience,
                        entry.enterprise_id, entry.actor, entry.prev, entry.hash,
                    )
                )  # fmt: skip
        for entry, pk in zip(entries, keys, strict=True):
            for key, salt, value in entry.personal:
                self.insert(JournalPersonal(event_id=pk, key=key, salt=salt, value=value))
        return len(entries)

    def _next_key(self, model: type[Model]) -> int:
        keys = self._keys.get(model)
        if not keys:
            block = min(self._blocks.get(model, _FIRST_BLOCK // 2) * 2, _LARGEST_BLOCK)
            self._blocks[model] = block
            keys = self._keys[model] = _reserve(model, block)
        return keys.pop()


def _reserve(model: type[Model], count: int) -> list[int]:
    """Take keys from the table's sequence; the least comes last, to be popped first."""
    table, column = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [f'"{table}"', column, count],
        )
        return sorted((row[0] for row in cursor.fetchall()), reverse=True)


def _locked_heads(streams: Iterable[str]) -> dict[str, tuple[int, bytes]]:
    names = sorted(streams)
    journal.lock(*names)
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, seq, head FROM journal_stream WHERE name = ANY(%s)", [names])
        return {name: (seq, bytes(head)) for name, seq, head in cursor.fetchall()}


def _move_heads(heads: dict[str, tuple[int, bytes]]) -> None:
    names = sorted(heads)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE journal_stream SET seq = moved.seq, head = moved.head"
            " FROM unnest(%s::text[], %s::bigint[], %s::bytea[]) AS moved (name, seq, head)"
            " WHERE journal_stream.name = moved.name",
            [names, [heads[name][0] for name in names], [heads[name][1] for name in names]],
        )


def copy_rows(model: type[Model], rows: Sequence[Any]) -> None:
    """COPY instances of `model` into its table, keys and all."""
    if not rows:
        return
    columns = [
        f
        for f in model._meta.concrete_fields
        if not isinstance(getattr(rows[0], f.attname), DatabaseDefault)
    ]
    names = ", ".join(f'"{f.column}"' for f in columns)
    sql = f'COPY "{model._meta.db_table}" ({names}) FROM STDIN'
    # COPY goes past Django's cursor: what it raises is turned into Django's errors here
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.cursor.copy(sql) as copy,
    ):
        plain = [_is_plain(f) for f in columns]
        for row in rows:
            copy.write_row(
                [_prepared(f, row, is_plain) for f, is_plain in zip(columns, plain, strict=True)]
            )


# what goes into the database as it stands in Python
_PLAIN = frozenset({int, str, bool, datetime, type(None)})


def _is_plain(f: "Field[Any, Any]") -> bool:
    """Whether such values of this field need no preparation: neither JSON nor a time of saving."""
    return not isinstance(f, JSONField) and not getattr(f, "auto_now_add", False)


def _prepared(f: "Field[Any, Any]", row: Model, is_plain: bool) -> Any:
    if is_plain:
        value = getattr(row, f.attname)
        if type(value) in _PLAIN:
            return value
    value = f.get_db_prep_save(f.pre_save(row, add=True), connection)
    # Django's own JSON wrapper serialises through an attribute that COPY's dumpers don't carry
    return Jsonb(value.obj) if isinstance(value, Jsonb) else value
