"""How the journal says what happened to imports."""

from django.utils.translation import gettext as _

from yuanqi.audit import kinds

from .events import (
    EntryWithdrawn,
    ImportBegun,
    ImportCompleted,
    ImportConfirmed,
    ImportDiscarded,
    ImportUndone,
    ListExported,
)


def define() -> None:
    """Name each kind of event (from `apps.py`)."""
    kinds.describe(
        ImportBegun.kind, lambda told: _("上传导入文件，第 %(import_id)s 次，%(rows)s 行") % told
    )
    kinds.describe(ImportConfirmed.kind, lambda told: _("确认第 %(import_id)s 次导入") % told)
    kinds.describe(
        ImportCompleted.kind,
        lambda told: _("第 %(import_id)s 次导入完成：新登记 %(made)s，更新 %(changed)s") % told,
    )
    kinds.describe(ImportDiscarded.kind, lambda told: _("放弃第 %(import_id)s 次导入") % told)
    kinds.describe(
        ImportUndone.kind,
        lambda told: _("撤销第 %(import_id)s 次导入：取出 %(removed)s，还原 %(restored)s") % told,
    )
    kinds.describe(
        EntryWithdrawn.kind, lambda told: _("随第 %(import_id)s 次导入的撤销取出") % told
    )
    kinds.describe(ListExported.kind, lambda told: _("导出名录，%(rows)s 行") % told)
