"""What of rounds moves when two rows of one enterprise become one."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from yuanqi.foundation.actors import Actor
from yuanqi.registry.merging import Mover
from yuanqi.registry.models import Enterprise

from .models import Handover, RoundLink, Wish


def _pairs(old: Enterprise, into: Enterprise, actor: Actor, at: datetime) -> None:
    """In a round that has both, the remaining one's pair stays."""
    rows = RoundLink.objects.filter(enterprise=old)
    standing = RoundLink.objects.filter(enterprise=into).values("round")
    rows.filter(round__in=standing).delete()
    rows.update(enterprise=into)


def _wishes(old: Enterprise, into: Enterprise, actor: Actor, at: datetime) -> None:
    """What both wish, is wished once."""
    theirs = set(Wish.objects.filter(enterprise=into, ended_at=None).values_list("officer", "kind"))
    for wish in Wish.objects.filter(enterprise=old):
        if wish.ended_at is None and (wish.officer_id, wish.kind) in theirs:
            wish.ended_at = at
        wish.enterprise = into
        wish.save(update_fields=["enterprise", "ended_at"])


def _handovers(old: Enterprise, into: Enterprise, actor: Actor, at: datetime) -> None:
    Handover.objects.filter(enterprise=old).update(enterprise=into)


MOVERS = (
    Mover(
        "rounds", _("挂钩方案"), lambda old: RoundLink.objects.filter(enterprise=old).count(),
        _pairs,
    ),
    Mover(
        "wishes", _("挂钩意愿和回避"),
        lambda old: Wish.objects.filter(enterprise=old).count(), _wishes,
    ),
    Mover(
        "handovers", _("挂钩交接"), lambda old: Handover.objects.filter(enterprise=old).count(),
        _handovers,
    ),
)  # fmt: skip
