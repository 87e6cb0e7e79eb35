"""The tables while a million rows are copied in: without indexes, which are made again after."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ..park import Tell

_CONSTRAINTS = """
SELECT conrelid::regclass::text, quote_ident(conname), contype, pg_get_constraintdef(oid)
FROM pg_constraint WHERE conrelid = ANY(%s::regclass[]) AND contype IN ('f', 'u', 'x')
ORDER BY contype DESC, conrelid::regclass::text, conname
"""
_INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
FROM pg_index WHERE indrelid = ANY(%s::regclass[]) AND NOT indisprimary
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('u', 'x'))
ORDER BY indrelid::regclass::text, 1
"""


@contextmanager
def bare(cursor: Any, tables: Sequence[str], tell: Tell) -> Iterator[None]:
    """Without foreign keys, constraints, indexes and triggers but the primary keys, then as before.

    All in the running transaction: what breaks leaves the tables as they were. What is made again
    is checked against every row.
    """
    named = [f'"{table}"' for table in tables]
    cursor.execute(_CONSTRAINTS, [named])
    constraints = cursor.fetchall()
    cursor.execute(_INDEXES, [named])
    indexes = cursor.fetchall()
    for table, name, _kind, _definition in constraints:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    for name, _definition in indexes:
        cursor.execute(f"DROP INDEX {name}")
    for table in named:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield
    # sorting in memory; as many helpers as there are cores for
    cursor.execute("SET LOCAL maintenance_work_mem = '1GB'")
    made = 0
    wanted = len(indexes) + len(constraints)
    for _name, definition in indexes:
        cursor.execute(definition)
        made += 1
        if made % 25 == 0:
            tell(f"索引和约束 indexes and constraints: {made}/{wanted}")
    for table, name, _kind, definition in constraints:
        cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
        made += 1
        if made % 25 == 0:
            tell(f"索引和约束 indexes and constraints: {made}/{wanted}")
    for table in named:
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def next_key(cursor: Any, table: str) -> int:
    """The first key that the table's sequence has not given yet."""
    cursor.execute(f"SELECT pg_get_serial_sequence('\"{table}\"', 'id')")
    cursor.execute(f"SELECT last_value + is_called::int FROM {cursor.fetchone()[0]}")  # noqa: S608
    key: int = cursor.fetchone()[0]
    return key


def keys_taken(cursor: Any, tables: Iterable[str]) -> None:
    """Let the sequences go on behind what was copied in."""
    for table in tables:
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence('\"{table}\"', 'id'), max(id))"  # noqa: S608
            f' FROM "{table}" HAVING max(id) IS NOT NULL'
        )


def copy_in(cursor: Any, statement: str, data: bytes) -> None:
    with cursor.cursor.copy(statement) as copy:
        copy.write(data)
