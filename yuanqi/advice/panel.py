"""The part of an enterprise's page that tells its latest advice."""

from datetime import date

from yuanqi.foundation.actors import Actor, Side
from yuanqi.registry.inserts import Insert
from yuanqi.registry.models import Enterprise

from . import queries

SHOWN = 3


def of(enterprise: Enterprise, actor: Actor, today: date) -> Insert | None:
    """The insert of the page "profile"; nothing for whoever neither sees nor gives any."""
    may_give = bool(queries.sources_of(enterprise.pk, actor)) and enterprise.merged_into_id is None
    latest = queries.latest_of(enterprise, actor, SHOWN)
    if not latest and not may_give:
        return None
    is_own = actor.side is Side.ENTERPRISE
    return Insert("advice/_panel.html", latest, {"is_own": is_own, "may_give": may_give})
