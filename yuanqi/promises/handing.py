"""What of promises a successor takes over with a link, and an enterprise's page tells."""

from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yuanqi.foundation.actors import Actor
from yuanqi.registry.handing import Line, Part
from yuanqi.registry.inserts import Insert
from yuanqi.registry.models import Enterprise, Link

from .models import State
from .queries import is_officer, of_enterprise, open_promises

SHOWN = 10
FEW = 5  # on the enterprise's first page


def of_link(link: Link, actor: Actor, at: datetime) -> Part | None:
    """Open promises to the enterprise, the nearest day first."""
    rows = list(open_promises(enterprise_ids=[link.enterprise_id]))
    if not rows:
        return None
    lines = [
        Line(
            row.text,
            _("%(who)s，%(day)s 前") % {"who": row.officer.name, "day": row.due_on.isoformat()},
            reverse("promises:promise", args=[row.pk]),
        )
        for row in rows[:SHOWN]
    ]
    return Part(gettext_lazy("没兑现的承诺"), len(rows), lines)


def of_overview(enterprise: Enterprise, actor: Actor, today: date) -> Insert | None:
    """The part of an enterprise's first page: what is promised to it and not yet kept."""
    open_ones = of_enterprise(enterprise.pk, actor).filter(state=State.OPEN)
    rows = list(open_ones.order_by("due_on", "id")[:FEW])
    if not rows:
        return None
    told = [(row, row.tone(today)) for row in rows]
    return Insert("promises/_panel.html", told, {"may_make": is_officer(actor)})


def of_page(enterprise: Enterprise, actor: Actor, today: date) -> Insert | None:
    """The part of an enterprise's page: what is promised to it; officers may promise more."""
    rows = list(of_enterprise(enterprise.pk, actor).order_by("-made_on", "-id")[:SHOWN])
    may_make = is_officer(actor)
    if not rows and not may_make:
        return None
    rows.sort(key=lambda row: (not row.is_open, row.due_on))
    return Insert(
        "promises/_panel.html", [(row, row.tone(today)) for row in rows], {"may_make": may_make}
    )
