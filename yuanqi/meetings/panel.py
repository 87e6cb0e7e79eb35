"""The part of an enterprise's page that tells to which meetings it is asked, what was decided."""

from datetime import date

from django.utils import timezone

from yuanqi.foundation.actors import Actor, Side
from yuanqi.registry.inserts import Insert
from yuanqi.registry.models import Enterprise

from . import queries
from .models import ItemState

SHOWN = 8


def of(enterprise: Enterprise, actor: Actor, today: date) -> Insert | None:
    """The insert of the page "profile"; nothing where there was no meeting."""
    coming = list(queries.invitations_to(enterprise, actor, timezone.now()))
    items = list(queries.items_for(enterprise, actor)[:SHOWN])
    if not coming and not items:
        return None
    is_own = actor.side is Side.ENTERPRISE
    told = [(item, item.light(today)) for item in items]
    return Insert(
        "meetings/_panel.html", told,
        {"coming": coming, "is_own": is_own, "states": ItemState},
    )  # fmt: skip
