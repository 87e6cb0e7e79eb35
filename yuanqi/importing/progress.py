"""How far a job has come, said while its transaction is still open.

Over a connection of its own: what the job writes is seen by nobody until it is committed.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from .models import ImportProgress

_EVERY = 0.5  # seconds

_SAY = "UPDATE import_progress SET phase = %s, done = %s, total = %s WHERE import_id = %s"


class Teller:
    """Tells of one import, at most twice a second."""

    def __init__(self, import_id: int, total: int, side: BaseDatabaseWrapper) -> None:
        self.import_id = import_id
        self.total = total
        self._side = side
        self._last = 0.0

    def tell(self, phase: str, done: int, *, now: bool = False) -> None:
        moment = time.monotonic()
        if not now and moment - self._last < _EVERY:
            return
        self._last = moment
        with self._side.cursor() as cursor:
            cursor.execute(_SAY, [phase, done, self.total, self.import_id])


@contextmanager
def telling(import_id: int, total: int) -> Iterator[Teller]:
    side = connection.copy()
    try:
        yield Teller(import_id, total, side)
    finally:
        side.close()


def of(import_id: int) -> ImportProgress | None:
    return ImportProgress.objects.filter(pk=import_id).first()
