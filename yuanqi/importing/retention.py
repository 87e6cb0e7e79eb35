"""The files of imports and what was found in them hold names and numbers: not kept for ever."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from yuanqi.audit import keeping, retention

from . import store
from .models import Import, ImportFault, ImportMatch, ImportState

DAYS = 90
_STANDING = (ImportState.CHECKING, ImportState.WRITING, ImportState.UNDOING)


def define() -> None:
    """Make the kind known (from `apps.py`). What an import brought stays undoable after that."""
    keeping.days("retention.imports_days", _("导入的文件和检查结果"), DAYS, least=1)
    retention.register(
        retention.Kind(
            "imports", _("导入的文件和检查结果"), "retention.imports_days", _count, _remove
        )
    )  # fmt: skip


def _old(before: datetime) -> QuerySet[Import]:
    return Import.objects.filter(created_at__lt=before, rows_kept=True).exclude(
        state__in=_STANDING
    )  # fmt: skip


def _count(before: datetime) -> int:
    return _old(before).count()


@transaction.atomic
def _remove(before: datetime) -> int:
    store.sweep(before)
    old = list(_old(before).order_by("pk")[: retention.BATCH])
    for imported in old:
        store.forget(imported.pk)
        if imported.state in (ImportState.MATCHING, ImportState.CHECKED):
            imported.state = ImportState.DISCARDED
        imported.rows_kept = False
        imported.save(update_fields=["state", "rows_kept"])
    ImportFault.objects.filter(of__in=old).delete()
    ImportMatch.objects.filter(of__in=old).delete()
    return len(old)
