"""Tables as Excel workbooks, written row by row: ten thousand rows take no more memory than ten.

XlsxWriter's constant-memory mode puts each row into a temporary file as it comes; the finished
workbook is another one, sent in pieces and gone when it is closed. Nothing that somebody wrote is
taken for a formula, a number or an address: a text is a text.
"""

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import IO, Any, Literal

import xlsxwriter
from django.db.models import QuerySet
from django.http import FileResponse
from django.utils.translation import gettext as _

from . import formats
from .errors import Conflict
from .pages import Count, count_of

MOST_ROWS = 50_000  # of one export: what a spreadsheet program still opens at ease
LONGEST_TEXT = 32_767  # characters that Excel takes in a cell
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

SAFE = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_FORMATS = {"text": {"text_wrap": True}, "at": {"num_format": "yyyy-mm-dd hh:mm"},
            "on": {"num_format": "yyyy-mm-dd"}, "number": {}}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """A head, how wide (in characters), and what stands below it: instants and days as such."""

    head: str
    width: int = 12
    kind: Literal["text", "at", "on", "number"] = "text"


def size_of(listed: QuerySet[Any]) -> Count:
    """How many rows a list has, as far as one workbook takes them."""
    return count_of(listed, most=MOST_ROWS)


def refuse_too_many(size: Count) -> None:
    """Raise Conflict for more rows than a workbook takes, fifty thousand."""
    if size.is_more:
        raise Conflict(
            _("一次最多导出 %(most)s 行，这里还要多。请先缩小范围，再分几次导出。")
            % {"most": formats.integer(MOST_ROWS)}
        )


def write(
    target: IO[bytes],
    *,
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
    tz: tzinfo,
) -> int:
    """Write a workbook of one sheet; returns how many rows stand below the head.

    Instants are shown by the clocks of `tz`: Excel knows no time zones. None leaves a cell empty.
    """
    count = 0
    with xlsxwriter.Workbook(target, SAFE) as book:
        sheet = book.add_worksheet(_sheet_name(title))
        head = book.add_format(
            {"bold": True, "bg_color": "#E9F2F6", "bottom": 1, "valign": "vcenter"}
        )
        formats = {
            kind: book.add_format({"valign": "top", **said}) for kind, said in _FORMATS.items()
        }
        for index, column in enumerate(columns):
            sheet.set_column(index, index, column.width)
        sheet.freeze_panes(1, 0)
        for index, column in enumerate(columns):
            sheet.write_string(0, index, column.head, head)
        for count, values in enumerate(rows, start=1):
            for index, (column, value) in enumerate(zip(columns, values, strict=True)):
                _write(sheet, count, index, value, formats[column.kind], tz)
        sheet.autofilter(0, 0, count, len(columns) - 1)
    return count


def _write(sheet: Any, row: int, column: int, value: Any, form: Any, tz: tzinfo) -> None:
    match value:
        case None | "":
            return
        case datetime():
            sheet.write_datetime(row, column, value.astimezone(tz).replace(tzinfo=None), form)
        case date():
            sheet.write_datetime(row, column, value, form)
        case int() | float() | Decimal():
            sheet.write_number(row, column, value, form)
        case _:
            sheet.write_string(row, column, str(value)[:LONGEST_TEXT], form)


def _sheet_name(title: str) -> str:
    """Excel allows 31 characters, and none of these."""
    return "".join(sign for sign in title if sign not in "[]:*?/\\'")[:31] or "1"


def download(file: IO[bytes], filename: str) -> FileResponse:
    """Send a finished workbook in pieces; the file is closed, and so deleted, at the end."""
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=filename, content_type=CONTENT_TYPE)


def temporary() -> IO[bytes]:
    """A place for a workbook on its way: it has no name that anybody could open."""
    return tempfile.TemporaryFile()
