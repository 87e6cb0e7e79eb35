"""Where the files of imports lie: what was handed in, and its rows laid out.

They hold people's names and numbers: they go when the import is discarded, or with its retention.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from yuanqi.foundation import files, tables_in
from yuanqi.foundation.errors import Invalid, OutOfSpace
from yuanqi.foundation.tables_in import Cells, Table

_FILE, _ROWS = "file", "rows"


@dataclass(frozen=True, slots=True)
class Taken:
    """A file on disk with its rows laid out, not yet of any import."""

    folder: Path
    name: str
    sha256: str
    size: int
    table: Table

    def rows(self) -> Iterator[tuple[int, Cells]]:
        return tables_in.rows(self.folder / _ROWS)

    def drop(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def take(name: str, pieces: Iterable[bytes]) -> Taken:
    """Store a file and lay out its rows.

    Raises Invalid, saying what is wrong with it and what to do; OutOfSpace.
    """
    name = files.plain_name(name)
    if name.lower().endswith(".xls"):
        raise Invalid(
            _("旧版 Excel（.xls）读不了。请在 Excel 里另存为 .xlsx，再上传。"), "file"
        )  # fmt: skip
    root = _root()
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=root, prefix="incoming-"))
    try:
        digest = hashlib.sha256()
        size = 0
        with (folder / _FILE).open("wb") as file:
            for piece in pieces:
                digest.update(piece)
                size += len(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        table = tables_in.unpack(folder / _FILE, folder / _ROWS)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise OutOfSpace(_("服务器的存储空间满了，文件没有存下。请稍后再试。")) from error
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return Taken(folder, name, digest.hexdigest(), size, table)


def keep(taken: Taken, import_id: int) -> None:
    """Give the files to their import."""
    # what an older database left behind under this number is nobody's any more
    forget(import_id)
    os.replace(taken.folder, folder_of(import_id))


def rows(import_id: int) -> Iterator[tuple[int, Cells]]:
    """The rows of an import's file. Raises FileNotFoundError if they are gone."""
    return tables_in.rows(folder_of(import_id) / _ROWS)


def is_there(import_id: int) -> bool:
    return (folder_of(import_id) / _ROWS).exists()


def forget(import_id: int) -> None:
    shutil.rmtree(folder_of(import_id), ignore_errors=True)


def sweep(before: datetime) -> None:
    """Take away what was handed in before that and never became an import."""
    for left in _root().glob("incoming-*"):
        if left.stat().st_mtime < before.timestamp():
            shutil.rmtree(left, ignore_errors=True)


def folder_of(import_id: int) -> Path:
    return _root() / str(import_id)


def _root() -> Path:
    return Path(settings.FILES_ROOT) / "imports"


def first_rows(import_id: int, most: int, below: int) -> list[tuple[int, list[Any]]]:
    """The first rows below the heads, for a preview."""
    found: list[tuple[int, list[Any]]] = []
    for line, cells in rows(import_id):
        if line > below:
            found.append((line, cells))
            if len(found) == most:
                break
    return found
