"""Files that nothing keeps: of refused uploads, of removed attachments."""

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yuanqi.audit import keeping, retention
from yuanqi.foundation import files_sweep

_NOW = timedelta(0)


def define() -> None:
    """Make the kind known (from `apps.py`)."""
    files_sweep.release("casework.Attachment", Q(removed_at__isnull=False))
    keeping.days(
        "retention.files_days",
        _("没有用上的附件"),
        files_sweep.LET_BE.days,
        # a program may enclose what it sent for a day
        least=files_sweep.LET_BE.days,
    )
    retention.register(
        retention.Kind("files", _("没有用上的附件"), "retention.files_days", _count, _remove)
    )


def _count(before: datetime) -> int:
    return files_sweep.count(files_sweep.named, at=before, let_be=_NOW)


def _remove(before: datetime) -> int:
    return files_sweep.sweep(files_sweep.named, at=before, let_be=_NOW)
