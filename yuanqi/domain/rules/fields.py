"""The facts that rules may name: each with its type, its unit and what people call it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Type(StrEnum):
    """What a value is. Numbers are doubles in every engine."""

    NUMBER = "number"
    BOOLEAN = "boolean"
    STRING = "string"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Field:
    """A fact by name. ValueError for an unknown type and an empty name.

    `is_fixed` marks what an enterprise can't change (its date of registration, last year's
    revenue): an explanation looks for another fact to close a gap with.
    """

    name: str
    type: str
    unit: str | None = None
    label: Mapping[str, str] = field(default_factory=dict, hash=False)
    source: str = ""
    valid_days: int | None = None  # after so many days the fact is unknown
    is_fixed: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name or not self.name.isprintable():
            raise ValueError(f"a field needs a printable name, not {self.name!r}")
        object.__setattr__(self, "type", Type(self.type))

    def label_in(self, language: str) -> str:
        """The label in "zh" or "en"; the name where there is none."""
        return self.label.get(language) or self.name


@dataclass(frozen=True, slots=True)
class Schema:
    """Fields by name. ValueError where a key isn't its field's name."""

    fields: Mapping[str, Field]

    def __post_init__(self) -> None:
        for name, kept in self.fields.items():
            if kept.name != name:
                raise ValueError(f"the field {kept.name!r} stands under the name {name!r}")
        object.__setattr__(self, "fields", dict(self.fields))

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields.values())

    def get(self, name: str) -> Field | None:
        return self.fields.get(name)
