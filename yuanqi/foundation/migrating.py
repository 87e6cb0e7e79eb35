"""Bring the tables to this version while pages are in use: nobody waits long for a lock.

A migration that needs a table for itself waits a moment, gives up, and tries again later; without
this it would queue behind one long reader, and everybody else behind it. Indexes on large tables
are made concurrently; one that was interrupted is left invalid by PostgreSQL and is made afresh.
"""

import logging
import time
from collections.abc import Callable

from django.core.management import call_command
from django.db import OperationalError, connections
from psycopg import sql
from psycopg.errors import LockNotAvailable

log = logging.getLogger(__name__)

PATIENCE = "4s"  # a page waits at most so long behind a migration that waits
TRIES = 30
_BETWEEN_SECONDS = 2.0
_LOCK = "SELECT pg_advisory_lock(hashtextextended('yuanqi:migrate', 0))"
_UNLOCK = "SELECT pg_advisory_unlock_all()"
_INVALID = """
SELECT n.nspname, c.relname FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT i.indisvalid AND n.nspname = 'public'
"""


def migrate(*, verbosity: int = 1, pause: Callable[[float], None] = time.sleep) -> None:
    """Apply what is missing, as the owner; one process at a time, others wait and find it done.

    Raises OperationalError when a table stays in use for some minutes; what was applied stays, and
    the next call goes on.
    """
    owner = connections["owner"]
    with owner.cursor() as cursor:
        cursor.execute(_LOCK)
        cursor.execute(sql.SQL("SET lock_timeout = {}").format(PATIENCE))
    try:
        for left in reversed(range(TRIES)):
            _drop_invalid_indexes()
            try:
                call_command("migrate", database="owner", verbosity=verbosity, interactive=False)
            except OperationalError as error:
                if not isinstance(error.__cause__, LockNotAvailable) or not left:
                    raise
                log.warning("a table is in use; the migration tries again")
                pause(_BETWEEN_SECONDS)
            else:
                return
    finally:
        with owner.cursor() as cursor:
            cursor.execute(_UNLOCK)
            cursor.execute("RESET lock_timeout")


def _drop_invalid_indexes() -> None:
    """Under the lock nobody else is making one: these are left over."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(_INVALID)
        for schema, name in cursor.fetchall():
            log.warning("the index %s was left half-made and is made again", name)
            cursor.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(schema, name)))
