"""Reads one Excel or CSV file and writes its rows as lines of JSON: a program of its own.

It runs in a process of its own with bounded memory (`tables_in` starts it), because a workbook of
a few kilobytes may unpack to gigabytes, and one cell in the farthest corner makes a reader lay
out all cells before it. It knows neither Django nor what the rows mean.

A line is `[number of the row in the file, [cells]]`. A cell is text, a number, true or false, or
an object: {"d": date}, {"t": time}, {"e": error of a formula}, {"m": row that it is merged with}.
Rows without any content are left out.
"""

import codecs
import csv
import json
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

MOST_MEMORY = 2 << 30  # bytes of this process
MOST_UNPACKED = 600 << 20  # bytes of a workbook's parts together
MOST_SECONDS = 300  # of the processor
MOST_ROWS = 200_000
MOST_COLUMNS = 500
LONGEST_CELL = 32_767  # characters, as in Excel
NOTES = "填写说明"  # the sheet of our templates that explains the columns

_CHUNK = 1 << 20
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINKS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_CELL = re.compile(rb"<c ([^>]*[^/>])>((?:<f[^>]*/>|<f[^>]*>[^<]*</f>)?)(<v/>|<v>([^<]*)</v>)?</c>")
_PLACE = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')


class Unreadable(Exception):
    """The file can't be read; the word says why."""


def unpack(source: Path, target: Path) -> dict[str, Any]:
    """Write the rows of `source` into `target`; return what was found out on the way."""
    with source.open("rb") as file:
        head = file.read(4)
    if not head:
        raise Unreadable("empty")
    if head == _OLD_EXCEL:
        raise Unreadable("old-excel")
    found: dict[str, Any] = {"sheet": "", "others": [], "hidden": [], "encoding": ""}
    rows = _workbook(source, found) if head == b"PK\x03\x04" else _text(source, found)
    count = widest = 0
    with target.open("w", encoding="utf-8", errors="surrogatepass") as out:
        for number, cells in rows:
            while cells and (cells[-1] is None or cells[-1] == ""):
                cells.pop()
            if not cells or not any(_says_something(cell) for cell in cells):
                continue
            count += 1
            widest = max(widest, len(cells))
            if count > MOST_ROWS:
                raise Unreadable("too-many-rows")
            if widest > MOST_COLUMNS:
                raise Unreadable("too-many-columns")
            out.write(json.dumps([number, cells], ensure_ascii=True, default=_said))
            out.write("\n")
    if not count:
        raise Unreadable("empty")
    return found | {"rows": count, "columns": widest}


def _says_something(cell: Any) -> bool:
    if isinstance(cell, str):
        return bool(cell.strip())
    return cell is not None and not (isinstance(cell, dict) and "m" in cell)


