"""Bytes that nothing names are taken off the disk: of refused uploads, of removed attachments.

An upload is on the disk before the operation that keeps it, so what has come lately is let be: a
form that is being sent, a handle that a program has not used yet.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.db.models import Q

from .models import StoredFile
from .pictures import forget_previews

# a program may enclose what it sent for a day
LET_BE = timedelta(days=2)
_AT_ONCE = 500
_NAME = re.compile(r"[0-9a-f]{64}\Z")

Used = Callable[[Iterable[str]], set[str]]  # of these hashes those that something names
_released: dict[str, Q] = {}


def release(model: str, rows: Q) -> None:
    """Say which rows of a model ("casework.Attachment") don't keep their file any more."""
    _released[model] = rows


def named(hashes: Iterable[str]) -> set[str]:
    """Of these hashes those whose file some row keeps: of any model with a key to StoredFile.

    So a slice that begins to keep files need not remember to say so.
    """
    wanted, found = list(hashes), set()
    for relation in StoredFile._meta.get_fields(include_hidden=True):
        if not (relation.auto_created and relation.is_relation and not relation.concrete):
            continue
        model = relation.related_model
        path = f"{relation.field.name}__sha256"
        rows = model._base_manager.filter(Q((f"{path}__in", wanted)))
        released = _released.get(model._meta.label)
        if released is not None:
            rows = rows.exclude(released)
        found.update(rows.values_list(path, flat=True))
    return found


def sweep(used: Used, *, at: datetime, let_be: timedelta = LET_BE) -> int:
    """Delete what nothing names and what was never finished; return how many files.

    Safe to run late, twice, or while files come in: who sends the same bytes again makes them new.
    """
    before = (at - let_be).timestamp()
    root = Path(settings.FILES_ROOT)
    gone = 0
    for unfinished in (*root.glob("incoming-*"), *root.glob("previews/*/making-*")):
        gone += _delete(unfinished, before)
    stored = _stored(root)
    while some := list(islice(stored, _AT_ONCE)):
        old = [path for path in some if path.stat().st_mtime < before]
        named = used(path.name for path in old)
        for path in old:
            if path.name not in named and _delete(path, before):
                forget_previews(path.name)
                gone += 1
    return gone


def _stored(root: Path) -> Iterator[Path]:
    for directory in sorted(root.glob("[0-9a-f][0-9a-f]")):
        yield from (path for path in sorted(directory.iterdir()) if _NAME.match(path.name))


def _delete(path: Path, before: float) -> bool:
    """Delete a file unless it is newer than that; whether it did."""
    try:
        if path.stat().st_mtime >= before:
            return False
        path.unlink()
    except FileNotFoundError:
        return False
    return True


def count(used: Used, *, at: datetime, let_be: timedelta = LET_BE) -> int:
    """How many files `sweep` would delete."""
    before = (at - let_be).timestamp()
    root = Path(settings.FILES_ROOT)
    unfinished = [*root.glob("incoming-*"), *root.glob("previews/*/making-*")]
    found = sum(path.stat().st_mtime < before for path in unfinished)
    stored = _stored(root)
    while some := list(islice(stored, _AT_ONCE)):
        old = [path.name for path in some if path.stat().st_mtime < before]
        found += len(set(old) - used(old))
    return found
