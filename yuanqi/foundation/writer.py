"""Through which rows and events are written: one at a time, or in bulk.

An act (what an operation does once it is allowed) is written once, against this interface. An
operation runs it with `DIRECT`; the demo park and imports run the same act with `bulk.Bulk`,
which collects the rows and copies them in. So both build the same rows, clocks and hashes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Protocol, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Model

from . import journal, prepared
from .actors import Actor
from .errors import Conflict
from .journal import Audience, Event, Head

M = TypeVar("M", bound=Model)


class Writer(Protocol):
    def insert(self, row: M) -> M:
        """Write a new row; it has its key afterwards."""

    def update(self, row: Model, **values: Any) -> None:
        """Set these fields of a row, and write just them."""

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
        """Append an event to its stream."""


class Direct:
    """Writes at once, in the running transaction.

    `heads` are those of the streams that an operation has locked or begins.
    """

    def __init__(self, heads: dict[str, Head] | None = None) -> None:
        self.heads = heads

    def insert(self, row: M) -> M:
        prepared.insert(row)
        return row

    def update(self, row: Model, **values: Any) -> None:
        for name, value in values.items():
            setattr(row, name, value)
        prepared.update(row, values)

    def record(self, event: Event, **where: Any) -> None:
        journal.record(event, **where, heads=self.heads)


DIRECT = Direct()


@contextmanager
def conflict_if_taken(message: str) -> Iterator[None]:
    """Say a constraint's refusal as Conflict; of what was tried inside, nothing is left."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        raise Conflict(message)
