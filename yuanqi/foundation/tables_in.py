"""Tables that people hand in (.xlsx, .csv) as streams of rows.

A file is read once, by a process of its own with bounded memory (`tables_unpack`), into lines of
JSON on disk; from there rows come one after the other, and a hundred thousand take no more memory
than ten.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .errors import Invalid

_PATIENCE = 600  # seconds
_WHY: dict[str, str | Promise] = {
    "empty": _("文件里没有内容。请下载模板，填好以后再上传。"),
    "old-excel": _("这是旧版 Excel（.xls）或加了密码的文件。请去掉密码，另存为 .xlsx 再上传。"),
    "password": _("文件加了密码。请去掉密码再上传。"),
    "damaged": _("文件损坏，或者不是 Excel（.xlsx）和 CSV。请用 Excel 打开，另存为 .xlsx 再上传。"),
    "too-large": _(
        "文件展开以后太大，常见的原因是远处有空白却带格式的单元格。"
        "请把数据复制到一张新表里再上传。"
    ),
    "too-many-rows": _("一次最多导入 20 万行，请分成几个文件。"),
    "too-many-columns": _("列太多，最多 500 列。请删去不用的列再上传。"),
    "encoding": _("认不出文字编码。请用 Excel 另存为“CSV UTF-8”或 .xlsx 再上传。"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    """What is known of a file once its rows are laid out."""

    rows: int
    columns: int
    sheet: str = ""  # the sheet that was read; empty for CSV
    others: tuple[str, ...] = ()  # visible sheets that were not
    hidden: tuple[str, ...] = ()
    encoding: str = ""  # of CSV


Cells = list[Any]


def unpack(source: Path, target: Path) -> Table:
    """Lay out the rows of an uploaded file in `target`.

    Raises Invalid, saying what is wrong with the file and what to do.
    """
    environment = {**os.environ, "RUST_BACKTRACE": "0", "PYTHONIOENCODING": "utf-8"}
    try:
        ended = subprocess.run(  # noqa: S603 - our own program, paths of our own making
            [sys.executable, "-m", "yuanqi.foundation.tables_unpack", str(source), str(target)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
            env=environment,
            check=False,
        )
        # killed for its memory or its time, it says nothing
        answer = json.loads(ended.stdout) if ended.stdout else {"unreadable": "too-large"}
    except subprocess.TimeoutExpired:
        answer = {"unreadable": "too-large"}
    if why := answer.get("unreadable"):
        raise Invalid(str(_WHY[why]), "file")
    return Table(
        rows=answer["rows"],
        columns=answer["columns"],
        sheet=answer["sheet"],
        others=tuple(answer["others"]),
        hidden=tuple(answer["hidden"]),
        encoding=answer["encoding"],
    )


def rows(target: Path) -> Iterator[tuple[int, Cells]]:
    """Yield each row with its number in the file and its cells, as `tables_unpack` says them."""
    with target.open(encoding="utf-8") as lines:
        for line in lines:
            number, cells = json.loads(line)
            yield number, cells


def as_typed(cell: Any) -> str:
    """Return a cell as somebody sees it in the file."""
    match cell:
        case None:
            return ""
        case bool():
            return "TRUE" if cell else "FALSE"
        case float():
            return (
                f"{cell:.0f}" if cell.is_integer() and abs(cell) < 1e11 else f"{cell:.12g}".upper()
            )
        case dict():
            (said,) = cell.values()
            return "" if "m" in cell else str(said)
    return str(cell)
