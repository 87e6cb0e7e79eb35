"""The cases that a call has had in hand, so that its answer needn't read them again.

Whoever writes to a case holds its lock until the transaction ends: what he has in hand is how the
case stands. Outside `kept_at_hand` nothing is kept.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from .casefile import CaseFile

_kept: ContextVar[dict[int, CaseFile] | None] = ContextVar("casework_at_hand", default=None)


@contextmanager
def kept_at_hand() -> Iterator[Mapping[int, CaseFile]]:
    """Keep the files that operations open in this block, the last one of each case."""
    files: dict[int, CaseFile] = {}
    before = _kept.set(files)
    try:
        yield files
    finally:
        _kept.reset(before)


def keep(file: CaseFile) -> CaseFile:
    """Say that an operation has this case in hand, under its lock."""
    files = _kept.get()
    if files is not None:
        files[file.case.pk] = file
    return file