def _said(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"d": value.date().isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    return {"t": str(value)}


# --- Excel ---------------------------------------------------------------------------------------


def _workbook(source: Path, found: dict[str, Any]) -> Iterator[tuple[int, list[Any]]]:
    _refuse_bombs(source)
    try:
        book = CalamineWorkbook.from_path(source)
        places = _places(source)
        shown = [
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
        ]
        found["hidden"] = [
            one.name for one in book.sheets_metadata if one.visible != SheetVisibleEnum.Visible
        ]
        for name in shown:
            if name == NOTES:
                continue
            sheet = book.get_sheet_by_name(name)
            if sheet.start is None:
                continue
            found["sheet"] = name
            found["others"] = [one for one in shown if one not in (name, NOTES)]
            yield from _sheet(sheet, _marked(source, places.get(name), sheet))
            return
    except PasswordError:
        raise Unreadable("password") from None
    except (CalamineError, zipfile.BadZipFile, ElementTree.ParseError, KeyError):
        raise Unreadable("damaged") from None
    raise Unreadable("empty")


def _sheet(
    sheet: Any, marked: dict[int, dict[int, dict[str, Any]]]
) -> Iterator[tuple[int, list[Any]]]:
    """Rows and columns as the file has them; calamine leaves out empty columns at the left."""
    left = [""] * sheet.start[1]
    for number, found in enumerate(sheet.iter_rows(), start=1):
        cells = left + found
        for column, mark in marked.get(number, {}).items():
            cells.extend([""] * (column + 1 - len(cells)))
            cells[column] = mark
        yield number, cells


def _refuse_bombs(source: Path) -> None:
    try:
        with zipfile.ZipFile(source) as archive:
            if len(archive.infolist()) > 2000:
                raise Unreadable("too-large")
            if sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED:
                raise Unreadable("too-large")
            if "xl/workbook.bin" in archive.namelist():
                return
            if "xl/workbook.xml" not in archive.namelist():
                raise Unreadable("damaged")
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise Unreadable("damaged") from None


def _places(source: Path) -> dict[str, str]:
    """Where in the workbook each sheet's cells stand, by its name."""
    with zipfile.ZipFile(source) as archive:
        if "xl/workbook.xml" not in archive.namelist():
            return {}
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - expat bounds entities
        links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    targets = {one.get("Id"): one.get("Target", "") for one in links}
    found = {}
    for sheet in book.iter(f"{_MAIN}sheet"):
        target = targets.get(sheet.get(f"{_LINKS}id"), "")
        found[sheet.get("name", "")] = (
            target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        )
    return found


def _marked(source: Path, part: str | None, sheet: Any) -> dict[int, dict[int, dict[str, Any]]]:
    """What a reader of values passes over: formulas that ended in an error or were never
    computed, and cells that are merged with one above or beside them."""
    marks: dict[int, dict[int, dict[str, Any]]] = {}
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        for row in range(top, min(bottom, top + MOST_ROWS) + 1):
            for column in range(left, min(right, MOST_COLUMNS) + 1):
                if (row, column) != (top, left):
                    marks.setdefault(row + 1, {})[column] = {"m": top + 1}
    if part is not None:
        for row, column, error in _failed_formulas(source, part):
            if column <= MOST_COLUMNS:
                marks.setdefault(row, {})[column] = {"e": error}
    return marks


def _failed_formulas(source: Path, part: str) -> Iterator[tuple[int, int, str]]:
    with zipfile.ZipFile(source) as archive:
        if part not in archive.namelist():
            return
        with archive.open(part) as file:
            rest = b""
            read = 0
            while chunk := file.read(_CHUNK):
                read += len(chunk)
                if read > MOST_UNPACKED:
                    raise Unreadable("too-large")
                text = rest + chunk
                # whole rows only; what is left waits for the next piece
                end = text.rfind(b"</row>") + 6
                if end < 6:
                    if len(text) > 32 * _CHUNK:
                        raise Unreadable("too-large")
                    rest = text
                    continue
                yield from _failed(text[:end])
                rest = text[end:]


def _failed(text: bytes) -> Iterator[tuple[int, int, str]]:
    if b't="e"' not in text and b"<f" not in text:
        return
    for cell in _CELL.finditer(text):
        attributes, formula, value, said = cell.groups()
        is_error = b't="e"' in attributes
        if not is_error and not (formula and not value):
            continue
        place = _PLACE.search(attributes)
        if place is None:
            continue
        column = 0
        for letter in place[1]:
            column = column * 26 + letter - 64
        yield int(place[2]), column - 1, (said or b"=").decode() if is_error else "="


# --- CSV -----------------------------------------------------------------------------------------


def _text(source: Path, found: dict[str, Any]) -> Iterator[tuple[int, list[Any]]]:
    encoding = _encoding(source)
    found["encoding"] = encoding
    with source.open(encoding=encoding, newline="") as file:
        first = next((line for line in file if line.strip()), "")
        file.seek(0)
        delimiter = max(",;\t", key=first.count)
        csv.field_size_limit(LONGEST_CELL * 4)
        reader = csv.reader(file, delimiter=delimiter)
        before = 0
        try:
            for cells in reader:
                # a cell may hold line breaks: a row is known by its first line
                yield before + 1, list(cells)
                before = reader.line_num
        except csv.Error:
            raise Unreadable("damaged") from None


def _encoding(source: Path) -> str:
    with source.open("rb") as file:
        head = file.read(4)
    if head.startswith(codecs.BOM_UTF8):
        candidates = ["utf-8-sig"]
    elif head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    else:
        candidates = ["utf-8", "gb18030"]
    for encoding in candidates:
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            with source.open("rb") as file:
                while chunk := file.read(_CHUNK):
                    decoder.decode(chunk)
                decoder.decode(b"", final=True)
        except UnicodeError:
            continue
        return encoding
    raise Unreadable("encoding")


def main() -> int:
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        answer = unpack(source, target)
    except Unreadable as error:
        answer = {"unreadable": str(error)}
    except MemoryError:
        answer = {"unreadable": "too-large"}
    sys.stdout.write(json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main())
