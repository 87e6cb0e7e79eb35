"""What tests of imports do over and over: hand a file in, check, confirm, undo."""

from datetime import datetime
from pathlib import Path
from typing import Any

from yuanqi.foundation.actors import Actor
from yuanqi.importing import entries, operations, running, store
from yuanqi.importing.models import Import


def handed_in(path: Path, kind: str, actor: Actor, at: datetime) -> Import:
    """Hand the file in; what a job would do is not done yet."""
    taken = store.take(path.name, [path.read_bytes()])
    try:
        return operations.import_begin(kind=kind, taken=taken, actor=actor, at=at)
    finally:
        taken.drop()


def checked(path: Path, kind: str, actor: Actor, at: datetime) -> Import:
    imported = handed_in(path, kind, actor, at)
    return check(imported, actor, at)


def check(imported: Import, actor: Actor, at: datetime) -> Import:
    operations.import_match(import_id=imported.pk, matching=imported.matching, actor=actor, at=at)
    running.check(imported.pk, at)
    return Import.objects.get(pk=imported.pk)


def written(imported: Import, actor: Actor, at: datetime, choice: str = "skip") -> Import:
    operations.import_confirm(import_id=imported.pk, common_choice=choice, actor=actor, at=at)
    running.write(imported.pk, at)
    return Import.objects.get(pk=imported.pk)


def undone(imported: Import, actor: Actor, at: datetime) -> Import:
    operations.import_undo(import_id=imported.pk, actor=actor, at=at)
    entries.undo(imported.pk, at)
    return Import.objects.get(pk=imported.pk)


def found(imported: Import) -> list[tuple[int, str, str]]:
    """The faults of a check: line, head, reason."""
    return list(imported.found.order_by("line", "id").values_list("line", "head", "reason"))


def csv_of(path: Path, *rows: Any, encoding: str = "utf-8") -> Path:
    text = "\r\n".join(",".join(str(cell) for cell in row) for row in rows)
    path.write_bytes(text.encode(encoding))
    return path
