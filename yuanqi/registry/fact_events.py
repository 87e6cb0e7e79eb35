"""What happens to facts: stated, said afresh, confirmed, sent back; and to the park's fields."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from yuanqi.foundation.journal import Event


@dataclass(frozen=True)
class FactStated(Event):
    """`value` is written as it was said; `sha256` is that of the evidence, if some was given."""

    kind: ClassVar[str] = "registry.fact_stated"
    enterprise_id: int
    fact_id: int
    field: str
    label: str
    value: str
    unit: str
    as_of: date
    source: str
    sha256: str


@dataclass(frozen=True)
class FactChanged(Event):
    """The same source said it afresh for the same day."""

    kind: ClassVar[str] = "registry.fact_changed"
    enterprise_id: int
    fact_id: int
    field: str
    label: str
    before: str
    value: str
    unit: str
    as_of: date
    source: str
    sha256: str


@dataclass(frozen=True)
class FactConfirmed(Event):
    kind: ClassVar[str] = "registry.fact_confirmed"
    enterprise_id: int
    fact_id: int
    field: str
    label: str
    value: str
    unit: str
    as_of: date
    source: str


@dataclass(frozen=True)
class FactReturned(Event):
    """Sent back to who stated it, with what is wrong; it counts no more."""

    kind: ClassVar[str] = "registry.fact_returned"
    enterprise_id: int
    fact_id: int
    field: str
    label: str
    as_of: date
    source: str
    reason: str


@dataclass(frozen=True)
class FactFieldAdded(Event):
    kind: ClassVar[str] = "registry.fact_field_added"
    field_id: int
    name: str
    label: str
    type: str
    unit: str
    formula: str


@dataclass(frozen=True)
class FactFieldChanged(Event):
    kind: ClassVar[str] = "registry.fact_field_changed"
    field_id: int
    name: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True)
class FactFieldRetired(Event):
    kind: ClassVar[str] = "registry.fact_field_retired"
    field_id: int
    name: str
