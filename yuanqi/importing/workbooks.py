"""Workbooks around an import: the template to fill in, the file again with its faults beside it."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import IO, Any

import xlsxwriter
from django.utils.translation import gettext as _

from yuanqi.foundation import tables_in
from yuanqi.foundation.sheets import LONGEST_TEXT, SAFE
from yuanqi.foundation.tables_unpack import NOTES

from . import store, wording
from .models import Import
from .registers import REGISTERS
from .rows import EXAMPLE

RESULT = "检查结果"  # the head of the column of faults: known again when the file comes back
_HEAD = {"bold": True, "bg_color": "#E9F2F6", "bottom": 1, "valign": "vcenter", "text_wrap": True}


def template(target: IO[bytes], *, kind: str, today: date) -> None:
    """Write the template of a register: its heads, an example, a sheet that explains each."""
    register = REGISTERS[kind]
    columns = register.columns_on(today)
    with xlsxwriter.Workbook(target, SAFE) as book:
        heads = book.add_format(_HEAD)
        needed = book.add_format({**_HEAD, "bg_color": "#FFF3D6"})
        grey = book.add_format({"font_color": "#8A8F98", "italic": True, "num_format": "@"})
        # else Excel makes numbers of codes, and loses their last digits
        plain = book.add_format({"num_format": "@"})
        sheet = book.add_worksheet(str(register.kind.label))
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, 0, 8)
        for place, column in enumerate(columns, start=1):
            sheet.set_column(place, place, column.width, plain)
        sheet.write_string(0, 0, _("序号"), heads)
        for place, column in enumerate(columns, start=1):
            head = f"{column.label}*" if column.is_required else str(column.label)
            sheet.write_string(0, place, head, needed if column.is_required else heads)
        sheet.write_string(1, 0, EXAMPLE, grey)
        for place, column in enumerate(columns, start=1):
            sheet.write_string(1, place, str(column.example), grey)
        notes = book.add_worksheet(NOTES)
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        for place, (head, width) in enumerate(
            (
                (_("列"), 24),
                (_("必填"), 8),
                (_("怎么填"), 56),
                (_("例子"), 30),
                (_("也认得的列名"), 40),
            )
        ):
            notes.set_column(place, place, width, wrap)
            notes.write_string(0, place, head, heads)
        for line, column in enumerate(columns, start=1):
            said = (
                str(column.label),
                _("必填") if column.is_required else "",
                str(column.help),
                str(column.example),
                "、".join(column.also),
            )
            for place, text in enumerate(said):
                notes.write_string(line, place, text)
        below = len(columns) + 2
        for line, text in enumerate(
            (
                _("“示例”开头的那一行不会导入，可以删去。"),
                _("列的顺序随意，多出的列会问您怎么处理。"),
                _("一个单元格也不要合并；公式请粘贴为数值。"),
                _("空着的单元格不会改动已登记的内容。"),
            )
        ):
            notes.write_string(below + line, 0, text)


def with_faults(target: IO[bytes], imported: Import) -> None:
    """Write the file again, each row where it stood, with what is wrong beside it."""
    faults, cells = _found(imported)
    place = _place(imported)
    width = max(len(imported.head), place + 1)
    with xlsxwriter.Workbook(target, SAFE) as book:
        sheet = book.add_worksheet(imported.get_kind_display())
        head = book.add_format(_HEAD)
        bad = book.add_format({"bg_color": "#FBE3E1"})
        said = book.add_format({"font_color": "#B3261E", "text_wrap": True, "valign": "top"})
        days = book.add_format({"num_format": "yyyy-mm-dd"})
        bad_days = book.add_format({"num_format": "yyyy-mm-dd", "bg_color": "#FBE3E1"})
        for column in range(width):
            name = imported.head[column] if column < len(imported.head) else ""
            sheet.set_column(column, column, 48 if column == place else max(12, 2 * len(name) + 2))
        sheet.freeze_panes(imported.head_line, 0)
        for line, typed in store.rows(imported.pk):
            for column, cell in enumerate(typed):
                if column == place:
                    continue
                wrong = (line, column) in cells
                form = head if line == imported.head_line else bad if wrong else None
                _write(sheet, line - 1, column, cell, form, bad_days if wrong else days)
            if line == imported.head_line:
                sheet.write_string(line - 1, place, RESULT, head)
            elif line in faults:
                text = "\n".join(faults[line])[:LONGEST_TEXT]
                sheet.write_string(line - 1, place, text, said)


def _place(imported: Import) -> int:
    """Where the column of faults stands: where an earlier one did, else after the last column."""
    if RESULT in imported.head:
        return int(imported.head.index(RESULT))
    return max(len(imported.head), max((len(t) for _line, t in _rows(imported)), default=0))


def _rows(imported: Import) -> Iterator[tuple[int, list[Any]]]:
    return store.rows(imported.pk)


def _found(imported: Import) -> tuple[dict[int, list[str]], set[tuple[int, int]]]:
    faults: dict[int, list[str]] = defaultdict(list)
    cells: set[tuple[int, int]] = set()
    for fault in imported.found.order_by("line", "id"):
        wrong, advice = wording.words(fault.reason, fault.details)
        where = f"{fault.head}：" if fault.head else ""
        faults[fault.line].append(f"{where}{wrong}。{advice}")
        if fault.column is not None:
            cells.add((fault.line, fault.column))
    return faults, cells


def _write(sheet: Any, line: int, column: int, cell: Any, form: Any, days: Any) -> None:
    """Write a cell back as it was: a number as a number, a text as a text, a day as a day."""
    match cell:
        case bool():
            sheet.write_boolean(line, column, cell, form)
        case int() | float():
            sheet.write_number(line, column, cell, form)
        case {"d": day}:
            sheet.write_datetime(line, column, date.fromisoformat(day), days)
        case _:
            text = tables_in.as_typed(cell)
            if text:
                sheet.write_string(line, column, _clean(text), form)
            elif form is not None:
                sheet.write_blank(line, column, None, form)


def _clean(text: str) -> str:
    """Without what a workbook can't hold."""
    return "".join(sign for sign in text if sign.isprintable() or sign in "\n\t")[:LONGEST_TEXT]
