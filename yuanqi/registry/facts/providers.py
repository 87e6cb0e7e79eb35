"""Facts that stand in tables already: read from there, never copied."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl
from django.utils.functional import Promise

ENTERPRISE = "enterprise"  # the column that says whose facts a row holds
Frame = Callable[[date, Collection[int] | None], pl.DataFrame]
Origins = Callable[[int, date], Mapping[str, "Origin"]]


@dataclass(frozen=True, slots=True)
class Origin:
    """Of which day a provided fact is, whether somebody confirmed it, and where it is shown."""

    as_of: date | None = None
    is_confirmed: bool = True
    url: str = ""


@dataclass(frozen=True, slots=True)
class Provider:
    """A slice's reader of facts.

    `frame(on, enterprises)` gives a row an enterprise (all of the park if None) with the column
    "enterprise" and a column of the field's type for each of `names`; null is unknown. Enterprises
    of which it knows nothing may be left out. `origins` tells the same of one, for its page.
    """

    name: str
    label: str | Promise
    names: tuple[str, ...]
    frame: Frame
    origins: Origins = lambda _enterprise, _on: {}


_providers: dict[str, Provider] = {}


def provide(provider: Provider) -> None:
    """Register a provider (from a slice's `apps.py`). ValueError where another gives the same."""
    for other in _providers.values():
        both = set(other.names) & set(provider.names)
        if both and other.name != provider.name:
            raise ValueError(f"{sorted(both)} are provided by {other.name} already")
    _providers[provider.name] = provider


def providers() -> tuple[Provider, ...]:
    return tuple(_providers.values())


def provider_of(name: str) -> Provider | None:
    return next((one for one in _providers.values() if name in one.names), None)
