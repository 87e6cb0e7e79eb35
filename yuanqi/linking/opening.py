"""A draft opened for a change: locked, of the centre, and as it was shown."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from yuanqi.foundation import journal
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Conflict
from yuanqi.foundation.journal import Audience, Event
from yuanqi.foundation.writer import DIRECT

from .models import Round, RoundState, Variant, VariantState
from .queries import require_keeper, round_visible


def opened(
    round_id: int, actor: Actor, *, revision: int | None = None, streams: tuple[str, ...] = ()
) -> Round:
    """Return the draft, its stream and others locked.

    Raises NotVisible, NotAllowed; Conflict if it is published, or somebody has changed it since
    `revision` was shown.
    """
    require_keeper(actor)
    found = round_visible(round_id, actor)
    journal.lock(found.stream, *streams)
    found = round_visible(round_id, actor)
    if not found.is_draft:
        raise Conflict(_("这一轮已经发布，不能再改。年中变动请另拟调整方案。"))
    if revision is not None and found.revision != revision:
        raise Conflict(_("您打开这一页以后，别人改过这份方案，请看过现在的样子再存。"))
    return found


def touched(round_: Round, **values: Any) -> None:
    """Note a change of the draft: whoever has an older one on his screen is told."""
    DIRECT.update(round_, revision=round_.revision + 1, **values)


def outdated(round_: Round) -> None:
    """What the variants were worked out from is no more so."""
    Variant.objects.filter(
        round=round_, state__in=(VariantState.DONE, VariantState.WAITING)
    ).update(state=VariantState.STALE)


def outdated_for(enterprise_id: int) -> None:
    """A wish was stated or withdrawn: drafts with this enterprise are to be worked out again."""
    Variant.objects.filter(
        round__state=RoundState.DRAFT,
        round__pairs__enterprise=enterprise_id,
        state__in=(VariantState.DONE, VariantState.WAITING),
    ).update(state=VariantState.STALE)


def tell(event: Event, round_: Round, *, actor: Actor, at: datetime) -> None:
    DIRECT.record(event, stream=round_.stream, audience=Audience.STAFF, actor=actor, at=at)
