"""Rows, clocks and hashes in bulk: the acts of the operations, written by COPY.

`Bulk` is a writer: it gives keys from the tables' own sequences, keeps the rows in memory, chains
the events, and copies everything in at `flush`. It opens no transaction of its own.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Field, Model
from django.db.models.expressions import DatabaseDefault
from psycopg.types.json import Jsonb

from . import journal
from .actors import Actor
from .journal import Audience, Entry, Event
from .models import JournalEvent, JournalPersonal, JournalStream

M = TypeVar("M", bound=Model)
_BLOCK = 1000


@dataclass
class Bulk:
    """Collects rows and events of new things; `flush` writes them in the running transaction."""

    _rows: dict[type[Model], list[Model]] = field(default_factory=lambda: defaultdict(list))
    _keys: dict[type[Model], Iterator[int]] = field(default_factory=dict)
    _heads: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    _entries: list[Entry] = field(default_factory=list)

    def insert(self, row: M) -> M:
        model = type(row)
        if row.pk is None:
            row.pk = self._next_key(model)
        row._state.adding = False
        self._rows[model].append(row)
        return row

    def update(self, row: Model, **values: Any) -> None:
        # the row is still in memory: what is set now is what will be copied
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
        if stream not in self._heads:
            found = JournalStream.objects.filter(pk=stream).values_list("seq", "head").first()
            self._heads[stream] = (found[0], bytes(found[1])) if found else (0, journal.GENESIS)
        seq, prev = self._heads[stream]
        entry = journal.prepare(
            event,
            stream=stream,
            seq=seq + 1,
            prev=prev,
            audience=audience,
            actor=actor,
            at=at,
            enterprise_id=enterprise_id,
        )
        self._heads[stream] = (entry.seq, entry.hash)
        self._entries.append(entry)

    def flush(self) -> int:
        """Copy everything in; return the number of rows. The writer is empty afterwards."""
        self._collect_events()
        written = 0
        for model, rows in self._rows.items():
            copy_rows(model, rows)
            written += len(rows)
        self._rows.clear()
        return written

    def _collect_events(self) -> None:
        # subscribers read in the order of ids: let that be the order of time
        for entry in sorted(self._entries, key=lambda entry: entry.at):
            values = {name: getattr(entry, name) for name in Entry.__dataclass_fields__}
            personal = values.pop("personal")
            event = self.insert(JournalEvent(**values))
            for key, salt, value in personal:
                self.insert(JournalPersonal(event_id=event.pk, key=key, salt=salt, value=value))
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO journal_stream (name, seq, head) VALUES (%s, %s, %s)"
                " ON CONFLICT (name) DO UPDATE SET seq = EXCLUDED.seq, head = EXCLUDED.head",
                [(name, seq, head) for name, (seq, head) in sorted(self._heads.items())],
            )
        self._entries.clear()
        self._heads.clear()

    def _next_key(self, model: type[Model]) -> int:
        for _attempt in range(2):
            for key in self._keys.get(model, iter(())):
                return key
            self._keys[model] = iter(_reserve(model, _BLOCK))
        raise RuntimeError(f"no keys left for {model.__name__}")


def _reserve(model: type[Model], count: int) -> list[int]:
    table, column = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [f'"{table}"', column, count],
        )
        return [row[0] for row in cursor.fetchall()]


def copy_rows(model: type[Model], rows: list[Any]) -> None:
    """COPY unsaved instances of `model` into its table, keys and all."""
    if not rows:
        return
    columns = [
        f
        for f in model._meta.concrete_fields
        if not isinstance(getattr(rows[0], f.attname), DatabaseDefault)
    ]
    names = ", ".join(f'"{f.column}"' for f in columns)
    sql = f'COPY "{model._meta.db_table}" ({names}) FROM STDIN'
    with connection.cursor() as cursor, cursor.cursor.copy(sql) as copy:
        for row in rows:
            copy.write_row([_prepared(f, row) for f in columns])


def _prepared(f: Field, row: Model) -> Any:
    value = f.get_db_prep_save(f.pre_save(row, add=True), connection)
    return Jsonb(value.obj) if hasattr(value, "obj") else value
