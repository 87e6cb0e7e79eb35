"""Every act on an import, by those who keep its register. Jobs do the long part (`running`)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from yuanqi.foundation import journal
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed
from yuanqi.foundation.journal import Audience, Event

from . import entries, jobs, store
from .events import ImportBegun, ImportConfirmed, ImportDiscarded
from .models import Import, ImportProgress, ImportState
from .queries import BY_CODE, done_before, import_visible, kinds_for, offered, undecided
from .registers import REGISTERS
from .rows import LOOKED_AT, Column, find_heads
from .store import Taken


@transaction.atomic
def import_begin(*, kind: str, taken: Taken, actor: Actor, at: datetime) -> Import:
    """Begin an import of a file that `store.take` has laid out.

    Raises NotAllowed; Conflict for a file that was brought in already and not undone.
    """
    if kind not in kinds_for(actor):
        raise NotAllowed(_("企业一类的名录由服务中心导入，干部由系统管理员导入。"))
    _refuse_again(kind, taken.sha256)
    assert actor.account_id is not None, "imports are begun by people"
    line, head, matching = find_heads(taken.rows(), _known_heads(kind, at))
    table = taken.table
    above = sum(1 for number, _cells in islice(taken.rows(), LOOKED_AT) if number <= line)
    imported = Import.objects.create(
        kind=kind,
        file_name=taken.name,
        sha256=taken.sha256,
        size=taken.size,
        by_id=actor.account_id,
        created_at=at,
        source={
            "sheet": table.sheet,
            "others": list(table.others),
            "hidden": list(table.hidden),
            "encoding": table.encoding,
        },
        head_line=line,
        head=head,
        matching=matching,
        rows=table.rows - above,
    )
    ImportProgress.objects.create(import_id=imported.pk, phase="queued", total=imported.rows)
    _tell(
        ImportBegun(
            import_id=imported.pk, register=kind, sha256=taken.sha256, rows=imported.rows
        ),
        imported,
        actor,
        at,
    )  # fmt: skip
    store.keep(taken, imported.pk)
    return imported


def _known_heads(kind: str, at: datetime) -> list[Column]:
    """The columns under their heads of every language: a file doesn't say which one it speaks."""
    found: list[Column] = []
    for language, _name in settings.LANGUAGES:
        with override(language):
            found += REGISTERS[kind].columns_on(timezone.localdate(at))
    return found


def _refuse_again(kind: str, sha256: str) -> None:
    before = done_before(kind, sha256)
    if before is None:
        return
    raise Conflict(
        _("这份文件已经在第 %(number)s 次导入里用过，没有重复导入。要再导入，请先撤销那一次。")
        % {"number": before.pk}
    )


@transaction.atomic
def import_match(
    *, import_id: int, matching: Sequence[str], actor: Actor, at: datetime
) -> Import:  # fmt: skip
    """Say for each column of the file what it is ("" for none), and have the file checked.

    Raises NotVisible, Conflict; Invalid where a needed column is missing or stands twice.
    """
    imported = _locked(import_id, actor)
    if imported.state not in (ImportState.MATCHING, ImportState.CHECKED):
        raise Conflict(_("这次导入已经不在核对列这一步，请刷新页面。"))
    imported.matching = _sound_matching(imported, matching, at)
    imported.state = ImportState.CHECKING
    imported.note = ""
    imported.save(update_fields=["matching", "state", "note"])
    ImportProgress.objects.filter(pk=import_id).update(phase="queued", done=0)
    jobs.enqueue("check_import", import_id)
    return imported


def _sound_matching(imported: Import, matching: Sequence[str], at: datetime) -> list[str]:
    register = REGISTERS[imported.kind]
    columns = {one.key: one for one in register.columns_on(timezone.localdate(at))}
    found = [key if key in columns else "" for key in matching]
    if len(found) != len(imported.head):
        raise Invalid(_("列数和文件对不上，请刷新页面再试。"), "matching")
    for key in columns:
        if found.count(key) > 1:
            raise Invalid(
                _("有几列都选了“%(name)s”，只能留一列。") % {"name": columns[key].label}, "matching"
            )
    missing = [
        str(one.label) for key, one in columns.items() if one.is_required and key not in found
    ]
    if missing:
        raise Invalid(
            _("缺少必需的列：%(names)s。请选出是哪一列，或在文件里补上。")
            % {"names": "、".join(missing)},
            "matching",
        )
    if register.one_of and not any(key in found for key in register.one_of):
        names = "、".join(str(columns[key].label) for key in register.one_of)
        raise Invalid(_("要有一列说明是哪家企业：%(names)s。") % {"names": names}, "matching")
    return found


