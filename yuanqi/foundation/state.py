"""How the machine is: workers, subscribers, jobs, seals, the database, the disk, the backup.

Read by the state page, by `/healthz` and by `/metrics`; nothing here says what the data is about.
"""

import json
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.dateparse import parse_datetime

from . import subscribers

COUNTED = 10_000  # events that a subscriber is behind are counted up to here
WORKER_SILENT = timedelta(seconds=60)  # a worker says something every ten seconds
SEAL_LATE = timedelta(minutes=30)  # seals are made every ten minutes
LAST_BACKUP = "last-backup.json"


@dataclass(frozen=True, slots=True)
class Follower:
    """A subscriber: how many events it has not read (`COUNTED` + 1 for more), since when."""

    name: str
    behind: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Jobs:
    """The jobs of one kind in one state; `since` is when the oldest should have begun."""

    task: str
    status: str
    count: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Backup:
    made_at: datetime
    bytes: int
    name: str


@dataclass(frozen=True, slots=True)
class State:
    workers: list[datetime]  # when each last said something
    followers: list[Follower]
    jobs: list[Jobs]
    sealed_at: datetime | None
    unsealed: int  # up to COUNTED + 1
    database_bytes: int
    connections: int
    disk_free: int
    disk_total: int
    backup: Backup | None

    def workers_alive(self, now: datetime) -> int:
        return sum(now - heard < WORKER_SILENT for heard in self.workers)


def read() -> State:
    """Read everything afresh: some twenty small statements."""
    disk = shutil.disk_usage(settings.VAR)
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_heartbeat FROM procrastinate_workers ORDER BY 1 DESC")
        workers = [row[0] for row in cursor.fetchall()]
        cursor.execute(_JOBS)
        jobs = [Jobs(*row) for row in cursor.fetchall()]
        cursor.execute(
            "SELECT made_at, upto_xid, upto_id FROM journal_seal ORDER BY id DESC LIMIT 1"
        )
        sealed = cursor.fetchone()
        cursor.execute(_AFTER, sealed[1:] if sealed else (0, 0))
        unsealed = cursor.fetchone()[0]
        cursor.execute("SELECT pg_database_size(current_database())")
        size = cursor.fetchone()[0]
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        connections = cursor.fetchone()[0]
    return State(
        workers=workers,
        followers=followers(),
        jobs=jobs,
        sealed_at=sealed[0] if sealed else None,
        unsealed=unsealed,
        database_bytes=size,
        connections=connections,
        disk_free=disk.free,
        disk_total=disk.total,
        backup=last_backup(),
    )


def followers() -> list[Follower]:
    """Return how far each subscriber has read the journal."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, xid, event_id FROM journal_cursor")
        places = {name: (xid, event_id) for name, xid, event_id in cursor.fetchall()}
        found = []
        for one in subscribers.registered():
            cursor.execute(_AFTER, places.get(one.name, (0, 0)))
            behind, since = cursor.fetchone()
            found.append(Follower(one.name, behind, since))
    return found


def workers_alive() -> int:
    """Return how many workers have said something within the last minute."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - %s",
            [WORKER_SILENT],
        )
        alive: int = cursor.fetchone()[0]
    return alive


def migrations_missing() -> list[str]:
    """Return the migrations that this version brings and the database has not had."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def last_backup() -> Backup | None:
    """Return the last backup made on this machine, as `yuanqi backup` noted it."""
    try:
        told = json.loads((Path(settings.VAR) / LAST_BACKUP).read_text("utf-8"))
        made_at = parse_datetime(told["made_at"])
        return Backup(made_at, int(told["bytes"]), str(told["name"])) if made_at else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


_AFTER = f"""
SELECT count(*), min(at) FROM (
    SELECT at FROM journal_event WHERE (xid, id) > (%s, %s) ORDER BY xid, id LIMIT {COUNTED + 1}
) AS unread
"""  # noqa: S608 - a constant of our own
_JOBS = """
SELECT task_name, status::text, count(*), min(coalesce(scheduled_at, now()))
FROM procrastinate_jobs WHERE status IN ('todo', 'doing', 'failed')
GROUP BY task_name, status ORDER BY status, task_name
"""
