"""From the lines of a file to rows of a register: columns matched by their heads, cells read."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model
from django.utils.functional import Promise

from . import cells
from .cells import Bad, Reader

AT_A_TIME = 2000  # rows read, compared and written together
EXAMPLE = "示例"  # what our templates' example begins with; it is never imported
IGNORED = frozenset(
    {
        "序号",
        "编号",
        "no",
        "no.",
        "#",
        "检查结果",
        "checkresult",
        "备注",
        "remark",
        "确认情况",
        "confirmation",
    }
)
LOOKED_AT = 15  # lines in which the heads are looked for
_ASIDE = re.compile(r"[(（\[【].*?[)）\]】]|[*＊:：#]")


@dataclass(frozen=True, slots=True)
class Column:
    """What a register takes from a file: under which heads it stands, how a cell is read."""

    key: str
    label: str | Promise
    read: Reader
    is_required: bool = False
    also: tuple[str, ...] = ()  # other heads it is known under
    example: str = ""
    help: str | Promise = ""
    width: int = 16


@dataclass(slots=True)
class Fault:
    reason: str
    details: dict[str, Any] = field(default_factory=dict)
    column: int | None = None  # in the file


@dataclass(slots=True)
class Match:
    """What of the register a row is about, and what it says otherwise."""

    how: str  # "code" or "name"
    row: Model
    label: str
    title: str
    values: dict[str, Any]  # what an update would write
    changes: list[list[str]]  # column, as it stands, as the file says

    @property
    def is_same(self) -> bool:
        return self.how == "code" and not self.changes


@dataclass(slots=True)
class Row:
    line: int
    typed: Sequence[Any]
    values: dict[str, Any]
    faults: list[Fault] = field(default_factory=list)
    match: Match | None = None
    subject: Any = None  # what its register found for it: an enterprise, an officer

    def blame(self, reason: str, column: int | None = None, **details: Any) -> None:
        self.faults.append(Fault(reason, details, column))


def head_key(text: str) -> str:
    """Return a head as it is compared: without units in brackets, stars, blanks, line breaks."""
    return cells.fold(_ASIDE.sub("", unicodedata.normalize("NFKC", text)))


def find_heads(
    lines: Iterable[tuple[int, Sequence[Any]]], columns: Sequence[Column]
) -> tuple[int, list[str], list[str]]:
    """Find the line of the heads, which may stand below a title: the one of the first lines that
    knows most of our columns. Returns its number, the heads as typed, the keys they stand for.
    """
    best: tuple[int, int, list[str], list[str]] | None = None
    for number, (line, typed) in enumerate(lines):
        if number == LOOKED_AT:
            break
        heads = [
            cells.text_of(cell).strip() if not cells.is_blank(cell) and not _is_merged(cell) else ""
            for cell in typed
        ]
        matching = match(heads, columns)
        found = sum(bool(key) for key in matching)
        if best is None or found > best[0]:
            best = (found, line, heads, matching)
    if best is None:
        return 1, [], []
    return best[1], best[2], best[3]


def _is_merged(cell: Any) -> bool:
    return isinstance(cell, dict) and "m" in cell


def match(heads: Sequence[str], columns: Sequence[Column]) -> list[str]:
    """Return for each head the key of the column that it means, "" for none; each key once."""
    known = {
        head_key(str(name)): column.key
        for column in columns
        for name in (column.label, *column.also, column.key)
    }
    taken: set[str] = set()
    found = []
    for head in heads:
        key = known.get(head_key(head), "") if head else ""
        if key in taken:
            key = ""
        if key:
            taken.add(key)
        found.append(key)
    return found


class RowReader:
    """Reads the lines below the heads, cell by cell."""

    def __init__(self, columns: Sequence[Column], matching: Sequence[str], width: int) -> None:
        by_key = {column.key: column for column in columns}
        self.places = [
            (place, by_key[key].key, by_key[key].read, by_key[key].is_required)
            for place, key in enumerate(matching)
            if key in by_key
        ]
        self.place_of: Mapping[str, int] = {key: place for place, key, _read, _need in self.places}
        self.width = width

    def read(self, line: int, typed: Sequence[Any]) -> Row:
        values: dict[str, Any] = {}
        row = Row(line, typed, values)
        count = len(typed)
        for place, key, read, is_required in self.places:
            cell = typed[place] if place < count else None
            if cell is None or cell == "" or (type(cell) is str and not cell.strip()):
                if is_required:
                    row.blame("missing", place)
                continue
            try:
                cell = cells.plain(cell)
                if cell == "":
                    if is_required:
                        row.blame("missing", place)
                    continue
                values[key] = read(cell)
            except Bad as bad:
                row.blame(bad.reason, place, **bad.details)
        if count > self.width:
            for place in range(self.width, count):
                if not cells.is_blank(typed[place]):
                    row.blame("extra", place)
                    break
        return row

    def blame(self, row: Row, key: str, reason: str, **details: Any) -> None:
        row.blame(reason, self.place_of.get(key), **details)


def in_pieces(
    lines: Iterable[tuple[int, Sequence[Any]]], head_line: int, reader: RowReader
) -> Iterator[list[Row]]:
    """Yield the rows below the heads, some thousands at a time; examples are left out."""
    some: list[Row] = []
    for line, typed in lines:
        if line <= head_line or is_example(typed):
            continue
        some.append(reader.read(line, typed))
        if len(some) == AT_A_TIME:
            yield some
            some = []
    if some:
        yield some


def is_example(typed: Sequence[Any]) -> bool:
    """Whether the line is the example of our template."""
    first = typed[0] if typed else ""
    return isinstance(first, str) and first.startswith(EXAMPLE)
