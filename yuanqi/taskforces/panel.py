"""The part of an enterprise's page that tells of its task force, and who is in it."""

from datetime import date

from yuanqi.foundation.actors import Actor, Side
from yuanqi.registry.inserts import Insert
from yuanqi.registry.models import Enterprise

from . import queries


def of(enterprise: Enterprise, actor: Actor, today: date) -> Insert | None:
    """The insert of the page "profile"; nothing where there is none and the actor opens none."""
    found = queries.open_force_of(enterprise)
    is_own = actor.side is Side.ENTERPRISE
    url = "" if is_own else queries.opening_url(actor, enterprise_id=enterprise.pk)
    if found is None and not url:
        return None
    sees = found is not None and queries.forces_visible_to(actor).filter(pk=found.pk).exists()
    people = list(queries.members_of(found)) if found is not None else []
    units = list(dict.fromkeys(one.department.label for one in people))
    return Insert(
        "taskforces/_panel.html", found,
        {"sees": sees, "units": units, "open_url": "" if found else url},
    )  # fmt: skip
