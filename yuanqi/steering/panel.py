"""The part of an enterprise's page that says on which lists it is, and what the park does."""

from dataclasses import dataclass
from datetime import date

from yuanqi.foundation.actors import Actor, Side
from yuanqi.registry.inserts import Insert
from yuanqi.registry.models import Enterprise

from . import queries
from .models import Entry, Plan
from .wording import KIND_NAMES, deciding


@dataclass(frozen=True, slots=True)
class Listed:
    entry: Entry
    name: str
    because: tuple[str, ...]
    plan: Plan | None


def of(enterprise: Enterprise, actor: Actor, today: date) -> Insert | None:
    """The insert of the page "profile"; nothing while no list was ever made."""
    if queries.newest_month() is None:
        return None
    is_own = actor.side is Side.ENTERPRISE
    plans = queries.plans_on(today)
    told = [
        Listed(
            one,
            str(KIND_NAMES[one.sheet.condition.code]) if is_own else one.sheet.condition.label,
            tuple(deciding(one)) if one.verdict else (),
            plans.get(one.sheet.condition_id),
        )
        for one in queries.standing_of(enterprise.pk, actor)
        if one.is_on
    ]
    return Insert("steering/_panel.html", told, {"is_own": is_own})
