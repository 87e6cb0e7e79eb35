"""What an import brought, and taking it out again.

A row is known by a digest over its columns as the import left them. Another digest later says
that somebody has changed it; a row elsewhere that names it says that somebody builds on it. Then
nothing is undone, and what stands in the way is listed.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.foundation import journal
from yuanqi.foundation.actors import Actor, actor_for
from yuanqi.foundation.bulk import Bulk
from yuanqi.foundation.journal import Audience
from yuanqi.registry import merging
from yuanqi.registry.models import Enterprise

from . import jobs, progress
from .events import EntryWithdrawn, ImportUndone
from .models import Import, ImportEntry, ImportState
from .registers import REGISTERS, Register

AT_A_TIME = 2000
MOST_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something that stands in the way of undoing: how many, of what, and the first of them."""

    what: str
    count: int
    some: tuple[str, ...] = ()


def keep(imported: Import, register: Register) -> None:
    """Note what the register has written since the last time."""
    by_model: dict[type[Model], list[tuple[int, dict[str, Any] | None]]] = defaultdict(list)
    for touched in register.touched:
        by_model[type(touched.row)].append((touched.row.pk, touched.before))
    register.touched.clear()
    told = imported.source.setdefault("columns", {})
    for model, rows in by_model.items():
        table = model._meta.db_table
        columns = told.setdefault(table, _columns(model))
        with connection.cursor() as cursor:
            cursor.execute(
                # the names are of our own tables and columns
                'INSERT INTO import_entry (of_id, "table", row_id, before, digest)'  # noqa: S608
                f" SELECT %s, %s, row.id, touched.before, {_digest(columns)}"
                " FROM unnest(%s::bigint[], %s::jsonb[]) AS touched (id, before)"
                f' JOIN "{table}" AS row ON row.id = touched.id ORDER BY row.id',
                [
                    imported.pk,
                    table,
                    [pk for pk, _before in rows],
                    [None if before is None else json.dumps(before) for _pk, before in rows],
                ],
            )


def _columns(model: type[Model]) -> list[str]:
    return [field.column for field in model._meta.concrete_fields if not field.primary_key]


def _digest(columns: Iterable[str]) -> str:
    """SQL over the columns that the table had then: one that came later changes nothing."""
    return f"md5(ROW({', '.join(f'row.{connection.ops.quote_name(c)}' for c in columns)})::text)"


def _model_of(table: str) -> type[Model]:
    return next(model for model in apps.get_models() if model._meta.db_table == table)


# what stands in the way --------------------------------------------------------------------------


def obstacles(imported: Import) -> list[Obstacle]:
    """List what keeps an import from being undone; empty when nothing does."""
    register = REGISTERS[imported.kind]
    found: list[Obstacle] = []
    if imported.merged:
        found.append(Obstacle(_("合并过的企业，合并不能撤销"), imported.merged))
    for table, columns in imported.source.get("columns", {}).items():
        model = _model_of(table)
        changed = _changed_since(imported, table, columns)
        if changed:
            named = [_name(register, model, pk) for pk in changed[:MOST_SHOWN]]
            found.append(
                Obstacle(_("导入以后又改过，或已不在"), len(changed), tuple(filter(None, named)))
            )
    found += _built_on(imported, register)
    return found


def _name(register: type[Register], model: type[Model], pk: int) -> str:
    row = model._base_manager.filter(pk=pk).first()
    return register.name_of(row) if row is not None and isinstance(row, register.model) else ""


def _changed_since(imported: Import, table: str, columns: Sequence[str]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT entry.row_id FROM import_entry AS entry LEFT JOIN "{table}" AS row'  # noqa: S608
            ' ON row.id = entry.row_id WHERE entry.of_id = %s AND entry."table" = %s'
            f" AND (row.id IS NULL OR {_digest(columns)} <> entry.digest) ORDER BY 1",
            [imported.pk, table],
        )
        return [pk for (pk,) in cursor.fetchall()]


def _built_on(imported: Import, register: type[Register]) -> Iterator[Obstacle]:
    """Rows elsewhere that name a row which the import made."""
    made = imported.entries.filter(table=register.model._meta.db_table, before__isnull=True)
    ids = made.values("row_id")
    for model, field in merging.naming(register.model):
        if model in _along(register):
            continue
        found = model._base_manager.filter(**{f"{field.name}__in": ids})
        if model is register.model:
            found = found.exclude(pk__in=ids)
        count = found.count()
        if count:
            of = found.select_related(field.name)[:MOST_SHOWN]
            some = dict.fromkeys(register.name_of(getattr(row, field.name)) for row in of)
            yield Obstacle(_what(model), count, tuple(some))


