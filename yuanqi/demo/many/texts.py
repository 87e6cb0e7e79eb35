"""Rows as the text of COPY with gaps in it: what differs from one telling to the next."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from operator import itemgetter
from typing import Any

from django.contrib.postgres.search import SearchVectorField
from django.db.models import Field, JSONField, Model

from yuanqi.foundation import journal

NULL = r"\N"
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})

# marks of gaps inside a text that is written as JSON first: a key stands without quotes
_MARK = re.compile('"?\ue000(\\d+)\ue001(?:\ue002")?')

Part = str | int  # a text, or the place of a value among those of one telling


@dataclass(frozen=True, slots=True)
class Text:
    """A text with gaps; `filled` puts one telling's values into them."""

    form: str
    places: tuple[int, ...]

    @classmethod
    def of(cls, parts: Iterable[Part]) -> "Text":
        told: list[str] = []
        places: list[int] = []
        for part in parts:
            if isinstance(part, str):
                told.append(part.replace("%", "%%"))
            else:
                told.append("%s")
                places.append(part)
        return cls("".join(told), tuple(places))

    def filler(self) -> "Filler":
        return Filler(self.form, self.places)


class Filler:
    """A text as it is filled a hundred thousand times."""

    __slots__ = ("_form", "_get", "_single")

    def __init__(self, form: str, places: Sequence[int]) -> None:
        # of one place `itemgetter` gives the value itself; of none it can't be made
        self._form = form if places else form + "%.0s"
        self._single = len(places) < 2
        self._get: Any = itemgetter(*(places or (0,)))

    def filled(self, values: Sequence[Any]) -> str:
        if self._single:
            return self._form % (self._get(values),)
        return self._form % self._get(values)


def escaped(text: str) -> str:
    return text.translate(_ESCAPES)


def plain(field: "Field[Any, Any] | None", value: Any) -> str:
    """One value as COPY reads it."""
    if value is None:
        return NULL
    if isinstance(field, JSONField):
        return escaped(journal.canonical(value).decode())
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return r"\\x" + bytes(value).hex()
    if isinstance(value, int | float | Decimal):
        return str(value)
    if isinstance(value, str):
        return escaped(value)
    raise TypeError(f"{type(value).__name__} is not copied")


def columns(model: type[Model]) -> list["Field[Any, Any]"]:
    """What is read and written of a table: everything, but vectors that are made afresh."""
    return [f for f in model._meta.concrete_fields if not isinstance(f, SearchVectorField)]


def copy_of(model: type[Model], names: Sequence[str] | None = None) -> str:
    """The statement that copies rows in; `names` of columns where not all of `columns`."""
    told = names or [str(f.column) for f in columns(model)]
    listed = ", ".join(f'"{name}"' for name in told)
    return f'COPY "{model._meta.db_table}" ({listed}) FROM STDIN'


def mark(place: int) -> str:
    """A mark in a text, to be made a gap by `parts_of`."""
    return f"\ue000{place}\ue001"


def key_mark(place: int) -> str:
    """A mark in JSON for a number: the quotes around it go with it."""
    return f"\ue000{place}\ue001\ue002"


def parts_of(text: str) -> list[Part]:
    """Split a text at its marks."""
    parts: list[Part] = []
    at = 0
    for found in _MARK.finditer(text):
        is_quoted = text[found.start()] == '"' and not found.group().endswith('\ue002"')
        parts += [text[at : found.start() + is_quoted], int(found.group(1))]
        at = found.end()
    return [*parts, text[at:]]


def escaped_parts(parts: Iterable[Part]) -> list[Part]:
    return [escaped(part) if isinstance(part, str) else part for part in parts]
