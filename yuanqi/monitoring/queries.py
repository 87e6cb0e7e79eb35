"""Every read of key indicators starts here, from what the actor may see."""

from datetime import date

from django.db.models import Count, Q, QuerySet

from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.errors import NotAllowed, NotVisible
from yuanqi.registry.models import Enterprise
from yuanqi.registry.queries import enterprise_visible, enterprises_visible_to
from yuanqi.registry.rights import Part, may_confirm, parts_of

from .models import OPEN, Filing, FilingState, Round, Target


def watches(actor: Actor) -> bool:
    """Whether the zone's figures are this actor's to see: any officer's, leaders among them."""
    return actor.side is Side.SYSTEM or (actor.side is Side.PARK and actor.officer_id is not None)


def require_watcher(actor: Actor) -> None:
    """Raise NotVisible for whoever is no officer: an enterprise sees its own pages only."""
    if not watches(actor):
        raise NotVisible


def may_set_targets(actor: Actor) -> bool:
    """Targets are set by bureaus and the centre, who also confirm the figures."""
    return may_confirm(actor)


def may_fill(enterprise_id: int, actor: Actor) -> bool:
    """The enterprise itself, its linked officer on its behalf, and the centre."""
    return Part.INDICATORS in parts_of(enterprise_id, actor)


def may_remind(enterprise_id: int, actor: Actor) -> bool:
    """Who confirms figures, and the linked officer his own enterprises."""
    return may_confirm(actor) or enterprise_id in actor.linked_enterprise_ids


def filings_visible_to(actor: Actor) -> QuerySet[Filing]:
    """Those of the enterprises that the actor may see: officers all, an enterprise its own."""
    found = Filing.objects.select_related("round", "enterprise")
    if watches(actor):
        return found
    return found.filter(enterprise__in=enterprises_visible_to(actor))


def filing_visible(filing_id: int, actor: Actor) -> Filing:
    """Return the filing if the actor may see it. Raises NotVisible."""
    found = filings_visible_to(actor).filter(pk=filing_id).first()
    if found is None:
        raise NotVisible(filing_id)
    return found


def filing_of(enterprise_id: int, month: date, actor: Actor) -> Filing:
    """Return the enterprise's filing of a month. Raises NotVisible if it was asked for none."""
    found = filings_visible_to(actor).filter(enterprise=enterprise_id, round__month=month)
    filing = found.select_related("sent_by", "draft_by").first()
    if filing is None:
        raise NotVisible(enterprise_id)
    return filing


def own_filings(enterprise: Enterprise, actor: Actor) -> QuerySet[Filing]:
    """An enterprise's filings, the newest month first."""
    return filings_visible_to(actor).filter(enterprise=enterprise).order_by("-round__month")


def filing_due(enterprise_id: int, actor: Actor) -> Filing | None:
    """What the enterprise is to fill in first: what was asked back, then the oldest month."""
    found = filings_visible_to(actor).filter(enterprise=enterprise_id, state__in=OPEN)
    return found.order_by("state", "round__month").first()  # asked before waiting


def rounds() -> QuerySet[Round]:
    return Round.objects.order_by("-month")


def round_of(month: date | None) -> Round | None:
    """The round of a month, the newest if none is named or that month has none."""
    found = rounds()
    return (found.filter(month=month).first() if month else None) or found.first()


def queue_counts(listed: QuerySet[Filing], round_: Round, today: date) -> dict[str, int]:
    """How many filings of a round stand in each state, and how many of the open ones are late."""
    counts = dict(listed.order_by().values_list("state").annotate(Count("pk")))
    told = {state: counts.get(state, 0) for state in FilingState.values}
    told["all"] = sum(told.values())
    unsent = sum(told[state] for state in OPEN)
    told["late"] = unsent if today > round_.due_on else 0
    return told


def targets_of(enterprise_id: int | None, code: str, year: int) -> QuerySet[Target]:
    """The targets of one measure that begin in a year: the year's own and its months'."""
    whose = Q(enterprise=enterprise_id) if enterprise_id else Q(enterprise__isnull=True)
    return Target.objects.filter(
        whose, code=code, starts_on__gte=date(year, 1, 1), starts_on__lte=date(year, 12, 1)
    ).select_related("set_by")


def require_confirmer(actor: Actor, message: str) -> None:
    if not may_confirm(actor):
        raise NotAllowed(message)


def subject(enterprise_id: int | None, actor: Actor) -> Enterprise | None:
    """The enterprise that is meant, None for the zone. Raises NotVisible."""
    return None if enterprise_id is None else enterprise_visible(enterprise_id, actor)