@transaction.atomic
def choices_set(
    *, import_id: int, choices: Mapping[int, str], actor: Actor, at: datetime
) -> None:  # fmt: skip
    """Say what to do with rows that the register knows, by their line in the file.

    Raises NotVisible, Conflict, Invalid.
    """
    imported = _locked(import_id, actor)
    if imported.state != ImportState.CHECKED:
        raise Conflict(_("这次导入已经不等您选择了，请刷新页面。"))
    for kept in imported.matches.filter(line__in=list(choices)):
        choice = choices[kept.line]
        if choice and choice not in offered(kept.how):
            raise Invalid(_("没有这个选项。"), "choice")
        if choice != kept.choice:
            kept.choice = choice
            kept.save(update_fields=["choice"])


@transaction.atomic
def import_confirm(
    *, import_id: int, common_choice: str, actor: Actor, at: datetime
) -> Import:  # fmt: skip
    """Bring the file in: all of it, in one transaction, by a job.

    Raises NotVisible; Conflict while something is wrong in it, or undecided, or where the file
    was brought in meanwhile.
    """
    imported = _locked(import_id, actor)
    if imported.state != ImportState.CHECKED:
        raise Conflict(_("这次导入已经确认过，或还没有检查完，请刷新页面。"))
    if imported.faults:
        raise Conflict(
            _("还有 %(count)s 处要改，所以没有导入。请改好文件再上传。")
            % {"count": imported.faults}
        )
    if undecided(imported).exists():
        raise Conflict(_("有名称相近的企业还没有选怎么处理。"))
    if common_choice not in BY_CODE:
        raise Invalid(_("没有这个选项。"), "common_choice")
    _refuse_again(imported.kind, imported.sha256)
    imported.common_choice = common_choice
    imported.state = ImportState.WRITING
    imported.confirmed_by_id = actor.account_id
    imported.note = ""
    imported.save(update_fields=["common_choice", "state", "confirmed_by", "note"])
    ImportProgress.objects.filter(pk=import_id).update(phase="queued", done=0)
    _tell(ImportConfirmed(import_id=import_id, common_choice=common_choice), imported, actor, at)
    jobs.enqueue("write_import", import_id)
    return imported


@transaction.atomic
def import_discard(*, import_id: int, actor: Actor, at: datetime) -> None:
    """Give an import up before anything was written; its file goes. Raises NotVisible, Conflict."""
    imported = _locked(import_id, actor)
    if imported.state not in (ImportState.MATCHING, ImportState.CHECKED):
        raise Conflict(_("已经写入或正在处理，不能放弃。"))
    imported.state = ImportState.DISCARDED
    imported.save(update_fields=["state"])
    imported.found.all().delete()
    imported.matches.all().delete()
    _tell(ImportDiscarded(import_id=import_id), imported, actor, at)
    transaction.on_commit(lambda: store.forget(import_id))


@transaction.atomic
def import_undo(*, import_id: int, actor: Actor, at: datetime) -> Import:
    """Have an import undone as a whole, by a job.

    Raises NotVisible; Conflict where it isn't done, or something else builds on what it brought.
    """
    imported = _locked(import_id, actor)
    if imported.state != ImportState.DONE:
        raise Conflict(_("这次导入没有完成，或已经撤销，请刷新页面。"))
    if found := entries.obstacles(imported):
        what = "、".join(f"{one.what}（{one.count}）" for one in found)
        raise Conflict(_("现在不能撤销：%(what)s。请先处理这些内容。") % {"what": what})
    imported.state = ImportState.UNDOING
    imported.undone_by_id = actor.account_id
    imported.note = ""
    imported.save(update_fields=["state", "undone_by", "note"])
    ImportProgress.objects.filter(pk=import_id).update(phase="queued", done=0)
    jobs.enqueue("undo_import", import_id)
    return imported


def _locked(import_id: int, actor: Actor) -> Import:
    import_visible(import_id, actor)
    return Import.objects.select_for_update(of=("self",)).get(pk=import_id)


def _tell(event: Event, imported: Import, actor: Actor, at: datetime) -> None:
    journal.record(
        event, stream=imported.stream, audience=Audience.STAFF, actor=actor, at=at
    )  # fmt: skip
