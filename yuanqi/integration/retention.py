"""How long deliveries to other programs are kept."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from yuanqi.audit import keeping, retention

from .models import DeliveryState, WebhookDelivery


def define() -> None:
    """Make the kind known (from `apps.py`)."""
    keeping.days("retention.webhook_days", _("推送记录（其他程序）"), 30, least=7)
    retention.register(
        retention.Kind(
            "webhook-deliveries",
            _("推送记录（其他程序）"),
            "retention.webhook_days",
            lambda before: _old(before).count(),
            _remove,
        )
    )


def _old(before: datetime) -> QuerySet[WebhookDelivery]:
    """What is still to be sent waits, however old."""
    return WebhookDelivery.objects.filter(made_at__lt=before).exclude(state=DeliveryState.WAITING)


def _remove(before: datetime) -> int:
    some = _old(before).order_by("made_at").values("id")[: retention.BATCH]
    return WebhookDelivery.objects.filter(pk__in=some).delete()[0]
