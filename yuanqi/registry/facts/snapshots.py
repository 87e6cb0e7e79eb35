"""The frame of all enterprises by month, as Parquet files: what lists read, and the history.

A month's file is `facts/2026-11.parquet` under YUANQI_VAR. The running month's is made afresh each
night and replaced whole, so at the month's end it stays as it was last; AS_OF in it says of which
day it is. Files may be deleted and the newest is made again; older months can't be.
"""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl
from django.conf import settings
from django.utils import timezone

from . import figures
from .fields import AS_OF
from .months import MONTHS
from .providers import ENTERPRISE
from .wide import wide

log = logging.getLogger(__name__)
_SUFFIX = ".parquet"


@dataclass(frozen=True, slots=True)
class Past:
    """A fact as it stood in a month's snapshot; `on` is the snapshot's day."""

    month: date
    on: date
    value: Any


def folder() -> Path:
    return Path(settings.FACTS_ROOT)


def snapshot(on: date) -> Path:
    """Make the snapshot of a day's month, in the place of one that is there; return the file.

    A reader sees the old file or the new one, never half of one, and a crash leaves the old.
    """
    figures.pack(on, MONTHS)
    return _made(on)


def _made(on: date) -> Path:
    frame = wide(on)
    root = folder()
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = root / f"{on:%Y-%m}{_SUFFIX}"
    descriptor, temporary = tempfile.mkstemp(dir=root, prefix="making-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            frame.write_parquet(file, compression="zstd", statistics=True, row_group_size=25_000)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    log.info("facts of %s: %d enterprises, %d fields", on, frame.height, frame.width - 1)
    return target


def latest(on: date | None = None) -> tuple[date, pl.DataFrame]:
    """Return the newest snapshot and its day; `on`: none of a later month. Made if there is none.

    It is kept in memory until another file stands in its place.
    """
    newest = None
    for month, path in _files():
        if on is None or month <= on:
            newest = path
    if newest is None:
        # packing pays from the second reading on: whoever asks first doesn't wait for it
        newest = _made(on or timezone.localdate())
    found = newest.stat()
    frame = _read(newest, found.st_mtime_ns, found.st_ino)
    return frame.get_column(AS_OF)[0] if frame.height else _month(newest), frame


def history_of(enterprise_id: int, name: str) -> list[Past]:
    """Return a fact of an enterprise in each month's snapshot that knows the field, oldest first;
    None where it was unknown."""
    found = []
    for month, path in _files():
        lazy = pl.scan_parquet(path)
        if name not in lazy.collect_schema():
            continue
        rows = (
            lazy.filter(pl.col(ENTERPRISE) == enterprise_id).select(AS_OF, name).collect().rows()
        )  # fmt: skip
        found += [Past(month, on, value) for on, value in rows]
    return found


def months() -> list[date]:
    """The months that have a snapshot, oldest first."""
    return [month for month, _path in _files()]


@lru_cache(maxsize=1)
def _read(path: Path, changed: int, file: int) -> pl.DataFrame:
    return pl.read_parquet(path)


def _files() -> Iterator[tuple[date, Path]]:
    for path in sorted(folder().glob(f"[0-9]*{_SUFFIX}")):
        yield _month(path), path


def _month(path: Path) -> date:
    return date.fromisoformat(f"{path.stem}-01")