def _along(register: type[Register]) -> dict[type[Model], str]:
    """What goes with a row that is taken out, by the column that names it."""
    worked_out = merging.worked_out() if register.model is Enterprise else {}
    return {**register.along, **worked_out}


def _what(model: type[Model]) -> str:
    """What rows of a table are called."""
    return {
        "contact_person": _("联系人"),
        "link": _("挂钩关系"),
        "case": _("诉求"),
        "indicator": _("月度指标"),
        "project": _("项目"),
        "enterprise_title": _("资质称号"),
        "enterprise_investor": _("出资人"),
        "enterprise_address": _("地址"),
        "enterprise_certificate": _("证照"),
        "enterprise": _("并入的企业"),
        "enterprise_group": _("集团"),
        "service_request": _("诉求"),
        "task": _("承办的环节"),
    }.get(model._meta.db_table) or _("别处的记录（%(table)s）") % {"table": model._meta.db_table}


# undoing -----------------------------------------------------------------------------------------


@transaction.atomic
def undo(import_id: int, at: datetime) -> None:
    """Take out what an import made, set back what it changed; all of it or nothing. Late or twice
    does no harm."""
    imported = Import.objects.select_for_update(of=("self",)).get(pk=import_id)
    if imported.state != ImportState.UNDOING:
        return
    assert imported.undone_by is not None, "what is undone somebody wants undone"
    actor = actor_for(imported.undone_by, at)
    total = imported.entries.count()
    with progress.telling(import_id, total) as teller:
        jobs.alone(teller)
        teller.tell("undoing", 0, now=True)
        if obstacles(imported):
            imported.state = ImportState.DONE
            imported.undone_by = None
            imported.note = _("撤销没有做：刚才有人用到了它带来的内容。")
            imported.save(update_fields=["state", "undone_by", "note"])
            return
        restored = _restore(imported, actor, at)
        removed = _remove(imported, teller, actor, at)
    imported.state = ImportState.UNDONE
    imported.undone_at = at
    imported.note = ""
    imported.save(update_fields=["state", "undone_at", "note"])
    journal.record(
        ImportUndone(import_id=imported.pk, removed=removed, restored=restored),
        stream=imported.stream,
        audience=Audience.STAFF,
        actor=actor,
        at=at,
    )


def _restore(imported: Import, actor: Actor, at: datetime) -> int:
    register = REGISTERS[imported.kind](timezone.localdate(at))
    changed = imported.entries.filter(before__isnull=False).order_by("-id")
    restored = 0
    for some in _in_pieces(changed):
        bulk = Bulk()
        rows = register.model._base_manager.in_bulk([entry.row_id for entry in some])
        for entry in some:
            register.restore(bulk, rows[entry.row_id], entry.before, actor=actor, at=at)
        bulk.flush()
        restored += len(some)
    return restored


def _remove(imported: Import, teller: progress.Teller, actor: Actor, at: datetime) -> int:
    register = REGISTERS[imported.kind]
    made = imported.entries.filter(before__isnull=True).order_by("-id")
    removed = 0
    for some in _in_pieces(made):
        by_table: dict[str, list[int]] = defaultdict(list)
        for entry in some:
            by_table[entry.table].append(entry.row_id)
        for table, ids in by_table.items():
            _remove_rows(imported, register, table, ids, actor, at)
        removed += len(some)
        teller.tell("undoing", removed)
    return removed


def _remove_rows(
    imported: Import,
    register: type[Register],
    table: str,
    ids: list[int],
    actor: Actor,
    at: datetime,
) -> None:
    model = _model_of(table)
    if model is register.model:
        bulk = Bulk()
        for row in model._base_manager.filter(pk__in=ids).order_by("pk"):
            bulk.record(
                EntryWithdrawn(import_id=imported.pk, table=table, row_id=row.pk),
                stream=register.stream_of(row),
                audience=Audience.STAFF,
                actor=actor,
                at=at,
                enterprise_id=register.enterprise_of(row),
            )
        bulk.flush()
        for along, column in _along(register).items():
            _delete(along, column, ids)
    _delete(model, "id", ids)


def _delete(model: type[Model], column: str, ids: list[int]) -> None:
    with connection.cursor() as cursor:
        # the names are of our own tables and columns
        cursor.execute(
            f'DELETE FROM "{model._meta.db_table}" WHERE "{column}" = ANY(%s)',  # noqa: S608
            [ids],
        )


def _in_pieces(entries: Any) -> Iterator[list[ImportEntry]]:
    some: list[ImportEntry] = []
    for entry in entries.iterator(chunk_size=AT_A_TIME):
        some.append(entry)
        if len(some) == AT_A_TIME:
            yield some
            some = []
    if some:
        yield some
