"""What the jobs do: check a file against its register, and bring it in.

Both run the same rows through the same register, so what was checked is what is written. The
check writes only its findings. Bringing in is one transaction; what it finds otherwise than the
check did, because somebody was faster, ends it with nothing written and a new check.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.foundation import journal
from yuanqi.foundation.actors import Actor, actor_for
from yuanqi.foundation.bulk import Bulk
from yuanqi.foundation.journal import Audience
from yuanqi.registry import merging, search

from . import entries, jobs, progress, store, tables_text
from .events import ImportCompleted
from .models import Choice, Import, ImportFault, ImportMatch, ImportState
from .registers import REGISTERS, Register
from .registers.enterprises import EnterpriseRegister
from .rows import Match, Row, RowReader, in_pieces

# what an import becomes whose job can't end: where it was before
_BACK = {
    ImportState.CHECKING: ImportState.MATCHING,
    ImportState.WRITING: ImportState.CHECKED,
    ImportState.UNDOING: ImportState.DONE,
}
MOST_FAULTS = 5000  # kept; more of them say that the file is another one
_INDEXED_AT_ONCE = 1000  # enterprises; more are found when the subscriber has read them


class Moved(Exception):
    """The register is no longer what the check saw."""


def register_of(imported: Import, at: datetime) -> Register:
    return REGISTERS[imported.kind](timezone.localdate(at))


def reader_of(imported: Import, register: Register) -> RowReader:
    return RowReader(register.columns, imported.matching, len(imported.head))


def pieces_of(imported: Import, reader: RowReader) -> Iterator[list[Row]]:
    return in_pieces(store.rows(imported.pk), imported.head_line, reader)


# the check ---------------------------------------------------------------------------------------


@transaction.atomic
def check(import_id: int, at: datetime) -> None:
    """Read every row, compare it with the register, and keep what was found. Late or twice does
    no harm."""
    imported = _locked(import_id)
    if imported.state != ImportState.CHECKING:
        return
    choices = dict(imported.matches.exclude(choice="").values_list("line", "choice"))
    ImportFault.objects.filter(of=imported).delete()
    ImportMatch.objects.filter(of=imported).delete()
    register = register_of(imported, at)
    reader = reader_of(imported, register)
    counts = {"faults": 0, "bad_rows": 0, "fresh": 0, "same": 0, "known": 0}
    done = 0
    with progress.telling(import_id, imported.rows) as teller:
        teller.tell("checking", 0, now=True)
        for rows in pieces_of(imported, reader):
            register.look(rows, reader)
            _keep(imported, rows, counts, choices)
            done += len(rows)
            teller.tell("checking", done)
    for name, count in counts.items():
        setattr(imported, name, count)
    imported.rows = done
    imported.state = ImportState.CHECKED
    imported.checked_at = at
    imported.save(update_fields=[*counts, "rows", "state", "checked_at"])


def _keep(
    imported: Import, rows: Sequence[Row], counts: dict[str, int], choices: dict[int, str]
) -> None:
    found: list[ImportFault] = []
    matches: list[ImportMatch] = []
    room = MOST_FAULTS - counts["faults"]
    for row in rows:
        if row.faults:
            counts["bad_rows"] += 1
            counts["faults"] += len(row.faults)
            if room > 0:
                found += _faults_of(imported, row)
                room = MOST_FAULTS - counts["faults"]
        elif row.match is None:
            counts["fresh"] += 1
        elif row.match.is_same:
            counts["same"] += 1
        else:
            counts["known"] += 1
            matches.append(_match_of(imported, row, row.match, choices))
    ImportFault.objects.bulk_create(found)
    ImportMatch.objects.bulk_create(matches)


def _faults_of(imported: Import, row: Row) -> list[ImportFault]:
    return [
        ImportFault(
            of=imported,
            line=row.line,
            column=fault.column,
            head=_head(imported, fault.column),
            value=_typed(row, fault.column),
            reason=fault.reason,
            details=fault.details,
        )
        for fault in row.faults
    ]


def _head(imported: Import, column: int | None) -> str:
    if column is None:
        return ""
    name = imported.head[column] if column < len(imported.head) else ""
    return (name or tables_text.letters(column))[:100]


def _typed(row: Row, column: int | None) -> str:
    if column is None or column >= len(row.typed):
        return ""
    return tables_text.shown(row.typed[column])[:200]


def _match_of(
    imported: Import, row: Row, match: Match, choices: dict[int, str]
) -> ImportMatch:  # fmt: skip
    return ImportMatch(
        of=imported,
        line=row.line,
        how=match.how,
        title=match.title[:200],
        existing_id=match.row.pk,
        existing=match.label[:200],
        changes=match.changes,
        choice=choices.get(row.line, ""),
    )


# bringing in -------------------------------------------------------------------------------------


def write(import_id: int, at: datetime) -> None:
    """Bring a confirmed import in, whole or not at all. Late or twice does no harm."""
    try:
        with transaction.atomic():
            _write(import_id, at)
    except (Moved, IntegrityError):
        _check_again(import_id)


def _write(import_id: int, at: datetime) -> None:
    imported = _locked(import_id)
    if imported.state != ImportState.WRITING:
        return
    assert imported.confirmed_by is not None, "what is written was confirmed by somebody"
    actor = actor_for(imported.confirmed_by, at)
    register = register_of(imported, at)
    reader = reader_of(imported, register)
    skipped = done = 0
    bulk = Bulk()
    with progress.telling(import_id, imported.rows) as teller:
        jobs.alone(teller)
        _lock_known(imported)
        for rows in pieces_of(imported, reader):
            register.look(rows, reader)
            skipped += _write_piece(imported, register, rows, bulk, actor, at)
            done += len(rows)
            teller.tell("writing", done)
        merged = _merge(register, actor, at)
    made = imported.entries.filter(before__isnull=True).count()
    imported.made = made
    imported.changed = imported.entries.count() - made
    imported.merged = merged
    imported.state = ImportState.DONE
    imported.done_at = at
    imported.note = ""
    imported.save(
        update_fields=["made", "changed", "merged", "state", "done_at", "note", "source"]
    )  # fmt: skip
    journal.record(
        ImportCompleted(
            import_id=imported.pk,
            register=imported.kind,
            sha256=imported.sha256,
            made=imported.made,
            changed=imported.changed,
            merged=merged,
            skipped=skipped,
        ),
        stream=imported.stream,
        audience=Audience.STAFF,
        actor=actor,
        at=at,
    )


def _write_piece(
    imported: Import,
    register: Register,
    rows: Sequence[Row],
    bulk: Bulk,
    actor: Actor,
    at: datetime,
) -> int:
    """Write some thousand rows; return how many were skipped."""
    kept = {
        one.line: one
        for one in imported.matches.filter(line__gte=rows[0].line, line__lte=rows[-1].line)
    }
    skipped = 0
    for row in rows:
        choice = _choice(imported, row, kept.get(row.line))
        if choice == Choice.SKIP:
            skipped += 1
            continue
        register.write(bulk, row, choice, actor=actor, at=at)
    bulk.flush()
    entries.keep(imported, register)
    return skipped


def _choice(imported: Import, row: Row, kept: ImportMatch | None) -> str:
    """What was decided for a row. Raises Moved for a row that the check saw otherwise."""
    if row.faults:
        raise Moved
    match = row.match
    if match is None:
        if kept is not None:
            raise Moved
        return Choice.NEW
    if match.is_same:
        return Choice.SKIP
    if kept is None or kept.existing_id != match.row.pk or kept.changes != match.changes:
        raise Moved
    return chosen(imported, kept)


def chosen(imported: Import, kept: ImportMatch) -> str:
    """What is to be done with a row that the register knows; "" while somebody must say so."""
    if kept.choice:
        return kept.choice
    return imported.common_choice if kept.how == "code" else ""


def _lock_known(imported: Import) -> None:
    """Lock the streams of what will be changed, all at once and in order."""
    if imported.kind != EnterpriseRegister.kind:
        return
    wanted = Q(choice__in=[Choice.UPDATE, Choice.MERGE])
    if imported.common_choice == Choice.UPDATE:
        wanted |= Q(how="code", choice="")
    known = imported.matches.filter(wanted).values_list("existing_id", flat=True)
    journal.lock(*(f"enterprise:{pk}" for pk in known))


def _merge(register: Register, actor: Actor, at: datetime) -> int:
    """Merge what was to be merged into the rows just written; index the few that are new."""
    if not isinstance(register, EnterpriseRegister):
        return 0
    for old, into in register.merges:
        merging.merge(old.pk, into.pk, actor=actor, at=at)
    if len(register.made_ids) <= _INDEXED_AT_ONCE:
        search.index(register.made_ids)
    return len(register.merges)


def _check_again(import_id: int) -> None:
    with transaction.atomic():
        imported = _locked(import_id)
        imported.state = ImportState.CHECKING
        imported.note = _("刚才有人改了名录，所以什么都没有写入，已重新检查。请看一遍再确认。")
        imported.save(update_fields=["state", "note"])
        jobs.enqueue("check_import", import_id)


@transaction.atomic
def step_back(import_id: int) -> None:
    """Put an import whose job failed back to the step before, saying so."""
    imported = _locked(import_id)
    if imported.state in _BACK:
        imported.state = _BACK[ImportState(imported.state)]
        imported.note = _("处理时出了错，什么都没有改。请再试一次；还是不行请联系管理员。")
        imported.save(update_fields=["state", "note"])


def _locked(import_id: int) -> Import:
    return Import.objects.select_for_update(of=("self",)).get(pk=import_id)
