"""How long it is kept what became of each sending."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from yuanqi.audit import keeping, retention

from .models import ChannelTrial, Delivery

_OPEN = (Delivery.State.WAITING, Delivery.State.SENDING)


def define() -> None:
    """Make the kinds known (from `apps.py`)."""
    keeping.days("retention.deliveries_days", _("通知发送记录"), 90, least=7)
    retention.register(
        retention.Kind(
            "notice-deliveries",
            _("通知发送记录"),
            "retention.deliveries_days",
            lambda before: _old(before).count() + _trials(before).count(),
            _remove,
        )
    )


def _old(before: datetime) -> QuerySet[Delivery]:
    return Delivery.objects.filter(made_at__lt=before).exclude(state__in=_OPEN)


def _trials(before: datetime) -> QuerySet[ChannelTrial]:
    return ChannelTrial.objects.filter(at__lt=before)


def _remove(before: datetime) -> int:
    """Deliveries with their tries, then codes and test messages that were sent."""
    some = list(_old(before).order_by("id").values_list("id", flat=True)[: retention.BATCH])
    if some:
        Delivery.objects.filter(pk__in=some).delete()
        return len(some)
    some = list(_trials(before).order_by("id").values_list("id", flat=True)[: retention.BATCH])
    ChannelTrial.objects.filter(pk__in=some).delete()
    return len(some)
