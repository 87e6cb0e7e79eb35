"""How the journal says what happened to imports."""

from collections.abc import Mapping
from typing import Any

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
from .models import ImportKind


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
    kinds.describe(ListExported.kind, _exported)


def _exported(told: Mapping[str, Any]) -> str:
    return _("导出名录：%(register)s，%(rows)s 行") % {
        "register": ImportKind(told["register"]).label,
        "rows": told["rows"],
    }
