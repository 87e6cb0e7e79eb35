"""Statements as they go over the wire: prepared once a session, sent without a cursor.

A page sends twenty statements and a write a hundred. Half of what one costs in Python is building
a cursor for it and asking each time whether the session knows it already; here a session keeps
what it has prepared, by text and types of the values.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.types.datetime import TimestamptzLoader

Row = tuple[Any, ...]

_MOST_PREPARED = 500  # a session; each takes a few kilobytes of the server
_KEPT = "yuanqi_session"  # where Django's connection keeps it; gone with a new session
_HAS_ROWS = ExecStatus.TUPLES_OK
_IS_DONE = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)


def rows(sql: str, values: Sequence[Any]) -> list[Row]:
    """Run a statement and return its rows; one without rows returns none.

    `sql` has `%s` for each value, `%%` for a per cent sign. Errors are Django's.
    """
    own = connections[DEFAULT_DB_ALIAS]  # past the proxy, which asks for it at each attribute
    own.ensure_connection()
    own.validate_no_broken_transaction()
    if _is_watched(own):
        return _seen(own, sql, values)
    with own.wrap_database_errors:
        return _session(own).rows(sql, values)


@contextmanager
def meanwhile(
    asked: Sequence[tuple[str, Sequence[Any]]],
) -> Iterator[Callable[[], list[list[Row]]]]:
    """Have the server work on these statements while the block goes on with something else.

    Yields what returns the rows of each, waiting for them where need be. Whatever else the block
    asks of the session waits for them first; what fails is raised where the rows are asked for.
    """
    own = connections[DEFAULT_DB_ALIAS]
    own.ensure_connection()
    if _is_watched(own):
        found = [rows(sql, values) for sql, values in asked]
        yield lambda: found
        return
    own.validate_no_broken_transaction()
    with own.wrap_database_errors:
        coming = _session(own).begin(asked)

    def first(execute: Callable[..., Any], *statement: Any) -> Any:
        coming.arrive()
        return execute(*statement)

    def come() -> list[list[Row]]:
        with own.wrap_database_errors:
            return coming.rows()

    try:
        with own.execute_wrapper(first):
            yield come
    finally:
        coming.arrive()


def _is_watched(own: BaseDatabaseWrapper) -> bool:
    """Whether somebody counts statements, or a pool lends the session."""
    return bool(own.execute_wrappers) or own.queries_logged or not settings.PREPARES


def _seen(own: BaseDatabaseWrapper, sql: str, values: Sequence[Any]) -> list[Row]:
    """The same by a cursor, whose statements are told to whoever listens."""
    with own._prepare_cursor(_Cursor(own.connection)) as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else []


class _Cursor(psycopg.Cursor[Row]):
    """Leaves the values to the server, and prepares nothing: that is this module's."""

    def execute(self, query: Any, params: Any = None, **how: Any) -> Any:
        return super().execute(query, params, **{**how, "prepare": False})


class _Session:
    """What one connection has prepared."""

    def __init__(self, conn: psycopg.Connection[Any]) -> None:
        self.conn = conn
        self.values = Transformer(conn)
        self.results = Transformer(conn)
        self.names: dict[tuple[str, tuple[int, ...]], bytes] = {}

    def rows(self, sql: str, values: Sequence[Any]) -> list[Row]:
        with self.conn.lock:
            self._opened(1)
            result = self._done(self.conn.pgconn.exec_prepared(*self._said(sql, values)))
        return self.loaded(result)

    def begin(self, asked: Sequence[tuple[str, Sequence[Any]]]) -> "_Coming":
        """Send these and wait for none."""
        wire = self.conn.pgconn
        with self.conn.lock:
            self._opened(len(asked))
            said = [self._said(sql, values) for sql, values in asked]
            wire.enter_pipeline_mode()
            for one in said:
                wire.send_query_prepared(*one)
            wire.pipeline_sync()
            wire.flush()  # what doesn't fit now is sent as the first result is waited for
        return _Coming(self, len(said))

    def loaded(self, result: Any) -> list[Row]:
        if self._done(result).status != _HAS_ROWS:
            return []
        self.results.set_pgresult(result)
        return self.results.load_rows(0, result.ntuples, tuple)

    def _opened(self, number: int) -> None:
        """Begin the transaction where one is wanted; make room for so many statements."""
        wire = self.conn.pgconn
        if wire.transaction_status == TransactionStatus.IDLE and not self.conn.autocommit:
            self._done(wire.exec_(b"BEGIN"))
        if len(self.names) + number > _MOST_PREPARED:
            self._done(wire.exec_(b"DEALLOCATE ALL"))
            self.names.clear()

    def _said(self, sql: str, values: Sequence[Any]) -> tuple[bytes, Any, Any]:
        """The statement's name, prepared where it wasn't, and its values as they are sent."""
        sent = self.values.dump_sequence(values, [PyFormat.AUTO] * len(values))
        types = self.values.types or ()
        formats = self.values.formats
        name = self.names.get((sql, types))
        return name or self._prepared(sql, types), sent, formats

    def _prepared(self, sql: str, types: tuple[int, ...]) -> bytes:
        name = b"yuanqi_%d" % len(self.names)
        self._done(self.conn.pgconn.prepare(name, _with_places(sql), types))
        self.names[sql, types] = name
        return name

    def _done(self, result: Any) -> Any:
        if result.status not in _IS_DONE:
            if self.conn.pgconn.status == ConnStatus.BAD:
                # the server says nothing of its own end: as psycopg's cursors put it
                raise psycopg.OperationalError("the connection is lost")
            raise psycopg.errors.error_from_result(result, self.conn.info.encoding)
        return result


class _Coming:
    """Statements that the server is at work on."""

    def __init__(self, session: _Session, number: int) -> None:
        self.session = session
        self.number = number
        self.results: list[Any] | None = None

    def arrive(self) -> None:
        """Take what has come, waiting for it: the session is free then."""
        if self.results is not None:
            return
        self.results = []
        conn = self.session.conn
        with conn.lock:
            for _statement in range(self.number):
                while (result := conn.pgconn.get_result()) is not None:
                    self.results.append(result)
            conn.pgconn.get_result()  # the end of them all
            if conn.pgconn.status != ConnStatus.BAD:
                conn.pgconn.exit_pipeline_mode()

    def rows(self) -> list[list[Row]]:
        self.arrive()
        assert self.results is not None
        return [self.session.loaded(result) for result in self.results]


def _with_places(sql: str) -> bytes:
    """Say the places of values as the server does: $1, $2, …"""
    first, *others = (part.replace("%%", "%") for part in sql.split("%s"))
    return "".join([first, *(f"${n}{part}" for n, part in enumerate(others, 1))]).encode()


def _session(own: BaseDatabaseWrapper) -> _Session:
    found: _Session | None = getattr(own, _KEPT, None)
    if found is None or found.conn is not own.connection:
        found = _Session(own.connection)
        setattr(own, _KEPT, found)
    return found


class _Instant(TimestamptzLoader):
    """Reads instants in UTC, as all sessions here have them, by Python's own reader: a fifth."""

    timezone = UTC  # Django asks whether it is the one that it wants

    def load(self, data: Any) -> datetime:
        try:
            return datetime.fromisoformat(str(data, "ascii"))
        except ValueError:  # infinity, or before the year 1
            return super().load(data)


def read_instants_fast(connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    """Have a new connection read instants so; a session in another time zone keeps its own way."""
    if connection.timezone == UTC:
        connection.connection.adapters.register_loader("timestamptz", _Instant)
