"""What of the lists moves when two rows of one enterprise become one."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from yuanqi.foundation.actors import Actor
from yuanqi.registry.merging import Mover
from yuanqi.registry.models import Enterprise

from .models import Care, Entry


def _entries(old: Enterprise, into: Enterprise, actor: Actor, at: datetime) -> None:
    """Of a month and list that both have, the remaining one's stays."""
    rows = Entry.objects.filter(enterprise=old)
    standing = Entry.objects.filter(enterprise=into).values("sheet")
    rows.filter(sheet__in=standing).delete()
    rows.update(enterprise=into)


def _cares(old: Enterprise, into: Enterprise, actor: Actor, at: datetime) -> None:
    Care.objects.filter(enterprise=old).update(enterprise=into)


MOVERS = (
    Mover(
        "list-entries", _("清单记录"), lambda old: Entry.objects.filter(enterprise=old).count(),
        _entries,
    ),
    Mover(
        "cares", _("主动关怀"), lambda old: Care.objects.filter(enterprise=old).count(), _cares
    ),
)  # fmt: skip
