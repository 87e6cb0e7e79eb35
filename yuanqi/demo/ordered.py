"""A writer for what is drawn in another order than it happened: the journal tells it by time."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model

from yuanqi.foundation.bulk import Bulk
from yuanqi.foundation.journal import Event

M = TypeVar("M", bound=Model)


@dataclass
class Ordered:
    """Rows go to the load at once; events wait for `tell`, which passes them on by their time."""

    bulk: Bulk
    _told: list[tuple[datetime, Event, dict[str, Any]]] = field(default_factory=list)

    def insert(self, row: M) -> M:
        return self.bulk.insert(row)

    def update(self, row: Model, **values: Any) -> None:
        self.bulk.update(row, **values)

    def record(self, event: Event, **where: Any) -> None:
        self._told.append((where["at"], event, where))

    def tell(self) -> None:
        """Pass on what has waited; of one instant, in the order in which it was recorded."""
        for _at, event, where in sorted(self._told, key=lambda one: one[0]):
            self.bulk.record(event, **where)
        self._told.clear()
