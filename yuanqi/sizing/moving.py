"""What of size classes moves when two rows of one enterprise become one."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from yuanqi.foundation.actors import Actor
from yuanqi.registry.merging import Mover
from yuanqi.registry.models import Enterprise

from .models import EnterpriseSize


def _count(old: Enterprise) -> int:
    return EnterpriseSize.objects.filter(enterprise=old).count()


def _move(old: Enterprise, into: Enterprise, actor: Actor, at: datetime) -> None:
    """The class follows from the facts: the second row's goes, the first's is worked out afresh
    by the subscriber, which reads of the merge."""
    EnterpriseSize.objects.filter(enterprise=old).delete()


SIZES = Mover("size-class", _("企业规模"), _count, _move)
