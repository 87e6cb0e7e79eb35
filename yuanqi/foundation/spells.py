"""Work that comes round by itself and may be much at once: done a spell at a time.

After a night without a worker twenty thousand cases may be due. A job that went through them all
would hold its place in the worker for minutes, and the worker couldn't end meanwhile. So it asks
before each piece whether it goes on: not once its spell is over, nor when the worker is told to
stop. What is left is done by the next one, behind the jobs that wait.
"""

import time
from collections.abc import Callable

from django.db import connection
from procrastinate import JobContext

SECONDS = 5.0

GoesOn = Callable[[], bool]


def always() -> bool:
    return True


def of(context: JobContext, seconds: float = SECONDS) -> GoesOn:
    """Return what a job asks before each piece of its work."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() < end and not context.should_abort()


def is_alone(work: str) -> bool:
    """Whether nobody else is at this work in this moment; nobody will be while the transaction
    lasts. Of two who do it at once one stops here, and never both."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [work])
        return bool(cursor.fetchone()[0])
