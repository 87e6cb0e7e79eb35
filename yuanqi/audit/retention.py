"""How long what is kept, and what is removed: kinds of data, registered by the slices."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from yuanqi.parameters import parameters

# Cybersecurity Law (2016) art. 21(3): network logs are kept for at least six months
LOGS_AT_LEAST_DAYS = 184
LOGS_DAYS = 365
BATCH = 5000


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of data that is not kept for ever.

    `days_parameter` is the parameter (a number of days) after which it is removed. `count(before)`
    says how many there are older than that instant; `remove(before)` removes some of them (at most
    `BATCH`, in one transaction) and returns how many, nought when there are none left.
    """

    name: str
    label: Any
    days_parameter: str
    count: Callable[[datetime], int]
    remove: Callable[[datetime], int]

    def days(self, at: datetime) -> int:
        found: int = parameters.value(self.days_parameter)
        return found

    def before(self, at: datetime) -> datetime:
        return at - timedelta(days=self.days(at))


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Register a kind (from a slice's `apps.py`); its parameter is defined by the slice."""
    _kinds[kind.name] = kind


def registered() -> list[Kind]:
    return [_kinds[name] for name in sorted(_kinds)]
