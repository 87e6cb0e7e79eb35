"""How jobs of imports are started, and that one writes at a time."""

from django.db import connection
from procrastinate.contrib.django import app

from .progress import Teller

LOCK = "importing"
_TASKS = "yuanqi.importing.tasks"


def enqueue(task: str, import_id: int) -> None:
    """Have a job run once the running transaction is committed, after those before it."""
    app.configure_task(f"{_TASKS}.{task}", lock=LOCK).defer(import_id=import_id)


def alone(teller: Teller) -> None:
    """Wait until nobody else brings in, undoes or merges; say so meanwhile."""
    if not try_alone():
        teller.tell("waiting", 0, now=True)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [LOCK])


def try_alone() -> bool:
    """Whether nobody else brings in now; until the transaction ends nobody will."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [LOCK])
        return bool(cursor.fetchone()[0])
